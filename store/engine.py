"""The database behind a URL, set up as this project needs it: one SQLite file, or PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import orjson
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from store.errors import StoreError
from store.failure import failure

_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")
_SQLITE = ("sqlite", "sqlite+pysqlite")
PATIENCE = 30.0
_OLDEST_SQLITE = (3, 38)  # json_each is built in from here on; RETURNING came with 3.35
_CACHE, _LITTLE = -65_536, -4_096  # KiB of pages that a connection keeps
_PRAGMAS = (
    "journal_mode = WAL",  # readers see the last commit while a load writes
    "synchronous = NORMAL",  # with WAL a crash of the machine may lose the last batches, never corrupt (see `writing`)
    # Pages: a load changes the same ones again and again, and writes them into the file once in 64 MB of log.
    "wal_autocheckpoint = 16000",
    "journal_size_limit = 268435456",  # bytes: a log that readers made grow gives the disk back
    "mmap_size = 1073741824",
    f"cache_size = {_CACHE}",
    "temp_store = MEMORY",
)
_OF_THE_DISK, _NOT_THERE = ("D020", "D022"), "unable to open database file"
_EXAMPLE = "sqlite:///openalloc.db、postgresql://user@host/openalloc"


def connect(url: str, *, patience: float = PATIENCE) -> Engine:
    """The engine of a URL, `sqlite:///openalloc.db` or `postgresql://user@host/openalloc`, tried once.

    On SQLite, where one writes at a time, whoever wants to write waits so many seconds for the others.

    Raises StoreError D001 for a URL that is neither, D002 without PostgreSQL's driver, D003 when the database does
    not answer, D004 when it does not understand Chinese letters, D008 for an SQLite that is too old, D020 or D022
    where the disk has no space for what SQLite keeps beside the file. No message shows the password.
    """
    parsed = _parse(url)
    engine = _sqlite(parsed, patience) if parsed.drivername in _SQLITE else _postgresql(parsed)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                _assert_locale(connection)
            else:
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema")
    except DBAPIError as error:
        engine.dispose()
        known = failure(error)
        if known is not None and known.code in _OF_THE_DISK and _NOT_THERE not in str(error.orig):
            raise known from None
        shown = parsed.difference_update_query(("password", "sslpassword")).render_as_string()
        reason = _without(parsed.password, str(error.orig))
        raise StoreError(
            "D003", f"打不开数据库 {shown}:{reason}", f"cannot open the database {shown}: {reason}",
            "检查地址、文件夹和权限;用 PostgreSQL 时检查服务器是否已启动、用户名和密码是否正确。",
            "Check address, folder and permissions; with PostgreSQL whether the server runs, user and password.",
        ) from None  # fmt: skip
    except StoreError:
        engine.dispose()
        raise
    return engine


@contextmanager
def writing(engine: Engine, *, lasting: bool = False) -> Iterator[Connection]:
    """One transaction that writes; commits at its end, rolls back on an exception.

    With `lasting` it, and all that was committed before, is on the disk when this ends: for what somebody is told.

    On SQLite it takes the write lock at once (waiting for another writer), so that what it reads first is still
    true when it writes. An error of the driver comes as SQLAlchemy's, also where the driver was spoken to itself.
    """
    with driven(engine), engine.execution_options(writes=True, lasting=lasting).begin() as connection:
        yield connection


@contextmanager
def glancing(engine: Engine) -> Iterator[Connection]:
    """A connection that looks up some rows here and there, of which it need not keep the pages.

    What was read of them stays with the system, which is nearly as near; a process has the cache's memory for other things.
    """
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            yield connection
            return
        connection.exec_driver_sql(f"PRAGMA cache_size = {_LITTLE}")
        try:
            yield connection
        finally:
            connection.exec_driver_sql(f"PRAGMA cache_size = {_CACHE}")


@contextmanager
def driven(engine: Engine) -> Iterator[None]:
    """An error of the driver comes as SQLAlchemy's, also where the driver is spoken to itself, as for COPY."""
    driver: Any = engine.dialect.loaded_dbapi
    try:
        yield
    except driver.Error as error:
        raise DBAPIError.instance(None, None, error, driver.Error, dialect=engine.dialect) from error


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise _bad("不是 URL / not a URL") from None  # the text itself may hold a password
    if parsed.drivername not in (*_SQLITE, *_POSTGRESQL):
        raise _bad(parsed.drivername)
    return parsed


def _bad(reason: str) -> StoreError:
    return StoreError(
        "D001", f"数据库地址不对({reason})", f"this is no database address of ours ({reason})",
        f"例如:{_EXAMPLE}", f"For example: {_EXAMPLE}",
    )  # fmt: skip


def _sqlite(url: URL, patience: float) -> Engine:
    driver = sqlite_driver()
    if driver.sqlite_version_info < _OLDEST_SQLITE:
        needed = ".".join(map(str, _OLDEST_SQLITE))
        raise StoreError(
            "D008", f"SQLite {driver.sqlite_version} 太旧,至少需要 {needed}",
            f"SQLite {driver.sqlite_version} is too old; at least {needed} is needed",
            "升级 Python 或者系统的 SQLite,或者使用 PostgreSQL。",
            "Upgrade Python or the system's SQLite, or use PostgreSQL.",
        )  # fmt: skip
    engine = create_engine(
        url, module=driver, connect_args={"timeout": patience, "cached_statements": 500}, **_json()
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def sqlite_driver() -> Any:
    """The newest SQLite at hand: the `pysqlite3` wheel's where it is installed and newer than Python's own.

    Before 3.46 SQLite's parser has a fixed stack of 100, which a deeply nested query overflows. Within one process
    open a file with this build alone: closing it with another gives up the locks of both.
    """
    try:
        newer = import_module("pysqlite3.dbapi2")
    except ModuleNotFoundError:
        return sqlite3
    return newer if newer.sqlite_version_info > sqlite3.sqlite_version_info else sqlite3


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says, see _begin_sqlite
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("writes"):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options.get('lasting') else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgresql(url: URL) -> Engine:
    try:
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            connect_args={"client_encoding": "utf8"},  # else text of an SQL_ASCII database comes as bytes
            **_json(),
        )
    except ArgumentError:
        raise _bad("主机或者端口 / host or port") from None
    except ModuleNotFoundError as error:
        raise StoreError(
            "D002", f"没有安装 PostgreSQL 的驱动({error.name})",
            f"the driver for PostgreSQL is not installed ({error.name})",
            "请运行:pip install 'openalloc[postgres]'", "Run: pip install 'openalloc[postgres]'",
        ) from None  # fmt: skip


def _assert_locale(connection: Connection) -> None:
    """Raise D004 where the database sees no letters in Chinese text, or orders text otherwise than by code points.

    Pages go by the order of text, and are to be the same as on SQLite. COLLATE in each statement would say so too,
    but no index made without it would serve then.
    """
    encoding, locale, letters, ordered = connection.execute(
        text(
            "SELECT pg_encoding_to_char(encoding), concat_ws(' ', datcollate, datctype, to_jsonb(d) ->> 'datlocale',"
            " to_jsonb(d) ->> 'daticulocale'), '昆' ~ '^[[:alpha:]]$', ARRAY(SELECT one FROM unnest(CAST(:given AS text[])) one"
            " ORDER BY one) = CAST(:given AS text[]) FROM pg_database d WHERE datname = current_database()"
        ),
        {
            "given": [
                "",
                "-b",
                "10",
                "9",
                "A-c",
                "AB",
                "Z",
                "a",
                "a b",
                "aB",
                "ab",
                "Á",
                "一",
                "丁",
                "国",
                "𠀀",
            ]
        },
    ).one()
    if encoding == "UTF8" and letters and ordered:
        return
    made = "CREATE DATABASE openalloc TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
    raise StoreError(
        "D004", f"数据库的编码或者区域不合用:不识别汉字,或者不按码位排序({encoding},{locale})",
        f"the database's encoding or locale does not serve: it sees no letters in Chinese, or does not order by code points ({encoding}, {locale})",
        f"用 UTF-8 区域新建数据库:{made}", f"Make the database with a UTF-8 locale: {made}",
    )  # fmt: skip


def _json() -> dict[str, Any]:
    return {"json_serializer": lambda value: orjson.dumps(value).decode(), "json_deserializer": orjson.loads}


def _without(password: Any, message: str) -> str:
    message = " ".join(message.split())
    return message.replace(str(password), "***") if password else message
