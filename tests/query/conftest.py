"""Databases that hold every type's variations, for tests that read and never write."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from copy import copy

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
from tests.query.oracle import Oracle

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session", params=DATABASES)
def stored(
    request: pytest.FixtureRequest, toy_catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """Each database with the variations of all types, the invented one among them."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("stored") / "openalloc.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        uri: Callable[[str], str] = request.getfixturevalue("postgresql_uri")
        template = request.getfixturevalue("postgresql_template")
        with psycopg.connect(uri("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE stored TEMPLATE {template}")
        url = uri("stored")
    engine = connect(url)
    records.store(engine, toy_catalog)
    with (
        engine.begin() as connection_
    ):  # what a withdrawal leaves: a row without a document, found by no word
        bare = select(disclosure.c.shard, disclosure.c.id, disclosure.c.recency).where(
            disclosure.c.local_id == "bare"
        )
        searching.delete(connection_, [(row[0], row[1], row[2]) for row in connection_.execute(bare)])
        gone = "(SELECT id FROM disclosure WHERE local_id = 'bare')"
        connection_.exec_driver_sql(f"DELETE FROM document WHERE disclosure_id IN {gone}")
    yield engine
    engine.dispose()


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
    made = {stored.dialect.name: service}
    older = None
    if stored.dialect.name == "sqlite":
        older = create_engine(f"sqlite:///{stored.url.database}", module=sqlite3)
        aged = copy(service)  # what is parsed and validated is common to both
        aged.reader = Reader(older, service.reader.stages)
        made[f"sqlite {sqlite3.sqlite_version}"] = aged
    yield made
    if older is not None:
        older.dispose()
