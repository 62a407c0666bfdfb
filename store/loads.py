"""Loads: which file was taken with which profile, what came of its rows, and the rows that were refused.

A load's row says only what does not depend on how often the load was interrupted.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, insert, select, update

from schemas.issue import Issue
from store import alike, bulk, cases, tables
from store.engine import writing
from store.identity import digest

_BATCH = 1000
_LOADS = 20_180_605  # of the advisory locks, beside those of store.writing


@dataclass(frozen=True, slots=True)
class Load:
    """A file to be loaded: its name and hash, with what it is read, and what its records may not go beyond."""

    file_name: str
    sha256: str
    profile: str | None = None
    type: str | None = None
    publisher_id: str | None = None
    bounds: str | None = None

    @property
    def id(self) -> str:
        """Made from everything but the file's name: the same file under another name is the same load."""
        bounds = () if self.bounds is None else (self.bounds,)
        return "l-" + digest(
            24, self.sha256, self.profile or "", self.type or "", self.publisher_id or "", *bounds
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken: where it stands (from 1, as the file's program counts), its cells, and why."""

    sheet: str
    row: int
    cells: Mapping[str, Any]
    issues: Sequence[Issue]
    case: cases.Case = cases.UNKNOWN


def begin(engine: Engine, load: Load, now: datetime) -> str:
    """Note, in a transaction of its own, that a load is running; gives its id. `now` is UTC without a zone.

    A load that is known already runs again: it keeps the time it was first started at.
    """
    table = tables.load
    with writing(engine) as connection:
        _alone(connection, load.id)
        known = connection.scalar(select(table.c.id).where(table.c.id == load.id))
        if known is None:
            row = {
                "id": load.id, "file_name": load.file_name, "sha256": load.sha256, "profile": load.profile,
                "type": load.type, "publisher_id": load.publisher_id, "status": "running", "started_at": now,
            }  # fmt: skip
            connection.execute(insert(table).values(row))
        else:
            again = update(table).where(table.c.id == load.id)
            connection.execute(again.values(status="running", finished_at=None))
    return load.id


def is_done(connection: Connection, load_id: str) -> bool:
    """Whether a load has come to its end."""
    table = tables.load.c
    return connection.scalar(select(table.status).where(table.id == load_id)) == "done"


def finish(
    connection: Connection,
    load_id: str,
    now: datetime,
    *,
    rows: int,
    taken: int,
    refused: Iterable[Refused],
    skipped: Mapping[str, int],
    waited: Sequence[str] = (),
) -> None:
    """Note that a load is done: of so many rows so many were taken, some skipped (by rule), the others refused.

    `taken` counts new, unchanged and revised alike. The refused rows replace those of an earlier run. `waited` are
    the loads whose cases are known by place (`store.cases.waiting`).
    """
    _alone(connection, load_id)
    table = tables.refused
    cases.set_aside(connection, load_id)
    count = 0
    remaining = iter(refused)
    while batch := list(islice(remaining, _BATCH)):
        bulk.insert(connection, table, _rows(load_id, count, batch, now))
        count += len(batch)
    cases.settle(connection, load_id, now, waited)
    done = update(tables.load).where(tables.load.c.id == load_id)
    connection.execute(
        done.values(
            status="done", finished_at=now, rows=rows, taken=taken, refused=count, skipped=dict(skipped)
        )
    )


def _alone(connection: Connection, load_id: str) -> None:
    """Wait until nobody else begins or ends a load of the same file."""
    number = int.from_bytes(hashlib.sha256(load_id.encode()).digest()[:4], "big") >> 1
    bulk.lock(connection, _LOADS, [str(number)])


def _rows(load_id: str, first: int, batch: Sequence[Refused], now: datetime) -> Iterator[dict[str, Any]]:
    for ordinal, one in enumerate(batch, start=first):
        state = cases.state_of([issue.code for issue in one.issues])
        compared, rest = _alike(one) if state == cases.OPEN else (None, None)
        yield {
            "load_id": load_id,
            "ordinal": ordinal,
            "sheet": one.sheet,
            "row": one.row,
            "cells": orjson.dumps(one.cells, default=str).decode(),
            "issues": orjson.dumps([issue.to_json() for issue in one.issues]).decode(),
            "disclosure_id": one.case.disclosure_id,
            "publisher_id": one.case.publisher_id,
            "publisher": one.case.publisher,
            "state": state,
            "since": now.isoformat(" ", "microseconds"),
            "closed_at": None,
            "closed_by": None,
            "compared": None if compared is None else orjson.dumps(compared).decode(),
            "rest": rest,
        }


def _alike(one: Refused) -> tuple[list[str], str] | tuple[None, None]:
    """What a row says that only its department and its other cells tell."""
    if one.case.disclosure_id is not None or one.case.publisher_id is None:
        return None, None
    faulty = {issue.column for issue in one.issues if issue.severity == "error"}
    return alike.rest(one.case.publisher_id, one.cells, faulty)
