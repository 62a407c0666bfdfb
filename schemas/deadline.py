"""When a disclosure had to be public: the type's deadlines applied to a record.

A deadline that cannot be measured (no event date, or a year whose calendar is not published) is unknown, never
"on time", and says why. The rule in force at the event judges it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from schemas.calendar import WorkingDays
from schemas.catalog import Disclosure
from schemas.timelimit import Count, Event, TimeLimit


@dataclass(frozen=True, slots=True)
class Due:
    """The last day on which the disclosure was in time, and what that rests on.

    ``rule`` is the place of the rule among the type's ``deadlines``; ``path`` and ``event`` are the property and the
    day from which it was counted (the year's property and the day itself for a fixed date).
    """

    on: date
    count: Count
    basis: str
    basis_en: str
    rule: int
    path: str
    event: date


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why nobody can tell by when a disclosure had to be public.

    ``noEvent``: the record does not name the event, ``paths`` are the properties that would. ``noRule``: no rule for
    such a record was in force then. ``noCalendar``: the working days of a year are not published yet.
    """

    reason: Literal["noEvent", "noRule", "noCalendar"]
    message: str
    message_en: str
    paths: tuple[str, ...] = ()


def due(record: Mapping[str, Any], disclosure: Disclosure, calendar: WorkingDays) -> Due | Unknown:
    """The deadline of a record, or why it is unknown.

    The first of the type's rules that is one for such a record, finds its event and was in force then judges.
    """
    missing: list[str] = []
    outside: list[str] = []
    for place, rule in enumerate(disclosure.deadlines):
        if not rule.applies(record):
            continue
        event = rule.event(record)
        if event is None:
            missing += rule.needs
        elif rule.in_force(event.on):
            return _counted(place, rule, event, calendar)
        else:
            outside.append(event.path)
    if outside or not missing:
        return _no_rule(tuple(dict.fromkeys(outside)), disclosure)
    return _no_event(tuple(dict.fromkeys(missing)), disclosure)


def days_late(published: date | None, deadline: Due | Unknown, calendar: WorkingDays) -> int | None:
    """How many days after its deadline a disclosure came, counted as the deadline counts; 0 or less is in time.

    A weekend after the last day is one working day late, not none. None is unknown: no date, no deadline, or
    working days through a year whose calendar is not published.
    """
    if published is None or isinstance(deadline, Unknown):
        return None
    if deadline.count == "calendar":
        return (published - deadline.on).days
    if _unpublished(published, deadline.on, calendar) is not None:
        return None
    late = calendar.between(deadline.on, published)
    return max(late, 1) if published > deadline.on else late


def _counted(place: int, rule: TimeLimit, event: Event, calendar: WorkingDays) -> Due | Unknown:
    on, provisional = rule.last_day(event, calendar)
    if not provisional:
        return Due(on, rule.count, rule.basis, rule.basis_en, place, event.path, event.on)
    year = _unpublished(event.on, on, calendar)
    return Unknown(
        "noCalendar",
        f"{year}年的节假日安排还没有收录,算不出工作日。",
        f"The working days of {year} are not known yet.",
    )


def _no_event(paths: tuple[str, ...], disclosure: Disclosure) -> Unknown:
    if paths in disclosure.unknown:
        return disclosure.unknown[paths]  # type: ignore[no-any-return]
    title, english = _titles(paths, disclosure)
    found = disclosure.unknown[paths] = Unknown(
        "noEvent",
        f"没有填写起算期限的{title}。",
        f"What the deadline is counted from is not given: {english}.",
        paths,
    )
    return found


def _no_rule(events: tuple[str, ...], disclosure: Disclosure) -> Unknown:
    if not events:
        return Unknown("noRule", "对这种情形没有规定公开期限。", "There is no deadline for such a record.")
    title, english = _titles(events, disclosure)
    return Unknown(
        "noRule",
        f"按{title},当时还没有(或者已不再有)公开期限的规定。",
        f"By {english}, no rule of the deadline was in force then.",
        events,
    )


def _titles(paths: tuple[str, ...], disclosure: Disclosure) -> tuple[str, str]:
    """The titles of properties in both languages; the start of a period is told by the period."""
    chinese, english = [], []
    for path in paths:
        field = disclosure.by_path[path]
        parent = disclosure.by_path.get(".".join(field.path[:-1]))
        if parent is not None and parent.definition == "period":
            chinese.append(f"“{parent.title}”的“{field.title}”")
            english.append(f"“{parent.title_en}: {field.title_en}”")
        else:
            chinese.append(f"“{field.title}”")
            english.append(f"“{field.title_en}”")
    return "、".join(chinese), ", ".join(english)


def _unpublished(a: date, b: date, calendar: WorkingDays) -> int | None:
    """The first year between two days whose calendar is not published."""
    first, last = sorted((a.year, b.year))
    return next((year for year in range(first, last + 1) if year not in calendar.published), None)
