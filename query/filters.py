"""Filters, orders and pages: coerced arguments → conditions of a plan, values set aside as parameters."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from math import ceil, floor
from typing import Any

from query.arguments import FILTERS, OPERATORS, ORDERS, FilterField
from query.binding import Binding
from query.errors import QueryError, invalid
from query.page import is_plain, order_tag, orders_of
from query.plan import All, Compare, Condition, Has, Not, Order, Some, Window
from schemas.region import Regions

Bind = Binding
PAGE = 20
MOST = 100
_BIGGEST = 2**63  # what a column of integers cannot hold
# Keys of an order whose values are numbers, and how big these are at most; dates; keys that may be NULL.
_NUMBERS = {"version": _BIGGEST, "recency": _BIGGEST, "amount_fen": _BIGGEST, "days_late": 2**31, "stage_rank": 2**31,
            "disclosures": _BIGGEST, "processes": _BIGGEST, "items": _BIGGEST, "unit_price": _BIGGEST,
            "place": 2**31, "relevance": 2**31, "ordinal": 2**31}  # fmt: skip

_DATES = ("published_date", "due_on", "first_date", "last_date")
_NULLABLE = ("amount_fen", "days_late", "unit_price", *_DATES)


def condition(filter_type: str, value: Mapping[str, Any], bind: Bind, regions: Regions) -> Condition:
    """The condition of a filter input; every part has to hold."""
    fields = {field.name: field for field in FILTERS[filter_type]}
    parts: list[Condition] = []
    for name, wanted in value.items():
        if wanted is None:
            raise _null(name)
        if name == "and":
            parts.append(All(tuple(condition(filter_type, one, bind, regions) for one in wanted)))
        elif name == "or":
            parts.append(Some(tuple(condition(filter_type, one, bind, regions) for one in wanted)))
        elif name == "not":
            parts.append(Not(condition(filter_type, wanted, bind, regions)))
        else:
            parts.append(_field(fields[name], wanted, bind, regions))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _null(name: str) -> QueryError:
    return invalid(
        f"{name} 为 null", f"{name} is null", "要查空值,用 isNull。", "To ask for nothing, use isNull."
    )


def _field(field: FilterField, wanted: Mapping[str, Any], bind: Bind, regions: Regions) -> Condition:
    if field.input in FILTERS:
        return Has(field.relation, condition(field.input, wanted, bind, regions))
    parts: list[Condition] = []
    for operator, value in wanted.items():
        if value is None:
            raise _null(f"{field.name}.{operator}")
        parts.append(_compare(field, operator, value, bind, regions))
    whole: Condition = parts[0] if len(parts) == 1 else All(tuple(parts))
    return Has(field.relation, whole) if field.relation else whole


def _compare(field: FilterField, operator: str, value: Any, bind: Bind, regions: Regions) -> Condition:
    if operator == "isNull":
        return Compare(field.column, "isNull", negated=not value)
    if operator == "within":
        return within(value, bind, regions)
    if operator == "in" and len(value) > MOST:
        raise invalid(f"{field.name}.in 超过 {MOST} 个", f"{field.name}.in has more than {MOST} values")
    if field.unit != 1:
        return _measured(field, operator, value, bind)
    if operator == "in":
        return Compare(field.column, "in", tuple(bind(one, partial(_stored, field)) for one in value))
    return Compare(field.column, operator, (bind(value, partial(_stored, field)),))


def _measured(field: FilterField, operator: str, value: Any, bind: Bind) -> Condition:
    """A comparison with a column of whole units (fen): exact for values between two of them, too."""
    shape, places = bind.split(value, partial(_whole, field.unit, operator))
    if shape == "compare":
        return Compare(field.column, operator, places)
    return Some(()) if operator == "eq" else Compare(field.column, "isNull", negated=True)


def _whole(unit: int, operator: str, value: Any) -> tuple[str, tuple[int, ...]]:
    """`compare` with these whole units, or `decided` where no column can be equal to the value."""
    if operator == "in":
        exact = (_units(one, unit) for one in value)
        return "compare", tuple(int(one) for one in exact if one == int(one))
    exact_value = _units(value, unit)
    if exact_value == int(exact_value):
        return "compare", (int(exact_value),)
    if operator in ("eq", "ne"):
        return "decided", ()
    rounded = floor(exact_value) if operator in ("gt", "lte") else ceil(exact_value)
    return "compare", (rounded,)


def _units(value: float, unit: int) -> Decimal:
    exact = Decimal(repr(value)) * unit
    if not exact.is_finite() or abs(exact) >= _BIGGEST:
        raise QueryError(
            "Q006", "数值超出范围", "a number is out of range", "检查筛选条件中的数值。", "Check the numbers of the filter."
        )  # fmt: skip
    return exact


def _stored(field: FilterField, value: Any) -> Any:
    """The value as the column holds it."""
    if field.prefix and isinstance(value, str):
        return value.removeprefix(field.prefix)
    if OPERATORS[field.input][0] in ("String", "ID"):
        return str(value)
    return value


def within(code: Any, bind: Bind, regions: Regions) -> Condition:
    """All disclosures of a region and what lies below it; raises QueryError for a code that does not exist."""
    level, places = bind.split(code, partial(_below, regions))
    match level:
        case "national":
            return All(())
        case "province" | "prefecture":
            return Compare(level, "eq", places)
        case "county":
            return Compare("region", "between", places)
        case "county of prefecture":
            below = Compare("region", "between", places[:2])
            return All((Compare("prefecture", "eq", places[2:]), below))
        case _:
            return Compare("region", "eq", places)


def _below(regions: Regions, code: Any) -> tuple[str, tuple[str, ...]]:
    """The level of a region and the codes to compare with."""
    code = str(code)
    if regions.get(code) is None:
        raise QueryError(
            "Q002", f"没有这个行政区划代码:{code[:40]}", f"there is no such region: {code[:40]}",
            "代码表见 /codelists/region.csv。", "The codes are in /codelists/region.csv.",
        )  # fmt: skip
    level = str(regions.level(code))
    if level == "national":
        return level, ()
    if level != "county":
        return level, (code,)
    prefecture = regions.prefecture(regions.current(code))
    if not prefecture:
        return level, (code, code + "a")
    return "county of prefecture", (code, code + "a", prefecture)


def order_by(
    table: str, wanted: Mapping[str, Any] | None, default: Sequence[tuple[str, bool]]
) -> tuple[Order, ...]:
    """The keys of an order, ties included."""
    if wanted is None:
        return orders_of(table, tuple(Order(key, descending) for key, descending in default))
    column = ORDERS[wanted["field"]][0]
    descending = (wanted.get("direction") or "DESC") == "DESC"
    if column == "published_date" and descending:
        return orders_of(table, ())
    return orders_of(table, (Order(column, descending),))


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
            value == "" and order.key in _NULLABLE for order, value in zip(orders, values, strict=True)
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
    if not (text.isascii() and text.isdigit()) or int(text) >= _BIGGEST:
        raise ValueError(text)
    return int(text)


def _typed(order: Order, value: str) -> Any:
    """A cursor's value as its column holds it; raises ValueError for one that we never wrote."""
    if order.key in _NUMBERS:
        number = int(value)
        if abs(number) >= _NUMBERS[order.key]:
            raise ValueError(value)
        return number
    if order.key in _DATES and date.fromisoformat(value).isoformat() != value:
        raise ValueError(value)
    return value
