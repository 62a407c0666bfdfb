"""What the command answers: exit 0 done, 1 the data has errors, 2 it could not be done."""

import contextlib
import json
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cli.main import main
from tests.conftest import Run

HEADINGS = "宗地编号,土地位置,土地面积(平方米),成交价(万元),受让单位,成交日期"
GOOD = "A-1,示例路1号,1000,100,云南示例置业有限公司,2024-06-18"
PUBLISHER = ("--publisher", "11530114MB0W00017C")


def text(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\n".join(lines).encode(encoding)


def far_cells(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "宗地编号"
    book.active["XFD1048576"] = 1
    book.save(path)


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b"0" * 300_000_000)


BAD_FILES: dict[str, tuple[bytes | Callable[[Path], None], int, str]] = {
    "empty.csv": (b"", 2, "F004"),
    "unknown.docx": (b"PK", 2, "F005"),
    "broken.json": (b'[{"a": 1}, {"a": ', 2, "F030"),
    "damaged.xlsx": (b"PK\x03\x04 no more", 2, "F040"),
    "encoding.csv": (text(HEADINGS, GOOD) + b"\n\xff\xfe\xfa\x81\xff", 2, "F01"),
    "bomb.xlsx": (bomb, 2, "F042"),
    "far.xlsx": (far_cells, 2, "F043"),
    "column.csv": (text("电子监管号,备注", "5301002024B00001,x"), 1, "L004"),
    "date.csv": (text(HEADINGS, GOOD.replace("2024-06-18", "05月06土09时00分")), 1, "L011"),
    "number.csv": (text(HEADINGS, GOOD.replace("1000,", "很大,")), 1, "L01"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_input_gets_a_clear_error_with_a_code_and_a_hint(name: str, run: Run, tmp_path: Path) -> None:
    content, expected, code = BAD_FILES[name]
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)
    exit_code, out, err = run("check", name, "--type", "land/grant-result", *PUBLISHER, "--json")
    assert exit_code == expected, out + err
    groups = json.loads(out)["groups"]
    found = [group for group in groups if group["code"].startswith(code)]
    assert found, groups
    for key in ("message", "messageEn", "hint", "hintEn"):
        assert found[0][key]


def test_an_amount_that_is_a_clause_is_no_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(text(HEADINGS, GOOD.replace(",100,", ",按评估价的50%计取,")))
    exit_code, out, _ = run("check", "a.csv", "--type", "land/grant-result", *PUBLISHER, "--json")
    assert (exit_code, json.loads(out)["groups"][0]["severity"]) == (0, "warning")


def test_the_report_accounts_for_every_row(run: Run, tmp_path: Path) -> None:
    rows = [GOOD, GOOD.replace("A-1", "A-2").replace("2024-06-18", "昨天"), "", "合计,,1000,100,,", HEADINGS]
    (tmp_path / "a.csv").write_bytes(text("2024年成交情况,,,,,", HEADINGS, *rows, encoding="gb18030"))
    exit_code, out, _ = run("check", "a.csv", *PUBLISHER, "--json")
    report = json.loads(out)
    assert exit_code == 1
    assert report["rows"] == report["taken"] + report["refused"] + sum(report["skipped"].values())
    assert (report["taken"], report["refused"]) == (1, 1)
    assert {one["heading"]: one["properties"] for one in report["columns"]}["成交价(万元)"] == ["lots.price"]


def test_load_then_query(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(text(HEADINGS, GOOD))
    assert run("init")[0] == 0
    assert run("load", "a.csv", "--type", "land/grant-result", *PUBLISHER)[0] == 0
    exit_code, out, _ = run("query", "{ disclosures { totalCount nodes { amount } } }")
    assert exit_code == 0
    assert json.loads(out)["data"]["disclosures"] == {"totalCount": 1, "nodes": [{"amount": 1_000_000}]}


def test_a_query_takes_variables(run: Run) -> None:
    run("init")
    query = "query ($code: String!) { region(code: $code) { title } }"
    assert (
        json.loads(run("query", query, "--variables", '{"code": "530100"}')[1])["data"]["region"]["title"]
        == "昆明市"
    )


NOT_DONE: list[tuple[tuple[str, ...], str]] = [
    (("query", "{ a }"), "D005"),
    (("load", "a.csv"), "D005"),
    (("check", "a.csv", "--profile", "none"), "L101"),
    (("check", "a.csv", "--type", "land/none"), "land/none"),
    (("query", "{ a }", "--database", "mysql://localhost/x"), "D001"),
    (("query", "{ a }", "--variables", "["), "JSON"),
    (("frob",), "frob"),
    (("check",), "FILE"),
]


@pytest.mark.parametrize(
    ("arguments", "says"), NOT_DONE, ids=lambda one: " ".join(one) if isinstance(one, tuple) else ""
)
def test_what_cannot_be_done_says_why_and_leaves_nothing(
    arguments: tuple[str, ...], says: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(text(HEADINGS, GOOD))
    exit_code, out, err = run(*arguments)
    assert exit_code == 2
    assert says in out + err
    assert "Traceback" not in out + err
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_in_use_is_said_before_anything_is_made(command: str, run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        exit_code, _, err = run(command, "--port", str(taken.getsockname()[1]))
    assert (exit_code, "C001" in err) == (2, True)
    assert not list(tmp_path.iterdir())


def test_an_operation_that_is_refused_exits_2(run: Run) -> None:
    run("init")
    exit_code, out, _ = run("query", "{ nothing }")
    assert (exit_code, json.loads(out)["errors"][0]["extensions"]["code"]) == (2, "Q111")


@pytest.mark.parametrize("command", ["types", "profiles"])
def test_lists_come_as_a_table_and_as_json(command: str, run: Run) -> None:
    _, table, _ = run(command)
    _, out, _ = run(command, "--json")
    listed: list[dict[str, Any]] = json.loads(out)
    assert len(listed) >= 10
    for one in listed:
        assert one.get("type", one.get("name")) in table


@pytest.mark.parametrize("heading", ["x[/]y", "[red]x", "x\\", "\\[/]"])
def test_a_heading_with_marks_of_the_terminal_is_shown_as_it_is(
    run: Run, tmp_path: Path, heading: str
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(text(f"{HEADINGS},{heading}", f"{GOOD},1"))
    code, out, _ = run("check", str(file), "--type", "land/grant-result", *PUBLISHER)
    assert code == 0
    assert heading in out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
@pytest.mark.parametrize("arguments", [("types",), ("types", "--json")], ids=["a table", "json"])
def test_output_that_finds_no_space_is_told(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["openalloc", *arguments])
    full = open("/dev/full", "w", encoding="utf-8")  # noqa: SIM115 - closing it fails, too
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", full)
        with pytest.raises(SystemExit) as ended:
            main()
    with contextlib.suppress(OSError):
        full.close()
    assert ended.value.code == 2
    assert "D021" in capsys.readouterr().err
