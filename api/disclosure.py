"""`/disclosures/{id}`: the address by which one disclosure is cited, also after it was withdrawn.

What was withdrawn for privacy is 410 Gone: what is left is told, and nothing of it can be had here any more. These are
plain functions, which run in threads.
"""

from typing import Any

import orjson
from sqlalchemy import Connection, Row, and_, select
from starlette.requests import Request
from starlette.responses import Response

from api.cache import cached
from api.graphql import FRESH
from api.standard import missing, withdrawn
from schemas.catalog import Catalog
from schemas.errors import OpenallocError
from store import tables
from store.claims import ID
from store.withdrawing import PRIVACY, Withdrawal, withdrawal

_JSON = "application/json"
_COLUMNS = ("id", "type", "schema_version", "title", "status", "revision", "published_date")


def as_json(request: Request) -> Response:
    """The record as JSON; of a withdrawn one why it is gone."""
    asked = request.path_params["id"]
    with request.app.state.engine.connect() as connection:
        row = _found(connection, asked) if ID.fullmatch(asked) else None
        gone = withdrawal(connection, asked) if row is not None and row.status == "withdrawn" else None
    if row is None:
        return missing(
            request, "A093", f"没有这条公开信息:{asked}", f"there is no such disclosure: {asked}",
            "核对标识(例如 530114-0123456789abcdef)。", "Compare its id (like 530114-0123456789abcdef).",
        )  # fmt: skip
    if gone is not None and gone.kind == PRIVACY:
        return _gone(request, gone)
    return cached(request, orjson.dumps(_told(row, gone)), _JSON, FRESH)


def _found(connection: Connection, asked: str) -> Row[*tuple[Any, ...]] | None:
    """The record's columns, its publisher and its document, in one statement."""
    d, doc, p = tables.disclosure.c, tables.document.c, tables.publisher.c
    query = (
        select(
            *(d[name] for name in _COLUMNS), p.id.label("publisher_id"), p.name.label("publisher"), doc.body
        )
        .join_from(tables.disclosure, tables.publisher, p.id == d.publisher_id)
        .outerjoin(tables.document, and_(doc.shard == d.shard, doc.disclosure_number == d.number))
        .where(d.shard == asked[:6], d.id == asked)
    )
    return connection.execute(query).one_or_none()


def _told(row: Row[*tuple[Any, ...]], gone: Withdrawal | None) -> dict[str, Any]:
    return {
        "id": row.id, "type": row.type, "schema": f"{row.type}/{row.schema_version}", "title": row.title,
        "publisher": {"id": row.publisher_id, "name": row.publisher}, "publishedDate": row.published_date,
        "status": row.status, "revision": row.revision, "withdrawal": gone and _why(gone), "document": row.body,
    }  # fmt: skip


def _why(gone: Withdrawal) -> dict[str, Any]:
    told = gone.to_json()
    return {name: told[name] for name in ("version", "kind", "reason", "at")}


def _gone(request: Request, gone: Withdrawal) -> Response:
    """410: type, kind, reason and time of the withdrawal; a page for a browser. Kept by nobody."""
    catalog: Catalog = request.app.state.catalog
    of = catalog.types.get(gone.type)
    chinese, english = (of.title, of.title_en) if of else (gone.type, gone.type)
    error = OpenallocError(
        "A094", f"这条{chinese}已于 {gone.day} 因个人信息撤回,内容已删除。理由:{gone.reason}",
        f"this {english} was withdrawn for privacy on {gone.day}, its content is removed. Reason: {gone.reason}",
        f"公开主体:{gone.publisher}。", f"Its publisher: {gone.publisher}.",
    )  # fmt: skip
    return withdrawn(request, error, gone)
