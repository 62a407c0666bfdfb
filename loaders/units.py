"""Units of measure: what 万元, 亩 or 万元/公顷 is in the unit a field wants (codelist `unit`)."""

import re
from collections.abc import Mapping
from fractions import Fraction

from schemas.codelist import Codelist, fold

_BRACKETED = re.compile(r"[(（\[【]\s*(?:单位[:：]?)?\s*([^()（）\[\]【】]*?)\s*[)）\]】]")
_LABELLED = re.compile(r"[,，;；\s_]*单位[:：]\s*(\S+)$")
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

    def of_heading(self, heading: str) -> tuple[str, str | None]:
        """A heading without the unit it states, and that unit: 成交价格(万元) → 成交价格, 万元."""
        for found in reversed(list(_BRACKETED.finditer(heading))):
            if found[1] and self.is_unit(found[1]):
                return (heading[: found.start()] + heading[found.end() :]).strip(), found[1]
        labelled = _LABELLED.search(heading)
        if labelled and self.is_unit(labelled[1]):
            return heading[: labelled.start()].strip(), labelled[1]
        return heading, None

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
        return self._known.get(fold(wording)) or self._known.get(fold(_YUAN_WORDS.sub("", wording)))


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
