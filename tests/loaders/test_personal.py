"""Numbers of persons: found by their check digit, masked where they may not stand."""

from collections.abc import Callable

import pytest

from loaders.personal import is_resident_number, mask
from loaders.report import Report
from loaders.screen import screened
from schemas.catalog import Catalog

RESIDENT = "53010219900307001" + "0123456789X"["10X98765432".index("1")]


def resident() -> str:
    """A made-up resident identity number with the right check digit."""
    start = "53010219900307001"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return start + "10X98765432"[sum(w * int(d) for w, d in zip(weights, start, strict=True)) % 11]


def test_a_resident_number_needs_province_day_and_check_digit() -> None:
    number = resident()
    assert is_resident_number(number)
    assert not is_resident_number("99" + number[2:])
    assert not is_resident_number(number[:10] + "13" + number[12:])
    assert not is_resident_number(number[:17] + ("0" if number[17] != "0" else "1"))


MASKED: list[tuple[str, str]] = [
    (f"张某{resident()}", "张某530102************"),
    ("电话13900000000、0871-60000001", "电话139****0000、0871-60000001"),
    ("+86 139-0000-0000", "+86 139****0000"),
    ("139****0000", "139****0000"),
    ("13900000000元", "13900000000元"),
    ("20139000000001", "20139000000001"),
    ("合同号530102202403070012345", "合同号530102202403070012345"),
    ("91530100MA6K00027P", "91530100MA6K00027P"),
]


@pytest.mark.parametrize(("text", "shown"), MASKED)
def test_personal_numbers_are_masked_and_nothing_else(text: str, shown: str) -> None:
    assert mask(text)[0] == shown


def test_a_phone_stays_where_a_phone_belongs(catalog: Catalog) -> None:
    fields = catalog.type("land/grant-result").by_path
    assert screened("13900000000", fields["transferor.phone"]) == ("13900000000", [])
    shown, issues = screened("示例 13900000000", fields["remark"])
    assert (shown, [found.code for found in issues]) == ("示例 139****0000", ["L051"])


def test_a_resident_number_stays_nowhere(catalog: Catalog) -> None:
    fields = catalog.type("land/grant-result").by_path
    for path in ("transferor.phone", "lots.transferee.name", "remark"):
        assert screened(resident(), fields[path])[0] == "530102************"


def test_what_names_a_thing_is_no_persons_number(catalog: Catalog) -> None:
    fields = catalog.type("land/grant-result").by_path
    for path in ("localId", "lots.parcelNumber", "project.number", "lots.contractNumber"):
        assert screened(resident(), fields[path]) == (resident(), [])


def test_issues_do_not_show_personal_numbers(check_text: Callable[..., Report]) -> None:
    text = f"宗地编号,成交价,成交日期\n1,100,{resident()}\n2,100,13900000000\n"
    report = check_text(text, type="land/grant-result")
    assert report.refused == 2
    said = str(report.to_json())
    assert resident() not in said
    assert "13900000000" not in said
