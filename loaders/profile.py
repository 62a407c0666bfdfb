"""Mapping profiles: what a file's columns are where the schema cannot guess; written in TOML (docs/profiles.md)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

FOLDER = Path(__file__).resolve().parent / "profiles"

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Target:
    """Where a cell goes and what is done to it before it is read, in this order: replace, pattern, split, template.

    `to` is a property's path; a number in it is the place in a list (`lots.payments.1.dueDate`), else a row fills
    the first place. `split` parts fill the places of the innermost list one by one.
    """

    to: str
    unit: str | None = None
    pattern: re.Pattern[str] | None = None
    split: str | None = None
    nulls: frozenset[str] = frozenset()
    replace: Mapping[str, str] = field(default_factory=lambda: _NOTHING, hash=False)
    template: str | None = None
    date_format: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What becomes of one column: its targets, or the reason why it is left out."""

    targets: tuple[Target, ...] = ()
    drop: str | None = None


@dataclass(frozen=True, slots=True)
class EachRule:
    """A list inside a JSON record whose elements become entries of a list property."""

    source: str
    to: str
    ordinal: str | None
    columns: Mapping[str, ColumnRule]


@dataclass(frozen=True, slots=True)
class UnpivotRule:
    """Several columns, one a kind of thing, that become entries of a list property."""

    to: str
    label: str
    value: Target
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class When:
    """What a column must say: one of these texts, or something in which a pattern is found."""

    texts: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None

    def holds(self, text: str) -> bool:
        """Whether a cell's text is meant."""
        return text in self.texts if self.pattern is None else self.pattern.search(text) is not None


@dataclass(frozen=True, slots=True)
class RecordRule:
    """What a row becomes: a record of `type`, where the row is one of those that `when` describes."""

    type: str | None
    when: Mapping[str, When]
    columns: Mapping[str, ColumnRule]
    constants: Mapping[str, Any]
    each: tuple[EachRule, ...] = ()
    unpivot: tuple[UnpivotRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """A mapping profile; `text_hash` is that of its text, part of a load's identity.

    `heading_row` counts as the file does, 0 where there is none; `headings` then name the columns by position.
    """

    name: str
    title: str
    title_en: str
    description: str
    text_hash: str
    records: tuple[RecordRule, ...]
    all_matching: bool = False
    publisher: Mapping[str, str] = field(default_factory=lambda: _NOTHING, hash=False)
    replace: Mapping[str, str] = field(default_factory=lambda: _NOTHING, hash=False)
    nulls: frozenset[str] = frozenset()
    heading_row: int | None = None
    headings: tuple[str, ...] = ()
    fill_down: frozenset[str] = frozenset()
    skip_sheets: frozenset[str] = frozenset()

    def headings_named(self) -> Iterator[str]:
        """Every heading that the profile speaks of."""
        for rule in self.records:
            yield from rule.columns
            yield from rule.when
            for each in rule.each:
                yield each.source
            for unpivot in rule.unpivot:
                yield from unpivot.columns


def names() -> list[str]:
    """The names of the profiles that come with the program."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))
