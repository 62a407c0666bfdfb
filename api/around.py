"""How lists around an organization and lists of items are planned: from their arguments to what their rows are made of."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from query.binding import Binding
from query.plan import Condition, Grouping, Order, Standing
from query.products import unbounded_prices
from query.relations import RELATIONS
from schemas.sides import Sides
from store.identity import recencies

Arguments = Mapping[str, Any]
_PLAIN = ("eq", "gt", "gte", "lt", "lte")  # operators of dates that say between which days
_INNER = ("item.suppliers",)  # relations of a table that name roles


def grouping(
    relation: str, arguments: Arguments, sides: Sides, where: Condition | None, bind: Binding, rollups: bool
) -> Grouping | None:
    """The grouping of a list of an organization's profile; None for any other list.

    Without a filter its figures may be those that are kept, where there are `rollups`.
    """
    if not RELATIONS[relation].rows or not relation.startswith("organization."):
        return None
    wanted = (arguments.get("filter") or {}).get("publishedDate") or {}
    days = {name: wanted[name] for name in _PLAIN if wanted.get(name) is not None}
    span = bind.split(days, _span)[1] if days else ()
    return Grouping(where, sides.takers, sides.bidders, sides.pairs(), span, rollups and where is None)


def inner_grouping(relation: str, around: Grouping | None, sides: Sides) -> Grouping | None:
    """The grouping of rows: for those in a group it is that of the list around them."""
    if RELATIONS[relation].rows:
        return around
    return Grouping(takers=sides.takers) if relation in _INNER else None


def standing(relation: str, arguments: Arguments, sides: Sides, bind: Binding) -> Standing | None:
    """In which role the organization has to stand; None where any will do."""
    if relation == "organization.creditRecords":
        return Standing(roles=sides.subjects)
    role = arguments.get("role")
    return None if role is None else Standing(bind(role))


def leading(relation: str, arguments: Arguments, orders: tuple[Order, ...]) -> str:
    """Which table a list of items is read from: words are found in disclosures, names and prices in items."""
    if relation != "item":
        return ""
    if arguments.get("search") is not None:
        return "disclosure"
    if set(arguments.get("filter") or ()) - {"disclosure"}:
        return "item"
    return "disclosure" if orders[0].key == "recency" else ""


def assert_bounded(
    relation: str, fields: set[str], where: Condition | None, orders: tuple[Order, ...]
) -> None:
    """Raise QueryError Q051 for what would have to read every item there is."""
    if (
        relation == "item"
        and where is None
        and ("prices" in fields or orders[0].key not in ("recency", "published_date"))
    ):
        raise unbounded_prices()


def _span(days: Mapping[str, str]) -> tuple[str, tuple[int, int]]:
    """Between which recencies lies what operators of dates let through."""
    given = {name: date.fromisoformat(day) for name, day in days.items()}
    firsts = [given[name] for name in ("eq", "gt", "gte") if name in given]
    lasts = [given[name] for name in ("eq", "lt", "lte") if name in given]
    return "span", recencies(max(firsts, default=None), min(lasts, default=None))
