"""Checks that lack a column are told together, each with what it lacks; the report keeps every line of its own."""

from collections.abc import Callable
from typing import Any

import pytest

from loaders.lacking import together
from loaders.report import Report
from schemas.quality import LACKING

CheckText = Callable[..., Report]


@pytest.fixture
def lines(check_text: CheckText) -> list[dict[str, Any]]:
    """What a small file did not let run."""
    found: list[dict[str, Any]] = check_text("宗地编号,土地面积\nA,1\n", type="land/grant-result").to_json()[
        "notRun"
    ]
    return found


def test_every_check_and_what_it_lacks_is_in_the_one_line(lines: list[dict[str, Any]]) -> None:
    lacking = [one for one in lines if one["reason"].startswith(LACKING)]
    shown = together(lines)
    assert len(lacking) > 5
    assert len(shown) == len(lines) - len(lacking) + 1
    for one in lacking:
        what = one["reason"].removeprefix(LACKING).rstrip("。")
        assert f"{one['title']}:缺{what}" in shown[-1]["reason"]
        assert one["titleEn"] in shown[-1]["reasonEn"]
    assert str(len(lacking)) in shown[-1]["title"]


def test_the_other_lines_stay_and_come_first(lines: list[dict[str, Any]]) -> None:
    others = [one for one in lines if not one["reason"].startswith(LACKING)]
    assert others
    assert together(lines)[:-1] == others


def test_one_alone_stays_as_it_is(lines: list[dict[str, Any]]) -> None:
    alone = [one for one in lines if one["reason"].startswith(LACKING)][:1]
    assert together(alone) == alone
    assert together([]) == []


def test_briefly_the_checks_alone_are_named(lines: list[dict[str, Any]]) -> None:
    lacking = [one for one in lines if one["reason"].startswith(LACKING)]
    (*_, last) = together(lines, briefly=True)
    assert last["reason"] == ";".join(one["title"] for one in lacking) + "。"
    assert last["reasonEn"] == "; ".join(one["titleEn"] for one in lacking) + "."
