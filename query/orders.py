"""The orders of lists that are not of disclosures: what can be chosen, and the column it means."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from query.page import orders_of
from query.plan import Order
from query.relations import TIES

# input type → (description, field → (column, description)). PUBLISHED_DATE is `recency` when it runs newest first.
ORDER_INPUTS: MappingProxyType[str, tuple[str, MappingProxyType[str, tuple[str, str]]]] = MappingProxyType(
    {
        "SumsOrder": (
            "合计的排序。An order of figures.",
            MappingProxyType(
                {
                    "DISCLOSURES": ("disclosures", "条数。How many disclosures."),
                    "AMOUNT": ("amount_fen", "金额。Amount."),
                    "FIRST_DATE": ("first_date", "最早的日期。The first date."),
                    "LAST_DATE": ("last_date", "最近的日期。The last date."),
                }
            ),
        ),
        "ItemsOrder": (
            "标的的排序。An order of items.",
            MappingProxyType(
                {
                    "PRICE": ("unit_price", "单价。Unit price."),
                    "AMOUNT": ("amount_fen", "金额。Amount."),
                    "PUBLISHED_DATE": ("published_date", "发布日期。Published date."),
                }
            ),
        ),
    }
)


def chosen(
    table: str, wanted: Mapping[str, Any] | None, default: Sequence[tuple[str, bool]]
) -> tuple[Order, ...]:
    """The keys of an order of `ORDER_INPUTS`, ties included."""
    if wanted is None:
        return orders_of(table, tuple(Order(key, descending) for key, descending in default))
    columns = {name: column for _, fields in ORDER_INPUTS.values() for name, (column, _) in fields.items()}
    column, descending = columns[wanted["field"]], (wanted.get("direction") or "DESC") == "DESC"
    if column == "published_date" and descending and "recency" in TIES[table]:
        return orders_of(table, ())
    return orders_of(table, (Order(column, descending),))
