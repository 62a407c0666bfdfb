"""PostgreSQL through the pool: the same answers, never more connections than there may be, and none lost for good."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
import pytest
from sqlalchemy import Engine, make_url

from api.faults import InvalidOperationError
from api.limits import Limits
from api.operation import Request, Service
from query.errors import QueryError
from query.planning import ANEW, ONCE
from query.pool import Pool
from query.run import Reader, Statement, TooSlowError
from query.session import FullError
from schemas.catalog import Catalog
from store.engine import connect
from store.errors import StoreError
from tests.query.comparison import Comparison

SLEEP = Statement("SELECT (pg_sleep(%(p0)s::float8) IS NULL)::text")
QUERIES = (
    '{ regions(filter: {parent: {eq: "530000"}}, first: 50) { totalCount nodes { code title children { code } } } }',
    '{ region(code: "530114") { title parent { title } } disclosures { totalCount nodes { id } } }',
    '{ disclosures(search: "昆明", filter: {region: {within: "530114"}, amount: {in: [1, 2]}}) { nodes { id } } }',
)


@pytest.fixture(scope="module")
def url(postgresql_uri: Callable[[str], str], postgresql_template: str) -> str:
    """A database with regions and nothing else."""
    with psycopg.connect(postgresql_uri("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE pooled TEMPLATE {postgresql_template} STRATEGY file_copy")
    return postgresql_uri("pooled")


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = connect(url)
    yield made
    made.dispose()


def within(url: str, use: Callable[[Pool], Coroutine[Any, Any, Any]], **options: Any) -> Any:
    """What `use` gives with a pool that is open."""

    async def run() -> Any:
        pool = Pool(make_url(url), **{"seconds": 5.0, "patience": 5.0, "connections": 3, **options})
        await pool.open()
        try:
            return await use(pool)
        finally:
            await pool.close()

    return asyncio.run(run())


def test_an_answer_is_the_one_that_a_thread_gives(engine: Engine, catalog: Catalog) -> None:
    service = Service(catalog, engine)

    async def run() -> list[bytes]:
        async with service.runner.open():
            return [(await service.respond(Request(query))).body for query in QUERIES for _ in range(3)]

    expected = [service.answer(Request(query)).body for query in QUERIES for _ in range(3)]
    assert asyncio.run(run()) == expected
    assert "昆明市".encode() in expected[0], "text comes as it is"


def test_more_requests_than_connections_are_all_answered(url: str) -> None:
    async def use(pool: Pool) -> list[bytes]:
        return await asyncio.gather(*(pool.fetch(SLEEP, [0.01]) for _ in range(60)))

    assert within(url, use) == [b"false"] * 60


def test_no_connection_in_time_is_told(engine: Engine, catalog: Catalog) -> None:
    limits = Limits(connections=1, statement_seconds=1.0, request_seconds=1.1)
    service = Service(catalog, engine, limits)
    service.preparer.prepare(Request(QUERIES[0]))

    async def run() -> Any:
        async with service.runner.open():
            slow = asyncio.ensure_future(service.runner.fetch(SLEEP, [0.6]))
            await asyncio.sleep(0.2)
            refused = await service.respond(Request(QUERIES[0]))
            await slow
            return refused, await service.respond(Request(QUERIES[0]))

    refused, after = asyncio.run(run())
    assert (refused.status, dict(refused.headers)) == (503, {"Retry-After": "2"})
    assert b"A090" in refused.body
    assert after.status == 0


def test_a_statement_has_its_time_and_writes_nothing(url: str) -> None:
    async def use(pool: Pool) -> str:
        with pytest.raises(TooSlowError):
            await pool.fetch(SLEEP, [30])
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await pool.fetch(Statement("CREATE TABLE mine (a int)"), [])
        return (await pool.fetch(SLEEP, [0])).decode()

    assert within(url, use, seconds=0.2, connections=1) == "false"


def test_connections_that_broke_are_replaced(url: str) -> None:
    async def use(pool: Pool) -> list[bytes]:
        await asyncio.gather(*(pool.fetch(SLEEP, [0.05]) for _ in range(3)))
        with psycopg.connect(url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'pooled'"
            )
        return await asyncio.gather(*(pool.fetch(SLEEP, [0]) for _ in range(9)))

    assert within(url, use) == [b"false"] * 9


def test_a_statement_is_prepared_once_for_a_connection(url: str) -> None:
    counting = Statement(
        "SELECT count(*)::text FROM pg_prepared_statements WHERE statement LIKE 'SELECT (pg_sleep%%'"
    )

    async def use(pool: Pool) -> list[bytes]:
        for _ in range(4):
            await pool.fetch(SLEEP, [0])
        return [await pool.fetch(counting, [])]

    assert within(url, use, connections=1) == [b"1"]


MADE_UP = range(5_000_000, 5_000_150)


def test_made_up_operations_are_answered_as_a_thread_answers_them(comparison: Comparison) -> None:
    """Each driver tells the server its parameters in its own way: the answer may not depend on it, nor may a refusal."""
    service = comparison.services["postgresql"]

    def answered(ready: Any) -> bytes | str:
        try:
            return service.reader.fetch(ready.prepared.statement, ready.values)
        except QueryError as error:
            return error.code

    async def use(pool: Pool) -> int:
        compared = 0
        for number in MADE_UP:
            operation = comparison.made_up(number, small=True)
            try:
                ready = service.preparer.prepare(Request(operation.query, operation.variables))
            except (QueryError, InvalidOperationError):
                continue
            try:
                found: bytes | str = await pool.fetch(ready.prepared.statement, ready.values)
            except QueryError as error:
                found = error.code
            assert found == answered(ready), f"{number}: {operation.query}\n{operation.variables}"
            compared += 1
        return compared

    url = service.reader.engine.url.render_as_string(hide_password=False)
    assert within(url, use, connections=1) > len(MADE_UP) / 2


KINDS = (
    ("text", ["", "昆明\n😀", "1"]), ("text[]", [["昆明", '"{,}"', "NULL"], []]), ("date", ["2024-02-29"]),
    ("numeric", ["1e400", "0.1", 7]), ("float8", [0.1, 1e308, 3, float("inf")]), ("boolean", [True, False]),
    ("bigint", [2**63 - 1, -(2**63)]), ("integer", [2**31 - 1]), ("smallint", [7]), ("timestamp", ["2024-06-24 01:02:03.000004"]),
    ("json", ['{"a": "昆明"}']), ("jsonb", ["[1, null]"]),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "values"), KINDS, ids=[kind for kind, _ in KINDS])
def test_a_value_of_each_kind_arrives_as_it_was(
    engine: Engine, url: str, kind: str, values: list[Any]
) -> None:
    statement = Statement(f"SELECT json_build_array(%(p0)s::{kind}, pg_typeof(%(p0)s::{kind})::text)::text")
    reader = Reader(engine, ())

    async def use(pool: Pool) -> list[bytes]:
        return [await pool.fetch(statement, [value]) for value in [*values, None]]

    found = within(url, use, connections=1)
    assert found == [reader.fetch(statement, [value]) for value in [*values, None]]


UNFIT = (("bigint", 2**63), ("bigint", -(2**80)), ("integer", 2**31), ("float8", 10**400))


@pytest.mark.parametrize(("kind", "value"), UNFIT, ids=["above", "below", "integer", "float"])
def test_a_number_beyond_its_kind_is_refused_as_by_a_thread(
    engine: Engine, url: str, kind: str, value: int
) -> None:
    statement = Statement(f"SELECT (%(p0)s::{kind} IS NULL)::text")
    reader = Reader(engine, ())

    async def use(pool: Pool) -> str:
        with pytest.raises(QueryError) as caught:
            await pool.fetch(statement, [value])
        assert await pool.fetch(statement, [1]) == b"false", "the session goes on"
        return caught.value.code

    with pytest.raises(QueryError) as caught:
        reader.fetch(statement, [value])
    assert within(url, use) == caught.value.code


def test_those_who_wait_are_served_as_they_came(url: str) -> None:
    async def use(pool: Pool) -> list[int]:
        served: list[int] = []

        async def ask(number: int) -> None:
            for _ in range(3):
                await pool.fetch(SLEEP, [0.001])
                served.append(number)

        await asyncio.gather(*(ask(number) for number in range(6)))
        return served

    served = within(url, use, connections=1)
    assert [sorted(served[at : at + 6]) for at in (0, 6, 12)] == [list(range(6))] * 3


def test_one_who_gives_up_loses_no_session(url: str) -> None:
    async def use(pool: Pool) -> bytes:
        running = asyncio.create_task(pool.fetch(SLEEP, [30]))
        waiting = [asyncio.create_task(pool.fetch(SLEEP, [0])) for _ in range(3)]
        await asyncio.sleep(0.1)
        for task in (waiting[0], running, waiting[1]):
            task.cancel()
            await asyncio.sleep(0)
        assert await waiting[2] == b"false"
        return await pool.fetch(SLEEP, [0])

    assert within(url, use, connections=1) == b"false"


def test_what_a_session_is_set_to(url: str) -> None:
    names = (
        "default_transaction_read_only",
        "jit",
        "plan_cache_mode",
        "statement_timeout",
        "client_encoding",
    )
    listed = ", ".join(f"current_setting('{one}')" for one in names)
    settings = Statement(f"SELECT json_build_array({listed})::text")

    async def use(pool: Pool) -> Any:
        return json.loads(await pool.fetch(settings, []))

    assert within(url, use, seconds=1.5) == ["on", "off", "force_generic_plan", "1500ms", "UTF8"]


def test_a_session_plans_as_the_statement_wants_also_where_it_begins_anew(url: str) -> None:
    setting = "SELECT current_setting('plan_cache_mode')"
    leaving = Statement("SELECT pg_terminate_backend(pg_backend_pid())::text", mode=ANEW)

    async def use(pool: Pool) -> list[str]:
        found = [await pool.fetch(Statement(setting, mode=one), []) for one in (ANEW, ANEW, ONCE, ANEW)]
        with pytest.raises(asyncpg.PostgresError):
            await pool.fetch(leaving, [])  # twice
        return [one.decode() for one in [*found, await pool.fetch(Statement(setting, mode=ANEW), [])]]

    assert within(url, use, connections=1) == [ANEW, ANEW, ONCE, ANEW, ANEW]


def test_a_server_that_is_not_there_leaves_a_request_waiting_and_then_refused(tmp_path: Path) -> None:
    async def use(pool: Pool) -> None:
        with pytest.raises(FullError):
            await pool.fetch(SLEEP, [0])

    within(f"postgresql://nobody@/nothing?host={tmp_path}", use, patience=0.2)


def test_a_server_that_refuses_us_is_told_at_once(url: str) -> None:
    async def use(_: Pool) -> None:
        pytest.fail("it was opened")

    with pytest.raises(asyncpg.InvalidCatalogNameError):
        within(url.replace("/pooled", "/missing"), use)


def test_what_a_url_says_to_psycopg_alone_is_left_out(url: str) -> None:
    async def use(pool: Pool) -> bytes:
        return await pool.fetch(Statement("SELECT current_setting('application_name')"), [])

    assert within(f"{url}&connect_timeout=3&keepalives=1&application_name=us", use) == b"us"


def test_parameters_are_numbered_as_they_come_and_only_those_that_are_used() -> None:
    statement = Statement("%(p3)s::text || %(p0)s || %(p3)s LIKE 'a%%'")
    assert statement.numbered() == ("$1::text || $2 || $1 LIKE 'a%'", (3, 0))


@pytest.mark.parametrize(
    "options",
    [
        "LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'",
        "LOCALE 'en_US.UTF-8'",
    ],
)
def test_a_database_that_orders_by_another_rule_is_refused(
    postgresql_uri: Callable[[str], str], options: str
) -> None:
    """Pages and cursors go by the order of code points, as SQLite's do."""
    with psycopg.connect(postgresql_uri("postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS ordered")
        try:
            connection.execute(f"CREATE DATABASE ordered TEMPLATE template0 ENCODING 'UTF8' {options}")
        except psycopg.Error as error:
            pytest.skip(f"this PostgreSQL makes no such database: {error}")
    with pytest.raises(StoreError) as caught:
        connect(postgresql_uri("ordered"))
    assert caught.value.code == "D004"
    assert "C.UTF-8" in caught.value.hint_en
