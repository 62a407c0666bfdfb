"""The migrations: bring a database to this version's tables, and say when it is not there."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, make_url

from store.engine import PATIENCE, connect, writing
from store.errors import StoreError

_HERE = Path(__file__).resolve().parent


def upgrade(engine: Engine) -> None:
    """Bring the tables to the newest version, in one transaction; changes nothing where they are.

    Raises StoreError D007 for a database that a newer version made.
    """
    with engine.connect() as connection:
        current = _current(connection)
    if current not in (None, *_known()):
        raise _too_new(current)
    journaled = current not in (None, _head()) and engine.dialect.name == "sqlite" and _journal(engine)
    with writing(engine) as connection:
        command.upgrade(config(connection), "head")
    if journaled:
        engine.dispose()  # who connects anew writes a log


def _journal(engine: Engine) -> bool:
    """Let SQLite keep what pages were instead of a log of all that is written; whether it does.

    A migration may write every table again in its one transaction, and reading from a log of that length is slow. Where a
    program has the database open it goes on with the log.
    """
    connection = engine.raw_connection()
    driver: Any = engine.dialect.loaded_dbapi
    mode = ""
    with suppress(driver.OperationalError):
        (mode,) = connection.cursor().execute("PRAGMA journal_mode = DELETE").fetchone()
    connection.close()
    return mode == "delete"


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take migrations back to that revision; the data of tables that go is lost."""
    with writing(engine) as connection:
        command.downgrade(config(connection), revision)


def open_current(url: str, *, patience: float = PATIENCE) -> Engine:
    """The engine of an initialised database; a file that is not there is not made. Raises as `connect` does, and
    StoreError D005, D006 or D007 for a database not initialised, too old or too new.
    """
    parsed = make_url(url) if url.startswith("sqlite") else None
    if parsed is not None and parsed.database and not Path(parsed.database).exists():
        raise _not_initialised()
    engine = connect(url, patience=patience)
    assert_current(engine)
    return engine


def assert_current(engine: Engine) -> None:
    """Raise StoreError D005, D006 or D007 for a database not initialised, too old or too new."""
    with engine.connect() as connection:
        current = _current(connection)
    head = _head()
    if current is None:
        raise _not_initialised()
    if current not in _known():
        raise _too_new(current)
    if current != head:
        raise StoreError(
            "D006", f"数据库的表是旧版本({current},应为 {head})",
            f"the database has an older version's tables ({current}, not {head})",
            "请先备份,再运行:openalloc init", "Make a backup, then run: openalloc init",
        )  # fmt: skip


def _head() -> str | None:
    return ScriptDirectory.from_config(config()).get_current_head()


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings, made in code: there is no file to find in an installed package."""
    settings = Config()
    settings.set_main_option("script_location", str(folder()).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = connection
    return settings


def folder() -> Path:
    """Where the migrations are: `store/migrations` in a wheel, `alembic` beside the rooms in a working copy."""
    installed = _HERE / "migrations"
    return installed if installed.is_dir() else _HERE.parent / "alembic"


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _known() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}


def _not_initialised() -> StoreError:
    return StoreError(
        "D005", "数据库还没有初始化", "the database is not initialised",
        "请运行:openalloc init", "Run: openalloc init",
    )  # fmt: skip


def _too_new(current: str | None) -> StoreError:
    return StoreError(
        "D007", f"数据库的表比本程序新({current})", f"the database has tables of a newer version ({current})",
        "请升级 openalloc。", "Upgrade openalloc.",
    )  # fmt: skip
