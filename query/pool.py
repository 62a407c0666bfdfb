"""PostgreSQL read by an event loop: a pool of connections that only read, each of which keeps its prepared statements.

What a session needs is set when it begins, not with every request. A connection that broke (the server was started
again) is replaced, and the statement, which only reads, is sent once more.
"""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection, AsyncRawCursor, Error, OperationalError
from psycopg.adapt import Buffer, Loader
from psycopg.pq import Format
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests
from sqlalchemy import URL

from query.run import Statement, fault_of

_WAITING = 1_000  # requests that wait for a connection
_SESSION = (
    "SET default_transaction_read_only = on",
    "SET jit = off",  # compiling costs more than what is asked here
    "SET max_parallel_workers_per_gather = 0",  # answers are small, and requests share the cores
    "SET client_encoding = 'UTF8'",
)


class FullError(Exception):
    """No connection was to be had in time."""


class _Bytes(Loader):
    """Text as the bytes that come."""

    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


class Pool:
    """Answers statements; opened and closed with the event loop it is used in."""

    def __init__(self, url: URL, seconds: float, patience: float, connections: int) -> None:
        """`seconds` is what a statement may take, `patience` how long a request waits for a connection."""
        self.seconds = seconds
        self._pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            url.set(drivername="postgresql").render_as_string(hide_password=False),
            min_size=min(2, connections), max_size=connections, open=False, timeout=patience,
            max_waiting=_WAITING, configure=self._configure,
            kwargs={"autocommit": True, "prepare_threshold": 1, "cursor_factory": AsyncRawCursor},
        )  # fmt: skip

    async def open(self) -> None:
        """Begin to connect."""
        await self._pool.open()

    async def close(self) -> None:
        """Give all connections back."""
        await self._pool.close()

    async def fetch(self, statement: Statement, values: Sequence[Any]) -> bytes:
        """The JSON of `data`; raises FullError, TooSlowError, or QueryError Q201 where it cannot be parsed."""
        text, used = statement.numbered()
        parameters = [values[index] for index in used]
        try:
            return await self._fetch(text, parameters)
        except OperationalError as error:
            if error.sqlstate is not None and not error.sqlstate.startswith(("57P", "08")):
                raise fault_of(error, self.seconds) from error
        except Error as error:
            raise fault_of(error, self.seconds) from error
        await self._pool.check()  # the others broke with it
        return await self._fetch(text, parameters)

    async def _fetch(self, text: str, parameters: list[Any]) -> bytes:
        try:
            async with self._pool.connection() as connection:
                cursor = await connection.execute(text.encode(), parameters, binary=True)
                row = await cursor.fetchone()
        except (PoolTimeout, TooManyRequests) as error:
            raise FullError from error
        assert row is not None
        found: bytes = row[0]
        return found

    async def _configure(self, connection: AsyncConnection[Any]) -> None:
        connection.adapters.register_loader("text", _Bytes)
        for setting in (*_SESSION, f"SET statement_timeout = {int(self.seconds * 1000)}"):
            await connection.execute(setting.encode())
