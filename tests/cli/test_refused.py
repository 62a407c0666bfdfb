"""`openalloc refused` and `openalloc withdraw`: rows stay visible until they are repaired, records citable when they go."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

HEADINGS = "宗地编号,土地位置,土地面积(平方米),成交价(万元),受让单位,成交日期"
PUBLISHER = "11530114MB0W00017C"
TYPED = ("--type", "land/grant-result", "--publisher", PUBLISHER)


def row(number: int, area: str = "1000", day: str = "2024-06-18", parcel: str | None = None) -> str:
    return f"{f'A-{number}' if parcel is None else parcel},示例路{number}号,{area},100,云南示例置业有限公司,{day}"


@pytest.fixture
def load(run: Run, tmp_path: Path) -> Any:
    """Loads rows under a file's name; gives the report."""
    run("init")

    def loaded(name: str, *rows: str, options: tuple[str, ...] = ()) -> dict[str, Any]:
        (tmp_path / name).write_text("\n".join((HEADINGS, *rows)), "utf-8")
        _, out, err = run("load", name, *TYPED, *options, "--json")
        assert not err
        return dict(json.loads(out))

    return loaded


def cases(run: Run, *options: str) -> dict[str, Any]:
    return dict(json.loads(run("refused", "--json", *options)[1]))


def test_a_refused_row_is_listed_until_a_load_stores_its_record(run: Run, load: Any) -> None:
    first = load("六月.csv", row(1), row(2, area="很大"), row(3, area="更大"))
    found = cases(run)
    assert found["counts"] == {"open": 2}
    (group,) = found["groups"]
    assert (group["loadId"], group["rows"], group["publisherId"]) == (first["loadId"], 2, PUBLISHER)
    assert [one["row"] for one in found["rows"]] == [3, 4]
    assert all(one["disclosureId"] for one in found["rows"])
    (said,) = found["rows"][0]["issues"]
    assert (said["code"], said["column"], said["value"]) == (group["rule"], "土地面积(平方米)", "很大")
    second = load("另一个名字.csv", row(2, area="2000"))
    found = cases(run, "--all")
    assert found["counts"] == {"open": 1, "repaired": 1}
    assert [(one["state"], one["closedBy"]) for one in found["rows"]] == [
        ("repaired", second["loadId"]), ("open", None),
    ]  # fmt: skip
    assert [one["row"] for one in cases(run)["rows"]] == [4]
    # The old file once more neither opens the case again nor loses the open one.
    load("六月.csv", row(1), row(2, area="很大"), row(3, area="更大"))
    assert cases(run, "--all")["counts"] == {"open": 1, "repaired": 1}


def test_a_row_refused_again_is_one_case_that_goes_on(run: Run, load: Any) -> None:
    load("六月.csv", row(2, area="很大"))
    (before,) = cases(run)["rows"]
    load("七月.csv", row(2, area="更大"))
    found = cases(run, "--all")
    assert found["counts"] == {"open": 1, "repeated": 1}
    (now,) = cases(run)["rows"]
    assert now["since"] == before["since"]
    assert now["file"] == "七月.csv"
    load("八月.csv", row(2))
    assert cases(run, "--all")["counts"] == {"repaired": 1, "repeated": 1}


def test_a_row_without_identifiers_is_known_by_its_place_in_a_file_of_the_same_name(
    run: Run, load: Any
) -> None:
    # Neither parcel nor day can be read, so nothing tells which record it would be; what was right is changed as well.
    wrong, right = row(2, day="近日", parcel=""), row(2, area="77", parcel="B-9")
    load("六月.csv", row(1), wrong)
    (one,) = cases(run)["rows"]
    assert (one["row"], one["disclosureId"], one["publisherId"]) == (3, None, PUBLISHER)
    load("别的.csv", row(1), right.replace("B-9", "B-8"))
    assert cases(run)["counts"] == {"open": 1}
    load("六月.csv", row(7), row(1), right)  # another number of rows: places say nothing
    assert cases(run)["counts"] == {"open": 1}
    load("六月.csv", row(1), wrong.replace("近日", "日前"))
    assert cases(run)["counts"] == {"open": 1, "repeated": 1}
    load("六月.csv", row(1), right)
    assert cases(run)["counts"] == {"repaired": 1, "repeated": 1}


def test_a_row_that_says_the_same_but_for_what_was_wrong_repairs_it_in_any_file(run: Run, load: Any) -> None:
    load("六月.csv", row(1), row(2, day="近日", parcel=""))
    load("别的.csv", row(7), row(1), row(2, parcel="B-8"))
    assert cases(run)["counts"] == {"repaired": 1}


def test_a_load_that_takes_part_of_a_record_and_refuses_part_repairs_nothing(run: Run, load: Any) -> None:
    load("六月.csv", row(1, area="很大"))
    load("七月.csv", row(1), row(1, area="更大"))
    assert cases(run)["counts"] == {"open": 1, "repeated": 1}


def test_filters_and_rates(run: Run, load: Any) -> None:
    load("六月.csv", row(1, area="很大"), row(2, area="很大"), row(3, area="很大", day="2024-13-45"))
    load("七月.csv", row(1))
    both = cases(run)["groups"]
    rule = both[0]["rule"]
    assert sum(one["rows"] for one in both) == 3  # two rows, one of them for two rules
    assert cases(run, "--rule", rule)["counts"] == {"open": 2, "repaired": 1}
    assert [one["rule"] for one in cases(run, "--rule", "L011")["groups"]] == ["L011"]
    assert cases(run, "--publisher", "12530100MB0W000574")["counts"] == {}
    assert cases(run, "--publisher", PUBLISHER, "--load", both[0]["loadId"])["counts"] == {
        "open": 2,
        "repaired": 1,
    }
    assert len(cases(run, "--first", "1")["rows"]) == 1
    (rate,) = json.loads(run("refused", "--rates", "--json")[1])
    median = rate.pop("medianDays")
    assert rate == {
        "publisherId": PUBLISHER, "publisher": PUBLISHER, "refused": 3, "repaired": 1, "open": 2, "share": 0.3333,
    }  # fmt: skip
    assert 0 <= median < 1
    assert "33%" in run("refused", "--rates")[1]
    shown = run("refused")[1]
    assert "未修复 open 2" in shown
    assert "第4行 row 4" in shown


def test_personal_numbers_are_masked_in_lists(run: Run, load: Any) -> None:
    person = "11010519491231002X"
    load("六月.csv", row(1, area=f"张三{person}"))
    for options in (("--json",), ()):
        assert person not in run("refused", *options)[1]
    assert "110105" in run("refused", "--json")[1]


def test_a_withdrawn_record_is_left_alone_with_a_warning_until_again(run: Run, load: Any) -> None:
    load("六月.csv", row(1), row(2))
    query = "{ landGrantResults(first: 5, filter: {localId: {isNull: true}}) { nodes { id status } } }"
    nodes = json.loads(run("query", query)[1])["data"]["landGrantResults"]["nodes"]
    one = nodes[0]["id"]
    code, out, _ = run("withdraw", one, "--reason", "示例:重复公开", "--publisher", PUBLISHER, "--json")
    assert code == 0
    assert json.loads(out)["kind"] == "ordinary"
    report = load("六月.csv", row(1), row(2))
    assert report["records"] == {"total": 2, "stored": 0, "unchanged": 1, "revised": 0, "withdrawn": 1}
    (group,) = [one for one in report["groups"] if one["code"].startswith("W")]
    assert (group["code"], group["severity"]) == ("W010", "warning")
    assert "示例:重复公开" in group["message"]
    assert group["places"][0]["row"] in (2, 3)
    report = load("六月.csv", row(1), row(2), options=("--again",))
    assert report["records"]["revised"] == 1
    code, out, _ = run("withdraw", one, "--reason", "示例:个人信息", "--privacy")
    assert code == 0
    assert "内容和历次修订已删除" in out
    report = load("六月.csv", row(1), row(2))
    assert [one["code"] for one in report["groups"] if one["code"].startswith("W")] == ["W011"]
    code, _, err = run("withdraw", "530114-0000000000000000", "--reason", "示例")
    assert (code, "W001" in err) == (2, True)
