"""Numbers that belong to one person: resident identity numbers, bank cards, mobile phones; how they are masked.

An organization's account, which a notice asks deposits to be paid to, is no person's number and stays. What only the
words before it tell (passports, permits, homes) is in `loaders.labelled`.
"""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from loaders.labelled import mask_labelled, may_be_labelled
from schemas.uscc import is_valid

# Digits 1 and 2 of a resident identity number: the province; 81–83 Hong Kong, Macao, Taiwan.
PROVINCES = (
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)} | {71, 81, 82, 83}
)  # fmt: skip
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"

# What people and programs put between the figures of one number: blanks, dashes, dots, line ends, invisible characters.
GAP = r"[ \t\r\n.·_\-\u00a0\u00ad\u2000-\u2015\u202f\u2060\u3000\ufeff\uff0d]"
# Whatever has a check digit or is a mobile has eleven digits or more in a row; texts without them cost one search.
LONG = re.compile(rf"(?<!\d)\d(?:{GAP}{{0,2}}\d){{10}}")
_GROUP = r"\d+(?:[Xx](?![0-9A-Za-z]))?"
_RUN = re.compile(rf"{_GROUP}(?:{GAP}{{1,2}}{_GROUP})*")
_GROUPS = re.compile(_GROUP)

# UnionPay's cards, and those ICBC gave before; other issuers' prefixes are also those of accounts and of numbers.
_ISSUERS = ("62", "95588")
# 62 is Gansu too: its region codes with a year behind them begin the numbers of projects and parcels.
_OF_GANSU = re.compile(r"62(?:(?:0[1-9]|1[0-2])[0-2]\d|(?:29|30)(?:01|2\d))(?:199\d|20[0-3]\d)")
_NUMBERED = re.compile(r"(?<!证件)(?:编号|编码|单号|流水号|合同号|项目号)[\s:：]{0,3}$")
_CARD_WORDS = re.compile(r"(?:卡号|银行卡|储蓄卡|借记卡|信用卡|工资卡|一卡通|社保卡)[^\d]{0,12}$")

_AFTER_WORDS = r"(?:明|件)?(?:的?号码?|编号|no\.?|number)?[\s:：(（\[【〔「《“\"'‘=为是,，、/|]{0,4}$"
_IDENTITY_WORDS = re.compile(
    rf"(?:身份证?|居民证|sfzh?|id[ _-]?(?:card|no\b|num)){_AFTER_WORDS}", re.IGNORECASE
)
_PAPERS_WORDS = re.compile(rf"证件(?:代码)?{_AFTER_WORDS}")
_PHONE_WORDS = re.compile(r"(?:电话|手机|联系|热线|tel|phone|mobile|微信)[^\d]{0,6}$", re.IGNORECASE)

# Region, day and four figures number projects too, and one in eleven has the check digit: the word before tells, in
# the years of which there are such numbers. A word of persons is none of things, nor is the number of a house.
_NUMBER_OF_A_THING = re.compile(
    r"(?<!证件)(?:编号|编码|(?<!信用)代码|(?<!机)(?<!身份证)(?<!证件)(?<!卡)(?<!身份)(?<!联系)(?<!护照)(?<!\d)号)"
    r"[\s:：(（\[【=“\"]{0,3}$"
)
_LABELS = frozenset({"id", "idcard", "no", "card", "sfz", "sfzh", "tel", "phone", "mobile", "mob", "t", "m", "wx", "v", "vx"})  # fmt: skip
_LETTERS_BEFORE = re.compile(r"[0-9A-Za-z]+$")
_MEASURED = re.compile(r"\.\d| ?[元万亿%‰㎡亩吨]| ?(?:平方|公顷|立方|千瓦|米)")
# The second half of a credit code, whose first are eight figures; what counts a list may stand before it.
_REST_OF_CREDIT_CODE = re.compile(r"[A-Z][0-9A-Z]{9}(?![0-9A-Za-z])")
_SIGN_BEFORE = re.compile(r"(?:\d\.|[￥¥$])$")

# Groupings in which people write a mobile; with a dot only the usual one.
_MOBILE_GROUPS = {(11,), (3, 4, 4), (3, 8), (7, 4), (4, 7), (4, 3, 4), (3, 3, 5), (3, 4, 2, 2), (3, 2, 2, 4)}
_CARD_GROUPS = ([6, 10], [6, 13], [8, 8], [8, 11])
_IS_MOBILE = re.compile(r"1[3-9]\d{9}")
# Later years are also those of projects and parcels.
_SURELY_BORN = range(1900, 2000)

# Full width as people type it in Chinese; what is masked is found and written in half width.
_HALF = str.maketrans("０１２３４５６７８９Ｘｘ×", "0123456789XxX")

Kind = tuple[str, str]
RESIDENT: Kind = ("身份证号", "a resident identity number")
CARD: Kind = ("银行卡号", "a bank card number")
MOBILE: Kind = ("手机号", "a mobile number")


_SURE = re.compile(rf"\d(?:{GAP}{{0,2}}\d){{5}}{GAP}{{0,2}}[12]{GAP}{{0,2}}[089](?:{GAP}{{0,2}}\d){{8}}")
# Whatever is no mobile has fifteen figures or more; an X may be one of them.
_LONGER = re.compile(rf"\d(?:{GAP}{{0,2}}[\dXxＸｘ×]){{14}}")
_WORDS_OF_PERSONS = re.compile(r"[证卡]|身份|电话|手机|联系|热线|微信|id|tel|phone|mobile|sfz", re.IGNORECASE)


def may_be_personal(text: str, *, phones: bool = True, of_things: bool = False) -> bool:
    """Whether `mask` might find something; False is sure."""
    if may_be_labelled(text):
        return True
    if not LONG.search(text) or not (phones or _LONGER.search(text)):
        return False
    return not of_things or _SURE.search(text) is not None or _WORDS_OF_PERSONS.search(text) is not None


class _Group(NamedTuple):
    """Figures without a gap, and where they stand."""

    figures: str
    start: int
    end: int


class _Found(NamedTuple):
    """A number of a person: how many groups it takes, what is shown of it, of which kind it is."""

    groups: int
    shown: str
    kinds: tuple[Kind, ...]


def mask(
    text: str, *, phones: bool = True, beside: str = "", of_things: bool = False
) -> tuple[str, tuple[Kind, ...]]:
    """The text with what numbers a person masked, and what was found; mobile numbers only if asked.

    `beside` is what stands before the text elsewhere, the heading of its column. `of_things`: the text is the number
    of a thing, which only looks like a person's unless its words or a birthday in the last century tell.

    >>> mask("联系人 13900000000")[0]
    '联系人 139****0000'
    """
    found: list[Kind] = []
    if LONG.search(text):
        half = text.translate(_HALF)
        parts, at = [], 0
        for run in _RUN.finditer(half):
            if run.end() - run.start() < 11:
                continue
            groups = [_Group(one[0], one.start(), one.end()) for one in _GROUPS.finditer(half, *run.span())]
            of_phones = _PHONE_WORDS.search(half[max(0, run.start() - 16) : run.start()]) is not None
            place = 0
            while place < len(groups):
                goes_on = not of_phones and place > 0 and groups[place - 1].end > at
                goes_on = goes_on and half[groups[place].start - 1] in "-_."
                one = _Number(half, groups[place:], beside, of_things, phones, goes_on).found()
                if one is None:
                    place += 1
                    continue
                parts += [text[at : groups[place].start], one.shown]
                place += one.groups
                at = groups[place - 1].end
                found += one.kinds
        text = "".join((*parts, text[at:])) if parts else text
    if may_be_labelled(text) or (beside and may_be_labelled(beside)):
        text, more = mask_labelled(text, beside)
        found += more
    return text, tuple(dict.fromkeys(found))


class _Number:
    """Groups of figures from one on: whether they begin with a number of a person."""

    def __init__(
        self, text: str, groups: Sequence[_Group], beside: str, of_things: bool, phones: bool, goes_on: bool
    ) -> None:
        self.text, self.groups, self.phones, self.of_things = text, groups, phones, of_things
        # With a dash and other figures before them they are the end of a longer number.
        self.goes_on = goes_on
        self.near = text[max(0, groups[0].start - 20) : groups[0].start]
        # A heading is read as if it stood before the cell.
        self.before = self.near if groups[0].start else f"{beside[-30:]}:"

    def found(self) -> _Found | None:
        """The first of a resident number, a card, a mobile."""
        return self._resident() or self._card() or (self._mobile() if self.phones else None)

    def _taken(self, least: int, most: int) -> list[tuple[int, str]]:
        """The beginnings of the groups that have so many figures: how many groups, the figures."""
        taken, figures = [], ""
        for count, group in enumerate(self.groups, 1):
            figures += group.figures
            if len(figures) > most:
                break
            if len(figures) >= least:
                taken.append((count, figures))
        return taken

    def _resident(self) -> _Found | None:
        said = _IDENTITY_WORDS.search(self.before) is not None
        papers = said or _PAPERS_WORDS.search(self.before) is not None
        whole = self.groups[0].figures
        if len(whole) == 29:
            return self._glued(whole)
        # A private trader's number for taxes: his own with two figures behind it.
        if len(whole) == 20 and is_resident_number(whole[:18]) and self._is_persons(whole):
            return _Found(1, whole[:6] + "*" * 14, (RESIDENT,))
        for count, figures in self._taken(15, 19):
            if len(figures) == 18 and is_resident_number(figures):
                if papers or self._is_persons(figures):
                    return _Found(count, figures[:6] + "*" * 12, (RESIDENT,))
            elif len(figures) == 18 and is_permanent_resident(figures) and not is_valid(figures):
                return _Found(count, figures[:3] + "*" * 15, (RESIDENT,))
            if papers and _is_meant(figures, said):
                return _Found(count, figures[:6] + "*" * (len(figures) - 6), (RESIDENT,))
        return None

    def _is_persons(self, figures: str) -> bool:
        """Whether a number that is right is not that of a project or a parcel."""
        if int(figures[6:10]) in _SURELY_BORN:
            return not self._is_part_of_code() or not re.search(r"\d", self._code())
        return not (self.of_things or self._is_part_of_code() or _NUMBER_OF_A_THING.search(self.before))

    def _glued(self, whole: str) -> _Found | None:
        """A resident number and a mobile without anything between them."""
        for cut, (first, second) in {18: (0, 1), 11: (1, 0)}.items():
            parts = (whole[:cut], whole[cut:])
            number, phone = parts[first], parts[second]
            if is_resident_number(number) and _IS_MOBILE.fullmatch(phone):
                shown = {number: number[:6] + "*" * 12, phone: f"{phone[:3]}****{phone[7:]}"}
                return _Found(1, "".join(shown[one] for one in parts), (RESIDENT, MOBILE))
        return None

    def _card(self) -> _Found | None:
        # Behind a word for cards a mistyped one is one.
        said = _CARD_WORDS.search(self.before) is not None
        if not said and (self.of_things or _NUMBERED.search(self.before)):
            return None
        for count, figures in self._taken(16, 19):
            sizes = [len(group.figures) for group in self.groups[:count]]
            in_groups = count == 1 or (set(sizes[:-1]) == {4} and sizes[-1] <= 4) or sizes in _CARD_GROUPS
            ends = count == len(self.groups) or count == 1 or len(self.groups[count].figures) > 4
            if (
                not figures.isdecimal()
                or self.goes_on
                or not in_groups
                or not ends
                or self._is_part_of_code()
            ):
                continue
            if said or is_card_number(figures):
                return _Found(count, f"{figures[:4]}{'*' * (len(figures) - 8)}{figures[-4:]}", (CARD,))
        return None

    def _mobile(self) -> _Found | None:
        first = self.groups[0].figures
        start = 1 if first in ("86", "086", "0086") and len(self.groups) > 1 else 0
        for size in range(1, min(4, len(self.groups) - start) + 1):
            some = self.groups[start : start + size]
            figures = "".join(group.figures for group in some)
            lead = ""
            if size == 1:
                found = re.fullmatch(r"(0?0?86|0)?(1[3-9]\d{9})", figures)
                lead, figures = (found[1] or "", found[2]) if found else ("", figures)
            sizes = tuple(len(group.figures) for group in some) if size > 1 else (len(figures),)
            if not _IS_MOBILE.fullmatch(figures) or sizes not in _MOBILE_GROUPS:
                continue
            if self._is_no_phone(some, sizes, lead):
                continue
            before = self.text[self.groups[0].start : some[0].start]
            return _Found(start + size, f"{before}{lead}{figures[:3]}****{figures[7:]}", (MOBILE,))
        return None

    def _is_no_phone(self, some: Sequence[_Group], sizes: tuple[int, ...], lead: str) -> bool:
        """Whether something beside eleven such figures says that they are an amount or the number of a thing."""
        said = _PHONE_WORDS.search(self.before) is not None
        if said:
            return False
        between = {self.text[one.end : two.start] for one, two in pairwise(some)}
        if "." in between and (sizes != (3, 4, 4) or len(between) > 1):
            return True
        return (
            self.of_things
            or lead == "0"
            or self.goes_on
            or _SIGN_BEFORE.search(self.near) is not None
            or _MEASURED.match(self.text, some[-1].end) is not None
            or (sizes[-1] == 8 and _REST_OF_CREDIT_CODE.match(self.text, some[-1].end) is not None)
            or self._is_part_of_code()
            or _NUMBER_OF_A_THING.search(self.near) is not None
        )

    def _code(self) -> str:
        """The letters and figures without a gap before."""
        found = _LETTERS_BEFORE.search(self.near)
        return found[0] if found else ""

    def _is_part_of_code(self) -> bool:
        """Whether letters stand before the figures that are no label of them."""
        code = self._code()
        return bool(code) and code.casefold() not in _LABELS


def is_resident_number(text: str) -> bool:
    """Whether eighteen characters are a resident identity number: province, a day that was, check digit."""
    if not (text.isascii() and text[:17].isdigit()) or int(text[:2]) not in PROVINCES:
        return False
    return _has_check(text) and text[6:8] in ("18", "19", "20") and _is_day(text[6:14])


def is_permanent_resident(text: str) -> bool:
    """Whether eighteen figures are those of a foreigner's permanent residence since 2023: 9, province, country."""
    return text[:1] == "9" and text[1:17].isdigit() and int(text[1:3]) in PROVINCES and (
        text[6:8] == "19" and _is_day(text[6:14]) and _has_check(text)
    )  # fmt: skip


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


def _is_meant(figures: str, said: bool) -> bool:
    """Whether figures behind a word for identity numbers are one, if perhaps mistyped or of the old fifteen."""
    if len(figures) == 15:
        return (
            figures.isdecimal() and _is_day("19" + figures[6:12]) and (said or not is_registration(figures))
        )
    return said and len(figures) >= 17 and not is_valid(figures.upper())


def is_registration(digits: str) -> bool:
    """Whether fifteen digits are a business registration number of before the credit codes, by its check digit."""
    product = 10
    for digit in digits[:14]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return (product + int(digits[14])) % 10 == 1


def _has_check(text: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text[:17], strict=True))
    return _CHECKS[total % 11] == text[17].upper()


def _is_day(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return True
