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
from schemas.timelimit import TimeLimit

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


def test_every_matter_and_every_item_is_in_it_with_the_properties_that_carry_it(
    whole: dict[str, Any], catalog: Catalog
) -> None:
    assert {matter["type"] for matter in whole["matters"]} == set(catalog.policy.matters)
    items = [content for matter in whole["matters"] for content in matter["contents"]]
    assert {content["item"] for content in items} == set(catalog.policy.items)
    for matter in whole["matters"]:
        known = catalog.types[matter["type"]].by_path
        for content in matter["contents"]:
            assert all(content["item"] in known[path].clause for path in content["properties"])


DEADLINES = [
    ("housing/project-plan", ["自形成日期起 20 个工作日内"], ["within 20 working days from the formed date"]),
    ("procurement/contract", ["自合同签订日期起 2 个工作日内"], ["within 2 working days from the contract date"]),
    ("works/award-candidates", ["自收到评标报告日期起 3 日内"], ["within 3 calendar days from the evaluation report received"]),
    ("works/award-result", ["自形成日期(没有时自中标(成交)日期)起 20 个工作日内"], ["within 20 working days from the formed date (else the award date)"]),
    ("oversight/progress-report", ["半年:每年 6 月 20 日前;年度:每年 12 月 20 日前"], ["Half-year: by 20 June; Annual: by 20 December of every year"]),
]  # fmt: skip


@pytest.mark.parametrize(("type", "chinese", "english"), DEADLINES)
def test_a_deadline_is_a_sentence(
    whole: dict[str, Any], type: str, chinese: list[str], english: list[str]
) -> None:
    (matter,) = [one for one in whole["matters"] if one["type"] == type]
    assert [rule["text"] for rule in matter["deadlines"]] == chinese
    assert [rule["textEn"] for rule in matter["deadlines"]] == english


def rule(**keywords: Any) -> TimeLimit:
    return TimeLimit.of({"from": "2018-06-04", "basis": "虚构", "basisEn": "invented"} | keywords)


SENTENCES = [
    (rule(days=1, count="working", before="publishedDate"), "发布日期前至少 1 个工作日", "at least 1 working day before the published date"),
    (rule(days=20, count="calendar", before="publicityPeriod.startAt"), "公示期的开始时间前至少 20 日", "at least 20 calendar days before the start of the publicity period"),
    (
        rule(days=7, count="calendar", after="lots.contractDate", when={"landSupplyMethod": ["agreement", "lease"]}),
        "供地方式为协议出让、租赁的,自合同签订日期起 7 日内",
        "within 7 calendar days from the contract date where the supply method is grant by agreement or lease",
    ),
    (
        rule(days=10, count="working", after="lots.dealDate", unless={"landSupplyMethod": ["agreement"]}),
        "供地方式不是协议出让的,自成交日期起 10 个工作日内",
        "within 10 working days from the deal date where the supply method is not grant by agreement",
    ),
    (rule(date="06-20", year="publishedDate"), "每年 6 月 20 日前", "by 20 June of every year"),
]  # fmt: skip


@pytest.mark.parametrize(("limit", "chinese", "english"), SENTENCES)
def test_every_kind_of_rule_is_a_sentence(
    catalog: Catalog, limit: TimeLimit, chinese: str, english: str
) -> None:
    assert deadline(limit, catalog.types["land/grant-result"], catalog) == (chinese, english)


@pytest.mark.parametrize("language", LANGUAGES)
def test_csv_and_workbook_hold_the_same_table(catalog: Catalog, language: Language) -> None:
    table = list(rows(catalog, language))
    assert {len(row) for row in table} == {len(COLUMNS[language])} == {len(WIDTHS)}
    assert len(table) == 1 + len(catalog.policy.matters)
    text = write_csv(table)
    assert text.startswith(b"\xef\xbb\xbf")
    assert [tuple(row) for row in csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""))] == table
    sheet = openpyxl.load_workbook(io.BytesIO(write_xlsx(table, "目录", WIDTHS))).active
    assert sheet is not None
    assert [tuple(str(cell or "") for cell in row) for row in sheet.iter_rows(values_only=True)] == table
    assert sheet.freeze_panes == "D2"


FORMULAS = ["=1+1", "+86", "-1+1", "@cmd", "\t=1", "\r=1", '=HYPERLINK("http://example.org")']


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


@pytest.mark.parametrize("cell", ["2.3", "-1", "-0.05", "土地", "", "a=b", "'x"])
def test_a_harmless_cell_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


def test_the_same_table_makes_the_same_workbook(catalog: Catalog) -> None:
    table = list(rows(catalog, "zh"))
    assert write_xlsx(table, "目录", WIDTHS) == write_xlsx(table, "目录", WIDTHS)
