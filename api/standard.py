"""REST for the standard: schemas and codelists as published, addressed by their path, cached by content."""

import csv
import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schemas.catalog import Catalog
from schemas.codelist import Codelist

SCHEMA = "application/schema+json"
_DAY = "public, max-age=86400"
_FOREVER = "public, max-age=31536000, immutable"  # a published version never changes


def routes() -> list[Route]:
    """`/schemas/…` and `/codelists/…`."""
    return [
        Route("/schemas/", schema_index),
        Route("/schemas/{folder}/{file}", schema_file),
        Route("/schemas/{domain}/{name}/{file}", schema_file),
        Route("/codelists/", codelist_index),
        Route("/codelists/{file}", codelist_file),
    ]


async def schema_index(request: Request) -> Response:
    """Every type in every version, with the addresses of schema and sample."""
    catalog: Catalog = request.app.state.catalog
    types = [
        {
            "type": d.type, "version": d.version, "title": d.title, "titleEn": d.title_en, "domain": d.domain,
            "stage": d.stage, "status": "current" if catalog.types[d.type] is d else "superseded",
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
    return _cached(request, orjson.dumps(body), "application/json", _DAY)


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
            "A010",
            f"没有这个模式:{path}",
            f"there is no such schema: {path}",
            "目录见 /schemas/。",
            "/schemas/ lists them.",
        )
    media_type = "application/json" if sample else SCHEMA
    return _cached(request, Path(catalog.folder, path).read_bytes(), media_type, _FOREVER)


async def codelist_index(request: Request) -> Response:
    """The codelists and how many codes each has."""
    lists: Mapping[str, Codelist] = request.app.state.catalog.codelists
    body = [
        {
            "name": name,
            "codes": len(found.codes),
            "csv": f"/codelists/{name}.csv",
            "json": f"/codelists/{name}.json",
        }
        for name, found in lists.items()
    ]
    return _cached(request, orjson.dumps(body), "application/json", _DAY)


async def codelist_file(request: Request) -> Response:
    """A codelist as CSV or JSON."""
    catalog: Catalog = request.app.state.catalog
    name, _, suffix = request.path_params["file"].rpartition(".")
    if name not in catalog.codelists or suffix not in ("csv", "json"):
        file = request.path_params["file"]
        return missing(
            "A011",
            f"没有这个代码表:{file}",
            f"there is no such codelist: {file}",
            "目录见 /codelists/。",
            "/codelists/ lists them.",
        )
    content = (catalog.folder / "codelists" / f"{name}.csv").read_bytes()
    if suffix == "csv":
        return _cached(request, content, "text/csv; charset=utf-8", _DAY)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"))))
    return _cached(request, orjson.dumps(rows), "application/json", _DAY)


def missing(code: str, message: str, message_en: str, hint: str, hint_en: str) -> Response:
    """404 in the same form as every other error."""
    body = {
        "errors": [
            {
                "message": f"{message} / {message_en}",
                "extensions": {"code": code, "hint": hint, "hintEn": hint_en},
            }
        ]
    }
    return Response(orjson.dumps(body), 404, media_type="application/json")


def _cached(request: Request, content: bytes, media_type: str, cache: str) -> Response:
    """The content with its ETag, or 304 where the client has it."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": cache}
    asked = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in asked or "*" in asked:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)
