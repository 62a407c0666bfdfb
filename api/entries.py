"""What the fields around processes, regions, publishers, changes and past states are planned with."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from query.errors import QueryError, invalid
from query.filtering import Filtering
from query.filters import MOST, Bind
from query.plan import Compare, Condition, Given, InForce
from schemas.catalog import Catalog, Disclosure

Arguments = Mapping[str, Any]
# kind of a global id → relation, column of the key, type; a disclosure's id has no prefix
GLOBAL = {
    "disclosure": ("disclosure", "id", "Disclosure"),
    "organization": ("organization", "id", "Organization"),
    "process": ("process", "id", "Process"),
    "publisher": ("publisher", "id", "Publisher"),
    "region": ("region", "code", "Region"),
    "change": ("change", "version", "Change"),
}
_BIGGEST = 2**63
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # what stands in no id


def given(relation: str, arguments: Arguments, catalog: Catalog, filtering: Filtering) -> Given:
    """What a computed relation is made with; nothing for the others."""
    bind = filtering.bind
    match relation:
        case "disclosure.asOf" | "process.asOf":
            return _as_of(arguments, bind)
        case "process.timeline" | "stage.types":
            course = catalog.course
            tables = tuple(bind(orjson.dumps(rows).decode()) for rows in (course.expected, course.triggers))
            if relation == "stage.types":  # a stage has its day
                return Given(tables)
            on = arguments.get("on")
            return Given(tables, ("today",)) if on is None else Given((*tables, bind(on)), ("on",))
        case "disclosure.relatedFrom":
            kinds = arguments.get("relationType")
            return Given() if kinds is None else Given(tuple(map(bind, kinds)), ("chosen",))
        case "publisher.timeliness":
            words = tuple(dict.fromkeys(one.lower() for one in arguments.get("by") or ()))
            return Given((), words, _among(arguments, filtering))
        case "region.byChild":
            return Given((), (), _among(arguments, filtering))
    return Given()


def restricted(relation: str, arguments: Arguments, bind: Bind) -> Condition | None:
    """What a list without a filter keeps."""
    if relation == "region.children" and arguments.get("at") is not None:
        return InForce(bind(arguments["at"]))
    return None


def narrowed(target: str, arguments: Arguments, bind: Bind) -> list[Condition]:
    """What a connection's own arguments, beside its filter, keep."""
    parts: list[Condition] = []
    if target == "Region" and arguments.get("at") is not None:
        parts.append(InForce(bind(arguments["at"])))
    if target == "Change" and arguments.get("kinds") is not None:
        parts.append(Compare("kind", "in", tuple(bind(one, str.lower) for one in arguments["kinds"])))
    return parts


def _among(arguments: Arguments, filtering: Filtering) -> Condition | None:
    wanted = arguments.get("filter")
    return None if wanted is None else filtering.condition("DisclosureFilter", wanted)


def _as_of(arguments: Arguments, bind: Bind) -> Given:
    version, at = arguments.get("version"), arguments.get("at")
    if (version is None) == (at is None):
        raise QueryError(
            "Q061", "version、at 要给且只给一个", "give one of version and at, and only one",
            "version 是数据版本(见 changes),at 是时间。", "`version` is a data version (see `changes`), `at` a time.",
        )  # fmt: skip
    if at is not None:
        return Given((bind(at, _in_utc),), ("at",))
    return Given((bind(version),), ("version",))


def _in_utc(at: Any) -> str:
    """A time as the store has it."""
    try:
        moment = datetime.fromisoformat(str(at)).astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        raise invalid("at 超出范围", "at is out of range") from None
    return moment.isoformat(" ", "microseconds")


def counted(identifiers: list[Any]) -> int:
    """How many objects `nodes(ids)` asks for; raises QueryError Q060 for too many."""
    if len(identifiers) > MOST:
        raise QueryError(
            "Q060", f"一次至多取 {MOST} 个对象,不能是 {len(identifiers)} 个",
            f"at most {MOST} objects at once, not {len(identifiers)}",
            "分成几次。", "Split the list.",
        )  # fmt: skip
    return len(identifiers)


def keys(identifiers: list[Any]) -> str:
    """Kind and key of each global id, as the JSON that the statement reads; no id of ours has an empty kind."""
    found = [split(one) for one in identifiers]
    return orjson.dumps([{"kind": kind, "key": str(*key)} for kind, key in found]).decode()


def split(identifier: Any) -> tuple[str, tuple[Any, ...]]:
    """The kind of a global id and its key; the prefix names the kind, a disclosure's id has none."""
    kind, colon, key = str(identifier).partition(":")
    if _UNSTORABLE.search(key or kind):
        return "", ()
    if not colon:
        return "disclosure", (kind,)
    if kind == "change":
        known = re.fullmatch("0|[1-9][0-9]{0,18}", key) and int(key) < _BIGGEST
        return (kind, (int(key),)) if known else ("", ())
    return (kind, (key,)) if kind in GLOBAL and kind != "disclosure" else ("", ())


def facts(disclosure: Disclosure) -> dict[str, Any]:
    """What `DisclosureType` says of a type."""
    rules = [
        {
            "days": rule.days, "count": rule.count, "after": list(rule.paths), "since": rule.begins.isoformat(),
            "until": rule.ends and rule.ends.isoformat(), "dates": [day for _, day in rule.dates],
            "basis": rule.basis, "basisEn": rule.basis_en, "__typename": "DeadlineRule",
        }
        for rule in disclosure.deadlines
    ]  # fmt: skip
    return {
        "__typename": "DisclosureType", "path": disclosure.type, "version": disclosure.version,
        "domain": disclosure.domain, "stage": disclosure.stage, "title": disclosure.title,
        "titleEn": disclosure.title_en, "description": disclosure.schema["description"],
        "descriptionEn": disclosure.schema["descriptionEn"], "graphqlType": disclosure.graphql_name,
        "collection": disclosure.collection, "schemaUrl": f"/schemas/{disclosure.name}.json", "deadlines": rules,
    }  # fmt: skip
