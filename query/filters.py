"""Orders and pages: coerced arguments → the keys of an order and a window, values set aside as parameters."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from query.arguments import OrderField
from query.binding import Binding
from query.conditions import KINDS
from query.errors import QueryError, invalid
from query.page import is_plain, is_text, order_tag, orders_of
from query.plan import Order, Window
from query.spans import BIGGEST

Bind = Binding
PAGE = 20
MOST = 100
KEYS = 5  # of one order, besides those that make it total
# How big whole numbers of a cursor are at most, by the kind of their column; dates; keys that may be NULL.
_SIZES = {"bigint": BIGGEST, "integer": 2**31}
_DATES = tuple(key for key, kind in KINDS.items() if kind == "date")
_NULLABLE = ("amount_fen", "days_late", "unit_price", *_DATES)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,400})(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?")  # of JSON
_FLOATS = Decimal("1.7e308")


def order_by(
    table: str,
    known: Sequence[OrderField],
    wanted: Sequence[Mapping[str, Any]] | Mapping[str, Any] | None,
    default: Sequence[tuple[str, bool]],
) -> tuple[Order, ...]:
    """The keys of an order, one or several, ties included; of a key that stands twice the first counts."""
    if not wanted:
        return orders_of(table, tuple(Order(key, descending) for key, descending in default))
    wanted = [wanted] if isinstance(wanted, Mapping) else wanted
    if len(wanted) > KEYS:
        raise QueryError(
            "Q023", f"orderBy 超过 {KEYS} 项", f"orderBy has more than {KEYS} keys",
            "排序写最重要的几项。", "Order by what matters most.",
        )  # fmt: skip
    fields = {one.name: one for one in known}
    chosen: dict[str, Order] = {}
    for one in wanted:
        field, descending = fields[one["field"]], (one.get("direction") or "DESC") == "DESC"
        chosen.setdefault(field.key, Order(field.key, descending, field.member))
    keys = list(chosen.values())
    if keys[-1] == Order("published_date", True):
        keys.pop()  # what ends an order of disclosures says the same
        return orders_of(table, (*keys, Order("recency", True)))
    return orders_of(table, tuple(keys))


def window(arguments: Mapping[str, Any], orders: tuple[Order, ...], bind: Bind) -> tuple[Window, int]:
    """The page that first/after or last/before ask for, and its size."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise invalid("first 和 last 不能同时用", "first and last exclude each other")
    size = last if last is not None else first if first is not None else PAGE
    if not 1 <= size <= MOST:
        raise QueryError(
            "Q003", f"一页 1–{MOST} 条,不能是 {size}", f"a page has 1 to {MOST} rows, not {size}",
            "用 after 和 endCursor 取下一页。", "Use after with endCursor for the next page.",
        )  # fmt: skip
    after = _cursor(arguments.get("after"), orders, bind)
    before = _cursor(arguments.get("before"), orders, bind)
    return Window(bind(size), last is not None, after, before), size


def _cursor(text: Any, orders: tuple[Order, ...], bind: Bind) -> tuple[int, ...]:
    if text is None:
        return ()
    nulls, places = bind.split(text, partial(_cursor_values, orders))
    found = iter(places)
    return tuple(-1 if null else next(found) for null in nulls)


def _cursor_values(orders: tuple[Order, ...], text: str) -> tuple[tuple[bool, ...], tuple[Any, ...]]:
    """Which keys of a cursor are NULL, and the values of the others."""
    try:
        if is_plain(orders):
            return (False,), (_version(text),)
        found, *values = bytes.fromhex(text).decode("utf-8").split("|", len(orders))
        if found != order_tag(orders) or len(values) != len(orders):
            raise ValueError(text)
        nulls = tuple(
            value == "" and (order.key in _NULLABLE or order.member is not None or is_text(order))
            for order, value in zip(orders, values, strict=True)
        )
        typed = (
            _typed(order, value) for order, value, null in zip(orders, values, nulls, strict=True) if not null
        )
        return nulls, tuple(typed)
    except ValueError:
        raise QueryError(
            "Q004", "游标不能用于这个列表", "the cursor does not belong to this list",
            "游标只能用于同一列表、同一排序;不要自己拼写。", "A cursor serves the same list in the same order only; do not make one up.",
        ) from None  # fmt: skip


def _version(text: str) -> int:
    """A version as digits, nothing else; raises ValueError."""
    if not (text.isascii() and text.isdigit()) or int(text) >= BIGGEST:
        raise ValueError(text)
    return int(text)


def _typed(order: Order, value: str) -> Any:
    """A cursor's value as its column holds it; raises ValueError for one that we never wrote."""
    if is_text(order):
        if not value.startswith("="):
            raise ValueError(value)
        return value[1:].replace("~1", "|").replace("~0", "~")
    if order.member and order.member.kind == "number":
        if not _NUMBER.fullmatch(value) or abs(Decimal(value)) > _FLOATS:
            raise ValueError(value)
        return value
    most = BIGGEST if order.member else _SIZES.get(KINDS.get(order.key, ""))
    if most is not None:
        number = int(value)
        if abs(number) >= most:
            raise ValueError(value)
        return number
    if order.key in _DATES and date.fromisoformat(value).isoformat() != value:
        raise ValueError(value)
    return value
