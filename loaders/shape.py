"""Rows that fill the same properties: one of them is read and checked in full, and what is found holds for all.

The schema says what one value may be and which properties there must be; nothing in it compares two values (the
meta-schema allows no such keyword). So where every value is good by itself, rows of one shape are good or bad together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loaders.across import Across, Watched
from loaders.build import Builder, Place
from loaders.column import Form
from loaders.questions import Question, Source, Sources, nested, questions_of
from loaders.sources import source_of
from schemas.catalog import Catalog, Disclosure
from schemas.check import check
from schemas.deadline import Unknown, due
from store.identity import identify, publisher_of


@dataclass(frozen=True, slots=True)
class Compared:
    """What is compared between rows: a number, or an organization with name and code; and the column's heading of
    each source.
    """

    watched: Watched
    sources: tuple[Source, ...]
    headings: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What rows of one shape have in common, all of them good if no question finds anything.

    `key` are the sources of what identifies them, `publisher` the columns that say who publishes them (none: always
    `publisher_id`), `events` what their deadlines ask for, `questions` those that ask for the same columns together.
    """

    disclosure: Disclosure
    filled: frozenset[int]
    reached: frozenset[int]
    record: Mapping[str, Any]
    key: tuple[Source, ...]
    publisher: tuple[int, ...]
    publisher_id: str
    events: tuple[Source, ...]
    questions: tuple[tuple[Question, ...], ...]
    numbers: tuple[Compared, ...]
    organizations: tuple[Compared, ...]


def shape_of(
    forms: Mapping[int, Form], cells: Sequence[Any], builder: Builder, catalog: Catalog, across: Across
) -> Shape | None:
    """The shape of a row whose columns have these forms; None where its rows are not good, or cannot be told apart
    without reading them.
    """
    places = [place for form in forms.values() for place in form.places]
    # Two columns of one property, or several entries of one list.
    if len(set(places)) != len(places) or any(isinstance(s, int) and s for place in places for s in place):
        return None
    disclosure = builder.plan.disclosure
    built = builder.build(cells, Place("", 0))
    if built.issues or check(built.record, disclosure, catalog):
        return None
    identity = identify(built.record, disclosure)
    if identity is None:
        return None
    said = [(path, column) for column, form in forms.items() for path in form.paths]
    sources = Sources(said, built.record)
    key = _all(sources, next(one for one in disclosure.schema["key"] if all(map(sources.has, one))))
    events = _all(sources, filter(sources.has, sorted(deadline_paths(disclosure, catalog))))
    questions = questions_of(disclosure, catalog, built.record, sources)
    compared = _compared(across, disclosure, built.record, built.sources, sources)
    if key is None or events is None or questions is None or compared is None:
        return None
    publisher = built.record["publisher"]
    alone = publisher.get("uscc") or publisher.get("jurisdiction")
    return Shape(
        disclosure=disclosure,
        filled=frozenset(built.filled),
        reached=frozenset(built.reached),
        record=built.record,
        key=key,
        publisher=sources.columns("publisher", *(() if alone else ("region",))),
        publisher_id=identity.publisher.id,
        events=events,
        questions=_by_columns(questions),
        numbers=tuple(one for one in compared if not one.watched.organization),
        organizations=tuple(one for one in compared if one.watched.organization),
    )


def publisher_id(cells: Sequence[Any], builder: Builder) -> str:
    """The id of the publisher of a good row."""
    found = publisher_of(builder.build(cells, Place("", 0)).record)
    assert found is not None
    return found.id


def deadline_paths(disclosure: Disclosure, catalog: Catalog) -> frozenset[str]:
    """The properties that deadlines ask for, by today's law."""
    found: set[str] = set()
    for rule in catalog.newest_minor(disclosure).deadlines:
        found.update(rule.needs, rule.paths, (path for path, _ in (*rule.when, *rule.unless)))
    return frozenset(found & disclosure.by_path.keys())


def why_no_deadline(
    events: Mapping[str, Any], disclosure: Disclosure, catalog: Catalog
) -> tuple[str, str] | None:
    """Why a record in which these properties have these values has no deadline, in both languages; None if it has."""
    deadline = due(nested(events, disclosure), catalog.newest_minor(disclosure), catalog.calendar)
    return (deadline.message, deadline.message_en) if isinstance(deadline, Unknown) else None


def _by_columns(questions: Iterable[Question]) -> tuple[tuple[Question, ...], ...]:
    """The questions by what they ask for: the same columns, and texts of certain beginnings alone or not."""
    groups: dict[Any, list[Question]] = {}
    for one in questions:
        groups.setdefault((one.columns, bool(one.probe.begins)), []).append(one)
    return tuple(map(tuple, groups.values()))


def _all(sources: Sources, paths: Iterable[str]) -> tuple[Source, ...] | None:
    """The sources of these properties; None where one of them has none that is simple."""
    found = [sources.of(path) for path in paths]
    return None if None in found else tuple(one for one in found if one)


def _compared(
    across: Across,
    disclosure: Disclosure,
    record: Mapping[str, Any],
    places: Mapping[str, Any],
    sources: Sources,
) -> list[Compared] | None:
    """What of a row is compared with other rows; None where a value has no simple source."""
    compared = []
    for watched in across.watched(disclosure, record):
        dotted = watched.of.dotted
        if watched.organization:
            if not {"name", "uscc"} <= watched.value.keys():
                continue
            paths, at = [f"{dotted}.name", f"{dotted}.uscc"], [f"{watched.path}.name", f"{watched.path}.uscc"]
        elif watched.value is None:
            continue
        else:
            paths, at = [f"{dotted}.amount" if watched.of.is_money else dotted], [watched.path]
        found = _all(sources, paths)
        if found is None:
            return None
        sourced = [source_of(path, places) for path in at]
        compared.append(Compared(watched, found, tuple(one[2] if one else None for one in sourced)))
    return compared
