"""Files that departments have published come back as they were but for the marks (skipped without the files)."""

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from python_calamine import load_workbook

from loaders.load import check
from loaders.returned.returning import returned
from schemas.catalog import Catalog
from tests.loaders.returned.workbooks import PUBLISHER, parts

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
FILES = [
    "works/六安_招标公告_汇总.xlsx", "works/杭州_中标项目_2023-10-30.xlsx", "land/landchina_liptao_data_raw_cn.xlsx",
    "medicine/raw_福建省.xlsx",
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
@pytest.mark.parametrize("name", FILES)
def test_a_published_workbook_comes_back_whole(name: str, catalog: Catalog) -> None:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{name} is not on this machine")
    report = check(path, catalog, publisher=PUBLISHER)
    made = io.BytesIO()
    returned(path, report, made, catalog=catalog, when=date(2026, 11, 25))
    before, after = parts(path.read_bytes()), parts(made.getvalue())
    same = [part for part in before if not part.startswith("xl/worksheets/") and part not in (
        "[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"
    )]  # fmt: skip
    assert [part for part in same if before[part] != after[part]] == []
    ours, theirs = load_workbook(io.BytesIO(made.getvalue())), load_workbook(str(path))
    assert ours.sheet_names[1:] == theirs.sheet_names
    for sheet in theirs.sheet_names:
        assert ours.get_sheet_by_name(sheet).to_python() == theirs.get_sheet_by_name(sheet).to_python()
    marked = openpyxl.load_workbook(made)
    said = {(one.code, one.row) for group in report.groups for one in group.kept if one.row}
    # The cells that are there: of one workbook the rows are 16,384 cells wide, and looking at each makes it.
    cells = [cell for sheet in marked.worksheets for cell in sheet._cells.values()]
    comments = "".join(cell.comment.text for cell in cells if cell.comment)
    assert all(f"编号 code {code}" in comments for code, _ in said)
