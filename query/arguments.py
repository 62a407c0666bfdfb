"""Arguments and inputs: which filters there are, the operators of each kind, and the columns they compare.

Three tables: OPERATORS (kind of value → operators), FILTERS (input type → its fields) and ORDERS.
"""

from dataclasses import dataclass
from types import MappingProxyType

from query.measures import MEASURES


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a field or a field of an input; `type` is in GraphQL's notation."""

    name: str
    type: str
    description: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class FilterField:
    """A field of a filter: its operator input and what it compares.

    `relation` says that the comparison is made on a related row, which has to exist; `unit` is what one unit of the
    value is in the column (fen for a yuan: 100); `prefix` is cut from a global id.
    """

    name: str
    input: str
    column: str
    description: str
    relation: str = ""
    unit: int = 1
    prefix: str = ""


_EQUAL = ("eq", "ne", "in")
_RANGE = ("eq", "ne", "lt", "lte", "gt", "gte", "in")

# input type → (type of the value, operators besides isNull)
OPERATORS: MappingProxyType[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "StringFilter": ("String", (*_EQUAL, "contains")),
        "IdFilter": ("ID", _EQUAL),
        "DateFilter": ("Date", _RANGE),
        "IntFilter": ("Int", _RANGE),
        "AmountFilter": ("Float", _RANGE),
        "RegionFilter": ("String", (*_EQUAL, "within")),
        "DomainFilter": ("Domain", _EQUAL),
        "StageFilter": ("Stage", _EQUAL),
        "LevelFilter": ("Level", _EQUAL),
        "OutcomeFilter": ("Outcome", _EQUAL),
        "PartyRoleFilter": ("PartyRole", _EQUAL),
    }
)

FILTERS: MappingProxyType[str, tuple[FilterField, ...]] = MappingProxyType(
    {
        "DisclosureFilter": (
            FilterField("type", "StringFilter", "type", "类型的路径,例如 land/grant-result。Path of the type."),
            FilterField("domain", "DomainFilter", "domain", "领域。Domain."),
            FilterField("stage", "StageFilter", "stage", "环节。Stage."),
            FilterField("level", "LevelFilter", "level", "公开主体的层级。The publisher's level."),
            FilterField("region", "RegionFilter", "region", "行政区划;within 含其下级。Region; `within` takes in all below it."),
            FilterField("publisher", "IdFilter", "publisher_id", "公开主体的标识。The publisher's id.", prefix="publisher:"),
            FilterField("publishedDate", "DateFilter", "published_date", "发布日期。Published date."),
            FilterField("formedDate", "DateFilter", "formed_date", "形成日期。Formed date."),
            FilterField("dueOn", "DateFilter", "due_on", "应公开的最后日期。The last day in time."),
            FilterField("daysLate", "IntFilter", "days_late", "迟公开的天数,大于 0 为逾期。Days late; above 0 is late."),
            FilterField("amount", "AmountFilter", "amount_fen", "金额(元)。Amount in yuan.", unit=100),
            FilterField("title", "StringFilter", "title", "标题。Title."),
            FilterField("localId", "StringFilter", "local_id", "本地编号。The publisher's own identifier."),
            FilterField("outcome", "OutcomeFilter", "outcome", "结果。Outcome."),
            FilterField("organization", "PartyFilter", "", "有这样的当事人。Has such a party.", relation="disclosure.parties"),
            FilterField("process", "IdFilter", "id", "所属过程的标识。The process's id.", relation="disclosure.processes", prefix="process:"),
        ),
        "PartyFilter": (
            FilterField("id", "IdFilter", "organization_id", "单位的标识。The organization's id.", prefix="organization:"),
            FilterField("uscc", "StringFilter", "uscc", "统一社会信用代码。Unified social credit code.", relation="party.organization"),
            FilterField("name", "StringFilter", "name", "名称,按本条信息所写。Name, as the disclosure writes it."),
            FilterField("role", "PartyRoleFilter", "role", "身份。Role."),
        ),
        "OrganizationFilter": (
            FilterField("uscc", "StringFilter", "uscc", "统一社会信用代码。Unified social credit code."),
            FilterField("name", "StringFilter", "name", "名称;同名不等于同一单位。Name; the same name need not be the same organization."),
        ),
        "ItemsFilter": (
            FilterField("name", "StringFilter", "name", "名称。Name."),
            FilterField("specification", "StringFilter", "specification", "规格型号。Specification."),
            FilterField("unit", "StringFilter", "unit", "计量单位。Unit."),
            FilterField("price", "AmountFilter", "unit_price", "单价(元)。Unit price in yuan.", unit=10_000),
            FilterField("quantity", "AmountFilter", "quantity", "数量。Quantity."),
            FilterField("amount", "AmountFilter", "amount_fen", "金额(元)。Amount in yuan.", unit=100),
            FilterField("disclosure", "DisclosureFilter", "", "所在的公开信息。The disclosure it stands in.", relation="item.disclosure"),
        ),
        "PublisherFilter": (
            FilterField("uscc", "StringFilter", "uscc", "统一社会信用代码。Unified social credit code."),
            FilterField("name", "StringFilter", "name", "名称。Name."),
            FilterField("region", "StringFilter", "region", "行政区划代码。Region code."),
            FilterField("level", "LevelFilter", "level", "层级。Level."),
        ),
        "ChangeFilter": (
            FilterField("disclosure", "DisclosureFilter", "", "公开信息现在的样子。The disclosure as it is now.", relation="change.disclosed"),
        ),
        "StatisticsHaving": tuple(
            FilterField(one.having, "IntFilter" if one.unit == 1 else "AmountFilter", name, one.description, unit=one.unit)
            for name, one in MEASURES.items()
        ),
        "RegionsFilter": (
            FilterField("level", "LevelFilter", "level", "层级。Level."),
            FilterField("parent", "StringFilter", "parent", "上级的代码。The parent's code."),
            FilterField("title", "StringFilter", "title", "名称。Name."),
        ),
    }
)  # fmt: skip

# DisclosureOrderField → column; PUBLISHED_DATE is the column `recency` when it runs newest first.
ORDERS: MappingProxyType[str, tuple[str, str]] = MappingProxyType(
    {
        "PUBLISHED_DATE": ("published_date", "发布日期。Published date."),
        "AMOUNT": ("amount_fen", "金额。Amount."),
        "DUE_ON": ("due_on", "应公开的最后日期。The last day in time."),
        "DAYS_LATE": ("days_late", "迟公开的天数。Days late."),
        "STAGE": ("stage_rank", "环节的先后。The order of the stages."),
        "RELEVANCE": ("relevance", "与 search 的相关程度。How well it fits `search`, see docs/search.md."),
    }
)

PAGING = (
    Argument("first", "Int", "从头取几条(1–100,默认 20)。How many from the start (1–100, 20 by default)."),
    Argument("after", "String", "从这个游标之后开始。Begin after this cursor."),
    Argument("last", "Int", "从尾取几条(1–100)。How many from the end (1–100)."),
    Argument("before", "String", "到这个游标之前为止。End before this cursor."),
)
SEARCH = Argument(
    "search",
    "String",
    "全文检索:词之间以空格分开,全部出现才算;“短语”、前缀*、-排除。简体、繁体通用。"
    'Words that all have to be there; "a phrase", prefix*, -excluded; simplified and traditional alike.',
)
DISCLOSURE_ARGUMENTS = (
    Argument("filter", "DisclosureFilter", "筛选条件。Which disclosures."),
    SEARCH,
    Argument("orderBy", "DisclosureOrder", "排序,默认最新的在前。Order; the newest first by default."),
    *PAGING,
)


def filtered(filter_type: str) -> tuple[Argument, ...]:
    """The arguments of a connection with a filter of its own."""
    return (Argument("filter", filter_type, "筛选条件。Which ones."), SEARCH, *PAGING)


def paged(*others: Argument) -> tuple[Argument, ...]:
    """The arguments of a connection without a filter, after others."""
    return (*others, *PAGING)
