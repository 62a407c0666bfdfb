"""Pages of a search by date hold the same rows whatever the word's frequency, the records' dates and the cursor."""

import random
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine, text

from api.operation import Service
from query.blocks import LEAST, MOST, ladder, numbers
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import writing
from store.writing import write
from tests.query.test_statements import data

COUNT, PAGE = 700, 9
# The nth is in every 2ⁿth record; the last is nowhere.
WORDS = ("甲子", "乙丑", "丙寅", "丁卯", "戊辰", "己巳", "庚午", "辛未", "壬申", "癸酉", "无有")
QUERY = """query ($text: String, $first: Int, $last: Int, $after: String, $before: String, $filter: DisclosureFilter) {
  found: disclosures(search: $text, first: $first, last: $last, after: $after, before: $before, filter: $filter) {
    totalCount nodes { localId } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }"""


@pytest.fixture
def records(engine: Engine, catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Records by their local identifiers, the newest first, each with its words."""
    drawn = random.Random(COUNT)
    made: dict[str, tuple[str, ...]] = {}
    entries = []
    disclosure = catalog.type("land/grant-result")
    for number in range(COUNT):
        words = tuple(word for at, word in enumerate(WORDS[:-1]) if drawn.random() < 0.5**at)
        made[f"L{number}"] = words
        record = {
            "schema": disclosure.name, "localId": f"L{number}", "title": "、".join(words) or "空",
            "publisher": {"name": "某局"}, "region": drawn.choice(("530114", "530121")),
        }  # fmt: skip
        if day := _day(drawn):
            record["publishedDate"] = day.isoformat()
        entries.append(Entry(record, disclosure))
    with writing(engine) as connection:
        write(connection, entries, catalog, None, datetime(2024, 7, 1))
    with engine.connect() as connection:
        order = connection.scalars(text("SELECT local_id FROM disclosure ORDER BY recency DESC")).all()
    return {name: made[name] for name in order}


def _day(drawn: random.Random) -> date | None:
    """One day with a third of all records, days of the last weeks, of all years, and none."""
    match drawn.randrange(6):
        case 0 | 1:
            return date(2024, 6, 3)
        case 2 | 3:
            return date(2024, 6, 20) - timedelta(days=drawn.randrange(40))
        case 4:
            return date(1990, 1, 1) + timedelta(days=drawn.randrange(12_000))
        case _:
            return None


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
def test_every_page_is_that_of_the_whole_list(
    engine: Engine, catalog: Catalog, records: dict[str, tuple[str, ...]], backwards: bool
) -> None:
    service = Service(catalog, engine)
    for sought in (*WORDS, "甲子 癸酉", "乙丑 丙寅 丁卯", "乙丑 -丙寅", "甲子乙丑"):
        expected = [name for name, words in records.items() if _has(words, sought)]
        assert _walked(service, sought, backwards) == expected, sought


def test_a_filter_takes_rows_away_and_moves_none(
    engine: Engine, catalog: Catalog, records: dict[str, tuple[str, ...]]
) -> None:
    service = Service(catalog, engine)
    with engine.connect() as connection:
        inside = set(connection.scalars(text("SELECT local_id FROM disclosure WHERE region = '530121'")))
    for sought in WORDS[:8]:
        expected = [name for name, words in records.items() if sought in words and name in inside]
        assert _walked(service, sought, False, filter={"region": {"eq": "530121"}}) == expected, sought


def _walked(service: Service, sought: str, backwards: bool, **more: Any) -> list[str]:
    size, place = ("last", "before") if backwards else ("first", "after")
    cursor, further = ("startCursor", "hasPreviousPage") if backwards else ("endCursor", "hasNextPage")
    walked: list[str] = []
    given: dict[str, Any] = {size: PAGE, "text": sought, **more}
    while True:
        page = data(service, QUERY, **given)["found"]
        names = [node["localId"] for node in page["nodes"]]
        walked = [*names, *walked] if backwards else [*walked, *names]
        if not page["pageInfo"][further]:
            assert page["totalCount"] == len(walked)
            return walked
        given[place] = page["pageInfo"][cursor]


def _has(words: tuple[str, ...], sought: str) -> bool:
    if sought == "甲子乙丑":  # punctuation between words counts for nothing
        return words[:2] == ("甲子", "乙丑")
    wanted = sought.split()
    return all(one[1:] not in words if one[0] == "-" else one in words for one in wanted)


@pytest.mark.parametrize("database", ["postgresql"])
@pytest.mark.parametrize("descending", [True, False])
def test_the_blocks_of_a_ladder_hold_every_recency_once_and_in_order(
    engine: Engine, descending: bool
) -> None:
    drawn = random.Random(7)
    with engine.connect() as connection:
        for _ in range(60):
            first, last = sorted(
                (drawn.getrandbits(drawn.choice((40, 47, 55, 63))) for _ in range(2)), reverse=descending
            )
            near = drawn.randint(min(first, last), max(first, last))
            edges = f"SELECT {first}::bigint AS first, {near}::bigint AS near, {last}::bigint AS last"
            blocks, order = ladder(edges, descending)
            rows = connection.exec_driver_sql(f"SELECT * FROM ({blocks}) l ORDER BY {order}").all()
            spans = [_span(row.number) for row in rows]
            for (low, high), (lower, higher) in pairwise(spans):
                assert (low == higher + 1) if descending else (high + 1 == lower)
            assert spans[0][0] <= first <= spans[0][1]
            assert spans[-1][0] <= last <= spans[-1][1]
            assert len(rows) <= 3 * ((MOST - LEAST) // 2 + 1) + 16
            at = drawn.randrange(len(spans))
            held = connection.exec_driver_sql(
                f"SELECT {numbers(f'{drawn.randint(*spans[at])}::bigint')}"
            ).scalar_one()
            assert [place for place, row in enumerate(rows) if row.number in held] == [at]


def _span(number: int) -> tuple[int, int]:
    """The least and the greatest recency of a block: its number is a sign and the bits that its recencies begin with."""
    length = number.bit_length() - 1
    low = (number ^ 1 << length) << 63 - length
    return low, low + (1 << 63 - length) - 1
