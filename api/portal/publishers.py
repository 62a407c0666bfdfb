"""Departments: found by name or region; what one publishes, and whether in time.

`/publishers/{id}` has the id that GraphQL gives, without its kind: the credit code.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.pages import page
from api.portal import duty
from api.portal.asking import ask, kept
from api.portal.counting import PERIODS, counted
from api.portal.organizations import searched, turned
from api.portal.statistics import narrowed
from api.portal.words import own_id
from api.standard import missing, today
from publish.selection import Selection
from schemas.catalog import Catalog
from schemas.statement import statements

PATH = "/publishers"
PAGE = 30
_TITLE = ("公开主体", "Departments")
# What the figures of groups are added up of.
_SUMS = ("count", "judged", "inTime", "late", "unknown", "noPublishedDate", "noDeadline", "noCalendar")


def routes() -> list[Route]:
    """`/publishers` and the page of each."""
    return [Route(PATH, publishers), Route(f"{PATH}/{{id}}", publisher)]


@kept
async def publishers(request: Request) -> Response:
    """Those whose name has the words, in a region and all below it."""
    catalog: Catalog = request.app.state.catalog
    asked = searched(request)
    region = Selection.of([("region", request.query_params.get("region", ""))], catalog).region
    chosen = {"region": {"within": region}} if region else None
    found = await ask(request, "publishers", q=asked or None, filter=chosen, **turned(request, PAGE))
    return page(
        request, "portal/publishers.html", _TITLE, q=asked, found=found["publishers"], region=catalog.regions.get(region),
    )  # fmt: skip


@kept
async def publisher(request: Request) -> Response:
    """What a department publishes, and whether in time."""
    asked = request.path_params["id"]
    catalog: Catalog = request.app.state.catalog
    stating = sorted({disclosure.type for disclosure, _ in statements(catalog)})
    of = {"id": f"publisher:{own_id(asked)}", "statements": stating}
    answered = await ask(request, "publisher", **of, party=f"organization:{own_id(asked)}")
    found = answered["publisher"]
    if found is None:
        return missing(
            request, "A244", f"没有这个公开主体:{asked}", f"there is no such department: {asked}",
            "全部公开主体见 /publishers。", "/publishers lists them.",
        )  # fmt: skip
    if own_id(found["id"]) != asked:
        lang = request.query_params.get("lang")
        return RedirectResponse(
            f"{PATH}/{quote(own_id(found['id']), safe='')}" + (f"?lang={quote(lang)}" if lang else ""), 307
        )
    selection = Selection.of([("publisher", asked)], catalog)
    timely, stated = found["timeliness"], found["statements"]["totalCount"]
    none = (await ask(request, "statements", **of))["publisher"]["disclosures"]["nodes"] if stated else []
    lately = (today().year - 1, today().year)
    told = list(duty.read(none, catalog))
    return page(
        request, "portal/publisher.html", (found["name"], found["name"]), found=found, party=answered["party"], selected=selection.parameters(), none=none,
        whole=next(iter(summed(timely)), None), types=_by_catalog(summed(timely, "type"), catalog),
        years=sorted(summed(timely, "year"), key=lambda one: (one["year"] is None, one["year"] or 0)),
        stated=await counted(request, selection, ["domain"]), periods=PERIODS, narrowed=narrowed,
        titles={"domain": ("领域", "Domain")}, lately=lately, duties=list(duty.rows(timely, told, lately, catalog)),
    )  # fmt: skip


def summed(cells: Iterable[Mapping[str, Any]], by: str = "") -> list[dict[str, Any]]:
    """The punctuality of the groups of `Timeliness`, from that of smaller ones; without a name that of all of them."""
    found: dict[Any, dict[str, Any]] = {}
    for cell in cells:
        one = found.setdefault(
            cell.get(by), {by: cell.get(by), "days": 0, "maxDaysLate": None, **dict.fromkeys(_SUMS, 0)}
        )
        for name in _SUMS:
            one[name] += cell[name]
        if cell["late"]:
            one["days"] += round(cell["meanDaysLate"] * cell["late"])  # whole days
            one["maxDaysLate"] = max(cell["maxDaysLate"], one["maxDaysLate"] or 0)
    return [
        {**one, "meanDaysLate": one["days"] / one["late"] if one["late"] else None} for one in found.values()
    ]


def _by_catalog(rows: list[dict[str, Any]], catalog: Catalog) -> list[dict[str, Any]]:
    """The types in the order of the standard with their deadlines, one that it does not have any more last."""
    order = {path: at for at, path in enumerate(catalog.types)}
    known = [
        {**row, "deadlines": catalog.types[row["type"]].deadlines if row["type"] in order else ()}
        for row in rows
    ]
    return sorted(known, key=lambda row: order.get(row["type"], len(order)))
