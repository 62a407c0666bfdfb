"""An SQLite file read by connections of our own: one a thread, no pool, no transaction around the one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock, local
from time import monotonic
from typing import Any

from sqlalchemy import Engine

_STEPS = 10_000  # instructions between two looks at the clock
_PRAGMAS = ("query_only = ON", "cache_size = -65536", "mmap_size = 1073741824", "temp_store = MEMORY")


@dataclass(slots=True)
class _Open:
    """A connection, and when what runs on it is to stop."""

    driver: Any
    until: float = 0.0

    def late(self) -> bool:
        return monotonic() > self.until


class File:
    """Reads one file; several threads may. A text comes as the bytes that SQLite has."""

    def __init__(self, engine: Engine) -> None:
        self.error: type[Exception] = engine.dialect.loaded_dbapi.Error
        self._engine = engine
        self._local = local()
        self._all: list[_Open] = []
        self._lock = Lock()

    def fetch(self, statement: str, parameters: Mapping[str, Any], seconds: float) -> bytes:
        """The one value that a statement gives; raises the driver's error, `interrupted` when it takes longer."""
        opened: _Open | None = getattr(self._local, "opened", None)
        if opened is None:
            opened = self._open()
        opened.until = monotonic() + seconds
        found: bytes = opened.driver.execute(statement, parameters).fetchone()[0]
        return found

    def close(self) -> None:
        """Close all connections; a later `fetch` opens another one."""
        with self._lock:
            self._local = local()
            while self._all:
                self._all.pop().driver.close()

    def _open(self) -> _Open:
        proxied = self._engine.raw_connection()
        driver: Any = proxied.driver_connection
        proxied.detach()
        driver.isolation_level = None
        for pragma in _PRAGMAS:
            driver.execute(f"PRAGMA {pragma}")
        driver.text_factory = bytes
        opened = _Open(driver)
        driver.set_progress_handler(opened.late, _STEPS)
        self._local.opened = opened
        with self._lock:
            self._all.append(opened)
        return opened
