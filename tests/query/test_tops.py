"""A page whose first rows are tried by an index is the page that reading and sorting the whole list gives."""

from typing import Any

import pytest
from sqlalchemy import Engine

import query.page
import query.tops
from api.operation import Service
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import writing
from store.writing import write
from tests.query.records import NOW
from tests.query.test_statements import data, statements

COUNTY = 'filter: {region: {within: "530114"}}'
# list → whether the first of an index are tried
LISTS = {
    "orderBy: {field: AMOUNT}, filter: {domain: {eq: land}, amount: {gte: 1}}": True,
    "orderBy: {field: AMOUNT}, filter: {amount: {lte: 1000000}}": True,
    f"orderBy: {{field: AMOUNT}}, {COUNTY}": True,
    "orderBy: {field: DAYS_LATE}, filter: {stage: {eq: result}}": True,
    "orderBy: {field: DUE_ON}, filter: {level: {eq: county}}": True,
    "orderBy: {field: PUBLISHED_DATE, direction: ASC}": True,
    f"orderBy: {{field: PUBLISHED_DATE, direction: ASC}}, {COUNTY}": True,
    COUNTY: True,
    'filter: {region: {within: "530114"}, level: {eq: county}}': True,
    # no index has the order, or another leads to fewer
    "orderBy: {field: AMOUNT, direction: ASC}, filter: {domain: {eq: land}}": False,
    "orderBy: [{field: AMOUNT}, {field: TITLE}], filter: {domain: {eq: land}}": False,
    'filter: {region: {within: "530114"}, domain: {eq: land}}': False,
    f'search: "项目", {COUNTY}': False,
}


@pytest.mark.parametrize("asked", LISTS)
def test_a_page_is_the_same_whether_or_not_its_first_rows_were_tried(
    stored_sqlite: Engine, toy_catalog: Catalog, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    with monkeypatch.context() as without:
        without.setattr(query.page, "first", lambda *_: "")
        plain = Service(toy_catalog, stored_sqlite)
        wanted, _ = walked(plain, asked, "first")
        backwards, _ = walked(plain, asked, "last")
    assert len(wanted) > 8
    for tried in (3, 12, 3_000):
        monkeypatch.setattr(query.tops, "TRIED", tried)
        service = Service(toy_catalog, stored_sqlite)
        for way, expected in (("first", wanted), ("last", backwards)):
            found, sent = walked(service, asked, way)
            assert found == expected
            if way == "first":
                assert any("AS MATERIALIZED" in one for one in sent) == LISTS[asked]


def walked(service: Service, asked: str, way: str) -> tuple[list[str], list[str]]:
    """The ids of a list's first pages from one of its ends, and what was sent for them."""
    place, cursor, more = (
        ("after", "endCursor", "hasNextPage")
        if way == "first"
        else ("before", "startCursor", "hasPreviousPage")
    )
    found: list[str] = []
    at: dict[str, Any] = {}
    with statements(service.reader.engine) as sent:
        for _ in range(4):
            begin = f', {place}: "{at[cursor]}"' if at else ""
            page = data(
                service, f"{{ disclosures({asked}, {way}: 5{begin}) {{ nodes {{ id }} pageInfo {{ {cursor} {more} }} }} }}"
            )["disclosures"]  # fmt: skip
            found += [one["id"] for one in page["nodes"]]
            at = page["pageInfo"]
            if not at[more]:
                break
    return found, sent


@pytest.mark.parametrize("older", [True, False])
def test_the_oldest_come_first_whatever_their_century_and_what_has_no_date_last(
    engine: Engine, catalog: Catalog, older: bool
) -> None:
    days = ["2024-06-24", None, "2023-01-01", *(["1899-12-31", "1900-01-01"] if older else [])]
    disclosure = catalog.types["works/award-result"]
    with writing(engine) as connection:
        for at, day in enumerate(days):
            record: dict[str, Any] = {
                "schema": disclosure.name, "localId": f"示例-{at}", "title": "虚构",
                "publisher": {"name": "虚构局", "uscc": "11530114MB0W00017C"},
            }  # fmt: skip
            record |= {"publishedDate": day} if day else {}
            write(connection, [Entry(record, disclosure)], catalog, None, NOW)
    service = Service(catalog, engine)
    found = data(
        service, "{ disclosures(orderBy: {field: PUBLISHED_DATE, direction: ASC}, first: 2) { nodes { publishedDate } pageInfo { endCursor } } }"
    )["disclosures"]  # fmt: skip
    rest = data(
        service, f'{{ disclosures(orderBy: {{field: PUBLISHED_DATE, direction: ASC}}, after: "{found["pageInfo"]["endCursor"]}") {{ nodes {{ publishedDate }} }} }}'
    )["disclosures"]  # fmt: skip
    dated = sorted(day for day in days if day)
    assert [one["publishedDate"] for one in found["nodes"] + rest["nodes"]] == [*dated, None]
