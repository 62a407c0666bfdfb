// What makes the portal's pages quicker where there are scripts: parts of a page are swapped, and a search suggests while
// it is typed. Every page works without it.
import htmx from 'htmx.org'

// Arrow keys walk through what is suggested, Escape and a click elsewhere close it.
const box = (inside) => inside?.closest?.('form.search')
const links = (form) => [...form.querySelectorAll('.suggestions a')]
const close = (form) => form.querySelector('.suggestions')?.replaceChildren()

document.addEventListener('keydown', (event) => {
  const form = box(event.target)
  if (!form) return
  if (event.key === 'Escape') {
    close(form)
    form.querySelector('input[type=search]').focus()
  } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const places = [form.querySelector('input[type=search]'), ...links(form)]
    const next = places[places.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1)]
    if (next) {
      event.preventDefault()
      next.focus()
    }
  }
})
document.addEventListener('click', (event) => {
  for (const form of document.querySelectorAll('form.search')) if (!form.contains(event.target)) close(form)
})
// What a form leaves open is no part of the address.
document.addEventListener('htmx:configRequest', ({ detail }) => {
  if (detail.verb !== 'get') return
  for (const name of new Set(detail.parameters.keys?.() ?? Object.keys(detail.parameters))) {
    const values = detail.formData.getAll(name).filter((one) => one !== '')
    detail.formData.delete(name)
    for (const value of values) detail.formData.append(name, value)
  }
})
// What cannot be had in part is shown whole, an error too.
document.addEventListener('htmx:beforeSwap', ({ detail }) => {
  if (detail.xhr.status >= 400 && detail.target?.id === 'listing') {
    detail.shouldSwap = false
    location.assign(detail.pathInfo.finalRequestPath ?? detail.xhr.responseURL)
  }
})
window.htmx = htmx
