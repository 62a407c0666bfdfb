"""`/editions/…`: whole datasets at one data version, which stay what they were: their files, checksums, how to cite them.

    /editions                                    the editions
    /editions/{edition}                          its datasets
    /editions/{edition}/{dataset}                the address that is cited
    /editions/{edition}/{dataset}.{format}       a file (`.sha256` after it: its checksum)

The operator makes them (`openalloc editions make`); nothing here writes but what takes away the bytes of a file that a
withdrawal for privacy touched. Such a file is 410 Gone and names the withdrawal.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from itertools import groupby
from typing import Any

import orjson
from anyio.to_thread import run_sync
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.cache import cached
from api.datasets import SHA256, Suffixed
from api.files import headers_of, is_known, served
from api.graphql import FRESH
from api.pages import page, wants_page
from api.site import site_of
from api.standard import missing, today, withdrawn
from publish.citing import AUTHOR, Cited, Text, described
from publish.datasets.export import FORMATS, DatasetError, selection_of
from publish.editions import Holdings, MissingError
from publish.metadata.datasets import datasets
from publish.metadata.dcat import called
from schemas.calendar import in_beijing, moment
from schemas.catalog import Catalog
from schemas.errors import OpenallocError
from store import editions
from store.editions import Edition, EditionFile
from store.withdrawing import Withdrawal, withdrawal_at

PATH = "/editions"
_JSON = "application/json"
_LOG = logging.getLogger("openalloc")
_TITLE: Text = ("版次", "Editions")


def routes() -> list[Route]:
    """The addresses of editions; that of a file comes before the one of its dataset, which has no dot."""
    edition = rf"^{PATH}/(?P<edition>[0-9a-z-]{{1,40}})/"
    return [
        Route(PATH, index),
        Route(f"{PATH}/{{edition}}", one),
        Suffixed(f"{PATH}/{{edition}}/{{path}}.{{ending}}", rf"{edition}(?P<path>[a-z0-9/-]{{1,100}})\.", file),
        Route(f"{PATH}/{{edition}}/{{path:path}}", dataset),
    ]  # fmt: skip


@dataclass(frozen=True)
class Editions:
    """What an application knows editions by: an engine that no replica lags behind, and the folder of their files."""

    engine: Engine
    holdings: Holdings

    def find(self, edition: str, dataset: str | None = None) -> tuple[Edition, list[EditionFile]] | None:
        """An edition and its files, those of a dataset where one is named; None where there are none."""
        with self.engine.connect() as connection:
            found = editions.find(connection, edition)
            files = editions.files(connection, edition, dataset) if found is not None else []
        return None if found is None or not files else (found, files)

    def latest(self, datasets: Sequence[str]) -> tuple[Edition, str] | None:
        """The newest edition of the first of some datasets that has any, and which that is."""
        with self.engine.connect() as connection:
            return editions.latest(connection, datasets)

    def newest(self) -> Edition | None:
        """The newest edition of all."""
        with self.engine.connect() as connection:
            return editions.newest(connection)

    def held(self) -> tuple[Edition | None, list[EditionFile]]:
        """The newest edition of all with its files; nothing where there is none."""
        with self.engine.connect() as connection:
            newest = editions.newest(connection)
            return newest, editions.files(connection, newest.name) if newest else []

    def number(self) -> int:
        """How many files were ever told."""
        with self.engine.connect() as connection:
            return editions.number(connection)

    def withdrawals(self, files: Iterable[EditionFile]) -> dict[tuple[str, int], Withdrawal]:
        """The withdrawals that touched some files, by record and version."""
        gone = {one.gone for one in files if one.gone is not None}
        with self.engine.connect() as connection:
            found = {key: withdrawal_at(connection, *key) for key in gone}
        return {key: one for key, one in found.items() if one is not None}

    def tidy(self) -> None:
        """Remove from the disk what a withdrawal for privacy touched."""
        try:
            self.holdings.tidy(self.engine)
        except OpenallocError as error:
            _LOG.error("%s: %s", error.code, error.message_en)


def index(request: Request) -> Response:
    """The editions, the newest first."""
    state = _state(request)
    with state.engine.connect() as connection:
        found = [(one, editions.files(connection, one.name)) for one in editions.listed(connection)]
    if wants_page(request):
        return page(request, "editions.html", _TITLE, cache=FRESH, found=found, datasets=_by_dataset)
    told = [_edition(request, one) | {"datasets": [*_by_dataset(files)]} for one, files in found]
    return _as_json(request, {"editions": told})


def one(request: Request) -> Response:
    """An edition: its datasets and their files."""
    found = _state(request).find(request.path_params["edition"])
    if found is None:
        return _missing(request)
    edition, files = found
    if not wants_page(request):
        return _as_json(
            request, _edition(request, edition) | {"datasets": _datasets(request, edition, files)}
        )
    catalog: Catalog = request.app.state.catalog
    known = {of.path: of.title for of in datasets(catalog)}
    rows = [(path, known.get(path, (path, path)), of) for path, of in _by_dataset(files).items()]
    return page(
        request, "edition.html", _titled(edition), cache=FRESH, edition=edition, rows=rows, called=called
    )


def dataset(request: Request) -> Response:
    """A dataset of an edition: what is cited. 410 where none of its files is left."""
    found = _state(request).find(request.path_params["edition"], request.path_params["path"])
    if found is None:
        return _missing(request)
    edition, files = found
    left = [one for one in files if one.gone is None]
    if not left:
        return _gone(request, files[0])
    if not wants_page(request):
        (told,) = _datasets(request, edition, files)
        return _as_json(request, _edition(request, edition) | told)
    path = left[0].dataset
    return page(
        request, "edition_dataset.html", _title(path, request.app.state.catalog), cache=FRESH, edition=edition, files=files,
        path_of=path, cited=_cited(request, edition, left), called=called, gone=_state(request).withdrawals(files),
    )  # fmt: skip


async def file(request: Request) -> Response:
    """The bytes of a file, as they were made; or its checksum."""
    state, given = _state(request), request.path_params
    format = given["ending"].removesuffix(f".{SHA256}")
    found = await run_sync(_found, state, given["edition"], given["path"], format)
    if found is None:
        return _missing(request)
    edition, of = found
    if of.gone is not None:
        return await run_sync(_gone, request, of)
    name = f"openalloc-{edition.name}-{of.dataset.replace('/', '-')}.{format}"
    made = of.made_at.replace(tzinfo=UTC).isoformat(timespec="seconds")
    headers = headers_of(f'"{of.sha256}"', of.records, edition.version, made, name)
    headers |= {"Cache-Control": FRESH, "Link": f'<{PATH}/{edition.name}/{of.dataset}>; rel="cite-as"'}
    if given["ending"] != format:
        line = f"{of.sha256}  {name}\n".encode()
        return cached(request, line, "text/plain", FRESH)
    if is_known(request, headers):
        return Response(status_code=304, headers=headers)
    try:
        opened = await run_sync(state.holdings.open, of, edition)
    except MissingError:
        again = await run_sync(_found, state, edition.name, of.dataset, format)
        if again is not None and again[1].gone is not None:  # withdrawn between the two
            return await run_sync(_gone, request, again[1])
        return _not_here(request, of)
    return await served(request, opened, headers, FORMATS[format][0])


def _state(request: Request) -> Editions:
    state: Editions = request.app.state.editions
    return state


def _found(state: Editions, edition: str, dataset: str, format: str) -> tuple[Edition, EditionFile] | None:
    found = state.find(edition, dataset)
    if found is None:
        return None
    return next(((found[0], one) for one in found[1] if one.format == format), None)


# what is told


def _by_dataset(files: Sequence[EditionFile]) -> dict[str, list[EditionFile]]:
    """The files by dataset: everything, then domains and types by their paths."""
    ordered = sorted(files, key=lambda one: (one.dataset != editions.EVERYTHING, one.dataset))
    return {path: [*of] for path, of in groupby(ordered, key=lambda one: one.dataset)}


def _title(path: str, catalog: Catalog) -> Text:
    try:
        return described(selection_of(path, catalog), catalog)
    except DatasetError:  # the catalog had it when the edition was made
        return path, path


def _titled(edition: Edition) -> Text:
    return f"版次 {edition.name}", f"Edition {edition.name}"


def _cited(request: Request, edition: Edition, files: Sequence[EditionFile]) -> Cited:
    """The citation of a dataset, with the checksums of its files."""
    path = files[0].dataset
    kept = in_beijing(edition.made_at).date()
    return Cited(
        AUTHOR, _title(path, request.app.state.catalog), edition.version, kept, today(),
        f"{site_of(request)}{PATH}/{edition.name}/{path}", ", ".join(f"{one.sha256} ({one.format})" for one in files),
        f"{edition.name}-{path.replace('/', '-')}",
    )  # fmt: skip


def _edition(request: Request, edition: Edition) -> dict[str, Any]:
    return {
        "edition": edition.name, "address": f"{site_of(request)}{PATH}/{edition.name}", "dataVersion": edition.version,
        "dataChangedAt": edition.changed_at and moment(edition.changed_at), "madeAt": moment(edition.made_at),
    }  # fmt: skip


def _datasets(request: Request, edition: Edition, files: Sequence[EditionFile]) -> list[dict[str, Any]]:
    withdrawals = _state(request).withdrawals(files)
    told = []
    for path, of in _by_dataset(files).items():
        title, left = _title(path, request.app.state.catalog), [one for one in of if one.gone is None]
        address = f"{site_of(request)}{PATH}/{edition.name}/{path}"
        told.append(
            {
                "dataset": path, "title": title[0], "titleEn": title[1], "address": address, "records": of[0].records,
                "files": [_file(one, address, withdrawals) for one in of],
                "citation": _cited(request, edition, left).to_json() if left else None,
            }
        )  # fmt: skip
    return told


def _file(of: EditionFile, address: str, withdrawals: dict[tuple[str, int], Withdrawal]) -> dict[str, Any]:
    gone = withdrawals[of.gone].to_json() if of.gone else None
    return {
        "format": of.format, "address": f"{address}.{of.format}", "mediaType": FORMATS.get(of.format, ("",))[0],
        "size": of.size, "sha256": of.sha256, "rows": of.rows, "madeAt": moment(of.made_at), "withdrawal": gone,
    }  # fmt: skip


def _as_json(request: Request, told: dict[str, Any]) -> Response:
    return cached(request, orjson.dumps(told), _JSON, FRESH, {"Vary": "Accept"})


# what cannot be had


def _missing(request: Request) -> Response:
    return missing(
        request, "A279", "没有这个版次,或者其中没有这个数据集、这种格式", "there is no such edition, or not this dataset or format in it",
        f"{PATH} 列出所有版次。", f"{PATH} lists the editions.",
    )  # fmt: skip


def _not_here(request: Request, of: EditionFile) -> Response:
    answer = missing(
        request, "A281", f"这个文件现在不在服务器的磁盘上,或者大小不对;应有 {of.size:,} 字节,SHA-256 {of.sha256}",
        f"the file is not on the server's disk now, or has another size; it should have {of.size:,} bytes, SHA-256 {of.sha256}",
        "请告诉运营方:openalloc editions check 会列出缺少的文件。", "Tell the operator: openalloc editions check lists what is missing.",
        status=503,
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _gone(request: Request, of: EditionFile) -> Response:
    assert of.gone is not None
    gone = _state(request).withdrawals([of])[of.gone]
    error = OpenallocError(
        "A280", f"这个文件有因个人信息撤回的公开信息 {gone.id} 的内容,已于 {gone.day} 删除。理由:{gone.reason}",
        f"this file tells of the disclosure {gone.id}, withdrawn for privacy, and was removed on {gone.day}. Reason: {gone.reason}",
        f"公开主体:{gone.publisher}。以后的版次不含它的内容。", f"Its publisher: {gone.publisher}. Later editions have nothing of it.",
    )  # fmt: skip
    return withdrawn(request, error, gone)
