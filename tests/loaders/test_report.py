"""The report: what is wrong stands together, each place with its cell; what is missing or not checked is said."""

from collections.abc import Callable
from typing import Any

from loaders.report import Report

CheckText = Callable[..., Report]

RESULT = "land/grant-result"
HEADING = "宗地编号,出让面积(公顷),成交价(万元),成交日期\n"


def lines(count: int, area: str = "1.5", day: str = "2024-06-18") -> str:
    return "".join(f"A-{number},{area},100,{day}\n" for number in range(count))


def group_of(report: Report, code: str) -> dict[str, Any]:
    (found,) = [group for group in report.to_json()["groups"] if group["code"] == code]
    return dict(found)


def test_the_same_fault_in_a_column_is_one_group_with_its_cells(check_text: CheckText) -> None:
    text = HEADING + lines(2) + lines(1, area="很大") + lines(1, area="不小")
    group = group_of(check_text(text, type=RESULT), "L013")
    assert (group["count"], group["column"], group["letter"]) == (2, "出让面积(公顷)", "B")
    assert group["places"] == [
        {"row": 4, "cell": "B4", "value": "很大"},
        {"row": 5, "cell": "B5", "value": "不小"},
    ]


def test_a_group_of_different_values_says_what_is_wrong_without_one_of_them(check_text: CheckText) -> None:
    several = group_of(
        check_text(HEADING + lines(1, area="很大") + lines(1, area="不小"), type=RESULT), "L013"
    )
    assert (several["message"], several["messageEn"]) == (
        "“土地面积”不是数字",
        "“Parcel area” is not a number",
    )
    same = group_of(check_text(HEADING + lines(2, area="很大"), type=RESULT), "L013")
    assert same["message"].endswith("很大")


def test_what_must_be_fixed_comes_first(check_text: CheckText) -> None:
    report = check_text(
        "宗地编号,面积,受让人,受让人统一社会信用代码\nA,很大,甲,91530114MA6K000171\nB,1,甲,91530114MA6K000171\n",
        type=RESULT,
    )
    severities = [group["severity"] for group in report.to_json()["groups"]]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert len(severities) > 1


def test_of_two_columns_with_one_heading_each_has_its_own_cells(check_text: CheckText) -> None:
    report = check_text("宗地编号,备注,面积,面积\nA,x,很大,1\nB,y,1,不小\n", type=RESULT)
    places = [
        place["cell"]
        for group in report.to_json()["groups"]
        if group["code"] == "L013"
        for place in group["places"]
    ]
    assert places == ["C2", "D3"]


def test_a_fault_that_the_schema_finds_is_placed_at_its_cell(check_text: CheckText) -> None:
    report = check_text(HEADING + lines(1) + lines(1, area="-1").replace("A-0", "A-9"), type=RESULT)
    assert group_of(report, "S007")["places"] == [
        {"row": 3, "cell": "B3", "value": "-1", "read": "-10000", "path": "lots.0.parcelArea"}
    ]


def test_completeness_counts_each_item_of_the_policy(check_text: CheckText) -> None:
    text = "宗地编号,面积,土地用途\nA,1,工业用地\nB,,其他说法\nC,很大,工业用地\n"
    lines = {line["item"]: line for line in check_text(text, type=RESULT).to_json()["completeness"]}
    assert (lines["2.3.1"]["filled"], lines["2.3.1"]["records"]) == (3, 3)
    assert (lines["2.3.3"]["filled"], lines["2.3.3"]["records"]) == (1, 3)
    assert lines["2.3.7"]["share"] == 0


def test_a_deadline_that_cannot_be_measured_is_said(check_text: CheckText) -> None:
    def deadlines(text: str) -> list[int]:
        lines = check_text(text, type=RESULT).to_json()["notRun"]
        return [one["records"] for one in lines if one["check"] == "deadline"]

    assert deadlines("宗地编号,成交日期\nA,2024-06-18\nB,\n") == [1]
    assert deadlines("宗地编号,成交日期\nA,2024-06-18\n") == []


def test_a_file_that_cannot_be_read_says_that_nothing_else_was_checked(check_text: CheckText) -> None:
    report = check_text('宗地编号,面积\nA,"1\n', type=RESULT).to_json()
    assert (report["unreadable"], [one["check"] for one in report["notRun"]]) == (True, ["rows"])


def test_where_the_type_is_not_known_no_column_is_called_unknown(check_text: CheckText) -> None:
    report = check_text("项目名称,项目编号,开标时间,评标办法\n示例工程,SL-1,2024-01-05 09:00,\n", type=None)
    assert set(report.issue_counts) == {"L003"}
    columns = report.to_json()["columns"]
    assert {one["dropped"] for one in columns} == {"类型未定，没有对照"}
    assert [(one["nonEmpty"], one["reached"]) for one in columns] == [(1, 0), (1, 0), (1, 0), (0, 0)]


def test_a_sheet_without_headings_says_what_was_seen(check_text: CheckText) -> None:
    (some,) = check_text("说明\n宗地编号,甲,乙\n1,2,3\n", type=RESULT).issues
    assert (some.code, some.row, some.value) == ("L001", 2, "宗地编号、甲、乙")
    assert "第 2 行" in some.message
    assert "只有“宗地编号”" in some.message
    (none,) = check_text("甲,乙\n1,2\n", type=RESULT).issues
    assert "没有标准里的名称" in none.message
    (figures,) = check_text("1,2\n3,4\n", type=RESULT).issues
    assert (figures.code, figures.value) == ("L001", None)


def test_what_a_date_seems_to_mean_is_in_the_hint(check_text: CheckText) -> None:
    text = "公告编号,宗地编号,保证金截止时间\n示告[2024]1号,GK-1,2024年01月27土15时30分\n"
    group = group_of(check_text(text, type="land/grant-notice"), "L012")
    assert "“2024年01月27日15时30分”" in group["hint"]
    assert "“2024年01月27日15时30分”" in group["hintEn"]
