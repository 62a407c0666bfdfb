"""What the tests of submissions share: publishers, records, a body in every format, the content of the tables."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import openpyxl
from sqlalchemy import Engine, select

from api.submitting import FORMATS
from schemas.catalog import Catalog
from store import tables
from store.draft import Entry
from store.engine import writing
from store.writing import write

OWN, OTHER = "11530114MB0W00017C", "11530100MB0W000199"
NAMES = {OWN: "示例市自然资源局", OTHER: "示例市公共资源交易中心"}
REGION, CHILD, OUTSIDE = "530100", "530114", "530300"
# The headings of a table of the allowed type do not tell it from others of its kind: it has to be named.
ALLOWED, FORBIDDEN = "land/grant-notice", "land/grant-result"
TYPES = (ALLOWED, "procurement/tender-notice")
JSON, LINES, CSV, XLSX = FORMATS
THEN = datetime(2026, 1, 1)

Record = dict[str, Any]


def record(local_id: str, *, publisher: str = OWN, region: str = CHILD, type: str = ALLOWED, **more: Any) -> Record:  # fmt: skip
    """A record of the standard."""
    lots = (
        {"lots": [{"parcelNumber": f"示例-{local_id}", "price": {"amount": 100.5}}]}
        if type == FORBIDDEN
        else {}
    )
    return {
        "schema": f"{type}/1.0", "localId": local_id, "title": f"示例{local_id}",
        "publisher": {"name": NAMES[publisher], "uscc": publisher}, "region": region, **lots, **more,
    }  # fmt: skip


def store(engine: Engine, catalog: Catalog, records: Iterable[Record]) -> None:
    """Store records as the command does, without bounds."""
    with writing(engine) as connection:
        entries = [Entry(one, catalog.type(one["schema"].rpartition("/")[0])) for one in records]
        write(connection, entries, catalog, None, THEN)


def body(records: Iterable[Record], format: str) -> bytes:
    """The records as a file of a format."""
    found = list(records)
    if format == JSON:
        return json.dumps(found, ensure_ascii=False).encode()
    if format == LINES:
        return "\n".join(json.dumps(one, ensure_ascii=False) for one in found).encode()
    rows = [list(_row(found[0])), *(list(_row(one).values()) for one in found)]
    if format == CSV:
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        return text.getvalue().encode()
    book, stream = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def _row(one: Mapping[str, Any]) -> dict[str, str]:
    lots = {"宗地编号": one["lots"][0]["parcelNumber"], "成交价(元)": "100.5"} if "lots" in one else {}
    return {
        "本地编号": one["localId"], "标题": one["title"], "公开主体": one["publisher"]["name"],
        "公开主体统一社会信用代码": one["publisher"]["uscc"], "行政区划代码": one["region"], **lots,
    }  # fmt: skip


def stored(engine: Engine) -> dict[tuple[str, str, str], tuple[str | None, int, str]]:
    """Region, revision and title of every record by its publisher, type and number."""
    c = tables.disclosure.c
    query = select(c.publisher_id, c.type, c.local_id, c.region, c.revision, c.title)
    with engine.connect() as connection:
        return {(row[0], row[1], row[2]): (row[3], row[4], row[5]) for row in connection.execute(query)}
