"""Finding the headings of a sheet, and which property a heading means."""

from collections.abc import Callable
from typing import Any

import pytest

from loaders.cells import Reader
from loaders.guessing import guess_type
from loaders.headings import find_heading, is_repeated, is_units, letter, numbered, stated_units
from loaders.names import Names, names_of
from loaders.skipping import reason
from schemas.catalog import Catalog

Known = Callable[[str], float]

MEANINGS: list[tuple[str, str, list[str]]] = [
    ("land/grant-result", "宗地编号：", ["lots.parcelNumber"]),
    ("land/grant-result", "* 受让人", ["lots.transferee"]),
    ("land/grant-result", "受让人统一社会信用代码", ["lots.transferee.uscc"]),
    ("land/grant-result", "成交价格（万元）", ["lots.price"]),
    ("land/grant-result", "Transaction price (ten thousand yuan)", ["lots.price"]),
    ("land/grant-result", "lots.price.amount", ["lots.price"]),
    ("land/grant-result", "lots.0.price", ["lots.price"]),
    ("land/grant-result", "供地方式", ["landSupplyMethod"]),
    ("land/grant-result", "土地用途", ["lots.landUse"]),
    ("land/grant-result", "1、项目名称", ["project.name"]),
    ("land/grant-result", "约定支付日期", ["lots.payments.dueDate"]),
    ("land/grant-result", "合同条款", []),
    ("procurement/award-result", "采购人(甲方)", ["buyer.name"]),
    ("procurement/award-result", "采购人地址", ["buyer.address"]),
    ("procurement/award-result", "成交供应商", ["lots.suppliers.name"]),
    ("procurement/award-result", "附件标题", ["documents.title"]),
    ("works/award-candidates", "中标候选人", ["lots.awardCandidates.organization"]),
    ("medicine/result", "生产厂(中文)", ["items.manufacturer.name"]),
    ("medicine/penalty", "备注", ["remark"]),
    ("medicine/penalty", "标的备注", ["items.remark"]),
    ("works/tender-approval", "批准单位名称", ["approver.name"]),
    ("trading/proceeding-record", "其他当事人单位名称", ["parties.organization.name"]),
    ("works/bidder-credit", "企业人员有关证书名称", ["personnel.certificates.certificateName"]),
    ("land/grant-result", "土地成交公示标题", ["title"]),
]


@pytest.fixture(scope="module")
def names(catalog: Catalog) -> Callable[[str], Names]:
    return lambda type_: names_of(catalog.type(type_), catalog)


@pytest.fixture(scope="module")
def known(names: Callable[[str], Names]) -> Known:
    result = names("land/grant-result")
    return lambda heading: max((one.weight for one in result.find(heading)), default=0.0)


@pytest.mark.parametrize(("type_", "heading", "paths"), MEANINGS)
def test_a_heading_means_a_property(
    names: Callable[[str], Names], type_: str, heading: str, paths: list[str]
) -> None:
    assert [meaning.field.dotted for meaning in names(type_).find(heading)] == paths


def test_a_name_that_every_organization_has_is_generic(names: Callable[[str], Names]) -> None:
    found = names("procurement/award-result").find("联系电话")
    assert len(found) > 2
    assert all(meaning.generic for meaning in found)


SHEETS: list[tuple[str, list[list[Any]], tuple[int, int], list[str]]] = [
    ("at the top", [["宗地编号", "成交价"], ["1", 2]], (0, 0), ["宗地编号", "成交价"]),
    (
        "below titles",
        [
            ["某市2024年土地成交公示"] * 2,
            ["填报单位：示例局", "单位：万元"],
            ["宗地编号", "成交价"],
            ["1", 2],
        ],
        (2, 2),
        ["宗地编号", "成交价"],
    ),
    (
        "of two rows, merged",
        [["宗地编号", "受让人", "受让人"], ["宗地编号", "名称", "统一社会信用代码"], ["1", "甲", "乙"]],
        (0, 1),
        ["宗地编号", "受让人名称", "受让人统一社会信用代码"],
    ),
    (
        "of three rows",
        [
            ["成交情况", "成交情况", "成交情况"],
            ["宗地编号", "出让人", "出让人"],
            ["宗地编号", "名称", "地址"],
            ["1", "示例局", "示例路1号"],
        ],
        (1, 2),
        ["宗地编号", "出让人名称", "出让人地址"],
    ),
]


@pytest.mark.parametrize(("rows", "place", "headings"), [s[1:] for s in SHEETS], ids=[s[0] for s in SHEETS])
def test_headings_are_found(
    known: Known, rows: list[list[Any]], place: tuple[int, int], headings: list[str]
) -> None:
    found = find_heading(rows, known)
    assert found is not None
    assert (found.first, found.last) == place
    assert list(found.names) == headings


def test_the_lines_above_are_titles(known: Known) -> None:
    found = find_heading([["某市成交公示", "某市成交公示"], ["宗地编号", "成交价"]], known)
    assert found is not None
    assert found.titles == ("某市成交公示",)


def test_without_known_headings_there_are_none(known: Known) -> None:
    assert find_heading([["甲", "乙"], ["1", "2"]], known) is None


def test_a_unit_stated_above_holds_for_the_table(reader: Reader) -> None:
    rows = [["填报单位：示例局", "单位：万元、公顷"]]
    assert stated_units(rows, reader.units) == {"CNY": "万元", "m2": "公顷"}


STATED = (
    ("填报单位：示例局    金额单位：万元", {"CNY": "万元"}),
    ("单位：万  元", {"CNY": "万元"}),
    ("单位：人民币 万元", {"CNY": "万元"}),
    ("金额单位为万元", {"CNY": "万元"}),
    ("面积单位：亩 金额单位：万元", {"CNY": "万元", "m2": "亩"}),
    ("单位：公顷 万元", {"CNY": "万元", "m2": "公顷"}),
    ("单位：宗，公顷，万元。", {"CNY": "万元", "m2": "公顷"}),
    ("注：成交价格以万元为单位", {"CNY": "万元"}),
    ("（万元）", {"CNY": "万元"}),
    ("单位（万元）", {"CNY": "万元"}),
    ("单位：元、万元", {"CNY": "元、万元"}),
    ("填报单位：示例局", {}),
    ("联系单位：示例局 日期：2024年6月", {}),
)


@pytest.mark.parametrize(("line", "units"), STATED)
def test_a_line_above_states_units_in_many_ways(reader: Reader, line: str, units: dict[str, str]) -> None:
    assert stated_units([[line, "", ""]], reader.units) == units


UNITS = (
    ("成交价格（含税，万元）", "成交价格", "万元"),
    ("成交价格（万元、不含税）", "成交价格", "万元"),
    ("成交价格（人民币：万元）", "成交价格", "万元"),
    ("成交价格（金额单位：万元）", "成交价格", "万元"),
    ("成交价格（以万元计）", "成交价格", "万元"),
    ("成交价格（￥万元）", "成交价格", "万元"),
    ("成交价格（万）", "成交价格", "万"),
    ("成交价格（万美元）", "成交价格", "万美元"),
    ("成交价格〔万元〕", "成交价格", "万元"),
    ("成交价格 万元", "成交价格", "万元"),
    ("中标金额/元", "中标金额", "元"),
    ("土地面积（亩，约）", "土地面积", "亩"),
    ("完成户数（万户）", "完成户数", "万户"),
    # What nobody can count in is given as it stands, so that no number is read as if it were not there.
    ("成交价格（元或万元）", "成交价格", "元或万元"),
    ("成交价格(×10000元)", "成交价格", "×10000元"),
    ("单价（万元/台）", "单价", "万元/台"),
    ("成交价格（含税）", "成交价格（含税）", None),
    ("中标(成交)金额", "中标(成交)金额", None),
    ("得分（百分制）", "得分（百分制）", None),
    ("plot_year", "plot_year", None),
)


@pytest.mark.parametrize(("heading", "bare", "unit"), UNITS)
def test_a_heading_states_its_unit_in_many_ways(
    reader: Reader, heading: str, bare: str, unit: str | None
) -> None:
    assert reader.units.of_heading(heading) == (bare, unit)


def test_equal_headings_are_numbered() -> None:
    assert numbered(["宗地号", "", "宗地号：", ""]) == ["宗地号", "", "宗地号#2", "#2"]


def test_letters_are_those_of_a_spreadsheet() -> None:
    assert [letter(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


NO_DATA: list[tuple[list[Any], str | None]] = [
    (["", None, " "], "blank"),
    (["合计", "", 1000, "2 宗"], "total"),
    (["总 计：", None, "12.5"], "total"),
    (["注：面积以批准文件为准"], "note"),
    (["备注：", "面积以批准文件为准"], "note"),
    (["制表人：张某", "审核人：李某", "日期：2024年1月1日"], "note"),
    (["下列宗地另行公告"] * 4, "note"),
    (["合计公司", "甲地", 1000], None),
    (["合计", "甲地", 1000], None),
    (["GK-1", "", "", ""], None),
    (["1", "1", "1", "1"], None),
    (["注册资本", "甲地", 1000, "x"], None),
    (["附属小学地块", "附属小学地块", "工业用地", "1"], None),
]


@pytest.mark.parametrize(("cells", "why"), NO_DATA)
def test_only_what_cannot_be_data_is_skipped(cells: list[Any], why: str | None) -> None:
    assert reason(cells, 4) == why


def test_a_repeated_heading_and_a_row_of_units_are_no_data(reader: Reader) -> None:
    assert is_repeated(["宗地编号", "成交价"], ["宗地编号", "成交价"])
    assert not is_repeated(["宗地编号", "100"], ["宗地编号", "成交价"])
    assert is_units(["", "(公顷)", "万元"], reader.units)
    assert not is_units(["甲", "公顷"], reader.units)
    assert not is_units(["", ""], reader.units)


def test_types_with_the_same_properties_are_told_apart_by_a_heading_that_names_one(
    catalog: Catalog, names: Callable[[str], Names]
) -> None:
    every = {type_: names(type_) for type_ in catalog.types}
    headings = ["项目名称", "采购人名称", "预算金额(元)", "获取文件地点", "开标时间"]
    doubtful = guess_type([*headings, "标题"], every, catalog)
    assert (doubtful.type, doubtful.issue and doubtful.issue.code) == (None, "L003")
    assert guess_type([*headings, "采购招标公告标题"], every, catalog).type == "procurement/tender-notice"
    assert guess_type(["采购招标公告标题", "发布日期"], every, catalog).type == "procurement/tender-notice"


def test_of_two_types_of_one_name_the_headings_decide(
    catalog: Catalog, names: Callable[[str], Names]
) -> None:
    every = {type_: names(type_) for type_ in catalog.types}
    assert catalog.types["medicine/document"].title == catalog.types["procurement/document"].title
    of_medicine = guess_type(["采购文件标题", "采购周期", "报价时间", "文件编号"], every, catalog)
    assert of_medicine.type == "medicine/document"


def test_a_heading_of_a_program_is_the_english_title(names: Callable[[str], Names]) -> None:
    of_award = names("works/award-candidates")
    assert [one.field.dotted for one in of_award.find("publicity_period")] == ["publicityPeriod"]
    assert of_award.find("made_up_words") == ()
    of_land = names("land/grant-result")
    assert [one.field.dotted for one in of_land.find("plot_ratio_minimum")] == ["lots.plotRatioMinimum"]
    assert of_land.find("plot_ratio") != of_land.find("plot_ratio_minimum")


def test_a_heading_of_two_names_is_what_both_mean(names: Callable[[str], Names]) -> None:
    of_land = names("land/grant-notice")
    found = of_land.find("建筑面积(平方米)/总建筑面积")
    assert [one.field.dotted for one in found] == ["lots.buildingArea"]
    assert of_land.find("建筑面积/起始价") == ()
    assert of_land.find("甲/乙") == ()


def test_a_nested_heading_may_be_known_by_its_last_name(names: Callable[[str], Names]) -> None:
    of_award = names("works/award-candidates")
    assert [one.field.dotted for one in of_award.find("said.project_name", nested=True)] == ["project.name"]
    assert of_award.find("said.project_name") == ()


def test_nested_headings_tell_the_type(catalog: Catalog) -> None:
    every = {name: names_of(catalog.type(name), catalog) for name in catalog.types}
    headings = ["said.中标候选人", "said.候选人排名", "said.project_name", "said.publicity_period"]
    assert guess_type(headings, every, catalog, nested=True).type == "works/award-candidates"
    assert guess_type(headings, every, catalog).type is None


def test_the_names_of_a_version_are_made_once_of_a_catalog(toy_catalog: Catalog, catalog: Catalog) -> None:
    newest = catalog.type("land/grant-result")
    assert names_of(newest, catalog) is names_of(newest, catalog)
    assert names_of(newest, catalog) is not names_of(toy_catalog.type("land/grant-result"), toy_catalog)
    versions = [names_of(one, toy_catalog) for one in toy_catalog.history("land/evolved")]
    assert [one.disclosure.version for one in versions] == ["1.0", "1.1", "2.0"]
