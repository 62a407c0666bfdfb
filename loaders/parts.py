"""What the cells of a column give, whatever else their rows say: taken apart as the profile wants it, read, screened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loaders.binding import Bound, Heading, Plan
from loaders.cells import NOTHING, Reader, read_cell
from loaders.draft import Path
from loaders.personal import mask
from loaders.profile import Target
from loaders.screen import masked, screened, unmaskable
from loaders.text import clean, written
from schemas.field import Field
from schemas.issue import Issue

# So many different cells are read once.
_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Value:
    """One value that a cell gives: where it goes, its field, by which rule, what the cell said if there is one, and
    what the screen said.
    """

    name: str
    path: Path
    value: Any
    field: Field
    rule: str | None
    raw: tuple[str, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """What one part of a cell gives, whatever else the row says; `parent` is the object it goes into."""

    values: tuple[Value, ...]
    parent: Path
    issues: tuple[Issue, ...]


class Parts:
    """Reads the cells of one plan; the same text in the same column once."""

    def __init__(
        self, plan: Plan, headings: Sequence[Heading], reader: Reader, replace: Mapping[str, str]
    ) -> None:
        self._headings = headings
        self._reader = reader
        self._replace = replace
        self._known: dict[tuple[Any, ...], Given | None] = {}
        self._numbers = {id(bound): number for number, bound in enumerate(plan.bound)}

    def given(
        self, bound: Bound, part: Any, place: int | None, cell: Any, changed: bool, standing: str | None
    ) -> Given | None:
        """What a part of a cell gives, None for a mark that stands for nothing; texts are read once.

        `place` is the entry of the innermost list, `standing` a region that the row names already.
        """
        number = self._numbers.get(id(bound))
        if number is None or type(part) is not str or type(cell) is not str:
            return self._given(bound, part, place, cell, changed, standing)
        key = (number, part, place, cell, changed, standing)
        if key not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[key] = self._given(bound, part, place, cell, changed, standing)
        return self._known[key]

    def _given(
        self, bound: Bound, part: Any, place: int | None, cell: Any, changed: bool, standing: str | None
    ) -> Given | None:
        at, parent = bound.paths(place)
        field = bound.slot.field
        if (field.kind in ("number", "integer") or field.is_money) and (
            wrong := unmaskable(shown(part), field)
        ):
            return Given((), parent, tuple(wrong))
        reading = read_cell(part, bound.slot, self._reader, standing)
        if reading is NOTHING:
            return None
        beside = self._headings[bound.column].name
        values = []
        for name, value in reading.values.items():
            field = bound.slot.siblings.get(name, bound.slot.field)
            value, hidden = screened(value, field, beside)
            rules = ["profile" if changed else None, reading.rule, "masked" if hidden else None]
            rule = "+".join(one for one in rules if one) or None
            raw = (mask(as_written(cell), beside=beside)[0],) if rule else ()
            path = at if name == bound.slot.field.name else (*parent, name)
            values.append(Value(name, path, value, field, rule, raw, tuple(map(masked, hidden))))
        return Given(tuple(values), parent, tuple(map(masked, reading.issues)))

    def takes_as_is(self, target: Target) -> bool:
        """Whether `prepared` changes no text for a target."""
        done = (target.pattern, target.split, target.template, target.date_format)
        return not (self._replace or target.replace or any(done))

    def prepared(self, cell: Any, target: Target) -> tuple[list[Any], bool]:
        """The cell's parts as the profile wants them, and whether the profile changed the text."""
        if isinstance(cell, list):
            return plain_parts(cell), False
        text = before = written(cell)
        for old, new in (*self._replace.items(), *target.replace.items()):
            text = text.replace(old, new)
        if target.pattern is not None:
            found = target.pattern.search(text)
            text = found[1] or "" if found else ""
        parts = [part.strip() for part in text.split(target.split)] if target.split else [text]
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
        if target.template is not None:
            parts = [target.template.replace("{}", clean(part)) if clean(part) else "" for part in parts]
        if target.date_format is not None:
            return [_dated(part, target.date_format) for part in parts], True
        # A date of Excel stays one unless something was done to its text.
        return ([cell], False) if parts == [before] else (list(parts), True)


def plain_parts(cell: list[Any]) -> list[Any]:
    """The plain values of a list."""
    return [part for part in cell if not isinstance(part, (dict, list))]


def shown(cell: Any) -> str:
    """What a cell says, the parts of a list with a pipe between them."""
    return "|".join(map(written, plain_parts(cell))) or "[]" if isinstance(cell, list) else clean(cell)


def as_written(cell: Any) -> str:
    """A cell as the file has it, blanks included; the parts of a list with a pipe between them."""
    return cell if isinstance(cell, str) else shown(cell)


def _dated(text: str, date_format: str) -> Any:
    try:
        return datetime.strptime(text.strip(), date_format)
    except ValueError:
        return text
