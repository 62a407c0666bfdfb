"""Disclosures as the store has them, for OCDS: each once for every process that it is in.

What was withdrawn is not there. A statement for all that is asked, whatever its number.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select

from publish.ocds.release import Source
from store import tables

_D, _B, _L = tables.disclosure.c, tables.document.c, tables.disclosure_process.c
_P, _C = tables.process.c, tables.change.c


def sources(connection: Connection, ids: Sequence[str], types: Iterable[str]) -> list[Source]:
    """The disclosures of some ids that are of some types, in the order of the ids."""
    if not ids:
        return []
    found: dict[str, list[Source]] = {}
    shards = sorted({one[:6] for one in ids})
    for source in _read(connection, and_(_D.shard.in_(shards), _D.id.in_(list(ids))), types):
        found.setdefault(source.id, []).append(source)
    return [source for one in dict.fromkeys(ids) for source in found.get(one, ())]


def of_processes(
    connection: Connection, processes: Sequence[str], types: Iterable[str]
) -> dict[str, list[Source]]:
    """The disclosures of each process, the oldest first; a process without any is not there."""
    found: dict[str, list[Source]] = {}
    if processes:
        for source in _read(connection, _P.id.in_(list(processes)), types):
            found.setdefault(source.process, []).append(source)
    return {one: found[one] for one in processes if one in found}


def status(connection: Connection, id: str) -> tuple[str, str] | None:
    """The type and status of a disclosure, None where there is none."""
    row = connection.execute(select(_D.type, _D.status).where(_D.shard == id[:6], _D.id == id)).one_or_none()
    return (row.type, row.status) if row is not None else None


def _read(connection: Connection, condition: ColumnElement[bool], types: Iterable[str]) -> list[Source]:
    changed = (
        select(func.max(_C.at))
        .where(_C.shard == _D.shard, _C.disclosure_number == _D.number)
        .correlate(tables.disclosure)
        .scalar_subquery()
    )
    query = (
        select(
            _D.id, _D.revision, _D.type, _D.schema_version, _B.body, _P.id.label("process"), _P.number,
            changed.label("at"),
        )
        .select_from(tables.disclosure)
        .join(tables.document, and_(_B.shard == _D.shard, _B.disclosure_number == _D.number))
        .join(tables.disclosure_process, and_(_L.shard == _D.shard, _L.disclosure_number == _D.number))
        .join(tables.process, _P.serial == _L.process_serial)
        .where(condition, _D.status == "published", _D.type.in_(list(types)))
        .order_by(_D.published_date.is_(None), _D.published_date, _D.id, _P.id)
    )  # fmt: skip
    return [_source(row) for row in connection.execute(query)]


def _source(row: Row[*tuple[Any, ...]]) -> Source:
    at: datetime = row.at or datetime(1970, 1, 1)
    return Source(
        row.id, row.revision, row.type, row.schema_version, row.body, row.process, row.number,
        at.replace(tzinfo=UTC, microsecond=0).isoformat().replace("+00:00", "Z"),
    )  # fmt: skip
