"""Facets spelled: several that read the same rows read them once.

What they read is grouped by all of their dimensions at once (`dN`, a column each); each facet is made of these groups
as it would be of the cells of a rollup.
"""

from collections.abc import Callable
from dataclasses import replace

from query.plan import Facets, Groups, Key, Measured, Statistics
from query.row import Row
from query.statistics import Assembling, Grouping, Reached
from store.rollups import LARGE


class Shared(Grouping):
    """A facet made of groups that others of the same list share; `place` is its dimension's among theirs."""

    def __init__(self, speller: Assembling, source: Statistics, row: Row, place: int) -> None:
        super().__init__(speller, source, row)
        self.place = place

    def _rows(self, *, more: str = "", plain: bool = False) -> str:
        alias = self.speller.alias("d")
        return f"SELECT {alias}.d{self.place} AS k0, {alias}.* FROM {self.source.rollup} {alias}"


def facets(
    speller: Assembling, source: Facets, row: Row, reach: Callable[[], Reached], *, of_all: bool
) -> str:
    """The list of facets, as an expression; `of_all` says that the list has no parent, whom no WITH may name in SQLite."""
    shared = _alike(source.facets) if of_all else {}
    names: dict[str, str] = {}
    groups = []
    for rollup, several in shared.items():
        name = names[rollup] = speller.alias("g")
        groups.append(f"{name} AS MATERIALIZED ({_grouped(speller, several, row, reach)})")
    spelled = []
    for one in source.facets:
        several = shared.get(one.rollup, [])
        if several:
            own = replace(one, rollup=names[one.rollup], where=None)
            spelled.append(Shared(speller, own, row, several.index(one)).object())
        else:
            spelled.append(Grouping(speller, one, row, reach).object())
    found = speller.dialect.list(", ".join(spelled))
    return speller.dialect.json(f"(WITH {', '.join(groups)} SELECT {found})") if groups else found


def _alike(several: tuple[Statistics, ...]) -> dict[str, list[Statistics]]:
    """Facets that read the same many rows, by the table that they are in: a rollup or, with "", the disclosures."""
    found: dict[str, list[Statistics]] = {}
    for one in several:
        if not one.rollup or one.rollup in LARGE:
            found.setdefault(one.rollup, []).append(one)
    return {rollup: those for rollup, those in found.items() if len(those) > 1}


def _grouped(speller: Assembling, several: list[Statistics], row: Row, reach: Callable[[], Reached]) -> str:
    """SELECT of the groups by the dimensions of several facets, with what any of them measures."""
    dimensions = tuple(one.dimensions[0] for one in several)
    measures = sorted({name for one in several for name in one.measures()})
    keys = (Key("", Groups(tuple(Key(name, Measured(name)) for name in measures))),)
    whole = replace(several[0], dimensions=dimensions, titles=(-1,) * len(dimensions), order=(), keys=keys)
    columns, sums = Grouping(speller, whole, row, reach).sums()
    named = [*(f"s.k{at} AS d{at}" for at in range(len(dimensions))), *(f"s.{name}" for name in columns)]
    return f"SELECT {', '.join(named)} FROM ({sums}) s"
