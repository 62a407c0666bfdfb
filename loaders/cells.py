"""A cell and the field it belongs to → the values it gives that field and its siblings, or Issues.

What cannot be read into a field goes, with a warning, to the sibling that keeps wordings (`xDetails`, or the money's
`amountDetails`, the period's `periodDetails`); where there is none it is an error. A rule names what was done; None
means that the value says what the cell says.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from functools import cached_property, partial
from typing import Any
from urllib.parse import quote

from loaders.dates import Moment, dated, is_month, is_no_date, read_date, read_moment, read_period
from loaders.issues import of_field
from loaders.meant import meant_moment, meant_quantity, told
from loaders.money import read_money
from loaders.quantities import read_ordinal, read_quantity
from loaders.ranges import read_range
from loaders.screen import is_identifier
from loaders.text import clean, half, is_lost, is_null, unmarked, written
from loaders.units import Units, units
from schemas.catalog import Catalog
from schemas.codelist import Codelist
from schemas.field import Field
from schemas.issue import Issue
from schemas.release import DRAFT, Release
from schemas.uscc import is_valid, normalize

_URL = re.compile(r"https?://[^\s/?#]+\.?[^\s]*", re.IGNORECASE)
_SAFE = "%:/?#[]@!$&'()*+,;=~-._"
_YES = frozenset({"是", "有", "真", "y", "yes", "true", "1", "t", "√", "✓"})
_NO = frozenset({"否", "无", "非", "假", "n", "no", "false", "0", "f", "×", "✗"})
# The one property that a bare cell fills of an object.
NAMED = {"organization": "name", "project": "name", "person": "personName", "contact": "contactPerson"}
# Of those the ones who have a name with a letter in it.
_NAME_OF = {kind: NAMED[kind] for kind in ("organization", "person")}
_END_OF_NAME = re.compile(
    r"..(?:公司|集团|合作社|事务所|中心|大学|学院|医院|[局厂院所社站校处])(?:[(（].*[)）])?[,，;；、]?$"
)
_LETTER = re.compile(r"[^\W\d_]")
# So many figures a workbook keeps of a number; and a longer one as it shows it.
_LONGEST = 1e15
# Programs leave out the plus: 5.33E17; without decimals that may be a number somebody gave, like 3E5.
_SHORTENED = re.compile(r"(\d)(?:\.(\d+)[eE]\+?|[eE]\+)(\d{1,3})")
# A program that holds numbers as floating ones writes a point behind them; beyond these it has lost figures.
_POINTED, _EXACT = re.compile(r"(\d+)\.0+"), 2**53
# Eighteen figures and more of which a workbook has kept fifteen; by chance one in a thousand ends so.
_ROUNDED = re.compile(r"\d{15}0{3,}")
_DECIMALS = {"money": 2, "unitPrice": 4}
# A hint lists the codes of a codelist that has no more than these.
FEW = 12


@dataclass(frozen=True)
class Reader:
    """What reading cells needs to know beyond the cell: codelists, regions, units.

    `within` is the region in which a short name is looked up first (the publisher's). `since_1904`: the workbook counts
    its days from 1904.
    """

    catalog: Catalog
    within: str | None = None
    since_1904: bool = False

    @cached_property
    def units(self) -> Units:
        """The units of the catalog."""
        return units(self.catalog.codelists)


@dataclass(frozen=True, slots=True)
class Slot:
    """A field with its siblings and the object they are in, the unit that heading or profile states, further
    marks for "nothing", the release of the version that the field belongs to, and whether the field tells records apart.
    """

    field: Field
    siblings: Mapping[str, Field] = attribute(default_factory=dict)
    unit: str | None = None
    nulls: frozenset[str] = frozenset()
    container: Field | None = None
    release: Release = DRAFT
    identifies: bool = False

    @property
    def details(self) -> Field | None:
        """The sibling that keeps the wording."""
        return self.siblings.get(f"{self.field.name}Details")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a cell gives: values by the names of the field and its siblings, the rule, and what is wrong."""

    values: Mapping[str, Any]
    rule: str | None = None
    issues: tuple[Issue, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the row must be refused."""
        return any(found.severity == "error" for found in self.issues)


NOTHING = Reading({})


def read_cell(cell: Any, slot: Slot, reader: Reader, within: str | None = None) -> Reading:
    """The reading of one cell; `NOTHING` for marks that stand for no value.

    `within` is a region that another column of the row names: short names are looked up there first.
    """
    text = clean(cell)
    bare = unmarked(text) if isinstance(cell, str) else text
    marked = bare != text
    reading = _read(bare if marked else cell, bare, slot, reader, within)
    if reading is NOTHING:
        return NOTHING
    rule = reading.rule
    if rule is None and isinstance(cell, str):
        rule = _how_typed(cell, text, slot.field)
    if marked:
        rule = f"marked+{rule}" if rule and rule != "blanks" else "marked"
    return reading if rule == reading.rule else replace(reading, rule=rule)


def _how_typed(cell: str, text: str, field: Field) -> str | None:
    """What was done to a text whose value is only it: blanks removed, or figures of full width made usual ones."""
    if text != cell:
        return "blanks"
    counted = field.kind in ("number", "integer") or field.is_money
    return "width" if counted and not text.isascii() and half(text) != text else None


def _read(cell: Any, text: str, slot: Slot, reader: Reader, within: str | None) -> Reading:
    kind = slot.field.kind
    of_text = kind in ("text", "url") or slot.field.name.endswith("Details")
    if is_null(text, of_text=of_text, more=slot.nulls):
        return NOTHING
    if is_lost(text):
        return Reading({}, None, (of_field("L120", slot.field, text),))
    if kind in ("date", "moment") and is_no_date(cell):
        return NOTHING
    if slot.field.codelist == "region":
        return _region(text, slot, reader, within or reader.within)
    convert = _OBJECTS.get(str(slot.field.definition), _object) if kind == "object" else _KINDS[kind]
    return convert(cell, text, slot, reader)


def _text(cell: Any, text: str, slot: Slot, reader: Reader) -> Reading:
    field = slot.field
    rule = None
    if field.name == "uscc" or is_identifier(field):
        whole = _whole_number(cell, text)
        if whole is None:
            return Reading({}, None, (of_field("L121" if slot.identifies else "L122", field, text),))
        rule = None if whole == text else "point" if _POINTED.fullmatch(text) else "digits"
        text = whole
    if field.name == "uscc":
        code = normalize(text)
        if _ROUNDED.fullmatch(code) and not is_valid(code):
            return Reading({}, None, (of_field("L122", field, text),))
        return Reading({field.name: code}, rule if code == text else "uscc")
    named = slot.container is not None and field.name == _NAME_OF.get(str(slot.container.definition))
    if named and (issues := _no_name(cell, text, field, reader.catalog.codelists["outcome"])):
        return Reading({}, None, issues)
    several = (
        (of_field("L140", field, text),) if (named or is_identifier(field)) and _is_several(text) else ()
    )
    values: dict[str, Any] = {field.name: text}
    base = field.name.removesuffix("Details")
    lowest, highest = (slot.siblings.get(f"{base}{end}") for end in ("Minimum", "Maximum"))
    if base != field.name and lowest and highest:
        found = read_range(cell, lowest.unit, slot.unit, reader.units)
        if found:
            limits = {lowest.name: found.lower, highest.name: found.upper}
            values |= {name: limit for name, limit in limits.items() if limit is not None}
            rule = f"range:{slot.unit}" if slot.unit else "range"
    if is_identifier(field) and _ROUNDED.fullmatch(text):
        several = (of_field("L138", field, text, count=len(text)),)
    return Reading(values, rule, several)


def _whole_number(cell: Any, text: str) -> str | None:
    """What an identifier says that a workbook took for a number; None where figures of it are lost.

    A workbook keeps fifteen figures, and shows a long number as 5.33E+17.
    """
    if isinstance(cell, float) and abs(cell) >= _LONGEST:
        return None
    if (found := _POINTED.fullmatch(text)) is not None:
        return found[1] if int(found[1]) <= _EXACT else None
    found = _SHORTENED.fullmatch(text)
    if not found:
        return text
    decimals = found[2] or ""
    lacking = int(found[3]) - len(decimals)
    return None if lacking > 0 or int(found[3]) == 0 else found[1] + decimals if lacking == 0 else text


def _date(cell: Any, text: str, slot: Slot, reader: Reader) -> Reading:
    found = dated(cell, since_1904=reader.since_1904)
    if found is None and is_month(cell) and slot.details is None:
        return Reading({}, None, (of_field("L125", slot.field, text),))
    if found is None:
        return _wording("L011", cell, text, slot, **told(meant_moment(cell, read_date)))
    return _of_moment(cell, found, found.date(), "date", slot)


def _moment(cell: Any, text: str, slot: Slot, reader: Reader) -> Reading:
    found = dated(cell, since_1904=reader.since_1904)
    if found is None and is_month(cell) and slot.details is None:
        return Reading({}, None, (of_field("L125", slot.field, text),))
    if found is None:
        return _wording("L012", cell, text, slot, **told(meant_moment(cell, read_moment)))
    return _of_moment(cell, found, found.iso(), "time", slot)


def _of_moment(cell: Any, found: Moment, value: str, rule: str, slot: Slot) -> Reading:
    """A day or a time as its field has it; a year of two figures is said."""
    if value == written(cell):
        return Reading({slot.field.name: value})
    issues = (of_field("L124", slot.field, clean(cell), kept=value),) if found.rule == "shortYear" else ()
    return Reading({slot.field.name: value}, f"{rule}+{found.rule}" if found.rule else rule, issues)


def _number(cell: Any, text: str, slot: Slot, reader: Reader) -> Reading:
    field = slot.field
    found = read_quantity(cell, field.unit, slot.unit, reader.units)
    if found is None or (field.kind == "integer" and not isinstance(found.value, int)):
        ordinal = read_ordinal(cell) if field.kind == "integer" else None
        if ordinal is None:
            if slot.unit and read_quantity(cell, field.unit, None, reader.units):
                return _wording("L133", cell, text, slot, **_measure(field, reader), of=slot.unit)
            meant = told(meant_quantity(cell, field.unit, slot.unit, reader.units))
            return _wording("L013", cell, text, slot, **_measure(field, reader), **meant)
        return Reading({field.name: ordinal}, "ordinal")
    values: dict[str, Any] = {field.name: found.value}
    issues: tuple[Issue, ...] = ()
    measure = slot.siblings.get(f"{field.name}Unit")
    if found.approximate and not (found.note or slot.details):
        issues = (of_field("L123", field, text, kept=found.value),)
    if found.note and measure:
        values[measure.name] = found.note
    elif (found.note or found.approximate) and slot.details:
        values[slot.details.name] = text
    elif found.note and found.note.startswith("("):
        issues = (of_field("L024", field, text),)
    return Reading(values, found.rule, issues)


def _boolean(cell: Any, text: str, slot: Slot, reader: Reader) -> Reading:
    folded = half(text).casefold()
    if folded not in _YES | _NO:
        return _wording("L016", cell, text, slot)
    return Reading({slot.field.name: folded in _YES}, None if isinstance(cell, bool) else "yesno")


def _url(cell: Any, text: str, slot: Slot, reader: Reader) -> Reading:
    joined = re.sub(r"\s*\n\s*", "", text)
    if not _URL.match(joined):
        return _wording("L015", cell, text, slot)
    # A bracket or a bare % is legal to people and illegal to RFC 3986.
    address = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quote(joined, safe=_SAFE))
    head, sep, rest = address.partition("://")
    address = head.lower() + sep + rest.replace("[", "%5B").replace("]", "%5D")
    first, mark, fragment = address.partition("#")
    address = first + mark + fragment.replace("#", "%23")
    return Reading({slot.field.name: address}, None if address == text else "url")


def _code(cell: Any, text: str, slot: Slot, reader: Reader) -> Reading:
    field, details = slot.field, slot.details
    codelist = reader.catalog.codelists[str(field.codelist)]
    code = codelist.find(text)
    if code is not None and details and not slot.release.has(codelist.codes[code]):
        code = None  # it came into the list later than this version; its wording is kept
    if code is None and field.open_codelist and not details:
        return Reading({field.name: text})
    if code is None:
        # People know the property by its wording's name: 土地用途, not 土地用途代码.
        known = {"title": details.title, "titleEn": details.title_en} if details else {}
        known |= _choices(codelist)
        return _wording("L014", cell, text, slot, **known)
    values = {field.name: code} | ({details.name: text} if details else {})
    return Reading(values, "code" if code != text else None)


def _region(text: str, slot: Slot, reader: Reader, within: str | None) -> Reading:
    """The division that a name, a path or a code means; its wording is kept in any case."""
    regions, details = reader.catalog.regions, slot.details
    scopes = (within, *regions.ancestors(within), None) if within else (None,)
    scope, code = next(((one, code) for one in scopes if (code := regions.find(text, one))), (None, None))
    values = {details.name: text} if details else {}
    if code is None:
        return Reading(values, None, (of_field("L022", slot.field, text),))
    if code == text:
        return Reading({slot.field.name: code, **values})
    return Reading({slot.field.name: code, **values}, f"code:{scope}" if scope else "code")


def _money(cell: Any, text: str, slot: Slot, reader: Reader) -> Reading:
    field = slot.field
    price = field.definition == "unitPrice"
    read = partial(
        read_money,
        cell,
        decimals=_DECIMALS[str(field.definition)],
        rates=price,
        units=reader.units,
        currencies=reader.catalog.codelists["currency"],
    )
    found = read(slot.unit)
    money: dict[str, Any] = {"amount": found.amount, "currency": found.currency}
    money = {name: value for name, value in money.items() if value is not None}
    if found.wording:
        money["amountDetails"] = text
    values: dict[str, Any] = {field.name: money}
    if found.per and "quantityUnit" in slot.siblings:
        values["quantityUnit"] = found.per
    issues: tuple[Issue, ...] = ()
    if found.amount is None:
        code = "L131" if found.rule == "contradictory" else "L021"
        # The number is one; only what the heading says of its unit is none.
        unknown = bool(slot.unit) and code == "L021" and read(None).amount is not None
        issues = (of_field("L132" if unknown else code, field, text, of=slot.unit),)
    elif found.rule and "rounded" in found.rule.split("+"):
        issues = (of_field("L025", field, text, kept=found.amount),)
    return Reading(values, found.rule, issues)


def _period(cell: Any, text: str, slot: Slot, reader: Reader) -> Reading:
    found = read_period(cell)
    if found is None:
        issue = of_field("L021", slot.field, text)
        return Reading({slot.field.name: {"periodDetails": text}}, None, (issue,))
    start, end, whole = found
    period = {"startAt": start, "endAt": end}
    if not whole:
        period["periodDetails"] = text
    return Reading({slot.field.name: period}, "period")


def _named(cell: Any, text: str, slot: Slot, reader: Reader) -> Reading:
    if slot.field.definition == "organization" and is_valid(normalize(text)):
        return Reading({slot.field.name: {"uscc": normalize(text)}}, "uscc")
    if slot.field.definition in _NAME_OF and (
        issues := _no_name(cell, text, slot.field, reader.catalog.codelists["outcome"])
    ):
        return Reading({}, None, issues)
    several = slot.field.definition in _NAME_OF and _is_several(text)
    issues = (of_field("L140", slot.field, text),) if several else ()
    return Reading({slot.field.name: {NAMED[str(slot.field.definition)]: text}}, None, issues)


def _no_name(cell: Any, text: str, field: Field, outcomes: Codelist) -> tuple[Issue, ...]:
    """Why a text is nobody's name: a code that has lost figures, an outcome (流拍), or no letter in it."""
    if _whole_number(cell, text) is None:
        return (of_field("L122", field, text),)
    if outcomes.find(text) is not None:
        return (of_field("L143", field, text),)
    return () if _LETTER.search(text) else (of_field("L139", field, text),)


def _is_several(text: str) -> bool:
    """Whether a name is several: with pipes between, or below one another, each with the end that names have."""
    return "|" in text or ("\n" in text and all(map(_END_OF_NAME.search, text.split("\n"))))


def _document(cell: Any, text: str, slot: Slot, reader: Reader) -> Reading:
    """A document that a cell names, or leads to."""
    return Reading({slot.field.name: {"url" if _URL.fullmatch(text) else "title": text}})


def _object(cell: Any, text: str, slot: Slot, reader: Reader) -> Reading:
    child = slot.field.fields[0].name if slot.field.fields else ""
    return Reading({}, None, (of_field("L017", slot.field, text, child=child),))


def _wording(code: str, cell: Any, text: str, slot: Slot, **names: Any) -> Reading:
    """The wording in the sibling that keeps it, with a warning; an error of that code where there is none."""
    if slot.details is None:
        return Reading({}, None, (of_field(code, slot.field, text, **names),))
    kept = "L132" if code == "L133" else "L021"
    return Reading({slot.details.name: text}, None, (of_field(kept, slot.field, text, **names),))


def _measure(field: Field, reader: Reader) -> dict[str, str]:
    """What a hint says of a number's unit."""
    unit = reader.catalog.codelists["unit"].codes.get(field.unit or "1")
    if unit is None or unit.code == "1":
        return {}
    return {
        "unit": f"，单位是{unit.title}；用别的单位时在数字后面写明",
        "unitEn": f" in {unit.title_en}; name the unit behind it where it is another one",
    }


def _choices(codelist: Codelist) -> dict[str, str]:
    """What a hint says of the codes there are; all of them where they are few."""
    codes = [code for code in codelist.codes.values() if code.in_force()]
    expected = f"代码表“{codelist.title}”中的名称"
    names = {
        "codelist": f"“{codelist.title}”",
        "expected": expected,
        "expectedEn": f"a name of the codelist {codelist.name}",
    }
    if len(codes) > FEW:
        return names
    return names | {
        "choices": f"：{'、'.join(code.title for code in codes)}",
        "choicesEn": f": {', '.join(code.title_en for code in codes)}",
    }


Convert = Callable[[Any, str, Slot, Reader], Reading]

_KINDS: dict[str, Convert] = {
    "text": _text, "date": _date, "moment": _moment, "number": _number, "integer": _number, "boolean": _boolean,
    "url": _url, "code": _code,
}  # fmt: skip
_OBJECTS: dict[str, Convert] = {
    "money": _money, "unitPrice": _money, "period": _period, "organization": _named, "project": _named,
    "person": _named, "contact": _named, "document": _document,
}  # fmt: skip
