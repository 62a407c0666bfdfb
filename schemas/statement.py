"""Statements that there was nothing to disclose: which types are such, and what one of their records says.

A statement is what has at its root a code of the types (`disclosure-type`) and a period; no type is known by its name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.catalog import Catalog, Disclosure

TYPES = "disclosure-type"


@dataclass(frozen=True, slots=True)
class Stated:
    """What a record states: of this type there was nothing from the first to the last day (ISO), in a region."""

    type: str
    first: str
    last: str
    region: str | None

    def covers(self, type_: str, day: str | None, region: str | None, catalog: Catalog) -> bool:
        """Whether a disclosure of a type, a day and a region is one that there was not."""
        if type_ != self.type or day is None or not self.first <= day <= self.last:
            return False
        return self.region is None or region is None or catalog.regions.is_within(region, self.region)


@dataclass(frozen=True, slots=True)
class Statement:
    """The properties of a type by which its records are statements."""

    of: str
    during: str

    def read(self, record: Mapping[str, Any]) -> Stated | None:
        """What a record states; None where type or period are not there."""
        period = record.get(self.during)
        type_, given = record.get(self.of), period if isinstance(period, Mapping) else {}
        first, last = given.get("startAt"), given.get("endAt")
        if not (isinstance(type_, str) and isinstance(first, str) and isinstance(last, str)):
            return None
        region = record.get("region")
        return Stated(type_, first[:10], last[:10], region if isinstance(region, str) else None)


def statement(disclosure: Disclosure) -> Statement | None:
    """By which properties a type's records are statements; None where they are none."""
    of = [one.name for one in disclosure.fields if one.codelist == TYPES and not one.many]
    during = [one.name for one in disclosure.fields if one.definition == "period" and not one.many]
    return Statement(of[0], during[0]) if len(of) == len(during) == 1 else None


def statements(catalog: Catalog) -> Iterator[tuple[Disclosure, Statement]]:
    """The versions whose records are statements."""
    for disclosure in catalog.versions.values():
        found = statement(disclosure)
        if found is not None:
            yield disclosure, found


def day_of(record: Mapping[str, Any]) -> str | None:
    """The day by which a record is of a period: when it was published, else when it was formed."""
    day = record.get("publishedDate") or record.get("formedDate")
    return day if isinstance(day, str) else None
