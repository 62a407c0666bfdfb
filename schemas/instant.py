"""Dates and date-times as instants: whole seconds since 1970 in UTC."""

import re
from datetime import UTC, date, datetime, timedelta

from schemas.calendar import BEIJING

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_DAY = 86_400
_LEAP = re.compile(r"^(.{16}:)60")


def instants(text: str) -> tuple[int, int]:
    """The first and the last second that a date or a date-time is; a date is a day in Beijing.

    Raises ValueError for a text that is neither. Without an offset a date-time is Beijing's, too.

    >>> instants("1970-01-01"), instants("1970-01-01T08:00:00+08:00"), instants("1970-01-01T00:00:01.9Z")
    ((-28800, 57599), (0, 0), (1, 1))
    """
    if len(text) == 10:
        day = date.fromisoformat(text)
        first = (datetime(day.year, day.month, day.day, tzinfo=BEIJING) - _EPOCH) // _SECOND
        return first, first + _DAY - 1
    plain, leaps = _LEAP.subn(r"\g<1>59", text.upper())
    moment = datetime.fromisoformat(plain)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=BEIJING)
    second = (moment - _EPOCH) // _SECOND + leaps
    return second, second
