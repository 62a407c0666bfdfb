"""Two writers at once, and a reader who looks on."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from schemas.catalog import Catalog
from store import tables
from store.engine import connect

BATCH, BATCHES, COMPANIES = 10, 12, 2000


@pytest.mark.parametrize("same", [True, False], ids=["the same records", "different records"])
def test_versions_have_no_gap_and_come_in_the_order_of_commits(
    database_url: str, catalog: Catalog, batches: ModuleType, same: bool
) -> None:
    start, done = threading.Barrier(3), threading.Event()

    def writer(offset: int) -> int:
        engine = connect(database_url)
        start.wait()
        stored = 0
        for first in range(offset, offset + BATCH * BATCHES, BATCH):
            stored += batches.store(engine, catalog, range(first, first + BATCH)).stored
        engine.dispose()
        return stored

    def reader() -> list[tuple[int, int]]:
        engine = connect(database_url)
        start.wait()
        seen = []
        while not done.is_set():
            seen.append(_versions(engine))
            done.wait(0.002)
        engine.dispose()
        return seen

    with ThreadPoolExecutor(3) as pool:
        watched = pool.submit(reader)
        writers = [pool.submit(writer, offset) for offset in (0, 0 if same else 1000)]
        try:
            stored = sum(one.result() for one in writers)
        finally:
            done.set()
        seen = watched.result()
    assert stored == BATCH * BATCHES * (1 if same else 2)
    engine = connect(database_url)
    seen.append(_versions(engine))
    engine.dispose()
    assert all(count == highest for count, highest in seen)
    assert [highest for _, highest in seen] == sorted(highest for _, highest in seen)
    assert seen[-1] == (stored, stored)


def _versions(engine: Engine) -> tuple[int, int]:
    version = tables.change.c.version
    with engine.connect() as connection:
        count, highest = connection.execute(select(func.count(version), func.max(version))).one()
    return count, highest or 0


def test_two_writers_that_meet_the_same_organizations_do_not_deadlock(
    database_url: str, catalog: Catalog, batches: ModuleType, contents: Callable[[Engine], dict[str, Any]]
) -> None:
    """Other publishers, so other shards, but the same new companies, met at once and in opposite order."""
    together = threading.Barrier(2)

    def writer(direction: int, code: str) -> None:
        engine = connect(database_url)
        for number in range(BATCHES):
            companies = [
                {"name": f"公司{n}", "uscc": f"91530114MA6K{n:05}0"}
                for n in range(number * COMPANIES, (number + 1) * COMPANIES)
            ][::direction]
            together.wait(30)
            batches.store(
                engine, catalog, range(number, number + 1),
                parties=[{"partyRole": "tenderer", "organization": one} for one in companies],
                publisher={"name": "虚构局", "uscc": code},
            )  # fmt: skip
        engine.dispose()

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(writer, 1, "11530102MB0W00017C")
        other = pool.submit(writer, -1, "11530103MB0W00017C")
        one.result()
        other.result()
    engine = connect(database_url)
    assert len(contents(engine)["disclosure"]) == 2 * BATCHES
    engine.dispose()
