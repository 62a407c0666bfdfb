"""Loading against a bare insert of the very rows that it writes: `python -m bench.load --records 20000`.

    python -m bench.load --records 20000
    python -m bench.load --records 5000 --into 1000000      into a copy of what `python -m bench.query --rows 1000000` built
    python -m bench.load --records 20000 --into 1000000 --times 5 --only sqlite     into five times as much
    python -m bench.load --records 20000 --into 1000000 --days 30                   records of the last thirty days

The file has 1.1 kB a record (`bench.load.records`). All of validation, personal-data gate, parties, items, search terms,
revisions, change feed, features and rollups is on. Load and bare insert (`bench.load.bare`) take turns, each in a process
of its own with a database of its own; the median counts. The goals are ratios: bare insert 0.5, second load 3, into a
filled store 0.7.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from sqlalchemy import make_url

from bench.load import bare, records
from bench.load.multiplied import multiplied
from bench.load.stages import STAGES
from bench.query.databases import Place, place, postgresql
from loaders.load import BATCH
from schemas.catalog import Catalog
from store.engine import connect, writing
from store.migrate import upgrade
from store.seed import seed

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The records that are loaded; see `bench.load.records.write`."""

    catalog: Catalog
    count: int
    days: int | None = None

    def write(self, path: Path, seed: int = 5) -> float:
        """Gives their average size in bytes."""
        return records.write(path, self.catalog, self.count, seed, self.days)


class Stores:
    """Empty stores, as many as are asked for, all copies of one."""

    def __init__(self, folder: Path, catalog: Catalog, server: str | None) -> None:
        self.folder, self.server = folder, server
        self._made = 0
        self._blank = server or f"sqlite:///{folder / 'blank.db'}"
        engine = connect(self._blank)
        upgrade(engine)
        with writing(engine) as connection:
            seed(connection, catalog)
        engine.dispose()

    @contextmanager
    def one(self) -> Iterator[str]:
        """The URL of one, which goes afterwards."""
        self._made += 1
        if self.server is None:
            path = self.folder / f"{self._made}.db"
            shutil.copy(self.folder / "blank.db", path)
            yield f"sqlite:///{path}"
            for end in ("", "-wal", "-shm"):
                Path(f"{path}{end}").unlink(missing_ok=True)
            return
        name, blank = f"load_{self._made}", make_url(self.server).database
        with psycopg.connect(_named(self.server, "postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {blank}".encode())
            connection.execute("CHECKPOINT")
            yield _named(self.server, name)
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _named(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def run(url: str, *arguments: str) -> list[Figures]:
    """What `bench.load.run` measured of one store."""
    command = [sys.executable, "-m", "bench.load.run", url, *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if not done.stdout:
        raise RuntimeError(done.stderr)
    found: list[Figures] = json.loads(done.stdout)
    return found


def compare(
    stores: Stores, file: Path, folder: Path, repeats: int, server: list[str]
) -> dict[str, list[Figures]]:
    """Load and bare insert in turn."""
    rows = folder / "rows"
    found: dict[str, list[Figures]] = {"load": [], "again": [], "bare": []}
    for _ in range(repeats):
        with stores.one() as url:
            first, second = run(url, "--file", str(file), *server)
            found["load"].append(first)
            found["again"].append(second)
            if not rows.exists():
                counts = bare.take(url, BATCH, rows)
                print(", ".join(f"{name} {count:,}" for name, count in counts.items()) + "\n")
        with stores.one() as url:
            found["bare"] += run(url, "--rows", str(rows), *server)
    rows.unlink()
    return found


def show(name: str, found: dict[str, list[Figures]], count: int) -> None:
    """One database's table, in Markdown."""
    print(
        f"**{name}**\n\n| | records/s | computing, ms a record | of it in the server | peak memory |\n|---|---|---|---|---|"
    )
    titles = {
        "load": "load", "again": "the same file again", "bare": "bare insert", "empty": "load into an empty store",
        "filled": "load into the filled one",
    }  # fmt: skip
    for key, title in titles.items():
        if several := found.get(key):
            wall, computed, server = (middle(several, *of) for of in (("wall",), _COMPUTED, ("server",)))
            peak, child = (
                max(one["peak"] for one in several),
                max(one["peak of the child"] for one in several),
            )
            print(
                f"| {title} | {count / wall:,.0f} | {1000 * computed / count:.3f} | {1000 * server / count:.3f}"
                f" | {peak >> 20} MB + {child >> 20} MB in the child |"
            )
    print()
    for one, other, title in (
        ("bare", "load", "load to bare insert"), ("load", "again", "second load to first"),
        ("empty", "filled", "filled store to empty one"),
    ):  # fmt: skip
        if one in found and other in found:
            ratio, computing = (
                middle(found[one], *of) / middle(found[other], *of) for of in (("wall",), _COMPUTED)
            )
            print(f"- {title}: {ratio:.2f} in records a second, {computing:.2f} in computing")
    print()


_COMPUTED = ("process", "child", "server")


def middle(several: list[Figures], *names: str) -> float:
    """The median of the sums of these figures."""
    return median(sum(one[name] for name in names) for one in several)


def show_stages(found: dict[str, dict[str, list[Figures]]], count: int) -> None:
    """What a record of the load costs by stage, in microseconds of computing."""
    print(f"| µs a record | {' | '.join(STAGES)} | children | database's server |")
    print(f"|---|{'---|' * (len(STAGES) + 2)}")
    for name, measured in found.items():
        for key in measured:
            several = measured[key]
            cells = [median(one["stages"].get(stage, 0.0) for one in several) for stage in STAGES]
            cells += [middle(several, "child"), middle(several, "server")]
            print(f"| {name}, {key} | {' | '.join(f'{1e6 * cell / count:.0f}' for cell in cells)} |")
    print()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--into", type=int, metavar="N", help="a store that holds N disclosures already")
    parser.add_argument("--times", type=int, default=1, help="into so many times as much")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "openalloc-bench")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--days", type=int, metavar="N", help="all published in N days, not in ten years")
    asked = parser.parse_args()
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d},"
        f" load {os.getloadavg()[0]:.1f}, {asked.records:,} records"
    )
    measure(asked.records, asked.repeats, asked.only, asked.into, asked.folder, asked.times, asked.days)


def measure(
    count: int,
    repeats: int,
    only: str | None = None,
    into: int | None = None,
    kept: Path = Path(),
    times: int = 1,
    days: int | None = None,
) -> None:
    """Print the tables of both databases, or of one."""
    wanted = Wanted(Catalog.load(), count, days)
    measured = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for database in ("sqlite", "postgresql"):
            if only in (None, database):
                if into is None:
                    found = _one(database, folder, wanted, repeats)
                else:
                    found = _into(database, folder, wanted, repeats, place(kept, into), times)
                show({"sqlite": "SQLite", "postgresql": "PostgreSQL"}[database], found, count)
                measured[database] = found
        show_stages(measured, count)


def _one(database: str, folder: Path, wanted: Wanted, repeats: int) -> dict[str, list[Figures]]:
    file = folder / "records.jsonl"
    print(f"{wanted.write(file):,.0f} bytes a record\n")
    if database == "sqlite":
        return compare(Stores(folder, wanted.catalog, None), file, folder, repeats, [])
    where = Place(folder / "server")
    with postgresql(where) as url, _without_vacuum(url):
        stores = Stores(folder, wanted.catalog, url)
        return compare(stores, file, folder, repeats, ["--server", str(where.postgresql)])


def _into(
    database: str, folder: Path, wanted: Wanted, repeats: int, filled: Place, times: int
) -> dict[str, list[Figures]]:
    """Into an empty store and into a filled one in turn; other records each time, for those stay in the filled one."""
    filled = multiplied(filled, times, database)
    if database == "sqlite":
        url = f"sqlite:///{filled.sqlite}"
        return _in_turn(Stores(folder, wanted.catalog, None), url, folder, wanted, repeats, [])
    server = ["--server", str(filled.postgresql)]
    with postgresql(filled) as url, _without_vacuum(url) as connection:
        connection.execute(b"DROP DATABASE IF EXISTS load_blank WITH (FORCE)")
        connection.execute(b"CREATE DATABASE load_blank TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
        stores = Stores(folder, wanted.catalog, _named(url, "load_blank"))
        found = _in_turn(stores, url, folder, wanted, repeats, server)
        connection.execute(b"DROP DATABASE load_blank WITH (FORCE)")
    return found


def _in_turn(
    stores: Stores, url: str, folder: Path, wanted: Wanted, repeats: int, server: list[str]
) -> dict[str, list[Figures]]:
    found: dict[str, list[Figures]] = {"empty": [], "filled": []}
    for _ in range(repeats):
        file = folder / "records.jsonl"
        size = wanted.write(file, seed=stored(url))  # what was loaded before has other seeds
        asked = ["--once", "--file", str(file), *server]
        with stores.one() as empty:
            found["empty"] += run(empty, *asked)
        found["filled"] += run(url, *asked)
        one, other = found["empty"][-1], found["filled"][-1]
        assert one["stored"] == other["stored"] == wanted.count, (one, other)
        speeds = [f"{wanted.count / each['wall']:,.0f}" for each in (one, other)]
        print(f"{size:,.0f} bytes a record, {' and '.join(speeds)} a second", flush=True)
    print()
    return found


def stored(url: str) -> int:
    """The number of the last disclosure of a store."""
    engine = connect(url)
    with engine.connect() as connection:
        count = int(connection.exec_driver_sql("SELECT max(number) FROM disclosure").scalar_one())
    engine.dispose()
    return count


@contextmanager
def _without_vacuum(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A server that does nothing of its own, which would count as the load's; with a connection to it."""
    with psycopg.connect(_named(url, "postgres"), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET autovacuum = off")
        connection.execute("SELECT pg_reload_conf()")
        try:
            yield connection
        finally:
            connection.execute("ALTER SYSTEM RESET autovacuum")  # the server is kept for the next run


if __name__ == "__main__":
    main()
