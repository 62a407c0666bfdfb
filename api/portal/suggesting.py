"""`/suggest?q=`: what a word that is being typed may mean: organizations, publishers, regions, types, processes.

As HTML for the search box (htmx), as JSON for programs. Who has no script searches; nothing here is needed for that.
What begins with the word comes first and always; what only has it somewhere is looked for as long as nobody waits.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.pages import HTML, SECURITY, Pages, language, wants_page
from api.portal.asking import ask, ask_quickly, kept
from api.portal.words import Words, address, own_id
from api.refusal import told
from schemas.catalog import Catalog
from schemas.codelist import fold

MOST, OF_A_KIND = 10, 4
LONGEST = 60  # characters of what anybody would wait for a suggestion with
PATIENCE = 0.05  # seconds for what only has the word somewhere
KINDS: dict[str, Words] = {
    "organization": ("企业、单位", "organization"), "publisher": ("公开主体", "publisher"), "region": ("地区", "region"),
    "type": ("类型", "type"), "domain": ("领域", "domain"), "process": ("过程", "process"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that may be meant: its name in both languages, what tells it from others, its page."""

    kind: str
    title: str
    titleEn: str
    detail: str
    address: str


class Known:
    """What the catalog itself suggests: types, domains, and regions in force down to counties."""

    def __init__(self, catalog: Catalog) -> None:
        domains = {one.domain for one in catalog.types.values()}
        self._all = [
            *(
                Suggestion("domain", code.title, code.title_en or code.title, "", address("/disclosures", {"domain": code.code}))
                for code in catalog.codelists["domain"].codes.values()
                if code.code in domains
            ),
            *(
                Suggestion("type", one.title, one.title_en, one.type, address("/disclosures", {"type": one.type}))
                for one in catalog.types.values()
            ),
            *(
                Suggestion("region", code.title, code.title_en or code.title, code.code, f"/regions/{code.code}")
                for code in catalog.codelists["region"].codes.values()
                if len(code.code) == 6 and code.valid_to is None
            ),
        ]  # fmt: skip
        self._folded = [(fold(one.title), one.titleEn.lower(), one) for one in self._all]

    def suggest(self, word: str) -> list[Suggestion]:
        """Those whose title begins with a word, then types and domains that have it anywhere; a few of each kind."""
        folded, small = fold(word), word.lower()
        begins = [
            one
            for title, english, one in self._folded
            if title.startswith(folded) or english.startswith(small)
        ]
        has = [one for title, _, one in self._folded if one.kind != "region" and folded in title]
        return list(_few(begins + has, 3))


@kept
async def suggest(request: Request) -> Response:
    """The suggestions for a word; none for what is too long, or looks like a person's number."""
    word = " ".join(request.query_params.get("q", "").split())
    means = any(one.isalnum() for one in word) and len(word) <= LONGEST and told(word) == word
    found = await _found(request, word) if means else []
    if request.headers.get("hx-request") or wants_page(request):
        pages: Pages = request.app.state.pages
        content = pages.part(
            "portal/suggestions.html", language(request), suggestions=found, kinds=KINDS,
            chosen=request.query_params.get("lang") is not None,
        ).encode()  # fmt: skip
        return Response(content, 200, {**_HEADERS, **SECURITY}, HTML)
    body = {"query": told(word), "suggestions": [asdict(one) for one in found]}
    return Response(orjson.dumps(body), 200, _HEADERS, "application/json")


_HEADERS = {"Cache-Control": "no-cache", "Vary": "Accept-Language, Accept, HX-Request"}


async def _found(request: Request, word: str) -> list[Suggestion]:
    known: Known = request.app.state.known
    made = known.suggest(word)
    if len(word) > 1:
        begun = await ask(request, "suggest", q=word, numbered=any(one.isdigit() for one in word))
        made += [*_organizations(begun), *_processes(begun)]
        if len(made) < MOST:
            # A sign that searching reads as an operator is a part of the name here.
            quoted = '"' + word.replace('"', " ") + '"'
            has = await ask_quickly(request, "resemble", PATIENCE, q=quoted) or {}
            made += [*_publishers(has), *_organizations(has), *_processes(has)]
    order = list(KINDS)
    return sorted(_few(made, OF_A_KIND), key=lambda one: order.index(one.kind))[:MOST]


def _few(made: list[Suggestion], most: int) -> Iterator[Suggestion]:
    """Each once, so many of a kind."""
    seen: set[str] = set()
    count: dict[str, int] = {}
    for one in made:
        if one.address not in seen and count.get(one.kind, 0) < most:
            seen.add(one.address)
            count[one.kind] = count.get(one.kind, 0) + 1
            yield one


def _organizations(found: dict[str, Any]) -> Iterator[Suggestion]:
    nodes = [
        *([found["organization"]] if found.get("organization") else ()),
        *found.get("organizations", {}).get("nodes", ()),
    ]
    for one in nodes:
        yield Suggestion(
            "organization", one["name"], one["name"], one["uscc"] or "", f"/organizations/{own_id(one['id'])}"
        )


def _publishers(found: dict[str, Any]) -> Iterator[Suggestion]:
    for one in found.get("publishers", {}).get("nodes", ()):
        yield Suggestion("publisher", one["name"], one["name"], "", f"/publishers/{own_id(one['id'])}")


def _processes(found: dict[str, Any]) -> Iterator[Suggestion]:
    for one in found.get("processes", {}).get("nodes", ()):
        title = one["title"] or one["number"]
        yield Suggestion("process", title, title, one["number"], f"/processes/{own_id(one['id'])}")
