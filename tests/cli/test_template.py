"""`openalloc template`: files written, and what it says where it cannot."""

from pathlib import Path

import openpyxl
import pytest

from cli.main import main


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["openalloc", "template", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_template_is_named_after_its_type(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "land/grant-result") == 0
    assert openpyxl.load_workbook(tmp_path / "land-grant-result.xlsx").sheetnames[0] == "土地成交公示"
    assert "land/grant-result/1" in capsys.readouterr().out


def test_a_csv_with_every_column_goes_where_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "表.csv"
    assert run(monkeypatch, "land/grant-result", "--csv", "--all", "-o", str(path)) == 0
    assert path.read_text("utf-8-sig").startswith("土地成交公示标题,")


def test_what_cannot_be_written_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "land/grant-result", "-o", str(tmp_path / "no" / "x.xlsx")) == 2
    assert "C030" in capsys.readouterr().err


def test_an_unknown_type_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "land/nothing") == 2
    assert "S102" in capsys.readouterr().err
