"""Which property of a type a heading means: titles, aliases, English titles, paths, and what they make together."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from loaders.units import Units, units
from schemas.catalog import Catalog, Disclosure
from schemas.codelist import fold
from schemas.field import Field
from schemas.naming import ANONYMOUS, full_names, short_names, type_name

# The record's own bookkeeping is never a column.
_OURS = frozenset({"id", "schema"})
# A bare 标题 or 网址 is the record's, not that of one of these.
_QUALIFIED = frozenset({"documents", "relatedDisclosures", "withheld", "parties"})
_WHOLE = frozenset({"money", "unitPrice", "period", "organization", "project", "person", "contact"})

_OPTIONAL = re.compile(r"([^()]*)\(([^()]+)\)([^()]*)")
_NOISE = re.compile(r"^[*＊※#\s]+|^\(?[0-9一二三四五六七八九十]{1,2}(?:[、.．]|\))\s*(?=\D)|[\s:：*＊]+$")
_HUMP, _WORD = re.compile(r"([a-z])([A-Z])"), re.compile(r"[a-z0-9]+")
_INDEX = re.compile(r"\.(\d+)(?=\.|$)")

PATH, TITLE, ALIAS, MADE, GENERIC = 1.0, 1.0, 0.95, 0.9, 0.3


@dataclass(frozen=True, slots=True)
class Meaning:
    """A property that a heading may mean, and how surely (0 to 1). `generic`: only a column beside it can tell."""

    field: Field
    weight: float
    generic: bool = False


def normal(heading: str) -> str:
    """A heading as it is compared: width, blanks, case, brackets, numbering, colons and asterisks do not matter.

    >>> normal("宗地编号："), normal(" 1、项目名称"), normal("* 采购人（甲方）")
    ('宗地编号', '项目名称', '采购人(甲方)')
    """
    before, text = None, heading
    while before != text:
        before, text = text, _NOISE.sub("", text)
    return fold(text)


class Names:
    """All names of one type's properties."""

    def __init__(self, disclosure: Disclosure, units: Units) -> None:
        self.disclosure = disclosure
        self._units = units

    def find(self, heading: str, *, nested: bool = False) -> tuple[Meaning, ...]:
        """The properties that a heading means equally surely, in the schema's order; empty where it means none.

        A heading is looked up as it stands, then without the unit it states, then without its last bracket; one of
        programs may be the English title's words in any order (project_name, plot_ratio_minimum), one of two names
        (建筑面积/总建筑面积) is what both of them mean. A `nested` one may be known by its last two names together (受让人,
        名称), or by the last alone.
        """
        found = self._find(heading)
        if not found and heading.isascii():
            title = self._by_words.get(_words(heading))
            found = self._find(title) if title else ()
        if not found and "/" in heading:
            each = [self._find(part) for part in heading.split("/")]
            if len({tuple(one.field.path for one in found) for found in each}) == 1:
                found = min(each, key=lambda found: [one.weight for one in found])
        if not found and nested and "." in heading:
            above, last = heading.split(".")[-2:]
            found = self._find(above + last) or self.find(last)
        return found

    def _find(self, heading: str) -> tuple[Meaning, ...]:
        path = _INDEX.sub("", heading)
        if path in self.disclosure.by_path and path not in _OURS:
            return (Meaning(main_field(self.disclosure.by_path[path], self.disclosure), PATH),)
        bare = self._units.of_heading(heading)[0]
        for text in dict.fromkeys((heading, bare, re.sub(r"[(（][^()（）]*[)）]\s*$", "", bare))):
            named = self._in_full.get(normal(text))
            if named is not None:
                return (Meaning(named, TITLE),)
            found = self._table.get(normal(text))
            if found:
                best = max(meaning.weight for meaning in found)
                return tuple(meaning for meaning in found if meaning.weight == best)
        return ()

    def says_type(self, heading: str) -> bool:
        """Whether a heading names the type with the record's title: 土地成交公示标题."""
        return normal(heading) == self._type_name

    @cached_property
    def _type_name(self) -> str:
        return normal(type_name(self.disclosure))

    @cached_property
    def _by_words(self) -> dict[tuple[str, ...], str]:
        """The English titles of several words by their words; not where two titles have the same."""
        titles: dict[tuple[str, ...], set[str]] = {}
        for field in self.disclosure.walk():
            if field.path[0] not in _OURS:
                titles.setdefault(_words(field.title_en), set()).add(field.title_en)
        return {words: min(said) for words, said in titles.items() if len(words) > 1 and len(said) == 1}

    @cached_property
    def _in_full(self) -> dict[str, Field]:
        """The one property that a name from the record's root on means: 备注 is the record's, 标的备注 the item's."""
        named = {self._type_name: self.disclosure.by_path["title"]}
        for names in (full_names, short_names):
            meant: dict[str, list[Field]] = {}
            for field in self.disclosure.walk():
                if field.path[0] not in _OURS:
                    name = normal(names(field, self.disclosure)[-1])
                    meant.setdefault(name, []).append(main_field(field, self.disclosure))
            for name, fields in meant.items():
                # 项目联系人 is a contact, and the contact's person too.
                deepest = max(fields, key=lambda field: len(field.path))
                if all(deepest.path[: len(field.path)] == field.path for field in fields):
                    named.setdefault(name, deepest)
        return named

    @cached_property
    def _table(self) -> dict[str, list[Meaning]]:
        table: dict[str, list[Meaning]] = {}
        for field in self.disclosure.walk():
            if field.path[0] in _OURS:
                continue
            for name, weight in self._names(field):
                meanings = table.setdefault(normal(name), [])
                meant = main_field(field, self.disclosure)
                same = next((one for one in meanings if one.field.path == meant.path), None)
                if same is None:
                    meanings.append(Meaning(meant, weight, weight == GENERIC))
                elif same.weight < weight:
                    meanings[meanings.index(same)] = Meaning(meant, weight, weight == GENERIC)
        for name, meanings in table.items():
            table[name] = self._unsure_if_shared(self._in_use(meanings))
        return table

    def _in_use(self, meanings: list[Meaning]) -> list[Meaning]:
        """A heading means what replaced a deprecated property, not the property, where both have the name."""
        return [one for one in meanings if not self._is_deprecated(one.field)] or meanings

    def _is_deprecated(self, field: Field) -> bool:
        above = (".".join(field.path[:length]) for length in range(1, len(field.path) + 1))
        return any(self.disclosure.by_path[path].deprecated is not None for path in above)

    def _unsure_if_shared(self, meanings: list[Meaning]) -> list[Meaning]:
        """联系电话 of every organization is generic, even where one of them has it as an alias of its own."""
        if len(meanings) < 2 or sum(self._is_part(meaning.field) for meaning in meanings) < 2:
            return meanings
        return [
            Meaning(one.field, GENERIC, True) if one.weight < MADE or self._is_part(one.field) else one
            for one in meanings
        ]

    def _is_part(self, field: Field) -> bool:
        parent = self._parent(field)
        return parent is not None and parent.definition in ANONYMOUS and field.title != parent.title

    def _names(self, field: Field) -> Iterator[tuple[str, float]]:
        parent = self._parent(field)
        anonymous = parent is not None and parent.definition in ANONYMOUS
        qualified = field.path[0] in _QUALIFIED
        own = [(field.title, TITLE), *((alias, ALIAS) for alias in field.aliases), (field.title_en, MADE)]
        if not qualified:
            for name, weight in own:
                shared = anonymous and name in (field.title, field.title_en)
                yield name, GENERIC if shared else weight
                if not shared:
                    yield from ((variant, MADE) for variant in variants(name))
        if parent is not None:
            for above in self._parent_names(parent):
                yield from ((above + name, MADE) for name, _ in own)
            yield from ((name, MADE) for name in full_names(field, self.disclosure)[2:])
            yield from ((name, MADE) for name in short_names(field, self.disclosure)[1:])

    def _parent_names(self, parent: Field) -> list[str]:
        names = [parent.title, *parent.aliases]
        child = parent.child("name") or parent.child("personName")
        if parent.definition in ANONYMOUS and child:
            names += child.aliases
        return list(dict.fromkeys([*names, *(v for name in names for v in variants(name))]))

    def _parent(self, field: Field) -> Field | None:
        return self.disclosure.by_path.get(".".join(field.path[:-1]))


def names_of(disclosure: Disclosure, catalog: Catalog) -> Names:
    """The names of a version's properties; made once of a catalog: those of all types take a second."""
    made: Names | None = catalog.compiled.get(("names", disclosure.name))
    if made is None:
        made = catalog.compiled["names", disclosure.name] = Names(disclosure, units(catalog.codelists))
    return made


def _words(name: str) -> tuple[str, ...]:
    """The words of an English name in the order of the alphabet: those of plotRatioMinimum, of plot_ratio_minimum."""
    return tuple(sorted(_WORD.findall(_HUMP.sub(r"\1 \2", name).lower())))


def variants(name: str) -> list[str]:
    """What a name with an optional part stands for: 中标(成交)供应商 → 中标供应商, 成交供应商."""
    found = _OPTIONAL.fullmatch(fold(name))
    if not found:
        return []
    before, inside, after = found.groups()
    return [one for one in (before + after, inside + after) if len(one) > 1]


def main_field(field: Field, disclosure: Disclosure) -> Field:
    """The field that reads a cell for this one: the code for its wording, the whole money for its amount."""
    parent = disclosure.by_path.get(".".join(field.path[:-1]))
    siblings = {one.name: one for one in (parent.fields if parent else disclosure.fields)}
    base = siblings.get(field.name.removesuffix("Details"))
    if base is not None and base is not field and base.kind != "text":
        return base
    if parent is not None and parent.is_money and field.name == "amount":
        return parent
    return _speaking(field)


def _speaking(field: Field) -> Field:
    """The part of an object that a bare cell fills: of a candidate its organization, of an item its name."""
    if field.kind != "object" or field.definition in _WHOLE:
        return field
    for child in field.fields:
        if child.definition == "organization":
            return child
    named = [child for child in field.fields if child.column in ("name", "title")]
    return named[0] if named else field
