"""A load that is killed and run again ends like one that was not."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, func, select

from schemas.catalog import Catalog
from store import tables
from store.engine import connect

ROOT = Path(__file__).resolve().parents[2]
KILLS = 4
FIRST = 4  # of the twenty batches; then there is time enough left to be killed in


def test_a_killed_load_run_again_equals_one_clean_load(
    new_database: Callable[[], str], catalog: Catalog, batches: ModuleType,
    contents: Callable[[Engine], dict[str, list[tuple[Any, ...]]]],
) -> None:  # fmt: skip
    url, clean_url = new_database(), new_database()
    chance = random.Random(20180604)
    reached = [
        _kill_after(chance.randint(1, FIRST), chance.uniform(0, 0.02), url, batches) for _ in range(KILLS)
    ]
    assert 0 < reached[0] < batches.SIZE  # killed in the middle
    engine, clean = connect(url), connect(clean_url)
    _assert_whole(engine, batches)
    batches.load(engine, catalog)
    batches.load(clean, catalog)
    assert contents(engine) == contents(clean)
    engine.dispose()
    clean.dispose()


def _kill_after(told: int, seconds: float, url: str, batches: ModuleType) -> int:
    """Start the load, kill it some time after it told of so many batches; gives how many records are there."""
    command = [sys.executable, str(batches.__file__), url]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=environment) as process:
        assert process.stdout is not None
        for _ in range(told):
            assert process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
    engine = connect(url)
    _assert_whole(engine, batches)
    with engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(tables.disclosure))
    engine.dispose()
    return int(count or 0)


def _assert_whole(engine: Engine, batches: ModuleType) -> None:
    """Whole batches only, each record with its document, each change counted."""
    with engine.connect() as connection:
        counts = [
            connection.scalar(select(func.count()).select_from(table))
            for table in (tables.disclosure, tables.document, tables.value_source, tables.change)
        ]
        version = connection.scalar(select(tables.data_version.c.version))
    assert counts == [version] * 4
    assert version % batches.BATCH == 0
