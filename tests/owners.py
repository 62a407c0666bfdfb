"""Rows of the store that call their disclosures and processes by ids: numbers say only in which order those came."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, ScalarSelect, Table, select

from store.tables import disclosure, disclosure_process, process


@dataclass(frozen=True, slots=True)
class Owners:
    """The ids of all disclosures by their numbers, of all processes by theirs."""

    disclosures: Mapping[int, str]
    processes: Mapping[int, str]

    def of(self, table: Table) -> Mapping[str, tuple[str, Mapping[int, str]]]:
        """The numbers among the columns of a table: column → what stands for it, and the ids."""
        found = {
            "disclosure_number": ("disclosure_id", self.disclosures),
            "process_serial": ("process_id", self.processes),
        }
        if table is disclosure:
            found["number"] = "id", self.disclosures
        if table is process:
            found["serial"] = "id", self.processes
        return {column: one for column, one in found.items() if column in table.columns}


def owners(connection: Connection) -> Owners:
    """All that there are."""
    d, p = disclosure.c, process.c
    return Owners(
        dict(connection.execute(select(d.number, d.id)).all()),
        dict(connection.execute(select(p.serial, p.id)).all()),
    )


def called(
    table: Table, columns: Iterable[str], rows: Iterable[tuple[Any, ...]], known: Owners
) -> list[tuple[Any, ...]]:
    """Rows of these columns of a table with ids in the place of numbers; sorted where there were some."""
    names = list(columns)
    numbered = [(names.index(name), ids) for name, (_, ids) in known.of(table).items() if name in names]
    found = [list(row) for row in rows]
    for row in found:
        for at, ids in numbered:
            row[at] = ids[row[at]]
    made = [tuple(row) for row in found]
    return sorted(made, key=repr) if numbered else made


def named(table: Table, row: Mapping[str, Any], known: Owners) -> dict[str, Any]:
    """A row with the ids of its disclosure and its process in the place of their numbers."""
    numbered = known.of(table)
    plain = {column: value for column, value in row.items() if column not in numbered}
    return plain | {name: ids[row[column]] for column, (name, ids) in numbered.items()}


def number_of(id: str) -> ScalarSelect[int]:
    """The number of a disclosure, in a statement."""
    return select(disclosure.c.number).where(disclosure.c.id == id).scalar_subquery()


def processes_of(connection: Connection, id: str) -> list[str]:
    """The processes of a disclosure, by their ids."""
    link = disclosure_process.c
    query = select(process.c.id).join(disclosure_process, link.process_serial == process.c.serial)
    return list(
        connection.scalars(query.where(link.disclosure_number == number_of(id)).order_by(process.c.id))
    )
