"""Cells that surely say just one value without fault, told from the others many at a time.

A test is given different texts of one column and gives back those of which it cannot be sure; these are read one by
one. What it is sure of, `read_cell` reads without an issue into the same properties, the screen leaves as it is, and
the schema allows: `tests/loaders/test_plain.py` holds every test against them.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from loaders.binding import Bound
from loaders.cells import NAMED, Reader, Slot, read_cell
from loaders.dates import NO_DATES
from loaders.labelled import may_be_labelled
from loaders.personal import GAP, may_be_personal
from loaders.screen import is_identifier, names_a_thing
from loaders.text import NULLS, NULLS_OF_VALUES, half, is_null
from schemas.field import Field

# Different texts in, those that may be anything else out.
Test = Callable[[Sequence[str]], list[str]]

_IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
_IDEOGRAPHS = re.compile(r"(?:[^|\u4e00-\u9fff]*[\u4e00-\u9fff][^|]*\|)*")
# What `clean` and `read_cell` change in a text that looks clean: marks of Excel's, markup, numbers that lost figures.
_MARKS = re.compile(r"(?:^|\|)(?:['‘’=#]|[\d.]+[eE]\+?\d|\d+\.0+(?:\||$)|\d{15}000)|_x000|<[bB][rR]|&nbsp;")
# No number that `LONG` finds is without these; looking for it is quicker.
_FIGURES = re.compile(rf"(?<!\d)\d[\d{GAP[1:]}{{10}}")
_DAY = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")
_URL = re.compile(
    r"https?://[a-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,4})?(?:/[A-Za-z0-9._~/-]*)?(?:\?[A-Za-z0-9._~/&=-]*)?"
)
# Numbers from the widest kind to the narrowest, each with its least and its greatest.
_NUMBERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"[0-9]{1,9}(?:\.[0-9]{1,4})?", ("0", "0.0001", "12.5", "999999999", "999999999.9999")),
    (r"[1-9][0-9]{0,8}(?:\.[0-9]{1,4})?", ("1", "1.0001", "12.5", "999999999", "999999999.9999")),
    (r"[0-9]{1,5}(?:\.[0-9]{1,4})?", ("0", "0.0001", "12.5", "99999", "99999.9999")),
    (r"[0-9]{1,9}", ("0", "1", "999999999")),
    (r"[1-9][0-9]{0,8}", ("1", "999999999")),
    (r"[0-9]{1,5}", ("0", "1", "99999")),
)


def tests_of(bound: Bound) -> list[tuple[Test, tuple[str, ...]]]:
    """The tests for a column that fills one property, best first; each with texts that must pass when read, or it
    is not to be used: what they give is what all give.
    """
    slot, field = bound.slot, bound.slot.field
    if field.kind == "object" and field.definition in NAMED:
        name = field.child(NAMED[field.definition])
        return [(_texts(name, slot, named=True), ("示例单位",))] if name else []
    if field.kind == "text" and field.name != "uscc" and not _has_range(slot):
        of_whom = slot.container is not None and field.name == NAMED.get(str(slot.container.definition))
        return [(_texts(field, slot, lettered=of_whom), ("示例文字",))]
    if field.kind in ("date", "moment"):
        return [(_days(slot), ("2024-06-18", "1980-01-31"))]
    if field.kind == "url":
        length = field.limits.max_length or 100_000
        return [(_addresses(slot, length), ("https://example.org/notice/1.html?id=2",))]
    if field.kind in ("number", "integer") or field.is_money:
        return [(_matching(re.compile(pattern), slot), samples) for pattern, samples in _NUMBERS]
    return []


def numbers_of(bound: Bound, reader: Reader) -> Callable[[Sequence[str]], list[float]]:
    """What gives the numbers that cells say which a test of numbers is sure of."""
    slot, name = bound.slot, bound.slot.field.name

    def read(text: str) -> float:
        found = read_cell(text, slot, reader).values[name]
        return float(found["amount"] if isinstance(found, dict) else found)

    times = Decimal(str(read("1")))
    power = times.adjusted()
    if times != Decimal(10) ** power:
        return lambda texts: list(map(read, texts))
    # Times a power of ten the digits stay, and with so few places nothing is rounded.
    end, rounded = f"e{power}", re.compile(rf"\.\d{{{max(3 + power, 1)}}}")

    def shifted(texts: Sequence[str]) -> list[float]:
        if rounded.search("|".join(texts)):
            return list(map(read, texts))
        return [float(text + end) for text in texts]

    return shifted


def is_clean(texts: Sequence[str]) -> bool:
    """Whether `clean` changes none of these texts."""
    joined = "|".join(texts)
    return (
        joined.isprintable()
        and "  " not in joined
        and " |" not in joined
        and "| " not in joined
        and joined == joined.strip(" ")
        and not _MARKS.search(joined)
    )


def _has_range(slot: Slot) -> bool:
    """Whether a wording fills limits beside it too."""
    base = slot.field.name.removesuffix("Details")
    return base != slot.field.name and f"{base}Minimum" in slot.siblings


def _texts(field: Field, slot: Slot, *, named: bool = False, lettered: bool = False) -> Test:
    limits = field.limits
    least, most = limits.min_length or 1, limits.max_length or 1 << 40
    free = names_a_thing(field)
    single = named or lettered or is_identifier(field)
    # A name is asked for as a value is: 无 means that there is none.
    nulls = NULLS | NULLS_OF_VALUES if named else NULLS

    def test(texts: Sequence[str]) -> list[str]:
        sure: Sequence[str] = texts
        if not is_clean(texts):
            sure = [one for one in texts if is_clean([one])]
        if slot.nulls:
            sure = [one for one in sure if one not in slot.nulls]
        # Longer or shorter than is allowed, or perhaps a mark for "nothing".
        longest = max(map(len, sure), default=0)
        if longest > most or min(map(len, sure), default=least) < least:
            sure = [one for one in sure if least <= len(one) <= most]
        if not nulls.isdisjoint(half("|".join(sure)).casefold().replace(" ", "").split("|")):
            sure = [one for one in sure if not is_null(one, of_text=not named)]
        # No credit code has an ideograph, and every name has a letter.
        if (named or lettered) and not _IDEOGRAPHS.fullmatch("|".join((*sure, ""))):
            sure = [one for one in sure if _IDEOGRAPH.search(one)]
        if single and "|".join(sure).count("|") >= max(len(sure), 1):
            sure = [one for one in sure if "|" not in one]
        sure = _impersonal(sure, of_things=free)
        return _others(texts, sure)

    return test if limits.pattern is None else list


def _impersonal(texts: Sequence[str], *, of_things: bool) -> Sequence[str]:
    """The texts that surely have nothing of a person in them."""
    joined = "|".join(texts)
    if not _FIGURES.search(joined) and not may_be_labelled(joined):
        return texts
    return [one for one in texts if not may_be_personal(one, of_things=of_things)]


def _days(slot: Slot) -> Test:
    def is_day(text: str) -> bool:
        try:
            return (
                _DAY.fullmatch(text) is not None
                and date.fromisoformat(text) not in NO_DATES
                and text not in slot.nulls
            )
        except ValueError:
            return False

    return lambda texts: [one for one in texts if not is_day(one)]


def _matching(pattern: re.Pattern[str], slot: Slot, length: int = 100) -> Test:
    every = re.compile(rf"(?:{pattern.pattern}\|)*")

    def test(texts: Sequence[str]) -> list[str]:
        short = len(max(texts, key=len, default="")) <= length
        if short and not slot.nulls and every.fullmatch("|".join((*texts, ""))):
            return []
        return [one for one in texts if not pattern.fullmatch(one) or len(one) > length or one in slot.nulls]

    return test


def _addresses(slot: Slot, length: int) -> Test:
    matching = _matching(_URL, slot, length)

    def test(texts: Sequence[str]) -> list[str]:
        unsure = set(matching(texts))
        sure = [one for one in texts if one not in unsure] if unsure else texts
        return _others(texts, _impersonal(sure, of_things=True))

    return test


def _others(texts: Sequence[str], sure: Sequence[str]) -> list[str]:
    return [] if len(sure) == len(texts) else list(set(texts).difference(sure))
