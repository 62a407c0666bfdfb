"""Every fault of the corpus is told at its cell with its code; none ends the reader, none changes what is right."""

import copy
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from formats.error import CODES
from loaders import run as running
from loaders.issues import RULES as LOADERS_RULES
from loaders.load import check, load
from loaders.profile_file import parse_profile
from loaders.report import Report
from schemas.catalog import Catalog
from schemas.issue import RULES as SCHEMAS_RULES
from schemas.path import values
from store import tables
from store.engine import connect
from tests.corpus.faults import (
    CELLS,
    FAULTY,
    HEADING,
    RECORDS,
    TABLE_FAULTS,
    CellFault,
    RecordFault,
    TableFault,
)
from tests.corpus.files import FILES, NOT_OF_A_FILE, FileFault
from tests.corpus.good import COLUMNS, NUMBERED, ROWS, Table, good
from tests.corpus.writers import WRITERS, Written
from tests.here import read_here

NOW = datetime(2026, 3, 1)
RECORD_SUFFIXES = ("json", "jsonl")

# Codes that need more than a file to come about, and where they are tested.
ELSEWHERE = {
    "S006": "an open codelist without a wording beside it: tests/schemas/test_check.py",
    "S014": "stands for rules of JSON Schema that no schema of ours uses",
    "S017": "formats/ refuses such bytes first (F012, F035): tests/schemas/test_check.py",
    "F056": "a sheet of more cells than a file of the corpus should have: tests/formats/test_workbook.py",
    "P020": "the number of a person as an identifier: tests/loaders/cases",
    "P021": "the number of a person where a number is asked for: tests/loaders/cases",
    "L020": "a sheet of notes beside a table: tests/loaders/cases",
    **dict.fromkeys(
        (f"L{number}" for number in range(120, 144) if number != 125),
        "what cells and workbooks show otherwise: tests/loaders/cases",
    ),
    "O010": "a former code of an organization: tests/loaders/test_former.py",
    "S135": "a code that a version cannot use yet: tests/schemas",
    "S136": "a deprecated property: tests/schemas",
}

Records = Mapping[str, dict[str, Any]]
Load = Callable[..., tuple[Report, Records]]
GoodTable = Callable[[str], Table]
Finding = tuple[str, str, int | None, str | None, str | None]


@pytest.fixture
def load_file(catalog: Catalog, sqlite_template: Path, tmp_path: Path) -> Load:
    """Loads bytes into an empty store: the report, and the records by the number they have in the table.

    With `loaded=False` they are only checked.
    """

    def run(
        content: bytes, suffix: str, type_: str | None, *, loaded: bool = True, **asked: Any
    ) -> tuple[Report, Records]:
        path = tmp_path / f"file.{suffix}"
        path.write_bytes(content)
        if not loaded:
            return check(path, catalog, type=type_, **asked), {}
        engine = connect(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'store.db')}")
        report = load(path, catalog, engine, type=type_, now=NOW, **asked)
        with engine.connect() as connection:
            bodies = connection.execute(select(tables.document.c.body)).scalars().all()
        engine.dispose()
        return report, {str(body.get("localId")).rpartition("-")[2]: body for body in bodies}

    return run


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader's own process reads the good tables and the files that cannot be read; faults of cells need none."""
    monkeypatch.setattr(running, "read_batches", read_here)


@pytest.fixture(scope="session")
def good_table(catalog: Catalog) -> GoodTable:
    """The good table of a type, made once."""
    made = {type_: good(type_, catalog) for type_ in COLUMNS}
    return made.__getitem__


@pytest.fixture(scope="session")
def good_records() -> dict[tuple[str, str], Records]:
    """The records of the good tables, as far as they have been loaded."""
    return {}


def findings(report: Report) -> list[Finding]:
    """Code, sheet, row, cell and column of everything that a report tells."""
    return [
        (group["code"], group.get("sheet", ""), place.get("row"), place.get("cell"), group.get("column"))
        for group in report.to_json()["groups"]
        for place in group["places"]
    ]


def told_at(code: str, written: Written, table: Table, row: int | None, path: str | None) -> Finding:
    """The finding of a code in a row and column of a table as it was written."""
    if row is None:
        return code, "", None, None, None
    number = written.rows[row] if row != HEADING else written.rows[0] - 1 if written.lettered else 1
    if not path:
        return code, written.sheet, number, None, None
    column = table.column(path)
    cell = f"{chr(65 + column)}{number}" if written.lettered else None
    return code, written.sheet, number, cell, written.columns[column]


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value of a record with its path; the entries of lists by their place."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from leaves(value, f"{path}.{place}")
    else:
        yield path, node


def differences(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    """The paths (lists crossed) at which two records differ."""
    apart = set(leaves(one)) ^ set(leaves(other))
    return {".".join(step for step in path.split(".") if not step.isdigit()) for path, _ in apart}


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("type_", COLUMNS)
def test_a_good_table_is_taken_whole_and_as_it_stands(
    type_: str, suffix: str, good_table: GoodTable, load_file: Load, catalog: Catalog
) -> None:
    table = good_table(type_)
    report, records = load_file(WRITERS[suffix](table).content, suffix, type_)
    assert findings(report) == []
    assert (report.rows, report.taken, sorted(records)) == (ROWS, ROWS, ["1", "2", "3", "4"])
    disclosure = catalog.type(type_)
    for record in records.values():
        for path in (path for path in table.paths if path not in NUMBERED):
            meant = f"{path}.amount" if disclosure.by_path[path].is_money else path
            found, said = (list(values(one, meant.split("."))) for one in (record, disclosure.sample))
            assert found == said[:1], path


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize(
    "fault", CELLS, ids=lambda one: f"{one.code}-{one.type}-{one.path}-{one.value!s:.20}"
)
def test_a_fault_is_told_at_its_cell_and_changes_nothing_else(
    fault: CellFault,
    suffix: str,
    good_table: GoodTable,
    good_records: dict[tuple[str, str], Records],
    load_file: Load,
) -> None:
    right = good_table(fault.type)
    if (fault.type, suffix) not in good_records:
        good_records[fault.type, suffix] = load_file(WRITERS[suffix](right).content, suffix, fault.type)[1]
    table = right.with_cell(FAULTY, fault.path, fault.value)
    written = WRITERS[suffix](table)
    report, records = load_file(written.content, suffix, fault.type)
    told = fault.path if fault.told is None else fault.told
    assert findings(report) == [told_at(fault.code, written, table, FAULTY, told)]
    assert (report.rows, report.taken) == (ROWS, ROWS if fault.taken else ROWS - 1)
    _assert_only_the_cell_differs(fault, records, good_records[fault.type, suffix])
    said = json.dumps([report.to_json(), dict(records)], ensure_ascii=False)
    if fault.code == "L051":
        assert fault.value not in said
        assert not any(
            number in said for number in ("13800138000", "530102199003070016", "6222021234567890128")
        )
    elif not fault.hidden and fault.value is not None and told == fault.path:
        (shown,) = [place["value"] for group in report.to_json()["groups"] for place in group["places"]]
        if isinstance(fault.value, str):
            assert fault.value[:70] in shown
        else:
            assert str(fault.value) in shown or f"{fault.value:,}" in shown or float(shown) == fault.value


def _assert_only_the_cell_differs(fault: CellFault, records: Records, right: Records) -> None:
    """Other rows are stored as they were; of the faulty row only the property of its cell may be other."""
    faulty = str(FAULTY + 1)
    assert set(records) == (set(right) if fault.taken else set(right) - {faulty})
    for number, record in records.items():
        apart = differences(record, right[number])
        if number != faulty:
            assert apart == set(), number
        else:
            allowed = fault.path.removesuffix(".name")
            assert [path for path in apart if not path.startswith(allowed)] == []


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("fault", "suffix"),
    [(fault, suffix) for fault in TABLE_FAULTS for suffix in fault.formats],
    ids=lambda one: one if isinstance(one, str) else f"{one.code}-{one.name}",
)
def test_a_fault_of_a_table_is_told_where_it_is(
    fault: TableFault, suffix: str, good_table: GoodTable, load_file: Load, catalog: Catalog
) -> None:
    table = fault.damage(good_table(fault.type))
    written = WRITERS[suffix](table)
    profile = parse_profile(fault.profile, "corpus", catalog) if fault.profile else None
    type_ = fault.type if fault.asked and not profile else None
    asked: dict[str, Any] = {"profile": profile} if profile else {}
    asked |= {"publisher": fault.publisher, "loaded": fault.loaded}
    report, _ = load_file(written.content, suffix, type_, **asked)
    rows = fault.row if isinstance(fault.row, range) else [fault.row]
    assert findings(report) == [told_at(fault.code, written, table, row, fault.path) for row in rows]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("suffix", RECORD_SUFFIXES)
@pytest.mark.parametrize("fault", RECORDS, ids=lambda one: f"{one.code}-{one.type}-{one.path}")
def test_a_fault_of_a_record_is_told_at_its_property(
    fault: RecordFault, suffix: str, load_file: Load, catalog: Catalog
) -> None:
    sample = dict(catalog.type(fault.type).sample)
    records = [
        {**copy.deepcopy(sample), "localId": f"{sample['localId']}-{number}"} for number in range(ROWS)
    ]
    _put(records[FAULTY], fault.path, fault.value)
    if suffix == "json":
        content = json.dumps(records, ensure_ascii=False).encode()
    else:
        content = "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in records).encode()
    report, stored = load_file(content, suffix, fault.type)
    (group,) = report.to_json()["groups"]
    (place,) = group["places"]
    assert (group["code"], place["row"], place.get("path", group["path"])) == (
        fault.code,
        FAULTY + 1,
        fault.told or fault.path,
    )
    assert (report.rows, report.taken) == (ROWS, ROWS if fault.taken else ROWS - 1)
    assert all(stored[str(number)]["title"] == sample["title"] for number in range(ROWS) if number != FAULTY)


def _put(record: dict[str, Any], path: str, value: Any) -> None:
    node: Any = record
    *steps, last = path.split(".")
    for step in steps:
        node = node[int(step)] if step.isdigit() else node[step]
    if value is ...:
        del node[last]
    else:
        node[last] = value


@pytest.mark.parametrize("fault", FILES, ids=lambda one: f"{one.code}-{one.suffix}-{one.name}")
def test_a_file_that_cannot_be_read_says_why_and_stores_nothing(
    fault: FileFault, good_table: GoodTable, load_file: Load
) -> None:
    right = WRITERS[fault.suffix](good_table("land/grant-result")).content if fault.suffix in WRITERS else b""
    report, records = load_file(fault.damage(right), fault.suffix, "land/grant-result", limits=fault.limits)
    assert findings(report) == [(fault.code, "", None, None, None)]
    assert (report.unreadable, report.rows, records) == (True, 0, {})
    (group,) = report.to_json()["groups"]
    assert all(group[text] for text in ("message", "messageEn", "hint", "hintEn"))


def test_there_are_more_than_700_bad_files_and_every_code_has_one() -> None:
    of_cells = len(CELLS) * len(WRITERS)
    of_tables = sum(len(fault.formats) for fault in TABLE_FAULTS)
    assert of_cells + of_tables + len(RECORDS) * len(RECORD_SUFFIXES) + len(FILES) > 700
    assert {fault.type for fault in CELLS} >= set(COLUMNS)
    found = {one.code for table in (CELLS, TABLE_FAULTS, RECORDS, FILES) for one in table}
    known = {*CODES, *LOADERS_RULES, *SCHEMAS_RULES}
    assert known - found == {*NOT_OF_A_FILE, *ELSEWHERE}
    assert found <= known
