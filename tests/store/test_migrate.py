"""The migrations, up and down, on both databases and in both places where they are found."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, func, inspect, select, text

from schemas.calendar import utc_now
from schemas.catalog import Catalog
from store import tables
from store.draft import Entry
from store.engine import connect, writing
from store.errors import StoreError
from store.migrate import assert_current, config, downgrade, upgrade
from store.seed import seed
from store.writing import write
from tests.states import store_states
from tests.torture.state import index_faults, wrong

ROOT = Path(__file__).resolve().parents[2]


def test_the_migrations_make_the_tables_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        command.check(config(connection))  # raises where they differ


def test_down_and_up_again(engine: Engine) -> None:
    before = set(inspect(engine).get_table_names())
    assert before >= set(tables.metadata.tables) | {"search"}
    downgrade(engine)
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    with pytest.raises(StoreError, match="D005"):
        assert_current(engine)
    upgrade(engine)
    assert set(inspect(engine).get_table_names()) == before
    assert_current(engine)


def test_what_is_stored_stays_whichever_way_disclosures_are_keyed(
    engine: Engine, catalog: Catalog, contents: Callable[[Engine], object]
) -> None:
    """Down to where parts and processes are keyed by ids, and up again; revisions, withdrawals and the search among it."""
    with writing(engine) as connection:
        write(
            connection, [Entry(one.sample, one) for one in catalog.types.values()], catalog, None, utc_now()
        )
    store_states(engine, catalog)
    before = contents(engine)
    downgrade(engine, "0022")
    assert {one["name"] for one in inspect(engine).get_columns("party")} >= {"disclosure_id"}
    upgrade(engine)
    assert contents(engine) == before
    assert index_faults(engine) == []
    with engine.connect() as connection:
        assert wrong(connection) == []
        command.check(config(connection))
    with writing(engine) as connection:  # and what comes next is numbered after it
        known = connection.scalar(select(func.max(tables.disclosure.c.number)))
        one = catalog.types["land/grant-result"]
        write(connection, [Entry({**one.sample, "localId": "示例-以后"}, one)], catalog, None, utc_now())
        assert connection.scalar(select(func.max(tables.disclosure.c.number))) > known


@pytest.mark.parametrize("beside", [False, True])
def test_sqlite_writes_its_log_again_after_an_upgrade(tmp_path: Path, *, beside: bool) -> None:
    """Also where another program has the database open, which keeps the log meanwhile."""
    url = f"sqlite:///{tmp_path / 'one.db'}"
    engine = connect(url)
    upgrade(engine)
    downgrade(engine, "0022")
    engine.dispose()
    with ExitStack() as stack:
        if beside:
            other = connect(url)
            stack.callback(other.dispose)
            stack.enter_context(other.connect()).exec_driver_sql("SELECT 1 FROM disclosure")
        upgrade(engine)
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    assert_current(engine)
    engine.dispose()


def test_upgrading_twice_changes_nothing(engine: Engine, contents: Callable[[Engine], object]) -> None:
    before = contents(engine)
    upgrade(engine)
    assert contents(engine) == before


def test_a_database_of_a_newer_version_is_left_alone(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for use in (assert_current, upgrade):
        with pytest.raises(StoreError, match="D007"):
            use(engine)


def test_a_new_database_is_not_initialised(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'new.db'}")
    with pytest.raises(StoreError, match="D005") as error:
        assert_current(engine)
    assert "openalloc init" in error.value.hint
    engine.dispose()


def test_seeding_twice_writes_once(engine: Engine, catalog: Catalog) -> None:
    with writing(engine) as connection:
        assert seed(connection, catalog) == 0
        connection.execute(tables.region.delete().where(tables.region.c.code == "530114"))
        assert seed(connection, catalog) == len(catalog.codelists["region"].codes)
        row = connection.execute(select(tables.region).where(tables.region.c.code == "530114")).one()
    assert (row.title, row.level, row.prefecture, row.province) == ("呈贡区", "county", "530100", "530000")


def test_the_migrations_are_found_in_an_installed_package(tmp_path: Path) -> None:
    """As the wheel lays them: the rooms side by side, `alembic` as `store/migrations`."""
    skip = shutil.ignore_patterns("__pycache__")
    for room in ("schemas", "store"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=skip)
    shutil.copytree(ROOT / "alembic", tmp_path / "store" / "migrations", ignore=skip)
    program = (
        "from store import engine, migrate\n"
        "print(migrate.folder())\n"
        "made = engine.connect('sqlite:///new.db')\n"
        "migrate.upgrade(made)\n"
        "migrate.assert_current(made)\n"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(tmp_path / "store" / "migrations")


def test_alembic_itself_runs_the_migrations(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    program = [sys.executable, "-m", "alembic", "-x", f"url={url}", "upgrade", "head"]
    subprocess.run(program, cwd=ROOT, check=True, capture_output=True)
    engine = connect(url)
    assert_current(engine)
    engine.dispose()
