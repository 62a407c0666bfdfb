"""Records of land/grant-result, the same ones every time, and a load of them in batches.

Run as a program it is a load that a test can kill: `python batches.py URL`, one line of output a batch.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from schemas.catalog import Catalog
from schemas.issue import RULES, issue
from store.draft import Entry
from store.engine import connect, writing
from store.loads import Load, Refused, begin, finish
from store.writing import Written, write

TYPE = "land/grant-result"
SIZE, BATCH = 400, 20
LOAD = Load("虚构供地结果.csv", "0" * 64, "虚构.yaml", TYPE, "11530114MB0W00017C")
_COMPANIES = ("云南示例光电科技有限公司", "虚构建设有限公司", "张三", "虚构矿业")


def record(number: int, **more: Any) -> dict[str, Any]:
    """One record: every third without a date, every fourth with two lots, companies with and without a code."""
    company: dict[str, str] = {"name": _COMPANIES[number % 4]}
    if number % 2:
        company["uscc"] = f"91530114MA6K{number % 7:05}0"
    lots = [
        {
            "parcelNumber": f"KCC{number}-{lot}",
            "parcelLocation": f"呈贡区示例街道{number}号",
            "parcelArea": 1000.5 + number,
            "price": {"amount": 10_000.25 * (number + lot), "currency": "CNY"},
            "transferee": company,
            "dealDate": "2024-01-26",
        }
        for lot in range(2 if number % 4 == 0 else 1)
    ]
    made = {
        "schema": f"{TYPE}/1.0",
        "localId": f"L{number}",
        "title": f"呈贡区国有建设用地使用权成交公示(2024年第{number}号)",
        "publisher": {"name": f"虚构{number % 3}局", "uscc": f"1153011{number % 3}MB0W00017C"},
        "region": "530114",
        "transferor": {"name": "昆明市自然资源和规划局呈贡分局"},
        "lots": lots,
    }
    if number % 3:
        made["publishedDate"] = (date(2024, 2, 1) + timedelta(days=number % 90)).isoformat()
    return made | more


def entries(catalog: Catalog, numbers: range, **more: Any) -> list[Entry]:
    """Entries of those records, each with the source of a value."""
    disclosure = catalog.type(TYPE)
    return [
        Entry(record(number, **more), disclosure, {"title": ["", number + 2, "标题", None]})
        for number in numbers
    ]


def store(engine: Engine, catalog: Catalog, numbers: range, **more: Any) -> Written:
    """Those records in one batch."""
    with writing(engine) as connection:
        return write(connection, entries(catalog, numbers, **more), catalog, None, now())


def load(engine: Engine, catalog: Catalog, tick: Callable[[int], None] = lambda _: None) -> list[Written]:
    """The whole load: begun, some hundred records in batches, two refused rows, finished."""
    load_id = begin(engine, LOAD, now())
    written = []
    for first in range(0, SIZE, BATCH):
        with writing(engine) as connection:
            batch = entries(catalog, range(first, first + BATCH))
            written.append(write(connection, batch, catalog, load_id, now()))
        tick(first)
    with writing(engine) as connection:
        finish(
            connection, load_id, now(), rows=SIZE + 3, taken=SIZE, refused=refused(), skipped={"totals": 1}
        )
    return written


def refused() -> Iterator[Refused]:
    """Two rows that were not taken."""
    for row in (7, 9):
        found = issue(RULES, "S015", path="schema", value="?").at(sheet="Sheet1", row=row)
        yield Refused("Sheet1", row, {"标题": "?", "面积": 1.5}, [found])


def now() -> datetime:
    """UTC without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


if __name__ == "__main__":
    load(connect(sys.argv[1]), Catalog.load(), lambda first: print(first, flush=True))
