"""Numbers with their units, exact: Decimal and Fraction, never a float in between."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from loaders.numerals import leading_numeral, read_integer
from loaders.text import ZEROS, clean, exact, half, plainly
from loaders.units import Units

# Thousands are set off by commas or single blanks; a lone comma between other groups is no number.
NUMBER = r"[+-]?(?:\d{1,3}(?:(?:,\d{3})+|(?: \d{3})+)(?!\d)|\d+)?(?:\.\d+)?(?:[eE][+-]?\d{1,2})?"
_LEADING = re.compile(rf"(?P<number>(?=[+-]?[\d.]){NUMBER})(?P<rest>.*)", re.DOTALL)
_EXPLAINED = re.compile(r"(?P<unit>[^(]*?) ?(?P<note>\(.*)", re.DOTALL)
# 平方米(合92.6亩): the same once more.
_RESTATED = re.compile(r"\((?:折?合|约合|即|约为).*")
_ORDINAL = re.compile(
    r"第? ?(\d{1,6}|[一二三四五六七八九十]{1,4}) ?(?:名|位|期|次|批|年|个|号|中标候选人|候选人)?[.、]?"
)
# 约100亩, 100亩左右: no more exact number is known.
_APPROXIMATE = re.compile(r"(?:大?约(?:为|合|计)?|大概) ?(?P<number>.+)|(?P<before>.+?) ?左右", re.DOTALL)
_NUMBERS_BELOW = re.compile(r"(?<=\d)\n(?=[-+]?[.\d])")
_MEASURE = re.compile(r"[^\W\d]{1,3}")

# Results of units that do not divide evenly (亩 is 2000/3 m²) keep so many decimals.
_DECIMALS = 4
_EXACT_INTEGER = 2**53
# Nothing that departments publish is larger; what is, is a number of another kind.
LARGEST = Decimal(10) ** 18


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in the unit its field wants.

    `rule` names what was done to the cell, None if it says just this number. `note` is what the cell says besides.
    `approximate`: the cell says that it is only about so much.
    """

    value: int | float
    rule: str | None
    note: str = ""
    approximate: bool = False


def leading_number(text: str) -> tuple[Decimal, str] | None:
    """The number a text begins with, and what follows it.

    >>> leading_number("22 800 000"), leading_number("1,234.50万元"), leading_number("1,10")
    ((Decimal('22800000'), ''), (Decimal('1234.50'), '万元'), (Decimal('1'), ',10'))
    """
    found = _LEADING.match(text)
    if not found or not re.search(r"\d", found["number"]):
        return None
    return Decimal(re.sub(r"[ ,]", "", found["number"])), found["rest"].strip()


def as_json(number: Decimal) -> int | float:
    """The number as JSON writes it: whole ones without a point, as far as they are exact to every reader."""
    whole = number == number.to_integral_value() and abs(number) <= _EXACT_INTEGER
    return int(number) if whole else float(number)


def scaled(number: Decimal, factor: Fraction, decimals: int | None) -> tuple[Decimal, bool]:
    """The number times a factor, to so many decimals at most, and whether that took rounding."""
    exact_value = Fraction(number) * factor
    places = Decimal(1).scaleb(-(_DECIMALS if decimals is None else decimals))
    as_decimal = Decimal(exact_value.numerator) / Decimal(exact_value.denominator)
    if decimals is None and Fraction(as_decimal) == exact_value:
        return as_decimal, False
    rounded = as_decimal.quantize(places, ROUND_HALF_UP)
    return rounded, Fraction(rounded) != exact_value


def read_quantity(cell: Any, base: str | None, heading_unit: str | None, units: Units) -> Quantity | None:
    """The number that a cell says, in `base`; None where it says something else.

    The cell's own unit goes before the heading's, the heading's before `base`. Without a base a short measure word
    may follow (`2016年`, `3台`), which is the note.
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _quantity(
            exact(float(cell)) if isinstance(cell, float) else Decimal(cell),
            "",
            [],
            base,
            heading_unit,
            units,
        )
    text = in_one_line(half(clean(cell))).rstrip("。;")
    bare, approximate = exactly(text)
    found = leading_number(bare)
    read = None
    if found is not None:
        rule = [*_how_written(bare, found[0])]
        read = _quantity(*found, rule, base, heading_unit, units)
    if read is None:
        spelled = leading_numeral(bare.replace(" ", ""))
        # Without a unit to look for, 一般 would be 1 of something.
        if spelled is None or (base is None and spelled[1]):
            return None
        read = _quantity(*spelled, ["numeral"], base, heading_unit, units)
        if read is not None and read.rule and "numeral" not in read.rule:
            read = replace(read, rule=f"numeral+{read.rule}")
    if read is None or not approximate:
        return read
    return replace(read, rule="+".join(one for one in ("approximate", read.rule) if one), approximate=True)


def in_one_line(text: str) -> str:
    """A text of several lines as one; numbers below one another stay two.

    >>> in_one_line("100万元\\n(含税)"), in_one_line("100\\n200")
    ('100万元 (含税)', '100;200')
    """
    return _NUMBERS_BELOW.sub(";", text).replace("\n", " ")


def exactly(text: str) -> tuple[str, bool]:
    """A text without the words that make its number an approximate one, and whether there were any.

    >>> exactly("约100亩"), exactly("100万元左右"), exactly("约定的100亩")
    (('100亩', True), ('100万元', True), ('约定的100亩', False))
    """
    found = _APPROXIMATE.fullmatch(text)
    bare = (found["number"] or found["before"]) if found else ""
    begins = bool(bare) and (leading_number(bare) is not None or leading_numeral(bare) is not None)
    return (bare, True) if begins else (text, False)


def _quantity(
    number: Decimal, rest: str, rule: list[str], base: str | None, heading_unit: str | None, units: Units
) -> Quantity | None:
    """The quantity of a number and what follows it; None where that is no unit of what is asked for."""
    if abs(number) >= LARGEST:
        return None
    rest = rest.strip()
    explained = _EXPLAINED.fullmatch(rest)
    note = ""
    if explained and not units.is_unit(rest):
        rest, note = explained["unit"], explained["note"]
        if _RESTATED.fullmatch(note):
            note = ""
    if base is None:
        if rest and not _MEASURE.fullmatch(rest):
            return None
        if not rest and heading_unit and (times := units.times(heading_unit)) > 1:
            return Quantity(as_json(number * times), f"unit:{heading_unit}", note)
        return Quantity(as_json(number), "+".join(rule) or None, (rest + note).strip())
    unit = rest.strip() or heading_unit
    if unit is None or (base == "1" and not rest):
        return Quantity(as_json(number), "+".join(rule) or None, note)
    factor = Fraction(1, 100) if base == "1" and unit == "%" else units.factor(unit, base)
    if factor is None:
        return None
    value, rounded = scaled(number, factor, None)
    if factor != 1 or rest:
        rule = [f"unit:{unit}"]
    if rounded:
        rule = [*rule, "rounded"]
    return Quantity(as_json(value), "+".join(rule) or None, note)


def read_ordinal(cell: Any) -> int | None:
    """The number in 第一名, 第2期, 三; None where a cell is none of these.

    >>> read_ordinal("第一名"), read_ordinal("2."), read_ordinal("第三中标候选人")
    (1, 2, 3)
    """
    found = _ORDINAL.fullmatch(half(clean(cell)).replace(" ", ""))
    if not found:
        return None
    return int(found[1]) if found[1].isdecimal() else read_integer(found[1])


def _how_written(text: str, number: Decimal) -> Iterator[str]:
    """The rule, if there is one, by which a text says that number."""
    if not is_plain(text):
        yield "number"
    elif text != plainly(number):
        yield ZEROS


def is_plain(text: str) -> bool:
    """Whether a text is nothing but a number in figures."""
    return re.fullmatch(r"-?\d+(\.\d+)?", text) is not None
