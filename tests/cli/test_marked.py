"""`openalloc check --marked` gives the workbook back, `--since` compares with an earlier report."""

import json
from pathlib import Path

import openpyxl
import pytest

from tests.cli.test_command import PUBLISHER, text
from tests.conftest import Run

TYPE = ("--type", "land/grant-result", *PUBLISHER)
HEADINGS = "宗地编号,土地位置,面积,成交日期"
FAULTY = text(HEADINGS, "A-1,示例路1号,很大,2024-06-18", "A-2,示例路2号,1,明天")
HALF = text(HEADINGS, "A-1,示例路1号,5,2024-06-18", "A-2,示例路2号,1,明天")


def test_the_marked_workbook_is_written_beside_the_report(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(FAULTY)
    exit_code, out, _ = run("check", "a.csv", *TYPE, "--marked", "back.xlsx", "--json")
    assert exit_code == 1
    assert json.loads(out)["counts"]["mustFix"] == 2
    sheet = openpyxl.load_workbook(tmp_path / "back.xlsx")["数据"]
    assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment] == ["C2", "D3"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.csv", "back.xlsx"]


def test_a_report_is_compared_with_an_earlier_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(FAULTY)
    (tmp_path / "report.json").write_text(run("check", "a.csv", *TYPE, "--json")[1], "utf-8")
    (tmp_path / "a.csv").write_bytes(HALF)
    _, out, _ = run("check", "a.csv", *TYPE, "--since", "report.json", "--json")
    comparison = json.loads(out)["comparison"]
    assert (comparison["fixed"], comparison["stillThere"], comparison["new"]) == (1, 1, 0)
    _, shown, _ = run("check", "a.csv", *TYPE, "--since", "report.json")
    assert "已改正 fixed 1, 仍有 still there 1, 新出现 new 0" in shown


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("a.csv", "--since", "a.csv"), "L092"),
        (("a.csv", "--since", "none.json"), "L092"),
        (("a.csv", "--since", "other.json"), "L092"),
        (("a.csv", "b.csv", "--marked", "back.xlsx"), "L094"),
        (("a.csv", "--marked", "./a.csv"), "L095"),
        (("a.csv", "--marked", "none/back.xlsx"), "L096"),
        (("a.csv", "--marked", "folder"), "L096"),
    ],
)
def test_what_cannot_be_done_says_why_and_leaves_the_files_as_they_are(
    arguments: tuple[str, ...], code: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(FAULTY)
    (tmp_path / "b.csv").write_bytes(FAULTY)
    (tmp_path / "other.json").write_text('{"a": 1}')
    (tmp_path / "folder").mkdir()
    exit_code, _, err = run("check", *arguments, *TYPE)
    assert exit_code == 2
    assert code in err
    assert "→" in err
    assert (tmp_path / "a.csv").read_bytes() == FAULTY
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.csv", "b.csv", "folder", "other.json"]


def test_a_file_that_cannot_be_read_gives_its_report_and_no_workbook(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"")
    exit_code, out, _ = run("check", "a.csv", *TYPE, "--marked", "back.xlsx", "--json")
    assert (exit_code, json.loads(out)["unreadable"]) == (2, True)
    assert not (tmp_path / "back.xlsx").exists()
