"""SQLite's log put into the file beside whoever writes, while the next transaction is made.

SQLite does it within the commit that makes the log long. On a large store that is hundreds of megabytes at places in no
order, and the disk's time more than the computer's.
"""

import contextlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self

from sqlalchemy import Connection, Engine, PoolProxiedConnection

# Before it a log that begins anew beside another connection's checkpoint could, very rarely, harm the file
# (https://sqlite.org/wal.html#walresetbug).
_SAFE = (3, 51, 3)
_LONG = 250_000  # pages in the log, 1 GB: then the next transaction waits, so that the log begins anew


class Checkpoints:
    """A thread that does it, with a connection of its own; where that is not safe SQLite goes on as ever.

    An error of the disk is no error here, as it is none in SQLite's own: what is committed stays in the log, and the next
    checkpoint tries again.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._driver = engine, engine.dialect.loaded_dbapi
        self._beside = engine.dialect.name == "sqlite" and self._driver.sqlite_version_info >= _SAFE
        self._own: PoolProxiedConnection | None = None
        self._thread = ThreadPoolExecutor(1)
        self._running: Future[None] | None = None
        self._pages = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown()
        if self._own is not None:
            self._own.close()
            self._engine.dispose()  # of the connections that left it the log

    def leave(self, connection: Connection) -> None:
        """Let a connection that is writing leave the log to the thread."""
        if self._beside:
            connection.exec_driver_sql("PRAGMA wal_autocheckpoint = 0")
            self._own = self._own or self._engine.raw_connection()  # another, which keeps no pages

    def begin(self) -> None:
        """After a commit: put the log into the file beside what comes next."""
        if self._own is not None:
            self._wait()
            self._running = self._thread.submit(self._run, self._own.driver_connection)

    def wait_where_long(self) -> None:
        """Before a transaction: let a long log be in the file wholly."""
        if self._pages > _LONG:
            self._wait()

    def _wait(self) -> None:
        if self._running is not None:
            self._running.result()

    def _run(self, connection: Any) -> None:
        with contextlib.suppress(self._driver.Error):
            _, self._pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
