"""Dates, times and periods as departments write them → ISO 8601; a time without a zone is Beijing time."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from loaders.numerals import spelled_dates
from loaders.text import clean, half
from schemas.calendar import BEIJING

# What programs write for "no date": the zero day of some system or the day after.
NO_DATES = frozenset(
    {date(1, 1, 1), date(1753, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1900, 1, 2),
     date(1901, 1, 1), date(1901, 1, 2)}
)  # fmt: skip
# A database's zero day, which is none of the calendar.
_ZERO = re.compile(r"0{4}[-/.年]0{1,2}[-/.月]0{1,2}日?(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?")
_YEARS = range(1900, 2101)
_EXCEL_ZERO, _EXCEL_1904 = date(1899, 12, 30), date(1904, 1, 1)
# 1954 to 2064 as Excel counts days; smaller numbers are more likely something else.
_SERIALS = range(20_000, 60_001)

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
# What stands between year, month and day, the keys beside the full stop among it.
_BREAK = r" ?[-/.。,、\\·・] ?"
_DAY = re.compile(
    rf"(?P<year>\d{{4}})(?: ?年 ?|{_BREAK})(?P<month>\d{{1,2}})(?: ?月 ?|{_BREAK})(?P<day>\d{{1,2}})(?!\d)(?: ?[日号])?"
    rf"|(?P<short>\d{{2}})(?: ?年 ?|{_BREAK})(?P<short_month>\d{{1,2}})(?: ?月 ?|{_BREAK})(?P<short_day>\d{{1,2}})(?!\d)(?: ?[日号])?"
    r"|(?P<compact>\d{8})(?P<clock>\d{2}(?:\d{2}){0,2})?(?!\d)"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?P<java_month>[A-Za-z]{3}) (?P<java_day>\d{2}) (?P<java_time>\d{2}:\d{2}:\d{2}) (?:CST|GMT\+08:00) (?P<java_year>\d{4})"
    r"|(?P<english>[A-Za-z]{3,9})\.? (?P<english_day>\d{1,2})(?:st|nd|rd|th)?,? (?P<english_year>\d{4})"
    r"|(?P<day_first>\d{1,2})[ -](?P<month_second>[A-Za-z]{3,9})\.?,?[ -](?P<year_last>\d{4}|\d{2}(?!\d))"
)
_SHORT = re.compile(r"(\d{1,2}) ?[-/] ?(\d{1,2}) ?[-/] ?(\d{1,2})(?!\d)")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
# Seconds or milliseconds since 1970, as programs write a time; 2001 to 2099.
_EPOCH = re.compile(
    r"(?:/Date\()?(?P<seconds>[1-3]\d{9}|40\d{8})(?P<milli>\d{3})?(?:\.0+)?(?:[+-]\d{4})?(?:\)/)?"
)
_MONTH = re.compile(r"\d{4} ?(?:年|[-/.]) ?(?:0?[1-9]|1[0-2]) ?(?:月份?)?|(?:19|20)\d{2}(?:0[1-9]|1[0-2])")
# 49 is 2049, 50 is 1950.
_CENTURY = 50
_REST_OF_DAY = re.compile(r"(?:(?P<month>\d{1,2})(?: ?月 ?|[-/.]))?(?P<day>\d{1,2})(?: ?[日号]|(?= |$))")
_WEEKDAY = re.compile(r"[ ,]*\(?(?:星期|周)[一二三四五六日天]\)?")
_TIME = re.compile(
    r"[T, ]*(?P<half>上午|中午|下午|晚上|早上|凌晨)? ?(?P<hour>\d{1,2})(?:[::](?P<minute>\d{2})(?:[::](?P<second>\d{2})(?:\.\d+)?)?"
    r"|[时点](?:(?P<minute2>\d{1,2})分?(?:(?P<second2>\d{1,2})秒)?|整)?)(?: ?(?P<english>[AaPp])\.?[Mm]\.?)?(?!\d)"
    r" ?(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_BETWEEN = re.compile(r" ?起? ?(?:至|到|—+|–|―|-+|~+|～|→) ?")
_END = re.compile(r" ?(?:止|前|为止|截止|以前|之前)?[,。;.、]?$")


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, with the time of day where one was written, and where in the text it ended.

    `rule` is what had to be known beyond the text: `serial` (Excel's count of days), `serial1904`, `epoch` (seconds
    since 1970), `shortYear` (a year of two figures).
    """

    day: date
    at: time | None
    zone: timezone | None
    end: int
    raised: int = 0  # 24:00 is the next day
    rule: str | None = None

    def iso(self) -> str:
        """`2026-03-17`, or `2026-03-17T09:00:00+08:00`."""
        if self.at is None:
            return self.day.isoformat()
        return self._then.isoformat(timespec="seconds")

    def date(self) -> str:
        """The day, as it is in Beijing where the text names another zone."""
        return self._then.date().isoformat() if self.at and self.zone else self.day.isoformat()

    @property
    def _then(self) -> datetime:
        assert self.at is not None
        then = datetime.combine(self.day, self.at, self.zone or BEIJING) + timedelta(days=self.raised)
        return then.astimezone(BEIJING)


def readable(cell: Any) -> str:
    """A cell's text with figures for Chinese numerals and half-width characters; what the readers below take."""
    return spelled_dates(half(clean(cell))).replace("\n", " ")


def read_date(cell: Any) -> str | None:
    """The day that a cell of a date column says, its time dropped; None where it says none.

    A number is Excel's count of days, seconds since 1970, or eight figures. `NO_DATES` come out as any other day.

    >>> read_date("2018年12月31日"), read_date("二〇一八年十二月三十一日"), read_date("Mar 16, 2026"), read_date(43465)
    ('2018-12-31', '2018-12-31', '2026-03-16', '2018-12-31')
    """
    found = dated(cell)
    return found.date() if found else None


def read_moment(cell: Any) -> str | None:
    """The day, or day and time, that a cell says.

    >>> read_moment("2020年2月19日16:30"), read_moment("2018年10月8日8时"), read_moment("2026-03-17")
    ('2020-02-19T16:30:00+08:00', '2018-10-08T08:00:00+08:00', '2026-03-17')
    """
    found = dated(cell)
    return found.iso() if found else None


def dated(cell: Any, *, since_1904: bool = False) -> Moment | None:
    """The moment that is all of a cell; `since_1904` where a workbook counts its days from that year."""
    return _whole(cell, since_1904=since_1904)


def is_month(cell: Any) -> bool:
    """Whether a cell says a year and a month, and no day.

    >>> is_month("2023年10月"), is_month("二〇二三年十月"), is_month("2023-10-09")
    (True, True, False)
    """
    return not isinstance(cell, date) and _MONTH.fullmatch(readable(cell)) is not None


def read_period(cell: Any) -> tuple[str, str, bool] | None:
    """Start, end, and whether that is all the cell says.

    The end may leave out its year and month.

    >>> read_period("2020年2月12日至2020年2月21日9:30")
    ('2020-02-12', '2020-02-21T09:30:00+08:00', True)
    >>> read_period("2024年5月1日至8日止")
    ('2024-05-01', '2024-05-08', True)
    """
    text = readable(cell).removeprefix("自").removeprefix("从").lstrip()
    start = _moment(text)
    if start is None:
        return None
    between = _BETWEEN.match(text, start.end)
    if between is None:
        return None
    rest = text[between.end() :]
    end = _moment(rest) or _moment_of_same_year(rest, start)
    if end is None or end.iso()[:10] < start.iso()[:10]:
        return None
    left = rest[end.end :]
    if re.search(r"\d{4}[年-]", left):
        return None
    return start.iso(), end.iso(), bool(_END.fullmatch(left))


def is_no_date(cell: Any) -> bool:
    """Whether a cell is one of the days that programs write for "no date"."""
    if isinstance(cell, str) and cell.lstrip().startswith("000") and _ZERO.fullmatch(readable(cell)):
        return True
    found = _whole(cell, years=range(1, 2101))
    return found is not None and found.day in NO_DATES


def _whole(cell: Any, years: range = _YEARS, *, since_1904: bool = False) -> Moment | None:
    """The moment that is all of a cell."""
    if isinstance(cell, datetime):
        at = cell.time() if cell.time() != time.min else None
        return Moment(cell.date(), at, None, 0) if cell.year in years else None
    if isinstance(cell, date):
        return Moment(cell, None, None, 0) if cell.year in years else None
    if isinstance(cell, bool):
        return None
    text = readable(cell)
    if _SERIAL.fullmatch(text) and int(text[:5]) in _SERIALS:
        return _of_serial(float(cell) if isinstance(cell, float) else float(text), since_1904)
    if isinstance(cell, float) and abs(cell) < _SERIALS[0]:
        return None
    found = _moment(text, years)
    if found and _END.fullmatch(text[found.end :]):
        return found
    return _of_epoch(text)


def _of_serial(number: float, since_1904: bool) -> Moment:
    zero = _EXCEL_1904 if since_1904 else _EXCEL_ZERO
    minutes = round((number - int(number)) * 1440)
    then = datetime.combine(zero, time.min) + timedelta(days=int(number), minutes=minutes)
    rule = "serial1904" if since_1904 else "serial"
    return Moment(then.date(), then.time() if minutes else None, None, 0, rule=rule)


def _of_epoch(text: str) -> Moment | None:
    found = _EPOCH.fullmatch(text)
    if not found:
        return None
    then = datetime.fromtimestamp(int(found["seconds"]), BEIJING)
    at = then.time().replace(tzinfo=None)
    return Moment(then.date(), at if at != time.min else None, None, 0, rule="epoch")


def _moment(text: str, years: range = _YEARS) -> Moment | None:
    """The day and time with which a text begins."""
    found = _DAY.match(text)
    day = _day(found) if found else None
    if found is None or day is None or day.year not in years:
        return _of_short_year(text)
    clock = found["clock"] or found["java_time"]
    if clock:
        written = clock if ":" in clock else ":".join(re.findall("..", clock.ljust(4, "0")))
        timed = _with_time(written, day, 0)
        return None if timed is None or timed.at is None else replace(timed, end=found.end())
    short = "shortYear" if found["short"] or len(found["year_last"] or "") == 2 else None
    timed = _with_time(text, day, found.end())
    return replace(timed, rule=short) if timed and short else timed


def _of_short_year(text: str) -> Moment | None:
    """A day with a year of two figures between other signs than 年 and the full stop: it must be sure which it is.

    Programs write the month first and the year last (10/25/23), people the year first (23-10-9).
    """
    found = _SHORT.match(text)
    if not found:
        return None
    first, second, third = map(int, found.groups())
    year_first = _on(first, second, third) if len(found[1]) == 2 else None
    year_last = _on(third, first, second) if len(found[3]) == 2 else None
    days = [one for one in (year_first, year_last) if one]
    if len(days) != 1:
        return None
    timed = _with_time(text, days[0], found.end())
    return replace(timed, rule="shortYear") if timed else None


def _on(short: int, month: int, day: int) -> date | None:
    """The day in a year of two figures."""
    try:
        return date(short + (2000 if short < _CENTURY else 1900), month, day)
    except ValueError:
        return None


def _moment_of_same_year(text: str, start: Moment) -> Moment | None:
    """The end of a period that leaves out what it shares with the start."""
    found = _REST_OF_DAY.match(text)
    if found:
        try:
            day = start.day.replace(month=int(found["month"] or start.day.month), day=int(found["day"]))
        except ValueError:
            return None
        return _with_time(text, day, found.end())
    only_time = _with_time(text, start.day, 0)
    return only_time if only_time and only_time.at and start.at else None


def _day(found: re.Match[str]) -> date | None:
    if found["short"]:
        dotted = not re.search("[-/]", found[0])
        parts_of_day = map(int, (found["short"], found["short_month"], found["short_day"]))
        return _on(*parts_of_day) if dotted else None
    if found["year"]:
        parts = found["year"], found["month"], found["day"]
    elif found["compact"]:
        parts = found["compact"][:4], found["compact"][4:6], found["compact"][6:]
    else:
        name = found["english"] or found["month_second"] or found["java_month"]
        month = _MONTHS.get(name[:3].lower())
        parts = (
            found["english_year"] or found["year_last"] or found["java_year"],
            str(month or 0),
            found["english_day"] or found["day_first"] or found["java_day"],
        )
    if len(parts[0]) == 2:
        return _on(*map(int, parts))
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def _with_time(text: str, day: date, end: int) -> Moment | None:
    """The day with the time that follows it; None where figures follow that are no time of day."""
    weekday = _WEEKDAY.match(text, end)
    end = weekday.end() if weekday else end
    found = _TIME.match(text, end)
    if found is None:
        return None if re.match(r"[T ]*\d", text[end:]) else Moment(day, None, None, end)
    hour = int(found["hour"])
    minute = int(found["minute"] or found["minute2"] or 0)
    second = int(found["second"] or found["second2"] or 0)
    afternoon = found["half"] in ("下午", "晚上") or (found["english"] or "").lower() == "p"
    if hour < 12 and (afternoon or (found["half"] == "中午" and hour < 11)):
        hour += 12
    elif hour == 12 and (found["english"] or "").lower() == "a":
        hour = 0
    raised = int(hour == 24 and minute == second == 0)
    try:
        at = time(0 if raised else hour, minute, second)
    except ValueError:
        return None
    return Moment(day, at, _zone(found["zone"]), found.end(), raised)


def _zone(written: str | None) -> timezone | None:
    if not written:
        return None
    if written == "Z":
        return UTC
    hours, minutes = int(written[1:3]), int(written[-2:])
    return timezone((1 if written[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
