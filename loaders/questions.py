"""The checks beyond the schema asked of rows by columns: once for each different value, or pair of values.

A probe says what its findings come of (`schemas.probe`). Where it might find something that more of the row could
take back, the row is read as rows are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from schemas.catalog import Catalog, Disclosure
from schemas.issue import Issue
from schemas.path import crossed, values
from schemas.probe import Probe
from schemas.quality import as_issue, plan

# Names, each with whether a list stands there.
Place = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the one value of a property comes from: a column, or (None) it is the same in all rows of a shape."""

    path: str
    column: int | None
    value: Any = None


@dataclass(frozen=True, eq=False)
class Question:
    """A probe and where the values come from of which it can find something.

    `rank` is the place of its finding among those of a record.
    """

    code: str
    probe: Probe
    disclosure: Disclosure
    rank: int
    sources: tuple[Source, ...]

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Where the sources' values stand."""
        return tuple(place_of(one.path.split("."), self.disclosure) for one in self.sources)

    @cached_property
    def at(self) -> Place:
        """Where the probe looks."""
        return place_of(self.probe.field.path, self.disclosure)

    @cached_property
    def columns(self) -> tuple[int, ...]:
        """The columns that it asks for."""
        return tuple(dict.fromkeys(one.column for one in self.sources if one.column is not None))

    def finding(self, said: Sequence[Any]) -> Issue | None:
        """What it finds where the sources say this."""
        record: dict[str, Any] = {}
        for path, value in zip(self.places, said, strict=True):
            put(record, path, value)
        scope: tuple[Any, ...] = (record,)
        node: Any = record
        for name, many in self.at:
            node = node.get(name)
            if node is None:
                return None
            if many:
                (node,) = node
                scope = (*scope, node)
        finding = self.probe.look(node, scope)
        if finding is None:
            return None
        place = (f"{name}.0" if many else name for name, many in self.at)
        return as_issue(self.code, finding, self.probe.field, ".".join(place), self.disclosure)

    def column_of(self, issue: Issue) -> int | None:
        """The column from which the value comes at which a finding is."""
        path = crossed(issue.path)
        return next((one.column for one in self.sources if one.path == path), None)


class Sources:
    """Which column gives which property in rows of one shape."""

    def __init__(self, said: Sequence[tuple[str, int]], record: Mapping[str, Any]) -> None:
        self._said = said
        self._record = record

    def has(self, path: str) -> bool:
        """Whether the record has a property."""
        return next(values(self._record, path.split(".")), None) is not None

    def of(self, path: str) -> Source | None:
        """The source of a property; None where it has several values, or none that is simple."""
        found = list(values(self._record, path.split(".")))
        columns = [column for said, column in self._said if said == path]
        if len(found) != 1 or isinstance(found[0], (dict, list)) or len(columns) > 1:
            return None
        return Source(path, columns[0]) if columns else Source(path, None, found[0])

    def columns(self, *tops: str) -> tuple[int, ...]:
        """The columns that fill a property or any part of it."""
        return tuple(sorted({column for path, column in self._said if path.partition(".")[0] in tops}))


def questions_of(
    disclosure: Disclosure, catalog: Catalog, record: Mapping[str, Any], sources: Sources
) -> list[Question] | None:
    """What there is to ask of rows of a shape, one of whose records is given; None where something is found in all
    of them, or cannot be asked.
    """
    planned = plan(disclosure, catalog)
    ranks = {seen: rank for rank, seen in enumerate(_seen(record, planned.steps))}
    questions = []
    for check, probes in planned.probes:
        for probe in probes:
            if not all(map(sources.has, probe.needs)):
                continue
            asked = probe.needs | (probe.reads or frozenset())
            found = [sources.of(path) for path in sorted(asked) if sources.has(path)]
            if None in found:
                return None
            rank = ranks.get((probe.field.dotted, id(probe.look)), len(ranks))
            question = Question(check.code, probe, disclosure, rank, tuple(one for one in found if one))
            if question.columns:
                questions.append(question)
            elif question.finding([one.value for one in question.sources]) is not None:
                return None
    return questions


def _seen(node: Mapping[str, Any], steps: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The looks of a plan in the order in which `quality` comes to them in a record, with the property of each."""
    for name, value in node.items():
        step = steps.get(name)
        if step is None:
            continue
        for one in value if step.many else (value,):
            yield from ((step.of.dotted, id(look)) for _, look in step.looks)
            if step.below:
                yield from _seen(one, step.below)


def nested(said: Mapping[str, Any], disclosure: Disclosure) -> dict[str, Any]:
    """The record in which properties have these values, with one entry in every list."""
    record: dict[str, Any] = {}
    for path, value in said.items():
        put(record, place_of(path.split("."), disclosure), value)
    return record


def put(record: dict[str, Any], place: Place, value: Any) -> None:
    """Put a value at a place of a record that has one entry in every list."""
    node: Any = record
    last = len(place) - 1
    for number, (name, many) in enumerate(place):
        below = node.get(name)
        if below is None:
            entry = value if number == last else {}
            below = node[name] = [entry] if many else entry
        node = below[0] if many else below


def place_of(path: Sequence[str], disclosure: Disclosure) -> Place:
    """A property's path, each step with whether it is a list."""
    return tuple(
        (name, disclosure.by_path[".".join(path[:number])].many) for number, name in enumerate(path, 1)
    )
