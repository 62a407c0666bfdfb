"""Numbers written in Chinese: 二〇一八, 三十一, 壹佰贰拾万."""

import re
from decimal import Decimal

_DIGITS = {
    **{character: value for value, character in enumerate("〇一二三四五六七八九")},
    **{character: value for value, character in enumerate("零壹贰叁肆伍陆柒捌玖")},
    **{character: value for value, character in enumerate("○壹貳參肆伍陸柒捌玖")},
    "两": 2, "弍": 2, "貮": 2,
}  # fmt: skip
_TENS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}

_SPELLED_DIGITS = "〇○零一二三四五六七八九"
_SPELLED_DATE = re.compile(
    rf"([{_SPELLED_DIGITS}O]{{4}})年([{_SPELLED_DIGITS}十]{{1,3}})月(?:([{_SPELLED_DIGITS}十]{{1,3}})[日号])?"
)
_SPELLED_MONEY = re.compile(
    r"(?:人民币)?[::]?([零壹贰叁肆伍陆柒捌玖貳參陸拾佰仟万萬亿億]+)[元圆](?:([零壹贰叁肆伍陆柒捌玖])角)?"
    r"(?:零?([壹贰叁肆伍陆柒捌玖])分)?整?"
)


def read_integer(text: str) -> int | None:
    """The number that a text of Chinese numerals says; None where it is something else.

    >>> read_integer("二〇一八"), read_integer("三十一"), read_integer("壹亿零伍佰万"), read_integer("十")
    (2018, 31, 105000000, 10)
    """
    if not text or any(c not in _DIGITS and c not in _TENS and c not in _MYRIADS for c in text):
        return None
    if all(character in _DIGITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    total, section, digit = 0, 0, 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _TENS:
            section += (digit or 1) * _TENS[character]
            digit = 0
        else:
            # 一万亿 is ten thousand times the myriad after it.
            total = (total + section + digit) * _MYRIADS[character] if total < _MYRIADS[character] else (
                total + (section + digit) * _MYRIADS[character]
            )  # fmt: skip
            section, digit = 0, 0
    return total + section + digit


def spelled_dates(text: str) -> str:
    """The text with every date in Chinese numerals written in figures.

    >>> spelled_dates("二〇一八年十二月三十一日")
    '2018年12月31日'
    """

    def figures(found: re.Match[str]) -> str:
        year, month, day = (
            read_integer(part.replace("O", "〇")) if part else None for part in found.groups()
        )
        return f"{year}年{month}月" + (f"{day}日" if day else "")

    return _SPELLED_DATE.sub(figures, text)


def read_spelled_money(text: str) -> Decimal | None:
    """Yuan written in capitals; None where the whole text is not such an amount.

    >>> read_spelled_money("人民币壹佰贰拾万零伍佰元整"), read_spelled_money("叁元伍角")
    (Decimal('1200500'), Decimal('3.5'))
    """
    found = _SPELLED_MONEY.fullmatch(text)
    if not found:
        return None
    yuan = read_integer(found[1])
    if yuan is None:
        return None
    jiao, fen = (_DIGITS[part] if part else 0 for part in (found[2], found[3]))
    return (Decimal(yuan) + Decimal(jiao) / 10 + Decimal(fen) / 100).normalize() + 0
