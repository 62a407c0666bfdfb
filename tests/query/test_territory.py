"""Records of a retired code are found under what it became; the parts of a region add up to it."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select

from api.operation import Service
from schemas.catalog import Catalog
from store import tables
from store.draft import Entry
from store.engine import writing
from store.seed import seed
from store.writing import write
from tests.query.test_statements import data

# 532331 禄丰县 became 532302 禄丰市 in 2021; 130103 桥东区 was divided in 2014 between 130102 and 130104.
PLACES = {"532331": 1.5, "532302": 2, "532300": 4, "130103": 8, "130102": 16, "130100": 32, "110000": 64}
QUERY = """query ($code: String!) { region(code: $code) {
  disclosures(first: 100) { totalCount nodes { amount } } byChild { region { code } count amount } } }"""


@pytest.fixture
def placed(engine: Engine, catalog: Catalog) -> Service:
    """A record in each of the places, its amount telling where, and one without a place."""
    disclosure = catalog.types["works/award-result"]
    entries = []
    for code, amount in [*PLACES.items(), (None, 128)]:
        record: dict[str, Any] = {
            "schema": disclosure.name, "localId": f"虚构-{code}", "title": "虚构", "publishedDate": "2024-06-24",
            "publisher": {"name": "虚构局", "uscc": "11530114MB0W00017C"}, "awardAmount": {"amount": amount},
            "value": {"amount": amount},
        }  # fmt: skip
        entries.append(Entry(record | ({"region": code} if code else {}), disclosure))
    with writing(engine) as connection:
        write(connection, entries, catalog, None, datetime(2024, 7, 1))
    return Service(catalog, engine)


def lying(service: Service, code: str) -> float:
    """The sum of the amounts in a region, which tells which records they are."""
    return float(
        sum(one["amount"] for one in data(service, QUERY, code=code)["region"]["disclosures"]["nodes"])
    )


def test_a_retired_code_counts_to_what_it_became(placed: Service) -> None:
    assert lying(placed, "532302") == 3.5
    assert lying(placed, "532300") == 7.5
    assert lying(placed, "530000") == 7.5
    assert lying(placed, "532331") == 1.5, "the retired code itself still finds what names it"


def test_a_code_that_was_divided_stays_where_it_lay(placed: Service) -> None:
    assert lying(placed, "130103") == 8
    assert lying(placed, "130102") == 16
    assert lying(placed, "130100") == 8 + 16 + 32
    assert lying(placed, "100000") == 127.5, "all that have a place"


@pytest.mark.parametrize(
    "code", ["100000", "530000", "532300", "532302", "532331", "130000", "130100", "130103"]
)
def test_the_parts_add_up_to_the_whole(placed: Service, code: str) -> None:
    region = data(placed, QUERY, code=code)["region"]
    assert sum(one["count"] for one in region["byChild"]) == region["disclosures"]["totalCount"] > 0
    assert sum(one["amount"] for one in region["byChild"]) == lying(placed, code)


def test_the_parts_are_those_of_today(placed: Service) -> None:
    parts = data(placed, QUERY, code="532300")["region"]["byChild"]
    assert parts == [
        {"region": {"code": "532302"}, "count": 2, "amount": 3.5},
        {"region": None, "count": 1, "amount": 4},
    ]


def test_regions_valid_at_a_day(placed: Service) -> None:
    query = """query ($at: Date) { regions(at: $at, filter: {parent: {eq: "532300"}}, first: 100) { nodes { code } }
      region(code: "532300") { children(at: $at) { code } } }"""
    codes = {}
    for at in ("2020-12-31", "2021-06-01", "2022-01-01", None):
        found = data(placed, query, at=at)
        codes[at] = {one["code"] for one in found["regions"]["nodes"]}
        assert codes[at] == {one["code"] for one in found["region"]["children"]}
    changed = {at: {"532331", "532302"} & found for at, found in codes.items()}
    assert changed == {
        "2020-12-31": {"532331"}, "2021-06-01": {"532331", "532302"}, "2022-01-01": {"532302"}, None: {"532331", "532302"},
    }  # fmt: skip


def test_a_region_knows_what_it_was_and_what_is_above_it(placed: Service) -> None:
    query = """{ new: region(code: "532302") { predecessors { code } ancestors { code } }
      old: region(code: "130103") { successors { code } predecessors { code } ancestors { code } } }"""
    assert data(placed, query) == {
        "new": {"predecessors": [{"code": "532331"}], "ancestors": [{"code": one} for one in ("532300", "530000", "100000")]},
        "old": {"successors": [{"code": "130102"}, {"code": "130104"}], "predecessors": [],
                "ancestors": [{"code": one} for one in ("130100", "130000", "100000")]},
    }  # fmt: skip


def test_the_tables_say_what_the_catalog_says_of_every_code(engine: Engine, catalog: Catalog) -> None:
    regions = catalog.regions
    with engine.connect() as connection:
        rows = connection.execute(select(tables.territory)).all()
        days = dict(connection.execute(select(tables.working_day.c.day, tables.working_day.c.number)).all())
    above: dict[str, set[str]] = {}
    for within, code, today in rows:
        if today:
            above.setdefault(code, set()).add(within)
    for code in catalog.codelists["region"].codes:
        now = regions.current(code)
        levels = {regions.level(one): one for one in above[code]}
        assert len(levels) == len(above[code]), "at each level it lies in one"
        assert (levels.get("prefecture"), levels.get("province")) == (
            regions.prefecture(now),
            regions.province(now),
        )
        assert now in above[code]
    first, last = date(2024, 9, 30), date(2024, 10, 8)
    assert days[last] - days[first] == catalog.calendar.between(first, last) == 1
    assert date(2024, 10, 1) not in days


def test_filling_them_again_changes_nothing(engine: Engine, catalog: Catalog) -> None:
    def contents() -> list[Any]:
        with engine.connect() as connection:
            return [sorted(connection.execute(select(table)).all()) for table in made]

    made = (tables.territory, tables.succession, tables.working_day)
    before = contents()
    assert all(before)
    with writing(engine) as connection:
        connection.execute(tables.territory.delete())
        assert seed(connection, catalog) == 0
    assert contents() == before
