"""The questions of a shape asked of many rows: each different value, or pair of values, once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from loaders.column import Column, Key, Seen
from loaders.questions import Question, Source
from schemas.issue import Issue

_KEPT = 20_000


class Told(NamedTuple):
    """What a question finds in a row: `rank` is its place among the findings of a record, `written` what the cell
    says where a rule made something else of it.
    """

    rank: int
    issue: Issue
    heading: str
    written: str | None


# Stands for what may be found or not: the row has to be read.
_READ = Told(-1, Issue("", "info", "", "", "", ""), "", None)


@dataclass(slots=True)
class _Known:
    """What is known of the cells of some columns: those of which nothing is said, and what is said of the others.

    None is said of those whose row has to be read.
    """

    quiet: set[Any] = field(default_factory=set)
    said: dict[Any, list[Told] | None] = field(default_factory=dict)


class Inquiry:
    """Asks the questions of shapes of the rows that are looked at now."""

    def __init__(self, columns: Mapping[int, Seen]) -> None:
        self._columns = columns
        self._known: defaultdict[tuple[Question, ...], _Known] = defaultdict(_Known)

    def ask(
        self, groups: Sequence[tuple[Question, ...]], positions: Sequence[int], at: Sequence[int] | None
    ) -> tuple[set[int], dict[int, list[Told]]]:
        """The positions of rows that have to be read to know, and what is found in others; each group of questions
        asks for the same columns. `at` are the positions too, None where these are all rows.
        """
        unknown: set[int] = set()
        found: defaultdict[int, list[Told]] = defaultdict(list)
        for group in groups:
            columns = [self._columns[place] for place in group[0].columns]
            different = columns[0].different if len(columns) == 1 and at is None else set(_keys(columns, at))
            known = self._known[group]
            left = different - known.quiet
            if not left or self._begin_elsewhere(group, left):
                continue
            self._learn(group, left, known)
            if known.said.keys().isdisjoint(left):
                continue
            for position, key in zip(positions, _keys(columns, at), strict=True):
                if key in known.said:
                    said = known.said[key]
                    if said is None:
                        unknown.add(position)
                    else:
                        found[position] += said
        return unknown, found

    def values(self, source: Source, keys: Sequence[Key]) -> Sequence[Any]:
        """The values of a property that cells of its column give."""
        column = self._columns[-1 if source.column is None else source.column]
        assert isinstance(column, Column)
        return column.values(source.path, keys)

    def _learn(self, group: Sequence[Question], keys: set[Any], known: _Known) -> None:
        """Ask of those that are new."""
        if len(known.quiet) + len(known.said) > _KEPT:
            known.quiet.clear()
            known.said.clear()
        places = group[0].columns
        for key in keys:
            if key not in known.said:
                by_column = dict(zip(places, key if len(places) > 1 else (key,), strict=True))
                answers = [self._answer(question, by_column) for question in group]
                said = [one for one in answers if one is not None]
                if not said:
                    known.quiet.add(key)
                else:
                    known.said[key] = None if any(one is _READ for one in said) else said

    def _begin_elsewhere(self, group: Sequence[Question], keys: set[Any]) -> bool:
        """Whether none of the cells begins as what the questions look for does."""
        begins: set[str] = set()
        for question in group:
            if not question.probe.begins or len(question.sources) > 1:
                return False
            begins |= question.probe.begins
        return begins.isdisjoint({str(one)[:1] for one in self.values(group[0].sources[0], list(keys))})

    def _answer(self, question: Question, keys: Mapping[int, Key]) -> Told | None:
        """What the question finds in rows with these cells; `_READ` where that is not sure."""
        issue = question.finding(
            [
                one.value if one.column is None else self.values(one, [keys[one.column]])[0]
                for one in question.sources
            ]
        )
        if issue is None:
            return None
        place = question.column_of(issue)
        column = self._columns[place] if place is not None else None
        if not question.probe.is_exact or not isinstance(column, Column) or column.is_of_numbers:
            return _READ
        return Told(question.rank, issue, column.heading, column.written(keys[column.place], issue.path))


def _keys(columns: Sequence[Seen], at: Sequence[int] | None) -> Iterable[Any]:
    """What stands for the cells of each row: a key, or a tuple of them."""
    if len(columns) == 1:
        return columns[0].keys(at)
    return zip(*(column.keys(at) for column in columns), strict=True)
