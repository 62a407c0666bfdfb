"""The database behind a URL, and what is said when there is none."""

import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

import store.engine
from store.engine import connect, glancing, writing
from store.errors import StoreError

SECRET = "g3he1m"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://clerk:g3he1m@db/openalloc", "D001"),
        ("openalloc.db", "D001"),
        ("postgresql://clerk:g3he1m@db:port/openalloc", "D001"),
        ("", "D001"),
        ("sqlite:////no/such/folder/openalloc.db", "D003"),
        ("postgresql://clerk:g3he1m@127.0.0.1:1/openalloc", "D003"),
        ("postgresql://clerk:g3he1m@127.0.0.1/openalloc?port=g3he1m", "D001"),
        ("postgresql://clerk@127.0.0.1:1/openalloc?password=g3he1m", "D003"),
    ],
)
def test_a_bad_address_is_said_without_the_password(url: str, code: str) -> None:
    with pytest.raises(StoreError) as error:
        connect(url)
    shown = f"{error.value} {error.value.hint} {error.value.hint_en}"
    assert error.value.code == code
    assert SECRET not in shown
    assert error.value.__cause__ is None
    assert error.value.hint
    assert error.value.hint_en


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("这不是数据库。" * 1000, "utf-8")
    with pytest.raises(StoreError, match="D003"):
        connect(f"sqlite:///{path}")
    assert path.read_text("utf-8").startswith("这不是")


@pytest.mark.parametrize(
    "made", ["ENCODING 'UTF8' LOCALE 'C'", "ENCODING 'SQL_ASCII' LOCALE 'C'"], ids=["locale", "encoding"]
)
def test_a_database_that_sees_no_chinese_letters_is_refused(
    postgresql_uri: Callable[[str], str], made: str
) -> None:
    name = f"deaf_{abs(hash(made))}"
    with psycopg.connect(postgresql_uri("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 {made}")
    with pytest.raises(StoreError, match="D004") as error:
        connect(postgresql_uri(name))
    assert "C.UTF-8" in error.value.hint


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match="D002") as error:
        connect("postgresql://db/openalloc")
    assert "openalloc[postgres]" in error.value.hint


def test_an_old_sqlite_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(store.engine, "_OLDEST_SQLITE", (99, 0))
    with pytest.raises(StoreError, match="D008"):
        connect(f"sqlite:///{tmp_path / 'new.db'}")


def test_sqlite_is_set_up_for_readers_beside_a_writer(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'new.db'}")
    with engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "mmap_size", "cache_size")
        ]
    engine.dispose()
    assert found == ["wal", 1, 30000, 1073741824, -65536]


def test_who_only_looks_up_keeps_few_pages_meanwhile(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'new.db'}")
    asked = "PRAGMA cache_size"
    with glancing(engine) as connection:
        assert connection.exec_driver_sql(asked).scalar() == -4096
    with pytest.raises(DBAPIError), glancing(engine) as connection:
        connection.exec_driver_sql("no statement")
    with engine.connect() as connection:
        assert connection.exec_driver_sql(asked).scalar() == -65536
    engine.dispose()


def test_a_reader_keeps_its_snapshot_while_another_writes(engine: Engine) -> None:
    """On SQLite too: a transaction begins where it says, not at the first change."""
    count = text("SELECT version FROM data_version")
    level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.execution_options(**level).connect() as reader:
        before = reader.scalar(count)
        with writing(engine) as connection:
            connection.execute(text("UPDATE data_version SET version = 7"))
        assert reader.scalar(count) == before
    with engine.connect() as reader:
        assert reader.scalar(count) == 7


def test_a_failed_transaction_leaves_nothing(engine: Engine) -> None:
    def fail() -> None:
        with writing(engine) as connection:
            connection.execute(text("UPDATE data_version SET version = 7"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version FROM data_version")) == 0


def test_what_somebody_is_told_is_synced_before(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'a.db'}")

    def synced(lasting: bool) -> int:
        with writing(engine, lasting=lasting) as connection:
            return int(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())

    assert [synced(True), synced(False), synced(True)] == [2, 1, 2], "FULL, NORMAL, FULL"
    engine.dispose()
