"""What every torture stands on: the files, a store that has the earlier state, and what a clean load makes of it."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from schemas.calendar import utc_now
from schemas.catalog import Catalog
from store.engine import connect, writing
from store.withdrawing import withdraw
from tests.torture import state
from tests.torture.databases import Databases
from tests.torture.files import Files, make
from tests.torture.processes import Warm
from tests.torture.warm import Ended, Run

BATCH = 16
REFUSED = 1  # the command's exit status where rows were refused


@dataclass(frozen=True, slots=True)
class Ground:
    """One load to be tortured: `again` brings withdrawn records back. `clean` is what it makes when nothing happens.

    `known` are all states in which a reader may see a record; `statements` and `commits` how many there are in all,
    `seconds` how long it takes.
    """

    warm: Warm
    databases: Databases
    files: Files
    again: bool
    before: str
    begun: datetime
    clean: state.Contents
    known: Mapping[str, set[state.Part]]
    statements: int
    commits: int
    seconds: float
    reports: list[dict[str, Any]]

    def run(self, url: str, name: str = "load", state: str = "after", **more: Any) -> Run:
        """The load, on a database."""
        options = ("--again",) if self.again else ()
        arguments = self.files.arguments(state, url, *options)
        return Run(arguments, str(self.files.folder), name, batch=BATCH, **more)

    def faults(self, url: str, ended: Ended) -> list[str]:
        """What is wrong with a store after the whole load has run on it."""
        found = faults_of(ended, REFUSED)
        if not found:
            told = [(one["rows"], one["taken"], one["refused"]) for one in json.loads(ended.out)]
            if told != [(one["rows"], one["taken"], one["refused"]) for one in self.reports]:
                found.append(f"the report says {told}")
        engine = connect(url)
        try:
            found += state.differences(state.contents(engine, self.begun), self.clean)
            found += state.index_faults(engine)
            with engine.connect() as connection:
                found += state.half(connection, self.known)
        finally:
            engine.dispose()
        return found


def faults_of(ended: Ended, status: int) -> list[str]:
    """What is wrong with how a run ended."""
    if ended.status == status and not ended.err:
        return []
    return [f"status {ended.status}: {ended.err[-600:]}"]


def prepare(
    warm: Warm, databases: Databases, folder: Path, catalog: Catalog, *, again: bool, records: int, rows: int
) -> Ground:
    """Make the files, load the earlier ones, withdraw two records, and load the later ones once on a copy."""
    files = make(folder, catalog, records, rows, repeating=again)
    before = databases.new(catalog)
    run = Run(files.arguments("before", before), str(folder), "before", batch=BATCH)
    ended = warm.run(run)
    assert ended.status == REFUSED, ended.err
    engine = connect(before)
    known: dict[str, set[state.Part]] = {}
    ordinary, privacy = files.withdrawn
    with writing(engine) as connection:
        withdraw(connection, ordinary, "示例:重复公开", catalog, utc_now())
    with writing(engine) as connection:
        withdraw(connection, privacy, "示例:含个人信息", catalog, utc_now(), privacy=True)
    _know(engine, known)
    engine.dispose()
    begun = utc_now()
    time.sleep(0.01)
    ground = Ground(warm, databases, files, again, before, begun, {}, known, 0, 0, 0.0, [])
    url = databases.copy(before)
    ended = warm.run(ground.run(url, "clean", apart=False))
    assert ended.status == REFUSED, ended.err
    engine = connect(url)
    _know(engine, known)
    clean = state.contents(engine, begun)
    faults = state.index_faults(engine) + state.derived_faults(engine, catalog, begun)
    engine.dispose()
    assert not faults, faults
    databases.drop(url)
    return Ground(
        warm, databases, files, again, before, begun, clean, known, ended.statements, ended.commits,
        ended.elapsed, json.loads(ended.out),
    )  # fmt: skip


def _know(engine: Engine, known: dict[str, set[state.Part]]) -> None:
    with engine.connect() as connection:
        for one, part in state.parts(connection):
            known.setdefault(one, set()).add(part)


@dataclass(slots=True)
class Seen:
    """What a reader saw: how often he looked, how many different data versions, and what was half."""

    looks: int = 0
    versions: set[int] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


@contextmanager
def reading(ground: Ground, url: str, pause: float = 0.02) -> Iterator[Seen]:
    """A reader who looks again and again while something happens to a database, each time in one snapshot."""
    seen, done = Seen(), threading.Event()
    engine = connect(url)

    def look() -> None:
        try:
            with engine.connect() as connection:
                if engine.dialect.name == "postgresql":
                    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                seen.versions.add(connection.exec_driver_sql("SELECT version FROM data_version").scalar_one())
                seen.faults += state.half(connection, ground.known)
            seen.looks += 1
        except Exception as error:
            seen.faults.append(f"the reader: {error}")

    def watch() -> None:
        while not done.wait(pause) and len(seen.faults) < 5:
            look()

    look()
    reader = threading.Thread(target=watch)
    reader.start()
    try:
        yield seen
    finally:
        done.set()
        reader.join()
        look()
        engine.dispose()
