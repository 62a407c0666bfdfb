"""`openalloc schemas`: release, diff, impact. Exit 0 done, 1 the versions or the data are wrong, 2 not possible."""

import json
import re
import zipfile
from pathlib import Path

import pytest

from schemas.catalog import FOLDER
from tests.conftest import Run
from tests.toy import evolved, invented

TYPE = evolved.TYPE


@pytest.fixture
def schemas(tmp_path: Path) -> str:
    """The folder of the toy catalog."""
    folder = invented.plant(FOLDER, tmp_path)
    evolved.plant(folder)
    return str(folder)


def test_diff_says_what_changed_in_both_languages(run: Run, schemas: str) -> None:
    code, out, _ = run("schemas", "diff", f"{TYPE}/1.0", f"{TYPE}/1.1", "--schemas", schemas)
    assert code == 0
    for wanted in (
        "新增“电子邮箱”",
        "“Email” is added, optional",
        "“传真”弃用",
        "codes are added to toy-channel: app",
        "版本号正确",
    ):
        assert wanted in out, wanted


def test_diff_as_json_has_every_change_with_path_kind_and_level(run: Run, schemas: str) -> None:
    code, out, _ = run("schemas", "diff", f"{TYPE}/1.1", f"{TYPE}/2.0", "--schemas", schemas, "--json")
    found = json.loads(out)
    assert (code, found["needed"], found["claimed"], found["ok"]) == (0, "major", "major", True)
    assert {"path": "lots.colour", "kind": "renamed", "level": "major"}.items() <= next(
        one for one in found["changes"] if one["path"] == "lots.colour"
    ).items()
    assert all(set(one) == {"path", "kind", "level", "message", "messageEn"} for one in found["changes"])


def test_a_breaking_change_under_a_minor_number_ends_with_1(run: Run, schemas: str, tmp_path: Path) -> None:
    schema = evolved.schema("1.1")
    schema |= {"version": "1.2", "$id": f"https://openalloc.org/schemas/{TYPE}/1.2.json"}
    del schema["properties"]["remarks"]
    path = tmp_path / "candidate.json"
    path.write_text(json.dumps(schema), "utf-8")
    code, out, _ = run("schemas", "diff", f"{TYPE}/1.1", str(path), "--schemas", schemas)
    assert code == 1
    assert "删除“备注”" in out
    assert "the number is wrong: the changes need a major, the number says minor" in out


def test_what_cannot_be_compared_ends_with_2(run: Run, schemas: str) -> None:
    for new in ("land/nothing/1.0", "nothing.json", "land/grant-result/1.0"):
        code, _, err = run("schemas", "diff", f"{TYPE}/1.0", new, "--schemas", schemas)
        assert code == 2
        assert re.search(r"S1(02|38|41)", err)


def test_release_lists_what_is_not_listed_and_never_rewrites(run: Run, schemas: str) -> None:
    lock = Path(schemas, "released.csv")
    before = lock.read_text("utf-8")
    code, out, _ = run("schemas", "release", "land/*", "--on", "2026-11-01", "--schemas", schemas)
    assert code == 0
    assert "land/grant-result/1.0" in out
    after = lock.read_text("utf-8")
    assert after.startswith(before)
    assert "land/grant-result/1.0," in after
    assert "works/" not in after
    assert run("schemas", "release", "--schemas", schemas)[0] == 0
    whole = lock.read_text("utf-8")
    code, out, _ = run("schemas", "release", "--schemas", schemas)
    assert (code, lock.read_text("utf-8")) == (0, whole)
    assert "发布 0 项" in out


def test_release_refuses_where_a_released_file_changed(run: Run, schemas: str) -> None:
    path = Path(schemas, TYPE, "1.0.json")
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    before = Path(schemas, "released.csv").read_bytes()
    code, _, err = run("schemas", "release", "--schemas", schemas)
    assert code == 1
    assert "S130" in err
    assert Path(schemas, "released.csv").read_bytes() == before


def test_impact_tells_what_becomes_invalid_and_whose_it_is(run: Run, tmp_path: Path) -> None:
    assert run("init")[0] == 0
    text = "宗地编号,土地位置,土地面积(平方米),成交价(万元),受让单位,成交日期\nA-1,示例路1号,1000,100,示例公司,2024-06-18\n"
    Path("a.csv").write_text(text, "utf-8")
    assert run("load", "a.csv", "--type", "land/grant-result", "--publisher", "11530114MB0W00017C")[0] == 0
    code, out, _ = run("schemas", "impact", "land/grant-result/1.0")
    assert code == 0
    assert "由合格变为不合格 become invalid: 0" in out
    schema = json.loads((FOLDER / "land" / "grant-result" / "1.0.json").read_text("utf-8"))
    schema |= {"version": "2.0", "$id": schema["$id"].replace("1.0", "2.0")}
    schema["required"] = [*schema["required"], "title"]
    path = tmp_path / "candidate.json"
    path.write_text(json.dumps(schema), "utf-8")
    code, out, _ = run("schemas", "impact", str(path))
    assert code == 1
    assert "S001 title" in out
    assert "11530114MB0W00017C" in out
    code, out, _ = run("schemas", "impact", str(path), "--json")
    found = json.loads(out)
    assert (code, found["becomesInvalid"], found["publishers"][0]["records"]) == (1, 1, 1)


def test_types_says_status_and_dates(run: Run) -> None:
    code, out, _ = run("types", "--json")
    rows = json.loads(out)
    assert code == 0
    for row in rows:
        assert row["status"] in ("draft", "current", "deprecated", "retired")
        assert {"released", "deprecated", "retired", "newest"} <= set(row)


def test_export_writes_the_whole_standard(run: Run, tmp_path: Path) -> None:
    exit_code, _, _ = run("schemas", "export", "standard.zip")
    with zipfile.ZipFile(tmp_path / "standard.zip") as archive:
        assert exit_code == 0
        assert {"index.json", "schemas/land/grant-result/1.0.json"} <= set(archive.namelist())


def test_export_where_nothing_can_be_written_is_a_clear_error(run: Run) -> None:
    exit_code, _, err = run("schemas", "export", "no/such/folder/standard.zip")
    assert (exit_code, "C021" in err) == (2, True)
