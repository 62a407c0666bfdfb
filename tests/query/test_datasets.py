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
from collections.abc import Iterator, Mapping, Sequence
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
from publish.datasets import about, delimited, jsonlines
from publish.datasets.delimited import read_text
from publish.datasets.export import dataset, selected
from publish.datasets.kept import Begun, Sink
from publish.datasets.layout import Column, Table
from publish.datasets.making import count
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


def written(
    path: str, formats: Sequence[str], engine: Engine, service: Service, folder: Path
) -> dict[str, tuple[Path, tuple[Table, ...]]]:
    """The files of a dataset, all of one snapshot, with the tables that are in them."""
    catalog, made = service.catalog, {}
    with snapshot(engine) as taken:
        rows = Rows(taken.dialect, catalog, "https://example.org")
        for format_ in formats:
            export = dataset(path, format_, [], catalog, partial(choose, service))
            if not made:
                (count,) = taken.one(rows.count(export.chosen), parameters_of(export.chosen.values))
            sink = Sink(folder / export.file_name)
            write(export, rows, taken, Begun("x", count, 1, None), sink, folder)
            sink.close()
            assert taken.tally[export.table.name] == count
            made[format_] = sink.path, export.layout
    return made


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


def expected(
    lines: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, Any]], layout: Sequence[Table]
) -> Contents:
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
                rows += [
                    (node["id"], one["id"].partition(":")[2], one["number"], one["title"])
                    for one in node["processes"]
                ]
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
    by_column = {
        _RENAMED.get(name, re.sub("(?=[A-Z])", "_", name).lower()): value for name, value in line.items()
    }
    if column.name == "type_title":
        return None
    return _value(column, by_column[column.name])


def _at(json_: Any, column: Column) -> Any:
    for names in column.path:
        json_ = (
            next((json_[name] for name in names if name in json_), None) if isinstance(json_, dict) else None
        )
    return _spelled(json_)


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
        same = [
            place
            for place, one in enumerate(node["lots"], 1)
            if lot == {name: one[name] for name in lot or ()}
        ]
        place = tuple(same) or None  # lots may say the same
        yield tuple(
            cell if isinstance(cell, tuple) else _value(one, cell)
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


def leaves(
    layout: Sequence[Table], service: Service, type_name: str
) -> tuple[str, list[tuple[Table, Column, list[str]]]]:
    """What to select of a type's nodes besides, and the columns that it is for, with their ways through the answer."""
    tree: dict[str, Any] = {}
    ways: list[tuple[Table, Column, list[str]]] = []
    for table in layout:
        above = [step[0] for path in table.lists for step in path] or (
            ["lots"] if table.rows == "lot" else []
        )
        for column in table.columns:
            way = [*above, *(names[0] for names in column.path)]
            if column.path and _is_known(service, type_name, way):
                ways.append((table, column, way))
                here = tree
                for step in way:
                    here = here.setdefault(step, {})
    return _selected(tree), ways


def _is_known(service: Service, type_name: str, way: Sequence[str]) -> bool:
    """Whether GraphQL reads it from the document: `parties`, `items` and `publisher` are rows of tables there."""
    if way[0] in ("parties", "items", "publisher") or way[:2] == ["lots", "items"]:
        return False
    for step in way:
        made = service.model.types.get(type_name)
        attribute = made and next((one for one in made.attributes if one.name == step), None)
        if attribute is None:
            return False
        type_name = attribute.named_type
    return True


def _selected(tree: Mapping[str, Any]) -> str:
    return " ".join(f"{name} {{ {_selected(below)} }}" if below else name for name, below in tree.items())


def _followed(json_: Any, way: Sequence[str]) -> list[Any]:
    """The values along a way, a list's one after the other."""
    found = [json_]
    for step in way:
        found = [None if one is None else one[step] for one in found]
        found = [inner for one in found for inner in (one if isinstance(one, list) else [one])]
    return found


def _spelled(json_: Any) -> Any:
    return {True: "true", False: "false"}[json_] if isinstance(json_, bool) else json_


def _without_titles(table: Table, lines: Lines) -> Lines:
    """The lines without what no other answer says: the title of the type."""
    at = next((at for at, one in enumerate(table.columns) if one.name == "type_title"), None)
    return lines if at is None else [(*line[:at], None, *line[at + 1 :]) for line in lines]


def _differing(table: Table, found: Lines, wanted: Lines) -> list[Any]:
    """The first cells that differ, with their columns."""
    if len(found) != len(wanted):
        return [table.name, len(found), len(wanted)]
    different = [
        (table.name, column.name, one, other)
        for line, should in zip(found, wanted, strict=True)
        for column, one, other in zip(table.columns, line, should, strict=True)
        if not (one in other if isinstance(other, tuple) else one == other and type(one) is type(other))
    ]
    return different[:3]


# PostgreSQL spells the same texts: there a part of the types has to do, and the formats that the database itself spells.
READERS = {"csv.zip": of_csv, "xlsx": of_xlsx, "sqlite": of_sqlite, "parquet.zip": of_parquet}
ALL, FIFTH = ("csv.zip", "xlsx", "sqlite", "parquet.zip"), ("csv.zip", "xlsx")


def test_every_format_and_graphql_say_the_same_of_every_type(
    stored: Engine, service: Service, toy_catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(about, "codes", lambda *_: iter(()))  # 4,000 lines in each of 200 files
    is_file, compared = stored.dialect.name == "sqlite", 0
    types = list(toy_catalog.types.values())
    for disclosure in types if is_file else types[::5]:
        formats = ALL if is_file else FIFTH
        files = written(disclosure.type, ("jsonl", *formats), stored, service, tmp_path)
        path, layout = files["jsonl"]
        lines = [json.loads(line, parse_float=Decimal) for line in path.read_bytes().splitlines()]
        more, ways = leaves(layout, service, disclosure.graphql_name)
        said = asked(service, disclosure.collection, more)
        assert [one["id"] for one in lines] == [one["id"] for one in said]
        wanted = expected(lines, said, layout)
        for format_ in formats:
            found = READERS[format_](files[format_][0], layout)
            for table in layout:
                cells = _without_titles(table, found[table.name])
                assert _differing(table, cells, wanted[table.name]) == [], (format_, disclosure.type)
        for table, column, way in ways:
            at = table.columns.index(column)
            answered = [_value(column, _spelled(one)) for one in _followed({"all": said}, ["all", *way])]
            kept = [row[at] for row in wanted[table.name]]
            assert [one for one in answered if one is not None] == [one for one in kept if one is not None]
            compared += 1
        assert len({one["id"] for one in said}) == len(said) > 0
    assert compared > (4_000 if is_file else 800)


def test_datasets_of_several_types_have_every_record_once(
    stored: Engine, service: Service, toy_catalog: Catalog, tmp_path: Path
) -> None:
    files = written("land", ("jsonl", "csv.zip", "sqlite", "parquet.zip", "xlsx"), stored, service, tmp_path)
    path, layout = files["jsonl"]
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    said = asked(service, "disclosures")
    land = [one["id"] for one in said if one["domain"] == "LAND" or one["domain"] == "land"]
    assert [one["id"] for one in lines] == land
    contents = [READERS[one](files[one][0], layout) for one in ALL]
    assert all(one == contents[0] for one in contents[1:])
    assert [row[0] for row in contents[0]["disclosures"]] == land
    assert contents[0]["items"]


def test_a_withdrawn_record_stays_with_its_reason_and_one_withdrawn_for_privacy_is_gone(
    stored: Engine, service: Service, toy_catalog: Catalog, tmp_path: Path
) -> None:
    path, _ = written("everything", ("jsonl",), stored, service, tmp_path)["jsonl"]
    found = [json.loads(line) for line in path.read_bytes().splitlines()]
    gone = [one for one in found if one["status"] == "withdrawn"]
    text = "{ changes(kinds: [WITHDRAWN], first: 100) { nodes { disclosureId withdrawal { kind } } } }"
    told = json.loads(service.answer(Request(text)).body)["data"]["changes"]["nodes"]
    private = {one["disclosureId"] for one in told if one["withdrawal"]["kind"] == "PRIVACY"}
    assert private
    assert not private & {one["id"] for one in found}
    assert any(one["withdrawalReason"] and one["withdrawnAt"] and one["document"] is None for one in gone)


@pytest.mark.parametrize(
    "parameters",
    [
        {"q": "示例", "from": "2024", "to": "2024-12-31"}, {"min": "0.5", "max": "1000000.25"}, {"late": "1", "level": "county"},
        {"role": "supplier"}, {"filter": '{"not": {"outcome": {"isNull": true}}}'}, {"region": "530000", "stage": "result"},
    ],
)  # fmt: skip
def test_a_selection_has_what_graphql_finds_for_it(
    stored: Engine, service: Service, toy_catalog: Catalog, parameters: dict[str, str]
) -> None:
    export = selected(parameters.items(), "jsonl", toy_catalog, partial(choose, service))
    with snapshot(stored) as taken:
        rows = Rows(taken.dialect, toy_catalog)
        counted = count(export, taken, rows)
        made = b"".join(jsonlines.chunks(export.layout[0], export.chosen, rows, taken))
        for table in export.layout[1:]:
            for _ in delimited.chunks(table, export.chosen, rows, taken):
                pass
    found = [json.loads(line)["id"] for line in made.splitlines()]
    text = """query ($filter: DisclosureFilter, $search: String, $after: String) { disclosures(filter: $filter, search: $search,
      first: 100, after: $after) { nodes { id withdrawal { kind } } pageInfo { hasNextPage endCursor } } }"""
    wanted: list[str] = []
    given: dict[str, Any] = {"filter": export.selection.filter(), "after": None}
    given |= {"search": export.selection.search} if export.selection.search else {}
    while True:
        page = json.loads(service.answer(Request(text, given)).body)["data"]["disclosures"]
        wanted += [one["id"] for one in page["nodes"] if (one["withdrawal"] or {}).get("kind") != "PRIVACY"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        given["after"] = page["pageInfo"]["endCursor"]
    assert found == wanted
    assert counted == len(found) > 0
