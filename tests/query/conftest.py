"""Databases that hold every type's variations, for tests that read and never write."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, select

from api.operation import Service
from query.run import Reader
from schemas.catalog import Catalog
from store import searching
from store.engine import connect
from store.tables import disclosure
from tests.query import records
from tests.query.comparison import Comparison
from tests.query.oracle import Oracle

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def stored_sqlite(
    sqlite_template: Path, toy_catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """An SQLite file with the variations of all types, the invented one among them."""
    path = tmp_path_factory.mktemp("stored") / "openalloc.db"
    yield from _filled(f"sqlite:///{shutil.copy(sqlite_template, path)}", toy_catalog)


@pytest.fixture(scope="session")
def stored_postgresql(
    postgresql_uri: Callable[[str], str], postgresql_template: str, toy_catalog: Catalog
) -> Iterator[Engine]:
    """PostgreSQL with the same."""
    with psycopg.connect(postgresql_uri("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE stored TEMPLATE {postgresql_template} STRATEGY file_copy")
    yield from _filled(postgresql_uri("stored"), toy_catalog)


def _filled(url: str, catalog: Catalog) -> Iterator[Engine]:
    engine = connect(url)
    records.store(engine, catalog)
    records.withdraw_some(engine, catalog)
    with engine.begin() as connection:  # what a withdrawal leaves: a row without a document, found by no word
        bare = select(disclosure.c.shard, disclosure.c.number, disclosure.c.recency).where(
            disclosure.c.local_id == "bare"
        )
        searching.delete(connection, [(row[0], row[1], row[2]) for row in connection.execute(bare)])
        gone = "(SELECT number FROM disclosure WHERE local_id = 'bare')"
        connection.exec_driver_sql(f"DELETE FROM document WHERE disclosure_number IN {gone}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session", params=DATABASES)
def stored(request: pytest.FixtureRequest) -> Engine:
    """Each of the two."""
    engine: Engine = request.getfixturevalue(f"stored_{request.param}")
    return engine


@pytest.fixture(scope="session")
def service(stored: Engine, toy_catalog: Catalog) -> Service:
    """Answers from each database."""
    return Service(toy_catalog, stored)


@pytest.fixture(scope="session")
def oracle(stored: Engine, toy_catalog: Catalog) -> Oracle:
    """The reference over the same rows."""
    return Oracle(toy_catalog, stored)


@pytest.fixture(scope="session")
def services(stored: Engine, service: Service) -> Iterator[dict[str, Service]]:
    """The service of the database, and for SQLite's file that of Python's own, older SQLite beside it."""
    with aged(service) as beside:
        yield {stored.dialect.name: service, **beside}


@pytest.fixture(scope="session")
def comparison(
    stored_sqlite: Engine, stored_postgresql: Engine, toy_catalog: Catalog
) -> Iterator[Comparison]:
    """All databases and the reference over the rows that they have in common."""
    newest, other = Service(toy_catalog, stored_sqlite), Service(toy_catalog, stored_postgresql)
    other.preparer._operations = newest.preparer._operations  # parsed and validated once
    with aged(newest) as older:
        services = {"sqlite": newest, **older, "postgresql": other}
        yield Comparison(services, Oracle(toy_catalog, stored_sqlite))


@contextmanager
def aged(service: Service) -> Iterator[dict[str, Service]]:
    """The service of an SQLite file once more, by Python's own SQLite; of PostgreSQL nothing."""
    engine = service.reader.engine
    if engine.dialect.name != "sqlite":
        yield {}
        return
    older = create_engine(f"sqlite:///{engine.url.database}", module=sqlite3)
    made = copy(service)  # what is parsed, validated and planned is common to both
    made.reader = Reader(older, service.reader.stages)
    yield {f"sqlite {sqlite3.sqlite_version}": made}
    older.dispose()
