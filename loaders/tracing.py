"""Every value of a record with where it came from, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from loaders.rules import TYPE, WITHOUT_CELL, said
from schemas.catalog import Disclosure
from schemas.path import crossed, leaves


@dataclass(frozen=True, slots=True)
class Traced:
    """One value: its path, what the schema calls it, and the cell that gave it.

    `raw` is what the cell says where a rule made something else of it, else the cell says the value. `known` is false
    where nothing is kept of where it came from. `column` is None where a whole row or object is the place.
    """

    path: str
    title: str
    title_en: str
    value: Any
    known: bool
    sheet: str
    row: int | None
    column: str | None
    rule: str | None
    raw: str | None

    @property
    def of_cell(self) -> bool:
        """Whether the row itself says the value."""
        return self.known and self.rule not in WITHOUT_CELL

    def to_json(self) -> dict[str, Any]:
        """The value as a machine reads it."""
        words, words_en = said(self.rule)
        return {
            "path": self.path, "title": self.title, "titleEn": self.title_en, "value": self.value, "known": self.known,
            "sheet": self.sheet or None, "row": self.row, "column": self.column, "rule": self.rule,
            "ruleDescription": words or None, "ruleDescriptionEn": words_en or None, "raw": self.raw,
        }  # fmt: skip


def traced(
    record: Mapping[str, Any], sources: Mapping[str, Any], disclosure: Disclosure | None, wanted: str = ""
) -> Iterator[Traced]:
    """The values of a record in the order of its type, or those at a path and below it.

    A path may leave out the places in lists: `lots.price` is the price of every lot.
    """
    order = {field.name: number for number, field in enumerate(disclosure.fields)} if disclosure else {}
    for name in sorted(record, key=lambda one: (order.get(one, len(order)), one)):
        for path, value in leaves(record[name], name):
            if not _is_wanted(path, wanted):
                continue
            field = disclosure.by_path.get(crossed(path)) if disclosure else None
            source = _source(path, sources) if path != "schema" or path in sources else ["", None, None, TYPE]
            sheet, row, column, rule, raw = [*(source or ("", None, None)), None, None][:5]
            yield Traced(
                path, field.title if field else "", field.title_en if field else "", value, source is not None, sheet,
                row, column, rule, raw,
            )  # fmt: skip


def _source(path: str, sources: Mapping[str, Any]) -> list[Any] | None:
    """The source of a value, or of what it is a part of."""
    steps = path.split(".")
    for length in range(len(steps), -1, -1):
        found = sources.get(".".join(steps[:length]))
        if found is not None:
            return list(found)
    return None


def _is_wanted(path: str, wanted: str) -> bool:
    return any(
        f"{one}.".startswith(f"{wanted}.") for one in (path, crossed(path))
    ) if wanted else True  # fmt: skip
