"""Statistics: what is published, counted and summed by domain, place, time, level, method; each table also as data.

`/statistics?by=domain&by=year` and the parameters of a Selection; without `by` an overview. `/statistics.csv` and
`/statistics.json` give exactly the figures of the page of the same parameters.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.pages import Title, page
from api.portal.asking import ask, kept
from api.portal.counting import DIMENSIONS, MEASURES, PERIODS, Counted, Figures, Key, counted, table, whole
from api.portal.narrowing import Chip, chips, ids
from api.portal.organizations import refuse_numbers
from api.portal.outline import drawn
from api.portal.words import address, own_id
from publish.selection import Selection
from publish.table import write_csv
from schemas.catalog import Catalog
from schemas.errors import OpenallocError

PATH = "/statistics"
OVERVIEW = ("domain", "year", "region", "stage")
WIDEST = 14  # columns of a table of two dimensions; with more it is a list
TITLES: Mapping[str, Title] = {
    "domain": ("领域", "Domain"), "type": ("公开信息的类型", "Disclosure type"), "stage": ("环节", "Stage"),
    "level": ("公开主体的层级", "Publisher's level"), "region": ("地区", "Region"), "publisher": ("公开主体", "Publisher"),
    "method": ("采购、供地、出让、转让的方式", "Method of procurement, grant or transfer"), "outcome": ("结果", "Outcome"),
    "year": ("发布年份", "Year of publication"), "quarter": ("发布季度", "Quarter of publication"), "month": ("发布月份", "Month of publication"),
}  # fmt: skip
MEASURED: Mapping[str, Title] = {"count": ("条数", "Disclosures"), "amount": ("金额", "Amount")}


def routes() -> list[Route]:
    """The page, and its figures as data."""
    return [Route(PATH, statistics), Route(f"{PATH}.{{suffix}}", figures)]


@kept
async def statistics(request: Request) -> Response:
    """An overview, or the figures by one or two dimensions."""
    catalog: Catalog = request.app.state.catalog
    selection = _selected(request)
    dimensions, measure = chosen(request.query_params)
    everything = await whole(request, selection)
    sections = (
        []
        if dimensions
        else [await counted(request, selection, [one], measure, everything) for one in OVERVIEW]
    )
    shown = await counted(request, selection, dimensions, measure, everything) if dimensions else None
    drawing = [
        *(("by", one) for one in dimensions),
        *((("measure", measure),) if measure != MEASURES[0] else ()),
    ]
    regional = next((one for one in (*sections, shown) if one and one.dimensions == ("region",)), None)
    return page(
        request, "portal/statistics.html", ("统计", "Statistics"), sections=sections, shown=shown,
        grid=crossed(shown, measure) if shown and len(dimensions) == 2 else None, by=dimensions, measure=measure,
        selected=selection.parameters(), selection=selection, titles=TITLES, measured=MEASURED, periods=PERIODS,
        domains=list(catalog.codelists["domain"].codes), stages=list(catalog.codelists["stage"].codes), region_titles=_region(selection.region, catalog),
        map=await drawn(request, selection, measure, regional) if regional else None, narrowed=narrowed,
        chips=await _chips(request, selection), without=lambda rest: address(PATH, [*rest.parameters(), *drawing]), kept=drawing,
    )  # fmt: skip


@kept
async def figures(request: Request) -> Response:
    """The figures of the page as CSV or JSON."""
    suffix = request.path_params["suffix"]
    dimensions, measure = chosen(request.query_params)
    if suffix not in ("csv", "json") or not dimensions:
        raise OpenallocError(
            "A241", "统计的数据要写明格式和维度", "figures are had as csv or json, by a dimension",
            "例如 /statistics.csv?by=domain&by=year。", "For example /statistics.csv?by=domain&by=year.",
        )  # fmt: skip
    selection = _selected(request)
    found = await counted(request, selection, dimensions, measure)
    name = f"statistics-{'-'.join(dimensions)}.{suffix}"
    headers = {
        "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f'attachment; filename="{name}"',
    }  # fmt: skip
    if suffix == "csv":
        return Response(write_csv(table(found)), 200, headers, "text/csv; charset=utf-8")
    return Response(orjson.dumps(as_json(found, selection)), 200, headers, "application/json")


def chosen(parameters: QueryParams) -> tuple[tuple[str, ...], str]:
    """The dimensions and the measure of an address; raises A241 for one that there is not."""
    dimensions = tuple(dict.fromkeys(one for one in parameters.getlist("by") if one))
    measure = parameters.get("measure") or "count"
    if len(dimensions) > 2 or measure not in MEASURES or not set(dimensions) <= set(DIMENSIONS):
        raise OpenallocError(
            "A242", "没有这样的统计", "there are no such statistics",
            f"by 可以是 {'、'.join(DIMENSIONS)},至多两个;measure 是 {' 或 '.join(MEASURES)}。",
            f"`by` is one of {', '.join(DIMENSIONS)}, two at most; `measure` is {' or '.join(MEASURES)}.",
        )  # fmt: skip
    return dimensions, measure


def _selected(request: Request) -> Selection:
    """Which disclosures are counted; raises what `Selection.of` and `refuse_numbers` raise."""
    selection = Selection.of(request.query_params.multi_items(), request.app.state.catalog)
    refuse_numbers(*(value for _, value in selection.parameters()))
    return selection


async def _chips(request: Request, selection: Selection) -> list[Chip]:
    """The conditions of what is counted: the form has fields for a few of them alone."""
    catalog: Catalog = request.app.state.catalog
    wanted = ids(selection)
    nodes = (await ask(request, "names", ids=wanted))["nodes"] if wanted else ()
    names = {own_id(one["id"]): one["name"] for one in nodes if one}
    return list(chips(selection, catalog, names, _region(selection.region, catalog)))


def narrowed(dimension: str, key: Key) -> list[tuple[str, str]] | None:
    """The parameters that make a list of the disclosures of a value; None where the list cannot be had so."""
    value = key.value
    if value is None:
        return None
    if dimension in PERIODS:
        return list(zip(("from", "to"), _days(value), strict=True))
    return None if dimension == "method" else [(dimension, value)]


def _days(period: str) -> tuple[str, str]:
    """The first and the last day of a year, a quarter or a month.

    >>> _days("2024"), _days("2024-Q1"), _days("2024-02")
    (('2024-01-01', '2024-12-31'), ('2024-01-01', '2024-03-31'), ('2024-02-01', '2024-02-29'))
    """
    year, _, part = period.partition("-")
    last = 12 if not part else int(part[1:]) * 3 if part.startswith("Q") else int(part)
    first = 1 if not part else last - 2 if part.startswith("Q") else last
    return f"{year}-{first:02}-01", f"{year}-{last:02}-{monthrange(int(year), last)[1]:02}"


def crossed(found: Counted, measure: str) -> dict[str, Any] | None:
    """The figures of two dimensions as rows and columns; None where there are too many to be read so."""
    columns = list(dict.fromkeys(one.keys[1] for one in found.groups))
    if found.more or len(columns) > WIDEST:
        return None
    columns.sort(
        key=lambda key: (
            (key.value is None, key.value or "")
            if found.dimensions[1] in PERIODS
            else (key.value is None, "")
        )
    )
    rows: dict[Key, dict[Key, Figures]] = {}
    for one in found.groups:
        rows.setdefault(one.keys[0], {})[one.keys[1]] = one
    sums = {key: _sum(cells.values(), measure) for key, cells in rows.items()}
    order = sorted(rows, key=lambda key: (key.value is None, key.value or "")) if found.dimensions[0] in PERIODS else (
        sorted(rows, key=lambda key: (key.value is None, -(sums[key] or 0)))
    )  # fmt: skip
    return {
        "columns": columns,
        "rows": [(key, [rows[key].get(column) for column in columns], sums[key]) for key in order],
    }


def as_json(found: Counted, selection: Selection) -> dict[str, Any]:
    """The figures for programs; amounts as numbers."""
    headings, *lines = table(found)
    texts = {f"{name}{part}" for name in found.dimensions for part in ("", "Title", "TitleEn")}
    groups = [
        {name: (cell or None) if name in texts else _number(cell) for name, cell in zip(headings, line, strict=True)}
        for line in lines
    ]  # fmt: skip
    total = found.total
    return {
        "selection": selection.parameters(), "by": found.dimensions, "complete": not found.more,
        "total": {
            "count": total.count, "reposts": total.reposts, "amount": None if total.amount is None else float(total.amount),
            "amountCount": total.amounts, "judged": total.judged, "late": total.late,
        },
        "leftOut": {"withdrawn": found.withdrawn, "repostsHaveNoAmount": total.reposts, "withoutAmount": total.unpriced},
        "groups": groups,
    }  # fmt: skip


def _number(cell: str) -> int | float | None:
    if not cell:
        return None
    return float(cell) if "." in cell else int(cell)


def _sum(cells: Iterable[Figures], measure: str) -> Decimal | int | None:
    known = [value for cell in cells if (value := cell.measured(measure)) is not None]
    return sum(known) if known else None


def _region(code: str, catalog: Catalog) -> tuple[str, str] | None:
    found = catalog.regions.get(code) if code else None
    return (found.title, found.title_en or found.title) if found else None
