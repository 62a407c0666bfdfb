"""Amounts as departments write them: yuan, exact, or the wording."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.money import read_money
from loaders.units import units
from schemas.catalog import Catalog

AMOUNTS: list[tuple[Any, str | None, float]] = [
    ("￥3956.000000万元（人民币）", None, 39_560_000),
    ("￥982.8万元（人民币）", None, 9_828_000),
    ("100,000元 人民币", None, 100_000),
    ("0元 人民币", None, 0),
    ("23.5 万元", None, 235_000),
    ("60\n万元", None, 600_000),
    ("468万元整", None, 4_680_000),
    ("1 150万元", None, 11_500_000),
    ("22 800 000", None, 22_800_000),
    ("1．5亿", None, 150_000_000),
    ("人民币壹佰贰拾叁万元整", None, 1_230_000),
    ("叁元伍角", None, 3.5),
    ("投标报价：1799255.53元", None, 1_799_255.53),
    ("52.7670", "万元", 527_670),
    ("58.123456", "万元", 581_234.56),
    ("0.00001", "万元", 0.1),
    ("500元", "万元", 500),
    (45, "万元", 450_000),
    (13224902.38, None, 13_224_902.38),
    (0.1 + 0.2, None, 0.3),
    ("1799255.53", None, 1_799_255.53),
    ("-12.5万元", None, -125_000),
    ("14000000.005", None, 14_000_000.01),
]

EXPLAINED: list[tuple[str, float]] = [
    ("17100450.47元（设计费：140000.00元，建安费：16960450.47元）", 17_100_450.47),
    ("330845661.94（设计费7355880.00元、建安费323489781.94元）", 330_845_661.94),
    ("投标总报价：80308717.44元（其中：建安费：78314217.44元）", 80_308_717.44),
    ("投标总价:76020823.36元。备注1：牵头单位", 76_020_823.36),
    ("46500万元（其中甲地块17500万元、乙地块29000万元）", 465_000_000),
]

CLAUSES = [
    "3885万元人民币/公顷",
    "按国家收费标准的50%计取",
    "下浮率20.50%",
    "57%",
    "0.76%（价格系数）",
    "188.00元/延米",
    "设计费报价为602000.00元；建筑安装工程费报价为21818000.00元",
    "设计费：350000.00 元，施工费：10309139.71 元。",
    "价格系数：1.88",
    "10万元或10万元的整数倍",
    "100-200万元",
    "≥100万元",
    "详见公告正文",
    "1,10",
    "1.2.3",
]

PRICES: list[tuple[Any, float, str]] = [
    ("65元/支", 65, "支"),
    ("180/人份（4瓶）", 180, "人份"),
    ("23元/支(69元/人份)", 23, "支"),
    ("599元", 599, ""),
    (0.00005, 0.0001, ""),
    ("0.1234", 0.1234, ""),
]


@pytest.mark.parametrize(("cell", "unit", "amount"), AMOUNTS)
def test_an_amount_is_exact_yuan(catalog: Catalog, cell: Any, unit: str | None, amount: float) -> None:
    found = read_money(cell, unit, 2, False, units(catalog.codelists), catalog.codelists["currency"])
    assert (found.amount, found.wording) == (amount, False)


@pytest.mark.parametrize(("cell", "amount"), EXPLAINED)
def test_an_amount_with_an_explanation_keeps_both(catalog: Catalog, cell: str, amount: float) -> None:
    found = read_money(cell, None, 2, False, units(catalog.codelists), catalog.codelists["currency"])
    assert (found.amount, found.wording) == (amount, True)


@pytest.mark.parametrize("cell", CLAUSES)
def test_a_rate_or_a_clause_is_wording(catalog: Catalog, cell: str) -> None:
    found = read_money(cell, None, 2, False, units(catalog.codelists), catalog.codelists["currency"])
    assert (found.amount, found.wording) == (None, True)


@pytest.mark.parametrize(("cell", "amount", "per"), PRICES)
def test_a_unit_price_keeps_what_it_is_for(catalog: Catalog, cell: Any, amount: float, per: str) -> None:
    found = read_money(cell, None, 4, True, units(catalog.codelists), catalog.codelists["currency"])
    assert (found.amount, found.per, found.wording) == (amount, per, bool(per))


def test_a_price_per_something_in_the_heading_is_that_price(catalog: Catalog) -> None:
    known, currencies = units(catalog.codelists), catalog.codelists["currency"]
    assert read_money("3", "万元/台", 4, True, known, currencies).amount == 30_000
    assert read_money("3", "万元/台", 2, False, known, currencies).amount is None


def test_another_currency_is_named(catalog: Catalog) -> None:
    found = read_money("100万美元", None, 2, False, units(catalog.codelists), catalog.codelists["currency"])
    assert (found.amount, found.currency) == (1_000_000, "USD")


def test_rounding_is_a_rule_of_its_own(catalog: Catalog) -> None:
    def rule(cell: str, unit: str | None) -> str | None:
        return read_money(cell, unit, 2, False, units(catalog.codelists), catalog.codelists["currency"]).rule

    assert (rule("1.005", None), rule("1.123456", "万元"), rule("1.1234567", "万元")) == (
        "rounded",
        "unit:万元",
        "unit:万元+rounded",
    )


@given(fen=st.integers(0, 10**15))
def test_fen_written_as_wan_yuan_come_back_to_the_fen(catalog: Catalog, fen: int) -> None:
    text = f"{fen // 10**6}.{fen % 10**6:06d}"
    found = read_money(text, "万元", 2, False, units(catalog.codelists), catalog.codelists["currency"])
    assert found.amount is not None
    assert round(found.amount * 100) == fen
    assert found.rule == "unit:万元"
