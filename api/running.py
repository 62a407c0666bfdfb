"""Statements run so that slow ones never stand before fast ones.

On SQLite a short statement is run where the request is: a hop to a thread costs more than most statements. It has a
few milliseconds; when they are over it is stopped and begun again in a thread, under the whole of its time. A
statement that was slow goes to the threads at once, until it was quick there several times. There are few threads
and few places before them: more slow statements are refused at once, and can be asked again.

On PostgreSQL a pool of connections serves the event loop (`query.pool`); outside of the application's life, as where
a test asks it without one, threads do.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from time import monotonic
from typing import Any

from api.limits import Limits
from api.marks import Marks
from api.refusal import RequestError
from query.run import Reader, Statement, TooSlowError, too_slow

INLINE = 0.008  # seconds that a statement may hold up other requests
_FEW = 50_000  # bytes of documents: what is made of them takes as long
_QUICK = 5  # runs in a thread after which a statement counts as fast again


class BusyError(RequestError):
    """There is no place for the statement at the moment."""

    def __init__(self, retry_after: int = 2) -> None:
        super().__init__(
            503, "A090", "服务器正忙,请稍后再试", "the server is busy, try again later",
            f"{retry_after} 秒后重试;缩小查询范围会更快。", f"Try again in {retry_after} s; a narrower query is faster.",
        )  # fmt: skip
        self.retry_after = retry_after


class Runner:
    """Runs the statements of one database for an event loop."""

    def __init__(self, reader: Reader, limits: Limits, inline: float = INLINE) -> None:
        self.reader, self.limits, self.inline = reader, limits, inline
        self.aside = 0  # statements in threads or waiting for one
        self._threads = ThreadPoolExecutor(limits.threads, "statement")
        self._pool: Any = None  # query.pool.Pool, whose module needs PostgreSQL's driver

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """While the application runs."""
        if self.reader.file is None:
            from query.pool import Pool

            patience = self.limits.request_seconds - self.limits.statement_seconds
            url, seconds = self.reader.engine.url, self.limits.statement_seconds
            self._pool = Pool(url, seconds, patience, self.limits.connections)
            await self._pool.open()
        try:
            yield
        finally:
            if self._pool is not None:
                await self._pool.close()
                self._pool = None
            self.close()

    def close(self) -> None:
        """Give back threads and connections."""
        self._threads.shutdown(cancel_futures=True)
        self.reader.close()

    async def fetch(self, statement: Statement, values: Sequence[Any], seconds: float | None = None) -> bytes:
        """The JSON of `data`; raises TooSlowError, QueryError, or BusyError where there is no place.

        `seconds` is less than what a statement usually has.
        """
        if self._pool is not None:
            return await self._pooled(statement, values, seconds)
        if self.reader.file is not None and not statement.slow:
            try:
                return self.reader.fetch(statement, values, self.inline)
            except TooSlowError:
                statement.slow = _QUICK
        latest = monotonic() + self.limits.request_seconds - self.limits.statement_seconds
        return await self._beside(partial(self._timed, statement, values, latest, seconds))

    async def fill(self, marks: Marks, data: bytes) -> bytes:
        """The data with its marks replaced, in a thread where that would hold up other requests."""
        if len(data) < _FEW:
            return marks.fill(data)
        return await self._beside(partial(marks.fill, data))

    async def _beside(self, work: Callable[[], bytes]) -> bytes:
        """What a thread makes meanwhile; raises BusyError where too much waits for one."""
        if self.aside >= self.limits.threads + self.limits.waiting:
            raise BusyError()
        self.aside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self.aside -= 1

    async def _pooled(self, statement: Statement, values: Sequence[Any], seconds: float | None) -> bytes:
        from query.session import FullError

        try:
            async with asyncio.timeout(seconds):
                found: bytes = await self._pool.fetch(statement, values)
        except FullError:
            raise BusyError() from None
        except TimeoutError:
            raise too_slow(seconds or 0) from None
        return found

    def _timed(
        self, statement: Statement, values: Sequence[Any], latest: float, seconds: float | None
    ) -> bytes:
        began = monotonic()
        if began > latest:
            raise BusyError()
        data = self.reader.fetch(statement, values, seconds)
        quick = monotonic() - began < self.inline / 2
        statement.slow = max(statement.slow - 1, 0) if quick else _QUICK
        return data
