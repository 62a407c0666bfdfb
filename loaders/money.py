"""Amounts of money as departments write them → yuan (or another currency), exact to so many decimals."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from loaders.numerals import read_spelled_money
from loaders.quantities import LARGEST, NUMBER, as_json, scaled
from loaders.text import clean, exact, half
from loaders.units import Units
from schemas.codelist import Codelist

_SUM = re.compile(
    rf"(?P<label>(?:[^\d¥$€(%]{{0,16}}?(?:价|额|金|费|计|款|小写)(?:\([^()\d]*\))?)?(?:为|是)?[::]? ?)"
    rf"(?P<mark>人民币|RMB|CNY|US\$|HK\$|¥|\$|€)?[::]? ?(?P<number>(?=[+-]?[\d.]){NUMBER})"
    r" ?(?P<unit>[^\d\s,;:、。()/%‰×*每或至~-]{0,6}?)(?P<tail>(?: |\(?人民币\)?|整|正)*)(?P<rest>(?:[(/,;。].*)?)",
    re.DOTALL,
)
_SHORT_UNITS = {
    "万": "万元",
    "亿": "亿元",
    "千": "千元",
    "百万": "百万元",
    "千万": "千万元",
    "圆": "元",
    "万圆": "万元",
}
_MYRIAD_CURRENCY = re.compile(r"(万|亿|百万|千万)?(.+)")
_NOTHING_BUT_CURRENCY = re.compile(r"\(?(?:人民币|元|大写|小写)?\)?[。;]?")
_WORDS = re.compile(r"[\s,::]")


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount: None where the cell is a rate or a clause; `wording` says whether the cell's text must be kept.

    `per` is what a price is for (支 in 65元/支).
    """

    amount: int | float | None
    currency: str | None
    wording: bool
    rule: str | None
    per: str = ""


_CLAUSE = Sum(None, None, True, "clause")


def read_money(
    cell: Any, heading_unit: str | None, decimals: int, rates: bool, units: Units, currencies: Codelist
) -> Sum:
    """The sum that a cell says.

    A bare number is in the heading's unit, else in yuan; the cell's own unit goes first. `rates` takes a price per
    something as that price. Explanations in brackets after the amount are kept as wording.
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        number = exact(cell) if isinstance(cell, float) else Decimal(cell)
        return _sum(number, heading_unit or "元", decimals, units, currencies, stated=False)
    text = half(clean(cell)).replace("\n", " ")
    spelled = read_spelled_money(_WORDS.sub("", text))
    if spelled is not None and spelled < LARGEST:
        amount, _ = scaled(spelled, Fraction(1), decimals)
        return Sum(as_json(amount), None, False, "spelled")
    found = _SUM.fullmatch(text)
    if found is None or not re.search(r"\d", found["number"]):
        return _CLAUSE
    number = Decimal(re.sub(r"[ ,]", "", found["number"]))
    unit = _unit(found, heading_unit)
    rest, label = found["rest"].strip(), re.sub(r"[ :为是]+$", "", found["label"])
    per = re.match(r"/ ?([^\d(),;。]{1,10})", rest)
    if (rest.startswith("/") and not (rates and per)) or not _is_total(label, rest):
        return _CLAUSE
    plain = not label and not found["mark"] and not found["unit"] and not found["tail"] and not rest
    if plain and re.fullmatch(r"-?\d+(\.\d+)?", found["number"]):
        return _sum(number, unit, decimals, units, currencies, stated=False)
    whole = _sum(number, unit, decimals, units, currencies, stated=True)
    if whole.amount is None:
        return whole
    kept = not _NOTHING_BUT_CURRENCY.fullmatch(rest)
    rule = (whole.rule or "money") + ("+explained" if kept else "")
    return Sum(whole.amount, whole.currency, kept, rule, per[1].strip() if per else "")


def _unit(found: re.Match[str], heading_unit: str | None) -> str:
    written = found["unit"].strip()
    mark = found["mark"] or ""
    if written:
        return written
    if mark in ("US$", "HK$", "$", "€"):
        return mark
    return heading_unit or "元"


def _is_total(label: str, rest: str) -> bool:
    """Whether the amount read is the whole, not the first of several that the cell lists."""
    outside = re.sub(r"\([^()]*\)", "", rest)
    if not re.search(r"\d", outside):
        return True
    return rest.startswith(("(", "/")) or "总" in label or "合计" in label


def _sum(
    number: Decimal, unit: str, decimals: int, units: Units, currencies: Codelist, *, stated: bool
) -> Sum:
    unit = _SHORT_UNITS.get(unit, unit)
    currency = None
    factor = units.factor(unit, "CNY")
    if factor is None:
        parts = _MYRIAD_CURRENCY.fullmatch(unit)
        code = currencies.find(parts[2]) if parts else None
        if parts is None or code is None:
            return _CLAUSE
        factor = units.factor(f"{parts[1] or ''}元", "CNY")
        currency = code if code != "CNY" else None
    if factor is None or abs(number) >= LARGEST:
        return _CLAUSE
    amount, rounded = scaled(number, factor, decimals)
    rule = f"unit:{unit}" if factor != 1 or currency else "money" if stated else None
    if rounded:
        rule = f"{rule}+rounded" if rule else "rounded"
    return Sum(as_json(amount), currency, False, rule)
