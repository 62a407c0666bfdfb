"""`openalloc map`: what it shows, asks, writes and refuses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]
TEXT = (Path(__file__).resolve().parents[2] / "docs" / "examples" / "unseen-supplies.csv").read_text("utf-8")
PUBLISHER = "11530114MB0W00017C"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "supplies.csv"
    path.write_text(TEXT, "utf-8")
    return path


def test_a_profile_that_was_written_loads_the_file(run: Run, file: Path) -> None:
    code, shown, said = run("map", str(file), "--yes", "--publisher", PUBLISHER)
    assert code == 0, said
    assert "land/grant-result" in shown
    assert "lots.parcelNumber" in shown
    assert "SL2024-07" in shown
    profile = file.with_suffix(".toml")
    assert run("init")[0] == 0
    code, shown, said = run("load", str(file), "--profile", str(profile))
    assert code == 0, shown + said
    assert "新增 stored 3" in shown


def test_without_yes_and_without_a_terminal_nothing_is_written(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    code, shown, said = run("map", str(file))
    assert code == 2
    assert "M003" in said
    assert "lots.parcelNumber" in shown
    assert not file.with_suffix(".toml").exists()


def test_yes_is_refused_where_no_type_is_clear(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "menu.csv"
    path.write_text("菜名,辣度,口味\n示例豆腐,3,咸\n示例青菜,0,淡\n", "utf-8")
    code, _, said = run("map", str(path), "--yes")
    assert code == 2
    assert "M001" in said
    assert not path.with_suffix(".toml").exists()


def test_a_file_that_is_there_is_not_written_over(run: Run, file: Path) -> None:
    file.with_suffix(".toml").write_text("title = 'mine'", "utf-8")
    code, _, said = run("map", str(file), "--yes")
    assert code == 2
    assert "M004" in said
    assert file.with_suffix(".toml").read_text("utf-8") == "title = 'mine'"


def test_the_output_goes_where_it_is_asked_for(run: Run, file: Path, tmp_path: Path) -> None:
    assert run("map", str(file), "--yes", "--output", str(tmp_path / "p.toml"))[0] == 0
    assert (tmp_path / "p.toml").exists()
    code, _, said = run("map", str(file), "--yes", "-o", str(tmp_path / "none" / "p.toml"))
    assert code == 2
    assert "M006" in said


def test_json_is_for_programs(run: Run, file: Path) -> None:
    code, shown, _ = run("map", str(file), "--json", "--yes")
    made = json.loads(shown)
    assert code == 0
    assert made["type"] == "land/grant-result"
    assert len(made["columns"]) == 10
    assert all(one["property"] or one["leftOut"] for one in made["columns"])


def test_a_terminal_is_asked_and_an_answer_counts(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cli import map as module

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(module.typer, "prompt", lambda *_, **__: 0)
    monkeypatch.setattr(module.typer, "confirm", lambda *_, **__: True)
    code, shown, said = run("map", str(file), "--type", "land/grant-result")
    assert code == 0, said
    assert "what is it?" in shown
    assert "询问后不用" in file.with_suffix(".toml").read_text("utf-8")


def test_a_file_without_a_table_and_a_wrong_code_are_refused(run: Run, tmp_path: Path, file: Path) -> None:
    path = tmp_path / "note.csv"
    path.write_text("只有一句话\n", "utf-8")
    code, _, said = run("map", str(path), "--yes")
    assert code == 2
    assert "M002" in said
    code, _, said = run("map", str(file), "--yes", "--publisher", "123")
    assert code == 2
    assert "M005" in said
