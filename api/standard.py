"""REST for the standard: schemas and codelists as published, addressed by their path, cached by content."""

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.cache import DAY, FOREVER, cached
from api.pages import page, wants_page
from api.refusal import RequestError, body_of, told
from publish.history import changelog
from schemas.calendar import BEIJING
from schemas.catalog import Catalog
from schemas.codelist import Codelist
from schemas.errors import OpenallocError
from store.withdrawing import Withdrawal

SCHEMA = "application/schema+json"
_MISSING = ("没有这个页面", "There is no such page")
_REFUSED = ("不能这样访问", "This cannot be asked so")


def routes() -> list[Route]:
    """`/schemas/…` and `/codelists/…`."""
    return [
        Route("/schemas/", schema_index),
        Route("/schemas/{domain}/{name}/CHANGELOG.md", type_changelog),
        Route("/schemas/{folder}/{file}", schema_file),
        Route("/schemas/{domain}/{name}/{file}", schema_file),
        Route("/codelists/", codelist_index),
        Route("/codelists/{file}", codelist_file),
    ]


async def schema_index(request: Request) -> Response:
    """Every type in every version: its status and dates, the addresses of schema and sample."""
    catalog: Catalog = request.app.state.catalog
    on = today()
    types = [
        {
            "type": d.type, "version": d.version, "title": d.title, "titleEn": d.title_en, "domain": d.domain,
            "stage": d.stage, "newest": catalog.types[d.type] is d, **d.release.to_json(on),
            "schema": f"/schemas/{d.name}.json", "sample": f"/schemas/{d.name}.sample.json",
        }
        for d in catalog.versions.values()
    ]  # fmt: skip
    shared = [
        uri.partition("/schemas/")[2]
        for uri in catalog.documents
        if uri.partition("/schemas/")[2].count("/") == 1
    ]
    body = {"types": types, "shared": [f"/schemas/{path}" for path in shared], "codelists": "/codelists/"}
    return cached(request, orjson.dumps(body), "application/json", DAY)


async def schema_file(request: Request) -> Response:
    """A schema or sample exactly as its file has it."""
    catalog: Catalog = request.app.state.catalog
    path = "/".join(str(part) for part in request.path_params.values())
    name, sample = path.removesuffix(".json"), path.endswith(".sample.json")
    name = name.removesuffix(".sample")
    known = path.endswith(".json") and (
        name in catalog.versions
        or (not sample and any(uri.endswith(f"/schemas/{path}") for uri in catalog.documents))
    )
    if not known:
        return missing(
            request,
            "A010",
            f"没有这个模式:{path}",
            f"there is no such schema: {path}",
            "目录见 /schemas/。",
            "/schemas/ lists them.",
        )
    media_type = "application/json" if sample else SCHEMA
    frozen = not sample and catalog.lock.of(name).released is not None
    return cached(request, Path(catalog.folder, path).read_bytes(), media_type, FOREVER if frozen else DAY)


async def type_changelog(request: Request) -> Response:
    """What each version of a type changed, as Markdown."""
    catalog: Catalog = request.app.state.catalog
    type = f"{request.path_params['domain']}/{request.path_params['name']}"
    if type not in catalog.types:
        return missing(
            request, "A010", f"没有这个模式:{type}", f"there is no such schema: {type}",
            "目录见 /schemas/。", "/schemas/ lists them.",
        )  # fmt: skip
    return cached(request, changelog(type, catalog, today()).encode(), "text/markdown; charset=utf-8", DAY)


async def codelist_index(request: Request) -> Response:
    """The codelists: what each is, where its codes are from, how properties use it and how many codes it has."""
    lists: Mapping[str, Codelist] = request.app.state.catalog.codelists
    body = [
        {
            "name": name,
            "title": found.title,
            "titleEn": found.title_en,
            "source": found.source,
            "sourceEn": found.source_en,
            "edition": found.about.edition,
            "validFrom": found.about.valid_from,
            "validTo": found.about.valid_to,
            "use": found.about.use,
            "codes": len(found.codes),
            "csv": f"/codelists/{name}.csv",
            "json": f"/codelists/{name}.json",
        }
        for name, found in lists.items()
    ]
    return cached(request, orjson.dumps(body), "application/json", DAY)


async def codelist_file(request: Request) -> Response:
    """A codelist as CSV or JSON."""
    catalog: Catalog = request.app.state.catalog
    name, _, suffix = request.path_params["file"].rpartition(".")
    if name not in catalog.codelists or suffix not in ("csv", "json"):
        file = request.path_params["file"]
        return missing(
            request,
            "A011",
            f"没有这个代码表:{file}",
            f"there is no such codelist: {file}",
            "目录见 /codelists/。",
            "/codelists/ lists them.",
        )
    content = (catalog.folder / "codelists" / f"{name}.csv").read_bytes()
    if suffix == "csv":
        return cached(request, content, "text/csv; charset=utf-8", DAY)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"))))
    return cached(request, orjson.dumps(rows), "application/json", DAY)


def today() -> date:
    """The day in China: by it a version is a draft, current, deprecated or retired."""
    return datetime.now(BEIJING).date()


def missing(
    request: Request, code: str, message: str, message_en: str, hint: str, hint_en: str, *, status: int = 404
) -> Response:
    """404, or another status, in the same form as every other error; to a browser, a page."""
    if wants_page(request):
        return page(
            request, "missing.html", _MISSING if status == 404 else _REFUSED, status=status, code=code,
            message=told(message), message_en=told(message_en), hint=told(hint), hint_en=told(hint_en),
        )  # fmt: skip
    body = body_of(OpenallocError(code, message, message_en, hint, hint_en))
    return Response(body, status, {"Vary": "Accept"}, "application/json")


def refused(request: Request, error: OpenallocError, status: int | None = None) -> Response:
    """An error in that form, under its own status, of data 400, with the headers that it has; kept by nobody."""
    if status is None:
        status = error.status if isinstance(error, RequestError) else 400
    answer = missing(
        request, error.code, error.message, error.message_en, error.hint, error.hint_en, status=status
    )
    answer.headers.update(dict(getattr(error, "headers", ())))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def withdrawn(request: Request, error: OpenallocError, gone: Withdrawal) -> Response:
    """410 for what a withdrawal for privacy took away, which is named: a page for a browser. Kept by nobody."""
    if wants_page(request):
        answer = refused(request, error, 410)
    else:
        body = orjson.loads(body_of(error)) | {"withdrawal": gone.to_json()}
        answer = Response(orjson.dumps(body), 410, {"Vary": "Accept"}, "application/json")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
