"""Where the values of a record came from: its file, and the place, the rule and the raw cell of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select

from store import tables


@dataclass(frozen=True, slots=True)
class Provenance:
    """A record, the load that brought what it says now, and `sources`: {path: [sheet, row, column, rule, raw cell]}.

    `file`, `sha256` and `profile` are None for a record that no load brought.
    """

    id: str
    type: str
    revision: int
    record: Mapping[str, Any]
    sources: Mapping[str, Any]
    load_id: str | None
    file: str | None
    sha256: str | None
    profile: str | None


def provenance(connection: Connection, disclosure_id: str) -> Provenance | None:
    """What is known of a record's values; None where there is none of that id, or it is withdrawn."""
    d, doc, v, ld = tables.disclosure.c, tables.document.c, tables.value_source.c, tables.load.c
    query = (
        select(d.id, d.type, d.revision, doc.body, v.body, d.load_id, ld.file_name, ld.sha256, ld.profile)
        .join_from(
            tables.disclosure, tables.document, and_(doc.shard == d.shard, doc.disclosure_number == d.number)
        )
        .outerjoin(tables.value_source, and_(v.shard == d.shard, v.disclosure_number == d.number))
        .outerjoin(tables.load, ld.id == d.load_id)
        .where(d.id == disclosure_id)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    return Provenance(*row[:4], row[4] or {}, *row[5:])
