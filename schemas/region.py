"""Administrative divisions (GB/T 2260): where a code lies, what became of it, which one a name means."""

import re
from collections.abc import Iterator
from datetime import date

from schemas.codelist import Code, Codelist, fold

_CODE = re.compile(r"\d{6}(\d{3}){0,2}")
_OWN_LEVEL = re.compile(r"(省|自治区|市|州|自治州|地区|盟|县|区|旗)?本级")
_STEPS = re.compile(r"[>/\\|»→]+")
_AND = re.compile(r"[,;、]")
_OFFICIAL_END = ("省", "市", "县", "区", "州", "盟", "旗", "乡", "镇", "街道")
_LONGEST_NAME = 20
_WHOLE_COUNTRY = "100000"


class Regions:
    """The divisions of the codelist ``region``, retired ones included."""

    def __init__(self, codelist: Codelist) -> None:
        self._codes = codelist.codes
        self._chains = {code: _chain(codelist, code) for code in codelist.codes}
        self._before: dict[str, list[str]] = {}
        for code in codelist.codes.values():
            for successor in filter(None, code.extra.get("successor", "").split("|")):
                self._before.setdefault(successor, []).append(code.code)
        self._names: dict[str, list[str]] = {}
        for code in codelist.codes.values():
            for name in dict.fromkeys(map(fold, (code.title, *code.aliases))):
                self._names.setdefault(name, []).append(code.code)

    def get(self, code: str) -> Code | None:
        """The row of a code, None if there is no such code."""
        return self._codes.get(code)

    def level(self, code: str) -> str | None:
        """National, province, prefecture, county or township."""
        row = self._codes.get(code)
        return row.extra.get("level") if row else None

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The divisions above a code when it was in force, nearest first, up to the province.

        Counties run by their province (429004 仙桃市) have the province alone above them.
        """
        return self._chains.get(code, ())

    def prefecture(self, code: str) -> str | None:
        """The prefecture a code is or lay in; None above prefectures and where there is none in between.

        For figures by today's prefectures ask for that of ``current(code)``.
        """
        return next((one for one in (code, *self.ancestors(code)) if self.level(one) == "prefecture"), None)

    def province(self, code: str) -> str | None:
        """The province a code is or lies in."""
        return next((one for one in (code, *self.ancestors(code)) if self.level(one) == "province"), None)

    def is_within(self, code: str, ancestor: str) -> bool:
        """Whether a code is the other one or lies in it: when it was in force, or as all it has become."""
        if code not in self._codes:
            return False
        then = (code, _WHOLE_COUNTRY, *self.ancestors(code))
        return ancestor in then or all(
            ancestor in (today, *self.ancestors(today)) for today in self._became(code)
        )

    def current(self, code: str, on: date | None = None) -> str:
        """What a code has become, by that day if one is given: 532331 禄丰县 → 532302 禄丰市.

        A code split among several stays as it is, as does one that we do not know.
        """
        row = self._codes.get(code)
        while row and row.valid_to and (on is None or on.isoformat()[: len(row.valid_to)] > row.valid_to):
            code, row = row.code, self._codes.get(row.extra.get("successor", ""))
        return row.code if row else code

    def at(self, code: str, on: date) -> tuple[str, ...]:
        """The codes in force on a day for what a code stands for: 532302 禄丰市 was 532331 禄丰县 in 2019.

        The code itself where it was in force; several where it came from several or was divided; none where we do not
        know what was there, or do not know the code. In the year of a change a code stands for itself, old or new.
        """
        return tuple(dict.fromkeys(self._at(code, on, None)))

    def _at(self, code: str, on: date, later: bool | None) -> Iterator[str]:
        """`at`, searched on in one direction of time once it is known which; a gap in between ends the search."""
        row = self._codes.get(code)
        if row is None:
            return
        if row.in_force(on):
            yield code
            return
        begun = row.valid_from is None or on.isoformat()[: len(row.valid_from)] >= row.valid_from
        if later in (None, begun):
            for near in row.extra.get("successor", "").split("|") if begun else self._before.get(code, ()):
                yield from self._at(near, on, begun)

    def _became(self, code: str) -> tuple[str, ...]:
        """All codes in force that hold what a code held; itself where that is not known."""
        successors = self._codes[code].extra.get("successor")
        if not successors:
            return (code,)
        return tuple(one for successor in successors.split("|") for one in self._became(successor))

    def find(self, name: str, within: str | None = None) -> str | None:
        """The one division that a name means, official (昆明市), short (昆明, 西盟县) or former (增城市).

        ``within`` says in which division to look; 本级 alone then means that one. Paths (A > B > C) and the
        beginning of an address (云南省昆明市官渡区…) lead to the smallest division they name. Townships are only
        found in a division given or named before them. None where the name is unknown or means several.
        """
        parts = [self._walk(part, within) for part in _AND.split(fold(name))]
        places = {place for place in parts if place is not None}
        return places.pop() if len(places) == 1 else None

    def _walk(self, path: str, within: str | None) -> str | None:
        """The division that a path or the beginning of an address leads to."""
        found, scope = None, within
        for step in filter(None, _STEPS.split(path)):
            scope = self._named(step, scope) or self._led(step, scope)
            if scope is None:
                break
            found = scope
        return found

    def _named(self, name: str, scope: str | None) -> str | None:
        """The division of which the whole text is the code or the name."""
        if _CODE.fullmatch(name):
            known = next((name[:n] for n in (9, 6) if name[:n] in self._codes), None)
            return known if known and (scope is None or self.is_within(known, scope)) else None
        if _OWN_LEVEL.fullmatch(name):
            return scope
        for end in ("", "本级", "市辖区"):
            found = self._one(name.removesuffix(end), scope) if name.endswith(end) else None
            if found:
                return found
        return None

    def _led(self, text: str, scope: str | None) -> str | None:
        """The smallest division that the beginning of a text names, step by step from the left."""
        for length in range(min(len(text), _LONGEST_NAME), 1, -1):
            found = self._one(text[:length], scope)
            if found is None:
                continue
            deeper = self._led(text[length:], found)
            # 海口路 is no place in 海口: a short name counts only with a division after it.
            if deeper or text[:length].endswith(_OFFICIAL_END):
                return deeper or found
        return None

    def _one(self, name: str, scope: str | None) -> str | None:
        """The division of exactly that name.

        A title in force goes first unless another place had it before (江北区); then provinces; then what is alone.
        """
        codes = [self._codes[code] for code in self._names.get(name, ()) if self._visible(code, scope)]
        titled = [code for code in codes if fold(code.title) == name]
        holders = [code.code for code in titled if code.valid_to is None]
        if holders:
            return holders[0] if all(self._nested(code.code, holders[0]) for code in titled) else None
        chosen = [code for code in codes if self.level(code.code) in ("national", "province")] or codes
        if len({self.current(code.code) for code in chosen}) != 1:
            return None
        return (titled or chosen)[0].code

    def _nested(self, code: str, other: str) -> bool:
        """Whether one of two divisions holds the other today, so that they are not different places."""
        return self.is_within(code, other) or self.is_within(other, self.current(code))

    def _visible(self, code: str, scope: str | None) -> bool:
        if scope is None:
            return self.level(code) != "township"
        return self.is_within(code, scope)


def _chain(codelist: Codelist, code: str) -> tuple[str, ...]:
    return tuple(one for one in codelist.ancestors(code) if one != _WHOLE_COUNTRY)
