"""The short form of `make torture`: a few kills, a few full disks, a few loads at once, a load among readers."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from schemas.catalog import Catalog
from tests.torture import disk, kills, together
from tests.torture.databases import Files, Server
from tests.torture.ground import Ground, prepare
from tests.torture.processes import Warm, warmed

RECORDS, ROWS = 24, 8


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with warmed() as made:
        yield made


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def ground(
    request: pytest.FixtureRequest, warm: Warm, catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> Ground:
    folder = tmp_path_factory.mktemp("torture")
    databases: Any = Files(folder / "databases", request.getfixturevalue("sqlite_template"))
    if request.param == "postgresql":
        databases = Server(
            request.getfixturevalue("postgresql_uri"), request.getfixturevalue("postgresql_template")
        )
    return prepare(warm, databases, folder / "files", catalog, again=False, records=RECORDS, rows=ROWS)


def test_a_killed_load_run_again_equals_one_clean_load_and_no_reader_sees_half_a_record(
    ground: Ground,
) -> None:
    tally = kills.Tally()
    kills.torture([ground], 2, Random(20180604), tally)
    assert tally.faults == []
    assert tally.kills.total() == 2
    assert tally.looks > 2


def test_a_full_disk_is_told_and_the_load_goes_on_once_there_is_space(ground: Ground) -> None:
    if ground.databases.name != "sqlite":
        pytest.skip("wants a disk of its own: python -m tests.torture --parts disk")
    tally = disk.Tally("a limit of file sizes")
    disk.limited_files([ground], 1, Random(20180604), tally)
    assert tally.faults == []
    assert tally.told.total() == 1


def test_loads_of_one_file_at_once_make_one(ground: Ground) -> None:
    assert together.one_of_many(ground, 2) == []
