"""Records to be filled in: each type's sample in many variants, with marks where records of one variant differ.

A variant's rows are made once, by the store's own `parts`; a record then costs a few microseconds. Its amounts and
dates are those of its variant.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy import Table

from schemas.catalog import Catalog, Disclosure
from store import features, tables
from store.draft import content
from store.identity import Identity, Publisher
from store.layout import Node, layout
from store.rows import Parts, Row, heading, parts
from store.searching import texts as searched
from store.terms import normal

# Marks, each one character that no record has.
NUMBER, REGION, REGION_NAME, LEVEL, PUBLISHER_NAME, PUBLISHER_USCC, PROCESS, SUBJECT, THING = map(
    chr, range(0xE000, 0xE009)
)
_ORGANIZATION = 0xE100  # then two each: code and name
_MARK = re.compile("([\ue000-\ue1ff])")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NEWEST = date(2025, 11, 20)
_DAYS = 3_600


@dataclass(frozen=True, slots=True)
class Text:
    """A text with marks; `filled` is the text with their values."""

    pieces: tuple[str, ...]
    marks: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, text: str) -> "Text":
        pieces = tuple(_MARK.split(text))
        return cls(pieces, tuple((at, piece) for at, piece in enumerate(pieces) if _MARK.fullmatch(piece)))

    def filled(self, values: Mapping[str, str]) -> str:
        made = list(self.pieces)
        for at, mark in self.marks:
            made[at] = values[mark]
        return "".join(made)


@dataclass(frozen=True, slots=True)
class Blank:
    """A row to be filled in: its values in the order of the columns, and which of them have marks."""

    values: tuple[Any, ...]
    texts: tuple[tuple[int, Text], ...]

    @classmethod
    def of(cls, table: Table, row: Row) -> "Blank":
        """A row of the store; columns that it does not have are for whoever fills it in."""
        values = [row.get(column.name) for column in table.columns]
        return cls(
            tuple(values),
            tuple((at, Text.of(v)) for at, v in enumerate(values) if isinstance(v, str) and _MARK.search(v)),
        )

    def filled(self, values: Mapping[str, str]) -> list[Any]:
        made = list(self.values)
        for at, text in self.texts:
            made[at] = text.filled(values)
        return made


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant of one type: its document, its rows, its texts.

    `companies` and `bodies` are the marks (code, name) of the organizations it has.
    """

    disclosure: Disclosure
    body: Text
    row: Blank
    process: Blank
    published: date
    companies: tuple[tuple[str, str], ...]
    bodies: tuple[tuple[str, str], ...]
    parts: tuple[tuple[Table, Blank], ...]
    title: Text
    texts: tuple[Text, ...]


def variants(catalog: Catalog, disclosure: Disclosure, count: int) -> list[Variant]:
    """So many variants of a type, the oldest first, ten years from first to last."""
    node = layout(disclosure, catalog)
    featured = features.features(catalog.history(disclosure.type))
    return [_variant(catalog, disclosure, node, featured, number, count) for number in range(count)]


def _variant(
    catalog: Catalog,
    disclosure: Disclosure,
    node: Node,
    featured: tuple[features.Feature, ...],
    number: int,
    count: int,
) -> Variant:
    chosen = random.Random(f"{disclosure.type} {number}")
    published = _NEWEST - timedelta(days=_DAYS * (count - 1 - number) // count + chosen.randrange(30))
    sample = _shifted(disclosure.sample, published, chosen)
    marks = _Marks(sample, _parts(sample, disclosure, catalog))
    record = marks.record(disclosure)
    # Sorted as it is stored: the places of parties follow the order of the properties.
    stored = orjson.loads(content(record | {"region": "530100"}))
    made = _parts(stored, disclosure, catalog)
    return Variant(
        disclosure=disclosure,
        body=Text.of(content(record).decode()),
        row=Blank.of(tables.disclosure, made.disclosure),
        process=Blank.of(tables.process, made.processes[0]),
        published=published,
        companies=tuple(marks.companies),
        bodies=tuple(marks.bodies),
        parts=tuple(
            (table, Blank.of(table, row))
            for table, rows in (
                (tables.party, made.parties),
                (tables.lot, made.lots),
                (tables.item, made.items),
                (tables.feature, _features(stored, featured)),
            )
            for row in rows
        ),
        title=Text.of(heading(record, disclosure)),
        texts=tuple(Text.of(text) for text in dict.fromkeys(text for _, text in searched(record, node))),
    )


def _features(record: Mapping[str, Any], featured: tuple[features.Feature, ...]) -> list[Row]:
    names = ("ordinal", "property", "text", "number")
    return [dict(zip(names, row, strict=True)) for row in features.Reader(featured).rows(record)]


def _parts(record: Mapping[str, Any], disclosure: Disclosure, catalog: Catalog) -> Parts:
    """The rows of a record whose publisher may be a mark."""
    uscc = record["publisher"].get("uscc")
    identity = Identity("000000-0000000000000000", Publisher(str(uscc), "000000", uscc, "") , ())  # fmt: skip
    return parts(record, disclosure, identity, catalog)


def _shifted(sample: Mapping[str, Any], published: date, chosen: random.Random) -> dict[str, Any]:
    """The sample as of another day, with other amounts."""
    days = published - date.fromisoformat(sample["publishedDate"])
    factor = chosen.choice((0.01, 0.1, 0.5, 1, 2, 7)) * (1 + chosen.random())

    def moved(value: Any) -> Any:
        if isinstance(value, str) and _DATE.match(value):
            return (date.fromisoformat(value[:10]) + days).isoformat() + value[10:]
        if isinstance(value, list):
            return [moved(one) for one in value]
        if isinstance(value, Mapping):
            made = {key: moved(one) for key, one in value.items()}
            if isinstance(made.get("amount"), int | float):
                made["amount"] = round(made["amount"] * factor, 2)
            return made
        return value

    return dict(moved(sample))


class _Marks:
    """Puts marks into a sample: for its publisher, its organizations, its numbers and its title."""

    def __init__(self, sample: dict[str, Any], made: Parts) -> None:
        self.sample = sample
        self.names = {row["name"] for row in made.parties} | {
            row["name"] for row in made.organizations.values()
        }
        self.publisher = sample["publisher"]
        self.companies: list[tuple[str, str]] = []
        self.bodies: list[tuple[str, str]] = []
        self._known: dict[str, tuple[str, str]] = {}

    def record(self, disclosure: Disclosure) -> dict[str, Any]:
        record: dict[str, Any] = self._marked(self.sample)
        record["publisher"] = {"name": PUBLISHER_NAME, "uscc": PUBLISHER_USCC}
        record["region"], record["regionDetails"], record["level"] = REGION, REGION_NAME, LEVEL
        record["localId"] = f"BM-{NUMBER}"
        record["sourceUrl"] = f"https://example.org/bench/{NUMBER}.html"
        record["processId"] = PROCESS
        record["title"] = f"{REGION_NAME}示例{SUBJECT}{THING}{disclosure.title}(第{NUMBER}号)"
        return record

    def _marked(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._marked(one) for one in value]
        if not isinstance(value, Mapping):
            return value
        made = {key: self._marked(one) for key, one in value.items()}
        if made.get("name") in self.names or "uscc" in made:
            made["uscc"], made["name"] = self._organization(value)
        return made

    def _organization(self, given: Mapping[str, Any]) -> tuple[str, str]:
        uscc, name = given.get("uscc"), given.get("name")
        if self.publisher["name"] == name or (uscc and self.publisher.get("uscc") == uscc):
            return PUBLISHER_USCC, PUBLISHER_NAME
        key = str(uscc or name)
        if key not in self._known:
            at = _ORGANIZATION + 2 * len(self._known)
            self._known[key] = marks = chr(at), chr(at + 1)
            company = str(uscc).startswith("9") or "公司" in str(name)
            (self.companies if company else self.bodies).append(marks)
        return self._known[key]


def found_by(variant: Variant, values: Mapping[str, str]) -> str:
    """The normal text by which one record of a variant is found."""
    return normal(variant.title.filled(values), [text.filled(values) for text in variant.texts])
