"""What OCDS has no place for: the value of a property, and its schema, for the extension.

A property keeps its name. Amounts, periods and organizations are OCDS's own; who is a person, and how to reach one,
stays in the record.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from publish.ocds import values
from schemas.field import Field
from schemas.spelling import camel

Refer = Callable[[Mapping[str, Any], str | None], dict[str, Any] | None]
_LEFT = ("person", "contact", "document", "relation", "withheld", "party")
_SHARED = {
    "money": "Value",
    "unitPrice": "Value",
    "period": "Period",
    "organization": "OrganizationReference",
}


def carried(field: Field) -> bool:
    """Whether a property can stand in the extension."""
    return field.definition not in _LEFT and not (field.personal and field.definition != "organization")


def carry(field: Field, value: Any, refer: Refer) -> Any:
    """The value of a property for the extension, None where nothing of it goes out."""
    if value is None or not carried(field):
        return None
    if field.many:
        made = [carry_one(field, one, refer) for one in value]
        return [one for one in made if one not in (None, {}, "")] or None
    made_one = carry_one(field, value, refer)
    return None if made_one in ({}, "") else made_one


def carry_one(field: Field, value: Any, refer: Refer) -> Any:
    """The same of one value of a list."""
    match field.definition:
        case "money" | "unitPrice":
            return values.amount(value)
        case "period":
            return values.period(value)
        case "organization":
            return refer(value, field.role)
    if field.kind == "moment":
        return values.moment(value)
    if field.fields and isinstance(value, Mapping):
        return carry_all(field.fields, value, refer)
    return value


def carry_all(fields: Iterable[Field], record: Mapping[str, Any], refer: Refer) -> dict[str, Any]:
    """The values of properties by their names."""
    found = ((field.name, carry(field, record.get(field.name), refer)) for field in fields)
    return {name: value for name, value in found if value is not None}


def shape(field: Field) -> dict[str, Any]:
    """The schema of a property in the extension, its words in English and Chinese."""
    told = {
        "title": f"{field.title_en} {field.title}",
        "description": f"{field.description_en or field.title_en} {field.description or field.title}",
    }
    one = _one(field)
    if not field.many:
        return told | one
    whole = {"wholeListMerge": True} if "properties" in one or "$ref" in one else {}
    return {**told, "type": "array", "items": one, **whole}


def shapes(fields: Iterable[Field]) -> dict[str, Any]:
    """The schemas of properties by their names."""
    return {field.name: shape(field) for field in fields if carried(field)}


def list_name(codelist: str) -> str:
    """A codelist's file as OCDS calls its own: `land-use` → `landUse.csv`."""
    return f"{camel(codelist)}.csv"


def _one(field: Field) -> dict[str, Any]:
    if field.definition in _SHARED:
        return {"$ref": f"#/definitions/{_SHARED[field.definition]}"}
    if field.fields:
        return {"type": "object", "properties": shapes(field.fields)}
    match field.kind:
        case "integer" | "number" | "boolean":
            return {"type": [field.kind, "null"]}
        case "moment":
            return {"type": ["string", "null"], "format": "date-time"}
        case "code":
            # Open: a minor version of the standard adds codes.
            return {
                "type": ["string", "null"],
                "codelist": list_name(str(field.codelist)),
                "openCodelist": True,
            }
        case "object":
            return {"type": "object"}
    return {"type": ["string", "null"]}
