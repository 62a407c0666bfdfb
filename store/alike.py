"""Refused rows that no identifier tells, known by what else they say: the same department, the same cells but for those at fault.

A refused row has the headings of the cells that were filled and not at fault (`compared`), and a digest of what they
say (`rest`). It is repaired by a load in which exactly one taken row says the same under these headings and makes a
record that was not there before. docs/decisions/0021 says why.
"""

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select, update

from store import bulk, tables

LEAST = 4  # cells that are compared
MOST = 50  # sets of headings of one department that a load looks for, the commonest first
_OPEN, _REPAIRED = "open", "repaired"  # as in store.cases


def rest(
    publisher_id: str, cells: Mapping[str, Any], faulty: Collection[str | None]
) -> tuple[list[str], str] | tuple[None, None]:
    """The headings that are compared of a refused row, and the digest of their cells; nothing where they are few."""
    compared = sorted(name for name, cell in cells.items() if name not in faulty and _said(cell))
    if len(compared) < LEAST:
        return None, None
    return compared, _digest(publisher_id, cells, compared)


class Alike:
    """The taken rows of one load that say what refused rows said; `load_id` is the load's."""

    def __init__(self, load_id: str) -> None:
        self._load_id = load_id
        self._sought: dict[str, list[tuple[list[str], set[str]]]] = {}  # by publisher
        self._found: dict[str, list[str]] = defaultdict(list)

    def is_sought(self, connection: Connection, publisher_id: str) -> bool:
        """Whether there are refused rows of a publisher to look for."""
        if publisher_id not in self._sought:
            self._sought[publisher_id] = self._read(connection, publisher_id)
        return bool(self._sought[publisher_id])

    def take(self, publisher_id: str, disclosure_id: str, cells: Mapping[str, Any]) -> None:
        """A row that was taken, its cells masked as those of refused rows are; call it once `is_sought`."""
        for compared, sought in self._sought[publisher_id]:
            if all(name in cells for name in compared):
                made = _digest(publisher_id, cells, compared)
                if made in sought:
                    self._found[made].append(disclosure_id)

    def repair(self, connection: Connection, now: datetime) -> None:
        """Close the cases that exactly one taken row answers, whose record is this load's own."""
        single = {made: found[0] for made, found in self._found.items() if len(found) == 1}
        d, r = tables.disclosure.c, tables.refused.c
        new = set(
            connection.scalars(
                select(d.id).where(
                    bulk.among(connection, d.id, sorted(single.values())), d.load_id == self._load_id, d.revision == 1
                )
            )
        )  # fmt: skip
        closed = [{"said": made, "one": one} for made, one in sorted(single.items()) if one in new]
        if closed:  # from now on they are rows of the record
            connection.execute(
                update(tables.refused)
                .where(r.rest == bindparam("said"), r.state == _OPEN, r.load_id != self._load_id)
                .values(
                    state=_REPAIRED, closed_at=now, closed_by=self._load_id, disclosure_id=bindparam("one")
                ),
                closed,
            )

    def _read(self, connection: Connection, publisher_id: str) -> list[tuple[list[str], set[str]]]:
        r = tables.refused.c
        query = select(r.compared, r.rest).where(
            r.publisher_id == publisher_id, r.state == _OPEN, r.rest.is_not(None), r.load_id != self._load_id
        )
        shapes: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for compared, made in connection.execute(query):
            shapes[tuple(compared)].add(made)
        common = sorted(shapes.items(), key=lambda one: (-len(one[1]), one[0]))[:MOST]
        return [(list(names), sought) for names, sought in common]


def _digest(publisher_id: str, cells: Mapping[str, Any], compared: Iterable[str]) -> str:
    said = [[name, _said(cells[name])] for name in compared]
    return hashlib.sha256(orjson.dumps([publisher_id, said])).hexdigest()


def _said(cell: Any) -> str:
    """A cell as it counts: however wide, and a whole number as its figures."""
    if cell is None:
        return ""
    if isinstance(cell, dict | list):
        return orjson.dumps(cell, option=orjson.OPT_SORT_KEYS, default=str).decode()
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    return " ".join(unicodedata.normalize("NFKC", text).split())
