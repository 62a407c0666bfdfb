"""`/ocds/…`: disclosures as OCDS 1.1 releases, processes as records, and the extension that they use.

One disclosure, one process, pages of them by the parameters of every list (publish.selection), and all of them a line
each. Pages are linked by `links.next`, as OCDS says of its APIs, and by the header Link.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import orjson
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.cache import DAY, cached
from api.graphql import FRESH
from api.operation import Answer, Service
from api.operation import Request as Operation
from api.refusal import RequestError, body_of, status_of, told
from api.site import site_of
from api.standard import missing
from publish.ocds import reading
from publish.ocds.extension import PATH, Extension
from publish.ocds.mapping import Mapping as Table
from publish.ocds.package import record_package, release_package
from publish.ocds.release import PREFIX, Releases, Source
from publish.selection import Selection
from schemas.catalog import Catalog
from schemas.errors import OpenallocError
from store.claims import ID

Make = Callable[[Request, list[str], str, dict[str, Any]], bytes]
JSON, LINES = "application/json", "application/jsonl; charset=utf-8"
SIZE = 50  # disclosures of a page
_BATCH = 100  # disclosures that are read at once for lines
_TYPES = {"csv": "text/csv; charset=utf-8", "json": JSON}
_QUESTION = """\
query ($filter: DisclosureFilter, $search: String, $first: Int!, $after: String) {
  disclosures(filter: $filter, search: $search, first: $first, after: $after) {
    nodes { id }
    pageInfo { endCursor hasNextPage }
  }
}"""


class Ocds:
    """What OCDS needs of one catalog, read when the application is made."""

    def __init__(self, catalog: Catalog, prefix: str = PREFIX) -> None:
        self.catalog = catalog
        self.prefix = prefix
        self.table = Table.load()
        self.types = tuple(one.type for one in self.table.types(catalog))

    @cached_property
    def extension(self) -> Extension:
        """The extension's files, made when they are first asked for."""
        return Extension(self.catalog, self.table)

    def releases(self, base: str) -> Releases:
        """What makes releases whose addresses begin so."""
        return Releases(self.catalog, self.table, base, self.prefix)


def routes() -> list[Route]:
    """`/ocds/…`."""
    return [
        Route("/ocds/", index),
        Route("/ocds/releases.json", release_page),
        Route("/ocds/releases.jsonl", release_lines),
        Route("/ocds/releases/{id}.json", release),
        Route("/ocds/records.json", record_page),
        Route("/ocds/records/{id}.json", record),
        Route(f"{PATH}{{file:path}}", extension_file),
    ]


def index(request: Request) -> Response:
    """Where everything is, and what there is."""
    ocds, base = _ocds(request), site_of(request)
    return cached(request, orjson.dumps({
        "version": "1.1",
        "ocidPrefix": ocds.prefix,
        "releases": f"{base}/ocds/releases.json", "records": f"{base}/ocds/records.json",
        "everyRelease": f"{base}/ocds/releases.jsonl",
        "release": f"{base}/ocds/releases/{{disclosure}}.json", "record": f"{base}/ocds/records/{{process}}.json",
        "extension": f"{base}{PATH}extension.json",
        "types": list(ocds.types),
    }), JSON, DAY)  # fmt: skip


def release(request: Request) -> Response:
    """The release package of one disclosure."""
    id, ocds = request.path_params["id"], _ocds(request)
    with request.app.state.engine.connect() as connection:
        found = reading.sources(connection, [id], ocds.types) if ID.fullmatch(id) else []
        if not found:
            return _no_release(request, connection, id)
    made = release_package(ocds.releases(site_of(request)), found, _here(request))
    return cached(request, orjson.dumps(made), JSON, FRESH)


def record(request: Request) -> Response:
    """The record package of one process."""
    id, ocds = request.path_params["id"], _ocds(request)
    with request.app.state.engine.connect() as connection:
        found = reading.of_processes(connection, [id], ocds.types)
    if not found:
        return missing(
            request, "A213", f"没有这个过程,或者其中没有能写成 OCDS 的公开信息:{id}",
            f"there is no such process, or nothing in it that OCDS carries: {id}",
            "过程标识见记录页;能写成 OCDS 的类型见 /ocds/。", "A record's page has the id of its process; /ocds/ lists the types.",
        )  # fmt: skip
    made = record_package(ocds.releases(site_of(request)), found, _here(request))
    return cached(request, orjson.dumps(made), JSON, FRESH)


async def release_page(request: Request) -> Response:
    """A page of releases, the newest disclosures first."""
    return await _page(request, _releases_of)


async def record_page(request: Request) -> Response:
    """A page of records: those of the processes that a page of disclosures is in."""
    return await _page(request, _records_of)


async def release_lines(request: Request) -> Response:
    """Every release of a selection, a line each; the connection breaks where they cannot all be told."""
    try:
        selection = Selection.of(request.query_params.multi_items(), request.app.state.catalog)
        ids, after = await _ids(request, selection, _BATCH, None)
    except OpenallocError as error:
        return Response(body_of(error), status_of(error), media_type=JSON)
    return StreamingResponse(_lines(request, selection, ids, after), media_type=LINES)


async def _lines(
    request: Request, selection: Selection, ids: list[str], after: str | None
) -> AsyncIterator[bytes]:
    releases = _ocds(request).releases(site_of(request))

    def made(ids: list[str]) -> bytes:
        found = _read(request, ids)
        return b"".join(orjson.dumps(releases.release(one)) + b"\n" for one in found)

    yield await run_in_threadpool(made, ids)
    while after is not None:
        ids, after = await _more(request, selection, after)
        yield await run_in_threadpool(made, ids)


def extension_file(request: Request) -> Response:
    """A file of the extension: extension.json, release-schema.json, a codelist."""
    file = request.path_params["file"]
    content = _ocds(request).extension.files.get(file)
    if content is None:
        return missing(
            request, "A214", f"扩展里没有这个文件:{file}", f"the extension has no such file: {file}",
            f"文件清单见 {PATH}extension.json。", f"{PATH}extension.json lists its files.",
        )  # fmt: skip
    return cached(request, content, _TYPES[file.rpartition(".")[2]], DAY)


async def _page(request: Request, make: Make) -> Response:
    """A page of a selection's disclosures, made into a package, linked to the next."""
    asked = request.query_params
    begun = asked.get("after")
    try:
        selection = Selection.of(asked.multi_items(), request.app.state.catalog)
        ids, after = await _ids(request, selection, SIZE, begun)
    except OpenallocError as error:
        return Response(body_of(error), status_of(error), media_type=JSON)

    def address(begin: str | None) -> str:
        query = urlencode([*selection.parameters(), *([("after", begin)] if begin else [])])
        return told(f"{site_of(request)}{request.url.path}{'?' if query else ''}{query}")

    links = {"next": address(after)} if after is not None else {}
    more: dict[str, Any] = {"links": links} if links else {}
    content = await run_in_threadpool(make, request, ids, address(begun), more)
    headers = {"Link": f'<{links["next"]}>; rel="next"'} if links else {}
    return cached(request, content, JSON, FRESH, headers)


def _releases_of(request: Request, ids: list[str], uri: str, more: dict[str, Any]) -> bytes:
    found = _read(request, ids)
    return orjson.dumps(release_package(_ocds(request).releases(site_of(request)), found, uri, **more))


def _records_of(request: Request, ids: list[str], uri: str, more: dict[str, Any]) -> bytes:
    ocds = _ocds(request)
    with request.app.state.engine.connect() as connection:
        processes = dict.fromkeys(one.process for one in reading.sources(connection, ids, ocds.types))
        found = reading.of_processes(connection, list(processes), ocds.types)
    return orjson.dumps(record_package(ocds.releases(site_of(request)), found, uri, **more))


def _read(request: Request, ids: list[str]) -> list[Source]:
    with request.app.state.engine.connect() as connection:
        return reading.sources(connection, ids, _ocds(request).types)


async def _ids(
    request: Request, selection: Selection, size: int, after: str | None
) -> tuple[list[str], str | None]:
    """A page of the ids of a selection's disclosures that OCDS carries, and after what the next begins."""
    service: Service = request.app.state.service
    answer = await service.respond(_asked(request, selection, size, after), service.client(request.scope))
    said = orjson.loads(answer.body)
    if "errors" in said or not said.get("data"):
        raise _refused(answer, said)
    return _told(said["data"])


async def _more(request: Request, selection: Selection, after: str) -> tuple[list[str], str | None]:
    """The next page for lines, which the client paid for by asking for them."""
    service: Service = request.app.state.service
    ready = service.preparer.prepare(_asked(request, selection, _BATCH, after))
    return _told(orjson.loads(await service.runner.fetch(ready.prepared.statement, ready.values)))


def _asked(request: Request, selection: Selection, size: int, after: str | None) -> Operation:
    fits = {"type": {"in": list(_ocds(request).types)}, "status": {"eq": "published"}}
    return Operation(_QUESTION, {
        "filter": {"and": [selection.filter(), fits]} if selection.filter() else fits,
        "search": selection.search or None, "first": size, "after": after,
    })  # fmt: skip


def _told(data: Mapping[str, Any]) -> tuple[list[str], str | None]:
    found = data["disclosures"]
    following = found["pageInfo"]["endCursor"] if found["pageInfo"]["hasNextPage"] else None
    return [one["id"] for one in found["nodes"]], following


def _refused(answer: Answer, said: Mapping[str, Any]) -> RequestError:
    error = said["errors"][0]
    message, _, english = str(error["message"]).partition(" / ")
    extensions = error.get("extensions") or {}
    return RequestError(
        answer.status or 400, extensions.get("code", "A210"), message, english or message,
        extensions.get("hint", ""), extensions.get("hintEn", ""),
    )  # fmt: skip


def _no_release(request: Request, connection: Connection, id: str) -> Response:
    known = reading.status(connection, id) if ID.fullmatch(id) else None
    if known is None:
        return missing(
            request, "A210", f"没有这条公开信息:{id}", f"there is no such disclosure: {id}",
            "核对标识(例如 530114-0123456789abcdef)。", "Compare its id (like 530114-0123456789abcdef).",
        )  # fmt: skip
    if known[1] != "published":
        return missing(
            request, "A211", f"这条公开信息已撤回:{id}", f"this disclosure was withdrawn: {id}",
            f"理由见 /disclosures/{id}。", f"/disclosures/{id} says why.", status=410,
        )  # fmt: skip
    return missing(
        request, "A212", f"OCDS 写不了这个类型:{known[0]}", f"OCDS does not carry this type: {known[0]}",
        f"原文见 /disclosures/{id};能写成 OCDS 的类型见 /ocds/。", f"The record is /disclosures/{id}; /ocds/ lists the types.",
    )  # fmt: skip


def _ocds(request: Request) -> Ocds:
    found: Ocds = request.app.state.ocds
    return found


def _here(request: Request) -> str:
    return f"{site_of(request)}{request.url.path}"
