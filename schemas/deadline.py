"""When a disclosure had to be public: the type's deadlines applied to a record.

A deadline that cannot be measured (no event date, or a year whose calendar is not published) is unknown, never
"on time". The rule in force at the event judges it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from schemas.calendar import WorkingDays
from schemas.catalog import Disclosure


@dataclass(frozen=True, slots=True)
class Due:
    """The last day on which the disclosure was in time, and the basis."""

    on: date
    basis: str


def due(record: Mapping[str, Any], disclosure: Disclosure, calendar: WorkingDays) -> Due | None:
    """The deadline of a record, or None where it is unknown; with several lots, the last event counts."""
    for rule in disclosure.schema["deadlines"]:
        event = _event(record, rule)
        if event is None or not date.fromisoformat(rule["from"]) <= event:
            continue
        if "to" in rule and event > date.fromisoformat(rule["to"]):
            continue
        days = int(rule["days"]) if "after" in rule else -int(rule["days"])
        if rule["count"] == "calendar":
            return Due(event + timedelta(days=days), rule["basis"])
        on, provisional = calendar.add(event, days)
        if not provisional:
            return Due(on, rule["basis"])
    return None


def days_late(published: date | None, due_on: date | None) -> int | None:
    """Calendar days after the deadline; 0 or less is in time, None unknown."""
    return None if published is None or due_on is None else (published - due_on).days


def _event(record: Mapping[str, Any], rule: Mapping[str, Any]) -> date | None:
    path = rule.get("after") or rule.get("before")
    if path is None:
        return None
    events = [date.fromisoformat(str(value)[:10]) for value in values(record, str(path).split("."))]
    return max(events, default=None)


def values(record: Any, path: list[str]) -> Iterator[Any]:
    """The values at a path, lists crossed."""
    if isinstance(record, list):
        for one in record:
            yield from values(one, path)
    elif not path:
        if record is not None:
            yield record
    elif isinstance(record, Mapping) and path[0] in record:
        yield from values(record[path[0]], path[1:])
