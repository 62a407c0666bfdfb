"""Reading in a child: the same rows, errors with a code, and no child left behind."""

import datetime
import io
import json
import os
import resource
import selectors
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from formats import child, confinement, wire
from formats.child import read_file
from formats.confinement import Limits
from formats.error import FormatError
from formats.registry import format_of
from formats.row import Row

LONG = 400_000


@pytest.fixture
def long_csv(tmp_path: Path) -> Path:
    """A file that keeps a child busy for a second or more."""
    path = tmp_path / "long.csv"
    path.write_text("编号,地块\n" + "1,x\n" * LONG)
    return path


def children() -> set[str]:
    found = set()
    for task in Path("/proc/self/task").iterdir():
        found |= set((task / "children").read_text().split())
    return found


def workbook() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("一")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        minute = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(1, 1, ["地块", 1200.5, 5308292018, True])
        sheet.write(2, 1, datetime.datetime(2026, 3, 16), day)
        sheet.write(2, 2, datetime.datetime(2026, 3, 16, 9, 30), minute)
        book.add_worksheet("二").write(0, 0, 1)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", '编号,"a\nb",\n1,2\n'.encode("gbk")),
        ("A.CSV", b"a,b\n"),
        ("名 称.tsv", b"a\tb\n"),
        ("a.xlsx", workbook()),
        ("a.json", '[{"甲": [1, 2.5, {"date": "x"}], "乙": null}, {"号": 91530000123456789012}]'.encode()),
        ("b.json", b'[{"n": 1}, {"n": 18446744073709551616}, {"n": 3}]'),
        ("a.xml", "<数据><记录><甲>1</甲><乙/></记录><记录><甲><丙>2</丙></甲></记录></数据>".encode()),
        ("a.html", "<table><tr><td>甲<td>乙<tr><td>1<td rowspan=2>2<tr><td>3</table>".encode("gbk")),
        ("a.xls", "<html><table><tr><td>甲<td>乙<tr><td>1<td>2</table>".encode("gbk")),
        ("a.jsonl", b'{"a": "\\ud83d\\ude00"}\n\n{"a": 1}\n'),
    ],
)
def test_the_rows_are_those_of_the_format(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    direct = list(format_of(name).read(io.BytesIO(content)))
    assert list(read_file(path)) == direct
    assert [type(cell) for row in read_file(path) for cell in row.cells] == [
        type(cell) for row in direct for cell in row.cells
    ]


def test_a_missing_an_empty_and_an_unreadable_file_have_a_code_each(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "a.doc").write_text("x")
    codes = {
        "none.csv": "F001",
        "folder.csv": "F002",
        "pipe.csv": "F003",
        "x" * 300 + ".csv": "F003",
        "empty.csv": "F004",
        "a.doc": "F005",
    }
    for name, code in codes.items():
        with pytest.raises(FormatError) as caught:
            list(read_file(tmp_path / name))
        assert caught.value.code == code


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_has_a_code(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n")
    path.chmod(0)
    with pytest.raises(FormatError, match="F003"):
        list(read_file(path))


def test_an_error_of_the_format_comes_with_its_details_after_the_rows_before_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,2\n"x')
    rows = read_file(path)
    assert [next(rows).cells, next(rows).cells] == [("a", "b"), ("1", "2")]
    with pytest.raises(FormatError) as caught:
        next(rows)
    assert (caught.value.code, caught.value.details) == ("F020", {"line": 3})


def test_a_reader_who_stops_early_leaves_no_child(long_csv: Path) -> None:
    before = children()
    rows = read_file(long_csv)
    next(rows)
    assert len(children() - before) == 1
    rows.close()  # type: ignore[attr-defined]
    assert children() == before


def test_a_reader_who_fails_leaves_no_child(long_csv: Path) -> None:
    before = children()
    with pytest.raises(ZeroDivisionError):
        sum(1 // (row.number - 1) for row in read_file(long_csv))
    assert children() == before


def test_the_limit_of_computing_time_ends_the_child(long_csv: Path) -> None:
    with long_csv.open("a") as stream:
        stream.write("1,x\n" * 4 * LONG)
    with pytest.raises(FormatError) as caught:
        for _ in read_file(long_csv, Limits(cpu=1, bytes_a_second=1 << 40)):
            pass
    assert caught.value.code == "F051"
    assert caught.value.details == {"seconds": 1}


def test_the_limit_of_waiting_time_ends_the_child(long_csv: Path) -> None:
    before = children()
    with pytest.raises(FormatError, match="F052"):
        list(read_file(long_csv, Limits(wall=0.01)))
    assert children() == before


def test_a_slow_reader_does_not_use_up_the_waiting_time(
    long_csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every look at the clock outside the wait makes it an hour later."""
    select, now = selectors.DefaultSelector.select, [0.0]

    def waiting(self: Any, timeout: float | None = None) -> Any:
        now[0] -= 3600
        return select(self, timeout)

    def clock() -> float:
        now[0] += 3600
        return now[0]

    monkeypatch.setattr(selectors.DefaultSelector, "select", waiting)
    monkeypatch.setattr(time, "monotonic", clock)
    assert sum(1 for _ in read_file(long_csv, Limits(wall=5))) == LONG + 1


@pytest.mark.parametrize("memory", [16 << 20, 64 << 20, 128 << 20])
def test_the_limit_of_memory_ends_the_child(tmp_path: Path, memory: int) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"a": "' + "地" * 40_000_000 + '"}]')
    with pytest.raises(FormatError) as caught:
        list(read_file(path, Limits(memory=memory)))
    assert caught.value.code == "F050"
    assert caught.value.details == {"megabytes": memory >> 20}


def test_the_child_has_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n")
    given: dict[str, Any] = {}
    start = subprocess.Popen

    def popen(*args: Any, **options: Any) -> Any:
        given.update(options)
        return start(*args, **options)

    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    monkeypatch.setattr(subprocess, "Popen", popen)
    assert len(list(read_file(path))) == 1
    assert "DATABASE_PASSWORD" not in given["env"]


def test_modules_in_the_current_folder_are_not_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "orjson.py").write_text("raise SystemExit(9)")
    (tmp_path / "a.csv").write_text("a,b\n")
    monkeypatch.chdir(tmp_path)
    assert [row.cells for row in read_file(Path("a.csv"))] == [("a", "b")]


@pytest.mark.parametrize(
    ("status", "said", "code"),
    [
        (-24, b"", "F051"),
        (-9, b"", "F050"),
        (-6, b"memory allocation of 549755813888 bytes failed\n", "F050"),
        (1, b"Traceback\nMemoryError\n", "F050"),
        (-6, b"thread panicked", "F053"),
        (-11, b"", "F053"),
        (1, b"Traceback\nImportError: no formats\n", "F053"),
        (0, b"", "F053"),
    ],
)
def test_every_death_has_a_code(status: int, said: bytes, code: str) -> None:
    error = confinement.death(status, said, Limits())
    assert error.code == code
    if code == "F053" and said:
        assert said.decode().strip().splitlines()[-1] in error.message_en


def test_confined_means_no_core_no_files_and_bounded_memory_and_time(tmp_path: Path) -> None:
    """Asked from inside: a child started as ours, which prints its limits."""
    code = (
        "import json, resource as r; from formats.confinement import Limits, confine; confine(Limits());"
        "print(json.dumps([r.getrlimit(k)[0] for k in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_CORE, r.RLIMIT_FSIZE)]))"
    )
    root = Path(child.__file__).parent.parent
    run = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(root)}, capture_output=True, check=True
    )
    assert json.loads(run.stdout) == [2 << 30, 60, 0, 0]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 0


def test_lines_of_the_wire_stay_small_and_rows_too_large_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [Row("", number, ("x" * 1000,)) for number in range(1, 500)]
    lines = list(wire.encode(rows))
    assert len(lines) > 5
    assert max(map(len, lines)) < 2 * wire.BATCH
    assert [row for line in lines for row in wire.decode(line)] == rows
    monkeypatch.setattr(wire, "ROW_LIMIT", 500)
    [first] = list(wire.encode(rows))
    with pytest.raises(FormatError, match="F054"):
        wire.decode(first)


def test_a_long_file_does_not_make_the_process_that_asks_grow(long_csv: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(1 for _ in read_file(long_csv)) == LONG + 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 << 10
