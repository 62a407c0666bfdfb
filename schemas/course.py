"""The course of a process: which types its domain can have at which stage, and which deadlines others set off.

What the stages are comes from the codelist, which type stands where from the schemas, and which stages every
process has from the table `schemas/policy/course.csv`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schemas.field import Field
from schemas.timelimit import TimeLimit

REGULAR, OCCASIONAL, SHARED = "regular", "occasional", "shared"
ENVELOPE = "disclosure"  # the definition whose properties every type has


@dataclass(frozen=True, slots=True)
class Expected:
    """A type at its stage. `domain` is empty for a type of a domain that is shared by all the others."""

    ordinal: int
    place: int
    stage: str
    course: str
    type: str
    domain: str


@dataclass(frozen=True, slots=True)
class Trigger:
    """A deadline of a type whose event a disclosure of another type can name: `property`, at the record's top."""

    ordinal: int
    type: str
    stage: str
    property: str
    days: int
    working: int
    begins: str
    ends: str | None


@dataclass(frozen=True, slots=True)
class Course:
    """What can be expected of processes, as two tables."""

    expected: tuple[Expected, ...]
    triggers: tuple[Trigger, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A type as its course needs it: where it stands, its properties at the record's top, its deadlines."""

    type: str
    domain: str
    stage: str
    fields: tuple[Field, ...]
    deadlines: tuple[TimeLimit, ...]


def course(
    kinds: tuple[Kind, ...],
    stages: tuple[str, ...],
    table: Mapping[tuple[str, str], str],
    envelope: frozenset[str],
) -> Course:
    """The course that types make; `table` is what `course.csv` says by (list, code). A stage it lacks is occasional."""
    places = {code: place for place, code in enumerate(stages)}
    ordered = sorted(kinds, key=lambda kind: (places[kind.stage], kind.type))
    expected = tuple(
        Expected(
            ordinal, places[kind.stage], kind.stage, table.get(("stage", kind.stage), OCCASIONAL), kind.type,
            "" if table.get(("domain", kind.domain)) == SHARED else kind.domain,
        )
        for ordinal, kind in enumerate(ordered)
    )  # fmt: skip
    regular = [kind for kind in ordered if table.get(("stage", kind.stage)) == REGULAR]
    return Course(expected, tuple(_triggers(regular, ordered, envelope)))


def _triggers(kinds: list[Kind], all_kinds: list[Kind], envelope: frozenset[str]) -> Iterator[Trigger]:
    """The deadlines of some kinds that can be counted without the record itself.

    Not those of occasional stages: the day of another decision sets off no deadline for a decision that need not be.
    """
    named: dict[str, set[str]] = {}
    for kind in all_kinds:
        for field in kind.fields:
            for name in field.names or (field.name,):
                named.setdefault(name, set()).add(kind.type)
    ordinal = 0
    for kind in kinds:
        for rule in kind.deadlines:
            if rule.days is None or rule.when or rule.unless or (rule.count == "working" and rule.days < 0):
                continue
            for path in rule.paths:
                if path not in envelope and named.get(path, set()) - {kind.type}:
                    ends = rule.ends.isoformat() if rule.ends else None
                    working = int(rule.count == "working")
                    yield Trigger(
                        ordinal,
                        kind.type,
                        kind.stage,
                        path,
                        rule.days,
                        working,
                        rule.begins.isoformat(),
                        ends,
                    )
                    ordinal += 1
