"""The standard as people read it: an index, a page for each type and codelist, the disclosure catalogue, downloads.

These are plain functions, which run in threads: a long page keeps no query waiting.
"""

import json
from collections.abc import Iterable
from math import ceil

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.cache import DAY, cached
from api.downloads import Downloads
from api.pages import language, page
from api.refusal import told
from api.standard import missing, today
from publish.catalogue import catalogue
from publish.entry import Entry, entries
from publish.history import STATUSES, history
from publish.question import question
from publish.wording import deadline
from schemas import policy
from schemas.catalog import Catalog, Disclosure
from schemas.codelist import Code, fold

ROWS = 300  # codes on one page


def routes() -> list[Route]:
    """`/standard/…` and `/standard.zip`."""
    return [
        Route("/standard.zip", whole),
        Route("/standard/", index),
        Route("/standard/catalogue", catalogue_page),
        Route("/standard/catalogue.{suffix}", catalogue_file),
        Route("/standard/codelists/", codelists),
        Route("/standard/codelists/{name}", codelist_page),
        Route("/standard/{domain}/{name}", type_page),
        Route("/standard/{domain}/{name}/{version}", type_page),
    ]


def index(request: Request) -> Response:
    """Every type, by domain, in the order of the policy."""
    catalog: Catalog = request.app.state.catalog
    order = {type: place for place, type in enumerate(catalog.policy.matters)}
    found: dict[str, list[Disclosure]] = {}
    for disclosure in sorted(catalog.types.values(), key=lambda one: order.get(one.type, len(order))):
        found.setdefault(disclosure.domain, []).append(disclosure)
    return page(
        request, "standard.html", ("标准", "The standard"), catalog=catalog, domains=found,
        matters=catalog.policy.matters, deadline=deadline, policy=policy,
    )  # fmt: skip


def type_page(request: Request) -> Response:
    """Everything about a type: the newest version, or the one that the address names."""
    catalog: Catalog = request.app.state.catalog
    type = f"{request.path_params['domain']}/{request.path_params['name']}"
    version = request.path_params.get("version")
    disclosure = catalog.versions.get(f"{type}/{version}") if version else catalog.types.get(type)
    if disclosure is None:
        return missing(
            request, "A020", f"没有这个类型或版本:{type}{'/' + version if version else ''}",
            f"there is no such type or version: {type}{'/' + version if version else ''}",
            "全部类型见 /standard/。", "/standard/ lists all types.",
        )  # fmt: skip
    own, envelope = entries(disclosure, catalog)
    newest = catalog.types[type] is disclosure
    return page(
        request, "type.html", (disclosure.title, disclosure.title_en), disclosure=disclosure, catalog=catalog,
        matter=catalog.policy.matters.get(type), policy=policy, own=own, envelope=envelope,
        required=[entry for entry in _all(own, envelope) if entry.field.required and len(entry.field.path) == 1],
        carriers=_carriers(_all(own, envelope)), deadlines=[(deadline(rule, disclosure, catalog), rule) for rule in disclosure.deadlines],
        sample=json.dumps(disclosure.sample, ensure_ascii=False, indent=2),
        query=question(disclosure, request.app.state.service.model) if newest else None,
        history=history(type, catalog, today()), statuses=STATUSES, standing=disclosure.release.status(today()), newest=newest,
    )  # fmt: skip


def catalogue_page(request: Request) -> Response:
    """The disclosure catalogue, a table for each domain."""
    catalog: Catalog = request.app.state.catalog
    whole = catalogue(catalog)
    found: dict[str, list[dict[str, object]]] = {}
    for matter in whole["matters"]:
        found.setdefault(matter["domain"], []).append(matter)
    return page(
        request, "catalogue.html", ("公开事项目录", "Disclosure catalogue"), whole=whole, domains=found,
        titles=catalog.codelists["domain"].codes, supervision=catalog.policy.supervision,
    )  # fmt: skip


def catalogue_file(request: Request) -> Response:
    """The catalogue as JSON, CSV or XLSX; CSV and XLSX in Chinese unless the address asks for English."""
    suffix = request.path_params["suffix"]
    downloads: Downloads = request.app.state.downloads
    english = request.query_params.get("lang") == "en"
    found = downloads.catalogue(suffix, "en" if english else "zh")
    if found is None:
        return missing(
            request, "A021", f"目录没有这个格式:{suffix}", f"there is no such format of the catalogue: {suffix}",
            "有 json、csv、xlsx。", "There are json, csv and xlsx.",
        )  # fmt: skip
    name = f"disclosure-catalogue{'-en' if english else ''}.{suffix}"
    headers = {} if suffix == "json" else {"Content-Disposition": f'attachment; filename="{name}"'}
    return cached(request, found.content, found.media_type, DAY, headers)


def codelists(request: Request) -> Response:
    """Every codelist and where it is used."""
    catalog: Catalog = request.app.state.catalog
    return page(
        request, "codelists.html", ("代码表", "Codelists"), lists=catalog.codelists,
        uses={name: len(_uses(name, catalog)) for name in catalog.codelists},
    )  # fmt: skip


def codelist_page(request: Request) -> Response:
    """The codes of a list, some hundred a page, found by their words."""
    catalog: Catalog = request.app.state.catalog
    name = request.path_params["name"]
    found = catalog.codelists.get(name)
    if found is None:
        return missing(
            request, "A011", f"没有这个代码表:{name}", f"there is no such codelist: {name}",
            "全部代码表见 /standard/codelists/。", "/standard/codelists/ lists them.",
        )  # fmt: skip
    asked = told(request.query_params.get("q", "").strip()[:100])
    codes = [code for code in found.codes.values() if _matches(code, asked)]
    pages = max(1, ceil(len(codes) / ROWS))
    given = request.query_params.get("page", "1")
    at = min(max(int(given), 1), pages) if given.isascii() and given.isdigit() and len(given) < 6 else 1
    shown = codes[(at - 1) * ROWS : at * ROWS]
    return page(
        request, "codelist.html", (found.title, found.title_en), list=found, about=found.about, lists=catalog.codelists, total=len(codes), shown=shown,
        columns=_columns(shown), asked=asked, at=at, pages=pages, uses=_uses(name, catalog), types=catalog.types,
        english=language(request) == "en", first=(at - 1) * ROWS + 1,
    )  # fmt: skip


def whole(request: Request) -> Response:
    """The whole standard as one zip."""
    downloads: Downloads = request.app.state.downloads
    headers = {"Content-Disposition": 'attachment; filename="openalloc-standard.zip"'}
    return cached(request, downloads.standard(today()), "application/zip", DAY, headers)


def _all(*groups: tuple[Entry, ...]) -> list[Entry]:
    return [entry for group in groups for top in group for entry in top.walk()]


def _carriers(all_entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The entries that carry each item of the policy."""
    found: dict[str, list[Entry]] = {}
    for entry in all_entries:
        for item in entry.items:
            found.setdefault(item.number, []).append(entry)
    return found


def _uses(codelist: str, catalog: Catalog) -> dict[str, list[str]]:
    """The types whose fields take codes of a list, and the fields' paths."""
    found: dict[str, list[str]] = {}
    for disclosure in catalog.types.values():
        for field in disclosure.walk():
            if field.codelist == codelist:
                found.setdefault(disclosure.type, []).append(field.dotted)
    return found


def _matches(code: Code, asked: str) -> bool:
    if not asked:
        return True
    wanted = fold(asked)
    return any(wanted in fold(words) for words in (code.code, code.title, code.title_en, *code.aliases))


def _columns(codes: Iterable[Code]) -> dict[str, bool]:
    """Which optional columns any of the codes fills, the list's own by their names."""
    found: dict[str, bool] = dict.fromkeys(("title_en", "description", "aliases", "parent", "valid"), False)
    for code in codes:
        found["title_en"] |= bool(code.title_en)
        found["description"] |= bool(code.description)
        found["aliases"] |= bool(code.aliases)
        found["parent"] |= code.parent is not None
        found["valid"] |= code.valid_from is not None or code.valid_to is not None
        found |= dict.fromkeys(code.extra, True)
    return {name: filled for name, filled in found.items() if filled}
