"""Records of a format that has only texts (XML), with the kinds of values that the type's properties have."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from schemas.field import Field

# As many digits as every number of JSON can have.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,299})(?:\.[0-9]{1,300})?")
_TRUTH = {"true": True, "false": False}


def typed(record: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    """The record with numbers and truth values where the text is one, lists where there may be several, nothing empty.

    What does not fit stays as it is, for the schema to refuse.

    >>> typed({"lots": {"parcelArea": "12.50"}, "remark": None}, [])
    {'lots': {'parcelArea': '12.50'}}
    """
    by_name = {field.name: field for field in fields}
    found: dict[str, Any] = {}
    for name, value in record.items():
        field = by_name.get(name)
        if value is None or value == "":
            continue
        if field is None:
            found[name] = value
        elif field.many:
            several = value if isinstance(value, list) else [value]
            found[name] = [_one(one, field) for one in several if one not in (None, "")]
        else:
            found[name] = _one(value, field)
    return found


def _one(value: Any, field: Field) -> Any:
    if isinstance(value, Mapping):
        return typed(value, field.fields)
    if not isinstance(value, str):
        return value
    if field.kind in ("number", "integer") and _NUMBER.fullmatch(value):
        return float(value) if "." in value else int(value)
    if field.kind == "boolean":
        return _TRUTH.get(value, value)
    return value
