"""Numbers as a workbook's number format shows them, where that says more than the digits: 100万元, 007, US$5."""

import re
from dataclasses import dataclass
from decimal import Decimal

from formats.row import Cell

_TOKEN = re.compile(r'"([^"]*)"|[\\!](.)|[_*].|(.)', re.DOTALL)
_CURRENCY = re.compile(r"\[\$([^\]-]*)[^\]]*\]")
_CONDITION = re.compile(r"\[[<>=]")
_GENERAL = re.compile(r"General|G/通用格式", re.IGNORECASE)
_DIGITS = "0#?"
# Signs of the yuan say nothing; what is neither a word nor a sign of money is ornament.
_SAYS = re.compile(r"[^\W\d_]|[$€£%‰㎡²³]")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a format puts before and behind a number, by how many places it moves the point, how many figures it fills."""

    before: str
    after: str
    places: int
    width: int

    def of(self, value: Cell) -> Cell:
        """A number as the cell shows it, without rounding; anything else as it is.

        >>> shown('0.00"万元"').of(100), shown('0!.0,"万元"').of(1000000), shown("000000").of(7)
        ('100万元', '100万元', '000007')
        """
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return value
        number = Decimal(f"{value:.15g}").scaleb(-self.places)
        text = f"{number.normalize():f}"
        whole = self.width and value >= 0 and float(value).is_integer()
        return f"{self.before}{text.zfill(self.width) if whole else text}{self.after}"


def shown(format_: str) -> Shown | None:
    """What a number format says beside the digits; None where it says nothing, or is one of dates or per cent."""
    if _CONDITION.search(format_):
        return None  # which part holds is another number's matter
    code = _CURRENCY.sub(lambda found: f'"{found[1]}"', _GENERAL.sub("#", format_)).partition(";")[0]
    code = re.sub(r"\[[^\]]*\]", "", code)
    mask, before, between, after = "", "", "", ""
    for literal, escaped, plain in _TOKEN.findall(code):
        said = literal or escaped
        if plain and plain in _DIGITS + ".,":
            if after and plain in _DIGITS + ".":
                between, after = between + after, ""
                mask += "|"
            mask += plain
        elif (plain and plain.isascii() and plain.isalpha()) or plain in ("%", "@", "/"):
            return None
        elif said or plain:
            if any(sign in _DIGITS for sign in mask):
                after += said or plain
            else:
                before += said or plain
    digits = [sign for sign in mask if sign in _DIGITS]
    if not digits or between not in ("", "."):
        return None
    thousands = 3 * (len(mask) - len(mask.rstrip(",")))
    behind = sum(sign in _DIGITS for sign in mask.partition("|")[2]) if between else 0
    width = len(digits) if set(mask) == {"0"} and len(digits) > 1 else 0
    before, after = (one.strip() if _SAYS.search(one) else "" for one in (before, after))
    made = Shown(before, after, thousands + behind, width)
    return None if made == Shown("", "", 0, 0) else made
