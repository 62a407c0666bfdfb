"""Refused rows as lists: what is open by load, department and rule, the rows themselves, and rates of repair."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    text,
)

from store import tables
from store.cases import OPEN, REPAIRED


@dataclass(frozen=True, slots=True)
class Asked:
    """Which refused rows are meant; `publisher` is a credit code or a name."""

    load: str | None = None
    publisher: str | None = None
    rule: str | None = None
    all: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """So many rows of a load and a department that a rule refused; the sentences are those of one of them."""

    load_id: str
    file: str
    publisher_id: str | None
    publisher: str | None
    rule: str
    rows: int
    message: str
    message_en: str


@dataclass(frozen=True, slots=True)
class Case:
    """A refused row."""

    load_id: str
    file: str
    sheet: str
    row: int
    publisher_id: str | None
    publisher: str | None
    disclosure_id: str | None
    state: str
    since: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    cells: dict[str, Any]
    issues: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Rate:
    """What a department repaired: cases, of them repaired and still open, and the median days until a repair."""

    publisher_id: str | None
    publisher: str | None
    refused: int
    repaired: int
    open: int
    median_days: float | None

    @property
    def share(self) -> float:
        """The part that is repaired."""
        return self.repaired / self.refused


def counts(connection: Connection, asked: Asked) -> dict[str, int]:
    """How many rows there are in each state, whatever states are asked for."""
    r = tables.refused.c
    query = (
        select(r.state, func.count()).where(*_where(connection, asked)).group_by(r.state).order_by(r.state)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def groups(connection: Connection, asked: Asked) -> list[Group]:
    """The rows by load, department and rule, newest load first; a row that several rules refused counts under each."""
    r, one = tables.refused.c, _issues(connection)
    code, load = _said(connection, one, "code"), tables.load.c
    found = (
        select(
            r.load_id, load.file_name, r.publisher_id, func.min(r.publisher), code.label("rule"),
            func.count(func.distinct(r.ordinal)).label("rows"), func.min(_said(connection, one, "message")),
            func.min(_said(connection, one, "messageEn")),
        )
        .join_from(tables.refused, tables.load, load.id == r.load_id)
        .join(one, text("1 = 1"))
        .where(*_where(connection, asked), *_shown(asked), *([code == asked.rule] if asked.rule else []))
        .group_by(r.load_id, load.file_name, load.started_at, r.publisher_id, code)
        .order_by(load.started_at.desc(), r.load_id, r.publisher_id, literal_column("rows").desc(), code)
    )  # fmt: skip
    return [Group(*row) for row in connection.execute(found)]


def rows(connection: Connection, asked: Asked, most: int) -> Iterator[Case]:
    """The first rows, newest load first, in the order of the file."""
    r, load = tables.refused.c, tables.load.c
    query = (
        select(
            r.load_id, load.file_name, r.sheet, r.row, r.publisher_id, r.publisher, r.disclosure_id, r.state, r.since,
            r.closed_at, r.closed_by, r.cells, r.issues,
        )
        .join_from(tables.refused, tables.load, load.id == r.load_id)
        .where(*_where(connection, asked), *_shown(asked))
        .order_by(load.started_at.desc(), r.load_id, r.ordinal)
        .limit(most)
    )  # fmt: skip
    for row in connection.execute(query):
        yield Case(*tuple(row))


def rates(connection: Connection, asked: Asked) -> list[Rate]:
    """Repair by department, the most open first. A row refused again and again is one case, that of its last refusal."""
    r = tables.refused.c
    repaired, still = func.count(case((r.state == REPAIRED, 1))), func.count(case((r.state == OPEN, 1)))
    query = (
        select(r.publisher_id, func.min(r.publisher), func.count(), repaired, still)
        .where(*_where(connection, asked), r.state.in_((OPEN, REPAIRED)))
        .group_by(r.publisher_id)
        .order_by(still.desc(), func.count().desc(), r.publisher_id)
    )
    medians: dict[Any, Any] = {row[0]: row[1] for row in connection.execute(_medians(connection, asked))}
    found = []
    for who, name, cases, repaired_ones, open_ones in connection.execute(query):
        median = medians.get(who)
        days = None if median is None else round(float(median), 2)
        found.append(Rate(who, name, cases, repaired_ones, open_ones, days))
    return found


def _medians(connection: Connection, asked: Asked) -> Select[Any]:
    """The median of the days between refusal and repair, by department."""
    r = tables.refused.c
    days: ColumnElement[Any] = (
        func.julianday(r.closed_at) - func.julianday(r.since)
        if connection.dialect.name == "sqlite"
        else func.extract("epoch", r.closed_at - r.since) / 86400
    )
    numbered: Subquery = (
        select(
            r.publisher_id, days.label("days"), func.row_number().over(partition_by=r.publisher_id, order_by=days).label("place"),
            func.count().over(partition_by=r.publisher_id).label("many"),
        )
        .where(*_where(connection, asked), r.state == REPAIRED)
        .subquery()
    )  # fmt: skip
    n = numbered.c
    middle = and_(n.place * 2 >= n.many, n.place * 2 <= n.many + 2)
    return select(n.publisher_id, func.avg(n.days)).where(middle).group_by(n.publisher_id)


def _where(connection: Connection, asked: Asked) -> list[ColumnElement[bool]]:
    r, p = tables.refused.c, tables.publisher.c
    found: list[ColumnElement[bool]] = []
    if asked.load:
        found.append(r.load_id == asked.load)
    if asked.publisher:
        named = select(p.id).where(p.name == asked.publisher)
        found.append(
            or_(r.publisher_id == asked.publisher, r.publisher == asked.publisher, r.publisher_id.in_(named))
        )
    if asked.rule:
        one = _issues(connection)
        found.append(
            select(text("1")).select_from(one).where(_said(connection, one, "code") == asked.rule).exists()
        )
    return found


def _shown(asked: Asked) -> list[ColumnElement[bool]]:
    return [] if asked.all else [tables.refused.c.state == OPEN]


def _issues(connection: Connection) -> Any:
    """The issues of the row at hand, one a row."""
    each = func.json_each if connection.dialect.name == "sqlite" else func.json_array_elements
    return each(tables.refused.c.issues).table_valued("value", name="issue", joins_implicitly=True)


def _said(connection: Connection, issue: Any, name: str) -> ColumnElement[str]:
    """What an issue says under a name."""
    if connection.dialect.name == "sqlite":
        found: ColumnElement[str] = func.json_extract(issue.c.value, f"$.{name}")
        return found
    text_of: ColumnElement[str] = issue.c.value.op("->>")(name)
    return text_of
