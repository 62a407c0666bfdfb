"""Measures what the design promises, as ratios of one run: `make bench`, or `python -m bench --records 20000`.

- writing records against a bare insert of the very rows that writing inserted;
- checking a file against frictionless (`bench.check`, which can be run alone).

What answers cost is measured by `python -m bench.query` against other servers.
Absolute figures drift with the machine; quote the ratios, with the machine and the date.
"""

import argparse
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import event

from bench.check import measure_checking
from cli.synthetic.generator import generate
from schemas.catalog import Catalog
from store.engine import connect, writing
from store.migrate import upgrade
from store.seed import seed
from store.writing import Entry, write

BATCH = 1_000


def measure_writing(catalog: Catalog, folder: Path, count: int) -> None:
    """Print records a second of writing and of a bare insert of the same rows."""
    url = f"sqlite:///{folder / 'written.db'}"
    entries = [Entry(record, disclosure) for disclosure, record in generate(catalog, count, 1)]
    statements: list[tuple[str, Any, bool]] = []
    engine = connect(url)
    upgrade(engine)
    with writing(engine) as connection:
        seed(connection, catalog)

    def keep(_c: Any, _u: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:
        if statement.startswith("INSERT"):
            statements.append((statement, parameters, many))

    event.listen(engine, "before_cursor_execute", keep)
    now = datetime.now(UTC).replace(tzinfo=None)
    begin = perf_counter()
    for at in range(0, count, BATCH):
        with writing(engine) as connection:
            write(connection, entries[at : at + BATCH], catalog, None, now)
    whole = perf_counter() - begin
    engine.dispose()
    bare = connect(f"sqlite:///{folder / 'bare.db'}")
    upgrade(bare)
    begin = perf_counter()
    with writing(bare) as connection:
        for statement, parameters, _ in statements:
            connection.exec_driver_sql(statement, parameters)
    alone = perf_counter() - begin
    bare.dispose()
    print(
        f"writing {count / whole:,.0f} records/s, bare insert {count / alone:,.0f}, ratio {alone / whole:.2f}\n"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=10_000)
    count = parser.parse_args().records
    catalog = Catalog.load()
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}, {count:,} records\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        measure_writing(catalog, Path(folder), count)
    measure_checking(count * 10, 3)


if __name__ == "__main__":
    main()
