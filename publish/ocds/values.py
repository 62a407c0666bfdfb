"""Values as OCDS writes them: dates with a time, amounts, periods."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from schemas.calendar import BEIJING

_LAST = time(23, 59, 59)


def moment(value: str, *, end: bool = False) -> str:
    """A day or a moment as a date-time; a day alone is its begin in Beijing, or its end.

    >>> moment("2024-03-01"), moment("2024-03-01", end=True)
    ('2024-03-01T00:00:00+08:00', '2024-03-01T23:59:59+08:00')
    """
    if len(value) == len("2024-03-01"):
        said = datetime.combine(date.fromisoformat(value), _LAST if end else time())
    else:
        said = datetime.fromisoformat(value)
    return (said if said.tzinfo else said.replace(tzinfo=BEIJING)).isoformat(timespec="seconds")


def amount(money: Mapping[str, Any]) -> dict[str, Any]:
    """A Value; its wording stays beside it, which is the extension's."""
    made: dict[str, Any] = {}
    if money.get("amount") is not None:
        made = {"amount": money["amount"], "currency": money.get("currency") or "CNY"}
    if money.get("amountDetails"):
        made["amountDetails"] = money["amountDetails"]
    return made


def period(given: Mapping[str, Any]) -> dict[str, Any]:
    """A Period; its wording stays beside it, which is the extension's."""
    made: dict[str, Any] = {}
    if given.get("startAt"):
        made["startDate"] = moment(given["startAt"])
    if given.get("endAt"):
        made["endDate"] = moment(given["endAt"], end=True)
    if given.get("periodDetails"):
        made["periodDetails"] = given["periodDetails"]
    return made
