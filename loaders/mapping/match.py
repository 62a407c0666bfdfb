"""What a column of a table is matched to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from loaders.mapping.contents import Contents
from schemas.field import Field

# Why a property is taken for a column.
EXACT, ALIAS, WORDS, VALUES, FORM = "标题相同", "别名", "词", "值", "号码的样式"


@dataclass(frozen=True, slots=True)
class Match:
    """A property that a column may fill: how sure that is, 0 to 1, and why; `entry` is the place in its list."""

    field: Field
    score: float
    why: tuple[str, ...]
    entry: int | None = None

    @property
    def path(self) -> str:
        """The property's path as a profile writes it, the place in its list with it."""
        first, *rest = self.field.path
        return self.field.dotted if self.entry is None else ".".join([first, str(self.entry), *rest])


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table as matching sees it; `unit` is the one that its heading or the table states.

    Without a row of headings it is not `named` but called by its letters. A part of a column's cells has the `pattern` that finds it, and the key of the column that it is `of`.
    """

    place: int
    key: str
    name: str
    contents: Contents
    unit: str | None
    cells: Sequence[Any] = field(repr=False, compare=False)
    named: bool = True
    pattern: str | None = None
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """What a column is matched to, None where nothing is sure enough; the next best, and why it is left open.

    `leaning` is what an open column would be taken for if it had to be. `parts` are the values inside its cells that
    fill properties of their own.
    """

    column: Column
    best: Match | None
    others: tuple[Match, ...] = ()
    reason: str = ""
    parts: tuple["Matched", ...] = ()
    leaning: Match | None = None


def weight_of(matched: Iterable[Matched], shared: frozenset[str]) -> float:
    """How much the columns say for a type: what every type has says little."""
    total = 0.0
    for one in matched:
        if (best := one.best or one.leaning) is not None:
            own = best.field.path[0] not in shared
            total += best.score**1.5 * (1.0 if own else 0.25) * (0.4 if one.column.contents.empty else 1.0)
    return total
