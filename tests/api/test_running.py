"""Slow statements stand aside, and the usual request is answered as every other."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from threading import current_thread
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette

from api.limits import Limits
from api.marks import Marks
from api.operation import Request, Service
from api.running import Runner
from api.wire import Wire
from query.run import Statement
from schemas.catalog import Catalog

FAST = Request("query ($id: ID!) { disclosure(id: $id) { id } }", {"id": "a"})
COUNTING = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT '{{}}' FROM n WHERE i = {}"
ENDLESS = COUNTING.format(10**12, 10**12)
LONG = COUNTING.format(200_000, 200_000)  # some tens of milliseconds


@pytest.fixture
def service(file: Engine, catalog: Catalog, answering: Service) -> Iterator[Service]:
    """One whose slow statements have two threads and one place before them, and a second each."""
    made = Service(catalog, file, Limits(threads=2, waiting=1, statement_seconds=1.0, request_seconds=5.0))
    yield made
    made.runner.close()


def test_many_fast_ones_are_answered_beside_a_slow_one(service: Service) -> None:
    order: list[str] = []

    async def slow() -> None:
        with pytest.raises(Exception) as caught:  # noqa: PT011 - its code is looked at
            await service.runner.fetch(Statement(ENDLESS), [])
        order.append(caught.value.code)  # type: ignore[attr-defined]

    async def fast() -> None:
        await asyncio.sleep(0)  # the slow one comes first
        for _ in range(50):
            assert not (await service.respond(FAST)).refused
            order.append("fast")
            await asyncio.sleep(0)

    async def both() -> None:
        await asyncio.gather(slow(), fast())

    asyncio.run(both())
    assert order == ["fast"] * 50 + ["Q200"]


def test_a_statement_over_its_few_milliseconds_is_begun_again_in_a_thread(service: Service) -> None:
    statement = Statement(LONG)

    async def several() -> list[bytes]:
        return [await service.runner.fetch(statement, []) for _ in range(2)]

    assert asyncio.run(several()) == [b"{}", b"{}"]
    assert statement.slow > 0, "it goes to a thread at once"


def test_what_was_slow_once_is_fast_again_after_a_while(service: Service) -> None:
    statement = Statement("SELECT '1'", slow=2)
    runner = Runner(service.reader, service.limits, inline=600.0)  # on a busy machine, too

    async def several() -> None:
        for left in (1, 0, 0):
            assert await runner.fetch(statement, []) == b"1"
            assert statement.slow == left

    asyncio.run(several())
    runner.close()


def test_more_slow_ones_than_there_are_places_are_told_to_come_again(
    service: Service, app: Starlette
) -> None:
    async def crowd() -> list[Any]:
        waiting = [asyncio.ensure_future(service.runner.fetch(Statement(ENDLESS, 1), [])) for _ in range(3)]
        await asyncio.sleep(0)
        assert service.runner.aside == 3
        service.preparer.prepare(FAST).prepared.statement.slow = 1
        refused = await service.respond(FAST)
        await asyncio.gather(*waiting, return_exceptions=True)
        return [refused, await service.respond(FAST)]

    refused, after = asyncio.run(crowd())
    assert (refused.status, dict(refused.headers)) == (503, {"Retry-After": "2"})
    error = json.loads(refused.body)["errors"][0]
    assert error["extensions"]["code"] == "A090"
    assert "忙" in error["message"]
    assert "busy" in error["message"]
    assert after.status == 0, "the places are free again"
    assert service.runner.aside == 0


def test_many_marks_are_replaced_aside_and_a_few_at_once(file: Engine, catalog: Catalog) -> None:
    runner = Runner(Service(catalog, file).reader, Limits())
    made_by: list[str] = []

    class Replacing(Marks):
        def fill(self, answer: bytes) -> bytes:
            made_by.append(current_thread().name)
            return answer[:1]

    async def several() -> list[bytes]:
        marks = Replacing({})
        return [await runner.fill(marks, b"x" * size) for size in (1_000, 1_000_000)]

    assert asyncio.run(several()) == [b"x", b"x"]
    here, aside = made_by
    assert here == current_thread().name
    assert aside.startswith("statement")
    assert runner.aside == 0
    runner.close()


def test_whoever_waits_too_long_for_a_thread_is_told_so(file: Engine, catalog: Catalog) -> None:
    limits = Limits(threads=1, waiting=5, statement_seconds=0.3, request_seconds=0.4)
    runner = Runner(Service(catalog, file, limits).reader, limits)

    async def queue() -> list[Any]:
        several = [runner.fetch(Statement(ENDLESS, 1), []) for _ in range(3)]
        return await asyncio.gather(*several, return_exceptions=True)

    codes = [error.code for error in asyncio.run(queue())]
    assert codes == ["Q200", "A090", "A090"]
    runner.close()


# the usual request

HEADERS = {"content-type": "application/json"}


def exchange(
    app: Callable[..., Awaitable[None]], body: bytes, headers: dict[str, str], parts: int = 1, **scope: Any
) -> tuple[int, dict[str, str], bytes]:
    """What an ASGI application answers to a body sent in parts."""
    size = max(-(-len(body) // parts), 1)
    waiting = [
        {"type": "http.request", "body": body[at : at + size], "more_body": at + size < len(body)}
        for at in range(0, max(len(body), 1), size)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    given = {
        "type": "http", "method": "POST", "path": "/graphql", "raw_path": b"/graphql", "query_string": b"",
        "root_path": "", "scheme": "http", "http_version": "1.1", "server": ("test", 80), "client": ("1.2.3.4", 5),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()], **scope,
    }  # fmt: skip
    asyncio.run(app(given, receive, send))
    found = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, b"".join(one.get("body", b"") for one in sent[1:])


REQUESTS: dict[str, tuple[bytes, dict[str, str]]] = {
    "plain": (b'{"query": "{ __typename }"}', HEADERS),
    "with variables": (json.dumps({"query": FAST.query, "variables": dict(FAST.variables)}).encode(), HEADERS),
    "refused": (b'{"query": "{ nope }", "operationName": null}', HEADERS),
    "refused, by its media type": (
        b'{"query": "{ nope }"}', {**HEADERS, "accept": "application/graphql-response+json"}
    ),
    "from another site": (b'{"query": "{ __typename }"}', {**HEADERS, "origin": "https://a.example"}),
    "for whom gzip is fine": (b'{"query": "{ disclosures(first: 100) { nodes { id } } }"}', {**HEADERS, "accept-encoding": "gzip"}),
    "of a charset": (b'{"query": "{ __typename }"}', {"content-type": "application/json; charset=utf-8"}),
    "no JSON": (b'{"query": ', HEADERS),
    "a batch": (b'[{"query": "{ __typename }"}]', HEADERS),
    "nothing": (b"", HEADERS),
    "no query": (b'{"variables": {}}', HEADERS),
    "variables of another kind": (b'{"query": "{ __typename }", "variables": [1]}', HEADERS),
    "a name of another kind": (b'{"query": "{ __typename }", "operationName": 1}', HEADERS),
    "extensions": (b'{"query": "{ __typename }", "extensions": {"a": 1}}', HEADERS),
    "another content type": (b"{ __typename }", {"content-type": "text/plain"}),
    "an answer of another type": (b'{"query": "{ __typename }"}', {**HEADERS, "accept": "text/csv"}),
    "too large": (b'{"query": "{ __typename } #' + b"x" * 1_100_000 + b'"}', HEADERS),
}  # fmt: skip


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("name", REQUESTS)
def test_it_gets_the_answer_that_the_application_gives(app: Starlette, name: str, parts: int) -> None:
    body, headers = REQUESTS[name]
    mine = exchange(app, body, headers, parts)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Wire, "_usual", lambda *_: (None, False))
        other = exchange(app, body, headers, parts)
    assert mine == other
    assert mine[0] < 500


def test_the_usual_request_does_not_reach_the_application(app: Starlette, answering: Service) -> None:
    async def never(*_: Any) -> None:
        raise AssertionError("it was passed on")

    wire = Wire(never, answering, ())
    for name in ("plain", "with variables", "refused", "from another site", "of a charset"):
        assert exchange(wire, *REQUESTS[name])[0] == 200
    with pytest.raises(AssertionError):
        exchange(wire, *REQUESTS["extensions"])
