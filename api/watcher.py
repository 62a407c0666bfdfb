"""The newest data version, looked at once a tick by one task of the process for all who wait for it."""

from collections.abc import Callable

import anyio
import anyio.to_thread
from sqlalchemy.exc import SQLAlchemyError

TICK = 1.0  # seconds between two looks; also how late a subscription tells at most


class Watcher:
    """Waits for data versions. It looks only while somebody waits; a database that is away is asked again."""

    def __init__(self, newest: Callable[[], int], tick: float = TICK) -> None:
        self._newest = newest
        self._tick = tick
        self._waiting = 0
        self._version = -1
        self._wanted = anyio.Event()
        self._moved = anyio.Event()

    async def run(self) -> None:
        """Look, for as long as the process serves."""
        while True:
            if not self._waiting:
                self._wanted = anyio.Event()
                await self._wanted.wait()
            try:
                version = await anyio.to_thread.run_sync(self._newest)
            except SQLAlchemyError:
                version = self._version
            if version != self._version:
                self._version = version
                moved, self._moved = self._moved, anyio.Event()
                moved.set()
            await anyio.sleep(self._tick)

    async def beyond(self, version: int) -> None:
        """Wait until the newest data version is greater."""
        self._waiting += 1
        self._wanted.set()
        try:
            while self._version <= version:
                await self._moved.wait()
        finally:
            self._waiting -= 1
