"""Refused rows that no identifier tells: they are repaired by the row that says the same but for what was at fault."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from loaders.load import load
from schemas.catalog import Catalog
from store import tables
from store.engine import writing
from store.withdrawing import withdraw

PUBLISHER, OTHER = "11530114MB0W00017C", "11530102MB0W000256"
NOW = datetime(2024, 7, 1, 8, 0)
HEADINGS = "宗地编号,成交价(元),成交日期,受让人,备注,公开时间"
DAY = "2024-06-18"
WRONG = f"530102199003070016,200,{DAY},云南示例二公司,乙,{DAY}"
RIGHT = f"示例-2,200,{DAY},云南示例二公司,乙,{DAY}"
OTHERS = [f"示例-{number},{number}00,{DAY},云南示例有限公司,甲,{DAY}" for number in (7, 8, 9)]


class Place:
    """A database and a folder, into which files are loaded one after the other."""

    def __init__(self, engine: Engine, catalog: Catalog, folder: Path) -> None:
        self.engine, self.catalog, self.folder = engine, catalog, folder

    def load(self, name: str, *rows: str, headings: str = HEADINGS, publisher: str = PUBLISHER) -> Any:
        path = self.folder / name
        path.write_text("\n".join([headings, *rows]) + "\n", "utf-8")
        return load(path, self.catalog, self.engine, type="land/grant-result", publisher=publisher, now=NOW)

    def states(self) -> list[str]:
        r = tables.refused.c
        with self.engine.connect() as connection:
            return list(connection.scalars(select(r.state).order_by(r.since, r.load_id, r.ordinal)))


@pytest.fixture
def place(engine: Engine, catalog: Catalog, tmp_path: Path) -> Place:
    return Place(engine, catalog, tmp_path)


def test_a_file_of_another_name_and_length_repairs_it(place: Place) -> None:
    place.load("六月.csv", OTHERS[0], WRONG)
    assert place.states() == ["open"]
    place.load("更正.csv", RIGHT)
    assert place.states() == ["repaired"]


def test_what_was_missing_may_be_filled_and_columns_may_come_and_move(place: Place) -> None:
    place.load("六月.csv", WRONG.replace("530102199003070016", ""))
    cells = dict(zip(HEADINGS.split(","), RIGHT.split(","), strict=True)) | {"土地位置": "示例路1号"}
    place.load("更正.csv", ",".join(reversed(cells.values())), headings=",".join(reversed(cells)))
    assert place.states() == ["repaired"]


@pytest.mark.parametrize(
    "row", [RIGHT.replace("200", "201"), RIGHT.replace("二公司", "三公司"), RIGHT.replace(",乙", ",")]
)
def test_another_value_is_another_row(place: Place, row: str) -> None:
    place.load("六月.csv", WRONG)
    place.load("更正.csv", row)
    assert place.states() == ["open"]


def test_another_department_repairs_nothing(place: Place) -> None:
    place.load("六月.csv", WRONG)
    place.load("更正.csv", RIGHT, publisher=OTHER)
    assert place.states() == ["open"]


def test_two_rows_that_say_the_same_tell_nothing(place: Place) -> None:
    place.load("六月.csv", WRONG)
    place.load("更正.csv", RIGHT, RIGHT.replace("示例-2", "示例-3"))
    assert place.states() == ["open"]


def test_a_record_that_was_there_before_is_not_the_row(place: Place) -> None:
    """Beside the refused row stood a good one that says the same of another parcel; it comes again alone."""
    twin = RIGHT.replace("示例-2", "示例-3")
    place.load("六月.csv", WRONG, twin)
    place.load("再来.csv", twin)
    assert place.states() == ["open"]
    place.load("更正.csv", RIGHT)
    assert place.states() == ["repaired"]


def test_few_cells_tell_nothing(place: Place) -> None:
    place.load("六月.csv", "530102199003070016,200,乙", headings="宗地编号,成交价(元),备注")
    place.load("更正.csv", "示例-2,200,乙", headings="宗地编号,成交价(元),备注")
    assert place.states() == ["open"]


def test_refused_again_under_another_name_it_is_one_case(place: Place) -> None:
    place.load("六月.csv", WRONG)
    place.load("七月.csv", *OTHERS, WRONG)
    assert sorted(place.states()) == ["open", "repeated"]
    place.load("更正.csv", RIGHT)
    assert sorted(place.states()) == ["repaired", "repeated"]


def test_two_refused_rows_that_say_the_same_are_known_by_their_places(place: Place) -> None:
    place.load("六月.csv", WRONG, WRONG.replace("530102199003070016", "身份证530102199003070016"))
    place.load("更正.csv", RIGHT)
    assert place.states() == ["open", "open"]


def test_a_repaired_row_is_of_its_record_and_goes_with_it(place: Place, catalog: Catalog) -> None:
    place.load("六月.csv", WRONG)
    place.load("更正.csv", RIGHT)
    with place.engine.connect() as connection:
        one = connection.scalar(
            select(tables.disclosure.c.id).where(tables.disclosure.c.status == "published")
        )
    with writing(place.engine) as connection:
        withdraw(connection, str(one), "示例", catalog, NOW, privacy=True)
    r = tables.refused.c
    with place.engine.connect() as connection:
        row = connection.execute(select(r.disclosure_id, r.state, r.cells, r.compared, r.rest)).one()
    assert tuple(row) == (one, "erased", {}, None, None)
