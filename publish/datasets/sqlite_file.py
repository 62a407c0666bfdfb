"""All tables as one SQLite file: types, keys and indexes, with tables of titles and codes beside them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from publish.datasets import about
from publish.datasets.kept import Begun
from publish.datasets.layout import Column, Table
from schemas.catalog import Catalog
from store.engine import sqlite_driver

# An affinity makes a number of a text where that says the same; exact amounts are numbers like any others here.
_TYPES = {
    "integer": "INTEGER",
    "number": "REAL",
    "money": "NUMERIC",
    "price": "NUMERIC",
    "boolean": "INTEGER",
}
_FOUND = (
    "type",
    "published_date",
    "publisher_id",
    "organization_id",
    "organization_uscc",
    "process_id",
    "region_code",
)
_PRAGMAS = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -32768", "temp_store = FILE")


class Writer:
    """Writes one file."""

    def __init__(self, path: Path) -> None:
        self._driver: Any = sqlite_driver().connect(path, isolation_level=None)
        for pragma in _PRAGMAS:
            self._driver.execute(f"PRAGMA {pragma}")
        self._driver.execute("BEGIN")

    def create(self, table: Table) -> None:
        """Make a table."""
        columns = [_column(one) for one in table.columns]
        columns.append(f"PRIMARY KEY ({', '.join(map(_named, table.key))})")
        if table.owner is not None:
            keys = ", ".join(map(_named, table.owner_key))
            columns.append(f"FOREIGN KEY ({keys}) REFERENCES {_named(table.owner)}")
        self._driver.execute(f"CREATE TABLE {_named(table.name)} ({', '.join(columns)})")

    def insert(self, table: Table, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows of texts."""
        marks = [
            "CASE ? WHEN 'true' THEN 1 WHEN 'false' THEN 0 END" if one.kind == "boolean" else "?"
            for one in table.columns
        ]
        self._driver.executemany(f"INSERT INTO {_named(table.name)} VALUES ({', '.join(marks)})", rows)

    def finish(self, layout: Sequence[Table], catalog: Catalog, begun: Begun, query: str) -> None:
        """Make the indexes, and the tables that say what all of it is."""
        for table in layout:
            for column in table.columns:
                if column.name in _FOUND:
                    name = _named(f"ix_{table.name}_{column.name}")
                    self._driver.execute(
                        f"CREATE INDEX {name} ON {_named(table.name)} ({_named(column.name)})"
                    )
        for name, heading, lines in (
            ("_file", about.FACTS, about.facts(begun, query)),
            ("_columns", about.COLUMNS, about.columns(layout)),
            ("_codes", about.CODES, about.codes(layout, catalog)),
        ):
            self._driver.execute(
                f"CREATE TABLE {name} ({', '.join(f'{_named(one)} TEXT' for one in heading)})"
            )
            self._driver.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(heading))})", lines)
        self._driver.execute("COMMIT")
        self.close()

    def close(self) -> None:
        """End it."""
        self._driver.close()


def _column(column: Column) -> str:
    return f"{_named(column.name)} {_TYPES.get(column.kind, 'TEXT')}{' NOT NULL' if column.required and not column.path else ''}"


def _named(name: str) -> str:
    return f'"{name}"'
