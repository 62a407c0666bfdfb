// Draws what a table says: <figure class="chart" data-chart="ranks|times" data-columns="1 2"> around a <table>.
// The cells of those columns carry their numbers (data-value); the table stays, the drawing is beside it for the eye.
// Tooltips are drawn, not made of HTML: no style and no script comes into the page.
import { BarChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers'

use([BarChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer, SVGRenderer])

const language = document.documentElement.lang
const dark = matchMedia('(prefers-color-scheme: dark)')
const WIDTH = 900 // of a picture that is saved
const SHADES = ['#2f6db5', '#d08a2e', '#3d9970', '#a8322a', '#7a5ea8', '#5a7d8c', '#b5651d', '#88a33b', '#c0567d', '#4f4f8f', '#8c8c8c']

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

function short(value) {
  return new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 }).format(value)
}

function whole(value) {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(value)
}

// The labels of the rows, and each drawn column as a name and its numbers; what has no number is null.
function read(figure) {
  const table = figure.querySelector('table')
  const heads = [...table.tHead.rows[0].cells]
  const rows = [...table.tBodies[0].rows]
  const columns = figure.dataset.columns.split(' ').map(Number)
  return {
    labels: rows.map((row) => row.cells[0].textContent.trim()),
    series: columns.map((at) => ({
      name: heads[at].textContent.trim(),
      values: rows.map((row) => (row.cells[at].dataset.value ? Number(row.cells[at].dataset.value) : null)),
    })),
  }
}

function option(figure, width, printed) {
  const { labels, series } = read(figure)
  const lying = figure.dataset.chart === 'ranks'
  const ink = printed ? '#1a2330' : colour('--ink')
  const line = printed ? '#d5dbe3' : colour('--line')
  const several = series.length > 1
  const font = { color: ink, fontFamily: 'system-ui, sans-serif' }
  const names = {
    type: 'category', data: labels, inverse: lying,
    axisLabel: { ...font, ...(lying ? { width: Math.min(width * 0.3, 220), overflow: 'truncate' } : { hideOverlap: true }) },
    axisLine: { lineStyle: { color: line } }, axisTick: { show: false },
  }
  // Counts have no halves.
  const counted = series.every(({ values }) => values.every((value) => value === null || Number.isInteger(value)))
  const numbers = { type: 'value', minInterval: counted ? 1 : 0, axisLabel: { ...font, formatter: short, hideOverlap: true }, splitLine: { lineStyle: { color: line } } }
  return {
    animation: false,
    color: SHADES,
    backgroundColor: printed ? '#ffffff' : 'transparent',
    grid: { left: 8, right: 24, top: several ? above(series, printed) + 8 : 16, bottom: 8, containLabel: true },
    legend: several ? { top: 0, left: 0, right: 0, type: printed ? 'plain' : 'scroll', textStyle: { ...font, width: 150, overflow: 'truncate' }, pageTextStyle: font, itemWidth: 14, itemHeight: 10 } : undefined,
    tooltip: { renderMode: 'richText', trigger: 'axis', axisPointer: { type: 'shadow' }, confine: true, valueFormatter: (value) => (value === null ? '—' : whole(value)) },
    xAxis: lying ? numbers : names,
    yAxis: lying ? names : numbers,
    series: series.map(({ name, values }) => ({ type: 'bar', name, data: values, stack: several ? 'all' : undefined, barMaxWidth: 28 })),
  }
}

// The legend's height: a line that turns on a page, all of it on a picture.
function above(series, printed) {
  return series.length > 1 ? (printed ? 26 * Math.ceil(series.length / 4) : 32) : 0
}

function height(figure, printed) {
  const { labels, series } = read(figure)
  return above(series, printed) + (figure.dataset.chart === 'ranks' ? Math.max(140, labels.length * 30 + 50) : 280)
}

function save(figure, kind) {
  const settings = { renderer: kind === 'svg' ? 'svg' : 'canvas', width: WIDTH, height: height(figure, true), ssr: kind === 'svg', devicePixelRatio: 2 }
  const place = kind === 'svg' ? null : document.createElement('div')
  const drawn = init(place, null, settings)
  drawn.setOption(option(figure, WIDTH, true))
  const link = document.createElement('a')
  link.download = `${figure.id || 'chart'}.${kind}`
  link.href = kind === 'svg' ? URL.createObjectURL(new Blob([drawn.renderToSVGString()], { type: 'image/svg+xml' })) : drawn.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: '#ffffff' })
  document.body.append(link)
  link.click()
  link.remove()
  drawn.dispose()
}

function draw(figure) {
  const place = document.createElement('div')
  place.className = 'drawing'
  place.setAttribute('aria-hidden', 'true')
  place.style.height = `${height(figure, false)}px`
  figure.querySelector('figcaption').after(place)
  const chart = init(place)
  const show = () => chart.setOption(option(figure, place.clientWidth, false), true)
  show()
  dark.addEventListener('change', show)
  new ResizeObserver(() => {
    chart.resize()
    show()
  }).observe(place)
  for (const kind of ['png', 'svg']) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'button plain small'
    button.textContent = language === 'en' ? `Picture (${kind.toUpperCase()})` : `图片(${kind.toUpperCase()})`
    button.addEventListener('click', () => save(figure, kind))
    const item = document.createElement('li')
    item.append(button)
    figure.querySelector('.actions').append(item)
  }
}

for (const figure of document.querySelectorAll('figure[data-chart]')) {
  if (figure.querySelector('tbody').rows.length) draw(figure)
}
