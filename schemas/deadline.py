"""When a disclosure had to be public: the type's deadlines applied to a record.

A deadline that cannot be measured (no event date, or a year whose calendar is not published) is unknown, never
"on time". The rule in force at the event judges it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from schemas.calendar import WorkingDays
from schemas.catalog import Disclosure
from schemas.path import values


@dataclass(frozen=True, slots=True)
class Due:
    """The last day on which the disclosure was in time, which days count, and the basis."""

    on: date
    count: Literal["working", "calendar"]
    basis: str


def due(record: Mapping[str, Any], disclosure: Disclosure, calendar: WorkingDays) -> Due | None:
    """The deadline of a record, or None where it is unknown.

    The first of the type's rules that was in force at its event judges. With several lots the last event counts
    for a rule `after`, the first for a rule `before`.
    """
    for rule in disclosure.schema["deadlines"]:
        event = _event(record, rule)
        if event is None or not date.fromisoformat(rule["from"]) <= event:
            continue
        if "to" in rule and event > date.fromisoformat(rule["to"]):
            continue
        days = int(rule["days"]) if "after" in rule else -int(rule["days"])
        if rule["count"] == "calendar":
            return Due(event + timedelta(days=days), "calendar", rule["basis"])
        on, provisional = calendar.add(event, days)
        return None if provisional else Due(on, "working", rule["basis"])
    return None


def days_late(published: date | None, deadline: Due | None, calendar: WorkingDays) -> int | None:
    """How many days after its deadline a disclosure came, counted as the deadline counts; 0 or less is in time.

    A weekend after the last day is one working day late, not none. None is unknown: no date, no deadline, or
    working days through a year whose calendar is not published.
    """
    if published is None or deadline is None:
        return None
    if deadline.count == "calendar":
        return (published - deadline.on).days
    first, last = sorted((published.year, deadline.on.year))
    if not calendar.published.issuperset(range(first, last + 1)):
        return None
    late = calendar.between(deadline.on, published)
    return max(late, 1) if published > deadline.on else late


def _event(record: Mapping[str, Any], rule: Mapping[str, Any]) -> date | None:
    path = rule.get("after") or rule.get("before")
    if path is None:
        return None
    events = [date.fromisoformat(str(value)[:10]) for value in values(record, str(path).split("."))]
    return (max if "after" in rule else min)(events, default=None)
