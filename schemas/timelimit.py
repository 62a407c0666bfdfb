"""One entry of a type's `deadlines`: from which event of a record it counts, and what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, Self

from schemas.calendar import WorkingDays
from schemas.path import values

Count = Literal["working", "calendar"]


@dataclass(frozen=True, slots=True)
class Event:
    """A day that a record names, and the property that names it."""

    path: str
    on: date


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A rule of law that says by when a disclosure must be public.

    ``days`` are counted after an event, or back from it where they are negative; ``paths`` are the properties that
    name the event, the first that is filled counts. Without days ``dates`` are the fixed days of a year, month and
    day, by the code of the property ``by`` ("" where there is but one); then ``paths`` is the property of the year.
    ``when`` and ``unless`` bind the rule to codes of a property; it was in force from ``begins`` to ``ends``.
    """

    paths: tuple[str, ...]
    begins: date
    ends: date | None
    basis: str
    basis_en: str
    days: int | None = None
    count: Count = "calendar"
    dates: tuple[tuple[str, str], ...] = ()
    by: str | None = None
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unless: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def of(cls, rule: Mapping[str, Any]) -> Self:
        """The rule as a schema writes it."""
        named = rule.get("after") or rule.get("before") or rule["year"]
        days = rule.get("days")
        dates = rule.get("dates") or ({"": rule["date"]} if "date" in rule else {})
        return cls(
            paths=(named,) if isinstance(named, str) else tuple(named),
            begins=date.fromisoformat(rule["from"]),
            ends=date.fromisoformat(rule["to"]) if "to" in rule else None,
            basis=rule["basis"],
            basis_en=rule["basisEn"],
            days=-days if days and "before" in rule else days,
            count=rule.get("count", "calendar"),
            dates=tuple(dates.items()),
            by=rule.get("by"),
            when=_codes(rule.get("when")),
            unless=_codes(rule.get("unless")),
        )

    @property
    def needs(self) -> tuple[str, ...]:
        """The properties without which it cannot be counted; of several events one is enough."""
        return (*self.paths, self.by) if self.by else self.paths

    def applies(self, record: Mapping[str, Any]) -> bool:
        """Whether the rule is one for such a record; a property that is not filled fulfils no `when`."""
        return all(_has(record, path, codes) for path, codes in self.when) and not any(
            _has(record, path, codes) for path, codes in self.unless
        )

    def in_force(self, on: date) -> bool:
        """Whether it was the law on that day."""
        return self.begins <= on and (self.ends is None or on <= self.ends)

    def event(self, record: Mapping[str, Any]) -> Event | None:
        """The event from which it counts for that record; a fixed date is its own event.

        With several lots the last counts for a rule after, the first for a rule before an event. What is no date is
        no event.
        """
        if self.days is None:
            return self._fixed(record)
        for path in self.paths:
            days = [day for value in values(record, path.split(".")) if (day := _day(value))]
            if days:
                return Event(path, max(days) if self.days > 0 else min(days))
        return None

    def last_day(self, event: Event, calendar: WorkingDays) -> tuple[date, bool]:
        """The last day in time, and whether it is provisional since a year's calendar is not published."""
        if self.days is None:
            return event.on, False
        if self.count == "calendar":
            return event.on + timedelta(days=self.days), False
        return calendar.add(event.on, self.days)

    def _fixed(self, record: Mapping[str, Any]) -> Event | None:
        path = self.paths[0]
        year = next(values(record, path.split(".")), None)
        code = next(values(record, self.by.split(".")), None) if self.by else ""
        day = dict(self.dates).get(str(code))
        if day is None or not isinstance(year, int) or not date.min.year <= year <= date.max.year:
            return None
        return Event(path, date.fromisoformat(f"{year:04}-{day}"))


def _codes(bound: Mapping[str, Any] | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((path, tuple(codes)) for path, codes in (bound or {}).items())


def _has(record: Mapping[str, Any], path: str, codes: tuple[str, ...]) -> bool:
    return any(value in codes for value in values(record, path.split(".")))


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
