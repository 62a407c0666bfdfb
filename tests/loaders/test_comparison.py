"""What was fixed, what is left, what is new: finding by finding, also where rows have moved."""

import pytest

from loaders.comparison import compare
from loaders.earlier import Earlier, Found, FoundGroup
from loaders.errors import LoadError


def checked(
    *places: str, code: str = "L013", sheet: str = "表", column: str = "面积", count: int = 0
) -> Earlier:
    """A check that found one code in a column: checked("B2=很大", "B3")."""
    found = [Found(cell, int(cell[1:]), value) for cell, _, value in (one.partition("=") for one in places)]
    group = FoundGroup(code, "error", sheet, column, "不是数字", "is no number", count or len(found), found)
    return Earlier([group] if found else [])


@pytest.mark.parametrize(
    ("before", "after", "counts"),
    [
        (["B2=很大"], ["B2=很大"], (0, 1, 0)),
        (["B2=很大"], [], (1, 0, 0)),
        ([], ["B2=很大"], (0, 0, 1)),
        # A row was put in above.
        (["B2=很大", "B3=不小"], ["B3=很大", "B4=不小"], (0, 2, 0)),
        # A row was taken out, and another is wrong now.
        (["B2=很大", "B3=不小"], ["B2=不小", "B9=多"], (1, 1, 1)),
        # The cell was changed and is wrong still.
        (["B2=很大"], ["B2=较大"], (0, 1, 0)),
        # Cells that say nothing are told from each other by their places, then by their number.
        (["B2", "B3", "B4"], ["B3", "B4"], (1, 2, 0)),
        (["B2", "B3", "B4"], ["B3", "B4", "B5", "B6"], (0, 3, 1)),
        # One fault that stood twice stands once.
        (["B2=很大", "B3=很大"], ["B3=很大"], (1, 1, 0)),
    ],
)
def test_findings_are_paired_one_to_one(
    before: list[str], after: list[str], counts: tuple[int, int, int]
) -> None:
    found = compare(checked(*before), checked(*after))
    assert (found.fixed, found.still, found.new) == counts


def test_fixed_places_are_named_as_they_were_and_new_ones_as_they_are() -> None:
    shown = compare(checked("B2=很大", "B3=不小"), checked("B2=不小", "B9=多")).to_json()["groups"][0]
    assert shown["fixedPlaces"] == [{"row": 2, "cell": "B2", "value": "很大"}]
    assert shown["newPlaces"] == [{"row": 9, "cell": "B9", "value": "多"}]


def test_another_code_sheet_or_column_is_another_finding() -> None:
    for other in ({"code": "S007"}, {"sheet": "别的"}, {"column": "价格"}):
        found = compare(checked("B2=很大"), checked("B2=很大", **other))
        assert (found.fixed, found.still, found.new) == (1, 0, 1), other


def test_a_file_without_sheets_may_come_back_with_one() -> None:
    found = compare(checked("B2=很大", sheet=""), checked("B2=很大", sheet="数据"))
    assert (found.fixed, found.still, found.new) == (0, 1, 0)


def test_where_not_all_places_are_known_the_numbers_are_compared_and_it_is_said() -> None:
    (one,) = compare(checked("B2=很大", count=700), checked("B2=很大", count=600)).differences
    assert (one.fixed, one.still, one.new, one.exact) == (100, 600, 0, False)


@pytest.mark.parametrize(
    "report",
    [
        {},
        {"groups": 3},
        {"groups": [{"code": "L013"}]},
        {
            "groups": [
                {"code": "?", "severity": "error", "count": 1, "message": "", "messageEn": "", "places": []}
            ]
        },
        {
            "groups": [
                {
                    "code": "L013",
                    "severity": "error",
                    "count": -1,
                    "message": "",
                    "messageEn": "",
                    "places": [],
                }
            ]
        },
        {
            "groups": [
                {
                    "code": "L013",
                    "severity": "error",
                    "count": 1,
                    "message": "",
                    "messageEn": "",
                    "places": [1],
                }
            ]
        },
    ],
)
def test_what_is_no_report_is_refused(report: dict[str, object]) -> None:
    with pytest.raises(LoadError) as caught:
        Earlier.of(report)
    assert caught.value.code == "L092"
