"""Arguments and inputs: the filters and orders that do not come from schemas.

Two tables: FILTERS (input type → its fields) and ORDERS (input type → what can be ordered by). The operators are
those of `query.operators`; `query.inputs` adds what comes from the catalog.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from query.measures import MEASURES
from query.plan import Member

INDEXED = "(有索引 indexed)"


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a field or a field of an input; `type` is in GraphQL's notation."""

    name: str
    type: str
    description: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class FilterField:
    """A field of a filter: its input and what it is about.

    `input` names operators (`query.operators.COMPARISONS`) or another filter. `column` is what is compared; `relation`
    leads to related rows that meet the condition; `names` are those of a property of the document at hand. `unit` is
    what one unit of the value is in the column (fen for a yuan: 100); `prefix` is cut from a global id. `placed` says
    that beside the code of a region stand those of its prefecture and province.
    """

    name: str
    input: str
    column: str
    description: str
    relation: str = ""
    unit: int = 1
    prefix: str = ""
    names: tuple[str, ...] = ()
    placed: bool = False


@dataclass(frozen=True, slots=True)
class FilterType:
    """A filter input: conditions on one thing, on the things of a list (`element` is their filter), or their count."""

    name: str
    description: str
    fields: tuple[FilterField, ...] = ()
    of: Literal["object", "list", "count"] = "object"
    element: str = ""
    nullable: bool = False  # whether the thing itself may be absent, and `isNull` asks so


@dataclass(frozen=True, slots=True)
class OrderField:
    """What a list can be ordered by: a column, or a leaf of the document under that key."""

    name: str
    key: str
    description: str
    member: Member | None = None


def listed(element: str) -> str:
    """The name of the filter of a list by that of its elements' filter: `PartyFilter` → `PartyListFilter`."""
    return f"{element.removesuffix('Filter')}ListFilter"


def counted(element: str) -> str:
    """The name of the filter that counts elements: `PartyFilter` → `PartyCountFilter`."""
    return f"{element.removesuffix('Filter')}CountFilter"


_USCC = FilterField("uscc", "StringFilter", "uscc", f"统一社会信用代码{INDEXED}。Unified social credit code.")
_LEVEL = FilterField("level", "LevelFilter", "level", "层级。Level.")


def _disclosures(relation: str) -> FilterField:
    return FilterField(
        "disclosures", listed("DisclosureFilter"), "", "它的公开信息。Its disclosures.", relation=f"{relation}.disclosures"
    )  # fmt: skip


FILTERS: MappingProxyType[str, tuple[FilterField, ...]] = MappingProxyType(
    {
        "DisclosureFilter": (
            FilterField("id", "IdFilter", "id", f"标识{INDEXED}。Identifier."),
            FilterField("type", "StringFilter", "type", f"类型的路径{INDEXED},例如 land/grant-result。Path of the type."),
            FilterField("schemaVersion", "StringFilter", "schema_version", "所依据的模式版本。Version of its schema."),
            FilterField("domain", "DomainFilter", "domain", f"领域{INDEXED}。Domain."),
            FilterField("stage", "StageFilter", "stage", "环节。Stage."),
            FilterField("level", "LevelFilter", "level", "公开主体的层级。The publisher's level."),
            FilterField("region", "RegionFilter", "region", f"行政区划{INDEXED};within 含其下级。Region; `within` takes in all below it.", placed=True),
            FilterField("publishedDate", "DateFilter", "published_date", f"发布日期{INDEXED}。Published date."),
            FilterField("formedDate", "DateFilter", "formed_date", "形成日期。Formed date."),
            FilterField("dueOn", "DateFilter", "due_on", f"应公开的最后日期{INDEXED}。The last day in time."),
            FilterField("daysLate", "IntFilter", "days_late", f"迟公开的天数,大于 0 为逾期{INDEXED}。Days late; above 0 is late."),
            FilterField("amount", "AmountFilter", "amount_fen", f"金额(元){INDEXED}。Amount in yuan.", unit=100),
            FilterField("title", "StringFilter", "title", "标题。Title."),
            FilterField("localId", "StringFilter", "local_id", f"本地编号{INDEXED}。The publisher's own identifier."),
            FilterField("outcome", "OutcomeFilter", "outcome", "结果。Outcome."),
            FilterField("sourceUrl", "StringFilter", "source_url", "原文网址。Source address."),
            FilterField("status", "StringFilter", "status", "published 已公开,withdrawn 已撤回。Published or withdrawn."),
            FilterField("revision", "IntFilter", "revision", "第几次修订,1 为首次。Number of the revision, 1 the first."),
            FilterField("publisher", "PublisherFilter", "", f"公开主体{INDEXED}。Publisher.", relation="disclosure.publisher"),
            FilterField("organization", "PartyFilter", "", f"有这样的当事人,同 parties.some{INDEXED}。Has such a party, like parties.some.", relation="disclosure.parties"),
            FilterField("parties", "PartyListFilter", "", "当事人。Parties.", relation="disclosure.parties"),
            FilterField("process", "ProcessFilter", "", f"属于这样的过程{INDEXED}。Belongs to such a process.", relation="disclosure.processes"),
            FilterField("lots", "LotListFilter", "", "标段、宗地等。Lots, parcels.", relation="disclosure.lots"),
            FilterField("items", "ItemListFilter", "", "标的。Items.", relation="disclosure.items"),
        ),
        "PartyFilter": (
            FilterField("id", "IdFilter", "organization_id", f"单位的标识{INDEXED}。The organization's id.", prefix="organization:"),
            FilterField("uscc", "StringFilter", "uscc", f"统一社会信用代码{INDEXED}。Unified social credit code.", relation="party.organization"),
            FilterField("name", "StringFilter", "name", "名称,按本条信息所写。Name, as the disclosure writes it."),
            FilterField("role", "PartyRoleFilter", "role", "身份。Role."),
            FilterField("rank", "IntFilter", "rank", "名次。Rank."),
            FilterField("amount", "AmountFilter", "amount_fen", "报价、价款(元)。Offer or price in yuan.", unit=100),
            FilterField("organization", "OrganizationFilter", "", "单位。Organization.", relation="party.organization"),
            FilterField("lot", "LotFilter", "", "所属标段。The lot it belongs to.", relation="party.lot"),
        ),
        "LotFilter": (
            FilterField("number", "StringFilter", "number", "编号。Number."),
            FilterField("title", "StringFilter", "title", "名称。Title."),
            FilterField("location", "StringFilter", "location", "位置。Location."),
            FilterField("area", "FloatFilter", "area", "面积(平方米)。Area in square metres."),
            FilterField("amount", "AmountFilter", "amount_fen", "金额(元)。Amount in yuan.", unit=100),
            FilterField("outcome", "OutcomeFilter", "outcome", "结果。Outcome."),
        ),
        "ItemFilter": (
            FilterField("name", "StringFilter", "name", "名称。Name."),
            FilterField("specification", "StringFilter", "specification", "规格型号。Specification."),
            FilterField("quantity", "FloatFilter", "quantity", "数量。Quantity."),
            FilterField("unit", "StringFilter", "unit", "计量单位。Unit."),
            FilterField("price", "AmountFilter", "unit_price", "单价(元)。Unit price in yuan.", unit=10_000),
            FilterField("amount", "AmountFilter", "amount_fen", "金额(元)。Amount in yuan.", unit=100),
        ),
        "OrganizationFilter": (
            FilterField("id", "IdFilter", "id", f"标识{INDEXED}。Identifier.", prefix="organization:"),
            _USCC,
            FilterField("name", "StringFilter", "name", f"名称;同名不等于同一单位{INDEXED}。Name; the same name need not be the same organization."),
            _disclosures("organization"),
        ),
        "ProcessFilter": (
            FilterField("id", "IdFilter", "id", f"标识{INDEXED}。Identifier.", prefix="process:"),
            FilterField("number", "StringFilter", "number", f"公开主体给的编号{INDEXED}。The publisher's identifier."),
            FilterField("title", "StringFilter", "title", "名称。Title."),
            FilterField("publisher", "PublisherFilter", "", "公开主体。Publisher.", relation="process.publisher"),
            _disclosures("process"),
        ),
        "ItemsFilter": (
            FilterField("name", "StringFilter", "name", "名称。Name."),
            FilterField("specification", "StringFilter", "specification", "规格型号。Specification."),
            FilterField("unit", "StringFilter", "unit", "计量单位。Unit."),
            FilterField("price", "AmountFilter", "unit_price", "单价(元)。Unit price in yuan.", unit=10_000),
            FilterField("quantity", "FloatFilter", "quantity", "数量。Quantity."),
            FilterField("amount", "AmountFilter", "amount_fen", "金额(元)。Amount in yuan.", unit=100),
            FilterField("disclosure", "DisclosureFilter", "", "所在的公开信息。The disclosure it stands in.", relation="item.disclosure"),
        ),
        "PublisherFilter": (
            FilterField("id", "IdFilter", "id", f"标识{INDEXED}。Identifier.", prefix="publisher:"),
            replace(_USCC, description="统一社会信用代码。Unified social credit code."),
            FilterField("name", "StringFilter", "name", "名称。Name."),
            FilterField("region", "RegionFilter", "region", "行政区划代码。Region code."),
            _LEVEL,
            _disclosures("publisher"),
        ),
        "ChangeFilter": (
            FilterField("disclosure", "DisclosureFilter", "", "公开信息现在的样子。The disclosure as it is now.", relation="change.disclosed"),
        ),
        "StatisticsHaving": tuple(
            FilterField(one.having, "IntFilter" if one.unit == 1 else "AmountFilter", name, one.description, unit=one.unit)
            for name, one in MEASURES.items()
        ),
        "RegionsFilter": (
            FilterField("code", "StringFilter", "code", f"代码{INDEXED}。Code."),
            _LEVEL,
            FilterField("parent", "StringFilter", "parent", f"上级的代码{INDEXED}。The parent's code."),
            FilterField("title", "StringFilter", "title", "名称。Name."),
            FilterField("titleEn", "StringFilter", "title_en", "英文名称。English name."),
            FilterField("validFrom", "StringFilter", "valid_from", "启用时间。Valid from."),
            FilterField("validTo", "StringFilter", "valid_to", "停用时间。Valid to."),
            FilterField("successor", "StringFilter", "successor", "停用后的代码。The code that replaced it."),
        ),
    }
)  # fmt: skip

# Input type → what a list can be ordered by. PUBLISHED_DATE is the column `recency` when it runs newest first.
ORDERS: MappingProxyType[str, tuple[OrderField, ...]] = MappingProxyType(
    {
        "DisclosureOrder": (
            OrderField("PUBLISHED_DATE", "published_date", f"发布日期{INDEXED}。Published date."),
            OrderField("AMOUNT", "amount_fen", f"金额{INDEXED}。Amount."),
            OrderField("DUE_ON", "due_on", f"应公开的最后日期{INDEXED}。The last day in time."),
            OrderField("DAYS_LATE", "days_late", f"迟公开的天数{INDEXED}。Days late."),
            OrderField("STAGE", "stage_rank", "环节的先后。The order of the stages."),
            OrderField("FORMED_DATE", "formed_date", "形成日期。Formed date."),
            OrderField("TITLE", "title", "标题。Title."),
            OrderField("LOCAL_ID", "local_id", "本地编号。The publisher's own identifier."),
            OrderField("TYPE", "type", "类型的路径。Path of the type."),
            OrderField("DOMAIN", "domain", "领域的代码。Code of the domain."),
            OrderField("LEVEL", "level", "层级的代码。Code of the level."),
            OrderField("REGION", "region", "行政区划代码。Region code."),
            OrderField("OUTCOME", "outcome", "结果的代码。Code of the outcome."),
            OrderField("REVISION", "revision", "第几次修订。Number of the revision."),
            OrderField(
                "RELEVANCE",
                "relevance",
                "与 search 的相关程度。How well it fits `search`, see docs/search.md.",
            ),
        ),
        "OrganizationOrder": (
            OrderField("NAME", "name", f"名称{INDEXED}。Name."),
            OrderField("USCC", "uscc", f"统一社会信用代码{INDEXED}。Unified social credit code."),
        ),
        "ProcessOrder": (
            OrderField("NUMBER", "number", f"编号{INDEXED}。Number."),
            OrderField("TITLE", "title", "名称。Title."),
        ),
        "PublisherOrder": (
            OrderField("NAME", "name", "名称。Name."),
            OrderField("USCC", "uscc", "统一社会信用代码。Unified social credit code."),
            OrderField("REGION", "region", "行政区划代码。Region code."),
            OrderField("LEVEL", "level", "层级的代码。Code of the level."),
        ),
        "RegionOrder": (
            OrderField("CODE", "code", f"代码{INDEXED}。Code."),
            OrderField("TITLE", "title", "名称。Name."),
            OrderField("LEVEL", "level", "层级的代码。Code of the level."),
        ),
        "SumsOrder": (
            OrderField("DISCLOSURES", "disclosures", "条数。How many disclosures."),
            OrderField("AMOUNT", "amount_fen", "金额。Amount."),
            OrderField("FIRST_DATE", "first_date", "最早的日期。The first date."),
            OrderField("LAST_DATE", "last_date", "最近的日期。The last date."),
        ),
        "ItemsOrder": (
            OrderField("PRICE", "unit_price", "单价。Unit price."),
            OrderField("AMOUNT", "amount_fen", "金额。Amount."),
            OrderField("PUBLISHED_DATE", "published_date", "发布日期。Published date."),
        ),
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


def disclosure_arguments(name: str) -> tuple[Argument, ...]:
    """The arguments of a list of disclosures, by the name of its type: `Disclosure`, `LandGrantResult`."""
    filtered_, search, ordered, *paging = filtered(name)
    newest = replace(
        ordered, description="排序,可有几项,默认最新的在前。Orders, one or several; newest first by default."
    )
    return (filtered_, search, newest, *paging)


def filtered(name: str) -> tuple[Argument, ...]:
    """The arguments of a connection with a filter and an order of its own, by the name of its type."""
    return (
        Argument("filter", filter_of(name), "筛选条件。Which ones."),
        SEARCH,
        Argument("orderBy", f"[{name}Order!]", "排序,可有几项。Orders, one or several."),
        *PAGING,
    )


def paged(*others: Argument) -> tuple[Argument, ...]:
    """The arguments of a connection without a filter, after others."""
    return (*others, *PAGING)


def filter_of(name: str) -> str:
    """The filter of a type's lists; that of a region's code is another."""
    return {"Region": "RegionsFilter", "Item": "ItemsFilter"}.get(name, f"{name}Filter")
