"""Batches that are committed together: on a large SQLite store each batch alone would write nearly as many pages as several.

There other writers wait meanwhile, so that it is for some seconds at most, and who waits comes in between. Elsewhere each
batch is committed alone: PostgreSQL has a cache and a log for it, and locks by department, which are taken in order.
"""

import contextlib
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from loaders.storing import Load, Sent, UnmadeError, store
from store.checkpoints import Checkpoints
from store.draft import Draft, Drafts
from store.engine import writing
from store.features import Waiting
from store.writing import Written

_LONGEST = 5.0  # seconds from the beginning of a transaction after which no further batch is put into it
_BETWEEN = 0.1  # seconds: as long as SQLite sleeps at most before it tries again


class Together:
    """Stores the batches of a load, and commits when it is told to, when one wants it, or after some seconds.

    What is not committed when the `with` of it is left by an error is taken back.
    """

    def __init__(self, engine: Engine, load: Load, large: int) -> None:
        """A store of more than `large` pages is a large one."""
        self._engine, self._load, self._large = engine, load, large
        self._transaction = contextlib.ExitStack()
        self._checkpoints = Checkpoints(engine)
        self._open: tuple[Connection, Waiting | None] | None = None
        self._is_large = False
        self._until = self._ended = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._checkpoints:
            self._transaction.__exit__(kind, error, trace)

    def store(self, sent: Sent) -> Written:
        """Store a batch; raises UnmadeError where rows are missing, before anything of it is stored."""
        connection, waiting = self._open or self._begin()
        batch = Drafts(sent.drafts, sent.ids, sent.indexes, _missing)
        written = store(connection, self._load, batch, sent.places, waiting)
        if sent.at_once or time.monotonic() >= self._until:
            self.commit()
        return written

    def commit(self) -> None:
        """Commit what is stored."""
        if self._open is None:
            return
        (connection, waiting), self._open = self._open, None
        with self._transaction.pop_all():
            if waiting is not None:
                waiting.write(connection)
        self._ended = time.monotonic()
        self._checkpoints.begin()

    def _begin(self) -> tuple[Connection, Waiting | None]:
        if self._is_large:
            self._checkpoints.wait_where_long()
            time.sleep(max(0.0, self._ended + _BETWEEN - time.monotonic()))
        connection = self._transaction.enter_context(writing(self._engine))
        self._is_large = _pages(connection) > self._large
        self._until = time.monotonic() + (_LONGEST if self._is_large else 0.0)
        if self._is_large:
            self._checkpoints.leave(connection)
        self._open = connection, Waiting() if self._is_large else None
        return self._open


def _pages(connection: Connection) -> int:
    """How many pages an SQLite store has; none elsewhere."""
    if connection.dialect.name != "sqlite":
        return 0
    return int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())


def _missing(drafts: Sequence[Draft]) -> None:
    if drafts:
        raise UnmadeError(*(draft.id for draft in drafts))
