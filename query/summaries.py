"""The types of statistics and facets, and the fields by which connections have them."""

from collections.abc import Iterator, Sequence

from query.arguments import Argument
from query.measures import DIMENSIONS, MEASURES
from query.objects import Attribute, EnumType, ObjectType, Special
from query.plan import Numbers
from schemas.catalog import Disclosure
from schemas.field import Field

ROWS, GROUPS, BUCKETS = (
    1_000,
    100,
    20,
)  # most groups, and how many of groups and buckets where none are asked for
_DESCRIBED = {
    "amount": "金额:已公开、不是转载的各条。Amounts of what is published and no repost.",
    "lateness": "是否按期公开。Whether it was published in time.",
}
GROUPING = (
    Argument("groupBy", "[StatisticsDimension!]", "按什么分组,至多四项;不给则全部为一组。What to group by, at most four; without it all is one group."),
    Argument("having", "StatisticsHaving", "对各组的条件。A condition on the groups."),
    Argument("orderBy", "[StatisticsOrder!]", "排序,依次为各项;最后总是按各键升序。By these in turn, and at last always by the keys, ascending."),
    Argument("first", "Int", f"取几组(1–{ROWS},默认 {GROUPS});还有没有见 hasMore。How many groups (1–{ROWS}, {GROUPS} by default); hasMore says whether there are more."),
)  # fmt: skip
STATISTICS = (
    Argument("filter", "DisclosureFilter", "筛选条件。Which disclosures."),
    Argument("search", "String", "全文检索。Words that all have to be there."),
    *GROUPING,
)
_FACETS = (
    Argument("of", "[StatisticsDimension!]!", "哪些分面,至多八项。Which facets, at most eight."),
    Argument("first", "Int", f"各取几项(1–{ROWS},默认 {BUCKETS})。How many buckets of each (1–{ROWS}, {BUCKETS} by default)."),
)  # fmt: skip
_NUMBERS = {
    "sum": ("Float", "合计。Sum."),
    "mean": ("Float", "平均,四舍五入。Mean, rounded half up."),
    "minimum": ("Float", "最小。Smallest."),
    "maximum": ("Float", "最大。Largest."),
    "median": ("Float", "中位数,四舍五入。Median, rounded half up."),
    "count": ("Int!", "有此数的个数。How many there are."),
}


def enums() -> Iterator[EnumType]:
    """The dimensions, and what groups can be ordered by."""
    dimensions = tuple((name, one.description) for name, one in DIMENSIONS.items())
    yield EnumType("StatisticsDimension", "分组的依据。What to group by.", dimensions)
    measures = tuple((one.order, one.description) for one in MEASURES.values())
    yield EnumType(
        "StatisticsOrderField", "各组排序的依据:度量,或者分组的键。What to order groups by: a measure or a key.",
        (*measures, *dimensions),
    )  # fmt: skip


def summary_types() -> Iterator[ObjectType]:
    """The types that all statistics share."""
    yield ObjectType("StatisticsKey", "组的一个键。A key of a group.", _key("dimension"))
    for head in ("amount", "lateness"):
        facts = tuple(
            Attribute(one.path[1], _kind(one.unit, one.path[1] in ("count", "judged", "late")), Special(name), one.description)
            for name, one in MEASURES.items()
            if one.path[0] == head
        )  # fmt: skip
        yield ObjectType(f"{head.capitalize()}Statistics", _DESCRIBED[head], facts)
    facts = tuple(Attribute(n, kind, Special(n), text) for n, (kind, text) in _NUMBERS.items())
    yield ObjectType("NumberStatistics", "各条中某个数的统计。About a number of the records.", facts)
    yield from _statistics("", ())
    yield ObjectType(
        "FacetBucket",
        "分面的一项。A value of a facet.",
        (
            Attribute("key", "String", Special("value"), "值;没有的为 null。The value; null where there is none."),
            *_key("")[1:],
            Attribute("count", "Int!", Special("disclosures"), MEASURES["disclosures"].description),
            Attribute("amount", "Float", Special("amount_sum"), MEASURES["amount_sum"].description),
        ),
    )  # fmt: skip
    yield ObjectType(
        "Facet",
        "分面:一个维度的各值,条数多的在前。A facet: the values of one dimension, the most frequent first.",
        (
            Attribute("dimension", "StatisticsDimension!", Special("dimension"), "维度。Dimension."),
            Attribute("buckets", "[FacetBucket!]!", Special("groups"), "各值。The values."),
            Attribute("hasMore", "Boolean!", Special("more"), "还有其他值。There are more values."),
        ),
    )


def typed_summary(disclosure: Disclosure, fields: Sequence[Field]) -> list[ObjectType]:
    """The statistics of a type whose records hold numbers: those with `properties`; none where they do not."""
    name = disclosure.graphql_name
    lots = next((one.fields for one in fields if one.name == "lots"), ())
    own = [_number(one, lots=False) for one in fields if _is_number(one)]
    made = []
    if any(map(_is_number, lots)):
        below = tuple(_number(one, lots=True) for one in lots if _is_number(one))
        made.append(
            ObjectType(f"{name}LotNumbers", f"{disclosure.title}:标段、宗地的数。Numbers of its lots.", below)
        )
        own.append(
            Attribute("lots", f"{name}LotNumbers!", Special("lots"), "各标段、宗地的数。Numbers of the lots.")
        )
    if not own:
        return []
    made.append(
        ObjectType(f"{name}Numbers", f"{disclosure.title}:各条中的数。Numbers of its records.", tuple(own))
    )
    text = "本类型各数的统计;先按小数位数(金额两位,单价四位,其他六位)四舍五入再计算。Numbers of this type, each rounded to its decimals (2 of amounts, 4 of unit prices, 6 of others) first."
    more = (Attribute("properties", f"{name}Numbers!", Special("properties"), text),)
    return [*made, *_statistics(name, more)]


def summarized(statistics: str) -> tuple[Attribute, ...]:
    """The fields of a connection of disclosures, over its whole list."""
    return (
        Attribute("statistics", f"{statistics}!", Special("statistics"), "整个列表(不只本页)的统计。Statistics of the whole list, not only the page.", GROUPING),
        Attribute("facets", "[Facet!]!", Special("facets"), "整个列表(不只本页)的分面。Facets of the whole list, not only the page.", _FACETS),
    )  # fmt: skip


def _statistics(name: str, more: tuple[Attribute, ...]) -> Iterator[ObjectType]:
    single = tuple(
        Attribute(one.path[0], "Int!", Special(column), one.description)
        for column, one in MEASURES.items()
        if len(one.path) == 1
    )
    yield ObjectType(
        f"{name}StatisticsGroup",
        "一组公开信息。A group of disclosures.",
        (
            Attribute("keys", "[StatisticsKey!]!", Special("keys"), "组的各键,按 groupBy 的顺序。Its keys in the order of groupBy."),
            *single,
            *(Attribute(h, f"{h.capitalize()}Statistics!", Special(h), text) for h, text in _DESCRIBED.items()),
            *more,
        ),
    )  # fmt: skip
    yield ObjectType(
        f"{name}Statistics",
        "统计:各组。Statistics: groups.",
        (
            Attribute("groups", f"[{name}StatisticsGroup!]!", Special("groups"), "各组。The groups."),
            Attribute("hasMore", "Boolean!", Special("more"), "还有其他组。There are more groups."),
        ),
    )


def _key(dimension: str) -> tuple[Attribute, ...]:
    first = Attribute("dimension", "StatisticsDimension!", Special("dimension"), "维度。Dimension.")
    value = Attribute(
        "value", "String", Special("value"), "值;没有的为 null。The value; null where there is none."
    )
    return (
        *((first, value) if dimension else (value,)),
        Attribute("title", "String", Special("title"), "名称。Title."),
        Attribute("titleEn", "String", Special("titleEn"), "英文名称。English title."),
    )  # fmt: skip


def _kind(unit: int, always: bool) -> str:
    return "Int!" if always else "Int" if unit == 1 else "Float"


def _is_number(field: Field) -> bool:
    return not field.many and (field.kind in ("number", "integer") or field.is_money)


def _number(field: Field, *, lots: bool) -> Attribute:
    digits = (4 if field.definition == "unitPrice" else 2) if field.is_money else 6
    unit = f"(单位 unit: {field.unit})" if field.unit else "(元 yuan)" if field.is_money else ""
    return Attribute(
        field.name, "NumberStatistics!", Numbers(field.names or (field.name,), digits, field.is_money, lots),
        f"{field.title}{unit}。{field.title_en}.", deprecated=field.deprecated,
    )  # fmt: skip
