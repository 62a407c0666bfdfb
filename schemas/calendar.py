"""Chinese working days: Monday to Friday, less public holidays, with the make-up working days."""

import csv
from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Self

from schemas.errors import SchemaError

BEIJING = timezone(timedelta(hours=8))
_ONE_DAY = timedelta(days=1)


def utc_now() -> datetime:
    """The time, UTC without a zone, as the store has it."""
    return datetime.now(UTC).replace(tzinfo=None)


def moment(at: datetime) -> str:
    """A time as our JSON has it; `at` is UTC without a zone.

    >>> moment(datetime(2026, 11, 26, 17, 34, 5, 123))
    '2026-11-26T17:34:05Z'
    """
    return f"{at.isoformat(timespec='seconds')}Z"


def in_beijing(at: datetime | str) -> datetime:
    """A time, or what ISO 8601 says of one, as clocks in China have it; without a zone it is UTC.

    >>> in_beijing(datetime(2026, 11, 26, 17, 34)).isoformat(), in_beijing("2026-11-26T17:34Z").isoformat()
    ('2026-11-27T01:34:00+08:00', '2026-11-27T01:34:00+08:00')
    """
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(BEIJING)


class WorkingDays:
    """A calendar built from the State Council's yearly notices.

    ``holidays`` and ``makeup`` are the days that break the rule Monday to Friday (a holiday on a weekend changes
    nothing and may be among them). A year is published if any of its days is; in other years the rule stands alone.
    """

    def __init__(self, holidays: Iterable[date], makeup: Iterable[date]) -> None:
        given_off, given_on = frozenset(holidays), frozenset(makeup)
        self.published: frozenset[int] = frozenset(day.year for day in given_off | given_on)
        self._off = sorted(day for day in given_off if day.weekday() < 5)
        self._on = sorted(day for day in given_on if day.weekday() >= 5)
        self._exceptions = frozenset(self._off) | frozenset(self._on)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The calendar in a CSV file of date and kind, which is holiday or makeup."""
        with path.open(encoding="utf-8", newline="") as stream:
            days = [(date.fromisoformat(row["date"]), row["kind"]) for row in csv.DictReader(stream)]
        kinds = {kind for _, kind in days}
        if not kinds <= {"holiday", "makeup"}:
            raise SchemaError(
                "S123", f"{path.name} 的 kind 列有不认识的值:{sorted(kinds)}",
                f"{path.name} has an unknown kind of day: {sorted(kinds)}",
                "只能填 holiday(放假)或 makeup(调休上班)。", "It is holiday or makeup.",
            )  # fmt: skip
        return cls(
            (day for day, kind in days if kind == "holiday"), (day for day, kind in days if kind == "makeup")
        )

    def is_working(self, day: date) -> bool:
        """Whether people work on that day."""
        return (day.weekday() < 5) != (day in self._exceptions)

    def add(self, start: date, days: int) -> tuple[date, bool]:
        """The day that many working days after start (before, when negative), and whether it is provisional.

        The day of start is not counted. Provisional: the calendar of a year counted through is not published,
        so the day may still move.
        """
        step = _ONE_DAY if days >= 0 else -_ONE_DAY
        day, left, provisional = start, abs(days), False
        while left:
            day += step
            provisional = provisional or day.year not in self.published
            left -= self.is_working(day)
        return day, provisional

    def between(self, a: date, b: date) -> int:
        """How many working days lie after a up to and including b; negative when b is before a."""
        if b < a:
            return -self.between(b, a)
        return self._up_to(b) - self._up_to(a)

    def _up_to(self, day: date) -> int:
        """Working days to that day since 1 January of the year 1, a Monday."""
        weeks, rest = divmod(day.toordinal(), 7)
        return weeks * 5 + min(rest, 5) - bisect_right(self._off, day) + bisect_right(self._on, day)
