"""One session of PostgreSQL for reading, by asyncpg: what it is set to, what it sends, and how it begins anew."""

import asyncio
from collections.abc import Mapping
from typing import Any

import asyncpg
from sqlalchemy import URL

from query.planning import ONCE

# Set as a session begins, by the protocol's first message.
SETTINGS: Mapping[str, str] = {
    "default_transaction_read_only": "on",
    "jit": "off",  # compiling costs more than what is asked here
    "max_parallel_workers_per_gather": "0",  # answers are small, and requests share the cores
    "plan_cache_mode": ONCE,
}
_AGAIN = 0.1  # seconds until a server that does not answer is asked again
_STATEMENTS = (
    100  # that a session keeps; PostgreSQL keeps the plan of each, 370 KB in the mean of made-up ones
)
# Their values are spelled, and the server reads them, as it does those of a driver that does not know their types.
_SPELLED = ("bool", "int2", "int4", "int8", "float4", "float8", "numeric", "date", "timestamp")
# What a URL may tell psycopg about its side of the connection, and asyncpg knows nothing of.
_OF_LIBPQ = {
    "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
    "gssencmode", "client_encoding", "fallback_application_name", "load_balance_hosts", "sslcompression", "sslsni",
}  # fmt: skip
_PASSING = ("08", "53", "57P")  # states of a server that cannot take a connection now, and may later


class FullError(Exception):
    """No session was to be had in time."""


class Session:
    """A connection, made when it is needed and made again when it broke."""

    def __init__(self, url: URL, seconds: float, patience: float) -> None:
        address = url.set(drivername="postgresql").difference_update_query(_OF_LIBPQ)
        self.address = address.render_as_string(hide_password=False)
        self.settings = {**SETTINGS, "statement_timeout": str(int(seconds * 1000))}
        self.patience = patience
        self._connection: Any = None
        self._mode = ONCE  # of planning, which is set where a statement wants the other

    async def begin(self) -> Any:
        """The connection; raises FullError where the server takes none in time, whatever else it says about one."""
        if self._connection is None or self._connection.is_closed():
            try:
                async with asyncio.timeout(self.patience):
                    self._connection = await self._connect()
                    self._mode = ONCE
            except TimeoutError as error:
                raise FullError from error
        return self._connection

    async def fetch(self, text: str, parameters: list[Any], mode: str) -> bytes:
        """The one value of the one row; planned in that mode."""
        connection = await self.begin()
        try:
            return await self._answer(connection, text, parameters, mode)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            if not connection.is_closed():
                raise
        return await self._answer(await self.begin(), text, parameters, mode)

    async def close(self) -> None:
        """End it."""
        if self._connection is not None:
            await self._connection.close()

    async def _answer(self, connection: Any, text: str, parameters: list[Any], mode: str) -> bytes:
        if mode != self._mode:
            self._mode = ""  # until it is known to be set
            await connection.execute(f"SET plan_cache_mode = {mode}")
            self._mode = mode
        found: bytes = await connection.fetchval(text, *parameters)
        return found

    async def _connect(self) -> Any:
        while True:
            try:
                return await self._configured()
            except OSError:
                pass
            except asyncpg.PostgresError as error:
                if not (error.sqlstate or "").startswith(_PASSING):
                    raise
            await asyncio.sleep(_AGAIN)

    async def _configured(self) -> Any:
        # A statement is kept however long it is and for however long: plans are what costs.
        connection = await asyncpg.connect(
            self.address, server_settings=self.settings, statement_cache_size=_STATEMENTS,
            max_cached_statement_lifetime=0, max_cacheable_statement_size=0,
        )  # fmt: skip
        await connection.set_type_codec(
            "text", schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary"
        )
        for name in _SPELLED:
            await connection.set_type_codec(
                name, schema="pg_catalog", encoder=str, decoder=str, format="text"
            )
        return connection
