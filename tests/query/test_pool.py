"""PostgreSQL through the pool: the same answers, never more connections than there may be, and none lost for good."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import asyncpg
import psycopg
import pytest
from sqlalchemy import Engine, make_url

from api.limits import Limits
from api.operation import Request, Service
from query.pool import Pool
from query.run import Statement, TooSlowError
from schemas.catalog import Catalog
from store.engine import connect
from store.errors import StoreError

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
        connection.execute(f"CREATE DATABASE pooled TEMPLATE {postgresql_template}")
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
