"""What a database or a disk that fails is told as; what else goes wrong stays what it is."""

import errno
import sqlite3
import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from store import bulk
from store.engine import connect, writing
from store.failure import failure


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (sqlite3.OperationalError("database or disk is full"), "D020"),
        (psycopg.errors.DiskFull("could not extend file"), "D020"),
        (OSError(errno.ENOSPC, "No space left on device"), "D021"),
        (OSError(errno.EFBIG, "File too large"), "D021"),
        (sqlite3.OperationalError("disk I/O error"), "D022"),
        (psycopg.errors.IoError("could not write"), "D022"),
        (sqlite3.OperationalError("database is locked"), "D023"),
        (psycopg.errors.DeadlockDetected("deadlock detected"), "D023"),
        (psycopg.OperationalError("server closed the connection unexpectedly"), "D024"),
        (psycopg.errors.AdminShutdown("terminating connection"), "D024"),
        (psycopg.errors.TooManyConnections("too many clients"), "D024"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "D025"),
        (psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT"), "D025"),
        (sqlite3.OperationalError("no such table: refused"), None),
        (psycopg.errors.UniqueViolation("duplicate key"), None),
        (OSError(errno.ENOENT, "No such file"), None),
        (ValueError("database or disk is full"), None),
    ],
    ids=str,
)
def test_what_failed_has_a_code_and_says_what_to_do(error: Exception, code: str | None) -> None:
    given = error
    if isinstance(error, (sqlite3.Error, psycopg.Error)):
        given = OperationalError("SELECT 张三", None, error)
    found = failure(given)
    assert (found.code if found else None) == code
    if found is not None:
        assert found.message
        assert found.message_en
        assert found.hint
        assert found.hint_en
        assert "张三" not in str(found)


def test_a_file_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'a.db'}")
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE t (n)")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(DBAPIError) as raised:
            connection.exec_driver_sql("INSERT INTO t VALUES (1)")
    engine.dispose()
    found = failure(raised.value)
    assert found is not None
    assert found.code == "D025"


def test_what_the_driver_says_of_copy_is_an_error_like_any_other(engine: Engine) -> None:
    with pytest.raises(DBAPIError), writing(engine) as connection:
        bulk.insert_tuples(connection, "working_day", ("day", "number"), [("2024-01-26", None)])


def test_a_server_that_goes_away_is_told(engine: Engine) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no server")

    def write_on(connection: Connection) -> None:
        own = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with engine.connect() as other:
            other.exec_driver_sql("SELECT pg_terminate_backend(%s)", (own,))
        connection.exec_driver_sql("SELECT 1")

    with pytest.raises(DBAPIError) as raised, writing(engine) as connection:
        write_on(connection)
    found = failure(raised.value)
    assert found is not None
    assert found.code == "D024"


def test_a_writer_who_waits_too_long_is_told(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'a.db'}", patience=0.05)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with writing(engine):
            held.set()
            done.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(60)
    try:
        with pytest.raises(DBAPIError) as raised, writing(engine):
            pass
    finally:
        done.set()
        holder.join()
        engine.dispose()
    found = failure(raised.value)
    assert found is not None
    assert found.code == "D023"
