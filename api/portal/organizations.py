"""Organizations: found by name or code; what one did, with whom, and what is recorded about it.

`/organizations/{id}` has the id that GraphQL gives, without its kind. An id that an organization had before leads to
what it is now.
"""

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.pages import page
from api.portal.asking import ask, kept
from api.portal.words import own_id
from api.refusal import RequestError, told
from api.standard import missing
from publish.selection import Selection
from schemas.catalog import Catalog
from schemas.uscc import is_valid, region_of

PATH = "/organizations"
PAGE = 20
# Disclosures, up to which names and counterparties, and the roles of these, are asked for; and bids, up to which co-bidders.
NAMED, DEALT, BID = 1_500, 300, 60
LONGEST = 200  # letters of what is asked for
_TITLE = ("企业和单位", "Organizations")


def routes() -> list[Route]:
    """`/organizations` and the page of each."""
    return [Route(PATH, organizations), Route(f"{PATH}/{{id}}", organization)]


@kept
async def organizations(request: Request) -> Response:
    """Those whose name has the words, or the one with the code."""
    asked = searched(request)
    found: dict[str, Any] = {}
    if asked:
        found = await ask(request, "organizations", q=asked, **turned(request, PAGE))
        if found["byCode"]:
            return RedirectResponse(_address(request, found["byCode"]["id"]), 303)
    return page(
        request, "portal/organizations.html", _TITLE, q=asked, found=found.get("organizations"),
        note=found["matchOrganizations"][0]["note"] if found else None,
    )  # fmt: skip


@kept
async def organization(request: Request) -> Response:
    """All that the disclosures say of one organization."""
    asked = request.path_params["id"]
    found = (await ask(request, "organization", id=own_id(asked)))["organization"]
    if found is None:
        return missing(
            request, "A240", f"没有这个单位:{asked}", f"there is no such organization: {asked}",
            "在 /organizations 按名称或代码查找。", "Find it by name or code at /organizations.",
        )  # fmt: skip
    if own_id(found["id"]) != asked:
        return RedirectResponse(_address(request, found["id"]), 307, {"Cache-Control": "no-cache"})
    catalog: Catalog = request.app.state.catalog
    code = found["uscc"]
    total = sum(one["disclosures"] for one in found["domains"]["nodes"])
    wanted = request.query_params.get("with") == "all"
    roles = {one["role"]: one["disclosures"] for one in found["roles"]["nodes"]}
    bids = sum(count for role, count in roles.items() if role in catalog.sides.bidders)
    reach = _within_reach(total, bids, wanted) | {
        "credit": not roles.keys().isdisjoint(catalog.sides.subjects)
    }
    dealings = (await ask(request, "dealings", id=found["id"], **reach))["organization"]
    sides = dealings.get("counterparties")
    codes = [one for one in found["aliases"]["nodes"] if one["uscc"] or one["lastingCode"]]
    return page(
        request, "portal/organization.html", (found["name"], found["name"]), found=found, total=total,
        selected=Selection.of([("organization", asked)], catalog).parameters(), names=dealings.get("names"),
        checked=bool(code) and is_valid(code), registered=catalog.regions.get(region_of(code) or "") if code else None,
        years=_years(found["years"]["nodes"]), credit=dealings.get("creditRecords"), rivals=dealings.get("coBidders"), bids=bids, counterparties=sides, sides=sides and _sides(sides["nodes"]), codes=codes,
        by_name=found["aliases"]["totalCount"] - len(codes),
    )  # fmt: skip


def _within_reach(total: int, bids: int, wanted: bool) -> dict[str, bool]:
    """What of the dealings is asked for; each needs all of an organization's disclosures or bids, or more than these."""
    return {
        "names": wanted or total <= NAMED, "counterparties": wanted or total <= NAMED, "roles": wanted or total <= DEALT,
        "rivals": bids > 0 and (wanted or bids <= BID),
    }  # fmt: skip


def searched(request: Request) -> str:
    """What is looked for by name; raises what `refuse_numbers` raises."""
    asked = request.query_params.get("q", "").strip()[:LONGEST]
    refuse_numbers(asked)
    return asked


def refuse_numbers(*given: str) -> None:
    """Raises RequestError A245 where one of the texts, which a page would repeat, looks like a person's number."""
    if any(told(one) != one for one in given):
        raise RequestError(
            400, "A245", "要找的像是个人的证件号码或者电话", "what is looked for looks like a person's number or telephone",
            "请用名称或者单位的代码查找。", "Look for a name, or for an organization's code.",
        )  # fmt: skip


def turned(request: Request, size: int) -> dict[str, Any]:
    """The variables of a page of a list: after or before the cursor of the address."""
    after, before = request.query_params.get("after") or None, request.query_params.get("before") or None
    if before:
        return {"last": size, "before": before}
    return {"first": size, "after": after}


def _address(request: Request, global_id: str) -> str:
    lang = request.query_params.get("lang")
    return f"{PATH}/{quote(own_id(global_id), safe='')}" + (f"?lang={quote(lang)}" if lang else "")


def _years(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The years as they went by; without a date last."""
    return sorted(nodes, key=lambda one: (one["year"] is None, one["year"] or 0))


def _sides(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The counterparties, each with the pair of roles that it has most often first."""
    return [
        one | {"roles": sorted(one.get("roles", ()), key=lambda pair: -pair["disclosures"])} for one in nodes
    ]
