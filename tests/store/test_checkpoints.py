"""SQLite's log goes into the file beside whoever writes."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from store import checkpoints
from store.checkpoints import Checkpoints
from store.engine import writing


@pytest.fixture
def file(engine: Engine) -> Path:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL puts its log into its files itself")
    if engine.dialect.loaded_dbapi.sqlite_version_info < checkpoints._SAFE:  # type: ignore[union-attr]
        pytest.skip("this SQLite is left to do it within commits")
    assert engine.url.database is not None
    return Path(engine.url.database)


def written(connection: Connection, days: int) -> None:
    connection.execute(text("DELETE FROM working_day"))
    connection.execute(
        text("INSERT INTO working_day (day, number) VALUES (:day, :number)"),
        [{"day": f"2024-01-{day:02}", "number": day} for day in range(1, days + 1)],
    )


def in_the_file(file: Path) -> int:
    """What stands in the file, its log left out."""
    copy = file.with_name("copy.db")
    shutil.copy(file, copy)
    with closing(sqlite3.connect(copy)) as connection:
        return int(connection.execute("SELECT count(*) FROM working_day").fetchone()[0])


def test_what_is_committed_goes_from_the_log_into_the_file(engine: Engine, file: Path) -> None:
    before = in_the_file(file)
    with Checkpoints(engine) as beside:
        for days in (3, 5):
            beside.wait_where_long()
            with writing(engine) as connection:
                beside.leave(connection)
                assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one() == 0
                written(connection, days)
            if days == 3:
                assert in_the_file(file) == before
            beside.begin()
    assert in_the_file(file) == 5


def test_a_transaction_waits_for_a_long_log(
    engine: Engine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "_LONG", -1)
    with Checkpoints(engine) as beside:
        with writing(engine) as connection:
            beside.leave(connection)
            written(connection, 4)
        beside.begin()
        beside.wait_where_long()
        assert in_the_file(file) == 4
    with engine.connect() as connection:  # there is no thread any more
        assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one() == 16_000


def test_a_disk_that_fails_leaves_it_in_the_log(engine: Engine, file: Path) -> None:
    with Checkpoints(engine) as beside:
        with writing(engine) as connection:
            beside.leave(connection)
            written(connection, 6)
        assert beside._own is not None
        beside._own.driver_connection.close()  # type: ignore[union-attr]
        beside.begin()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM working_day")) == 6


def test_an_sqlite_in_which_it_is_not_safe_goes_on_as_ever(
    engine: Engine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "_SAFE", (99,))
    with Checkpoints(engine) as beside:
        with writing(engine) as connection:
            beside.leave(connection)
            assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one() == 16_000
        beside.begin()
