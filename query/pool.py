"""PostgreSQL read by an event loop: sessions that only read, each of which keeps its prepared statements.

What a session needs is set as it begins, not with every request. All sessions begin with the pool and stay: what one
learns of the catalog and of the statements costs more than most answers. A request that waits for a session is handed
the next one that is free, in the order of coming; a session that broke (the server was started again) begins anew, and
the statement, which only reads, is sent once more.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from asyncpg import PostgresError
from sqlalchemy import URL

from query.run import Statement, fault_of
from query.session import FullError, Session

_WAITING = 1_000  # requests that wait for a session


class Pool:
    """Answers statements; opened and closed with the event loop it is used in."""

    def __init__(self, url: URL, seconds: float, patience: float, connections: int) -> None:
        """`seconds` is what a statement may take, `patience` how long a request waits for a session."""
        self.seconds, self.patience = seconds, patience
        self._sessions = [Session(url, seconds, patience) for _ in range(connections)]
        self._idle = list(self._sessions)
        self._waiting: deque[asyncio.Future[Session]] = deque()

    async def open(self) -> None:
        """Connect; where the server does not answer in time, requests will."""
        with suppress(FullError):
            await asyncio.gather(*(one.begin() for one in self._sessions))

    async def close(self) -> None:
        """Give all connections back."""
        await asyncio.gather(*(one.close() for one in self._sessions))

    async def fetch(self, statement: Statement, values: Sequence[Any]) -> bytes:
        """The JSON of `data`; raises FullError, TooSlowError, or QueryError Q201 where it cannot be parsed."""
        text, used = statement.numbered()
        parameters = [values[index] for index in used]
        session = self._idle.pop() if self._idle else await self._wait()  # the one that was used last is warm
        try:
            return await session.fetch(text, parameters, statement.mode)
        except PostgresError as error:
            raise fault_of(error, self.seconds) from error
        finally:
            self._give(session)

    async def _wait(self) -> Session:
        if len(self._waiting) >= _WAITING:
            raise FullError
        place: asyncio.Future[Session] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            async with asyncio.timeout(self.patience):
                try:
                    return await place
                except asyncio.CancelledError:
                    self._leave(place)
                    raise
        except TimeoutError:
            raise FullError from None

    def _leave(self, place: asyncio.Future[Session]) -> None:
        if place.cancelled():
            with suppress(ValueError):
                self._waiting.remove(place)
        else:  # a session came as the wait was given up
            self._give(place.result())

    def _give(self, session: Session) -> None:
        """To whoever waits longest; not to be taken by one that comes before he runs again."""
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(session)
                return
        self._idle.append(session)
