"""Every conversion keeps its raw cell and its rule, and from the two the value follows again."""

import datetime
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.cells import NOTHING, Reader, Slot, read_cell
from loaders.draft import MASKED, MORE_THAN_READ, PROFILE
from loaders.load import check
from loaders.outcome import Outcome
from loaders.parts import Parts, as_written
from loaders.personal import mask
from loaders.profile import Profile
from loaders.profile_file import parse_profile
from loaders.rules import WITHOUT_CELL, WORDS, follow, said
from loaders.sources import of_whole
from loaders.text import plainly, written
from loaders.tracing import traced
from loaders.typed import typed
from schemas.catalog import Catalog, Disclosure
from tests.corpus.good import good
from tests.corpus.writers import WRITERS

PUBLISHER = "11530114MB0W00017C"
RESULT, NOTICE, AWARD, WORKS, MEDICINE, MINING = (
    "land/grant-result", "land/grant-notice", "procurement/award-result", "works/award-result", "medicine/result",
    "mining/transaction-result",
)  # fmt: skip
MakeSlot = Callable[..., Slot]

# Properties of every kind, and the units that their headings may state.
SLOTS: list[tuple[str, str, str | None]] = [
    (RESULT, "publishedDate", None), (AWARD, "openingAt", None), (RESULT, "publicityPeriod", None),
    (RESULT, "lots.price", None), (RESULT, "lots.price", "万元"), (RESULT, "lots.parcelArea", None),
    (RESULT, "lots.parcelArea", "公顷"), (RESULT, "lots.grantTerm", None), (RESULT, "lots.landUse", None),
    (RESULT, "region", None), (RESULT, "lots.parcelNumber", None), (RESULT, "lots.parcelLocation", None),
    (RESULT, "lots.transferee", None), (RESULT, "lots.transferee.uscc", None), (RESULT, "sourceUrl", None),
    (NOTICE, "lots.plotRatioDetails", None), (NOTICE, "lots.buildingDensityDetails", "%"),
    (WORKS, "lots.consortiumSupplier", None), (MEDICINE, "items.unitPrice", None), (MEDICINE, "items.quantity", None),
    ("works/award-candidates", "lots.awardCandidates.rank", None),
]  # fmt: skip

# Cells as people and programs write them, one and more of every rule.
WRITTEN: list[Any] = [
    "2024年6月18日", "二〇二四年六月十八日", "2024.6.18", "24-6-18", "20240618", "45461", "45461.5", 45461, 45461.25,
    "1718640000", 1718640000000, "Mar 16, 2026", "2024-06-18T16:00:00Z", "2024-06-18 09:30", "2024年6月18日上午9时",
    datetime.date(2024, 6, 18), datetime.datetime(2024, 6, 18, 9, 30), "2024年6月18日至2024年6月28日", "十天",
    "100", "100.50", "007", "1,234.5", "１２３４", " 12 ", "'100", '="100"', "100万元", "￥3956.000000万元（人民币）", "1.2亿",
    "3千万", "12万5千元", "壹佰万元整", "壹佰万元整（¥1,000,000.00）", "壹佰万元整（1200000元）", "约100万元", "(1,234.50)", "面议",
    "14000000.005", "65元/支", 0.1 + 0.2, -0.0, "-0", 12, 12.5, "22.5亩", "约1.5", "一千平方米", "3公顷（其中道路1亩）", "20.5%",
    "≥0.7", "30-60%", "第二名", "四十年", "工业用地", "0601", "昆明市官渡区", "官渡区", "530114", "示例  公司\u200b", " 示例\xa0公司 ",
    "甲\x0b乙", "91530100 ma6k00027p", "91530100MA6K00027P", "5.30114E+5", "530114.0", "HTTP://example.org/公告 1", "是", True, "否",
    "#REF!", "-", "无", "",
]  # fmt: skip

cells = st.one_of(
    st.sampled_from(WRITTEN),
    st.dates(datetime.date(1950, 1, 1), datetime.date(2090, 1, 1)).map(lambda day: f"{day.year}年{day.month}月{day.day}日"),
    st.dates(datetime.date(1955, 1, 1), datetime.date(2060, 1, 1)),
    st.integers(-(10**12), 10**12),
    st.floats(-1e9, 1e9, allow_nan=False, allow_subnormal=False),
    st.decimals(0, 10**9, places=3).map(str),
    st.tuples(st.decimals(0, 10**6, places=2), st.sampled_from(["万元", "亩", "公顷", "元", "%", "年", " 平方米"])).map(
        lambda one: f"{one[0]}{one[1]}"
    ),
    st.text("示例 \t\u200b\xa0'a0-.", max_size=12),
)  # fmt: skip


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from leaves(part)
    else:
        yield value


def says(raw: Any, value: Any) -> bool:
    """Whether a cell says just this value."""
    if isinstance(value, bool):
        return written(raw) == written(value)
    if isinstance(value, (int, float)):
        return as_written(raw) == plainly(Decimal(str(value)))
    return as_written(raw) == str(value)


@settings(max_examples=500, deadline=None)
@given(number=st.integers(0, len(SLOTS) - 1), cell=cells)
def test_from_the_raw_cell_and_the_rule_the_value_follows(
    number: int, cell: Any, reader: Reader, slot: MakeSlot
) -> None:
    assert_follows(SLOTS[number], cell, reader, slot)


@pytest.mark.parametrize("asked", SLOTS, ids=str)
def test_every_way_of_writing_keeps_what_was_written(
    asked: tuple[str, str, str | None], reader: Reader, slot: MakeSlot
) -> None:
    for cell in WRITTEN:
        assert_follows(asked, cell, reader, slot)


def assert_follows(asked: tuple[str, str, str | None], cell: Any, reader: Reader, slot: MakeSlot) -> None:
    type_, path, unit = asked
    there = Reader(reader.catalog, "530100", reader.since_1904)
    found = read_cell(cell, slot(type_, path, unit=unit), there)
    if found is NOTHING or not found.values:
        return
    if found.rule is None:
        assert all(says(cell, value) for value in leaves(found.values)), (cell, found)
        return
    assert follow(as_written(cell), found.rule, slot(type_, path), reader).values == found.values
    assert all(said(found.rule))


def test_every_rule_of_reading_is_met_and_worded(reader: Reader, slot: MakeSlot) -> None:
    met = set()
    for type_, path, unit in SLOTS:
        for cell in WRITTEN:
            for there in (reader, Reader(reader.catalog, "530100", True)):
                rule = read_cell(cell, slot(type_, path, unit=unit), there).rule
                met.update(part.partition(":")[0] for part in (rule or "").split("+"))
    assert met - {""} == set(WORDS) - WITHOUT_CELL - MORE_THAN_READ


def outcomes(path: Path, catalog: Catalog, **asked: Any) -> list[Outcome]:
    found: list[Outcome] = []
    check(path, catalog, taken=found.append, **asked)
    return found


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json", "xml"])
@pytest.mark.parametrize("type_", [RESULT, AWARD, MEDICINE])
def test_every_value_of_a_record_has_its_cell(
    type_: str, suffix: str, catalog: Catalog, reader: Reader, tmp_path: Path
) -> None:
    path = tmp_path / f"file.{suffix}"
    path.write_bytes(WRITERS[suffix](good(type_, catalog)).content)
    found = outcomes(path, catalog, type=type_)
    assert found
    for one in found:
        for value in traced(one.record, one.sources, one.disclosure):
            assert value.known, value
            if value.rule in WITHOUT_CELL:
                continue
            assert (value.row, value.column is not None) >= (1, True)
            if value.rule is None:
                assert value.raw is None
            elif MASKED not in value.rule:
                assert value.raw is not None
                assert value.value in follow_all(value.raw, value.rule, value.path, one.disclosure, reader)


def follow_all(raw: str, rule: str, path: str, disclosure: Disclosure, reader: Reader) -> list[Any]:
    """The values that a raw cell gives by a rule at a path, read as its property or as the object that it is part of."""
    crossed = [step for step in path.split(".") if not step.isdigit()]
    found = []
    for length in range(len(crossed), 0, -1):
        field = disclosure.by_path[".".join(crossed[:length])]
        parent = disclosure.by_path.get(".".join(field.path[:-1]))
        beside = parent.fields if parent else disclosure.fields
        for name in (field.name, field.name.removesuffix("Details").removesuffix("Unit")):
            main = next((one for one in beside if one.name == name), field)
            known = Slot(main, {one.name: one for one in beside}, container=parent)
            found += list(leaves(follow(raw, rule, known, reader).values))
    return found


PACKED = """编码,区县名,面积,用途,价款,付款日期,付款金额,年限,说明
SL-1, 官渡区,1.5,,100,2024-01-01|2024-07-01|,60|40|,050,编号为（2024）第5号的地块
SL-2,,约3亩,工业用地,壹佰万元整,2024年2月1日,25,40,编号为（2024）第6号的地块
"""
PROFILE_OF_IT = """
title = "示例"
type = "land/grant-result"
fill_down = ["区县名"]
[publisher]
name = "示例市自然资源局"
region = "530100"
level = "prefecture"
[constants]
title = "示例公示"
[columns]
"编码" = "lots.parcelNumber"
"年限" = "lots.grantTerm"
"区县名" = "region"
"面积" = { to = "lots.parcelArea", unit = "公顷" }
"用途" = { to = "lots.landUse", replace = { "工业用地" = "商服用地" } }
"价款" = { to = "lots.price", unit = "万元" }
"付款日期" = { to = "lots.payments.dueDate", split = "|" }
"付款金额" = { to = "lots.payments.paymentAmount", split = "|", unit = "万元" }
"说明" = { to = "lots.lotNumber", pattern = '编号为(\\S+号)' }
"""


def test_what_a_profile_did_follows_with_the_profile(
    catalog: Catalog, reader: Reader, tmp_path: Path
) -> None:
    path = tmp_path / "file.csv"
    path.write_text(PACKED, "utf-8")
    profile = parse_profile(PROFILE_OF_IT, "test", catalog)
    seen = set()
    found = outcomes(path, catalog, profile=profile)
    assert found
    for one in found:
        for value in traced(one.record, one.sources, one.disclosure):
            assert value.known
            assert (value.raw is None) == (value.rule is None or value.rule in WITHOUT_CELL)
            if value.raw is None or value.rule is None:
                seen.add(value.rule)
                continue
            seen.update(value.rule.split("+"))
            rule = "+".join(part for part in value.rule.split("+") if part not in MORE_THAN_READ)
            parts = prepared(profile, str(value.column), value.raw) if PROFILE in value.rule else [value.raw]
            followed = [
                given
                for part in parts
                for given in follow_all(str(part), rule, value.path, one.disclosure, reader)
            ]
            assert value.value in followed, value
    assert {"constant", "publisher", "profile", "above", "unit:公顷", "zeros", "approximate"} <= seen


def prepared(profile: Profile, column: str, raw: str) -> list[Any]:
    """The parts of a raw cell as the targets of its column in the profile take them."""
    targets = [target for rule in profile.records for target in rule.columns[column].targets]
    parts = Parts.__new__(Parts)
    parts._replace = profile.replace
    return [part for target in targets for part in parts.prepared(raw, target)[0]]


def test_a_record_taken_whole_keeps_what_it_said(catalog: Catalog) -> None:
    disclosure = catalog.type(RESULT)
    record = {
        "title": "示例", "lots": {"parcelNumber": "SL-1", "parcelArea": "12.50", "price": {"amount": "1000"}, "grantTerm": "50"},
    }  # fmt: skip
    whole = {"schema": disclosure.name, **typed(record, disclosure.fields), "publisher": {"uscc": PUBLISHER}}
    sources = of_whole(record, whole, "", 7)
    found = {one.path: one for one in traced(whole, sources, disclosure)}
    assert {path: (one.value, one.rule, one.raw) for path, one in found.items()} == {
        "schema": (disclosure.name, "type", None),
        "publisher.uscc": (PUBLISHER, "publisher", None),
        "title": ("示例", None, None),
        "lots.0.parcelNumber": ("SL-1", None, None),
        "lots.0.parcelArea": (12.5, "typed", "12.50"),
        "lots.0.price.amount": (1000, "typed", "1000"),
        "lots.0.grantTerm": (50, "typed", "50"),
    }
    again = typed({"lots": {"parcelArea": "12.50", "price": {"amount": "1000"}}}, disclosure.fields)
    assert again["lots"] == [{"parcelArea": 12.5, "price": {"amount": 1000}}]


def test_what_the_gate_masked_is_masked_in_the_raw_cell(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("宗地编号,土地坐落\nSL-1,示例路  联系人 13800138000\n", "utf-8")
    (found,) = outcomes(path, catalog, type=RESULT, publisher=PUBLISHER)
    (place,) = traced(found.record, found.sources, found.disclosure, "lots.parcelLocation")
    assert place.rule == "blanks+masked"
    assert place.raw is not None
    assert place.raw.startswith("示例路  联系人")
    assert not mask(place.raw)[1]
    assert "13800138000" not in str(found.sources)


def test_the_label_of_a_wide_table_is_what_its_heading_stands_for(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("标题,年度,工业,商服用地\n示例计划,2024年,120.5,30\n", "utf-8")
    text = (
        'title = "示例"\ntype = "land/supply-plan"\n[publisher]\nname = "示例市自然资源局"\n'
        '[[unpivot]]\nto = "landUses"\nlabel = "landUse"\nvalue = "landUseArea"\nunit = "公顷"\n'
        '[unpivot.columns]\n"工业" = "工业用地"\n"商服用地" = "商服用地"\n'
    )
    (one,) = outcomes(path, catalog, profile=parse_profile(text, "test", catalog))
    found = {value.path: value for value in traced(one.record, one.sources, one.disclosure, "landUses")}
    label, wording = found["landUses.0.landUse"], found["landUses.0.landUseDetails"]
    assert (label.column, label.rule, label.raw) == ("工业", "label+code", "工业用地")
    assert (wording.column, wording.rule, wording.raw) == ("工业", "label+code", "工业用地")
    assert found["landUses.0.landUseArea"].raw == "120.5"
