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

from formats.child import DEFAULT
from formats.registry import format_of
from loaders.asked import Asked
from loaders.intake import Intake
from loaders.load import _Run
from loaders.report import Report
from loaders.spool import Spool
from publish.columns import columns
from publish.filling import Cell, fill
from publish.template import csv_template, xlsx_template
from schemas.catalog import Catalog, Disclosure

TYPES = [*Catalog.load().types, "land/invented"]
BOTH = pytest.mark.parametrize("every", [False, True], ids=["usual", "every"])


@pytest.fixture(params=TYPES)
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


def filled_workbook(disclosure: Disclosure, catalog: Catalog, every: bool, *, typed: bool = True) -> bytes:
    """The template with the sample's rows in its first sheet."""
    book = openpyxl.load_workbook(BytesIO(xlsx_template(disclosure, catalog, every=every)))
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
        run = _Run(self.folder / name, self.catalog, None, None, None, DEFAULT, None)
        with Spool() as fragments, Spool() as refusals:
            run.intake = Intake(self.asked, fragments, refusals)
            run.intake.take_all(format_of(name).read(BytesIO(content)))
            records = [outcome.record for outcome in run.outcomes()]
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
        (xlsx_template(disclosure, loader.catalog, every=every), "template.xlsx"),
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
