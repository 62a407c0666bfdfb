"""The personal-data screen: what numbers a person is masked before anything is kept, or its row is refused.

The schema's allow-list (`personal` of a property) says where a phone may stand. Masking what tells records apart would
make one of two, and a number cannot be masked: such rows are refused.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from loaders.issues import of_field
from loaders.labelled import masked_home, may_be_labelled
from loaders.personal import PROVINCES, Kind, is_resident_number, mask, may_be_personal
from loaders.text import clean, written
from schemas.field import Field
from schemas.issue import Issue
from schemas.parties import is_at_home, is_person
from schemas.uscc import has_organization_code, is_valid

HOME = "S035"  # the finding of an address that may be a home
_IDENTIFIERS = ("localId", "processId", "number", "lotNumber")
_UNSCREENED = ("date", "moment")
# A value is shown up to a length: what is cut off there may be a number that nobody recognizes any more.
_CUT = re.compile(r"\d[\dXx \-]{4,}…")
_OF_NAMES = re.compile(r"姓名|受让|转让|竞得|竞买|中标|买受|权利|申请|户主|业主|产权|承租|出让|人$")
_OF_CONTACTS = re.compile(r"联系|经办|负责|法定|代表|审核|专家|评")
_OF_ADDRESSES = re.compile(r"地址|住址|住所|住处")


def screened(value: Any, field: Field, beside: str = "") -> tuple[Any, list[Issue]]:
    """A property's value with what may not stand there masked, and a finding for each; `beside` is its heading."""
    if isinstance(value, list):
        results = [screened(one, field, beside) for one in value]
        return [one for one, _ in results], [found for _, issues in results for found in issues]
    if isinstance(value, dict):
        return screened_record(value, field.fields, beside)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value, unmaskable(written(value), field)
    if (
        not isinstance(value, str)
        or field.kind in _UNSCREENED
        or (field.name == "uscc" and _is_credit_code(value))
    ):
        return value, []
    of_things = names_a_thing(field)
    shown, kinds = mask(value, phones="phone" not in field.personal, beside=beside, of_things=of_things)
    code = "P020" if is_identifier(field) else "L051"
    return shown, _of_kinds(code, field, kinds)


def screened_record(
    record: Mapping[str, Any], fields: Sequence[Field], beside: str = ""
) -> tuple[dict[str, Any], list[Issue]]:
    """An object with each of its properties screened; what is no property stays, it is refused later."""
    by_name = {field.name: field for field in fields}
    shown: dict[str, Any] = {}
    issues: list[Issue] = []
    for name, value in record.items():
        field = by_name.get(name)
        shown[name], found = screened(value, field, beside) if field else (value, [])
        issues += found
    return shown, issues


def unmaskable(text: str, field: Field) -> list[Issue]:
    """An error for each kind of a person's number where a number is asked for."""
    if len(text) < 15:
        return []
    return _of_kinds("P021", field, mask(text, phones=False, of_things=True)[1])


def _of_kinds(code: str, field: Field, kinds: Sequence[Kind]) -> list[Issue]:
    return [of_field(code, field, None, kind=kind, kindEn=kind_en) for kind, kind_en in kinds]


def masked(found: Issue) -> Issue:
    """The issue without personal numbers in what it quotes."""
    # A hint may quote another row's value, which this one's says nothing of.
    return replace(
        found,
        value=None if found.value is None else _said(found.value),
        message=_said(found.message),
        message_en=_said(found.message_en),
        hint=_said(found.hint),
        hint_en=_said(found.hint_en),
    )


def masked_wholly(found: Issue) -> Issue:
    """The issue as it is stored: without personal numbers in the names of its place either."""
    column = None if found.column is None else mask(found.column)[0]
    return replace(masked(found), path=mask(found.path)[0], sheet=mask(found.sheet)[0], column=column)


@lru_cache(maxsize=4096)
def _said(text: str) -> str:
    shown = mask(text)[0]
    return _CUT.sub("******…", shown) if "…" in shown else shown


class _Heading(NamedTuple):
    """What a heading says of its column: as it is shown, whether of persons, of addresses, of what only words tell."""

    shown: str
    of_persons: bool
    of_addresses: bool
    tells: bool


@lru_cache(maxsize=4096)
def _heading(heading: str) -> _Heading:
    of_persons = _OF_NAMES.search(heading) is not None and _OF_CONTACTS.search(heading) is None
    of_addresses = _OF_ADDRESSES.search(heading) is not None
    return _Heading(mask(heading)[0], of_persons, of_addresses, may_be_labelled(heading))


def masked_cells(cells: Mapping[str, Any]) -> dict[str, Any]:
    """The cells of a row without personal numbers, in their headings either, and without homes beside a person."""
    shown: dict[str, Any] = {}
    headings = list(map(_heading, cells))
    person = any(
        one.of_persons and isinstance(cell, str) and is_person({"name": clean(cell)})
        for one, cell in zip(headings, cells.values(), strict=True)
    )
    for number, (one, (heading, cell)) in enumerate(zip(headings, cells.items(), strict=True), 1):
        hidden = _masked_cell(cell, heading, one.tells)
        if person and one.of_addresses and isinstance(hidden, str) and is_at_home(hidden):
            hidden = masked_home(hidden)
        shown[one.shown if one.shown not in shown else f"{one.shown}#{number}"] = hidden
    return shown


def masked_example(cell: str, heading: str) -> str:
    """A cell shown without its row: an address with a house or a room may be somebody's home."""
    shown = mask(cell, beside=heading)[0]
    return masked_home(shown) if _heading(heading).of_addresses and is_at_home(shown) else shown


def _masked_cell(cell: Any, beside: str, tells: bool) -> Any:
    if isinstance(cell, str):
        return mask(cell, beside=beside)[0] if tells or may_be_personal(cell) else cell
    if isinstance(cell, list):
        return [_masked_cell(one, beside, tells) for one in cell]
    if isinstance(cell, dict):
        return {mask(name)[0]: _masked_cell(one, name, _heading(name).tells) for name, one in cell.items()}
    if cell is None or isinstance(cell, bool) or (isinstance(cell, (int, float)) and abs(cell) < 10**7):
        return cell
    shown, kinds = mask(written(cell), beside=beside)
    return shown if kinds else cell


def without_homes(record: dict[str, Any], sources: dict[str, Any], found: Sequence[Issue]) -> None:
    """Mask in a record, and in what its cells said, the addresses that were found to be private persons' homes."""
    for one in found:
        if one.code != HOME:
            continue
        *above, name = one.path.split(".")
        node: Any = record
        for step in above:
            node = node[int(step)] if isinstance(node, list) else node[step]
        node[name] = masked_home(node[name])
        place = sources[one.path][:3] if sources.get(one.path, [None] * 3)[2] is not None else None
        # One cell may have given several values; none of them may tell the home.
        for path, source in sources.items():
            if len(source) > 4 and (path == one.path or source[:3] == place):
                sources[path] = [*source[:4], node[name]]


def is_identifier(field: Field) -> bool:
    """Whether a field holds numbers that people gave to things, by which things are told apart."""
    return field.kind == "text" and (field.name.endswith("Number") or field.name in _IDENTIFIERS)


def names_a_thing(field: Field) -> bool:
    """Whether a field holds numbers that people gave to things, which may look like numbers of persons."""
    return field.kind in ("url", "code") or field.name.endswith("Number") or field.name in _IDENTIFIERS


def _is_credit_code(value: str) -> bool:
    """Whether a credit code is meant: three in a hundred resident numbers pass its check as well.

    Its places 9 to 17 are the organization's code, which has a check digit of its own (GB 11714), and 3 and 4 are the
    province, where a resident number has the prefecture.
    """
    if not is_valid(value):
        return False
    return not is_resident_number(value) or (has_organization_code(value) and int(value[2:4]) in PROVINCES)
