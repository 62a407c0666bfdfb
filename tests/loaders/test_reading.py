"""What people really send, one invented file a quirk: what is read of it, and what the report says.

docs/reading.md lists these; every line of it names the tests that show it.
"""

import codecs
import datetime
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt

from formats import wire
from formats.registry import format_of
from loaders import run as running
from loaders.load import check
from loaders.outcome import Outcome
from loaders.tracing import traced
from schemas.catalog import Catalog

PUBLISHER = "11530114MB0W00017C"
RESULT, MINING, AWARD = "land/grant-result", "mining/transaction-result", "procurement/award-result"
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reading.md"
TESTS = Path(__file__).resolve().parents[1]

HEAD = "宗地编号,土地坐落,土地面积(公顷),成交价格(万元),受让人,成交日期"
ROW = "SL-1,示例路,1.5,100,示例有限公司,2024-06-18"
READ = {
    "lots.0.parcelNumber": "SL-1", "lots.0.parcelLocation": "示例路", "lots.0.parcelArea": 15000,
    "lots.0.price.amount": 1_000_000, "lots.0.transferee.name": "示例有限公司", "lots.0.dealDate": "2024-06-18",
}  # fmt: skip


@dataclass(frozen=True)
class Quirk:
    """A file, and what must be read: values of its first record, codes of the report, rows skipped by rule."""

    name: str
    content: bytes
    values: dict[str, Any] = field(default_factory=lambda: READ)
    codes: frozenset[str] = frozenset()
    skipped: dict[str, int] = field(default_factory=dict)
    records: int = 1
    type: str = RESULT


def text(*lines: str, encoding: str = "utf-8", mark: bytes = b"", end: str = "\n") -> bytes:
    return mark + (end.join(lines) + end).encode(encoding)


def other(delimiter: str) -> bytes:
    return text(HEAD.replace(",", delimiter), ROW.replace(",", delimiter))


def xlsx(fill: Callable[[Any], None], **options: Any) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, options) as book:
        fill(book)
    return stream.getvalue()


def xls(fill: Callable[[Any], None]) -> bytes:
    stream, book = io.BytesIO(), xlwt.Workbook()
    fill(book)
    book.save(stream)
    return stream.getvalue()


def sheet(book: Any, rows: list[list[Any]], name: str = "结果") -> Any:
    made = book.add_worksheet(name)
    for number, row in enumerate(rows):
        made.write_row(number, 0, row)
    return made


def rows(*more: str) -> list[list[Any]]:
    return [line.split(",") for line in (HEAD, ROW, *more)]


def with_row(row: str, *beyond: str) -> bytes:
    return text(HEAD, row, *beyond)


def merged(book: Any) -> None:
    made = book.add_worksheet("结果")
    made.merge_range("A1:F1", "示例市土地出让结果")
    for place, name in (
        ("A2:A3", "宗地编号"),
        ("B2:B3", "土地坐落"),
        ("E2:E3", "受让人"),
        ("F2:F3", "成交日期"),
    ):
        made.merge_range(place, name)
    made.merge_range("C2:D2", "成交情况")
    made.write_row("C3", ["土地面积(公顷)", "成交价格(万元)"])
    made.write_row("A4", ROW.split(","))


def of_another(book: Any) -> None:
    """建筑 over 面积 is 建筑面积, which the type does not have."""
    made = book.add_worksheet("结果")
    for place, name in (("A1:A2", "宗地编号"), ("B1:B2", "土地坐落"), ("E1:E2", "受让人")):
        made.merge_range(place, name)
    made.merge_range("C1:D1", "建筑")
    made.write_row("C2", ["面积", "高度"])
    made.write_row("A3", ["SL-1", "示例路", 9999, 12, "示例有限公司"])


def hidden(book: Any) -> None:
    made = sheet(book, rows("SL-2,示例路,1,2,示例有限公司,2024-06-19"))
    made.set_row(2, None, None, {"hidden": True})
    made.set_column(4, 4, None, None, {"hidden": True})
    sheet(book, [HEAD.split(","), ["SL-3", "示例路", 1, 2, "示例有限公司", "2024-06-19"]], "往年").hide()


def stacked(book: Any) -> None:
    """Three tables on one sheet: the second of another type, the third in another order and other units."""
    made = sheet(book, rows())
    made.write("A4", "表二 政府采购中标")
    made.write_row("A5", ["项目编号", "项目名称", "采购人", "中标供应商", "中标金额(元)", "发布日期"])
    made.write_row("A6", ["CG-1", "示例采购", "示例局", "示例乙公司", 5000, "2024-06-20"])
    made.write("A8", "表三 土地成交(续)")
    made.write("F9", "单位：元、亩")
    made.write_row("A10", ["宗地编号", "受让人", "成交价格", "土地面积", "成交日期"])
    made.write_row("A11", ["SL-2", "示例丙公司", 1_000_000, 3, "2024-06-19"])


def merged_amounts(book: Any) -> None:
    made = sheet(book, rows(ROW.replace("SL-1", "SL-2")))
    made.merge_range("C2:C3", 1.5)
    made.merge_range("D2:D3", 100)
    made.merge_range("F2:F3", "2024-06-18")


def errors(book: Any) -> None:
    made = sheet(book, rows())
    made.write_formula("B2", "=VLOOKUP(1,A:A,2)", None, "#N/A")
    made.write_formula("E2", "=A2", None, "")
    strike = book.add_format({"font_strikeout": True})
    made.write("A2", "SL-1", strike)


def percent(book: Any) -> None:
    made = sheet(book, [["矿业权名称", "矿业权类型", "矿业权出让收益率(%)", "成交价格(万元)", "公告编号"]])
    made.write_row("A2", ["示例矿", "采矿权"])
    made.write("C2", 0.023, book.add_format({"num_format": "0.0%"}))
    made.write_row("D2", [100, "SL-1"])


def as_shown(book: Any) -> None:
    made = sheet(book, [HEAD.replace("(公顷)", "").replace("(万元)", "").split(",")])
    made.write("A2", 1, book.add_format({"num_format": '"SL-"0'}))
    made.write("B2", "示例路")
    made.write("C2", 1.5, book.add_format({"num_format": '0.00"公顷"'}))
    made.write("D2", 1_000_000, book.add_format({"num_format": '0!.0,"万元"'}))
    made.write_row("E2", ["示例有限公司", "2024-06-18"])


def since_1904(book: Any) -> None:
    made = sheet(book, [HEAD.split(","), ROW.split(",")[:5]])
    made.write("F2", 43999)


def dated(book: Any) -> None:
    made = sheet(book, [HEAD.split(","), ROW.split(",")[:5]])
    made.write("F2", datetime.date(2024, 6, 18), book.add_format({"num_format": 'yyyy"年"m"月"d"日"'}))
    made.write_rich_string("B2", "示例", book.add_format({"bold": True}), "路")


def old(book: Any) -> None:
    made = book.add_sheet("结果")
    for number, row in enumerate(rows()):
        for place, cell in enumerate(row):
            made.write(number, place, cell)
    other_ = book.add_sheet("往年")
    other_.write(0, 0, "说明")
    other_.visibility = 1


def page(*lines: str, charset: str = "gb2312") -> bytes:
    table = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<html><head><meta charset={charset}></head><body><table>{table}</table></body></html>".encode(
        "gbk"
    )


def cells(line: str, tag: str = "td") -> str:
    return "".join(f"<{tag}>{cell}</{tag}>" for cell in line.split(","))


HEADINGS_OF_A_PAGE = (
    "<th rowspan=2>宗地编号</th><th rowspan=2>土地坐落</th><th colspan=2>成交</th><th rowspan=2>受让人</th><th rowspan=2>成交日期</th>",
    "<th>土地面积(公顷)</th><th>成交价格(万元)</th>",
)
OBJECT = dict(zip(HEAD.split(","), ROW.split(","), strict=True))


def said(*values: Any) -> bytes:
    return "\n".join(json.dumps(value, ensure_ascii=False) for value in values).encode()


XML = (
    '<?xml version="1.0" encoding="GBK"?><s:Envelope xmlns:s="urn:s" xmlns:a="urn:a"><s:Body>'
    '<a:地块 宗地编号="SL-1"><a:土地坐落>示例路</a:土地坐落><成交价格>100万元</成交价格><受让人><名称>示例有限公司</名称></受让人></a:地块>'
    '<a:地块 宗地编号="SL-2"/></s:Body></s:Envelope>'
)  # fmt: skip

QUIRKS: tuple[Quirk, ...] = (
    # Text.
    Quirk("semicolons.csv", other(";")),
    Quirk("tabs.csv", other("\t")),
    Quirk("pipes.txt", other("|")),
    Quirk("stated-delimiter.csv", b"sep=;\r\n" + other(";")),
    Quirk("blank-before-quote.csv", text(HEAD, ROW.replace("示例路", ' "示例路, 1号"')), READ | {"lots.0.parcelLocation": "示例路, 1号"}),
    Quirk("line-break-in-cell.csv", text(HEAD, ROW.replace("示例路", '"示例路\n1号"')), READ | {"lots.0.parcelLocation": "示例路\n1号"}),
    Quirk("stray-quote.csv", text(HEAD, ROW.replace("示例路", '5"管旁')), READ | {"lots.0.parcelLocation": '5"管旁'}),
    Quirk("old-line-ends.csv", text(HEAD, ROW, end="\r")),
    Quirk("gbk.csv", text(HEAD, ROW, encoding="gbk")),
    Quirk("gb18030-four-bytes.csv", text(HEAD, ROW.replace("示例路", "䶮𠮷路"), encoding="gb18030"), READ | {"lots.0.parcelLocation": "䶮𠮷路"}),
    Quirk("marks-of-utf8.csv", text(HEAD, ROW, mark=codecs.BOM_UTF8 * 2)),
    Quirk("utf16-without-mark.csv", text(HEAD, ROW, encoding="utf-16-le")),
    Quirk("utf16.csv", text(HEAD, ROW, encoding="utf-16-be", mark=codecs.BOM_UTF16_BE)),
    Quirk("big5.csv", text("編號,名稱,金額", "一,範例公司,臺北縣市政府土地出讓", encoding="big5"), {}, frozenset({"F070"}), records=0),
    Quirk("nul.csv", with_row(ROW.replace("示例", "示\0例")), {}, frozenset({"F012"}), records=0),
    Quirk("broken-gbk.csv", text(HEAD, ROW, encoding="gbk") + b"\xff\xff\n", {}, frozenset({"F010"}), records=0),
    Quirk("workbook-named.csv", b"PK\x03\x04\x00", {}, frozenset({"F071"}), records=0),
    Quirk("empty.csv", b"", {}, frozenset({"F004"}), records=0),
    Quirk("headings-only.csv", text(HEAD), {}, frozenset({"L008"}), records=0),
    Quirk("one-column.csv", text("宗地编号", "SL-1"), {"lots.0.parcelNumber": "SL-1"}, frozenset({"L001"}), records=0),
    # Tables.
    Quirk("title-and-unit-above.csv", text("示例市出让结果", "单位：万元、公顷", HEAD.replace("(公顷)", "").replace("(万元)", ""), ROW)),
    Quirk("row-of-units.csv", text(HEAD.replace("(公顷)", "").replace("(万元)", ""), ",,公顷,万元,,", ROW), skipped={"unit": 1}),
    Quirk("units-in-cells.csv", with_row("SL-1,示例路,22.5亩,壹佰万元整,示例有限公司,2024-06-18")),
    Quirk("totals-and-notes.csv", with_row(ROW, "合计,,1.5,100,,", "注：数据来源于示例", ",,,,,", HEAD), skipped={"total": 1, "note": 1, "heading": 1, "blank": 1}),
    Quirk("ragged-and-trailing.csv", text(HEAD, ROW + ",", "SL-2,示例路"), records=2),
    Quirk("duplicate-headings.csv", text(HEAD + ",成交日期", ROW + ",2024-06-18")),
    Quirk("merged-headings.xlsx", xlsx(merged)),
    Quirk("heading-of-another.xlsx", xlsx(of_another), {"lots.0.parcelNumber": "SL-1", "lots.0.parcelArea": None, "lots.0.transferee.name": "示例有限公司"}),
    Quirk("hidden.xlsx", xlsx(hidden), codes=frozenset({"L126"}), records=3),
    Quirk("errors.xlsx", xlsx(errors), {"lots.0.parcelNumber": "SL-1", "lots.0.dealDate": "2024-06-18"}, frozenset({"L127", "L128", "L129"})),
    Quirk("percent.xlsx", xlsx(percent), {"lots.0.royaltyRate": 2.3}, type=MINING),
    Quirk("as-shown.xlsx", xlsx(as_shown)),
    Quirk("since-1904.xlsx", xlsx(since_1904, date_1904=True), READ, frozenset({"L130"})),
    Quirk("dates-and-rich-text.xlsx", xlsx(dated)),
    Quirk("several-sheets.xlsx", xlsx(lambda book: (sheet(book, rows()), sheet(book, [HEAD.split(","), ["SL-9", "示例路", 1, 2, "示例", "2024-06-20"]], "二"))), records=2),  # type: ignore[arg-type,return-value]
    Quirk("old-workbook.xls", xls(old), codes=frozenset({"L020", "L126"})),
    Quirk("page-named.xls", page(*HEADINGS_OF_A_PAGE, cells(ROW))),
    Quirk("page-with-hidden-row.xls", page(cells(HEAD, "th"), cells(ROW)).replace(b"<tr><td>", b'<tr style="display:none"><td>'), codes=frozenset({"L126"})),
    Quirk("unit-among-words.csv", text(HEAD.replace("(万元)", "（含税，万元）").replace("(公顷)", "（公顷，约）"), ROW)),
    Quirk("two-units-in-heading.csv", text(HEAD.replace("(万元)", "（元或万元）").replace("(公顷)", "（公顷/亩）"), ROW), {}, frozenset({"L132", "L133"}), records=0),
    Quirk("numbers-below-one-another.csv", with_row('SL-1,示例路,1.5,"100\n200",示例有限公司,2024-06-18'), READ | {"lots.0.price.amount": None, "lots.0.price.amountDetails": "100\n200"}, frozenset({"L021"})),
    Quirk("totals-of-parts.csv", with_row(ROW, "官渡区小计,,1.5,100,,", "合计（1宗）,,1.5,100,,", "其中：工业用地,,1.5,100,,", "第 1 页 共 2 页", "以下空白,,,,,"), skipped={"total": 3, "note": 2}),
    Quirk("one-thing-only.csv", with_row(ROW, "示例市自然资源局,,,,,"), codes=frozenset({"L134"})),
    Quirk("regions-between.csv", text(HEAD, "一、官渡区,,,,,", ROW), READ | {"region": "530111"}, frozenset({"L137"}), {"heading": 1}),
    Quirk("tables-below-one-another.xlsx", xlsx(stacked), codes=frozenset({"L010", "L004", "L135"}), skipped={"heading": 2, "note": 3}, records=2),
    Quirk("columns-in-another-order.csv", with_row(ROW.replace("SL-1", "SL-2"), "宗地编号,土地坐落,成交价格(元),土地面积(平方米),受让人,成交日期", "SL-1,示例路,1000000,15000,示例有限公司,2024-06-18"), READ | {"lots.0.parcelNumber": "SL-2"}, frozenset({"L135"}), {"heading": 1}, records=2),
    Quirk("unit-below.csv", text(HEAD.replace("(公顷)", "").replace("(万元)", ""), ROW, "注：金额单位：万元，面积单位：公顷"), codes=frozenset({"L136"}), skipped={"note": 1}),
    Quirk("units-in-a-column.csv", text("宗地编号,成交价格,单位,土地面积,面积单位", "SL-1,100,万元,1.5,公顷", "SL-2,1000000,元,22.5,亩"), {"lots.0.price.amount": 1_000_000, "lots.0.parcelArea": 15000}, records=2),
    Quirk("merged-amounts.xlsx", xlsx(merged_amounts), codes=frozenset({"L141"}), records=2),
    Quirk("rows-counted.csv", text("编号," + HEAD, "1," + ROW, "2," + ROW.replace("SL-1", "SL-2")), READ | {"localId": "1"}, frozenset({"L142"}), records=2),
    # Objects.
    Quirk("unit-of-an-object.json", said([{"宗地编号": "SL-1", "成交价格": {"数额": 100, "单位": "万元"}}]), {"lots.0.price.amount": 1_000_000}),
    Quirk("unit-of-an-element.xml", '<a><r><宗地编号>SL-1</宗地编号><成交价格 单位="万元">100</成交价格></r><r><宗地编号>SL-2</宗地编号></r></a>'.encode(), {"lots.0.price.amount": 1_000_000}, records=2),
    Quirk("several-names.json", said([OBJECT | {"受让人": ["示例甲公司", "示例乙公司"]}]), READ | {"lots.0.transferee.name": "示例甲公司|示例乙公司"}, frozenset({"L140"})),
    Quirk("several-values.json", said(OBJECT, OBJECT | {"宗地编号": "SL-2"}), records=2),
    Quirk("marked.json", codecs.BOM_UTF8 + said([OBJECT])),
    Quirk("wrapped.json", said({"code": 0, "data": {"total": 1, "list": [OBJECT]}})),
    Quirk("nested.json", said([{"宗地编号": "SL-1", "受让人": {"名称": "示例有限公司"}}]), {"lots.0.parcelNumber": "SL-1", "lots.0.transferee.name": "示例有限公司"}),
    Quirk("lines-and-arrays.jsonl", said(OBJECT, [OBJECT | {"宗地编号": "SL-2"}]), records=2),
    Quirk("epochs.json", said([OBJECT | {"成交日期": 1718640000000}])),
    Quirk("zoned-times.json", said([OBJECT | {"成交日期": "2024-06-17T16:00:00.000Z"}])),
    Quirk("paths.xml", XML.encode("gbk"), {"lots.0.parcelNumber": "SL-1", "lots.0.price.amount": 1_000_000, "lots.0.transferee.name": "示例有限公司"}, records=2),
    # Cells.
    Quirk("marked-texts.csv", with_row("'SL-1,\"=\"\"示例路\"\"\",'1.5,100,示例有限公司,'2024-06-18")),
    Quirk("invisible-characters.csv", with_row("SL-\u200b1,\u3000示例路\xa0,1.5,100,\ufeff示例有限公司,2024-06-18")),
    Quirk("soft-line-breaks.csv", with_row("SL-1,示例路\x0b1号,1.5,100,示例有限公司,2024-06-18"), READ | {"lots.0.parcelLocation": "示例路\n1号"}),
    Quirk("line-breaks-of-pages.csv", with_row("SL-1,示例路<br/>1号_x000D_,1.5,100,示例&nbsp;公司,2024-06-18"), READ | {"lots.0.parcelLocation": "示例路\n1号", "lots.0.transferee.name": "示例 公司"}),
    Quirk("errors-as-text.csv", with_row("SL-1,#REF!,########,100,示例有限公司,2024-06-18"), {"lots.0.price.amount": 1_000_000}, frozenset({"L120"})),
    Quirk("lost-figures.csv", with_row("5.30114E+17,示例路,1.5,100,示例有限公司,2024-06-18"), {}, frozenset({"L121"}), records=0),
    Quirk("whole-figures.csv", with_row("5.30114E+5,示例路,1.5,100,示例有限公司,2024-06-18"), READ | {"lots.0.parcelNumber": "530114"}),
    Quirk("figures-of-programs.csv", with_row("530114.0,示例路,1.5,100,示例有限公司,2024-06-18", "5.30114202400012E17,示例路,1.5,100,示例有限公司,2024-06-18", "530114202400012345.0,示例路,1.5,100,示例有限公司,2024-06-18"), READ | {"lots.0.parcelNumber": "530114"}, frozenset({"L121"})),
    Quirk("code-without-its-end.csv", text(HEAD + ",受让人统一社会信用代码", ROW + ",915301006819000000"), READ | {"lots.0.transferee.uscc": None}, frozenset({"L122"})),
    Quirk("figures-that-end-in-zeros.csv", with_row("530114202400012000,示例路,1.5,100,示例有限公司,2024-06-18"), READ | {"lots.0.parcelNumber": "530114202400012000"}, frozenset({"L138"})),
    Quirk("sixteen-figures.xlsx", xlsx(lambda book: sheet(book, [HEAD.split(","), [5301142024000120, *ROW.split(",")[1:]], [5301142024000123, *ROW.split(",")[1:]]])), READ | {"lots.0.parcelNumber": "5301142024000123"}, frozenset({"L121"})),  # type: ignore[arg-type,return-value]
    Quirk("numbers-for-names.csv", with_row("SL-1,示例路,1.5,100,1.5,2024-06-18"), READ | {"lots.0.transferee.name": None}, frozenset({"L139"})),
    Quirk("names-below-one-another.csv", with_row('SL-1,示例路,1.5,100,"示例甲公司\n示例乙公司",2024-06-18'), READ | {"lots.0.transferee.name": "示例甲公司\n示例乙公司"}, frozenset({"L140"})),
    Quirk("outcome-for-a-name.csv", with_row("SL-1,示例路,1.5,100,流拍,2024-06-18"), READ | {"lots.0.transferee.name": None}, frozenset({"L143"})),
    Quirk("full-width.csv", with_row("SL-1,示例路,１．５,１００,示例有限公司,２０２４年６月１８日")),
    Quirk("thousands.csv", with_row('SL-1,示例路,"15，000平方米","1,000,000元",示例有限公司,2024-06-18')),
    Quirk("approximate.csv", with_row("SL-1,示例路,约1.5,约100,示例有限公司,2024-06-18"), codes=frozenset({"L123"})),
    Quirk("numerals.csv", with_row("SL-1,示例路,一万五千平方米,壹佰万元整（¥1000000.00）,示例有限公司,二〇二四年六月十八日")),
    Quirk("differing-words.csv", with_row("SL-1,示例路,1.5,壹佰万元整（1200000元）,示例有限公司,2024-06-18"), {"lots.0.price.amountDetails": "壹佰万元整（1200000元）"}, frozenset({"L131"})),
    Quirk("brackets.csv", with_row('SL-1,示例路,1.5,"(1,234.50)",示例有限公司,2024-06-18'), {"lots.0.price.amount": -12_345_000}, frozenset({"S036"})),
    Quirk("two-figure-year.csv", with_row("SL-1,示例路,1.5,100,示例有限公司,24.6.18"), codes=frozenset({"L124"})),
    Quirk("month-only.csv", with_row("SL-1,示例路,1.5,100,示例有限公司,二〇二四年六月"), {}, frozenset({"L125"}), records=0),
    Quirk("zero-day.csv", with_row("SL-1,示例路,1.5,100,示例有限公司,0000-00-00 00:00:00"), READ | {"lots.0.dealDate": None}),
    Quirk("serials.csv", with_row("SL-1,示例路,1.5,100,示例有限公司,45461")),
    Quirk("range-of-amounts.csv", with_row("SL-1,示例路,1.5,100-200万元,示例有限公司,2024-06-18"), {"lots.0.price.amountDetails": "100-200万元"}, frozenset({"L021"})),
)  # fmt: skip

# Beside what a quirk is about: what a report says of files as small as these.
_USUAL = re.compile(r"S\d+|L007|L018|L061")


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files in this process; that a child does the same is tested where it is."""

    def batches(path: Path, _limits: Any) -> Iterator[wire.Batch]:
        with path.open("rb") as stream:
            for line in wire.encode(format_of(path.name).read(stream)):
                yield wire.decode(line)

    monkeypatch.setattr(running, "read_batches", batches)


@pytest.mark.parametrize("quirk", QUIRKS, ids=lambda one: one.name)
def test_what_people_send_is_read(quirk: Quirk, catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / quirk.name
    path.write_bytes(quirk.content)
    found: list[Outcome] = []
    report = check(path, catalog, type=quirk.type, publisher=PUBLISHER, taken=found.append)
    codes = {code for code in report.issue_counts if code in quirk.codes or not _USUAL.fullmatch(code)}
    assert codes == quirk.codes
    if quirk.records:
        assert {name: count for name, count in report.skipped.items() if count} == quirk.skipped
        first = {
            one.path: one.value for one in traced(found[0].record, found[0].sources, found[0].disclosure)
        }
        assert {place: first.get(place) for place in quirk.values} == quirk.values
    assert len(found) == quirk.records


def test_what_is_below_another_table_is_read_by_its_own_headings(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "stacked.xlsx"
    path.write_bytes(xlsx(stacked))
    found: list[Outcome] = []
    report = check(path, catalog, publisher=PUBLISHER, taken=found.append)
    assert (report.rows, report.taken, report.refused) == (8, 3, 0)
    values = [
        {one.path: one.value for one in traced(each.record, each.sources, each.disclosure)} for each in found
    ]
    assert [each.record["schema"].rpartition("/")[0] for each in found] == [RESULT, AWARD, RESULT]
    assert values[1]["lots.0.awardPrice.amount"] == 5000
    assert values[2]["lots.0.price.amount"] == 1_000_000
    assert (values[2]["lots.0.parcelArea"], values[2]["lots.0.transferee.name"]) == (2000, "示例丙公司")


def test_tables_below_one_another_are_found_by_columns_too(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    many = [ROW.replace("SL-1", f"SL-{number}") for number in range(600)]
    other = [f"SR-{number},示例路,1000000,15000,示例有限公司,2024-06-18" for number in range(3)]
    head = "宗地编号,土地坐落,成交价格(元),土地面积(平方米),受让人,成交日期"
    path.write_bytes(
        text(HEAD, *many, "官渡区,,,,,", *many[:2], "小计,,3,200,,", "示例局,,,,,", head, *other)
    )
    reports = [check(path, catalog, type=RESULT, publisher=PUBLISHER, columnar=way) for way in (True, False)]
    told = [report.to_json() for report in reports]
    assert told[0] == told[1]
    assert (reports[0].rows, reports[0].taken, reports[0].refused) == (609, 603, 2)
    assert {code: reports[0].issue_counts[code] for code in ("L041", "L135", "L137")} == {
        "L041": 2, "L135": 1, "L137": 1,
    }  # fmt: skip


def test_every_quirk_is_in_the_document() -> None:
    document = DOCUMENT.read_text("utf-8")
    named = re.findall(r"`([\w./-]+(?:\.(?:csv|txt|xlsx|xls|jsonl?|xml)|::test_\w+))`", document)
    assert {one.name for one in QUIRKS} <= set(named)
    for name in named:
        if "::" not in name:
            assert name in {one.name for one in QUIRKS}
            continue
        file, _, test = name.partition("::")
        assert f"def {test}(" in (TESTS / file).read_text("utf-8"), name
