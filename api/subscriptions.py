"""Subscriptions: an operation → a feed, looked at whenever the data version moves, for WebSocket and event stream alike.

A subscription holds no queue. What it has to tell is read, at most a page at a time, after the client has taken what
was read before, so that a slow client costs its place and nothing else.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import anyio
import anyio.to_thread
import orjson

from api.limits import too_many_rows
from api.marks import Marks
from api.operation import Request, Service
from api.rate import LEAST
from api.refusal import RequestError
from api.watcher import Watcher
from query.cost import look_cost
from query.errors import QueryError
from query.feed import MOST, Feed, Follower, Look, SlowError

_LATEST = 2**63 - 1
_THREADS = 4  # that look at feeds; what queries run in is apart


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription that was understood: the key of its answers, the feed, its parameters, where it begins."""

    key: str
    feed: Feed
    values: tuple[Any, ...]
    after: int
    marks: Marks | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One answer: the data version it tells, and the response as JSON."""

    version: int
    body: bytes


class Subscriptions:
    """All subscriptions of one process: how many there are, and what feeds them."""

    def __init__(self, service: Service, most: int = 500, most_of_a_client: int = 20) -> None:
        self.service = service
        self.follower = Follower(service.reader)
        self.watcher = Watcher(self.follower.newest)
        self.most = most
        self.most_of_a_client = most_of_a_client
        self._places: Counter[str] = Counter()
        self._threads = anyio.CapacityLimiter(_THREADS)
        self._stopped = anyio.Event()

    def stop(self) -> None:
        """End what waits in `stopped`: the server is asked to stop."""
        self._stopped.set()

    async def stopped(self) -> None:
        """Wait until the server is asked to stop."""
        await self._stopped.wait()

    @contextmanager
    def place(self, client: str) -> Iterator[None]:
        """A place among the subscriptions; raises RequestError A062 where there is none for this client."""
        if self._places[client] >= self.most_of_a_client or self._places.total() >= self.most:
            raise RequestError(
                429, "A062", f"订阅太多:一个来源至多 {self.most_of_a_client} 个,全部至多 {self.most} 个",
                f"too many subscriptions: {self.most_of_a_client} of one client and {self.most} in all at most",
                "结束一些订阅再来,或者用一个订阅和较宽的筛选条件。", "End some and come back, or use one with a wider filter.",
            )  # fmt: skip
        self._places[client] += 1
        try:
            yield
        finally:
            self._places[client] -= 1
            if not self._places[client]:
                del self._places[client]

    async def newest(self) -> int:
        """The newest data version; of a file it is read where the event loop is, in microseconds."""
        if self.service.reader.file is not None:
            return self.follower.newest()
        return await anyio.to_thread.run_sync(self.follower.newest, limiter=self._threads)

    async def begin(self, request: Request, client: str, last_event: str | None = None) -> Subscription:
        """What a request subscribes to, which costs what one look may give; raises what `api.operation.refused` answers.

        `last_event` is the data version a client has seen, where the operation itself does not say.
        """
        meter = self.service.meter
        if meter is not None:
            meter.take(client, LEAST)
        begun, cost = await anyio.to_thread.run_sync(
            self._begin, request, client, last_event, limiter=self._threads
        )
        if meter is not None:
            meter.take(client, max(cost - LEAST, 0))
        return begun

    async def events(self, subscription: Subscription) -> AsyncGenerator[Event, None]:
        """The answers, for ever; raises QueryError A061 where one takes too long to read."""
        after = subscription.after
        while True:
            try:
                seen = await anyio.to_thread.run_sync(self._look, subscription, after, limiter=self._threads)
            except SlowError:
                raise _too_slow(self.service.limits.statement_seconds) from None
            for told in seen.told:
                yield Event(told.version, _body(subscription.key, told.version, told.kind, told.body))
            after = max(after, seen.version)
            if after >= seen.newest:
                await self.watcher.beyond(after)

    def _look(self, subscription: Subscription, after: int) -> Look:
        """What there is to tell, its marks replaced."""
        seen = self.follower.look(subscription.feed, subscription.values, after)
        marks = subscription.marks
        if marks is None:
            return seen
        told = tuple(replace(one, body=marks.fill(one.body.encode()).decode()) for one in seen.told)
        return replace(seen, told=told)

    def _begin(self, request: Request, client: str, last_event: str | None) -> tuple[Subscription, int]:
        operation, planner = self.service.planned(request, client)
        key, feed, after = planner.feed(operation)
        rows = look_cost(feed.shape, feed.where, MOST, planner.values)
        limits = self.service.limits
        if rows > limits.rows:
            raise too_many_rows(rows, limits)
        if after is None:
            after = last_event
        newest = self.follower.newest()
        begin = newest if after is None else known_version(after, newest)
        marks = planner.marks if planner.marked else None
        return Subscription(key, feed, tuple(planner.values), begin, marks), planner.nodes + rows


def known_version(given: str, newest: int) -> int:
    """A data version that was given as text; raises QueryError A063 where there is none such yet."""
    version = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else _LATEST
    if version > newest:
        raise QueryError(
            "A063", f"还没有这个数据版本:{given[:40]}", f"there is no such data version yet: {given[:40]}",
            f"现在是 {newest};用上一条 extensions.version 的值。", f"It is {newest} now; give the last extensions.version.",
        )  # fmt: skip
    return version


def _too_slow(seconds: float) -> QueryError:
    return QueryError(
        "A061", f"订阅的内容超过 {seconds:g} 秒才能读出,已停止",
        f"what the subscription asks for took more than {seconds:g} s to read and was stopped",
        "减少所选的字段,或者减小内层的 first。", "Select fewer fields, or ask for smaller inner pages.",
    )  # fmt: skip


def _body(key: str, version: int, kind: str, body: str) -> bytes:
    about = orjson.dumps({"version": version, "kind": kind})
    return b'{"data":{' + orjson.dumps(key) + b":" + body.encode() + b'},"extensions":' + about + b"}"
