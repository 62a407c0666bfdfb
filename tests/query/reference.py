"""Filters, orders and cursors said a second time, in Python over plain rows: the oracle's half of `query`.

What is unknown does not hold: a comparison with nothing is false, and its `not` is true.
"""

import operator
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cmp_to_key
from types import MappingProxyType
from typing import Any

import orjson
from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType

Row = Mapping[str, Any]
Orders = tuple[tuple[str, bool], ...]  # (key, descending); a key with a colon is a leaf of the document
Place = tuple[Any, ...]  # what a row is ordered by


@dataclass(frozen=True)
class Thing:
    """An object of the graph: its kind, its row, and the part of a document that belongs to it."""

    kind: str  # a table, or query, connection, edge, pageInfo
    row: Row
    document: Any = None
    owner: "Thing | None" = None


STAGES = ("planning", "notice", "candidates", "result", "approval", "correction", "contract", "termination",
          "implementation", "supervision")  # fmt: skip
DOCUMENT = {"Int": "number", "Float": "number", "DateOrDateTime": "moment"}  # the others are texts
COLUMNS = {
    "PUBLISHED_DATE": "published_date", "AMOUNT": "amount_fen", "DUE_ON": "due_on", "DAYS_LATE": "days_late",
    "STAGE": "stage_rank", "FORMED_DATE": "formed_date", "TITLE": "title", "LOCAL_ID": "local_id", "TYPE": "type",
    "DOMAIN": "domain", "LEVEL": "level", "REGION": "region", "OUTCOME": "outcome", "REVISION": "revision",
    "DISCLOSURES": "disclosures", "FIRST_DATE": "first_date", "LAST_DATE": "last_date", "PRICE": "unit_price",
    "RELEVANCE": "relevance",
}  # fmt: skip
_NUMBERS = ("version", "recency", "amount_fen", "days_late", "stage_rank", "revision", "disclosures", "processes", "items",
            "place", "ordinal", "unit_price", "relevance")  # fmt: skip
_DATES = ("published_date", "due_on", "formed_date", "first_date", "last_date")
_TEXTS = ("title", "local_id", "type", "domain", "level", "region", "outcome", "name", "uscc", "number")
# What makes an order total, for what is neither a disclosure nor has an id.
TIES = {
    "region": ("code",), "item": ("recency", "ordinal"), "organization_role": ("role",),
    "organization_domain": ("domain",), "organization_year": ("place",), "organization_name": ("name",),
    "organization_process": ("recency", "id"), "counterparty": ("other_id",), "co_bidder": ("other_id",),
    "matched_organization": ("organization_id",), "unit_price": ("unit_key",),
    "change": ("version",), "snapshot": ("version",),
}  # fmt: skip
_COMPARISONS = {"eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "lte": operator.le, "gt": operator.gt,
                "gte": operator.ge}  # fmt: skip
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def meets(found: Any, wanted: Mapping[str, Any], input_: str = "", prefix: str = "") -> bool:
    """Whether a value meets all operators of an input; `prefix` is cut from the ids it is given."""
    return all(_holds(found, name, value, input_, prefix) for name, value in wanted.items())


def _holds(found: Any, name: str, value: Any, input_: str, prefix: str) -> bool:
    if name == "isNull":
        return bool((found is None) == value)
    if found is None:
        return False
    if name in ("in", "between"):
        parts = [(one, _given(one, input_, prefix)) for one in value]
        if name == "in":
            return any(_holds(found, "eq", one, input_, prefix) for one, _ in parts)
        return _holds(found, "gte", value[0], input_, prefix) and _holds(
            found, "lte", value[1], input_, prefix
        )
    if name == "contains":
        return bool(value.translate(_LOWER) in found.translate(_LOWER))
    if name == "startsWith":
        return bool(found.startswith(value))
    if input_ == "DateOrDateTimeFilter":
        first, last = seconds(value)
        at = seconds(found)[0]
        return {
            "eq": first <= at <= last, "ne": not first <= at <= last, "lt": at < first, "lte": at <= last,
            "gt": at > last, "gte": at >= first,
        }[name]  # fmt: skip
    return bool(_COMPARISONS[name](found, _given(value, input_, prefix)))


def _given(value: Any, input_: str, prefix: str) -> Any:
    if input_ == "AmountFilter":
        return Decimal(repr(value))
    return value.removeprefix(prefix) if prefix else value


def seconds(text: str) -> tuple[int, int]:
    """The first and the last second of a date in Beijing, or of a date-time."""
    if len(text) == 10:
        begins = int(datetime.fromisoformat(f"{text}T00:00:00+08:00").timestamp())
        return begins, begins + 24 * 60 * 60 - 1
    at = int(datetime.fromisoformat(text).replace(microsecond=0).timestamp())
    return at, at


def order_of(
    kind: str, wanted: Any, default: Orders = (), leaves: Mapping[str, str] = MappingProxyType({})
) -> Orders:
    """The keys of an order, ties included; disclosures come newest first when nothing else is asked for.

    `leaves` are the leaves of documents by the name of their order: `number:budget.amount`.
    """
    chosen = list(default)
    if wanted:
        chosen = []
        for one in wanted if isinstance(wanted, list) else [wanted]:
            key = COLUMNS.get(one["field"]) or leaves.get(one["field"]) or one["field"].lower()
            if key not in [other for other, _ in chosen]:
                chosen.append((key, (one.get("direction") or "DESC") == "DESC"))
        if chosen[-1] == ("published_date", True):
            chosen[-1] = ("recency", True)  # of disclosures and items
    last = chosen[-1][1] if chosen else kind in ("disclosure", "item")
    ends = ("recency", "id") if kind == "disclosure" else TIES.get(kind, ("id",))
    return (*chosen, *((end, last) for end in ends if end not in [key for key, _ in chosen]))


def leaves(type_: Any, above: tuple[str, ...] = ()) -> dict[str, str]:
    """The ordered leaves of a type that stand in its document, by the names of their orders."""
    found: dict[str, str] = {}
    for name, field in type_.fields.items():
        inner = field.type
        if isinstance(inner, GraphQLNonNull | GraphQLList) or field.args:
            continue
        path = (*above, name)
        if isinstance(inner, GraphQLObjectType):
            if inner.name not in ("Publisher", "Region"):
                found |= {one: key for one, key in leaves(inner, path).items() if one not in found}
        elif inner.name != "Boolean":
            called = "_".join(re.sub("([A-Z])", r"_\1", step).upper() for step in path)
            found.setdefault(called, f"{DOCUMENT.get(inner.name, 'text')}:{'.'.join(path)}")
    return found


def place(row: Row, orders: Orders, called: Any = None, document: Any = None) -> Place:
    """What a row is ordered by; `called` finds a property in an object of its document."""
    return tuple(_key(row, key, called, document) for key, _ in orders)


def _key(row: Row, key: str, called: Any, document: Any) -> Any:
    if key == "stage_rank":
        return STAGES.index(row["stage"])
    if key == "relevance":
        return row.get(key, 0)
    kind, colon, path = key.partition(":")
    if not colon:
        return row[key]
    found = document
    for name in path.split("."):
        found = called(found, name) if found else None
    return seconds(found)[0] if kind == "moment" and found is not None else found


def compare(mine: Place, other: Place, orders: Orders) -> int:
    """Below 0 where `mine` comes first."""
    for a, b, (_, descending) in zip(mine, other, orders, strict=True):
        if a == b:
            continue
        if a is None or b is None:
            return 1 if a is None else -1
        return -1 if (a > b) == descending else 1
    return 0


def in_order(rows: Sequence[Row], orders: Orders) -> list[Row]:
    """The rows in the order of their columns, nulls last."""

    def sign(a: Row, b: Row) -> int:
        return compare(place(a, orders), place(b, orders), orders)

    return sorted(rows, key=cmp_to_key(sign))


def cursor(found: Place, orders: Orders) -> str:
    """A place in a list of that order, as clients see it."""
    if orders == (("version", False),):
        return str(found[0])
    values = [_spelled(value, key) for value, (key, _) in zip(found, orders, strict=True)]
    return "|".join([_tag(orders), *values]).encode().hex()


def _spelled(value: Any, key: str) -> str:
    if value is None:
        return ""
    if _is_text(key):
        return "=" + value.replace("~", "~0").replace("|", "~1")
    return orjson.dumps(value).decode() if key.startswith("number:") else str(value)


def _is_text(key: str) -> bool:
    return key.startswith("text:") or key in _TEXTS


def read(given: str, orders: Orders) -> Place:
    """The place that a cursor names."""
    if orders == (("version", False),):
        return (int(given),)
    tag, *values = bytes.fromhex(given).decode().split("|", len(orders))  # the last may hold one
    assert tag == _tag(orders)
    return tuple(_value(value, key) for (key, _), value in zip(orders, values, strict=True))


def _value(value: str, key: str) -> Any:
    if value == "" and key != "unit_key":  # which is empty where there is no unit
        return None
    if _is_text(key):
        return value[1:].replace("~1", "|").replace("~0", "~")
    if key.startswith("number:"):
        return orjson.loads(value)
    return int(value) if key in _NUMBERS or key.startswith("moment:") else value


def _tag(orders: Orders) -> str:
    return "-".join((key.rpartition(":")[2]) + ("!" if descending else "") for key, descending in orders)


def snake(name: str) -> str:
    """`publishedDate` → `published_date`."""
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def called(schemas: Iterable[Any]) -> dict[str, list[str]]:
    """The names under which a property may stand, by each of them: the newest first. A name means one thing."""
    former: dict[str, str] = {}
    for schema in schemas:
        _former(schema, former)
    names: dict[str, list[str]] = {}
    for newest in set(former) - set(former.values()):
        chain = [newest]
        while chain[-1] in former:
            chain.append(former[chain[-1]])
        names.update(dict.fromkeys(chain, chain))
    return names


def _former(node: Any, former: dict[str, str]) -> None:
    if isinstance(node, Mapping):
        for name, one in node.items():
            if isinstance(one, Mapping) and isinstance(one.get("renamedFrom"), str):
                former[name] = one["renamedFrom"]
            _former(one, former)
