"""Templates of all types and of one that nobody planned for: what was filled in comes back as it was."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from formats import wire
from formats.confinement import DEFAULT
from formats.registry import format_of
from loaders.asked import Asked
from loaders.intake import Intake
from loaders.load import check
from loaders.outcome import Outcomes
from loaders.report import Report
from loaders.run import Run
from loaders.spool import Spool
from publish.columns import clauses, columns
from publish.filling import Cell, fill, titles
from publish.template import csv_template, xlsx_template
from schemas.catalog import Catalog, Disclosure

TYPES = [*Catalog.load().types, "land/invented"]
MADE: dict[tuple[str, bool], bytes] = {}
BOTH = pytest.mark.parametrize("every", [False, True], ids=["usual", "every"])


@pytest.fixture(scope="module", params=TYPES)
def disclosure(request: pytest.FixtureRequest, toy_catalog: Catalog) -> Disclosure:
    """Each type in turn."""
    return toy_catalog.types[request.param]


def as_text(cell: Cell) -> str:
    """A cell as WPS or a CSV has it."""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def template(disclosure: Disclosure, catalog: Catalog, every: bool) -> bytes:
    """The workbook as it is handed out, made once for the tests of a type that follow one another."""
    key = disclosure.name, every
    if key not in MADE:
        MADE[key] = xlsx_template(disclosure, catalog, every=every)
    return MADE[key]


def filled_workbook(disclosure: Disclosure, catalog: Catalog, every: bool, *, typed: bool = True) -> bytes:
    """The template with the sample's rows in its first sheet."""
    book = openpyxl.load_workbook(BytesIO(template(disclosure, catalog, every)))
    sheet = book.worksheets[0]
    for number, row in enumerate(
        fill(disclosure.sample, columns(disclosure, catalog, every=every), catalog), 3
    ):
        for place, cell in enumerate(row, 1):
            if cell is not None:
                sheet.cell(number, place).value = cell if typed else as_text(cell)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def filled_csv(disclosure: Disclosure, catalog: Catalog, every: bool) -> bytes:
    text = StringIO(csv_template(disclosure, catalog, every=every).decode("utf-8-sig"), newline="")
    text.seek(0, 2)
    rows = fill(disclosure.sample, columns(disclosure, catalog, every=every), catalog)
    csv.writer(text).writerows([as_text(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


@dataclass
class Loader:
    """The loader's pipeline without its child process; what it knows of the headings of all types is kept."""

    catalog: Catalog
    folder: Path

    @cached_property
    def asked(self) -> Asked:
        return Asked(self.catalog)

    def read(self, content: bytes, name: str) -> tuple[list[dict[str, Any]], Report]:
        """The records of a file, and the report on it."""
        run = Run(self.folder / name, self.catalog, None, None, None, DEFAULT, None)
        with Spool() as fragments, Spool() as refusals:
            run.intake = Intake(self.asked, fragments, refusals, run.beyond.across)
            run.outcomes = Outcomes(self.catalog, run.intake, run.beyond, None)
            lines = wire.encode(format_of(name).read(BytesIO(content)))
            run.intake.take_all(map(wire.decode, lines))
            records = [outcome.record for outcome in run.outcomes]
            return records, run.report()


@pytest.fixture(scope="module")
def loader(toy_catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Loader:
    return Loader(toy_catalog, tmp_path_factory.mktemp("templates"))


def only(node: Any, wanted: set[tuple[str, ...]], path: tuple[str, ...] = ()) -> Any:
    """What a record says in the columns of a template: wordings, currencies and all else left out."""
    if path in wanted and isinstance(node, Mapping):
        return {"amount": node["amount"]} if "amount" in node else dict(node)
    if isinstance(node, Mapping):
        kept = {name: only(value, wanted, (*path, name)) for name, value in node.items()}
        return {name: value for name, value in kept.items() if value not in (None, {}, [])}
    if isinstance(node, list):
        return [one for one in (only(entry, wanted, path) for entry in node) if one not in (None, {})]
    return node if path in wanted else None


def assert_same(content: bytes, name: str, disclosure: Disclosure, loader: Loader, every: bool) -> None:
    """Whether a filled template passes without type or profile and says what the sample says in its columns."""
    records, report = loader.read(content, name)
    wanted = {column.field.path for column in columns(disclosure, loader.catalog, every=every)}
    assert [one for one in report.issues if one.severity == "error"] == []
    assert (report.refused, report.types) == (0, {disclosure.type: 1})
    assert only(records[0], wanted) == only(disclosure.sample, wanted)


@BOTH
def test_every_heading_of_an_untouched_template_is_its_own_property(
    disclosure: Disclosure, loader: Loader, every: bool
) -> None:
    made = columns(disclosure, loader.catalog, every=every)
    for content, name in (
        (template(disclosure, loader.catalog, every), "template.xlsx"),
        (csv_template(disclosure, loader.catalog, every=every), "template.csv"),
    ):
        records, report = loader.read(content, name)
        assert [(use.heading, use.properties) for use in report.columns] == [
            (column.marked, [column.field.dotted]) for column in made
        ]
        assert ([one.code for one in report.issues], records) == (["L008"], [])


@BOTH
def test_a_filled_workbook_gives_the_record_it_was_filled_from(
    disclosure: Disclosure, loader: Loader, every: bool
) -> None:
    content = filled_workbook(disclosure, loader.catalog, every)
    assert_same(content, "filled.xlsx", disclosure, loader, every)


def test_a_workbook_whose_cells_are_all_text_gives_the_same(disclosure: Disclosure, loader: Loader) -> None:
    content = filled_workbook(disclosure, loader.catalog, False, typed=False)
    assert_same(content, "filled.xlsx", disclosure, loader, False)


@BOTH
def test_a_filled_csv_gives_the_record_it_was_filled_from(
    disclosure: Disclosure, loader: Loader, every: bool
) -> None:
    assert_same(filled_csv(disclosure, loader.catalog, every), "filled.csv", disclosure, loader, every)


def test_the_file_as_it_is_passes_the_checking_child(toy_catalog: Catalog, tmp_path: Path) -> None:
    disclosure = toy_catalog.types["procurement/award-result"]
    path = tmp_path / "中标和成交结果.xlsx"
    path.write_bytes(filled_workbook(disclosure, toy_catalog, False))
    report = check(path, toy_catalog)
    assert (report.ok, report.types, report.taken) == (True, {disclosure.type: 1}, 3)
    assert report.skipped["example"] == 3 + 3
    assert set(report.skipped) == {"notes", "example", "codes"}


def test_sheets_that_are_no_data_are_known_by_another_name_too(loader: Loader) -> None:
    disclosure = loader.catalog.types["land/grant-result"]
    book = openpyxl.load_workbook(BytesIO(filled_workbook(disclosure, loader.catalog, False)))
    for number, sheet in enumerate(book.worksheets[1:], 2):
        sheet.title = f"Sheet{number}"
    stream = BytesIO()
    book.save(stream)
    records, report = loader.read(stream.getvalue(), "renamed.xlsx")
    assert ([one.code for one in report.issues if one.severity == "error"], len(records)) == ([], 1)
    assert set(report.skipped) == {"aside"}


def test_an_example_saved_as_a_table_is_not_taken_for_data(loader: Loader) -> None:
    disclosure = loader.catalog.types["land/grant-result"]
    book = openpyxl.load_workbook(BytesIO(xlsx_template(disclosure, loader.catalog)))
    text = StringIO(newline="")
    csv.writer(text).writerows(
        [as_text(cell) for cell in row] for row in book["示例"].iter_rows(values_only=True)
    )
    records, report = loader.read(text.getvalue().encode("utf-8-sig"), "示例.csv")
    assert (records, [one.code for one in report.issues]) == ([], ["L008"])


def test_the_group_row_may_go(loader: Loader) -> None:
    disclosure = loader.catalog.types["procurement/award-result"]
    book = openpyxl.load_workbook(BytesIO(filled_workbook(disclosure, loader.catalog, False)))
    sheet = book.worksheets[0]
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    sheet.delete_rows(1)
    stream = BytesIO()
    book.save(stream)
    assert_same(stream.getvalue(), "without.xlsx", disclosure, loader, False)


@pytest.mark.parametrize("type_", ["land/grant-result", "land/invented"])
def test_the_same_template_has_the_same_bytes(toy_catalog: Catalog, type_: str) -> None:
    disclosure = toy_catalog.types[type_]
    assert xlsx_template(disclosure, toy_catalog) == xlsx_template(disclosure, toy_catalog)


def test_the_workbook_says_which_template_it_is(toy_catalog: Catalog) -> None:
    disclosure = toy_catalog.types["land/grant-result"]
    book = openpyxl.load_workbook(BytesIO(xlsx_template(disclosure, toy_catalog)))
    assert book.custom_doc_props["openalloc-template"].value == disclosure.name
    assert disclosure.name in str(book["填写说明"]["A2"].value)
    assert book.sheetnames == ["土地成交公示", "填写说明", "示例", "代码表"]
    assert [sheet.protection.sheet for sheet in book.worksheets] == [False, True, True, True]


def test_cells_are_ready_for_what_they_hold(toy_catalog: Catalog) -> None:
    disclosure = toy_catalog.types["land/grant-result"]
    book = openpyxl.load_workbook(BytesIO(xlsx_template(disclosure, toy_catalog)))
    sheet = book.worksheets[0]
    places = {cell.value: cell for cell in sheet[2]}
    rules = {str(one.sqref).partition("3")[0]: one for one in sheet.data_validations.dataValidation}

    def rule(heading: str) -> Any:
        return rules[places[heading].column_letter]

    def form(heading: str) -> str:
        return str(sheet.column_dimensions[places[heading].column_letter].number_format)

    assert (rule("土地用途").type, rule("土地用途").errorStyle) == ("list", "warning")
    assert "代码表" in rule("土地用途").formula1
    assert (rule("成交日期").type, rule("成交日期").errorStyle) == ("date", None)
    assert (rule("受让人统一社会信用代码").type, rule("受让人统一社会信用代码").formula1) == (
        "textLength",
        "18",
    )
    assert rule("土地面积(平方米)").type == "decimal"
    assert "必填" in rule("*公开主体名称").prompt
    assert "应填" in rule("成交日期").prompt
    assert [form(one) for one in ("宗地编号", "成交价格(元)", "成交日期", "受让人统一社会信用代码")] == [
        "@",
        "#,##0.00",
        "yyyy-mm-dd",
        "@",
    ]


def test_every_name_of_a_drop_down_is_read_as_its_code(toy_catalog: Catalog) -> None:
    for codelist in toy_catalog.codelists:
        for code, said in titles(codelist, toy_catalog, "530000"):
            found = toy_catalog.regions if codelist == "region" else toy_catalog.codelists[codelist]
            assert found.find(said) == code, (codelist, code, said)


def test_no_text_of_a_template_is_a_formula_or_a_link(toy_catalog: Catalog) -> None:
    book = openpyxl.load_workbook(BytesIO(xlsx_template(toy_catalog.types["land/grant-result"], toy_catalog)))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert any(str(cell.value).startswith("https://") for cell in cells)
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_what_must_and_what_should_be_filled_is_in_every_usual_template(
    disclosure: Disclosure, loader: Loader
) -> None:
    made = columns(disclosure, loader.catalog)
    every = columns(disclosure, loader.catalog, every=True)
    assert {one.field.path for one in made} <= {one.field.path for one in every}
    left = {one.field.path for one in every} - {one.field.path for one in made}
    carrying = [one.field.dotted for one in every if one.need == "must" or clauses(one.field, disclosure)]
    assert [dotted for dotted in carrying if tuple(dotted.split(".")) in left] == []
    assert len({one.heading for one in every}) == len(every)
