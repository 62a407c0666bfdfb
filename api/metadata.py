"""What outside tools read: `/datapackage.json`, `/catalog.jsonld` and `/catalog.ttl`, all of one data version.

What they tell of records (how many, of which years and places) is asked of our own GraphQL, once for each data version.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime

import orjson
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.cache import cached
from api.editions import Editions
from api.graphql import FRESH
from api.portal.asking import ask, refused
from api.site import site_of
from api.standard import missing
from api.subscriptions import Subscriptions
from publish.datasets.building import Builder
from publish.datasets.export import unknown_format
from publish.metadata import dcat
from publish.metadata.datapackage import FILE, Measured, package
from publish.metadata.datasets import Dataset, Facts, Known, datasets, find
from publish.metadata.graph import json_ld, turtle
from publish.metadata.measuring import Named, measured, named
from query.kept import Kept
from schemas.catalog import Catalog
from schemas.errors import OpenallocError

QUESTION = "facts"  # the document that `document` makes
_JSON = "application/json"
_WRITERS = {"jsonld": (json_ld, "application/ld+json"), "ttl": (turtle, "text/turtle; charset=utf-8")}
_CHINA = "100000"
_BYTES = 32 * 1024 * 1024


class Metadata:
    """What is known of the records at the newest data version, how its files are named, and what is made of that."""

    def __init__(self) -> None:
        self.files: Kept[tuple[str, ...], bytes] = Kept(_BYTES, lambda _, content: len(content))
        self.known: Kept[tuple[str, int], Known] = Kept(4)
        self.named: Kept[int, Named] = Kept(2)

    def measured(self, catalog: Catalog, builder: Builder, version: int) -> dict[tuple[str, str], Measured]:
        """The bytes and the digest of the tables' CSV files that are kept of a data version."""
        names = self.named.get(version, lambda: named(datasets(catalog), catalog, version, builder.site))
        return measured(names, builder.folder)


def routes() -> list[Route]:
    """The addresses of metadata."""
    return [
        Route(f"/{FILE}", whole_package),
        Route(f"/datasets/{{path:path}}/{FILE}", one_package),
        Route("/catalog.{suffix}", catalogue),
    ]


def document(domains: Iterable[str]) -> str:
    """The document that asks for counts by type and year, and by type and province, of each domain there is."""
    asked = "\n".join(
        f'  {domain}: statistics(filter: {{domain: {{eq: {domain}}}, status: {{eq: "published"}}}}, groupBy: [TYPE, YEAR], first: 1000)'
        " { groups { keys { value } count } }"
        for domain in domains
    )
    return (
        "query Facts {\n  changes(last: 1) { nodes { version at } }\n"
        '  provinces: statistics(filter: {status: {eq: "published"}}, groupBy: [TYPE, PROVINCE], first: 1000)'
        f" {{ hasMore groups {{ keys {{ value }} }} }}\n{asked}\n}}\n"
    )


async def known(request: Request) -> Known:
    """What is known now; asked once for each data version."""
    metadata: Metadata = request.app.state.metadata
    subscriptions: Subscriptions = request.app.state.subscriptions
    key = (site_of(request), await subscriptions.newest())
    found = metadata.known.find(key)
    if found is None:
        found = await _asked(request, key[0])
        metadata.known.keep((key[0], found.version), found)
    return found


async def _asked(request: Request, site: str) -> Known:
    catalog: Catalog = request.app.state.catalog
    found = await ask(request, QUESTION)
    newest = next(iter(found.pop("changes")["nodes"]), None)
    provinces = found.pop("provinces")
    types: dict[str, Facts] = {}
    for group in (group for one in found.values() for group in one["groups"]):
        type, year = (key["value"] for key in group["keys"])
        types[type] = _added(types.get(type, Facts()), int(group["count"]), year)
    places: dict[str, list[str]] = {}
    for group in provinces["groups"]:
        type, province = (key["value"] for key in group["keys"])
        if province in catalog.codelists["region"].codes:
            places.setdefault(type, []).append(province)
    for type, facts in types.items():
        regions = (_CHINA,) if provinces["hasMore"] else tuple(sorted(places.get(type, ())))
        types[type] = replace(facts, regions=regions)
    every = {
        one.path: _together(types[type.type] for type in one.types if type.type in types)
        for one in datasets(catalog)
    }
    return Known(
        site, newest["version"] if newest else 0,
        datetime.fromisoformat(newest["at"]) if newest else None, every,
    )  # fmt: skip


async def whole_package(request: Request) -> Response:
    """The data package of every dataset."""
    return await _package(request, list(datasets(request.app.state.catalog)), "")


async def one_package(request: Request) -> Response:
    """The data package of one dataset."""
    catalog: Catalog = request.app.state.catalog
    path = request.path_params["path"]
    dataset = find(path, catalog)
    if dataset is None:
        return no_dataset(request, path)
    return await _package(request, [dataset], path)


async def _package(request: Request, found: list[Dataset], name: str) -> Response:
    """The data package of some datasets, with what is known of their files now."""
    state = request.app.state
    try:
        now = await known(request)
    except OpenallocError as error:
        return refused(request, error)
    sizes = await run_sync(state.metadata.measured, state.catalog, state.files.builder, now.version)

    def made(now: Known) -> bytes:
        told = package(found, state.catalog, now, lambda of, table: sizes.get((of.path, table.name)))
        return orjson.dumps(told)

    own = {one.path for one in found}
    mark = hashlib.sha256(repr(sorted(one for one in sizes.items() if one[0][0] in own)).encode()).hexdigest()
    return await _kept(request, ("package", name, mark), _JSON, made)


async def catalogue(request: Request) -> Response:
    """The catalogue by DCAT-AP, as JSON-LD or Turtle."""
    catalog: Catalog = request.app.state.catalog
    suffix = request.path_params["suffix"]
    if suffix not in _WRITERS:
        return missing(
            request, "A216", f"目录没有这种格式:{suffix}", f"there is no such format of the catalogue: {suffix}",
            "有 /catalog.jsonld 和 /catalog.ttl。", "There are /catalog.jsonld and /catalog.ttl.",
        )  # fmt: skip
    write, media_type = _WRITERS[suffix]
    editions: Editions = request.app.state.editions
    edition, files = await run_sync(editions.held)
    gone = sum(one.gone is not None for one in files)  # as the number of files, it only ever grows
    mark = (edition.name if edition else "", str(len(files)), str(gone))

    def made(now: Known) -> bytes:
        return write(dcat.PREFIXES, dcat.graph(catalog, now, edition, files))

    return await _kept(request, ("catalog", suffix, *mark), media_type, made)


def no_dataset(request: Request, path: str) -> Response:
    """404 for a dataset that is not there, or not in such a format."""
    name, dot, ending = path.partition(".")
    if dot and find(name, request.app.state.catalog):
        no = unknown_format(ending)
        return missing(request, no.code, no.message, no.message_en, no.hint, no.hint_en)
    return missing(
        request, "A215", f"没有这个数据集:{path}", f"there is no such dataset: {path}",
        "全部数据集见 /datasets。", "/datasets lists them all.",
    )  # fmt: skip


async def _kept(
    request: Request, name: tuple[str, ...], media_type: str, make: Callable[[Known], bytes]
) -> Response:
    metadata: Metadata = request.app.state.metadata
    try:
        now = await known(request)
    except OpenallocError as error:
        return refused(request, error)
    key = (*name, now.site, str(now.version))
    content = await run_sync(metadata.files.get, key, lambda: make(now))
    return cached(request, content, media_type, FRESH)


def _added(facts: Facts, count: int, year: str | None) -> Facts:
    """With the records of a year of publication."""
    if year is None:
        return replace(facts, records=facts.records + count)
    first, last = date(int(year), 1, 1), date(int(year), 12, 31)
    return replace(
        facts,
        records=facts.records + count,
        since=min(facts.since or first, first),
        until=max(facts.until or last, last),
    )


def _together(several: Iterable[Facts]) -> Facts:
    """The facts of several types as one."""
    found = list(several)
    return Facts(
        sum(one.records for one in found), min((one.since for one in found if one.since), default=None),
        max((one.until for one in found if one.until), default=None),
        tuple(sorted({region for one in found for region in one.regions})),
    )  # fmt: skip
