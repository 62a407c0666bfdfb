"""What a type's newest records lack: how many have each column, how many organizations have a credit code.

A bounded look: `MOST` records, whatever their number. It is said of how many they are.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select

from publish.datasets.about import property_of
from publish.datasets.layout import Table
from schemas.catalog import Disclosure
from schemas.field import Field
from schemas.path import values
from store import tables

MOST = 500


@dataclass(frozen=True)
class Gaps:
    """`filled` says of how many of `records` a property has a value, `coded` of how many organizations of a role have a code."""

    records: int
    filled: Mapping[str, int]
    named: Mapping[str, int]
    coded: Mapping[str, int]

    def share(self, table: Table, name: str) -> float | None:
        """The share of records that have a column of theirs; None for what the store keeps itself."""
        property = property_of(table, table.column(name))
        return self.filled.get(property, 0) / self.records if property and self.records else None

    @property
    def uncoded(self) -> float | None:
        """The share of organizations without a credit code, None where no record names any."""
        named = sum(self.named.values())
        return 1 - sum(self.coded.values()) / named if named else None


def gaps(connection: Connection, disclosure: Disclosure, most: int = MOST) -> Gaps:
    """What the newest records of a type lack."""
    d, b = tables.disclosure.c, tables.document.c
    query = (
        select(b.body)
        .join_from(
            tables.disclosure, tables.document, and_(b.shard == d.shard, b.disclosure_number == d.number)
        )
        .where(d.type == disclosure.type, d.status == "published")
        .order_by(d.recency.desc())
        .limit(most)
    )
    records = list(connection.scalars(query))
    leaves = [(field.dotted, field.path) for field in disclosure.walk() if not field.fields]
    filled = Counter(
        name for record in records for name, path in leaves if next(values(record, path), None) is not None
    )
    named, coded = Counter[str](), Counter[str]()
    for record in records:
        for role, organization in _organizations(disclosure.fields, record):
            named[role] += 1
            coded[role] += bool(organization.get("uscc"))
    return Gaps(len(records), filled, named, coded)


def _organizations(
    fields: Sequence[Field], record: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every organization of a record with its role."""
    for field in fields:
        value = record.get(field.name)
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, Mapping):
                continue
            if field.definition == "organization":
                yield field.role or "", one
            elif field.definition == "party":
                if isinstance(one.get("organization"), Mapping):
                    yield str(one.get("partyRole") or ""), one["organization"]
            elif field.fields:
                yield from _organizations(field.fields, one)
