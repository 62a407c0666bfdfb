"""Ids are made from the record alone."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from schemas.catalog import Catalog
from store.identity import (
    identify,
    organization_id,
    process_id,
    processes,
    publisher_of,
    recency,
)

USCC = "11530114MB0W00017C"
BUREAU = {"name": "虚构县自然资源局"}


def record(**more: Any) -> dict[str, Any]:
    return {"publisher": {"name": "呈贡分局", "uscc": USCC}, "localId": "A-1"} | more


def identity_of(given: Mapping[str, Any], catalog: Catalog, name: str = "land/grant-result") -> str:
    identity = identify(given, catalog.type(name))
    assert identity is not None
    assert re.fullmatch("[0-9]{6}-[0-9a-z]{16}", identity.id)
    return identity.id


def test_an_id_is_always_the_same(catalog: Catalog) -> None:
    # Published ids are links in other people's pages: this one may never change.
    assert identity_of(record(), catalog) == "530114-tb7i6lg66f5ov0it"


@pytest.mark.parametrize(
    ("more", "same"),
    [
        ({"title": "另一个标题", "publishedDate": "2024-01-01"}, True),
        ({"localId": "Ａ-1 "}, True),  # full width, a blank at the end
        ({"publisher": {"name": "改名后的分局", "uscc": USCC}}, True),
        ({"region": "530100"}, True),  # a publisher with a code has its shard from the code
        ({"localId": "A-2"}, False),
        ({"publisher": {"name": "呈贡分局", "uscc": "11530102MB0W00017C"}}, False),
    ],
)
def test_what_changes_an_id(more: dict[str, Any], same: bool, catalog: Catalog) -> None:
    assert (identity_of(record(**more), catalog) == identity_of(record(), catalog)) is same


def test_the_order_of_parcels_does_not_count(catalog: Catalog) -> None:
    lots = [{"parcelNumber": "P1"}, {"parcelNumber": "P2"}]
    one, other = record(localId=None, lots=lots), record(localId=None, lots=lots[::-1])
    assert identity_of(one, catalog) == identity_of(other, catalog)


def test_the_first_alternative_with_all_values_is_the_key(catalog: Catalog) -> None:
    given = {"publisher": BUREAU, "region": "530114", "title": "计划", "planYear": 2024}
    identity = identify(given, catalog.type("land/supply-plan"))
    assert identity is not None
    assert identity.key == ("2024", "计划")


@pytest.mark.parametrize(
    "given", [{"localId": "A-1"}, {"publisher": BUREAU}, {"publisher": {}, "localId": "A"}]
)
def test_without_publisher_or_key_there_is_no_identity(given: dict[str, Any], catalog: Catalog) -> None:
    assert identify(given, catalog.type("land/grant-result")) is None


@pytest.mark.parametrize(
    ("given", "shard"),
    [
        ({"publisher": {"uscc": USCC}, "region": "110101"}, "530114"),
        ({"publisher": {"uscc": "11A30114MB0W00017C"}, "region": "110101"}, "000000"),
        ({"publisher": BUREAU, "region": "530114003"}, "530114"),
        ({"publisher": BUREAU}, "000000"),
    ],
)
def test_the_shard_follows_from_the_publisher(given: dict[str, Any], shard: str) -> None:
    publisher = publisher_of(given)
    assert publisher is not None
    assert publisher.shard == shard


def test_two_bureaus_of_one_name_in_two_counties_are_two() -> None:
    first = publisher_of({"publisher": BUREAU, "region": "530102"})
    second = publisher_of({"publisher": BUREAU, "region": "530103"})
    assert first is not None
    assert second is not None
    assert first.id != second.id


@pytest.mark.parametrize(
    ("given", "path", "numbers"),
    [
        ({"processId": "P", "lots": [{"parcelNumber": "1"}]}, ("processId",), ["P"]),
        ({"lots": [{"parcelNumber": "1"}, {"parcelNumber": "2"}, {}]}, ("lots", "parcelNumber"), ["1", "2"]),
        ({"lots": [{"parcelNumber": "1"}, {"parcelNumber": "1"}]}, ("lots", "parcelNumber"), ["1"]),
        ({"supervisionNumber": "S"}, ("supervisionNumber",), ["S"]),
        ({}, (), ["530114-tb7i6lg66f5ov0it"]),
    ],
)
def test_the_first_path_with_values_names_the_processes(
    given: dict[str, Any], path: tuple[str, ...], numbers: list[str], catalog: Catalog
) -> None:
    disclosure = catalog.type("land/grant-result")
    identity = identify(record(**given), disclosure)
    assert identity is not None
    assert processes(record(**given), disclosure, identity) == (path, numbers)


def test_a_name_is_an_organization_of_its_process_only() -> None:
    publisher = publisher_of(record())
    assert publisher is not None
    one, other = process_id(publisher, "1"), process_id(publisher, "2")
    assert organization_id(None, "张三", one) != organization_id(None, "张三", other)
    assert organization_id(None, "虚构(昆明)公司", one) == organization_id(None, "虚构（昆明） 公司", one)
    assert organization_id("91530114MA6K000170", "甲", one) == organization_id(
        "91530114MA6K000170", "乙", other
    )


def test_recency_sorts_by_date_and_fits_a_signed_integer() -> None:
    one = "530114-tb7i6lg66f5ov0it"
    days = [None, date(1900, 1, 2), date(2024, 1, 1), date(2024, 1, 2), date(9999, 12, 31)]
    made = [recency(day, one) for day in days]
    assert made == sorted(made)
    assert recency(date(1850, 1, 1), one) == recency(None, one)  # before the calendar of this number: last
    assert max(made) < 2**63
    assert recency(date(2024, 1, 1), "530114-vvvvvvvvvvvvvvvv") < recency(
        date(2024, 1, 2), "530114-0000000000000000"
    )


@pytest.mark.parametrize(
    "publisher", ["示例局", ["示例局"], 7, {"name": ["示例局"]}, {"uscc": 7, "name": {}}]
)
def test_a_publisher_that_is_no_organization_breaks_nothing(publisher: object, catalog: Catalog) -> None:
    disclosure = catalog.types["land/grant-result"]
    identify({"publisher": publisher, "localId": "1"}, disclosure)
