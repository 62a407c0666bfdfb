"""Checking by columns says what checking row by row says: every number, group, place and line of the report."""

import csv
import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats import wire
from formats.error import FormatError
from formats.row import Row
from formats.wire import decode, encode
from loaders import intake
from loaders import run as running
from loaders.load import check
from loaders.profile_file import load_profile, parse_profile
from loaders.report import Report
from schemas.catalog import Catalog
from tests.here import read_here

PUBLISHER = "11530114MB0W00017C"
CASES = Path(__file__).with_name("cases")
DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"

Cell = Callable[[random.Random, int], Any]


class Parsed:
    """A file as the process that parses it gave it, and again whenever it is asked for; its fault at the end too."""

    def __init__(self, read: Callable[..., Iterator[wire.Batch]]) -> None:
        self._read = read
        self._lines: list[bytes] | None = None
        self._fault: FormatError | None = None

    def __call__(self, *given: Any) -> Iterator[wire.Batch]:
        if self._lines is None:
            self._lines = []
            try:
                self._lines.extend(batch.line for batch in self._read(*given))
            except FormatError as fault:
                self._fault = fault
        yield from map(decode, self._lines)
        if self._fault is not None:
            raise self._fault


def assert_same(path: Path, catalog: Catalog, **asked: Any) -> Report:
    """Check a file both ways, parsed once; gives the report."""
    with patch.object(running, "read_batches", Parsed(read_here)):
        by_rows = check(path, catalog, columnar=False, **asked)
        by_columns = check(path, catalog, columnar=True, **asked)
    assert by_columns.issues == by_rows.issues
    assert by_columns.to_json() == by_rows.to_json()
    return by_columns


def one_of(*cells: Any) -> Cell:
    return lambda random_, row: random_.choice(cells)


def now_and_then(usual: Cell, *others: Any, share: float = 0.03) -> Cell:
    """Mostly the usual cell, sometimes one of the others."""
    return lambda random_, row: random_.choice(others) if random_.random() < share else usual(random_, row)


def day(random_: random.Random, row: int) -> str:
    return f"20{random_.randint(10, 26)}-{random_.randint(1, 12):02}-{random_.randint(1, 28):02}"


def number(random_: random.Random, row: int) -> str:
    return str(round(random_.random() * 1000, random_.randint(0, 5)))


# Texts that mean something, nothing, something personal or too much.
TEXTS = (
    "", "-", "无", "/", "——", " 昆明  市 ", "\t示例", "（空）", "ｎ／ａ", "详见附件", "13912345678", "联系人 13912345678",
    "530114199003078515", "9" * 400, "示" * 3000, "合计", "a\u200bb", "5", "昆明\n市", "*", "null", "A|B", "注：说明",
)  # fmt: skip
NUMBERS = ("", "-", "无", "1,234.5", "约3", "3亩", "-1", "1e5", "0", "00", "1.23456789", "九", "12万元", "１２", "1 000", "999999999999999999999")  # fmt: skip
DATES = ("", "-", "2024年6月18日", "昨天", "1900-01-01", "2024-02-30", "2024-06-18 09:30", "43465", "20240618", "2150-01-01", "二〇二四年六月三日", "2009-01-05")  # fmt: skip
CODES = ("", "无", "其他说法", "工业", "商业服务业设施用地", "01", "工业用地 ", "（工业用地）")
REGIONS = ("", "昆明市", "530114", "不知道哪里", "532331", "禄丰县", "云南省昆明市官渡区关上街道", "官渡区")
USCCS = ("", "91530114MA6K000170", "91530114MA6K000171", "91530114ma6k000170", "x", "530114199003078515")

COLUMNS: dict[str, Cell] = {
    "公开主体": now_and_then(one_of("昆明市自然资源和规划局"), "", "示例局", "昆明市自然资源和规划局 "),
    "公开主体统一社会信用代码": one_of("", "", "11530114MB0W00017C"),
    "行政区划": now_and_then(one_of("昆明市呈贡区", "五华区"), *REGIONS),
    "所在地区": now_and_then(one_of("昆明市呈贡区"), *REGIONS),
    "公开时间": now_and_then(day, *DATES),
    "宗地编号": now_and_then(lambda random_, row: f"KC{row}", "KC1", "KC2", "kc３", "", "-", "KC 5", share=0.06),
    "土地坐落": now_and_then(lambda random_, row: f"昆明市呈贡区示例街道{row}号", *TEXTS),
    "土地面积(公顷)": now_and_then(number, *NUMBERS),
    "面积": now_and_then(one_of(""), "1", "2.5"),
    "土地用途": now_and_then(one_of("工业用地", "商服用地", "城镇住宅用地"), *CODES),
    "供地方式": now_and_then(one_of("挂牌出让", "划拨", "协议出让"), *CODES),
    "出让年限": now_and_then(one_of("40", "50", "70"), *NUMBERS, "50年", "商业40年、住宅70年"),
    "成交价格(万元)": now_and_then(number, *NUMBERS, "按合同约定", "美元12", "12元/平方米", "壹佰万元"),
    "受让人": now_and_then(lambda random_, row: f"云南示例{row % 50}有限公司", *TEXTS, *USCCS),
    "受让人统一社会信用代码": now_and_then(one_of("", "91530114MA6K000170"), *USCCS),
    "受让人联系电话": now_and_then(one_of("", "0871-6412345"), "13912345678", "无", "-"),
    "成交日期": now_and_then(day, *DATES),
    "合同签订日期": now_and_then(day, *DATES),
    "约定开工时间": now_and_then(day, *DATES),
    "容积率": now_and_then(one_of("", "1.5", "≥1.0且≤2.5", "不大于3"), *NUMBERS),
    "网址": now_and_then(lambda random_, row: f"https://example.org/notice/{row}.html?id={row}", "没有", "", "http://例子.cn/a b", "HTTP://EXAMPLE.ORG/[1]#a#b"),
    "备注": now_and_then(one_of("", "现状出让"), *TEXTS),
    "没有的列": now_and_then(one_of("", "x"), *TEXTS),
}  # fmt: skip


def rows_of(seed: int, count: int) -> list[list[Any]]:
    """Headings and rows: columns chosen by the seed, some rows ragged, repeated, without data."""
    chosen = random.Random(seed)
    names = [name for name in COLUMNS if chosen.random() < 0.6 or name == "宗地编号"]
    chosen.shuffle(names)
    rows: list[list[Any]] = [names]
    for number_ in range(count):
        row = [COLUMNS[name](chosen, number_) for name in names]
        kind = chosen.random()
        if kind < 0.01:
            row = row[: chosen.randint(0, len(row))]
        elif kind < 0.015:
            row = [*row, chosen.choice(["", "多出来的"])]
        elif kind < 0.02:
            row = list(names)
        elif kind < 0.03:
            row = list(rows[-1])
        elif kind < 0.035:
            row = ["合计", *("3" for _ in row[1:])]
        elif kind < 0.04:
            row = ["公顷" if cell else "" for cell in row]
        elif kind < 0.045:
            row = ["", *row[1:]]
        elif kind < 0.05:
            row = ["注：以上数据来源于示例" for _ in row]
        rows.append(row)
    return rows


def write_csv(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


@pytest.mark.parametrize("seed", range(8))
def test_generated_files_are_judged_alike(seed: int, catalog: Catalog, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "file.csv", rows_of(seed, 400))
    publisher = (PUBLISHER, None)[seed % 2]
    report = assert_same(path, catalog, type="land/grant-result", publisher=publisher)
    assert report.rows >= 390


def test_good_rows_are_not_read_one_by_one(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loaders.intake import Intake

    read: list[Any] = []
    take_row = Intake._take_row
    monkeypatch.setattr(Intake, "_take_row", lambda *given: (read.append(given), take_row(*given)))
    columns = {
        name: COLUMNS[name] for name in ("宗地编号", "土地坐落", "土地面积(公顷)", "土地用途", "成交日期")
    }
    names = list(columns)
    rows = [names, *([f"KC{n}", f"示例路{n}号", f"{n}.5", "工业用地", "2024-06-18"] for n in range(3000))]
    report = assert_same(
        write_csv(tmp_path / "file.csv", rows), catalog, type="land/grant-result", publisher=PUBLISHER
    )
    assert report.taken == 3000
    # All of them row by row, and by columns those among which the headings were looked for.
    assert 3000 < len(read) < 3050


CELLS = st.one_of(
    st.sampled_from([*TEXTS, *NUMBERS, *DATES, *CODES, *REGIONS, *USCCS]), st.none(), st.booleans(), st.integers(-5, 3 * 10**6),
    st.floats(allow_nan=False, allow_infinity=False), st.dates(), st.datetimes(), st.text(max_size=12),
)  # fmt: skip


def test_cells_of_any_kind_are_judged_alike(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("x", "utf-8")
    names = list(COLUMNS)

    @settings(deadline=None, max_examples=60)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        chosen = data.draw(st.lists(st.sampled_from(names), min_size=3, max_size=6, unique=True))
        headings = list(dict.fromkeys(["宗地编号", "成交日期", *chosen]))
        good = data.draw(st.integers(0, 2**32))
        rows: list[list[Any]] = [headings]
        for number_ in range(data.draw(st.integers(1, 12))):
            random_ = random.Random(good + number_)
            usual = [COLUMNS[name](random_, number_) for name in headings]
            odd = data.draw(st.dictionaries(st.integers(0, len(headings)), CELLS, max_size=2))
            row = [odd.get(place, cell) for place, cell in enumerate([*usual, None])]
            rows.append(row if row[-1] is not None else row[:-1])
        whole = [Row("", number_, tuple(row)) for number_, row in enumerate(rows, 1)]
        # So that the table begins with the first rows, and some batches are short.
        with (
            patch.object(running, "read_batches", lambda *_: map(decode, encode(whole))),
            patch.object(intake, "SEARCHED", 1),
            patch.object(wire, "BATCH", 300),
        ):
            assert_same(path, catalog, type="land/grant-result", publisher=PUBLISHER)

    holds()


@pytest.mark.parametrize("several", [2, 3])
def test_rows_of_one_record_are_merged_alike(several: int, catalog: Catalog, tmp_path: Path) -> None:
    chosen = random.Random(several)
    rows = [["公告编号", "宗地编号", "土地面积(公顷)", "起始价(万元)", "公告日期", "土地用途"]]
    for number_ in range(300):
        notice = number_ // several if chosen.random() < 0.9 else chosen.randint(0, 40)
        published = f"2024-06-{notice % 28 + 1:02}" if chosen.random() < 0.97 else "2024-07-30"
        rows.append([f"公告{notice}", f"G{number_}", "1.5", "100", published, "工业用地"])
    assert_same(
        write_csv(tmp_path / "file.csv", rows), catalog, type="land/grant-notice", publisher=PUBLISHER
    )


def test_sheets_are_judged_alike(catalog: Catalog, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for number_, seed in enumerate((100, 101, 102)):
        sheet = book.active if number_ == 0 else book.create_sheet(f"第{number_}页")
        assert sheet is not None
        for row in rows_of(seed, 150):
            cells = [as_number(cell) if number_ else cell for cell in row]
            sheet.append([cell if "\u200b" not in str(cell) else "x" for cell in cells])
    book.save(tmp_path / "file.xlsx")
    assert_same(tmp_path / "file.xlsx", catalog, type="land/grant-result", publisher=None)


def as_number(cell: Any) -> Any:
    """A cell as a workbook has it: figures as numbers, the first month's days as dates."""
    try:
        return float(cell) if "." in cell else int(cell) if len(cell) < 10 else cell
    except ValueError:
        return cell


@pytest.mark.parametrize("suffix", ["json", "jsonl"])
def test_flat_objects_are_judged_alike(suffix: str, catalog: Catalog, tmp_path: Path) -> None:
    names, *rows = rows_of(7, 200)
    objects = [dict(zip(names, row, strict=False)) for row in rows]
    lines = [json.dumps(one, ensure_ascii=False) for one in objects]
    path = tmp_path / f"file.{suffix}"
    path.write_text("\n".join(lines) if suffix == "jsonl" else f"[{','.join(lines)}]", "utf-8")
    assert_same(path, catalog, type="land/grant-result", publisher=PUBLISHER)


@pytest.mark.parametrize("split", ["", 'split = "、"', 'pattern = "(KC.*)"', 'replace = {"KC" = "G"}'])
def test_files_with_a_profile_are_judged_alike(split: str, catalog: Catalog, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "file.csv", rows_of(3, 200))
    text = f"""
title = "示例"
titleEn = "Example"
description = "示例"
nulls = ["KC7"]
[[records]]
type = "land/grant-result"
[records.columns]
"宗地编号" = {{to = "lots.parcelNumber", {split}}}
"""
    profile = parse_profile(text.replace(", }", "}"), "test", catalog)
    assert_same(path, catalog, profile=profile, publisher=PUBLISHER)


CASE_FILES = sorted(path for path in CASES.iterdir() if path.suffix != ".toml")


@pytest.mark.parametrize("path", CASE_FILES, ids=lambda path: path.stem)
def test_cases_are_judged_alike(path: Path, catalog: Catalog) -> None:
    profile = path.with_suffix(".toml")
    if profile.exists():
        assert_same(path, catalog, profile=load_profile(profile, catalog), publisher=PUBLISHER)
    for type_ in ("land/grant-result", "works/award-result"):
        assert_same(path, catalog, type=type_, publisher=PUBLISHER)


@pytest.mark.skipif(not DATA.is_dir(), reason="the published files are not on this machine")
@pytest.mark.parametrize("path", sorted(DATA.glob("*/*.[ctxj]s*")), ids=lambda path: path.name[:40])
def test_published_files_are_judged_alike(path: Path, catalog: Catalog) -> None:
    assert_same(path, catalog)
