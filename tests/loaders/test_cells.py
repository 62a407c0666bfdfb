"""A cell and its field: which values, which rule, which issue."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.cells import NOTHING, Reader, Slot, read_cell
from schemas.catalog import Catalog

MakeSlot = Callable[..., Slot]
RESULT, NOTICE, CANDIDATES, MEDICINE = (
    "land/grant-result", "land/grant-notice", "works/award-candidates", "medicine/result"
)  # fmt: skip

READ: list[tuple[str, str, Any, dict[str, Any], str | None]] = [
    (RESULT, "lots.parcelNumber", " GK2024-1\u200b\n", {"parcelNumber": "GK2024-1"}, "blanks"),
    (RESULT, "lots.parcelNumber", 278, {"parcelNumber": "278"}, None),
    (RESULT, "lots.parcelLocation", "示例路\xa0\xa0 1号", {"parcelLocation": "示例路 1号"}, "blanks"),
    (RESULT, "lots.parcelLocation", "无", {"parcelLocation": "无"}, None),
    (RESULT, "lots.landUse", "工业用地", {"landUse": "0601", "landUseDetails": "工业用地"}, "code"),
    (RESULT, "landSupplyMethod", "划拨", {"landSupplyMethod": "allocation", "landSupplyMethodDetails": "划拨"}, "code"),
    (RESULT, "lots.lotOutcome", "流标", {"lotOutcome": "failed"}, "code"),
    (RESULT, "region", "532621", {"region": "532621", "regionDetails": "532621"}, None),
    (RESULT, "region", "西盟佤族自治县", {"region": "530829", "regionDetails": "西盟佤族自治县"}, "code"),
    (
        RESULT, "region", "北京市 > 北京市市辖区 > 北京市本级",
        {"region": "110100", "regionDetails": "北京市 > 北京市市辖区 > 北京市本级"}, "code",
    ),
    (RESULT, "lots.transferee", " 示例\t公司", {"transferee": {"name": "示例 公司"}}, "blanks"),
    (RESULT, "lots.transferee", "91530100MA6K00027P", {"transferee": {"uscc": "91530100MA6K00027P"}}, "uscc"),
    (RESULT, "lots.transferee.uscc", "91530100 ma6k00027p", {"uscc": "91530100MA6K00027P"}, "uscc"),
    (
        RESULT, "publicityPeriod", "2018年8月3日 至 2018年8月8日",
        {"publicityPeriod": {"startAt": "2018-08-03", "endAt": "2018-08-08"}}, "period",
    ),
    (
        RESULT, "sourceUrl", "HTTP://example.org/公告 1?a=[2]",
        {"sourceUrl": "http://example.org/%E5%85%AC%E5%91%8A%201?a=%5B2%5D"}, "url",
    ),
    (RESULT, "sourceUrl", "http://example.org/a?b=%E5", {"sourceUrl": "http://example.org/a?b=%E5"}, None),
    (NOTICE, "lots.plotRatioDetails", "≥0.7", {"plotRatioDetails": "≥0.7", "plotRatioMinimum": 0.7}, "range"),
    (NOTICE, "lots.plotRatioDetails", "4.0", {"plotRatioDetails": "4.0"}, None),
    (
        MEDICINE, "items.unitPrice", "65元/支",
        {"unitPrice": {"amount": 65, "amountDetails": "65元/支"}, "quantityUnit": "支"}, "money+explained",
    ),
    (MEDICINE, "items.quantity", "100台", {"quantity": 100, "quantityUnit": "台"}, "number"),
    (CANDIDATES, "lots.awardCandidates.rank", "第二名", {"rank": 2}, "ordinal"),
]  # fmt: skip

KEPT_AS_WORDING: list[tuple[str, str, str, dict[str, Any]]] = [
    (RESULT, "lots.grantTerm", "住宅70年、商服40年", {"grantTermDetails": "住宅70年、商服40年"}),
    (RESULT, "lots.landUse", "城镇住宅、商服", {"landUseDetails": "城镇住宅、商服"}),
    (RESULT, "lots.price", "按评估价的50%计取", {"price": {"amountDetails": "按评估价的50%计取"}}),
    (RESULT, "publicityPeriod", "三天", {"publicityPeriod": {"periodDetails": "三天"}}),
]

REFUSED: list[tuple[str, str, Any, str]] = [
    (RESULT, "publishedDate", "05月06土09时00分", "L011"),
    (NOTICE, "depositDeadline", "收到报价当日", "L012"),
    (RESULT, "lots.parcelArea", "很大", "L013"),
    (RESULT, "lots.parcelArea", "100万元", "L013"),
    (RESULT, "lots.lotOutcome", "不知道", "L014"),
    (RESULT, "sourceUrl", "见公告", "L015"),
    (RESULT, "lots.payments", "分两期付清", "L017"),
]

NULLS = ["", None, "-", "--", "—", "/", "\\", "Nah", "N/A", "null", "None", "\xa0", "\u3000 \t"]


@pytest.mark.parametrize(("type_", "path", "cell", "values", "rule"), READ)
def test_a_cell_gives_its_field_a_value(
    reader: Reader, slot: MakeSlot, type_: str, path: str, cell: Any, values: dict[str, Any], rule: str | None
) -> None:
    reading = read_cell(cell, slot(type_, path), reader)
    assert (reading.values, reading.rule, reading.issues) == (values, rule, ())


@pytest.mark.parametrize(("type_", "path", "cell", "values"), KEPT_AS_WORDING)
def test_what_cannot_be_read_goes_to_the_wording_with_a_warning(
    reader: Reader, slot: MakeSlot, type_: str, path: str, cell: str, values: dict[str, Any]
) -> None:
    reading = read_cell(cell, slot(type_, path), reader)
    assert reading.values == values
    assert [(found.code, found.severity) for found in reading.issues] == [("L021", "warning")]


@pytest.mark.parametrize(("type_", "path", "cell", "code"), REFUSED)
def test_what_cannot_be_read_nor_kept_is_an_error(
    reader: Reader, slot: MakeSlot, type_: str, path: str, cell: Any, code: str
) -> None:
    reading = read_cell(cell, slot(type_, path), reader)
    assert reading.failed
    assert [found.code for found in reading.issues] == [code]
    assert reading.issues[0].hint
    assert reading.issues[0].hint_en


@pytest.mark.parametrize("cell", NULLS)
@pytest.mark.parametrize(
    "path", ["lots.price", "lots.parcelNumber", "publishedDate", "lots.transferee", "remark"]
)
def test_a_mark_for_nothing_is_nothing(reader: Reader, slot: MakeSlot, path: str, cell: Any) -> None:
    assert read_cell(cell, slot(RESULT, path), reader) is NOTHING


@pytest.mark.parametrize("path", ["lots.price", "publishedDate", "lots.landUse", "lots.transferee"])
def test_none_in_words_is_nothing_where_no_words_are_asked_for(
    reader: Reader, slot: MakeSlot, path: str
) -> None:
    assert read_cell("无", slot(RESULT, path), reader) is NOTHING


def test_no_date_is_nothing(reader: Reader, slot: MakeSlot) -> None:
    assert read_cell("1901年01月02日", slot(RESULT, "lots.contractDate"), reader) is NOTHING


def test_the_cells_own_unit_goes_before_the_headings(reader: Reader, slot: MakeSlot) -> None:
    price = slot(RESULT, "lots.price", unit="万元")
    assert read_cell("500元", price, reader).values == {"price": {"amount": 500}}
    assert read_cell("500", price, reader).values == {"price": {"amount": 5_000_000}}


def test_an_unknown_region_is_kept_as_written(reader: Reader, slot: MakeSlot) -> None:
    reading = read_cell("示例开发区", slot(RESULT, "region"), reader)
    assert reading.values == {"regionDetails": "示例开发区"}
    assert [found.code for found in reading.issues] == ["L022"]


def test_a_short_name_is_looked_up_within_what_is_known(reader: Reader, slot: MakeSlot) -> None:
    assert read_cell("和平区", slot(RESULT, "region"), reader).values == {"regionDetails": "和平区"}
    assert read_cell("和平区", slot(RESULT, "region"), reader, "120000").values["region"] == "120101"


def test_an_organization_is_not_split(reader: Reader, slot: MakeSlot) -> None:
    reading = read_cell("甲公司;乙公司", slot(RESULT, "lots.transferee"), reader)
    assert reading.values == {"transferee": {"name": "甲公司;乙公司"}}


PIECES = ["2024", "年", "1", "12", "月", "日", "-", "/", ".", ":", "时", "分", "至", "万", "元", "%", "(", ")", "亩", "≥", "到", "一", "十",
          "百", "，", "第", "名", " ", "¥", "http://", "。", "T", "+08:00", "上午", "00", "\ufeff"]  # fmt: skip


def test_no_cell_breaks_a_reader(catalog: Catalog, reader: Reader) -> None:
    slots = []
    for disclosure in catalog.types.values():
        for field in disclosure.walk():
            parent = disclosure.by_path.get(".".join(field.path[:-1]))
            siblings = {one.name: one for one in (parent.fields if parent else disclosure.fields)}
            slots.append(Slot(field, siblings, container=parent))

    cells = st.one_of(
        st.lists(st.sampled_from(PIECES), max_size=9).map("".join), st.text(max_size=20), st.integers(),
        st.floats(allow_nan=False, allow_infinity=False), st.datetimes(), st.dates(), st.booleans(),
    )  # fmt: skip

    @settings(deadline=None, max_examples=400)
    @given(cell=cells, place=st.integers(0, len(slots) - 1))
    def holds(cell: Any, place: int) -> None:
        reading = read_cell(cell, slots[place], reader)
        assert orjson.loads(orjson.dumps(dict(reading.values))) == reading.values
        assert bool(reading.values) or reading is NOTHING or bool(reading.issues)

    holds()
