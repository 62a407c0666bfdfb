"""A record against its type → Issues.

jsonschema-rs decides (5 µs a record) and says where and by which keyword; its errors become Issues.
What JSON Schema cannot say (codelists, decimals of money, check digits) is checked over the fields.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import jsonschema_rs
import orjson

from schemas.catalog import Catalog, Disclosure
from schemas.field import Field
from schemas.issue import RULES, Issue, issue
from schemas.path import crossed
from schemas.uscc import is_valid

_TYPES = {
    "string": "文字 text", "number": "数字 number", "integer": "整数 integer", "boolean": "是/否 boolean",
    "array": "列表 list", "object": "对象 object",
}  # fmt: skip
_FORMATS = {
    "date": ("YYYY-MM-DD", "2024-06-18"),
    "date-time": ("YYYY-MM-DDThh:mm:ss+08:00", "2024-06-18T09:30:00+08:00"),
    "uri": ("http(s)://…", "https://example.org/notice/1.html"),
}
# How many decimals an amount may have, by what it is.
DECIMALS = {"money": 2, "unitPrice": 4}


def validator(disclosure: Disclosure, catalog: Catalog) -> jsonschema_rs.Draft202012Validator:
    """The validator of a version, with references into the catalog's documents and formats asserted; made once for
    each catalog.
    """
    found: jsonschema_rs.Draft202012Validator | None = catalog.validators.get(disclosure.name)
    if found is None:
        shared = [(uri, dict(document)) for uri, document in catalog.documents.items()]
        found = catalog.validators[disclosure.name] = jsonschema_rs.Draft202012Validator(
            dict(disclosure.schema), registry=jsonschema_rs.Registry(shared), validate_formats=True
        )
    return found


def check(record: Mapping[str, Any], disclosure: Disclosure, catalog: Catalog) -> list[Issue]:
    """What is wrong with a record of that version, errors first; an empty list for a record without fault."""
    if storable(record) is None:
        return [issue(RULES, "S017")]
    rules = validator(disclosure, catalog)
    issues: list[Issue] = []
    if not rules.is_valid(record):
        for error in rules.iter_errors(record):
            issues.extend(_explain(error, record, disclosure))
    issues.extend(_beyond(record, disclosure.fields, "", disclosure, catalog))
    if not issues:
        return issues
    unique = {(found.code, found.path): found for found in issues}
    return sorted(unique.values(), key=lambda found: (found.severity != "error", found.path, found.code))


def _explain(
    error: jsonschema_rs.ValidationError, record: Mapping[str, Any], disclosure: Disclosure
) -> Iterator[Issue]:
    steps = [str(step) for step in error.instance_path]
    path = ".".join(steps)
    field = disclosure.by_path.get(crossed(path))
    names = {
        "title": field.title if field else path or "记录",
        "titleEn": field.title_en if field else path or "record",
    }
    clause = field.clause if field else ()
    instance: Any = record
    for step in error.instance_path:
        instance = instance[step]
    value = None if isinstance(instance, (dict, list)) else instance
    rule, wanted = error.kind.name, cast(Any, error.kind.value)

    def found(code: str, **more: Any) -> Issue:
        return issue(RULES, code, path=path, value=value, clause=clause, **{**names, **more})

    if rule == "required":
        child = disclosure.by_path.get(crossed(".".join([*steps, wanted])))
        yield issue(
            RULES, "S001", path=".".join([*steps, wanted]), clause=child.clause if child else (), name=wanted,
            title=child.title if child else wanted, titleEn=child.title_en if child else wanted,
        )  # fmt: skip
    elif rule in ("additionalProperties", "unevaluatedProperties"):
        # Where one property is wrong, those beside it count as unevaluated too.
        known = {f.name for f in (field.fields if field else disclosure.fields)}
        for name in sorted(set(wanted) - known):
            yield issue(RULES, "S002", path=".".join([*steps, name]), value=name, name=name)
    elif rule == "type":
        yield found("S003", expected="、".join(_TYPES.get(one, one) for one in wanted))
    elif rule == "format" or (rule == "anyOf" and field and field.kind == "moment"):
        key = "date-time" if rule == "anyOf" else str(wanted)
        expected, example = _FORMATS.get(key, (key, ""))
        yield found("S004", expected=expected, example=example)
    elif rule in ("minimum", "maximum"):
        yield found("S007", expected=f"{'≥' if rule == 'minimum' else '≤'} {wanted:,}")
    elif rule in ("minLength", "maxLength"):
        yield found("S008", expected=f"{'≥' if rule == 'minLength' else '≤'} {wanted}")
    elif rule == "pattern":
        yield found(
            "S009",
            expected=field.description if field else str(wanted),
            expectedEn=field.description_en if field else str(wanted),
        )
    elif rule == "anyOf":
        options = [one.kind.value for part in wanted for one in part if one.kind.name == "required"]
        yield found("S012", expected="、".join(options))
    else:
        yield found("S014")


def _beyond(
    value: Mapping[str, Any], fields: tuple[Field, ...], path: str, disclosure: Disclosure, catalog: Catalog
) -> Iterator[Issue]:
    """The checks that JSON Schema cannot express, over the fields that are there."""
    for field in fields:
        found = value.get(field.name) if isinstance(value, Mapping) else None
        if found is None:
            continue
        if field.deprecated is not None:
            names = {"title": field.title, "titleEn": field.title_en, "why": field.deprecated}
            yield issue(RULES, "S136", path=f"{path}{field.name}", clause=field.clause, **names)
        several = found if field.many and isinstance(found, list) else [found]
        for index, one in enumerate(several):
            place = f"{path}{field.name}.{index}" if field.many else f"{path}{field.name}"
            yield from beyond(one, field, place, disclosure, catalog)
            if field.fields and isinstance(one, Mapping):
                yield from _beyond(one, field.fields, f"{place}.", disclosure, catalog)


def beyond(one: Any, field: Field, place: str, disclosure: Disclosure, catalog: Catalog) -> Iterator[Issue]:
    """What JSON Schema cannot say of one value of a field, nor of the properties below it."""
    if isinstance(one, Mapping) and field.fields:
        if field.is_money:
            yield from _decimals(one, field, place)
    elif field.kind in ("date", "moment") and isinstance(one, str) and not _is_on_calendar(one):
        expected, example = _FORMATS["date" if field.kind == "date" else "date-time"]
        yield issue(
            RULES, "S004", path=place, value=one, clause=field.clause, title=field.title,
            titleEn=field.title_en, expected=expected, example=example,
        )  # fmt: skip
    elif field.codelist and isinstance(one, str):
        yield from _code(one, field, place, disclosure, catalog)
    elif field.name == "uscc" and isinstance(one, str) and len(one) == 18 and not is_valid(one):
        yield issue(RULES, "S011", path=place, value=one, clause=field.clause)


def storable(record: Mapping[str, Any]) -> bytes | None:
    """The record as JSON that a database takes; None where it has NUL, half of a surrogate pair or NaN."""
    try:
        body = orjson.dumps(record)
    except (TypeError, ValueError):
        return None
    return None if b"\\u0000" in body else body


def _is_on_calendar(text: str) -> bool:
    """Whether a day or moment can be reckoned with: RFC 3339 also has the year 0 and leap seconds."""
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return True


def _code(value: str, field: Field, place: str, disclosure: Disclosure, catalog: Catalog) -> Iterator[Issue]:
    names = {"title": field.title, "titleEn": field.title_en, "codelist": field.codelist}
    codelist = catalog.codelists.get(str(field.codelist))
    if codelist is None or value not in codelist.codes:
        yield issue(
            RULES,
            "S006" if field.open_codelist else "S005",
            path=place,
            value=value,
            clause=field.clause,
            **names,
        )
    elif not field.open_codelist and not disclosure.release.has(codelist.codes[value]):
        code = codelist.codes[value]
        later = catalog.history(disclosure.type)
        newer = next(
            (one.name for one in later if one.number > disclosure.number and one.release.has(code)), ""
        )
        advice = f"改用有它的版本:{newer}。" if newer else "等本类型的下一个版本;现在请用已有的代码。"
        advice_en = (
            f"Use the version that has it: {newer}."
            if newer
            else "The type's next version will have it; use another code until then."
        )
        yield issue(
            RULES, "S135", path=place, value=value, clause=field.clause, added=code.added, version=disclosure.name,
            advice=advice, adviceEn=advice_en, **names,
        )  # fmt: skip


def _decimals(money: Mapping[str, Any], field: Field, place: str) -> Iterator[Issue]:
    amount = money.get("amount")
    if not isinstance(amount, (int, float)) or isinstance(amount, bool):
        return
    allowed = DECIMALS[str(field.definition)]
    if -Decimal(str(amount)).as_tuple().exponent > allowed:  # type: ignore[operator]
        yield issue(
            RULES, "S010", path=f"{place}.amount", value=amount, title=field.title, titleEn=field.title_en,
            expected=allowed,
        )  # fmt: skip
