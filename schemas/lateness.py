"""Published after the deadline that the law gives; a deadline that is not known is no finding."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from schemas.catalog import Catalog, Disclosure
from schemas.deadline import Unknown, days_late, due
from schemas.path import values
from schemas.probe import Check, Finding, Look, Probe, Scope

# Days are counted once for the same dates; files have few different ones.
_KEPT = 4096
_COUNTS = {"working": ("工作日", "working days"), "calendar": ("天", "days")}


def _late(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
    rules, published = disclosure.deadlines, disclosure.by_path.get("publishedDate")
    if published is None or not rules:
        return
    events = [path.split(".") for rule in rules for path in rule.paths]
    asked = [*events, *(rule.by.split(".") for rule in rules if rule.by)]
    asked += [path.split(".") for rule in rules for path, _ in (*rule.when, *rule.unless)]
    # No working day is shorter than a day: so soon after its event nothing is late.
    least = min(rule.days if rule.days is not None else -(10**6) for rule in rules)
    known: dict[tuple[Any, ...], Finding | None] = {}

    def judge(value: str, scope: Scope) -> Finding | None:
        deadline = due(scope[0], disclosure, catalog.calendar)
        late = days_late(_day(value), deadline, catalog.calendar)
        if isinstance(deadline, Unknown) or late is None or late <= 0:
            return None
        unit, unit_en = _COUNTS[deadline.count]
        names = {"unit": unit, "unitEn": unit_en, "basis": deadline.basis, "basisEn": deadline.basis_en}
        return Finding(f"{value} > {deadline.on} (+{late})", names)

    def look(value: str, scope: Scope) -> Finding | None:
        record = scope[0]
        days = [str(day) for path in events for day in values(record, path)]
        if not days or _is_soon(value, min(days), least):
            return None
        key = (value, *(str(one) for path in asked for one in (*values(record, path), None)))
        if key not in known:
            if len(known) >= _KEPT:
                known.clear()
            known[key] = judge(value, scope)
        return known[key]

    # Any of the events is enough, so that each has a probe; that of the first there is looks.
    paths = tuple(dict.fromkeys(map(".".join, events)))
    reads = frozenset(map(".".join, asked))
    for number, path in enumerate(paths):
        yield Probe(published, _if_first(paths, number, look), frozenset(("publishedDate", path)), reads)


def _if_first(paths: tuple[str, ...], number: int, look: Look) -> Look:
    """The look, where a record has that property and none of those before it."""
    steps = [path.split(".") for path in paths[: number + 1]]

    def first(value: str, scope: Scope) -> Finding | None:
        there = (at for at, one in enumerate(steps) for _ in values(scope[0], one))
        return look(value, scope) if next(there, None) == number else None

    return first


def _is_soon(published: str, event: str, least: int) -> bool:
    first, last = _day(event), _day(published)
    return first is not None and last is not None and (last - first).days <= least


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


CHECKS = (
    Check(
        "S030",
        _late,
        title="是否按期公开",
        title_en="Published in time",
        lacking="发布日期或者起算公开期限的日期",
        lacking_en="the date of publication, or that from which the deadline runs",
    ),
)
