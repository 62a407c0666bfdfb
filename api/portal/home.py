"""The front page: what this is, the domains with their counts and latest, where to begin."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from api.pages import page
from api.portal.asking import ask, kept
from schemas.catalog import Catalog


@kept
async def home(request: Request) -> Response:
    """Where to begin, and what there is."""
    catalog: Catalog = request.app.state.catalog
    found = await ask(request, "home")
    counted = {group["keys"][0]["value"]: group for group in found["domains"]["groups"]}
    of_types: dict[str, int] = {}
    for disclosure in catalog.types.values():
        of_types[disclosure.domain] = of_types.get(disclosure.domain, 0) + 1
    return page(
        request, "portal/home.html", ("首页", "Home"), found=found, domains=list(catalog.codelists["domain"].codes.values()),
        counted=counted, of_types=of_types, total=sum(group["count"] for group in counted.values()),
        years=_span(found["years"]["groups"]), changed=next(iter(found["changes"]["nodes"]), None),
        places=[one for one in found["prefectures"]["groups"] if one["keys"][0]["value"]],
    )  # fmt: skip


def _span(groups: list[dict[str, Any]]) -> tuple[str, str] | None:
    """The first and the last year of publication, None where there is none."""
    years = sorted(year for group in groups if (year := group["keys"][0]["value"]))
    return (years[0], years[-1]) if years else None
