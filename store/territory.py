"""Which codes lie in which, and which working days there are: the catalog's answers as tables."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from schemas.calendar import WorkingDays
from schemas.codelist import Code
from schemas.region import Regions
from store import tables

_FIRST = date(1, 1, 1)
_COUNTRY = "national"


def fill(connection: Connection, codes: Mapping[str, Code], regions: Regions, calendar: WorkingDays) -> None:
    """Make the tables say what the catalog says; one that does already is left alone."""
    country = next((code for code in codes if regions.level(code) == _COUNTRY), None)
    _replace(connection, tables.territory, [row for code in codes for row in _within(code, regions, country)])
    _replace(connection, tables.succession, list(_successions(codes)))
    _replace(connection, tables.working_day, list(_working_days(calendar)))


def _within(code: str, regions: Regions, country: str | None) -> Iterator[dict[str, Any]]:
    """A code's own row, what it has become with all above it, and the retired ones among what it lay in."""
    today = regions.current(code)
    chain = [today, *regions.ancestors(today)]
    if country is not None and country not in chain:
        chain.append(country)
    for one in chain:
        yield {"within": one, "code": code, "today": 1}
    for one in (code, *regions.ancestors(code)):
        row = regions.get(one)
        if one not in chain and row is not None and row.valid_to is not None:
            yield {"within": one, "code": code, "today": 0}


def _successions(codes: Mapping[str, Code]) -> Iterator[dict[str, Any]]:
    for code in codes.values():
        for successor in filter(None, code.extra.get("successor", "").split("|")):
            yield {"code": code.code, "successor": successor}


def _working_days(calendar: WorkingDays) -> Iterator[dict[str, Any]]:
    for year in sorted(calendar.published):
        day = date(year, 1, 1)
        while day.year == year:
            if calendar.is_working(day):
                yield {"day": day, "number": calendar.between(_FIRST, day)}
            day += timedelta(days=1)


def _replace(connection: Connection, table: Table, wanted: list[dict[str, Any]]) -> None:
    stored = {tuple(row) for row in connection.execute(select(table))}
    names = [column.name for column in table.columns]
    if stored == {tuple(row[name] for name in names) for row in wanted}:
        return
    connection.execute(delete(table))
    if wanted:
        connection.execute(insert(table), wanted)
