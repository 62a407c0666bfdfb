"""The personal-data screen: no resident identity or bank card number is stored, no mobile number but as a phone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from loaders.issues import of_field
from loaders.personal import is_resident_number, mask
from schemas.field import Field
from schemas.issue import Issue
from schemas.uscc import has_organization_code, is_valid

_IDENTIFIERS = ("localId", "processId", "number", "lotNumber")


def screened(value: Any, field: Field) -> tuple[Any, list[Issue]]:
    """A property's value with what may not stand there masked, and a warning for each."""
    if not isinstance(value, (str, list, dict)):
        return value, []
    if isinstance(value, list):
        results = [screened(one, field) for one in value]
        return [one for one, _ in results], [found for _, issues in results for found in issues]
    if isinstance(value, dict):
        return screened_record(value, field.fields)
    if names_a_thing(field, value):
        return value, []
    shown, kinds = mask(value, phones="phone" not in field.personal)
    return shown, [of_field("L051", field, None, kind=kind, kindEn=kind_en) for kind, kind_en in kinds]


def screened_record(record: Mapping[str, Any], fields: Sequence[Field]) -> tuple[dict[str, Any], list[Issue]]:
    """An object with each of its properties screened; what is no property stays, it is refused later."""
    by_name = {field.name: field for field in fields}
    shown: dict[str, Any] = {}
    issues: list[Issue] = []
    for name, value in record.items():
        field = by_name.get(name)
        shown[name], found = screened(value, field) if field else (value, [])
        issues += found
    return shown, issues


def masked(found: Issue) -> Issue:
    """The issue without personal numbers in what it quotes."""
    if found.value is None:
        return found
    # A hint may quote another row's value, which this one's says nothing of.
    return replace(
        found,
        value=mask(found.value)[0],
        message=mask(found.message)[0],
        message_en=mask(found.message_en)[0],
        hint=mask(found.hint)[0],
        hint_en=mask(found.hint_en)[0],
    )


def masked_cells(cells: Mapping[str, Any]) -> dict[str, Any]:
    """The cells of a row without personal numbers."""
    return {heading: _masked_cell(cell) for heading, cell in cells.items()}


def _masked_cell(cell: Any) -> Any:
    if isinstance(cell, str):
        return mask(cell)[0]
    if isinstance(cell, int) and mask(str(cell))[1]:
        return mask(str(cell))[0]
    if isinstance(cell, list):
        return [_masked_cell(one) for one in cell]
    if isinstance(cell, dict):
        return {name: _masked_cell(one) for name, one in cell.items()}
    return cell


def names_a_thing(field: Field, value: str) -> bool:
    """Whether a field holds numbers that people gave to things, which may look like numbers of persons."""
    if field.kind in ("url", "code", "date", "moment") or field.name.endswith("Number"):
        return True
    return field.name in _IDENTIFIERS or (field.name == "uscc" and _is_credit_code(value))


def _is_credit_code(value: str) -> bool:
    """Whether a credit code is meant: three in a hundred resident numbers pass its check as well.

    Its places 9 to 17 are the organization's code, which has a check digit of its own (GB 11714).
    """
    if not is_valid(value):
        return False
    return not is_resident_number(value) or has_organization_code(value)
