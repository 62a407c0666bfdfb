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

_SPELLED_DIGITS = "〇○零一二三四五六七八九壹贰貳叁參肆伍陆陸柒捌玖"
_SPELLED_DATE = re.compile(
    rf"([{_SPELLED_DIGITS}O0]{{4}}|\d{{4}}) ?年 ?([{_SPELLED_DIGITS}十拾]{{1,3}}|\d{{1,2}}) ?月"
    rf"(?: ?([{_SPELLED_DIGITS}十拾]{{1,3}}|\d{{1,2}}) ?[日号])?"
)
# A number of numerals with the figures that may stand before each myriad, thousand or hundred: 三十二万五千, 12万5千.
_MIXED = re.compile(
    r"(?:\d+(?:\.\d+)?|[〇○零一二三四五六七八九壹贰貳叁參肆伍陆陸柒捌玖两弍貮十百千拾佰仟万萬亿億])+"
)
_NO_BEGINNING = frozenset("百千佰仟万萬亿億")
_TOKENS = re.compile(r"\d+(?:\.\d+)?|.")
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


def leading_numeral(text: str) -> tuple[Decimal, str] | None:
    """The number with which a text begins that has Chinese numerals in it, and what follows; None where none does.

    A number in figures may stand before each of 千, 万, 亿 …, which go from large to small. What people say two ways
    (三万五: 35,000 or 30,005) is no number.

    >>> leading_numeral("三十二万五千平方米"), leading_numeral("12万5千元"), leading_numeral("1.2亿"), leading_numeral("40年")
    ((Decimal('325000'), '平方米'), (Decimal('125000'), '元'), (Decimal('120000000.0'), ''), None)
    """
    found = _MIXED.match(text)
    if not found or found[0].replace(".", "").isdecimal() or found[0][0] in _NO_BEGINNING:
        return None
    rest = text[found.end() :]
    if all(one in _DIGITS for one in found[0]):
        return Decimal(read_integer(found[0]) or 0), rest
    number = _Numeral()
    for token in _TOKENS.findall(found[0]):
        if not number.take(token):
            return None
    value = number.end()
    return None if value is None else (value, rest)


class _Numeral:
    """A numeral read from left to right, from large places to small ones."""

    def __init__(self) -> None:
        self._total, self._section = Decimal(0), Decimal(0)
        self._digit: Decimal | None = None
        self._spaced = True  # whether 零, or nothing, stands before the digit
        self._myriad, self._ten = 10**16, 10**4

    def take(self, token: str) -> bool:
        """Take the next figure or place; whether it may stand here."""
        if token in _TENS:
            if _TENS[token] >= self._ten:
                return False
            self._section += (self._digit or 1) * _TENS[token]
            self._ten, self._digit, self._spaced = _TENS[token], None, _TENS[token] == 10
        elif token in _MYRIADS:
            if _MYRIADS[token] >= self._myriad or self._is_doubtful():
                return False
            self._total += (self._section + (self._digit or 0) or 1) * _MYRIADS[token]
            self._myriad, self._ten, self._section = _MYRIADS[token], 10**4, Decimal(0)
            self._digit, self._spaced = None, False
        elif self._digit is not None:
            return False
        elif _DIGITS.get(token) == 0:
            self._spaced = True
        else:
            self._digit = Decimal(_DIGITS.get(token, token))
        return True

    def end(self) -> Decimal | None:
        """The number; None where it is doubtful."""
        return None if self._is_doubtful() else self._total + self._section + (self._digit or 0)

    def _is_doubtful(self) -> bool:
        return self._digit is not None and self._digit < 10 and not self._spaced


def spelled_dates(text: str) -> str:
    """The text with every date in Chinese numerals written in figures.

    >>> spelled_dates("二〇一八年十二月三十一日")
    '2018年12月31日'
    """

    def figures(found: re.Match[str]) -> str:
        year, month, day = (
            part if not part or part.isdecimal() else read_integer(part.replace("O", "〇").replace("0", "〇"))
            for part in found.groups()
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
