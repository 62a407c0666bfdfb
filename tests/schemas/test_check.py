"""`check`: one fault, one finding."""

import copy
from typing import Any

import pytest

from schemas.catalog import Catalog
from schemas.check import check
from schemas.issue import Issue

TYPE = "land/grant-result"


def faulty(catalog: Catalog, path: str, value: Any) -> list[Issue]:
    """What `check` finds when the sample has that value at that place; Ellipsis takes the place away."""
    record: Any = copy.deepcopy(dict(catalog.type(TYPE).sample))
    node = record
    *steps, last = path.split(".")
    for step in steps:
        node = node[int(step)] if step.isdigit() else node[step]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return check(record, catalog.type(TYPE), catalog)


FAULTS: list[tuple[str, Any, str, str]] = [
    ("publisher", ..., "S001", "publisher"),
    ("lots.0.colour", "red", "S002", "lots.0.colour"),
    ("lots.0.parcelArea", "26668.5", "S003", "lots.0.parcelArea"),
    ("publishedDate", "2024-06-31", "S004", "publishedDate"),
    ("publishedDate", "2024/06/24", "S004", "publishedDate"),
    ("publishedDate", "0000-01-01", "S004", "publishedDate"),
    ("publicityPeriod.startAt", "2024-06-24T23:59:60Z", "S004", "publicityPeriod.startAt"),
    ("sourceUrl", "not an address", "S004", "sourceUrl"),
    ("publicityPeriod.startAt", "2024-06-24 09:00", "S004", "publicityPeriod.startAt"),
    ("landSupplyMethod", "gift", "S005", "landSupplyMethod"),
    ("region", "539999", "S005", "region"),
    ("lots.0.parcelArea", -1, "S007", "lots.0.parcelArea"),
    ("title", "", "S008", "title"),
    ("transferor.uscc", "1153", "S009", "transferor.uscc"),
    ("lots.0.price.amount", 18240000.125, "S010", "lots.0.price.amount"),
    ("transferor.uscc", "11530114MB0W00017D", "S011", "transferor.uscc"),
    ("lots.0.price", {}, "S012", "lots.0.price"),
    ("lots.0.transferee", {"address": "示例路"}, "S012", "lots.0.transferee"),
    ("title", "a\x00b", "S017", ""),
    ("title", "\ud800", "S017", ""),
]


@pytest.mark.parametrize(("path", "value", "code", "place"), FAULTS, ids=lambda one: str(one)[:30])
def test_one_fault_gives_one_finding_at_its_place(
    path: str, value: Any, code: str, place: str, catalog: Catalog
) -> None:
    found = faulty(catalog, path, value)
    assert [(issue.code, issue.path) for issue in found] == [(code, place)]
    for text in (found[0].message, found[0].message_en, found[0].hint, found[0].hint_en):
        assert text
        assert "{" not in text


def test_a_finding_names_the_item_of_the_policy_it_rests_on(catalog: Catalog) -> None:
    assert faulty(catalog, "lots.0.price.amount", "many")[0].clause == ("2.3.6",)


def test_money_may_have_two_decimals_whatever_floats_make_of_them(catalog: Catalog) -> None:
    for amount in (19.99, 0.07, 1.1, 4503599627.29, 123456789012.34):
        assert faulty(catalog, "lots.0.price.amount", amount) == []
