"""The same answer everywhere: GraphQL, JSON Lines, CSV, XLSX, Parquet and SQLite agree, over all types.

JSON Lines has the whole documents: what every table has to say follows from them, from what GraphQL says of a record,
and from nothing else.
"""

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine

from api.choosing import choose
from api.operation import Request, Service
from publish.datasets.delimited import read_text
from publish.datasets.export import Export, dataset
from publish.datasets.kept import Begun, Sink
from publish.datasets.layout import Column, Table
from publish.datasets.reading import snapshot
from publish.datasets.statements import Rows
from publish.datasets.workbook import HEADINGS
from publish.datasets.writers import write
from query.run import parameters_of
from schemas.catalog import Catalog

Value = str | int | float | bool | Decimal | None
Lines = list[tuple[Value, ...]]
Contents = dict[str, Lines]
_QUOTED = ("text", "url", "code")
_SPELLED = re.compile("_x([0-9A-F]{4})_")
_DAY_0 = date(1899, 12, 30)


@pytest.fixture
def written(stored: Engine, service: Service, toy_catalog: Catalog, tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of a dataset."""

    def write_one(path: str, format_: str, **part: str) -> Path:
        export = dataset(path, format_, part.items(), toy_catalog, partial(choose, service))
        return _write(export, stored, toy_catalog, tmp_path)

    return write_one


def _write(export: Export, engine: Engine, catalog: Catalog, folder: Path) -> Path:
    with snapshot(engine) as taken:
        rows = Rows(taken.dialect, catalog, "https://example.org")
        (count,) = taken.one(rows.count(export.chosen), parameters_of(export.chosen.values))
        sink = Sink(folder / export.file_name)
        write(export, rows, taken, Begun("x", count, 1, None), sink, folder)
        sink.close()
        assert taken.tally[export.table.name] == count
    return sink.path


# what each format says


def of_csv(path: Path, layout: Sequence[Table]) -> Contents:
    found: Contents = {}
    with zipfile.ZipFile(path) as archive:
        for table in layout:
            text = archive.read(f"{table.name}.csv").decode("utf-8-sig")
            heading, *lines = csv.reader(io.StringIO(text, newline=""))
            assert heading == [one.name for one in table.columns]
            found[table.name] = [
                tuple(_of_cell(one, cell) for one, cell in zip(table.columns, line, strict=True))
                for line in lines
            ]
    return found


def _of_cell(column: Column, cell: str) -> Value:
    if not cell:
        return None
    return _value(
        column,
        read_text(cell) if column.kind in ("text", "url") or column.open_codelist else cell,
    )


def of_sqlite(path: Path, layout: Sequence[Table]) -> Contents:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return {
            table.name: [
                tuple(_value(one, cell) for one, cell in zip(table.columns, line, strict=True))
                for line in connection.execute(f'SELECT * FROM "{table.name}" ORDER BY rowid')
            ]
            for table in layout
        }


def of_parquet(path: Path, layout: Sequence[Table]) -> Contents:
    found: Contents = {}
    with zipfile.ZipFile(path) as archive:
        for table in layout:
            names = [one for one in archive.namelist() if one.startswith(f"{table.name}/year=")]
            lines: Lines = []
            for name in names:
                for line in pq.read_table(io.BytesIO(archive.read(name))).to_pylist():
                    lines.append(tuple(_value(one, line[one.name]) for one in table.columns))
            found[table.name] = lines
    return found


def of_xlsx(path: Path, layout: Sequence[Table]) -> Contents:
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names[0] == "说明 about"
    found: Contents = {}
    for at, table in enumerate(layout, 1):
        rows = book.get_sheet_by_index(at).to_python(skip_empty_area=False)
        assert list(rows[0]) == [one.title for one in table.columns]
        assert list(rows[1]) == [one.name for one in table.columns]
        found[table.name] = [
            tuple(_of_excel(one, cell) for one, cell in zip(table.columns, line, strict=True))
            for line in rows[HEADINGS:]
        ]
    return found


def _of_excel(column: Column, cell: Any) -> Value:
    if cell == "":
        return None
    if isinstance(cell, str):
        cell = _SPELLED.sub(lambda one: chr(int(one[1], 16)), cell)
    return _value(column, cell)


def _value(column: Column, cell: Any) -> Value:
    """A cell as a value that can be compared, by the column's kind."""
    if cell is None:
        return None
    match column.kind:
        case "integer":
            assert float(cell) == int(cell)
            return int(cell)
        case "number":
            return float(cell)
        case "money" | "price":
            return Decimal(str(cell)).normalize() + 0
        case "boolean":
            return {"true": True, "false": False}[cell] if isinstance(cell, str) else bool(cell)
        case "date":
            return cell.isoformat()[:10] if isinstance(cell, date) else str(cell)
        case "instant":
            when = cell if isinstance(cell, datetime) else datetime.fromisoformat(str(cell))
            return when.astimezone(UTC).isoformat()
    return str(cell)


# what they have to say


def expected(lines: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, Any]], layout: Sequence[Table]) -> Contents:
    """What the tables hold, by the documents of JSON Lines; what the store keeps by what GraphQL says."""
    found: Contents = {}
    for table in layout:
        rows: Lines = []
        for line, node in zip(lines, said, strict=True):
            document = line["document"] or {}
            if table.rows == "disclosure":
                rows.append(tuple(_fact(one, line, document) for one in table.columns))
            elif table.rows == "lot":
                rows += _lots(table, node, document)
            elif table.rows == "party":
                rows += _parties(table, node)
            elif table.rows == "process":
                rows += [(node["id"], one["id"].partition(":")[2], one["number"], one["title"]) for one in node["processes"]]
            else:
                rows += _elements(table, line["id"], document)
        found[table.name] = rows
    return found


_RENAMED = {
    "publisherName": "publisher_name", "publisherUscc": "publisher_uscc", "region": "region_code",
    "prefecture": "prefecture_code",
}  # fmt: skip


def _fact(column: Column, line: Mapping[str, Any], document: Mapping[str, Any]) -> Value:
    if column.path:
        return _value(column, _at(document, column))
    by_column = {_RENAMED.get(name, re.sub("(?=[A-Z])", "_", name).lower()): value for name, value in line.items()}
    if column.name == "type_title":
        return None
    if column.name == "local_id":
        return document.get("localId")
    return _value(column, by_column[column.name])


def _at(json_: Any, column: Column) -> Any:
    for names in column.path:
        json_ = next((json_[name] for name in names if name in json_), None) if isinstance(json_, dict) else None
    return {True: "true", False: "false"}[json_] if isinstance(json_, bool) else json_


def _lots(table: Table, node: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[tuple[Value, ...]]:
    for at, lot in enumerate(node["lots"]):
        of_document = (document.get("lots") or [{}] * len(node["lots"]))[at]
        kept: dict[str, Any] = {"disclosure_id": node["id"], "ordinal": at + 1, **lot}
        yield tuple(
            _value(one, _at(of_document, one) if one.path else kept[one.name]) for one in table.columns
        )


def _parties(table: Table, node: Mapping[str, Any]) -> Iterator[tuple[Value, ...]]:
    for at, party in enumerate(node["parties"]):
        organization, lot = party["organization"], party["lot"]
        place = None if lot is None else node["lots"].index(lot) + 1
        yield tuple(
            _value(one, cell)
            for one, cell in zip(
                table.columns,
                (node["id"], at + 1, party["role"], organization["id"].partition(":")[2], organization["uscc"],
                 party["name"], party["rank"], place, party["amount"]),
                strict=True,
            )
        )  # fmt: skip


def _elements(table: Table, one: str, document: Mapping[str, Any]) -> Iterator[tuple[Value, ...]]:
    found: list[tuple[tuple[int, ...], Any]] = [((), document)]
    for path in table.lists:
        below: list[tuple[tuple[int, ...], Any]] = []
        for places, json_ in found:
            listed = _at(json_, Column("", "text", "", "", path=path))
            below += [((*places, at), element) for at, element in enumerate(listed or [], 1)]
        found = below
    for places, element in found:
        ordinals = iter(places)
        yield tuple(
            one if column.name == "disclosure_id" and not column.path
            else _value(column, _at(element, column)) if column.path
            else next(ordinals) if column.name.endswith("ordinal")
            else _value(column, element)
            for column in table.columns
        )  # fmt: skip


# what GraphQL says

_NODE = """id lots { number title location area amount outcome }
  processes { id number title } parties { role rank amount name organization { id uscc } lot { number title location area amount outcome } }"""
_ENVELOPE = """type schemaVersion domain stage level localId title formedDate publishedDate dueOn daysLate amount outcome
  sourceUrl status revision publisher { id name uscc } region { code title } withdrawal { kind reason at }"""


def asked(service: Service, collection: str, more: str = "") -> list[dict[str, Any]]:
    """All disclosures of a type, newest first, without those withdrawn for privacy."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        text = f"query ($after: String) {{ {collection}(first: 25, after: $after) {{ nodes {{ {_NODE} {_ENVELOPE} {more} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        answer = json.loads(service.answer(Request(text, {"after": after})).body, parse_float=Decimal)
        assert "errors" not in answer, answer
        page = answer["data"][collection]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return [one for one in found if (one["withdrawal"] or {}).get("kind") != "PRIVACY"]
        after = page["pageInfo"]["endCursor"]
