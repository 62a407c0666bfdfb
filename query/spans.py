"""Values of filters as what is stored: intervals, prefixes of texts and of codes of regions."""

from datetime import date
from decimal import Decimal
from functools import partial
from math import ceil, floor
from typing import Any

import orjson

from query.binding import Binding
from query.conditions import LEADING
from query.errors import QueryError
from query.operators import Operator, Span
from query.plan import All, Compare, Condition, Member
from schemas.instant import instants
from schemas.region import Regions
from store.identity import recencies

BIGGEST = 2**63  # what a column of integers cannot hold


def span(kind: str, value: Any, unit: int = 1, prefix: str = "") -> Span:
    """The interval of what is stored that a value stands for.

    `unit` is what one of an amount is in its column; `prefix` is cut from a global id.
    """
    if kind == "moment":
        return instants(str(value))
    if kind == "amount":
        exact = _units(value, unit)
        return ceil(exact), floor(exact)
    if kind == "number" and not Decimal(repr(value)).is_finite():
        raise _out_of_range()
    if kind == "id":
        value = str(value).removeprefix(prefix)
    return value, value


def _units(value: float, unit: int) -> Decimal:
    exact = Decimal(repr(value)) * unit
    if not exact.is_finite() or abs(exact) >= BIGGEST:
        raise _out_of_range()
    return exact


def _out_of_range() -> QueryError:
    return QueryError(
        "Q006", "数值超出范围", "a number is out of range", "检查筛选条件中的数值。", "Check the numbers of the filter."
    )  # fmt: skip


def after(prefix: str) -> str:
    """The first text after all that begin with a prefix; empty where there is none."""
    while prefix:
        last = ord(prefix[-1])
        if last < 0x10FFFF:
            following = 0xE000 if last == 0xD7FF else last + 1
            return prefix[:-1] + chr(following)
        prefix = prefix[:-1]
    return ""


def placed(code: Any, bind: Binding, regions: Regions) -> Condition:
    """All disclosures of a region and what lies below it; raises QueryError Q002 for a code that does not exist."""
    level, places = bind.split(code, partial(_placed, regions))
    match level:
        case "national":
            return All(())
        case "province" | "prefecture":
            return Compare(level, "eq", places)
        case "county" | "county of prefecture":
            low, high, *above = places
            county = [Compare("region", "gte", (low,)), Compare("region", "lt", (high,))]
            return All((*(Compare("prefecture", "eq", (one,)) for one in above), *county))
        case _:
            return Compare("region", "eq", places)


def in_county(condition: Condition | None) -> Condition | None:
    """A condition on disclosures said of a county alone, without its prefecture; None where it is of no county.

    Nor where an index leads to fewer by another equal value. What `placed` says twice serves two indexes: lists are
    walked by the prefecture's, all of a county's disclosures are read by their region.
    """
    if not isinstance(condition, All):
        return None
    if _is_county(condition):
        return All(condition.conditions[1:])
    if any(
        isinstance(one, Compare) and one.column in LEADING and one.operator in ("eq", "in")
        for one in condition.conditions
    ):
        return None
    parts = tuple(All(one.conditions[1:]) if _is_county(one) else one for one in condition.conditions)  # type: ignore[union-attr]
    return None if parts == condition.conditions else All(parts)


def _is_county(condition: Condition) -> bool:
    several = condition.conditions if isinstance(condition, All) else ()
    return [getattr(one, "column", "") for one in several] == _COUNTY


_COUNTY = ["prefecture", "region", "region"]


def _placed(regions: Regions, code: Any) -> tuple[str, tuple[str, ...]]:
    """The level of a region and the codes to compare with."""
    code = str(code)
    known(code, regions)
    level = str(regions.level(code))
    if level == "national":
        return level, ()
    if level != "county":
        return level, (code,)
    prefecture = regions.prefecture(regions.current(code))
    return (
        ("county of prefecture", (code, after(code), prefecture))
        if prefecture
        else (level, (code, after(code)))
    )


def known(code: str, regions: Regions) -> None:
    """Raise QueryError Q002 for a code of a region that does not exist."""
    if regions.get(code) is None:
        raise QueryError(
            "Q002", f"没有这个行政区划代码:{code[:40]}", f"there is no such region: {code[:40]}",
            "代码表见 /codelists/region.csv。", "The codes are in /codelists/region.csv.",
        )  # fmt: skip


def beginning(code: Any, read: str | Member, bind: Binding, regions: Regions) -> Condition:
    """What is read is the code of a region or of what lies below it, by the code's digits.

    Raises QueryError Q002 for a code that does not exist.
    """
    there, places = bind.split(code, partial(_beginning, regions))
    if not there:
        return Compare(read, "isNull", negated=True)
    return All((Compare(read, "gte", places[:1]), Compare(read, "lt", places[1:])))


def _beginning(regions: Regions, code: Any) -> tuple[bool, tuple[str, ...]]:
    code = str(code)
    known(code, regions)
    level = regions.level(code)
    low = code[: {"national": 0, "province": 2, "prefecture": 4, "county": 6}.get(str(level), len(code))]
    return bool(low), (low, after(low)) if low else ()


Group = tuple[tuple[str, int], ...]  # comparisons that all have to hold, and how many values each has


def compared(
    operator: Operator, kind: str, unit: int, prefix: str, spelled: bool, value: Any
) -> tuple[tuple[Group, ...], tuple[Any, ...]]:
    """What an operator asks of the ends of its values' intervals: groups of which one has to hold, and the values.

    `spelled` values are bound as JSON spells them.
    """
    groups, found = _groups(operator, kind, unit, prefix, value)
    values = [orjson.dumps(one).decode() if spelled else one for one in found]
    return tuple(groups), tuple(values)


def _groups(
    operator: Operator, kind: str, unit: int, prefix: str, value: Any
) -> tuple[list[Group], list[Any]]:
    if operator.name == "startsWith":
        low, high = str(value), after(str(value))
        return ([(("gte", 1), ("lt", 1))], [low, high]) if high else ([(("gte", 1),)], [low])
    spans = [span(kind, given, unit, prefix) for given in (value if isinstance(value, list) else [value])]
    if operator.takes == "several":
        if all(low == high for low, high in spans):
            return [(("in", len(spans)),)], [low for low, _ in spans]
        ranges = [one for one in spans if one[0] <= one[1]]
        return [(("gte", 1), ("lte", 1))] * len(ranges), [end for one in ranges for end in one]
    if not operator.parts or (
        operator.takes == "one" and len(operator.parts) > 1 and spans[0][0] == spans[0][1]
    ):
        return [((operator.name, 1),)], [spans[0][0]]  # contains; eq, ne of one value
    low, high = spans[0][0], spans[-1][1]
    ends = [low if end == "low" else high for _, end in operator.parts]
    parts = [(name, 1) for name, _ in operator.parts]
    return [(part,) for part in parts] if operator.name == "ne" else [tuple(parts)], ends


def on_days(operator: str, value: Any) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """What a comparison of the published date says of `recency`, by which lists are walked."""
    days = [date.fromisoformat(one) for one in (value if isinstance(value, list) else [value])]
    if operator in ("ne", "in"):
        return (), ()
    ends: dict[str, int] = {}
    if operator in ("eq", "gt", "gte", "between"):
        ends["gte"] = recencies(days[0], None)[0]
    if operator in ("eq", "lt", "lte", "between"):
        ends["lte"] = recencies(None, days[-1])[1]
    return tuple(ends), tuple(ends.values())
