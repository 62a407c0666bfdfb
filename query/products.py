"""Line items across domains: the list of them, and their unit prices by unit."""

from collections.abc import Iterator
from dataclasses import replace

from query.arguments import PAGING, Argument
from query.errors import QueryError
from query.objects import NOTHING, Attribute, Connected, ObjectType, connection, connection_types
from query.plan import Column, Many, One


def item_attributes() -> tuple[Attribute, ...]:
    """The fields of `Item` that lead out of it."""
    return (
        Attribute("disclosure", "Disclosure!", One("item.disclosure", NOTHING), "所在的公开信息。The disclosure it stands in."),
        Attribute("lot", "Lot", One("item.lot", NOTHING), "所属标段。The lot it belongs to."),
        Attribute("suppliers", "[Party!]!", Many("item.suppliers", NOTHING), "取得它所在标段(或整条)的一方:成交供应商、受让人等。Who got its lot, or the disclosure's: suppliers, transferees."),
    )  # fmt: skip


def item_connection() -> Iterator[ObjectType]:
    """The connection of items, with the figures of all of its items."""
    prices = connection(
        "prices", "PriceSummary", Connected("item.prices", (("items", True),)),
        "全部符合条件的标的的单价,按计量单位;要有 filter 或者 search。The unit prices of all items of the list, by unit; filter or search has to be given.",
        PAGING,
    )  # fmt: skip
    edge, page = connection_types("Item")
    yield edge
    yield replace(page, attributes=(*page.attributes, prices))
    yield ObjectType(
        "PriceSummary",
        "一种计量单位的单价(元,人民币)。The unit prices of one unit, in yuan.",
        (
            Attribute("unit", "String", Column("unit"), "计量单位,按原文。The unit, as written."),
            Attribute("items", "Int!", Column("items"), "有单价的标的数。How many items have a unit price."),
            Attribute("minimum", "Float!", Column("minimum", "price"), "最低。The lowest."),
            Attribute("median", "Float!", Column("median", "half"), "中位数。The median."),
            Attribute("mean", "Float!", Column("mean", "price"), "平均,四舍五入到万分之一元。The mean, rounded to 1/10,000 yuan."),
            Attribute("maximum", "Float!", Column("maximum", "price"), "最高。The highest."),
        ),
    )  # fmt: skip
    yield from connection_types("PriceSummary")


def items_attribute() -> Attribute:
    """`Query.items`."""
    return connection(
        "items", "Item", Connected("item"), "跨领域的标的,最新的在前。Line items of all domains, the newest first.",
        (
            Argument("filter", "ItemsFilter", "筛选条件。Which ones."),
            Argument("search", "String", "所在的公开信息里要有的词,以空格分开。Words that its disclosure has to hold."),
            Argument("orderBy", "ItemsOrder", "排序,默认最新的在前。Order; the newest first by default."),
            *PAGING,
        ),
    )  # fmt: skip


def unbounded_prices() -> QueryError:
    """Prices of everything that was ever bought say nothing, and cost the most."""
    return QueryError(
        "Q051", "prices 以及按单价、金额的排序要有筛选条件", "prices, and an order by price or amount, need a condition",
        "给 items 加 filter 或者 search。", "Give items a filter or a search.",
    )  # fmt: skip
