"""Cases: refused rows until they are repaired. docs/decisions/0021 says what makes two rows the same case.

A row is known by the id of the record that it would have been, where its publisher and identifiers can be read; else
by its place in a file of the same name, department and number of rows. `open`: not repaired; `repaired`: a later load
took it; `repeated`: a later load refused it again, whose row goes on with the case; `apart`: of a type that the
standard does not have; `erased`: the content was removed with its record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from schemas.catalog import Disclosure
from schemas.issue import Issue
from schemas.path import crossed
from store import bulk, tables
from store.identity import identify, publisher_of

OPEN, REPAIRED, REPEATED, APART, ERASED = "open", "repaired", "repeated", "apart", "erased"
_UNSUPPORTED = "L042"
_KEPT = "kept "  # before the id of a load whose rows of an earlier run wait


@dataclass(frozen=True, slots=True)
class Case:
    """The record that a refused row would have been, and whose; None where the row does not tell."""

    disclosure_id: str | None = None
    publisher_id: str | None = None
    publisher: str | None = None


UNKNOWN = Case()


def case_of(record: Mapping[str, Any], disclosure: Disclosure, issues: Sequence[Issue]) -> Case:
    """The case of a row that made this record, or part of it, and these issues.

    An identifier at which something is wrong identifies nothing: corrected it is another.
    """
    publisher = publisher_of(record)
    if publisher is None:
        return UNKNOWN
    keys = {path for key in disclosure.schema["key"] for path in key} | {"publisher"}
    wrong = [crossed(one.path) for one in issues if one.severity == "error" and one.path]
    uncertain = any(
        f"{one}.".startswith(f"{key}.") or f"{key}.".startswith(f"{one}.") for one in wrong for key in keys
    )
    identity = None if uncertain else identify(record, disclosure)
    return Case(identity.id if identity else None, publisher.id, publisher.name)


def state_of(codes: Sequence[str]) -> str:
    """The state in which a refused row begins."""
    return APART if codes and set(codes) == {_UNSUPPORTED} else OPEN


def waiting(connection: Connection, load_id: str, rows: int) -> tuple[str, ...]:
    """The loads before this one of files of its name, department and number of rows that have cases known by place.

    What an interrupted run of this one has closed still counts: the row may be refused again, by another record's fault.
    """
    done, own, r = tables.load.alias(), tables.load.alias(), tables.refused.c
    same = own.c.publisher_id.is_not_distinct_from(done.c.publisher_id)
    lives = or_(r.state == OPEN, and_(r.state == REPAIRED, r.closed_by == load_id))
    query = (
        select(done.c.id)
        .join_from(done, own, (own.c.file_name == done.c.file_name) & same)
        .where(own.c.id == load_id, done.c.id != load_id, done.c.rows == rows)
        .where(select(r.load_id).where(r.load_id == done.c.id, lives, r.disclosure_id.is_(None)).exists())
    )  # fmt: skip
    return tuple(sorted(connection.scalars(query)))


def repair(
    connection: Connection,
    load_id: str,
    now: datetime,
    ids: Sequence[str],
    places: Sequence[tuple[str, int]] = (),
    loads: Sequence[str] = (),
) -> None:
    """Close the cases of records that a load took, and of rows that it took at a place, known by these loads' places."""
    found: tuple[Any, ...]
    where: tuple[Any, ...]
    closed = f"state = '{REPAIRED}', closed_at = {{}}, closed_by = {{}}"
    if connection.dialect.name == "sqlite":
        sets = closed.format("?", "?")
        given: tuple[Any, ...] = (now.isoformat(" ", "microseconds"), load_id)
        named = "disclosure_id IN (SELECT value FROM json_each(?))"
        at = (
            "(load_id, sheet, \"row\") IN (SELECT l.value, json_extract(p.value, '$[0]'), json_extract(p.value, '$[1]')"
            " FROM json_each(?) l, json_each(?) p)"
        )
        mark, found, where = "?", (bulk.json_text(ids),), (bulk.json_text(loads), bulk.json_text(places))
    else:
        sets, given = closed.format("%s", "%s"), (now, load_id)
        named = "disclosure_id = ANY(%s)"
        at = (
            '(load_id, sheet, "row") IN (SELECT l, p.sheet, p."row" FROM unnest(%s::text[]) l,'
            ' unnest(%s::text[], %s::int[]) AS p(sheet, "row"))'
        )
        mark, found = "%s", (list(ids),)
        where = (list(loads), [sheet for sheet, _ in places], [row for _, row in places])
    if ids:
        connection.exec_driver_sql(
            f"UPDATE refused SET {sets} WHERE {named} AND state = '{OPEN}' AND load_id <> {mark}",  # noqa: S608
            (*given, *found, load_id),
        )
    if loads and places:
        connection.exec_driver_sql(
            f"UPDATE refused SET {sets} WHERE {at} AND state = '{OPEN}' AND disclosure_id IS NULL",  # noqa: S608
            (*given, *where),
        )


def set_aside(connection: Connection, load_id: str) -> None:
    """Keep the rows of an earlier run of this load until `settle`; they may have become what they are since."""
    _run(connection, "UPDATE refused SET load_id = {kept} WHERE load_id = {load}", load_id)


def settle(connection: Connection, load_id: str, now: datetime, loads: Sequence[str]) -> None:
    """What the rows that a load refused, just stored, mean for cases: an earlier run's go on, other loads' are repeated."""
    columns = "state, since, closed_at, closed_by"
    _run(
        connection,
        f"UPDATE refused SET ({columns}) = (SELECT {columns} FROM refused o WHERE o.load_id = {{kept}}"  # noqa: S608
        ' AND o.sheet = refused.sheet AND o."row" = refused."row" ORDER BY o.ordinal LIMIT 1)'
        " WHERE load_id = {load} AND EXISTS (SELECT 1 FROM refused o WHERE o.load_id = {kept}"
        ' AND o.sheet = refused.sheet AND o."row" = refused."row")',
        load_id,
    )
    _run(connection, "DELETE FROM refused WHERE load_id = {kept}", load_id)
    _run(connection, _TWINS, load_id)
    _repeat(connection, load_id, now, f"o.load_id <> {{load}} AND {_ALIKE}", _NAMED)
    _repeat(connection, load_id, now, f"o.load_id <> {{load}} AND {_SAID}", _SAYING)
    for earlier in loads:
        there = f"o.load_id = '{_plain(earlier)}' AND o.disclosure_id IS NULL"
        _repeat(connection, load_id, now, f"{there} AND {_IN_PLACE}", f"{there} AND {_PLACED}")


# An older row `o` that is the same case as the row at hand; those that the rows of the load tell.
_ALIKE = "o.disclosure_id = refused.disclosure_id"
_IN_PLACE = 'o.sheet = refused.sheet AND o."row" = refused."row"'
_NEW = f"FROM refused n WHERE n.load_id = {{load}} AND n.state = '{OPEN}'"
_NAMED = f"o.load_id <> {{load}} AND o.disclosure_id IN (SELECT n.disclosure_id {_NEW} AND n.disclosure_id IS NOT NULL)"
_PLACED = f'(o.sheet, o."row") IN (SELECT n.sheet, n."row" {_NEW})'
# Rows that say the same but for what is at fault (store/alike.py); two of them in one load are known by their places.
_TWINS = (
    "UPDATE refused SET rest = NULL, compared = NULL WHERE load_id = {load} AND rest IN"
    " (SELECT rest FROM refused WHERE load_id = {load} AND rest IS NOT NULL GROUP BY rest HAVING count(*) > 1)"
)
_SAID = "o.rest = refused.rest"
_SAYING = f"o.load_id <> {{load}} AND o.rest IN (SELECT n.rest {_NEW} AND n.rest IS NOT NULL)"
_LIVES = f"(o.state = '{OPEN}' OR (o.state = '{REPAIRED}' AND o.closed_by = {{load}}))"


def _repeat(connection: Connection, load_id: str, now: datetime, alike: str, older: str) -> None:
    """Older rows that are the same case as a row of this load are repeated by it; it takes the time of the first."""
    _run(
        connection,
        f"UPDATE refused SET since = (SELECT min(o.since) FROM refused o WHERE {alike} AND {_LIVES})"  # noqa: S608
        f" WHERE load_id = {{load}} AND state = '{OPEN}'"
        f" AND EXISTS (SELECT 1 FROM refused o WHERE {alike} AND {_LIVES})",
        load_id,
    )
    at = now.isoformat(" ", "microseconds")
    _run(
        connection,
        f"UPDATE refused AS o SET state = '{REPEATED}', closed_at = '{at}', closed_by = {{load}}"  # noqa: S608
        f" WHERE {older} AND {_LIVES}",
        load_id,
    )


def _run(connection: Connection, statement: str, load_id: str) -> None:
    """Run a statement of ours with the load's id, and that of its earlier run, in their places."""
    one = _plain(load_id)
    connection.exec_driver_sql(statement.replace("{load}", f"'{one}'").replace("{kept}", f"'{_KEPT}{one}'"))


def _plain(load_id: str) -> str:
    """A load's id as a literal: it is made of letters, figures and a dash."""
    assert load_id.replace("-", "").isalnum(), load_id
    return load_id
