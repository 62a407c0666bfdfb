"""Rows of the store that call their disclosures by ids: numbers say only in which order those came."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, ScalarSelect, Table, select

from store.tables import disclosure

Owners = Mapping[int, str]
OWNER, ID = "disclosure_number", "disclosure_id"


def owners(connection: Connection) -> Owners:
    """The ids of all disclosures by their numbers."""
    return dict(connection.execute(select(disclosure.c.number, disclosure.c.id)).all())


def called(
    table: Table, columns: Iterable[str], rows: Iterable[tuple[Any, ...]], known: Owners
) -> list[tuple[Any, ...]]:
    """Rows of these columns of a table with ids in the place of numbers; sorted where there were some."""
    numbered = OWNER if OWNER in table.columns else "number" if table is disclosure else None
    names = list(columns)
    if numbered not in names:
        return [tuple(row) for row in rows]
    at = names.index(numbered)
    return sorted(((*row[:at], known[row[at]], *row[at + 1 :]) for row in rows), key=repr)


def named(table: Table, row: Mapping[str, Any], known: Owners) -> dict[str, Any]:
    """A row with the id of its disclosure beside the number."""
    return {**row, ID: known[row[OWNER]]} if OWNER in table.columns else dict(row)


def number_of(id: str) -> ScalarSelect[int]:
    """The number of a disclosure, in a statement."""
    return select(disclosure.c.number).where(disclosure.c.id == id).scalar_subquery()
