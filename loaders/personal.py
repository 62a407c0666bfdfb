"""Numbers that belong to one person: resident identity numbers and mobile phones, and how they are masked."""

import re
from datetime import date

# Digits 1 and 2 of a resident identity number: the province; 83 Taiwan, 91–94 residents from abroad.
_PROVINCES = (
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)} | {71, 81, 82, 83}
)  # fmt: skip
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_RESIDENT = re.compile(r"(?<![0-9A-Za-z])(\d{6})((?:18|19|20)\d{6})(\d{3}[\dXx])(?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![\d.])(\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d|\.\d| ?[元万亿%])")

RESIDENT = ("身份证号", "a resident identity number")
MOBILE = ("手机号", "a mobile number")


def mask(text: str, *, phones: bool = True) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The text with resident identity numbers, and mobile numbers if asked, masked; and what was found.

    >>> mask("联系人 13900000000")[0]
    '联系人 139****0000'
    """
    found: list[tuple[str, str]] = []

    def resident(match: re.Match[str]) -> str:
        if not is_resident_number(match[0]):
            return match[0]
        found.append(RESIDENT)
        return match[1] + "*" * 12

    def mobile(match: re.Match[str]) -> str:
        found.append(MOBILE)
        return f"{match[1] or ''}{match[2]}****{match[4]}"

    text = _RESIDENT.sub(resident, text)
    if phones:
        text = _MOBILE.sub(mobile, text)
    return text, tuple(dict.fromkeys(found))


def is_resident_number(text: str) -> bool:
    """Whether eighteen characters are a resident identity number: province, a day that was, check digit."""
    if int(text[:2]) not in _PROVINCES:
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text[:17], strict=True))
    return _CHECKS[total % 11] == text[17].upper()
