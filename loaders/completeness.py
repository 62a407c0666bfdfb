"""How complete a file's records are: what the policy asks for, and how many records have it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.catalog import Disclosure
from schemas.field import Field
from schemas.naming import ANONYMOUS

# So many different sets of properties are counted together.
_WAITING = 4096


@dataclass(frozen=True, slots=True)
class Wanted:
    """What every record of a type should have: an item of the policy, or a property it cannot be without.

    Any of the fields carries the item: a number or its wording, either end of a range.
    """

    fields: tuple[Field, ...]
    title: str
    title_en: str
    item: str | None = None

    @classmethod
    def of(cls, disclosure: Disclosure) -> "tuple[Wanted, ...]":
        """All that a type asks for, in the schema's order."""
        found: dict[str, list[Field]] = {}
        for one in disclosure.walk():
            for item in one.clause:
                found.setdefault(item, []).append(one)
            if not one.clause and one.required and len(one.path) == 1 and one.name != "schema":
                found[one.name] = [one]
        return tuple(
            cls(tuple(fields), *_titles(fields[0], disclosure), None if name in disclosure.by_path else name)
            for name, fields in found.items()
        )


@dataclass(slots=True)
class Filled:
    """How many records of a type have what is asked for."""

    type: str
    wanted: Wanted
    records: int = 0
    filled: int = 0

    @property
    def share(self) -> float:
        """The part of the records that have it."""
        return self.filled / self.records if self.records else 0.0

    def to_json(self, clauses: Mapping[str, str]) -> dict[str, Any]:
        """The line as a report shows it."""
        first, item = self.wanted.fields[0], self.wanted.item
        return {
            "type": self.type, "title": self.wanted.title, "titleEn": self.wanted.title_en,
            "paths": [one.dotted for one in self.wanted.fields],
            "item": item, "text": clauses.get(item or "", ""), "required": first.required,
            "filled": self.filled, "records": self.records, "share": round(self.share, 4),
        }  # fmt: skip


def _titles(field: Field, disclosure: Disclosure) -> tuple[str, str]:
    """What a field is called where its own title says nothing alone: 受让人名称, and 成交价格 for its 数额."""
    parent = disclosure.by_path.get(".".join(field.path[:-1]))
    if parent is None or parent.definition not in ANONYMOUS or parent.title == field.title:
        return field.title, field.title_en
    if parent.is_money:
        return parent.title, parent.title_en
    return parent.title + field.title, f"{parent.title_en}: {field.title_en}"


class Completeness:
    """Counts which asked-for properties the records of a file have, those at fault included."""

    def __init__(self) -> None:
        self._counts: dict[str, list[tuple[Filled, int]]] = {}
        self._waiting: Counter[tuple[str, int]] = Counter()

    def take(self, disclosure: Disclosure, paths: int, records: int = 1) -> None:
        """Count so many records of a type that have these properties (`filled_paths`)."""
        if disclosure.name not in self._counts:
            self._counts[disclosure.name] = [
                (Filled(disclosure.name, one), sum(disclosure.bits[field.dotted] for field in one.fields))
                for one in Wanted.of(disclosure)
            ]
        self._waiting[disclosure.name, paths] += records
        if len(self._waiting) > _WAITING:
            self._count()

    def lines(self) -> tuple[Filled, ...]:
        """Every asked-for property of every type that came."""
        self._count()
        return tuple(one for counts in self._counts.values() for one, _ in counts)

    def _count(self) -> None:
        for (name, paths), records in self._waiting.items():
            for one, wanted in self._counts[name]:
                one.records += records
                if wanted & paths:
                    one.filled += records
        self._waiting.clear()


def filled_paths(record: Mapping[str, Any], disclosure: Disclosure) -> int:
    """The bits of the properties that a record has (`Disclosure.bits`), lists crossed without an index."""
    found: set[str] = set()
    _collect(record, "", found)
    return sum(disclosure.bits.get(path, 0) for path in found)


def _collect(value: Any, path: str, found: set[str]) -> None:
    if isinstance(value, Mapping):
        for name, below in value.items():
            place = f"{path}.{name}" if path else name
            found.add(place)
            if isinstance(below, (dict, list)):
                _collect(below, place, found)
    elif isinstance(value, list):
        for one in value:
            _collect(one, path, found)
