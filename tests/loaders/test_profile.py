"""Mapping profiles: what they can say, and what is said about one that is wrong."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from loaders.errors import ProfileError
from loaders.profile import FOLDER, names
from loaders.profile_file import load_profile, parse_profile
from loaders.report import Report
from schemas.catalog import Catalog

CheckText = Callable[..., Report]
START = 'title = "示例"\ntype = "land/grant-result"\n'

WRONG: list[tuple[str, str, str, str]] = [
    ("not TOML", START + '供地方式 = "a"\n', "L102", "TOML"),
    ("no title", 'type = "land/grant-result"\n', "L103", "title"),
    ("an unknown key", START + '[columns]\n"甲" = { too = "title" }\n', "L103", "第 4 行"),
    ("an unknown key at the top", START + "colums = {}\n", "L103", "第 3 行"),
    ("neither to nor drop", START + '[columns]\n"甲" = { unit = "万元" }\n', "L103", "to"),
    ("a number for a path", START + "[columns]\n甲乙 = 3\n".replace("甲乙", '"甲"'), "L104", "甲"),
    ("an unknown type", 'title = "示例"\ntype = "land/none"\n', "L105", "第 2 行"),
    ("an unknown property", START + '[columns]\n"甲" = "lots.prize"\n', "L108", "第 4 行"),
    ("an unknown constant", START + '[constants]\nprize = "1"\n', "L108", "prize"),
    ("a broken pattern", START + '[columns]\n"甲" = { to = "title", pattern = "(" }\n', "L106", "第 4 行"),
    ("a pattern of two groups", START + '[columns]\n"甲" = { to = "title", pattern = "(a)(b)" }\n', "L106", "括号"),
    ("a template without a place", START + '[columns]\n"甲" = { to = "title", template = "x" }\n', "L106", "{}"),
    ("an unknown unit", START + '[columns]\n"甲" = { to = "lots.price", unit = "贯" }\n', "L107", "贯"),
    ("a wrong credit code", START + '[publisher]\nuscc = "11530114MB0W00017D"\n', "L104", "uscc"),
    ("an unknown region", START + '[publisher]\nregion = "999999"\n', "L104", "999999"),
    ("a list of numbers", START + "nulls = [1]\n", "L104", "nulls"),
    ("a wrong match", START + 'match = "some"\n', "L104", "match"),
    ("each without to", START + '[[each]]\nlist = "a"\ncolumns = {}\n', "L103", "to"),
    ("a label that is no property", START + '[[unpivot]]\nto = "lots"\nlabel = "x"\nvalue = "price"\ncolumns = {}\n',
     "L108", "x"),
    ("a broken pattern of when", 'title = "示例"\n[[records]]\ntype = "land/grant-result"\nwhen = { "网址" = { pattern = "(" } }\n', "L106", "第 4 行"),
    ("two types", 'title = "示例"\ntype = "land/grant-result"\n[[records]]\ntype = "land/grant-notice"\n', "L103", "type"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "says"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_wrong_profile_is_refused_with_its_place(catalog: Catalog, text: str, code: str, says: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, "示例", catalog)
    assert caught.value.code == code
    assert says in caught.value.message
    assert caught.value.hint


def test_a_profile_that_is_not_there_names_those_that_are(catalog: Catalog) -> None:
    with pytest.raises(ProfileError) as caught:
        load_profile("none", catalog)
    assert caught.value.code == "L101"
    assert "guangdong-grant-results" in caught.value.hint


@pytest.mark.parametrize("name", names())
def test_every_profile_that_comes_with_the_program_is_understood(catalog: Catalog, name: str) -> None:
    profile = load_profile(name, catalog)
    assert profile.title
    assert profile.title_en
    by_row = {
        target.to for rule in profile.records for use in rule.columns.values() for target in use.targets
    }
    assert profile.publisher.get("name") or "publisher" in by_row
    assert (FOLDER / f"{name}.toml").read_text("utf-8").isascii() is False


def properties(report: Report) -> dict[str, list[str]]:
    return {use.heading: use.properties for use in report.columns}


def run(check_text: CheckText, profile: str, text: str, name: str = "file.csv") -> Report:
    report = check_text(text, name, profile=START + profile)
    assert not [found for found in report.issues if found.severity == "error"]
    return report


def test_a_profile_adds_to_the_schemas_own_names(check_text: CheckText) -> None:
    report = run(check_text, '[columns]\n"内部编码" = "lots.parcelNumber"\n', "内部编码,成交价\nA,100\n")
    assert properties(report) == {"内部编码": ["lots.parcelNumber"], "成交价": ["lots.price"]}


def test_a_property_that_the_profile_fills_is_left_to_it(check_text: CheckText) -> None:
    report = run(check_text, '[columns]\n"成交总价" = "lots.price"\n', "宗地编号,成交价,成交总价\nA,1,2\n")
    assert properties(report)["成交价"] == []
    assert "lots.price" in str(report.columns[1].reason)


def test_equal_headings_are_told_apart_by_their_place(check_text: CheckText) -> None:
    profile = '[columns]\n"编码" = "lots.parcelNumber"\n"编码#2" = "lots.contractNumber"\n'
    report = run(check_text, profile, "编码,编码,成交价\nA,B,1\n")
    assert [use.properties for use in report.columns][:2] == [["lots.parcelNumber"], ["lots.contractNumber"]]


def test_a_shifted_heading_is_named_by_position(check_text: CheckText) -> None:
    profile = 'heading_row = 1\nheadings = ["宗地编号", "成交价", "网址"]\n'
    report = run(check_text, profile, "宗地编号,网址\nA,100,http://example.org/1\n")
    assert properties(report)["网址"] == ["sourceUrl"]


def test_a_file_without_headings_is_named_by_position(check_text: CheckText) -> None:
    report = run(check_text, 'heading_row = 0\nheadings = ["宗地编号", "成交价"]\n', "A,100\nB,200\n")
    assert (report.rows, report.taken) == (2, 2)


def test_empty_cells_take_what_stands_above(check_text: CheckText) -> None:
    profile = 'fill_down = ["标题"]\n'
    report = run(check_text, profile, "标题,宗地编号,成交价\n甲公告,A,1\n,B,2\n")
    assert [use.reached for use in report.columns] == [2, 2, 2]


def test_a_sheet_can_be_left_out(check_text: CheckText) -> None:
    report = check_text("宗地编号,成交价\nA,1\n", profile=START + 'skip_sheets = [""]\n')
    assert report.rows == 0


def test_one_column_fills_several_properties(check_text: CheckText) -> None:
    profile = '[columns]\n"监管号" = ["supervisionNumber", { to = "region", pattern = \'^(\\d{6})\' }]\n'
    report = run(check_text, profile, "监管号,成交价\n5301142024B00001,1\n")
    assert properties(report)["监管号"] == ["supervisionNumber", "region"]


def test_packed_columns_are_zipped(check_text: CheckText) -> None:
    profile = (
        '[columns]\n"付款日期" = { to = "lots.payments.dueDate", split = "|" }\n'
        '"付款金额" = { to = "lots.payments.paymentAmount", split = "|", unit = "万元" }\n'
    )
    report = run(check_text, profile, "宗地编号,付款日期,付款金额\nA,2024-01-01|2024-02-01|,1|2|\n")
    assert report.share == 1


def test_a_wide_table_becomes_a_list(check_text: CheckText) -> None:
    profile = (
        'title = "示例"\ntype = "land/supply-plan"\n[[unpivot]]\nto = "landUses"\nlabel = "landUse"\n'
        'value = "landUseArea"\nunit = "公顷"\n[unpivot.columns]\n"商服" = "商服用地"\n"工业" = "工业用地"\n'
    )
    text = "标题,年度,商服,工业\n甲市计划,2024,1.5,\n"
    report = check_text(text, profile=profile)
    assert (report.taken, report.issue_counts) == (1, {})


def test_a_list_inside_json_becomes_a_list(check_text: CheckText) -> None:
    profile = (
        'title = "示例"\ntype = "works/award-candidates"\n[columns]\n"data.name" = "project.name"\n'
        '[[each]]\nlist = "data.bidders"\nto = "lots.awardCandidates"\nordinal = "rank"\n'
        '[each.columns]\nwho = "organization"\nprice = { to = "bidPrice", unit = "万元" }\n'
    )
    bidders = [{"who": "甲公司", "price": "1"}, {"who": "乙公司", "price": "2"}]
    rows = [{"id": "1", "data": {"name": "示例工程", "bidders": bidders}}]
    report = check_text(json.dumps(rows, ensure_ascii=False), "file.json", profile=profile)
    assert (report.taken, report.issue_counts) == (1, {})


def test_one_row_can_be_two_records(check_text: CheckText) -> None:
    profile = (
        'title = "示例"\nmatch = "all"\n[[records]]\ntype = "land/grant-notice"\n'
        '[[records]]\ntype = "land/grant-result"\nwhen = { "状态" = ["已成交"] }\n'
    )
    text = "宗地编号,状态,起始价,成交价\nA,已成交,1,2\nB,未成交,3,\n"
    report = check_text(text, profile=profile)
    assert (report.rows, report.taken) == (2, 2)
    assert report.types == {"land/grant-notice": 2, "land/grant-result": 1}


def test_a_row_that_fits_no_rule_is_unsupported_and_counted_apart(check_text: CheckText) -> None:
    profile = 'title = "示例"\n[[records]]\ntype = "land/grant-result"\nwhen = { "类别" = ["成交", ""] }\n'
    report = check_text("类别,宗地编号,成交价\n成交,A,1\n转让,B,2\n,C,3\n", profile=profile)
    assert (report.taken, report.refused, report.unsupported) == (2, 1, 1)
    assert [(found.code, found.value) for found in report.issues] == [("L042", "转让")]
    assert report.ok


def test_a_rule_may_look_for_a_pattern(check_text: CheckText) -> None:
    profile = (
        'title = "示例"\n[[records]]\ntype = "land/grant-notice"\nwhen = { "网址" = { pattern = "/gg/" } }\n'
        '[[records]]\ntype = "land/grant-result"\nwhen = { "网址" = { pattern = "/jg/" } }\n'
    )
    text = "宗地编号,网址\nSL-1,https://example.org/gg/1\nSL-2,https://example.org/jg/2\nSL-3,https://example.org/x/3\n"
    report = check_text(text, profile=profile, publisher="11530114MB0W00017C")
    assert report.types == {"land/grant-notice": 1, "land/grant-result": 1}
    assert report.unsupported == 1


def test_words_are_replaced_and_marks_for_nothing_added(check_text: CheckText) -> None:
    profile = 'nulls = ["未填"]\n[replace]\n"土00" = "日00"\n[columns]\n"成交日期" = { to = "lots.dealDate", replace = { "曰" = "日" } }\n'
    report = run(check_text, profile, "宗地编号,成交日期,成交价\nA,2024年6月3曰,未填\nB,未填,1\n")
    assert report.taken == 2


def test_a_template_and_a_date_format_are_applied(check_text: CheckText) -> None:
    profile = (
        '[columns]\n"路径" = { to = "sourceUrl", template = "https://example.org{}" }\n'
        '"日期" = { to = "publishedDate", date_format = "%d/%m/%Y" }\n'
    )
    report = run(check_text, profile, "宗地编号,路径,日期,成交价\nA,/a/1.html,31/01/2024,1\n")
    assert report.share == 1


def test_a_constant_inside_a_list_needs_an_entry(check_text: CheckText) -> None:
    profile = '[constants]\n"lots.lotOutcome" = "awarded"\n"documents.documentType" = "awardNotice"\n'
    assert run(check_text, profile, "宗地编号,成交价\nA,1\n").taken == 1


def test_the_publisher_asked_for_goes_before_the_profiles(check_text: CheckText) -> None:
    profile = START + '[publisher]\nname = "示例局"\n[columns]\n"单位" = "publisher"\n'
    text = "宗地编号,成交价,单位\nA,1,另一局\n"
    assert check_text(text, profile=profile).columns[2].reached == 1
    given = check_text(text, profile=profile, publisher="11530114MB0W00017C")
    assert (given.taken, given.columns[2].reached) == (1, 0)


DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "profiles.md"
EXAMPLES = re.findall(
    r"```(csv|json)\n(.*?)```\s+(?:.*?)```toml\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL
)


@pytest.mark.parametrize(("suffix", "text", "profile"), EXAMPLES, ids=[e[2].split('"')[1] for e in EXAMPLES])
def test_a_documented_profile_does_what_it_says(
    check_text: CheckText, suffix: str, text: str, profile: str
) -> None:
    report = check_text(text, f"file.{suffix}", profile=profile)
    assert report.rows >= 1
    assert report.refused == report.unsupported
    dropped = [use for use in report.columns if use.reason]
    assert all(use.share in (1, None) for use in report.columns if use not in dropped)


def test_every_key_of_a_profile_is_documented() -> None:
    from loaders import profile_file

    said = DOCUMENT.read_text("utf-8")
    tables = (
        profile_file._TOP,
        profile_file._RECORD,
        profile_file._COLUMN,
        profile_file._EACH,
        profile_file._UNPIVOT,
    )
    assert not {key for table in tables for key in table if key not in said}
    assert len(EXAMPLES) >= 5
