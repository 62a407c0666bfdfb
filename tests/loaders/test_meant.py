"""What a cell that cannot be read seems to mean: told where one character differs, never where it is not sure."""

from typing import Any

import pytest

from loaders.dates import read_date, read_moment
from loaders.meant import meant_moment, meant_quantity
from loaders.units import units
from schemas.catalog import Catalog

MOMENTS: list[tuple[Any, str | None]] = [
    ("2024年01月27土15时30分", "2024年01月27日15时30分"),
    ("2024年01月27曰", "2024年01月27日"),
    ("2024年01目27日", "2024年01月27日"),
    ("2024年01月27日日15时30分", "2024年01月27日15时30分"),
    ("2024-06_18", "2024-06-18"),
    ("2024-06-18 09;30", "2024-06-18 09:30"),
    ("2024/06=18", "2024/06/18"),
    ("2024年13月27土", None),  # no such month either
    ("2024年01目27土", None),  # two characters
    ("收到报价当日", None),
    ("2024-04-17 25:30", None),
    (None, None),
    (7, None),
]
QUANTITIES: list[tuple[Any, str | None, str | None]] = [
    ("66667.4方米", "m2", "66667.4平方米"),
    ("为105477.6平方米", "m2", "105477.6平方米"),
    ("1.5公项", "m2", None),  # of two characters one is not enough
    ("3.2万平方光", "m2", "3.2万平方米"),
    ("1.5万元", "m2", None),  # a unit of something else
    ("约105477.6平方米", "m2", None),  # that is something else to say
    ("住宅、商业", "m2", None),
    ("3方米", None, None),
    ("方米", "m2", None),
    (True, "m2", None),
]


@pytest.mark.parametrize(("cell", "meant"), MOMENTS)
def test_a_date_is_told_where_one_sign_is_wrong(cell: Any, meant: str | None) -> None:
    assert meant_moment(cell, read_moment) == meant


def test_a_date_that_is_told_can_be_read() -> None:
    assert read_date("2024年01月27曰") is None
    assert meant_moment("2024年01月27曰", read_date) == "2024年01月27日"


@pytest.mark.parametrize(("cell", "base", "meant"), QUANTITIES)
def test_a_number_is_told_where_one_character_of_its_unit_is_wrong(
    cell: Any, base: str | None, meant: str | None, catalog: Catalog
) -> None:
    assert meant_quantity(cell, base, None, units(catalog.codelists)) == meant
