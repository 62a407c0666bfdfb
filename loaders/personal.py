"""Numbers that belong to one person: resident identity numbers, bank cards, mobile phones; how they are masked.

An organization's account, which a notice asks deposits to be paid to, is no person's number and stays.
"""

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

# Whatever is masked has eleven digits or more in a row; texts without them cost one search.
LONG = re.compile(r"\d(?:[- ]?\d){10}")
# Sixteen to nineteen digits, as they are or in groups of four.
_CARD = re.compile(r"(?<![0-9A-Za-z.])\d{4}(?:[- ]?\d{4}){3}(?:[- ]?\d{1,3})?(?![0-9A-Za-z]|\.\d)")
# UnionPay's cards, and those ICBC gave before; other issuers' prefixes are also those of accounts and of numbers.
_ISSUERS = ("62", "95588")
# 62 is Gansu too: its region codes with a year behind them begin the numbers of projects and parcels.
_OF_GANSU = re.compile(r"62(?:(?:0[1-9]|1[0-2])[0-2]\d|(?:29|30)(?:01|2\d))(?:199\d|20[0-3]\d)")
_CARD_WORDS = re.compile(r"(?:卡号|银行卡|储蓄卡|借记卡|信用卡|工资卡|一卡通|社保卡)[^\d]{0,12}$")

# Region, day and four figures number projects too, and one in eleven has the check digit: the word before tells, in
# the years of which there are such numbers.
_NUMBER_OF_A_THING = re.compile(
    r"(?<!证)(?<!证件)(?:编号|编码|代码|项目号|标段号|合同号|宗地号|地块号|流水号|订单号|单号|监管号|备案号|公告号|招标号)[^\d]{0,3}$"
)

# Full width as people type it in Chinese; what is masked is found and written in half width.
_HALF = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")

RESIDENT = ("身份证号", "a resident identity number")
CARD = ("银行卡号", "a bank card number")
MOBILE = ("手机号", "a mobile number")


def mask(text: str, *, phones: bool = True) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The text with resident identity and bank card numbers, and mobile numbers if asked, masked; what was found.

    >>> mask("联系人 13900000000")[0]
    '联系人 139****0000'
    """
    if not LONG.search(text):
        return text, ()
    written, text = text, text.translate(_HALF)
    found: list[tuple[str, str]] = []

    def resident(match: re.Match[str]) -> str:
        named = match[2] >= "2000" and _NUMBER_OF_A_THING.search(match.string[: match.start()][-12:])
        if named or not is_resident_number(match[0]):
            return match[0]
        found.append(RESIDENT)
        return match[1] + "*" * 12

    def card(match: re.Match[str]) -> str:
        digits = re.sub(r"[- ]", "", match[0])
        if not is_card_number(digits, beside=match.string[max(0, match.start() - 16) : match.start()]):
            return match[0]
        found.append(CARD)
        return f"{digits[:4]}{'*' * (len(digits) - 8)}{digits[-4:]}"

    def mobile(match: re.Match[str]) -> str:
        found.append(MOBILE)
        return f"{match[1] or ''}{match[2]}****{match[4]}"

    text = _CARD.sub(card, _RESIDENT.sub(resident, text))
    if phones:
        text = _MOBILE.sub(mobile, text)
    return (text, tuple(dict.fromkeys(found))) if found else (written, ())


def is_resident_number(text: str) -> bool:
    """Whether eighteen characters are a resident identity number: province, a day that was, check digit."""
    if not (text.isascii() and text[:17].isdigit()) or int(text[:2]) not in _PROVINCES:
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text[:17], strict=True))
    return _CHECKS[total % 11] == text[17].upper()


def is_card_number(digits: str, beside: str = "") -> bool:
    """Whether sixteen to nineteen digits are a bank card's: the issuer (or the words before them) and the check digit.

    >>> is_card_number("6222000000000000004"), is_card_number("4000000000000002"), is_card_number("4000000000000002", "卡号:")
    (True, False, True)
    """
    if _CARD_WORDS.search(beside) is None and (not digits.startswith(_ISSUERS) or _OF_GANSU.match(digits)):
        return False
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    total = sum(map(int, digits[-1::-2])) + sum(one - 9 if one > 9 else one for one in doubled)
    return total % 10 == 0
