"""A heading without what programs and addresses add to it, and the unit that it ends in."""

import re

_UNIT_WORDS = {
    "wan": "万元", "wanyuan": "万元", "yi": "亿元", "yuan": "元", "mu": "亩", "ha": "公顷", "hectare": "公顷", "hectares": "公顷",
    "sqm": "平方米", "pct": "%", "percent": "%", "m2": "平方米", "km2": "平方公里", "year": "年", "years": "年", "month": "月",
    "months": "月",
}  # fmt: skip
_ADDRESS = re.compile(r"网址|链接|地址|网页|url", re.IGNORECASE)
# What a heading says first that speaks of the record itself: 公告日期, 信息标题.
_OF_THE_RECORD = re.compile(r"^本?(?:公告|公示|信息|通知)(?=..)")
_IN_UNIT = re.compile(r"(?: in |_)([a-z0-9]+)$", re.IGNORECASE)


def bare_name(heading: str) -> str:
    """The last name of a dotted one, without the unit with which a program's heading ends."""
    name = heading.rpartition(".")[2] if "." in heading.strip(".") else heading
    return _IN_UNIT.sub("", name) if unit_word(name) else name


def without_record(name: str) -> str:
    """A heading without the word for the record itself that it begins with: 公告日期 → 日期."""
    return _OF_THE_RECORD.sub("", name)


def unit_word(name: str) -> str | None:
    """The unit with which a program's heading ends: area_km2, price_wan, term in years."""
    found = _IN_UNIT.search(name) if name.isascii() else None
    return _UNIT_WORDS.get(found[1].lower()) if found else None


def title_share(heading: str, title: str) -> float:
    """The part of a heading's pairs of characters, the words for an address aside, that a title has."""
    said = _ADDRESS.sub("", heading)
    pairs = {said[at : at + 2] for at in range(len(said) - 1)}
    return sum(pair in title for pair in pairs) / len(pairs) if pairs and not heading.isascii() else 0.0
