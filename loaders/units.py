"""Units of measure: what 万元, 亩 or 万元/公顷 is in the unit a field wants (codelist `unit`)."""

import re
from collections.abc import Mapping
from fractions import Fraction

from schemas.codelist import Codelist, fold

_BRACKETED = re.compile(r"[(（\[【〔{｛<《]\s*([^()（）\[\]【】〔〕{}｛｝<>《》]*?)\s*[)）\]】〕}｝>》]")
_LABELLED = re.compile(r"[,，;；\s_]*单位[:：]\s*(\S+)$")
# 成交价格 万元, 中标金额/元: not what programs write in letters, of which area_m may be anything.
_BEHIND = re.compile(r"[\s_,，;；:：/／—-]+([^\s\x00-\x7f]\S*)$")
# What stands beside a unit and names none: 含税,万元; 人民币:万元; 以万元计.
_BETWEEN = re.compile(r"[\s,，、;；:：]+|[或和及与]")
_AROUND = re.compile(
    r"^(?:(?:(?:计量|货币|金额|价格|面积|数额)?单位|金额|币种|人民币|rmb|cny|[以按合约为¥￥])[:：]?)+|(?:计算?|为单位|人民币)$",
    re.IGNORECASE,
)
# A word that tells of money or area, though not in which unit.
_MEASURES = re.compile(r"[万萬亿億元圆¥￥$€亩畝顷頃㎡]|平方|千米|公里|hm2|hm²|usd|eur", re.IGNORECASE)
# So many of what is counted: 万户, 百亩, 亿元 of themselves.
_SHORT = {
    "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "億": 10**8,
    "w": 10**4, "W": 10**4,
}  # fmt: skip
_SPACE = re.compile(r"\s+")
_MANY = re.compile(r"(百万|千万|[百千万萬亿億])(.+)")
_COUNTED = re.compile("百万|千万|[万萬亿億]")
_YUAN_WORDS = re.compile(r"人民币|rmb|cny", re.IGNORECASE)


class Units:
    """The unit codelist by every wording it has, the English titles included."""

    def __init__(self, codelist: Codelist) -> None:
        self._known: dict[str, tuple[str, Fraction]] = {}
        for code in codelist.codes.values():
            meaning = (code.extra["base"], Fraction(code.extra["factor"]))
            for name in (code.code, code.title, code.title_en, *code.aliases):
                self._known.setdefault(fold(name), meaning)

    def factor(self, wording: str, base: str) -> Fraction | None:
        """By what a number in that unit is multiplied to be in the base; None where the two do not fit.

        The base may be any unit (a mineral right's area is in km2). A quotient's parts are looked up one by one:
        万元/公顷 in CNY/m2 is 1.
        """
        if "/" in base:
            above, _, below = wording.partition("/")
            parts = [
                self.factor(one, unit) for one, unit in zip((above, below), base.split("/"), strict=True)
            ]
            return parts[0] / parts[1] if parts[0] and parts[1] else None
        known, wanted = self._find(wording), self._known.get(fold(base))
        return known[1] / wanted[1] if known and wanted and known[0] == wanted[0] else None

    def base(self, wording: str) -> str | None:
        """What a unit measures, as the code of its base unit; None where the wording is no unit."""
        known = self._find(wording)
        return known[0] if known else None

    def is_unit(self, wording: str) -> bool:
        """Whether a wording is a unit or a quotient of two."""
        parts = wording.split("/")
        return len(parts) <= 2 and all(self.base(part) is not None for part in parts)

    def times(self, wording: str) -> int:
        """How many of what is counted a unit is that is none of the list: 10,000 of 万支, 1 of 支."""
        many = None if self.is_unit(wording) else _COUNTED.match(wording)
        return _SHORT[many[0]] if many else 1

    def of_heading(self, heading: str) -> tuple[str, str | None]:
        """A heading without the unit it states, and that unit: 成交价格(万元) → 成交价格, 万元.

        What tells of money or area and is no unit that is known, or is two (元或万元), is given as it stands: numbers in
        it are read by nobody, rather than as if nothing were said.
        """
        for found in reversed(list(_BRACKETED.finditer(heading))):
            unit = self._within(found[1])
            if unit:
                return (heading[: found.start()] + heading[found.end() :]).strip(), unit
        labelled = _LABELLED.search(heading) or _BEHIND.search(heading)
        if labelled and self.is_unit(labelled[1]):
            return heading[: labelled.start()].strip(), labelled[1]
        return heading, None

    def stated(self, text: str) -> list[str]:
        """The units in what follows 单位 above a table: 万元、公顷; 人民币 万元; 万 元."""
        found = []
        for part in re.split(r"[、,，;；。]", text):
            whole = _AROUND.sub("", _SPACE.sub("", part))
            apart = (_AROUND.sub("", one) for one in re.split(r"[\s/()（）]+", part))
            found += [one for one in ([whole] if self.base(whole) else apart) if one and self.base(one)]
        return found

    def _within(self, said: str) -> str | None:
        """The unit in a bracket of a heading; None where it says something else."""
        if not said or self.is_unit(said):
            return said or None
        parts = [_AROUND.sub("", part) for part in _BETWEEN.split(said)]
        units = [part for part in parts if part in _SHORT or (part and self.is_unit(part))]
        if len(set(units)) == 1:
            return units[0]
        return said if _MEASURES.search(said) else None

    def only(self, wording: str) -> bool:
        """Whether a cell says a unit and nothing else, bracketed or labelled or bare."""
        return self.of_heading(wording)[0] == "" or (bool(wording) and self.is_unit(wording))

    def near(self, wording: str, base: str) -> str | None:
        """The unit that a wording is but for one character, if there is one, in which what `base` measures is stated.

        方米 is 平方米; what is a unit of something else is none of these.
        """
        text = fold(wording)
        if self.is_unit(text):
            return None
        near = {
            name: factor
            for name in self._known
            if _one_apart(text, name) and (factor := self.factor(name, base)) is not None
        }
        return next(iter(near)) if len(set(near.values())) == 1 else None

    def _find(self, wording: str) -> tuple[str, Fraction] | None:
        found = self._known.get(fold(wording)) or self._known.get(fold(_YUAN_WORDS.sub("", wording)))
        many = None if found else _MANY.fullmatch(fold(wording))
        known = self._known.get(fold(many[2])) if many else None
        return (known[0], known[1] * _SHORT[many[1]]) if many and known else found


def _one_apart(text: str, name: str) -> bool:
    """Whether a text differs from a name in one character, and the rest is enough to tell it by."""
    if len(text) == len(name):
        return len(name) > 2 and sum(one != other for one, other in zip(text, name, strict=True)) == 1
    shorter, longer = sorted((text, name), key=len)
    return len(longer) - len(shorter) == 1 < len(shorter) and any(
        longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer))
    )


def units(codelists: Mapping[str, Codelist]) -> Units:
    """The units of a catalog's codelists."""
    return Units(codelists["unit"])
