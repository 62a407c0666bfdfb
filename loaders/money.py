"""Amounts of money as departments write them → yuan (or another currency), exact to so many decimals."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from loaders.numerals import leading_numeral, read_spelled_money
from loaders.quantities import LARGEST, NUMBER, as_json, exactly, in_one_line, is_plain, scaled
from loaders.text import ZEROS, clean, exact, half, plainly
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
    "w": "万元",
    "W": "万元",
    "w元": "万元",
    "W元": "万元",
}
_MYRIAD_CURRENCY = re.compile(r"(万|亿|百万|千万)?(.+)")
_NOTHING_BUT_CURRENCY = re.compile(r"\(?(?:人民币|元|大写|小写)?\)?[。;]?")
# An amount below zero as accounts write it.
_BELOW_ZERO = re.compile(rf"\(\s*(?P<mark>¥?)\s*(?P<number>(?=[\d.]){NUMBER})\s*\)")
_ONE_UNIT = re.compile(r"(?<=[百千万亿]) (?=[万亿元])")
_AFTER_NUMERAL = re.compile(r"(?P<yuan>[元圆]?)(?:人民币)?[整正]?(?P<rest>\(.*\))?[。;]?", re.DOTALL)
_IN_CAPITALS = re.compile(r"(?:人民币|大写|[::])*")
# What an amount in brackets may have before it, where it says the same once more.
_RESTATING = re.compile(r"(?:即|计|合|为|大写|小写|人民币|金额|总价|[::])*")
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
# The same amount in words and in figures, and they differ.
_CONTRADICTORY = Sum(None, None, True, "contradictory")


def read_money(
    cell: Any, heading_unit: str | None, decimals: int, rates: bool, units: Units, currencies: Codelist
) -> Sum:
    """The sum that a cell says.

    A bare number is in the heading's unit, else in yuan; the cell's own unit goes first. `rates` takes a price per
    something as that price, in the cell and in the heading (万元/台). Explanations in brackets after the amount are kept
    as wording.
    """
    if rates and heading_unit and "/" in heading_unit:
        heading_unit = heading_unit.partition("/")[0]
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        number = exact(cell) if isinstance(cell, float) else Decimal(cell)
        return _sum(number, heading_unit or "元", decimals, units, currencies, stated=False)
    text, approximate = exactly(_ONE_UNIT.sub("", in_one_line(half(clean(cell)))))
    found = _read(text, heading_unit, decimals, rates, units, currencies)
    if not approximate or found.amount is None:
        return found
    return replace(found, wording=True, rule="+".join(filter(None, ("approximate", found.rule))))


def _read(
    text: str, heading_unit: str | None, decimals: int, rates: bool, units: Units, currencies: Codelist
) -> Sum:
    """The sum that a text says."""
    spelled = read_spelled_money(_WORDS.sub("", text))
    if spelled is not None and spelled < LARGEST:
        amount, _ = scaled(spelled, Fraction(1), decimals)
        return Sum(as_json(amount), None, False, "spelled")
    below = _BELOW_ZERO.fullmatch(text)
    if below is not None and re.search(r"\d", below["number"]):
        whole = _sum(-_number(below), heading_unit or "元", decimals, units, currencies, stated=True)
        return replace(whole, rule="+".join(filter(None, ("negative", whole.rule))))
    found = _SUM.fullmatch(text)
    if found is None or not re.search(r"\d", found["number"]):
        return _of_numeral(text, heading_unit, decimals, units, currencies)
    number = _number(found)
    unit = _unit(found, heading_unit)
    rest, label = found["rest"].strip(), re.sub(r"[ :为是]+$", "", found["label"])
    per = re.match(r"/ ?([^\d(),;。]{1,10})", rest)
    rate = (rest.startswith("/") and not (rates and per)) or ("单价" in label and not rates)
    if rate or not _is_total(label, rest):
        return _CLAUSE
    plain = not label and not found["mark"] and not found["unit"] and not found["tail"] and not rest
    if plain and is_plain(found["number"]):
        bare = _sum(number, unit, decimals, units, currencies, stated=False)
        written = bare.rule is not None or found["number"] == plainly(number)
        return bare if written else replace(bare, rule=ZEROS)
    whole = _sum(number, unit, decimals, units, currencies, stated=True)
    if whole.amount is None:
        # 3亿2千万元 is no unit after a figure.
        return _of_numeral(text, heading_unit, decimals, units, currencies)
    if not _agrees(whole.amount, label, rest, decimals, units, currencies):
        return _CONTRADICTORY
    kept = not _NOTHING_BUT_CURRENCY.fullmatch(rest)
    rule = (whole.rule or "money") + ("+explained" if kept else "")
    return Sum(whole.amount, whole.currency, kept, rule, per[1].strip() if per else "")


def _of_numeral(
    text: str, heading_unit: str | None, decimals: int, units: Units, currencies: Codelist
) -> Sum:
    """The sum of a text that begins with Chinese numerals (十二万五千元, 壹佰万元整(¥1,000,000.00)), else a clause."""
    bare = _WORDS.sub("", text)
    bare = bare[_IN_CAPITALS.match(bare).end() :]  # type: ignore[union-attr]
    capitals, bracket, rest = bare.partition("(")
    amount = read_spelled_money(capitals)
    if amount is None:
        found = leading_numeral(bare)
        after = _AFTER_NUMERAL.fullmatch(found[1]) if found else None
        if found is None or after is None or found[0] >= LARGEST:
            return _CLAUSE
        amount, bracket, rest = found[0], after["rest"] or "", (after["rest"] or "")[1:]
        said = bare[: len(bare) - len(found[1])]
        # 三千二百 in a column of 万元 is counted in these; 三千二百万 is not.
        if not after["yuan"] and not re.search("[万萬亿億]", said):
            whole = _sum(amount, heading_unit or "元", decimals, units, currencies, stated=True)
            return replace(whole, rule="+".join(filter(None, ("numeral", whole.rule))))
    elif bracket and not rest.endswith(")"):
        return _CLAUSE
    if amount >= LARGEST:
        return _CLAUSE
    value = as_json(scaled(amount, Fraction(1), decimals)[0])
    if bracket and not _agrees(value, "", f"({rest}", decimals, units, currencies):
        return _CONTRADICTORY
    return Sum(value, None, bool(bracket), "spelled+explained" if bracket else "spelled")


def _agrees(
    amount: int | float, label: str, rest: str, decimals: int, units: Units, currencies: Codelist
) -> bool:
    """Whether an amount that is said once more, before or in brackets after it, is the same."""
    said = re.fullmatch(r"\((.*)\)[。;]?", rest, re.DOTALL)
    for text in (label, said[1] if said else ""):
        bare = text[_RESTATING.match(text).end() :].strip()  # type: ignore[union-attr]
        bare = re.sub(r"[,;:、。 ]*(?:大写|小写)?[:: ]*$", "", bare)
        once_more = read_spelled_money(_WORDS.sub("", bare))
        if once_more is None and re.match(r"¥ ?\d|\d[\d,.]*(?:万|亿)?元", bare):
            found = _read(bare, None, decimals, False, units, currencies)
            once_more = None if found.amount is None or found.wording else Decimal(str(found.amount))
        if once_more is not None and abs(once_more - Decimal(str(amount))) >= Decimal("0.01"):
            return False
    return True


def _number(found: re.Match[str]) -> Decimal:
    return Decimal(re.sub(r"[ ,]", "", found["number"]))


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
