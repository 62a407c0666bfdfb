"""`/disclosures?…`: a list of disclosures that is narrowed step by step; its address says all of it.

The parameters are those of a `Selection`, `sort`, and `after` or `before`, a cursor. Counts and facets are asked beside
the page's rows and may take as long as these: a list whose counts take longer is shown without them, and asks for them
by `counts=1`, which a script does at once and anybody else by a link.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.pages import page
from api.portal.asking import ask, ask_quickly, kept
from api.portal.narrowing import CODES, FACETS, buckets, chips, dimensions, ids, straight, title_of, unsaid
from api.portal.words import Words, address, own_id
from api.refusal import RequestError, told
from api.standard import today
from api.subscriptions import Subscriptions
from publish.selection import PARAMETERS, Selection
from query.kept import Kept
from schemas.catalog import Catalog

PATH = "/disclosures"
PAGE = 20
PATIENCE, WANTED = 0.03, 2.0  # seconds for counts and facets, on the way and where they are asked for
LISTS = 500  # whose counts are remembered
COUNTRY = "100000"
SORTS: Mapping[str, tuple[Words, tuple[tuple[str, str], ...]]] = {
    "relevance": (("相关程度", "Relevance"), (("RELEVANCE", "DESC"),)),
    "newest": (("最新", "Newest"), ()),
    "oldest": (("最早", "Oldest"), (("PUBLISHED_DATE", "ASC"),)),
    "amount": (("金额", "Amount"), (("AMOUNT", "DESC"),)),
}

# Conditions that the form has no field for: they stay as they are.
_HIDDEN = ("publisher", "organization", "role", "filter")
# What the page repeats as it was sent.
_ECHOED = ("q", "publisher", "organization", "filter", "after", "before")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address of the list asks: which disclosures, in which order, from where on."""

    selection: Selection
    sort: str
    after: str
    before: str

    @classmethod
    def of(cls, request: Request) -> "Asked":
        """Raises what `Selection.of` raises, RequestError A220 for an order that there is not, A221 for a person's number."""
        given = request.query_params
        if any(told(value) != value for name in _ECHOED for value in given.getlist(name)):
            raise RequestError(
                400, "A221", "检索的内容像是个人的证件号码或者电话", "what is searched for looks like a person's number or telephone",
                "公开信息里没有个人号码;请用名称、项目或者编号检索。", "No disclosure has such numbers; search by name, project or reference number.",
            )  # fmt: skip
        selection = Selection.of(given.multi_items(), request.app.state.catalog)
        usual = "relevance" if selection.search else "newest"
        sort = given.get("sort") or usual
        if sort not in SORTS:
            raise RequestError(
                400, "A220", f"不能按“{sort[:40]}”排序", f"there is no order “{sort[:40]}”",
                f"sort 可以是 {'、'.join(SORTS)}。", f"`sort` is one of {', '.join(SORTS)}.",
            )  # fmt: skip
        if sort == "relevance" and not selection.search:
            sort = "newest"  # there is nothing to be relevant to
        return cls(selection, sort, given.get("after", ""), given.get("before", ""))

    def address(self, selection: Selection | None = None, *, sort: str = "", **cursor: str) -> str:
        """The address of a list; an order that is the usual one is not said."""
        chosen = selection if selection is not None else self.selection
        sort = sort or self.sort
        usual = "relevance" if chosen.search else "newest"
        extra = [("sort", sort)] if sort not in (usual, "relevance") else []
        return address(PATH, [*chosen.parameters(), *extra, *cursor.items()])

    def variables(self) -> dict[str, Any]:
        """The variables of the operation that gives the page."""
        order = [{"field": field, "direction": direction} for field, direction in SORTS[self.sort][1]]
        asked = {
            "filter": self.selection.filter(),
            "search": self.selection.search or None,
            "orderBy": order or None,
        }
        page = (
            {"last": PAGE, "before": self.before}
            if self.before
            else {"first": PAGE, "after": self.after or None}
        )
        return {name: value for name, value in (asked | page).items() if value is not None}


@kept
async def listing(request: Request) -> Response:
    """A page of the list."""
    asked = Asked.of(request)
    if not all(value for _, value in request.query_params.multi_items()):
        return RedirectResponse(_tidy(request), 302)  # a form sends what was not filled in, too
    given, wanted = asked.selection, request.query_params.get("counts") == "1"
    region = given.region or await _home(request)
    rows, counted, named = await asyncio.gather(
        ask(request, "listing", **asked.variables()),
        _counts(request, given, WANTED if wanted else PATIENCE),
        ask(request, "named", ids=ids(given), region=region, today=today().isoformat()),
    )
    return page(
        request, "portal/listing.html", _title(asked, request.app.state.catalog, named), asked=asked,
        counting="" if wanted or counted else asked.address(counts="1"),
        **_shown(request, asked, rows["disclosures"], counted, named),
    )  # fmt: skip


def _shown(
    request: Request,
    asked: Asked,
    rows: Mapping[str, Any],
    counted: Mapping[str, Any] | None,
    named: Mapping[str, Any],
) -> dict[str, Any]:
    """What the template shows."""
    catalog: Catalog = request.app.state.catalog
    given, where = asked.selection, rows["pageInfo"]
    names = {own_id(one["id"]): one["name"] for one in named["nodes"] if one}
    region = _region(given, named)
    place = (region["title"], region["titleEn"] or region["title"])
    variables = asked.variables()
    return {
        "edges": rows["edges"],
        "keeps": request.app.state.answers is not None,
        "total": counted["totalCount"] if counted else None,
        "facets": [
            (FACETS[one["dimension"]], buckets(one, given), unsaid(one), one["hasMore"])
            for one in (counted["facets"] if counted else ())
        ],
        "chips": list(chips(given, catalog, names, place)),
        "straight": None if rows["edges"] else straight(given),
        "region": region,
        "previous": where["hasPreviousPage"] and asked.address(before=where["startCursor"]),
        "next": where["hasNextPage"] and asked.address(after=where["endCursor"]),
        "sorts": [(name, said) for name, (said, _) in SORTS.items() if name != "relevance" or given.search],
        "groups": [
            (part, about, codelist, list(catalog.codelists[codelist].codes.values()))
            for part, (about, codelist) in CODES.items()
            if codelist != "type"
        ],
        "types": list(catalog.types.values()),
        "hidden": [(name, value) for name, value in given.parameters() if name in _HIDDEN],
        "given": {part: getattr(given, part) for part in CODES},
        "graphql": address("/graphql", {"query": request.app.state.questions["plain"], "variables": json.dumps(variables, ensure_ascii=False)}),
        "asked_variables": json.dumps(variables, ensure_ascii=False, indent=2),
        "plain": request.app.state.questions["plain"],
    }  # fmt: skip


async def _counts(request: Request, given: Selection, patience: float) -> dict[str, Any] | None:
    """How many there are and how they are distributed, None where that takes too long.

    Whoever turns pages or chooses another order of the same list does not wait for it again.
    """
    counts: Kept[tuple[Any, ...], dict[str, Any]] = request.app.state.counts
    subscriptions: Subscriptions = request.app.state.subscriptions
    key = (await subscriptions.newest(), today(), given)
    known = counts.find(key)
    if known is None:
        asked = {"filter": given.filter(), "search": given.search or None, "of": dimensions(given)}
        made = await ask_quickly(request, "facets", patience, **asked)
        if made is None:
            return None
        known = made["disclosures"]
        counts.keep(key, known)
    return known


def _region(given: Selection, named: Mapping[str, Any]) -> Mapping[str, Any]:
    """The region of the list; one that the store does not know yet is called by its code."""
    code = given.region or COUNTRY
    nameless = {"code": code, "title": code, "titleEn": code, "ancestors": [], "children": []}
    found: Mapping[str, Any] = named["region"] or nameless
    return found


async def _home(request: Request) -> str:
    """The region whose parts are offered where none is chosen: the province of most disclosures, else the country."""
    found = await ask(request, "provinces")
    groups = found["statistics"]["groups"]
    total = sum(group["count"] for group in groups)
    return next(
        (code for group in groups[:1] if (code := group["keys"][0]["value"]) and 2 * group["count"] > total),
        COUNTRY,
    )


def _title(asked: Asked, catalog: Catalog, named: Mapping[str, Any]) -> Words:
    """What the page is called: by what its list has in common."""
    given = asked.selection
    if given.search:
        return f"“{given.search}”的检索结果", f"Search for “{given.search}”"
    parts = []
    if given.region:
        region = _region(given, named)
        parts.append((region["title"], region["titleEn"] or region["title"]))
    if len(given.types) == 1:
        parts.append(title_of("type", given.types[0], catalog))
    elif len(given.domains) == 1:
        parts.append(title_of("domain", given.domains[0], catalog))
    if not parts:
        return "公开信息", "Disclosures"
    return "".join(one for one, _ in parts), ", ".join(one for _, one in parts)


def _tidy(request: Request) -> str:
    """The address without what it leaves open."""
    known = PARAMETERS | {"sort", "after", "before", "counts", "lang"}
    given = request.query_params.multi_items()
    return address(PATH, [(name, value) for name, value in given if value and name in known])
