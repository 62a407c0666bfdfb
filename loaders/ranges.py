"""Ranges in words and signs (≥0.7, 0.8-1.5, 介于0.7与2.0之间) → lower and upper limit."""

import re
from dataclasses import dataclass
from typing import Any

from loaders.quantities import NUMBER, read_quantity
from loaders.text import clean, half
from loaders.units import Units

_LOWER = r"≥|>=?|大于或?等于|大于|不小于|不低于|不少于|不得低于|不得小于"
_UPPER = r"≤|<=?|小于或?等于|小于|不大于|不高于|不超过|不多于|不得超过|不得高于|不得大于"
_ONE = rf"(?=[+-]?[\d.]){NUMBER}"
_UNIT = r" ?[^\d\s<>≤≥,;且至到与和~—-]{0,8}?"
_BETWEEN = re.compile(
    rf"(?:.{{0,4}}控制在|介于)?(?P<lower>{_ONE}{_UNIT}) ?(?:-|~|—+|–|至|到|与|和) ?(?P<upper>{_ONE}{_UNIT}) ?(?:之间)?"
)
_AROUND = re.compile(rf"(?P<lower>{_ONE}{_UNIT}) ?(?:≤|<=?)[^\d<>≤≥]*(?:≤|<=?) ?(?P<upper>{_ONE}{_UNIT})")
_BOUNDS = re.compile(
    rf"(?:(?P<first>{_LOWER}|{_UPPER}) ?(?P<one>{_ONE}{_UNIT}))"
    rf"(?: ?(?:并且|而且|同时|[且,;、并及和 ])? ?(?P<second>{_LOWER}|{_UPPER}) ?(?P<two>{_ONE}{_UNIT}))?"
)
_EXACT = re.compile(rf"(?:=|等于) ?(?P<value>{_ONE}{_UNIT})")
_AFTER = re.compile(rf"(?P<value>{_ONE}{_UNIT}) ?(?P<bound>以上|以下|以内|及以上|及以下)")
_SIGNS = str.maketrans("〈〉﹤﹥≦≧", "<><>≤≥")

# What a program writes where a limit was never set.
_ABSURD = 1e15


@dataclass(frozen=True, slots=True)
class Range:
    """Lower and upper limit, either may be open."""

    lower: int | float | None
    upper: int | float | None


def read_range(cell: Any, base: str | None, heading_unit: str | None, units: Units) -> Range | None:
    """The range that a cell says, in `base`; None where it says something else.

    Whether a limit belongs to the range (≥ or >) is not kept; the wording has it. A bare number is no range: for a
    density it is mostly the upper limit, for a green ratio the lower one.
    """
    text = half(clean(cell)).translate(_SIGNS).rstrip("。;, ")

    def value(part: str | None, unit: str | None = heading_unit) -> int | float | None:
        found = read_quantity(part, base, unit, units) if part else None
        return found.value if found and not found.note and abs(found.value) < _ABSURD else None

    lower: int | float | None = None
    upper: int | float | None = None
    found = _BETWEEN.fullmatch(text) or _AROUND.fullmatch(text)
    if found:
        # 30-60% says the unit once, after the second number.
        unit = re.sub(rf"^{NUMBER}", "", found["upper"]).strip()
        lower, upper = value(found["lower"], unit or heading_unit), value(found["upper"])
        if lower is None or upper is None:
            return None
    elif found := _BOUNDS.fullmatch(text):
        for bound, part in ((found["first"], found["one"]), (found["second"], found["two"])):
            limit = value(part) if bound else None
            if bound and limit is None:
                return None  # one limit alone would be another range
            if bound and re.fullmatch(_LOWER, bound):
                lower = limit
            elif bound:
                upper = limit
    elif found := _EXACT.fullmatch(text):
        lower = upper = value(found["value"])
    elif found := _AFTER.fullmatch(text):
        limit = value(found["value"])
        lower, upper = (limit, None) if found["bound"].endswith("上") else (None, limit)
    if (lower is None and upper is None) or (lower is not None and upper is not None and lower > upper):
        return None
    return Range(lower, upper)
