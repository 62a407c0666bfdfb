"""A store on SQLite with everything in it so many times: five million disclosures in minutes, not hours.

Copies differ in ids, numbers and place within their day, as other disclosures of the same days, departments and organizations
would; what they say is the same. Their processes are their own. Indexes are made at the end, rollups from all rows.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from bench.query.databases import Place, renew
from store import rollups, searching
from store.engine import connect, sqlite_driver, writing

_DAY_BITS = 46
_LOW = (1 << _DAY_BITS) - 1
_BATCH = 20_000
_HASHED = 16 << 20  # as migrations have it
_PARTS = (
    "document",
    "lot",
    "party",
    "item",
    "related",
    "feature",
    "value_source",
    "disclosure_process",
    "search_text",
)


def multiplied(source: Place, times: int) -> Place:
    """A store for loads to stay in, with everything of a place so many times; made where it is not there."""
    target = Place(source.folder.with_name(f"{source.folder.name}-whole-{times}"))
    if target.built is None and source.built is not None:
        shutil.rmtree(target.folder, ignore_errors=True)
        target.folder.mkdir(parents=True)
        if times == 1:
            shutil.copyfile(source.sqlite, target.sqlite)
        else:
            multiply(source.sqlite, target.sqlite, times)
        (target.folder / "built.json").write_text(json.dumps(source.built))
    renew(target)
    return target


def multiply(source: Path, target: Path, times: int) -> None:
    """Make the target."""
    shutil.copyfile(source, target)
    with sqlite_driver().connect(f"file:{target}", uri=True, isolation_level=None) as connection:
        connection.execute("ATTACH ? AS source", (f"file:{source}?immutable=1",))
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "cache_size = -2000000",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        indexes = connection.execute(
            "SELECT name, sql FROM main.sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
            " AND tbl_name IN (SELECT value FROM json_each(?))",
            (json.dumps(["disclosure", "change", "process", *_PARTS]),),
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX main.{name}")
        (count,) = connection.execute("SELECT max(number) FROM source.disclosure").fetchone()
        (processes,) = connection.execute("SELECT max(serial) FROM source.process").fetchone()
        for at in range(1, times):
            _copy(connection, at, at * count, at * processes)
            _name(connection, at, at * processes)
        connection.execute("CREATE INDEX ix_disclosure_recency ON disclosure (recency)")
        connection.execute(
            f"INSERT INTO search(search, rank) VALUES ('hashsize', {1 << 28})"
        )  # few segments to merge
        _find(connection, "search", "SELECT d.recency, t.text FROM disclosure d CROSS JOIN search_text t"
              f" ON t.disclosure_number = d.number WHERE d.number > {count}", "d.recency")  # fmt: skip
        _find(
            connection,
            "search_name_terms",
            f"SELECT number, text FROM search_name WHERE number > {searching.PROCESSES + processes}",
            "number",
        )
        connection.execute("UPDATE data_version SET version = (SELECT max(version) FROM change)")
        for name, definition in indexes:
            if name != "ix_disclosure_recency":
                connection.execute(definition)
        connection.execute("DETACH source")
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    engine = connect(f"sqlite:///{target}")
    with writing(engine) as whole:
        rollups.rebuild(whole)
    engine.dispose()


def _copy(connection: Any, at: int, further: int, processes: int) -> None:
    """Disclosures and what they consist of, so much further on, and their processes so much."""
    moved = {"recency": f"(recency & ~{_LOW}) | ((recency + {at * (_LOW // 7)}) & {_LOW})"}  # the day stays
    changed = moved | {
        "number": f"number + {further}", "id": _turned("id", 7, at), "local_id": f"local_id || '-{at}'",
        "source_url": f"source_url || '?{at}'",
    }  # fmt: skip
    _again(connection, "disclosure", changed, "number")
    owner = {"disclosure_number": f"disclosure_number + {further}"}
    for name in _PARTS:
        own = moved if name in ("party", "feature") else {}
        link = {"process_serial": f"process_serial + {processes}"} if name == "disclosure_process" else {}
        _again(connection, name, owner | own | link, "disclosure_number")
    changed = owner | {"version": f"version + {further}", "disclosure_id": _turned("disclosure_id", 7, at)}
    _again(connection, "change", changed, "version")


def _name(connection: Any, at: int, processes: int) -> None:
    """Processes and what they are found by."""
    own = {"id": _turned("id", 2, at)}
    changed = own | {"serial": f"serial + {processes}", "number": f"number || '-{at}'"}
    _again(connection, "process", changed, "serial")
    named = own | {"number": f"number + {processes}"}
    _again(connection, "search_name", named, "number", f"number > {searching.PROCESSES}")


def _again(connection: Any, name: str, changed: dict[str, str], order: str, of: str = "1 = 1") -> None:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
    found = ", ".join(changed.get(one, one) for one in columns)
    connection.execute(
        f"INSERT INTO main.{name} ({', '.join(columns)}) SELECT {found} FROM source.{name} WHERE {of} ORDER BY {order}"
    )


def _turned(column: str, fixed: int, by: int) -> str:
    """An id whose digest, which stands after so many characters, is turned: another one, anywhere among the others."""
    return f"substr({column}, 1, {fixed}) || substr({column}, {fixed + by + 1}) || substr({column}, {fixed + 1}, {by})"


def _find(connection: Any, index: str, texts: str, place: str) -> None:
    """Terms of the texts of copies, in the order of their places."""
    last = -1
    connection.execute("BEGIN")
    while True:
        query = f"{texts} AND {place} > {last} ORDER BY {place} LIMIT {_BATCH}"
        rows = connection.execute(query).fetchall()
        if not rows:
            connection.execute("COMMIT")
            return
        terms = [(at, searching.spaced(text)) for at, text in rows]
        connection.executemany(f"INSERT INTO {index}(rowid, terms) VALUES (?, ?)", terms)
        last = rows[-1][0]
