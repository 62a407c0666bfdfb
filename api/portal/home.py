"""The front page: what this is, the domains with their counts and latest, where to begin."""

from collections import Counter
from collections.abc import Iterable
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
    latest = await ask(request, "latest")
    counted = {group["keys"][0]["value"]: group for group in found["domains"]["groups"]}
    return page(
        request, "portal/home.html", ("首页", "Home"), found=found, domains=list(catalog.codelists["domain"].codes.values()),
        counted=counted, of_types=Counter(one.domain for one in catalog.types.values()),
        total=sum(group["count"] for group in counted.values()), years=_span(found["years"]["groups"]),
        changed=next(iter(found["changes"]["nodes"]), None),
        places=[one for one in found["prefectures"]["groups"] if one["keys"][0]["value"]],
        latest={name: node for name, one in latest.items() for node in one["nodes"]},
    )  # fmt: skip


def latest(domains: Iterable[str]) -> str:
    """The document that asks the newest disclosure of each domain, whichever there are."""
    asked = "\n".join(
        f"  {domain}: disclosures(first: 1, filter: {{domain: {{eq: {domain}}}}}) {{ nodes {{ id title publishedDate }} }}"
        for domain in domains
    )
    return f"query Latest {{\n{asked}\n}}\n"


def _span(groups: list[dict[str, Any]]) -> tuple[str, str] | None:
    """The first and the last year of publication, None where there is none."""
    years = sorted(year for group in groups if (year := group["keys"][0]["value"]))
    return (years[0], years[-1]) if years else None
