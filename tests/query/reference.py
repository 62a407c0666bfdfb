"""Filters, orders and cursors said a second time, in Python over plain rows: the oracle's half of `query`.

What is unknown does not hold: a comparison with nothing is false, and its `not` is true.
"""

import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

Row = Mapping[str, Any]
Orders = tuple[tuple[str, bool], ...]  # (key, descending)
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
COLUMNS = {"PUBLISHED_DATE": "published_date", "AMOUNT": "amount_fen", "DUE_ON": "due_on",
           "DAYS_LATE": "days_late", "STAGE": "stage_rank", "DISCLOSURES": "disclosures", "FIRST_DATE": "first_date",
           "LAST_DATE": "last_date", "PRICE": "unit_price", "RELEVANCE": "relevance"}  # fmt: skip
_NUMBERS = ("version", "recency", "amount_fen", "days_late", "stage_rank", "disclosures", "processes", "items", "place", "ordinal",
            "unit_price", "relevance")  # fmt: skip
# What makes an order total, for what is neither a disclosure nor has an id.
TIES = {
    "region": ("code",), "item": ("recency", "disclosure_id", "ordinal"), "organization_role": ("role",),
    "organization_domain": ("domain",), "organization_year": ("place",), "organization_name": ("name",),
    "organization_process": ("recency", "id"), "counterparty": ("other_id",), "co_bidder": ("other_id",),
    "matched_organization": ("organization_id",), "unit_price": ("unit_key",),
    "change": ("version",), "snapshot": ("version",),
}  # fmt: skip
_COMPARISONS = {"eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "lte": operator.le, "gt": operator.gt,
                "gte": operator.ge}  # fmt: skip
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def meets(found: Any, wanted: Mapping[str, Any], prefix: str = "") -> bool:
    """Whether a value meets all operators of a filter's field; `prefix` is cut from the ids it is given."""
    return all(_holds(found, name, value, prefix) for name, value in wanted.items())


def _holds(found: Any, name: str, value: Any, prefix: str) -> bool:
    if name == "isNull":
        return bool((found is None) == value)
    if found is None:
        return False
    if name == "in":
        return found in [one.removeprefix(prefix) if prefix else one for one in value]
    if name == "contains":
        return bool(value.translate(_LOWER) in found.translate(_LOWER))
    return bool(_COMPARISONS[name](found, value.removeprefix(prefix) if prefix else value))


def in_fen(wanted: Mapping[str, Any], units: int = 100) -> dict[str, Any]:
    """The operators of an amount with yuan as fen (or other parts), exactly."""
    return {
        name: value
        if name == "isNull"
        else [_fen(one, units) for one in value]
        if name == "in"
        else _fen(value, units)
        for name, value in wanted.items()
    }


def _fen(yuan: float, units: int) -> Decimal:
    return Decimal(repr(yuan)) * units


def order_of(kind: str, wanted: Mapping[str, Any] | None, default: Orders = ()) -> Orders:
    """The keys of an order, ties included; disclosures come newest first when nothing else is asked for."""
    chosen = default
    if wanted is not None:
        descending = (wanted.get("direction") or "DESC") == "DESC"
        newest = wanted["field"] == "PUBLISHED_DATE" and descending  # of disclosures and items
        chosen = () if newest else ((COLUMNS[wanted["field"]], descending),)
    last = chosen[-1][1] if chosen else kind in ("disclosure", "item")
    ties = ("recency", "id") if kind == "disclosure" else TIES.get(kind, ("id",))
    return (*chosen, *((key, last) for key in ties if key not in dict(chosen)))


def place(row: Row, orders: Orders) -> Place:
    """What a row is ordered by."""
    return tuple(STAGES.index(row["stage"]) if key == "stage_rank" else row.get(key, 0) for key, _ in orders)


def in_order(rows: Sequence[Row], orders: Orders) -> list[Row]:
    """The rows in that order, nulls last."""

    def sign(a: Row, b: Row) -> int:
        return compare(place(a, orders), place(b, orders), orders)

    return sorted(rows, key=cmp_to_key(sign))


def compare(mine: Place, other: Place, orders: Orders) -> int:
    """Below 0 where `mine` comes first."""
    for a, b, (_, descending) in zip(mine, other, orders, strict=True):
        if a == b:
            continue
        if a is None or b is None:
            return 1 if a is None else -1
        return -1 if (a > b) == descending else 1
    return 0


def cursor(row: Row, orders: Orders) -> str:
    """The place of a row in a list of that order, as clients see it."""
    if orders == (("version", False),):
        return str(row["version"])
    values = ["" if key is None else str(key) for key in place(row, orders)]
    return "|".join([_tag(orders), *values]).encode().hex()


def read(given: str, orders: Orders) -> Place:
    """The place that a cursor names."""
    if orders == (("version", False),):
        return (int(given),)
    tag, *values = bytes.fromhex(given).decode().split("|", len(orders))  # the last may hold one
    assert tag == _tag(orders)
    return tuple(
        None if value == "" else int(value) if key in _NUMBERS else value
        for (key, _), value in zip(orders, values, strict=True)
    )


def _tag(orders: Orders) -> str:
    return "-".join(key + ("!" if descending else "") for key, descending in orders)


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
