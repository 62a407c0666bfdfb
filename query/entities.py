"""The types that do not come from schemas: the interface, the entities of the store, and the root."""

from collections.abc import Iterator

from query.arguments import Argument, filtered, paged
from query.entries import (
    DISCLOSURE_FIELDS,
    PROCESS_FIELDS,
    PUBLISHER_FIELDS,
    REGION_FIELDS,
    VALID_AT,
    changes_of,
    entry_types,
)
from query.objects import NOTHING, Attribute, Connected, ObjectType, Special, connection, connection_types
from query.organizations import match_attribute, organization_types, profile_attributes
from query.plan import Column, Many, One, PageFact
from query.products import item_attributes, item_connection, items_attribute
from query.summaries import STATISTICS, summarized, summary_types
from schemas.catalog import Catalog

NODE = "有全局标识的对象。An object with a global id."


def entity_types(catalog: Catalog) -> Iterator[ObjectType]:
    """All hand-written types; the interfaces get their last fields from the catalog."""
    yield ObjectType(
        "Node", NODE, (Attribute("id", "ID!", Column("id"), "全局标识。Global id."),), abstract=True
    )
    yield _disclosure(catalog)
    yield _lot()
    yield _item()
    yield from item_connection()
    yield _party()
    yield _organization()
    yield from organization_types()
    yield _process()
    yield _publisher()
    yield _region()
    yield _revision()
    yield _disclosure_type()
    yield from entry_types()
    yield ObjectType(
        "PageInfo",
        "一页的首尾和前后。Where a page begins and ends, and whether there is more.",
        (
            Attribute(
                "hasNextPage", "Boolean!", PageFact("hasNextPage"), "后面还有。There is more after it."
            ),
            Attribute(
                "hasPreviousPage",
                "Boolean!",
                PageFact("hasPreviousPage"),
                "前面还有。There is more before it.",
            ),
            Attribute("startCursor", "String", PageFact("startCursor"), "首条的游标。Cursor of the first."),
            Attribute("endCursor", "String", PageFact("endCursor"), "末条的游标。Cursor of the last."),
        ),
    )
    for name in (
        "Disclosure",
        "Organization",
        "Process",
        "Publisher",
        "Region",
        "Change",
        "DisclosureSnapshot",
    ):
        if name == "Disclosure":
            yield from connection_types(name, summarized("Statistics"), searched=True)
        else:
            yield from connection_types(name)
    yield from summary_types()
    yield from _highlight()
    yield _query(catalog)
    yield _subscription()


def _disclosure(catalog: Catalog) -> ObjectType:
    return ObjectType(
        "Disclosure",
        "一条公开信息;各类型都有这些字段。lots、items、parties、processes、revisions 是列表,以一条信息为限,不分页。"
        "A disclosure; every type has these fields. Its lots, items, parties, processes and revisions are plain lists:"
        " one disclosure bounds them.",
        (
            Attribute("id", "ID!", Column("id"), "标识。Identifier."),
            Attribute("type", "String!", Column("type"), "类型的路径。Path of the type."),
            Attribute("schemaVersion", "String!", Column("schema_version"), "所依据的模式版本。Version of its schema."),
            Attribute("domain", "Domain!", Column("domain"), "领域。Domain."),
            Attribute("stage", "Stage!", Column("stage"), "环节。Stage."),
            Attribute("level", "Level", Column("level"), "公开主体的层级。The publisher's level."),
            Attribute("localId", "String", Column("local_id"), "公开主体自己的编号。The publisher's own identifier."),
            Attribute("title", "String!", Column("title"), "标题。Title."),
            Attribute("formedDate", "Date", Column("formed_date"), "形成日期。Formed date."),
            Attribute("publishedDate", "Date", Column("published_date"), "发布日期。Published date."),
            Attribute("dueOn", "Date", Column("due_on"), "按期限应公开的最后日期;无从计算为 null。The last day in time; null is unknown."),
            Attribute("daysLate", "Int", Column("days_late"), "迟公开的天数,0 和负数为按时。Days late; 0 and less is in time."),
            Attribute("amount", "Float", Column("amount_fen", "yuan"), "金额(元)。Amount in yuan."),
            Attribute("outcome", "Outcome", Column("outcome"), "结果。Outcome."),
            Attribute("sourceUrl", "String", Column("source_url"), "原文网址。Source address."),
            Attribute("status", "String!", Column("status"), "状态:published 已公开,withdrawn 已撤回。Status: published or withdrawn."),
            Attribute("revision", "Int!", Column("revision"), "第几次修订,1 为首次。Number of the revision, 1 the first."),
            Attribute("publisher", "Publisher!", One("disclosure.publisher", NOTHING), "公开主体。Publisher."),
            Attribute("region", "Region", One("disclosure.region", NOTHING), "行政区划。Region."),
            Attribute("lots", "[Lot!]!", Many("disclosure.lots", NOTHING), "标段、宗地等。Lots, parcels."),
            Attribute("items", "[Item!]!", Many("disclosure.items", NOTHING), "标的。Items."),
            Attribute("parties", "[Party!]!", Many("disclosure.parties", NOTHING), "当事人。Parties."),
            Attribute("processes", "[Process!]!", Many("disclosure.processes", NOTHING), "所属过程。The processes it belongs to."),
            Attribute("revisions", "[Revision!]!", Many("disclosure.revisions", NOTHING), "以前的各次修订。Earlier revisions."),
            *DISCLOSURE_FIELDS,
        ),
        implements=("Node",),
        by_type=tuple((disclosure.type, disclosure.graphql_name) for disclosure in catalog.types.values()),
        abstract=True,
    )  # fmt: skip


def _lot() -> ObjectType:
    return ObjectType(
        "Lot",
        "标段、采购包、宗地。A section, package or parcel.",
        (
            Attribute("number", "String", Column("number"), "编号。Number."),
            Attribute("title", "String", Column("title"), "名称。Title."),
            Attribute("location", "String", Column("location"), "位置。Location."),
            Attribute("area", "Float", Column("area", "float"), "面积(平方米)。Area in square metres."),
            Attribute("amount", "Float", Column("amount_fen", "yuan"), "金额(元)。Amount in yuan."),
            Attribute("outcome", "Outcome", Column("outcome"), "结果。Outcome."),
            Attribute(
                "parties",
                "[Party!]!",
                Many("lot.parties", NOTHING),
                "本标段的当事人。The parties of this lot.",
            ),
        ),
        abstract=True,
    )


def _item() -> ObjectType:
    return ObjectType(
        "Item",
        "标的。An item.",
        (
            Attribute("name", "String", Column("name"), "名称。Name."),
            Attribute("specification", "String", Column("specification"), "规格型号。Specification."),
            Attribute("quantity", "Float", Column("quantity", "float"), "数量。Quantity."),
            Attribute("unit", "String", Column("unit"), "计量单位。Unit."),
            Attribute("price", "Float", Column("unit_price", "price"), "单价(元)。Unit price in yuan."),
            Attribute("amount", "Float", Column("amount_fen", "yuan"), "金额(元)。Amount in yuan."),
            *item_attributes(),
        ),
        abstract=True,
    )


def _highlight() -> Iterator[ObjectType]:
    """Made by `api.highlights`, not by the statement."""
    yield ObjectType(
        "Highlight",
        "检索的词所在的一处。A place where words of a search stand.",
        (
            Attribute("property", "String!", Special("highlight"), "属性的路径,例如 lots.location。Path of the property."),
            Attribute("title", "String!", Special("highlight"), "属性的名称。The property's official heading."),
            Attribute("titleEn", "String!", Special("highlight"), "属性的英文名称。The property's English title."),
            Attribute("pieces", "[HighlightPiece!]!", Special("highlight"), "原文,分成命中和其余;很长时截取第一处命中前后,以 … 表示。The text in pieces, of a long one that around the first hit, cut ends shown by …."),
        ),
    )  # fmt: skip
    yield ObjectType(
        "HighlightPiece",
        "原文的一段。A piece of the text.",
        (
            Attribute("text", "String!", Special("highlight"), "文字,照原文。The text as it stands."),
            Attribute(
                "hit", "Boolean!", Special("highlight"), "是否命中。Whether it is what was searched for."
            ),
        ),
    )


def _party() -> ObjectType:
    return ObjectType(
        "Party",
        "以某种身份参与的单位。An organization in a role.",
        (
            Attribute("role", "PartyRole!", Column("role"), "身份。Role."),
            Attribute(
                "name", "String!", Column("name"), "名称,按本条信息所写。Name, as the disclosure writes it."
            ),
            Attribute("rank", "Int", Column("rank"), "名次。Rank."),
            Attribute(
                "amount", "Float", Column("amount_fen", "yuan"), "报价、价款(元)。Offer or price in yuan."
            ),
            Attribute(
                "organization", "Organization!", One("party.organization", NOTHING), "单位。Organization."
            ),
            Attribute("lot", "Lot", One("party.lot", NOTHING), "所属标段。The lot it belongs to."),
            Attribute(
                "disclosure",
                "Disclosure!",
                One("party.disclosure", NOTHING),
                "所在的公开信息。The disclosure it stands in.",
            ),
        ),
    )


def _organization() -> ObjectType:
    return ObjectType(
        "Organization",
        "单位:有统一社会信用代码的全库为一;只有名称的只在其过程内为一。"
        "An organization: one in the whole store by its credit code, else one within its process.",
        (
            Attribute("id", "ID!", Column("id", prefix="organization:"), "全局标识。Global id."),
            Attribute("uscc", "String", Column("uscc"), "统一社会信用代码。Unified social credit code."),
            Attribute("lastingCode", "String", Column("lasting_code"), "信用代码更换时不变的部分:组织机构代码(信用代码第9至17位);只知注册号的为注册号。What of its code stays when the credit code changes: the organization code (places 9 to 17), or the registration number where only that is known."),
            Attribute("name", "String!", Column("name"), "名称。Name."),
            *profile_attributes(),
        ),
        implements=("Node",),
    )  # fmt: skip


def _process() -> ObjectType:
    return ObjectType(
        "Process",
        "同一事项从计划到验收的过程。One process from plan to acceptance (an OCDS record).",
        (
            Attribute("id", "ID!", Column("id", prefix="process:"), "全局标识。Global id."),
            Attribute("number", "String!", Column("number"), "公开主体给的编号。The publisher's identifier."),
            Attribute("title", "String", Column("title"), "名称。Title."),
            Attribute("publisher", "Publisher!", One("process.publisher", NOTHING), "公开主体。Publisher."),
            connection("disclosures", "Disclosure", Connected("process.disclosures", (("stage_rank", False),)), "各环节的公开信息,按环节先后。Its disclosures in the order of the stages."),
            *PROCESS_FIELDS,
        ),
        implements=("Node",),
    )  # fmt: skip


def _publisher() -> ObjectType:
    return ObjectType(
        "Publisher",
        "公开主体。A publisher.",
        (
            Attribute("id", "ID!", Column("id", prefix="publisher:"), "全局标识。Global id."),
            Attribute("uscc", "String", Column("uscc"), "统一社会信用代码。Unified social credit code."),
            Attribute("name", "String!", Column("name"), "名称。Name."),
            Attribute("level", "Level", Column("level"), "层级。Level."),
            Attribute("region", "Region", One("publisher.region", NOTHING), "行政区划。Region."),
            connection(
                "disclosures",
                "Disclosure",
                Connected("publisher.disclosures"),
                "它公开的信息。What it published.",
            ),
            *PUBLISHER_FIELDS,
        ),
        implements=("Node",),
    )


def _region() -> ObjectType:
    return ObjectType(
        "Region",
        "行政区划(GB/T 2260)。An administrative region.",
        (
            Attribute("id", "ID!", Column("code", prefix="region:"), "全局标识。Global id."),
            Attribute("code", "String!", Column("code"), "代码。Code."),
            Attribute("title", "String!", Column("title"), "名称。Name."),
            Attribute("titleEn", "String", Column("title_en"), "英文名称。English name."),
            Attribute("level", "Level!", Column("level"), "层级。Level."),
            Attribute("validFrom", "String", Column("valid_from"), "启用时间。Valid from."),
            Attribute("validTo", "String", Column("valid_to"), "停用时间。Valid to."),
            Attribute("successor", "String", Column("successor"), "停用后的代码。The code that replaced it."),
            Attribute("parent", "Region", One("region.parent", NOTHING), "上级。Parent."),
            Attribute(
                "children",
                "[Region!]!",
                Many("region.children", NOTHING),
                "下级(列表)。Children (a list).",
                (VALID_AT,),
            ),
            *REGION_FIELDS,
        ),
        implements=("Node",),
    )


def _revision() -> ObjectType:
    return ObjectType(
        "Revision",
        "被替代的一次修订。A revision that was replaced.",
        (
            Attribute("number", "Int!", Column("number"), "第几次。Number."),
            Attribute("digest", "String!", Column("digest"), "内容的 SHA-256。SHA-256 of the content."),
            Attribute("document", "JSON!", Column("body", "json"), "当时的全文。The record as it was."),
            changes_of("number"),
        ),
    )


def _disclosure_type() -> ObjectType:
    texts = (
        ("path", "类型的路径。Path."), ("version", "最新版本。Newest version."), ("domain", "领域。Domain."),
        ("stage", "环节。Stage."), ("title", "名称。Official heading."), ("titleEn", "英文名称。English title."),
        ("description", "说明。Description."), ("descriptionEn", "英文说明。English description."),
        ("graphqlType", "GraphQL 类型。GraphQL type."), ("collection", "列表字段。List field."),
        ("schemaUrl", "模式的网址。Address of the schema."),
    )  # fmt: skip
    return ObjectType(
        "DisclosureType",
        "公开信息的类型。A disclosure type.",
        (
            *(Attribute(name, "String!", Special("static"), description) for name, description in texts),
            Attribute(
                "deadlines",
                "[DeadlineRule!]!",
                Special("static"),
                "公开期限,能起算的第一条算。The deadlines; the first that can be counted judges.",
            ),
        ),
    )


def _query(catalog: Catalog) -> ObjectType:
    ids = (Argument("id", "ID!", "全局标识。Global id."),)
    lists = tuple(
        connection(d.collection, d.graphql_name, Connected("disclosure"), f"{d.title}。{d.title_en}.")
        for d in catalog.types.values()
    )
    return ObjectType(
        "Query",
        "可以查询的一切。All that can be asked.",
        (
            Attribute("node", "Node", Special("node_by_id"), "按全局标识取一个对象。One object by its global id.", ids),
            Attribute(
                "nodes", "[Node]!", Special("nodes_by_id"),
                "按全局标识取若干对象,至多 100 个,顺序同所给,没有的为 null。Objects by their global ids, at most 100, in the order given; null where there is none.",
                (Argument("ids", "[ID!]!", "全局标识。Global ids."),),
            ),
            Attribute("disclosure", "Disclosure", One("disclosure", NOTHING), "按标识取一条公开信息。One disclosure.", ids),
            connection("disclosures", "Disclosure", Connected("disclosure"), "跨领域的公开信息。Disclosures of all domains."),
            Attribute("statistics", "Statistics!", Special("statistics"), "跨领域的统计。Statistics across domains.", STATISTICS),
            *lists,
            Attribute(
                "organization", "Organization", One("organization", NOTHING),
                "按信用代码或者标识取一个单位;以前的代码、标识也可以。One organization by credit code or id, also by one that it had before.",
                (Argument("uscc", "String", "统一社会信用代码,或者组织机构代码、注册号。Credit code, organization code or registration number."), Argument("id", "ID", "全局标识。Global id.")),
            ),
            connection("organizations", "Organization", Connected("organization"), "单位。Organizations.", filtered("Organization")),
            match_attribute(),
            items_attribute(),
            Attribute("process", "Process", One("process", NOTHING), "按标识取一个过程。One process.", ids),
            connection("processes", "Process", Connected("process"), "过程。Processes.", filtered("Process")),
            connection("publishers", "Publisher", Connected("publisher"), "公开主体。Publishers.", filtered("Publisher")),
            Attribute(
                "region", "Region", One("region", NOTHING), "按代码取一个行政区划。One region.",
                (Argument("code", "String!", "行政区划代码。Region code."),),
            ),
            connection("regions", "Region", Connected("region"), "行政区划。Regions.", (VALID_AT, *filtered("Region"))),
            connection(
                "changes", "Change", Connected("change"),
                "变更,最早的在前。要跟随更新,把收到的最后一个版本作为 after。Changes, the earliest first. To follow them, give the last version that was received as `after`.",
                (
                    Argument("kinds", "[ChangeKind!]", "只要这些种类。Only these kinds."),
                    Argument("filter", "ChangeFilter", "筛选条件。Which ones."),
                    *paged(),
                ),
            ),
            Attribute("dataVersion", "Int!", Special("data_version"), "现在的数据版本;0 为还没有数据。The current version of the data; 0 is none yet."),
            Attribute("disclosureTypes", "[DisclosureType!]!", Special("static"), "全部类型。All types."),
        ),
    )  # fmt: skip


def _subscription() -> ObjectType:
    return ObjectType(
        "Subscription",
        "可以订阅的一切,经 graphql-transport-ws 或者 text/event-stream。"
        "All that can be followed, over graphql-transport-ws or text/event-stream.",
        (
            Attribute(
                "disclosureAdded", "Disclosure!", Special("feed"),
                "新公开或者修订的信息,入库即推送,按数据版本的先后;各条的数据版本在 extensions.version。"
                "Disclosures as they are added or revised, in the order of the data version, which extensions.version gives.",
                (
                    Argument("filter", "DisclosureFilter", "只要符合条件的。Only those that meet it."),
                    Argument("after", "ID", "从这个数据版本之后开始,默认从现在开始。Begin after this data version; now by default."),
                ),
            ),
        ),
    )  # fmt: skip
