"""Published after the deadline that the law gives; a deadline that is not known is no finding."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from schemas.catalog import Catalog, Disclosure
from schemas.deadline import days_late, due, values
from schemas.probe import Check, Finding, Probe, Scope

# Days are counted once for the same dates; files have few different ones.
_KEPT = 4096
_COUNTS = {"working": ("工作日", "working days"), "calendar": ("天", "days")}


def _late(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
    rules = [rule for rule in disclosure.schema["deadlines"] if "after" in rule or "before" in rule]
    published = disclosure.by_path.get("publishedDate")
    if published is None or not rules:
        return
    english = {rule["basis"]: rule["basisEn"] for rule in rules}
    paths = tuple(dict.fromkeys(str(rule.get("after") or rule["before"]) for rule in rules))
    steps = [path.split(".") for path in paths]
    # No working day is shorter than a day: so soon after the event nothing is late.
    least = min(int(rule["days"]) if "after" in rule else -int(rule["days"]) for rule in rules)
    known: dict[tuple[Any, ...], Finding | None] = {}

    def judge(value: str, scope: Scope) -> Finding | None:
        try:
            day = date.fromisoformat(value)
            deadline = due(scope[0], disclosure, catalog.calendar)
        except ValueError:
            return None
        late = days_late(day, deadline, catalog.calendar)
        if deadline is None or late is None or late <= 0:
            return None
        unit, unit_en = _COUNTS[deadline.count]
        names = {
            "unit": unit, "unitEn": unit_en, "basis": deadline.basis, "due": deadline.on.isoformat(),
            "basisEn": english.get(deadline.basis, deadline.basis),
        }  # fmt: skip
        return Finding(f"{value} > {deadline.on} (+{late})", names)

    def look(value: str, scope: Scope) -> Finding | None:
        events = [str(event) for path in steps for event in values(scope[0], path)]
        if not events or _is_soon(value, min(events), least):
            return None
        key = (value, *events)
        if key not in known:
            if len(known) >= _KEPT:
                known.clear()
            known[key] = judge(value, scope)
        return known[key]

    for path in paths:
        yield Probe(published, look if path == paths[0] else _nothing, frozenset(("publishedDate", path)))


def _is_soon(published: str, event: str, least: int) -> bool:
    try:
        return (date.fromisoformat(published) - date.fromisoformat(event[:10])).days <= least
    except ValueError:
        return False


def _nothing(value: str, scope: Scope) -> None:
    return None


CHECKS = (
    Check(
        "S030",
        "是否按期公开",
        "Published in time",
        "发布日期或者起算公开期限的日期",
        "the date of publication, or that from which the deadline runs",
        _late,
    ),
)
