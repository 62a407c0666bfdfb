"""A store with everything in it so many times: five million disclosures in minutes, not hours.

Copies differ in ids, numbers and place within their day, as other disclosures of the same days, departments and organizations
would; what they say is the same. Their processes are their own. Indexes are made at the end, rollups from all rows.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import inspect

from bench.query.databases import Place, postgresql, renew
from bench.query.fill import indexes, set_sequences, vacuum
from store import rollups, searching
from store.engine import connect, sqlite_driver, writing

_DAY_BITS = 46
_LOW = (1 << _DAY_BITS) - 1
_BATCH = 20_000
_HASHED, _OWN_HASHED = 1 << 28, 16 << 20  # bytes of terms that FTS5 holds: here, and as migrations have it
_MERGED = 1 << 30  # pages that FTS5 may write to merge what was filled: all of them
_PARTS = (
    "document",
    "lot",
    "party",
    "item",
    "related",
    "feature",
    "value_source",
    "disclosure_process",
)
_PLACED = ("party", "feature", "search")  # have their owner's recency


@dataclass(frozen=True, slots=True)
class _Copier:
    """Copies rows of a database: what runs a statement, the columns of a table, what stands before the names of the tables
    that are copied, and the table of the texts that are searched; up to which disclosure and process they are copied.
    """

    run: Callable[[str], Any]
    columns: Callable[[str], Sequence[str]]
    source: str
    texts: str
    count: int
    processes: int

    def copy(self, at: int) -> None:
        """Disclosures and what they consist of, so much further on, and their processes so much."""
        further, after = at * self.count, at * self.processes
        # The day stays.
        moved = {"recency": f"(recency & ~{_LOW}) | ((recency + {at * (_LOW // 7)}) & {_LOW})"}
        changed = moved | {
            "number": f"number + {further}", "id": _turned("id", 7, at), "local_id": f"local_id || '-{at}'",
            "source_url": f"source_url || '?{at}'",
        }  # fmt: skip
        self._again("disclosure", changed, "number", self.count)
        owner = {"disclosure_number": f"disclosure_number + {further}"}
        for name in (*_PARTS, self.texts):
            own = moved if name in _PLACED else {}
            link = {"process_serial": f"process_serial + {after}"} if name == "disclosure_process" else {}
            self._again(name, owner | own | link, "disclosure_number", self.count)
        changed = owner | {
            "version": f"version + {further}",
            "disclosure_id": _turned("disclosure_id", 7, at),
        }
        self._again("change", changed, "version", self.count)
        own = {"id": _turned("id", 2, at)}
        changed = own | {"serial": f"serial + {after}", "number": f"number || '-{at}'"}
        theirs = f"(SELECT id FROM {self.source}process WHERE serial <= {self.processes})"
        named = own | {"number": f"number + {after}"}
        self._again("search_name", named, "id", where=f"kind = 'process' AND id IN {theirs}")
        self._again("process", changed, "serial", self.processes)

    def _again(self, name: str, changed: dict[str, str], key: str, last: int = 0, where: str = "") -> None:
        columns = self.columns(name)
        found = ", ".join(changed.get(one, one) for one in columns)
        self.run(
            f"INSERT INTO {name} ({', '.join(columns)}) SELECT {found} FROM {self.source}{name}"
            f" WHERE {where or f'{key} <= {last}'} ORDER BY {key}"
        )


def multiplied(source: Place, times: int, database: str) -> Place:
    """A store for loads to stay in, with everything of a place so many times; made where it is not there.

    Raises SystemExit where the place is not built either.
    """
    target = Place(source.folder.with_name(f"{source.folder.name}-whole-{times}"))
    there = target.sqlite if database == "sqlite" else target.postgresql
    if target.built is None or not there.exists():
        if source.built is None:
            raise SystemExit(f"python -m bench.query --rows … builds it first: {source.folder}")
        renew(source)
        if target.built is None:
            shutil.rmtree(target.folder, ignore_errors=True)
        making = target.folder / "making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        if database == "sqlite":
            multiply(source.sqlite, Place(making).sqlite, times)
        else:
            # With their owner: where root starts the server, that is another user.
            subprocess.run(["cp", "-a", source.postgresql, Place(making).postgresql], check=True)
            with postgresql(Place(making)) as url:
                multiply_server(url, times)
        (making / there.name).rename(there)
        making.rmdir()
        (target.folder / "built.json").write_text(json.dumps(source.built))
    renew(target)
    return target


def multiply(source: Path, target: Path, times: int) -> None:
    """Make the target, on SQLite."""
    shutil.copyfile(source, target)
    if times == 1:
        return
    with sqlite_driver().connect(f"file:{target}", uri=True, isolation_level=None) as connection:
        connection.execute("ATTACH ? AS source", (f"file:{source}?immutable=1",))
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "cache_size = -2000000",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        dropped = connection.execute(
            "SELECT name, sql FROM main.sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
            " AND tbl_name IN (SELECT value FROM json_each(?))",
            (json.dumps(["disclosure", "change", "process", *_PARTS, "search_text"]),),
        ).fetchall()
        for name, _ in dropped:
            connection.execute(f"DROP INDEX main.{name}")

        def columns(name: str) -> list[str]:
            return [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]

        (count,) = connection.execute("SELECT max(number) FROM source.disclosure").fetchone()
        (processes,) = connection.execute("SELECT max(serial) FROM source.process").fetchone()
        copier = _Copier(connection.execute, columns, "source.", "search_text", count, processes)
        for at in range(1, times):
            copier.copy(at)
        connection.execute("CREATE INDEX ix_disclosure_recency ON disclosure (recency)")
        _find(connection, "search", "SELECT d.recency, t.text FROM disclosure d CROSS JOIN search_text t"
              f" ON t.disclosure_number = d.number WHERE d.number > {count}", "d.recency")  # fmt: skip
        _find(
            connection,
            "search_name_terms",
            f"SELECT number, text FROM search_name WHERE number > {searching.PROCESSES + processes}",
            "number",
        )
        connection.execute("UPDATE data_version SET version = (SELECT max(version) FROM change)")
        for name, definition in dropped:
            if name != "ix_disclosure_recency":
                connection.execute(definition)
        connection.execute("DETACH source")
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    engine = connect(f"sqlite:///{target}")
    with writing(engine) as whole:
        rollups.rebuild(whole)
    engine.dispose()


def multiply_server(url: str, times: int) -> None:
    """Make it in place, on PostgreSQL."""
    if times == 1:
        return
    engine = connect(url)
    with writing(engine) as connection:
        inspector = inspect(connection)
        run = connection.exec_driver_sql
        run("SET LOCAL maintenance_work_mem = '2GB'")
        run("SET LOCAL synchronous_commit = off")
        dropped = indexes(connection)
        for name, _ in dropped:
            run(f"DROP INDEX {name}")
        count = run("SELECT max(number) FROM disclosure").scalar_one()
        processes = run("SELECT max(serial) FROM process").scalar_one()

        def columns(name: str) -> list[str]:
            return [one["name"] for one in inspector.get_columns(name)]

        copier = _Copier(run, columns, "", "search", count, processes)
        for at in range(1, times):
            copier.copy(at)
        for _, definition in dropped:
            run(definition)
        run("UPDATE data_version SET version = (SELECT max(version) FROM change)")
        set_sequences(connection)
        rollups.rebuild(connection)
    vacuum(engine)
    engine.dispose()


def _turned(column: str, fixed: int, by: int) -> str:
    """An id whose digest, which stands after so many characters, is turned: another one, anywhere among the others."""
    return f"substr({column}, 1, {fixed}) || substr({column}, {fixed + by + 1}) || substr({column}, {fixed + 1}, {by})"


def _find(connection: Any, index: str, texts: str, place: str) -> None:
    """Terms of the texts of copies, in the order of their places; merged, as those of so many loads would be."""
    last = -1
    connection.execute(f"INSERT INTO {index}({index}, rank) VALUES ('hashsize', {_HASHED})")
    connection.execute("BEGIN")
    while True:
        query = f"{texts} AND {place} > {last} ORDER BY {place} LIMIT {_BATCH}"
        rows = connection.execute(query).fetchall()
        if not rows:
            break
        terms = [(at, searching.spaced(text)) for at, text in rows]
        connection.executemany(f"INSERT INTO {index}(rowid, terms) VALUES (?, ?)", terms)
        last = rows[-1][0]
    connection.execute("COMMIT")
    for option, value in (("merge", _MERGED), ("hashsize", _OWN_HASHED)):
        connection.execute(f"INSERT INTO {index}({index}, rank) VALUES ('{option}', {value})")
