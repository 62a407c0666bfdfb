"""What a cell that cannot be read seems to mean, where one character is wrong, missing or too many: for the hint."""

import re
from collections.abc import Callable
from typing import Any

from loaders.dates import readable
from loaders.personal import mask
from loaders.quantities import leading_number, read_quantity
from loaders.text import clean, half
from loaders.units import Units

# A year, a month and a day, perhaps with a time of day, and whatever stands between them.
_DATED = re.compile(
    r"(\d{4})(\D{1,2})(\d{1,2})(\D{1,2})(\d{1,2})(\D{0,2})(?:(\d{1,2})(\D{1,2})(\d{1,2})(\D{0,2}))?"
)
_SIGNS = (("年", "月", "日", "时", "分"), ("-", "-", " ", ":", ""), ("/", "/", " ", ":", ""))
# Before a number they say nothing: 为105477.6平方米.
_IDLE = "为是共计"


def meant_moment(cell: Any, read: Callable[[Any], str | None]) -> str | None:
    """The date or time that a cell says but for one sign; None where that is not sure.

    >>> meant_moment("2011年01月27土15时30分", str)
    '2011年01月27日15时30分'
    """
    found = _DATED.fullmatch(readable(cell))
    if not found:
        return None
    numbers = [one for one in found.group(1, 3, 5, 7, 9) if one is not None]
    written = [one for one in found.group(2, 4, 6, 8, 10) if one is not None]
    for signs in _SIGNS:
        wanted = list(signs[: len(numbers)])
        wanted[-1] = wanted[-1].strip()
        if sum(one != sign for one, sign in zip(written, wanted, strict=True)) == 1:
            meant = "".join(part for pair in zip(numbers, wanted, strict=True) for part in pair)
            if read(meant) is not None:
                return meant
    return None


def meant_quantity(cell: Any, base: str | None, heading_unit: str | None, units: Units) -> str | None:
    """The number that a cell says but for one character of its unit, or one before it; None where that is not sure."""
    text = half(clean(cell))
    bare = text[1:] if text[:1] in _IDLE else text
    found = leading_number(bare)
    if base is None or found is None:
        return None
    rest = found[1]
    meant = bare
    if bare == text:
        near = units.near(rest, base)
        if near is None:
            return None
        meant = f"{bare.removesuffix(rest)}{near}"
    return meant if read_quantity(meant, base, heading_unit, units) is not None else None


def told(meant: str | None) -> dict[str, str]:
    """What a hint says of what a cell seems to mean; nothing where that is not known."""
    if meant is None:
        return {}
    shown = mask(meant)[0]
    return {
        "meant": f"看起来应是“{shown}”（只差一个字符）。",
        "meantEn": f"It seems to mean “{shown}” (one character differs). ",
    }
