"""What only several rows together show: jumps of 10⁴, repeated rows, codes and names that do not go together."""

import json
import random
from collections.abc import Callable

import pytest

from loaders import across, jumps
from loaders.jumps import Numbers, Spread
from loaders.report import Report

CheckText = Callable[..., Report]
GRANT = "land/grant-result"


def found(report: Report, code: str) -> list[tuple[int | None, str | None, str | None]]:
    return [(one.row, one.column, one.value) for one in report.issues if one.code == code]


def column(values: list[object], heading: str = "成交价(万元)") -> str:
    rows = "".join(f"GK-{number},{value}\n" for number, value in enumerate(values, 1))
    return f"宗地编号,{heading}\n{rows}"


USUAL = [1520, 1310, 980, 2240, 1760, 1105, 1425, 870, 1930, 1288]


def test_a_price_in_yuan_among_prices_in_ten_thousand_yuan_is_found_at_its_cell(
    check_text: CheckText,
) -> None:
    report = check_text(column([*USUAL[:5], 15200000, *USUAL[5:]]), type=GRANT)
    assert found(report, "L060") == [(7, "成交价(万元)", "152,000,000,000 ≫ 14,000,000")]
    (one,) = [issue for issue in report.issues if issue.code == "L060"]
    assert "标题写的单位是万元" in one.message
    assert one.path == "lots.0.price.amount"
    assert one.clause == ("2.3.6",)


def test_an_area_in_hectares_among_square_metres_is_found(check_text: CheckText) -> None:
    areas = [26668.5, 31200, 18900, 45000, 22310, 2.66, 38000, 15600, 27777, 29800, 33100]
    report = check_text(column(areas, "土地面积(平方米)"), type=GRANT)
    assert found(report, "L060") == [(7, "土地面积(平方米)", "2.66 ≪ 28,000")]
    assert "公顷" in str(report.to_json())


NO_JUMPS: dict[str, list[object]] = {
    "too few": [*USUAL[:8], 15200000],
    "a hundred times is no slip of a unit": [*USUAL, 152000],
    "a million times is another fault": [*USUAL, 1520000000],
    "zeroes do not count": [*USUAL, 0, 0, 0],
    "half of the column is in yuan": [*USUAL, *(value * 10000 for value in USUAL)],
    "large ones that others lead up to": [*USUAL, 9000, 52000, 310000, 1900000, 8000000],
}


@pytest.mark.parametrize("values", NO_JUMPS.values(), ids=NO_JUMPS.keys())
def test_what_is_no_slip_of_a_unit_is_not_told(values: list[object], check_text: CheckText) -> None:
    assert found(check_text(column(values), type=GRANT), "L060") == []


def test_amounts_of_a_natural_spread_give_no_jump() -> None:
    chance = random.Random(1)
    told = 0
    for _ in range(50):
        numbers = [10 ** chance.gauss(6, 0.7) for _ in range(1000)]
        spread = Spread.of(numbers)
        told += sum(map(abs, map(spread.jump, numbers))) if spread else 0
    assert told == 0


def test_numbers_past_what_is_kept_are_judged_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jumps, "KEPT", 50)
    numbers = Numbers()
    for row in range(2, 52):
        numbers.add(1000 + row + (row == 20) * 1e7, row, 0)
    for row in range(52, 200):
        numbers.add(1000 + row + (row == 120) * 1e7, row, 0)
    assert [(row, direction) for _, row, _, direction, _ in numbers.jumps()] == [(20, 1), (120, 1)]


def test_a_row_that_stands_twice_is_told_with_the_earlier_row(check_text: CheckText) -> None:
    report = check_text("宗地编号,成交价\nGK-1,100\nGK-2,120\nGK-1,100\nGK-1,100\n", type=GRANT)
    assert found(report, "L061") == [(4, None, "2"), (5, None, "2")]
    assert (report.taken, report.records) == (4, 2)


def test_rows_of_one_record_that_say_different_things_are_no_repeats(check_text: CheckText) -> None:
    text = "公告编号,标题,宗地编号\n示告1号,示例公告,GK-1\n示告1号,示例公告,GK-2\n"
    assert check_text(text, type="land/grant-notice").issue_counts == {}


HEAD = "宗地编号,受让人,受让人统一社会信用代码\n"
ONE, OTHER, WRONG = "91530100MA6K00027P", "91530100MA6K00047R", "91530100MA6K00027Q"
PARTIES: list[tuple[str, dict[str, int]]] = [
    (f"1,云南示例置业有限公司,{ONE}\n2,云南示例置业有限公司,{OTHER}\n3,云南示例置业有限公司,{OTHER}\n", {"L062": 1}),
    (f"1,云南示例置业有限公司,{ONE}\n2,昆明某某贸易有限公司,{ONE}\n", {"L063": 1}),
    # Brackets, blanks and a short form are the same name.
    (f"1,云南示例(昆明)有限公司,{ONE}\n2,云南示例（昆明） 有限公司,{ONE}\n3,云南示例,{ONE}\n", {}),
    # A name that several have.
    (f"1,人民医院,{ONE}\n2,人民医院,{OTHER}\n", {}),
    # A wrong code is told as such.
    (f"1,云南示例置业有限公司,{ONE}\n2,云南示例置业有限公司,{WRONG}\n", {"S011": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "counts"), PARTIES)
def test_names_and_codes_of_one_file_go_together(
    rows: str, counts: dict[str, int], check_text: CheckText
) -> None:
    assert check_text(HEAD + rows, type=GRANT).issue_counts == counts


def test_the_second_code_is_told_at_its_cell_with_the_row_of_the_first(check_text: CheckText) -> None:
    report = check_text(HEAD + PARTIES[0][0], type=GRANT)
    assert found(report, "L062") == [(3, "受让人统一社会信用代码", f"{OTHER} ≠ {ONE}")]
    assert "第 2 行" in report.issues[0].hint


def test_comparisons_that_could_not_be_made_are_said(
    check_text: CheckText, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = check_text(column(USUAL[:3]), type=GRANT)
    assert {"L060", "L062"} <= {one.check for one in report.not_run}
    monkeypatch.setattr(across, "ORGANIZATIONS", 2)
    report = check_text(HEAD + f"1,示例甲公司,{ONE}\n2,示例乙公司,{OTHER}\n", type=GRANT)
    assert "超过 2 个" in next(one.reason for one in report.not_run if one.check == "L062")


def test_a_check_that_lacks_its_columns_is_said_to_have_not_run(check_text: CheckText) -> None:
    report = check_text(column(USUAL), type=GRANT)
    reasons = {one.check: one.reason for one in report.not_run}
    assert reasons["S022"].startswith("文件里没有能比较先后的两个日期")
    assert "S025" not in reasons  # the type has no items


def test_a_check_that_ran_for_one_of_the_types_has_run(check_text: CheckText) -> None:
    records = [
        {"schema": "land/grant-result/1.0", "lots": [{"parcelNumber": "A", "dealDate": "2024-06-18", "contractDate": "2024-06-20"}]},
        {"schema": "land/supply-plan/1.0", "localId": "B", "planYear": 2024},
    ]  # fmt: skip
    said = [one.check for one in check_text(json.dumps(records), "a.json").not_run]
    assert "S022" not in said
    assert said.count("S023") == 1


def test_findings_about_a_record_stand_at_their_cells(check_text: CheckText) -> None:
    text = "宗地编号,成交价,起始价,成交日期,合同签订日期\nGK-1,100,120,2024-06-18,2024-06-01\n"
    report = check_text(text, type=GRANT)
    assert [(one.code, one.row, one.column, one.value) for one in report.issues] == [
        ("S027", 2, "成交价", "100 < 120"),
        ("S022", 2, "合同签订日期", "2024-06-01 < 2024-06-18"),
    ]
    assert report.refused == 0
