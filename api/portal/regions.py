"""Regions: the country's provinces, and of each region its parts, figures, latest disclosures and departments."""

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.pages import page
from api.portal.asking import ask, kept
from api.portal.counting import PERIODS, Counted, counted, whole
from api.portal.organizations import searched
from api.portal.outline import drawn
from api.portal.statistics import TITLES, chosen, crossed, narrowed
from api.standard import missing, today
from publish.selection import Selection
from schemas.catalog import Catalog

PATH = "/regions"
COUNTRY = "100000"


def routes() -> list[Route]:
    """`/regions` and the page of each."""
    return [Route(PATH, regions), Route(f"{PATH}/{{code}}", region)]


@kept
async def regions(request: Request) -> Response:
    """The provinces with their figures, and those that somebody looks for."""
    catalog: Catalog = request.app.state.catalog
    asked = searched(request)
    found = (await ask(request, "regions", q=asked, at=today().isoformat()))["regions"] if asked else None
    everything = Selection.of([], catalog)
    provinces = await counted(request, everything, ["region"])
    return page(
        request, "portal/regions.html", ("地区", "Regions"), q=asked, found=found, provinces=provinces, titles=TITLES,
        selected=[], periods=PERIODS, narrowed=narrowed, map=await drawn(request, everything, "count"),
    )  # fmt: skip


@kept
async def region(request: Request) -> Response:
    """One region with what lies in it."""
    catalog: Catalog = request.app.state.catalog
    code = request.path_params["code"]
    _, measure = chosen(request.query_params)
    if catalog.regions.get(code) is None:
        return missing(
            request, "A243", f"没有这个行政区划代码:{code}", f"there is no region of the code {code}",
            "在 /regions 按名称查找。", "Find it by name at /regions.",
        )  # fmt: skip
    found = await ask(request, "region", code=code)
    selection = Selection.of([("region", code)], catalog)
    everything = await whole(request, selection)
    parts = await counted(request, selection, ["region"], measure, everything)
    domains = await counted(request, selection, ["domain", "year"], measure, everything, medians=False)
    return page(
        request, "portal/region.html", (found["region"]["title"], found["region"]["titleEn"] or found["region"]["title"]),
        found=found, region=found["region"], selected=selection.parameters(), parts_counted=parts, measure=measure,
        grid=crossed(domains, measure), domains=domains, titles=TITLES, periods=PERIODS, narrowed=narrowed,
        without=_without(found["region"]["children"], parts), map=await drawn(request, selection, measure, parts),
    )  # fmt: skip


def _without(children: list[dict[str, Any]], parts: Counted) -> list[dict[str, Any]]:
    """The parts in force today of which nothing is published."""
    known = {one.keys[0].value for one in parts.groups}
    on: date = today()
    return [
        one for one in children
        if one["code"] not in known and not (one["validTo"] and one["validTo"] <= on.isoformat()[: len(one["validTo"])])
    ]  # fmt: skip
