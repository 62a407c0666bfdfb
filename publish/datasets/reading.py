"""One snapshot of the database, read from its begin to its end in pieces, by a connection of its own.

However long the reading takes, all of it is of one data version; and nothing is held in memory but a piece.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event
from typing import Any

from sqlalchemy import Engine

from publish.datasets.statements import Chosen
from query.dialect import Dialect, PostgreSQL, SQLite
from query.run import parameters_of

FIRST, PIECE = 50, 2_000  # rows of the first piece, which somebody waits for, and of the others
_STEPS = 20_000  # instructions between two looks whether reading is to stop
_PRAGMAS = ("query_only = ON", "cache_size = -16384", "mmap_size = 1073741824", "temp_store = FILE")
# A piece is wanted soon: rows are looked up in the order of an index, nothing is joined or sorted as a whole.
_SETTINGS = (
    "cursor_tuple_fraction = 1.0", "enable_sort = off", "enable_hashjoin = off", "enable_mergejoin = off",
    "enable_material = off", "max_parallel_workers_per_gather = 0", "jit = off", "statement_timeout = 0",
    "DateStyle = 'ISO'",
)  # fmt: skip


class StoppedError(Exception):
    """Reading was stopped, because nobody wants it any more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A data version, when it came about (UTC), and the version of the last withdrawal for privacy."""

    version: int
    at: datetime | None
    privacy: int


STANDING = (
    "SELECT v.version, (SELECT c.at FROM change c WHERE c.version = v.version),"
    " coalesce((SELECT max(w.version) FROM withdrawal w WHERE w.kind = 'privacy'), 0) FROM data_version v WHERE v.id = 1"
)


def standing(row: Sequence[Any]) -> Standing:
    """What the row of STANDING says; of an empty database that nothing was ever stored."""
    version, at, privacy = row or (0, None, 0)
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    return Standing(int(version), at.replace(tzinfo=UTC) if at else None, int(privacy))


@dataclass
class Snapshot:
    """An open transaction that reads."""

    driver: Any
    dialect: Dialect
    stop: Event
    tally: dict[str, int] = field(default_factory=dict)

    def one(self, statement: str, values: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
        """The one row of a statement."""
        found = self._cursor().execute(statement, values or {}).fetchone()
        return tuple(found) if found is not None else ()

    def standing(self) -> Standing:
        """The data version that is read."""
        return standing(self.one(STANDING))

    def pieces(
        self, statement: str, chosen: Chosen, table: str, piece: int = PIECE
    ) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a table's SELECT, the first piece a small one; raises StoppedError where `stop` is set.

        `tally` has how many rows there were.
        """
        self.tally[table] = 0
        cursor = self._cursor("rows")
        try:
            cursor.execute(statement, parameters_of(chosen.values))
            size = min(FIRST, piece)
            while rows := cursor.fetchmany(size):
                self.tally[table] += len(rows)
                yield rows
                size = piece
                if self.stop.is_set():
                    raise StoppedError
        except Exception as error:
            if self.stop.is_set() and not isinstance(error, StoppedError):
                raise StoppedError from error
            raise
        finally:
            with suppress(Exception):  # of what was left in the middle, the connection is closed before
                cursor.close()

    def _cursor(self, name: str = "") -> Any:
        if self.dialect.name == "sqlite" or not name:
            return self.driver.cursor()
        return self.driver.cursor(name, binary=True)


@contextmanager
def snapshot(engine: Engine, stop: Event | None = None) -> Iterator[Snapshot]:
    """A snapshot of the database as it is now."""
    stop = stop or Event()
    proxied = engine.raw_connection()
    driver: Any = proxied.driver_connection
    proxied.detach()
    try:
        if engine.dialect.name == "sqlite":
            driver.isolation_level = None
            for pragma in _PRAGMAS:
                driver.execute(f"PRAGMA {pragma}")
            driver.set_progress_handler(stop.is_set, _STEPS)
            driver.execute("BEGIN")
            yield Snapshot(driver, SQLite(), stop)
        else:
            driver.rollback()
            driver.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            for setting in _SETTINGS:
                driver.execute(f"SET LOCAL {setting}")
            yield Snapshot(driver, PostgreSQL(), stop)
    finally:
        driver.close()
