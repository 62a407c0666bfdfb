"""Downloads: `/datasets/<everything, domain, domain/type>.<format>` and `/disclosures.<format>` for any selection.

A linked table has its name before the format (`land/grant-result.parties.csv`); `.sha256` after it gives the checksum,
`.size` in its place how many records there are and about how many bytes each format has.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import anyio
import anyio.to_thread
import orjson
from sqlalchemy.exc import SQLAlchemyError
from starlette.convertors import CONVERTOR_TYPES
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.choosing import choose
from api.files import finished, headers_of, is_known, served
from api.operation import Service
from api.refusal import RequestError
from api.standard import refused
from publish.datasets.building import Builder, BusyError, FailedError
from publish.datasets.deltas import Delta, delta, version_since
from publish.datasets.export import FORMATS, Choose, DatasetError, Export, dataset, selected, unknown_format
from publish.datasets.kept import BrokenError, Reading
from publish.datasets.reading import snapshot
from publish.datasets.sizing import Size
from publish.selection import SelectionError
from schemas.errors import OpenallocError

SHA256, SIZE = "sha256", "size"
_COST = 10_000  # of a file that is made, whatever is in it: its records have to be looked for
_THREADS = 8  # in which files are counted and waited for
_ENDING = rf"(?P<ending>(?:[a-z0-9_]+\.)?(?:{'|'.join(sorted(map(re.escape, FORMATS), key=len, reverse=True))})(?:\.{SHA256})?|{SIZE})"
_STATUS = {"P100": 404, "P101": 404, "P102": 404, "P105": 503}


class Suffixed(Route):
    """A route whose path ends in a format."""

    def __init__(self, path: str, pattern: str, endpoint: Callable[[Request], Awaitable[Response]]) -> None:
        super().__init__(path, endpoint)
        self.path_regex = re.compile(pattern + _ENDING + "$")
        self.param_convertors = dict.fromkeys(self.path_regex.groupindex, CONVERTOR_TYPES["str"])


def routes() -> list[Route]:
    """The addresses of files; they come before the pages, whose names have no dot."""
    return [
        Suffixed("/datasets/{path}", r"^/datasets/(?P<path>[a-z0-9/-]{1,100})\.", of_dataset),
        Suffixed("/disclosures.{ending}", r"^/disclosures\.", of_selection),
        Route("/changes.jsonl", changes),
    ]


async def unknown(request: Request) -> Response:
    """That a list cannot be had in a format; comes after all formats there are."""
    return refused(request, unknown_format(request.path_params["ending"]), _STATUS["P100"])


@dataclass
class Files:
    """What the files of an application are made by, and how many downloads a client has at the moment."""

    builder: Builder
    most_of_a_client: int = 8
    tidied: float = 60.0  # seconds between two looks whether kept files have to go
    others: Sequence[Callable[[], object]] = ()  # what has to be tidied as well
    # Who waits for a place waits in a thread: in one of these, that others may go on.
    threads: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(_THREADS))
    _open: Counter[str] = field(default_factory=Counter)

    async def tidy(self) -> None:
        """Remove what a withdrawal for privacy touched also where nobody asks for anything, while the process serves."""
        while True:
            await anyio.sleep(self.tidied)
            for tidy in (self.builder.tidy, *self.others):
                with suppress(SQLAlchemyError, OSError):  # the database is away: the next time
                    await anyio.to_thread.run_sync(tidy)

    @contextmanager
    def making(self, client: str) -> Iterator[None]:
        """A place among those for whom a file is made; raises RequestError A200 where this client has them all."""
        if self._open[client] >= self.most_of_a_client:
            raise RequestError(
                429, "A200", f"同一来源同时生成的下载至多 {self.most_of_a_client} 个",
                f"at most {self.most_of_a_client} downloads are made for one client at a time",
                "等前面的下载完成。", "Wait until the others are done.",
            )  # fmt: skip
        self._open[client] += 1
        try:
            yield
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]


async def of_dataset(request: Request) -> Response:
    """A file of a dataset: whole, of a year of publication, of a prefecture."""
    catalog = request.app.state.catalog
    make = partial(dataset, request.path_params["path"], catalog=catalog, parameters=_parameters(request))
    return await _answered(
        request, lambda ending, choose: make(ending=ending, choose=choose), request.path_params["ending"]
    )


async def of_selection(request: Request) -> Response:
    """A file of the disclosures that a list of the portal has, or a filter of GraphQL."""
    catalog = request.app.state.catalog
    make = partial(selected, _parameters(request), catalog=catalog)
    return await _answered(
        request, lambda ending, choose: make(ending=ending, choose=choose), request.path_params["ending"]
    )


async def changes(request: Request) -> Response:
    """What was added, changed, withdrawn and removed of a selection since a data version or a time."""
    catalog, builder = request.app.state.catalog, request.app.state.files.builder
    parameters = _parameters(request)
    since = [value for name, value in parameters if name == "since"]

    def make(ending: str, choose: Choose) -> Export:
        with snapshot(builder.engine) as taken:
            begin = version_since(since[0] if len(since) == 1 else "", taken)
        return delta(parameters, begin, catalog, choose)

    return await _answered(request, make, "jsonl")


def _parameters(request: Request) -> list[tuple[str, str]]:
    return list(request.query_params.multi_items())


async def _answered(request: Request, make: Callable[..., Export], ending: str) -> Response:
    service: Service = request.app.state.service
    try:
        if ending == SIZE:
            return await _size(request, partial(make, "csv", partial(choose, service)))
        of_file = ending.removesuffix(f".{SHA256}")
        export = await anyio.to_thread.run_sync(make, of_file, partial(choose, service))
        return await _file(request, export, only_digest=of_file != ending)
    except BusyError as error:
        answer = refused(request, error, 503)
        answer.headers["Retry-After"] = "30"
        return answer
    except (FailedError, BrokenError):
        told = RequestError(
            500, "A201", "下载文件没有生成", "the file could not be made", "请稍后重试。", "Try again later."
        )
        return refused(request, told)
    except (DatasetError, SelectionError) as error:
        return refused(request, error, _STATUS.get(error.code, 400))
    except OpenallocError as error:
        return refused(request, error)


async def _file(request: Request, export: Export, *, only_digest: bool) -> Response:
    files: Files = request.app.state.files
    builder = files.builder
    standing = await anyio.to_thread.run_sync(builder.standing)
    reading = await anyio.to_thread.run_sync(
        _kept, request, builder, export, standing.version, standing.privacy
    )
    version = reading.begun.version if reading else standing.version
    etag = f'"{export.key(version, builder.site)}"'
    if reading is None:
        at = standing.at.isoformat() if standing.at else None
        headers = headers_of(etag, None, version, at, export.file_name)
        if not only_digest and is_known(request, headers):
            return Response(status_code=304, headers=headers)
        if request.method == "HEAD" and not only_digest:
            if isinstance(export, Delta):
                return _head(headers, export)
            size = await anyio.to_thread.run_sync(Size.of, builder, export, limiter=files.threads)
            headers |= {"Openalloc-Records": str(size.records), "Openalloc-Bytes-Estimated": str(size.bytes)}
            return _head(headers, export)
    return await _read(request, files, export, reading, standing.version, only_digest=only_digest)


def _head(headers: dict[str, str], export: Export) -> Response:
    """Headers alone; nobody knows the length yet."""
    answer = Response(headers=headers, media_type=export.media_type)
    del answer.headers["Content-Length"]
    return answer


def _kept(request: Request, builder: Builder, export: Export, version: int, privacy: int) -> Reading | None:
    """The file of this data version, or of an older one that the client has begun to read and still may."""
    begun = request.headers.get("if-range", "").strip('"')
    if begun and "range" in request.headers and re.fullmatch(r"[0-9a-f]{32}", begun):
        older = builder.folder.find(begun)
        if older is not None:
            mine = older.begun.version >= privacy and export.key(older.begun.version, builder.site) == begun
            if mine and older.done is not None:
                return older
            older.close()
    return builder.find(export, version)


async def _read(
    request: Request, files: Files, export: Export, reading: Reading | None, newest: int, *, only_digest: bool
) -> Response:
    """The file, made where it is not there yet; `newest` is the data version."""
    service: Service = request.app.state.service
    client = service.client(request.scope)
    if reading is None:
        with files.making(client):
            if service.meter is not None:
                service.meter.take(client, _COST)
                service.meter.take(client, await _cost(files, export, newest), paid=_COST)
            reading = await anyio.to_thread.run_sync(files.builder.open, export, limiter=files.threads)
    try:
        begun = reading.begun
        etag = f'"{export.key(begun.version, files.builder.site)}"'
        headers = headers_of(etag, begun.records, begun.version, begun.at, export.file_name)
        if not only_digest and is_known(request, headers):
            reading.close()
            return Response(status_code=304, headers=headers)
        if only_digest or not export.grows:
            with files.making(client):
                await finished(reading)
        if only_digest:
            assert reading.done is not None
            line = f"{reading.done.sha256}  {export.file_name}\n"
            reading.close()
            return Response(
                line, headers={"ETag": etag, "Cache-Control": "no-cache"}, media_type="text/plain"
            )
        return await served(request, reading, headers, export.media_type)
    except BaseException:
        reading.close()
        raise


async def _cost(files: Files, export: Export, newest: int) -> int:
    """What a file costs besides: its records in each table, the changes that are gone over."""
    if isinstance(export, Delta):
        return max(newest - export.since, 0)
    count = await anyio.to_thread.run_sync(files.builder.count, export, limiter=files.threads)
    return count * len(export.tables)


async def _size(request: Request, make: Callable[[], Export]) -> Response:
    """How many records there are, and how many bytes each format has or is about to have."""
    files: Files = request.app.state.files
    export = await anyio.to_thread.run_sync(make)
    found = await anyio.to_thread.run_sync(Size.of_all, files.builder, export, limiter=files.threads)
    headers = {"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}
    return Response(orjson.dumps(found), headers=headers, media_type="application/json")
