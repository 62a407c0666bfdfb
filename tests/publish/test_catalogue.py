"""The disclosure catalogue says for every type what the policy and the standard say, in every format."""

import csv
import io
import json
import zipfile
from typing import Any

import jsonschema
import openpyxl
import pytest

from publish.catalogue import COLUMNS, WIDTHS, Language, catalogue, rows
from publish.table import harmless, write_csv, write_xlsx
from publish.wording import deadline
from schemas.catalog import Catalog

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.fixture(scope="module")
def whole(catalog: Catalog) -> dict[str, Any]:
    """The catalogue as values."""
    return catalogue(catalog)


def test_it_is_valid_by_its_own_schema(whole: dict[str, Any], catalog: Catalog) -> None:
    schema = catalog.documents[whole["schema"]]
    jsonschema.Draft202012Validator.check_schema(dict(schema))
    checker = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    assert list(checker.iter_errors(json.loads(json.dumps(whole)))) == []


def test_every_type_and_every_item_is_in_it_with_the_properties_that_carry_it(
    whole: dict[str, Any], catalog: Catalog
) -> None:
    assert {matter["type"] for matter in whole["matters"]} == set(catalog.types)
    items = [content for matter in whole["matters"] for content in matter["contents"]]
    assert {content["item"] for content in items} == set(catalog.policy.items)
    for matter in whole["matters"]:
        known = catalog.types[matter["type"]].by_path
        for content in matter["contents"]:
            assert all(content["item"] in known[path].clause for path in content["properties"])


DEADLINES = [
    ("housing/allocation", "自形成日期起 20 个工作日内", "within 20 working days from the formed date"),
    ("land/grant-result", "自成交日期起 10 个工作日内", "within 10 working days from the deal date"),
    ("procurement/contract", "自合同签订日期起 2 个工作日内", "within 2 working days from the contract date"),
    ("works/award-candidates", "自收到评标报告日期起 3 日内", "within 3 calendar days from the evaluation report received"),
    ("oversight/progress-report", "每年 6 月 20 日、12 月 20 日前", "by 20 June and 20 December of every year"),
]  # fmt: skip


@pytest.mark.parametrize(("type", "chinese", "english"), DEADLINES)
def test_a_deadline_is_a_sentence(
    whole: dict[str, Any], catalog: Catalog, type: str, chinese: str, english: str
) -> None:
    (matter,) = [one for one in whole["matters"] if one["type"] == type]
    assert [(rule["text"], rule["textEn"]) for rule in matter["deadlines"]] == [(chinese, english)]


def test_a_deadline_before_an_event_and_of_one_day_is_a_sentence_too(catalog: Catalog) -> None:
    rule = {"days": 1, "count": "working", "before": "publishedDate"}
    assert deadline(rule, catalog.types["land/grant-result"]) == (
        "发布日期前至少 1 个工作日",
        "at least 1 working day before the published date",
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_csv_and_workbook_hold_the_same_table(catalog: Catalog, language: Language) -> None:
    table = list(rows(catalog, language))
    assert {len(row) for row in table} == {len(COLUMNS[language])} == {len(WIDTHS)}
    assert len(table) == 1 + len(catalog.types)
    text = write_csv(table)
    assert text.startswith(b"\xef\xbb\xbf")
    assert [tuple(row) for row in csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""))] == table
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx(table, "目录", WIDTHS))).active
    assert sheet is not None
    assert [tuple(str(cell or "") for cell in row) for row in sheet.iter_rows(values_only=True)] == table
    assert sheet.freeze_panes == "D2"


FORMULAS = ["=1+1", "+86", "-1", "@cmd", "\t=1", "\r=1", '=HYPERLINK("http://example.org")']


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_becomes_a_formula(cell: str) -> None:
    table = [("标题", "二"), (cell, "https://example.org/")]
    first = next(csv.reader(io.StringIO(write_csv(table[1:]).decode("utf-8-sig"), newline="")))
    assert first[0] == "'" + cell
    content = write_xlsx(table, "表", (10, 10))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet


@pytest.mark.parametrize("cell", ["2.3", "土地", "", "a=b", "'x"])
def test_a_harmless_cell_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


def test_the_same_table_makes_the_same_workbook(catalog: Catalog) -> None:
    table = list(rows(catalog, "zh"))
    assert write_xlsx(table, "目录", WIDTHS) == write_xlsx(table, "目录", WIDTHS)
