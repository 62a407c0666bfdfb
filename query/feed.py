"""What was added or revised between two data versions, as one statement: what a subscription looks at each time.

The data version, the changes and the records are of one snapshot. A change is told when its revision is the one
that stands: of a record revised twice between two looks only the last is told, as it is.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from query.conditions import where
from query.kept import Kept
from query.plan import Condition, Shape
from query.row import Row
from query.run import Reader
from query.sql import Speller

SPAN = 10_000  # changes that one look goes over at most, so that it is bounded whatever the filter
MOST = 50  # disclosures that one look gives at most
_STEPS = 10_000
_LOOK = "SELECT version FROM data_version WHERE id = 1"


@dataclass(frozen=True, slots=True)
class Feed:
    """Which disclosures, in what shape; `after`, `until` and `most` are the places of the parameters."""

    shape: Shape
    where: Condition | None
    after: int
    until: int
    most: int


@dataclass(frozen=True, slots=True)
class Told:
    """A disclosure that was added or revised: the data version, the kind of change, and its JSON."""

    version: int
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class Look:
    """What one look gave: the disclosures, the data version up to which that is all, and the newest there is."""

    told: tuple[Told, ...]
    version: int
    newest: int


class SlowError(Exception):
    """One disclosure alone takes longer to read than a statement may."""


@dataclass
class Follower:
    """Looks at feeds in one database."""

    reader: Reader
    statements: Kept[Feed, str] = field(default_factory=lambda: Kept(256))

    def newest(self) -> int:
        """The newest data version: one row by its key."""
        if self.reader.file is not None:
            return int(self.reader.file.fetch(_LOOK, {}, self.reader.seconds))
        connection = self.reader.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(_LOOK)
            (version,) = cursor.fetchone() or (0,)
            cursor.close()
            return int(version)
        finally:
            connection.close()

    def look(self, feed: Feed, values: Sequence[Any], after: int) -> Look:
        """The disclosures told after a data version, in its order; goes over fewer changes where they take too long.

        Raises SlowError where the changes of a single version take too long.
        """
        span = SPAN
        while True:
            try:
                return self._look(feed, values, after, after + span)
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", None)
                if state != "57014" and str(error.orig) != "interrupted":
                    raise
                if span == 1:
                    raise SlowError from error
                span = max(1, span // 16)

    def _look(self, feed: Feed, values: Sequence[Any], after: int, until: int) -> Look:
        given = {f"p{place}": value for place, value in enumerate(values)}
        given |= {f"p{feed.after}": after, f"p{feed.until}": until}
        statement = self.statements.get(feed, lambda: self._statement(feed))
        with self.reader.engine.connect() as connection, _within(connection, self.reader.seconds):
            rows = connection.exec_driver_sql(statement, given).all()
        newest = int(rows[0][0])
        told = tuple(Told(int(version), kind, body) for _, version, kind, body in rows if version is not None)
        return Look(told, told[-1].version if len(told) == MOST else min(newest, until), newest)

    def _statement(self, feed: Feed) -> str:
        speller = Speller(self.reader.dialect, self.reader.stages)
        dialect, change = speller.dialect, speller.alias("c")
        row, clause, joins = speller.related("disclosure", (feed.shape,), Row())
        d = row.alias
        conditions = [
            f"{change}.version > {dialect.parameter(feed.after, 'bigint')}",
            f"{change}.version <= {dialect.parameter(feed.until, 'bigint')}",
            f"{change}.kind IN ('added', 'revised')",
            f"{d}.shard = {change}.shard AND {d}.number = {change}.disclosure_number AND {d}.revision = {change}.revision",
            f"{d}.status = 'published'",
            *joins,
            *where(speller, feed.where, row),
        ]
        # CROSS JOIN keeps SQLite from beginning at another index than that of the versions.
        told = (
            f"SELECT {change}.version AS version, {change}.kind AS kind,"
            f" {dialect.text(speller.shape(feed.shape, row))} AS body"
            f" FROM change {change} CROSS JOIN {clause} WHERE {' AND '.join(conditions)}"
            f" ORDER BY {change}.version LIMIT {dialect.parameter(feed.most)}"
        )
        return (
            f"SELECT v.version, e.version, e.kind, e.body FROM data_version v LEFT JOIN ({told}) e ON 1 = 1"
            " WHERE v.id = 1 ORDER BY e.version"
        )


@contextmanager
def _within(connection: Connection, seconds: float) -> Iterator[None]:
    """Stop a statement that takes longer."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
        yield
        return
    driver: Any = connection.connection.driver_connection
    until = monotonic() + seconds
    driver.set_progress_handler(lambda: monotonic() > until, _STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)
