"""The columns that every dataset has, whatever its types: what the store keeps of a disclosure and of its parts.

Each is a name, its kind, its titles in Chinese and English, and its codelist or unit. Where a value comes from is said
in `publish.datasets.statements`.
"""

from typing import NamedTuple


class Kept(NamedTuple):
    """A column of the store as a dataset has it."""

    name: str
    kind: str
    title: str
    title_en: str
    codelist: str | None = None
    unit: str | None = None
    description: str = ""
    description_en: str = ""


OWNER = Kept("disclosure_id", "text", "公开信息标识", "Disclosure identifier")

DISCLOSURE = (
    Kept("id", "text", "标识", "Identifier"),
    Kept("type", "text", "类型", "Type"),
    Kept("type_title", "text", "类型名称", "Title of the type"),
    Kept("schema_version", "text", "模式版本", "Schema version"),
    Kept("domain", "code", "领域", "Domain", "domain"),
    Kept("stage", "code", "环节", "Stage", "stage"),
    Kept("publisher_id", "text", "公开主体标识", "Publisher identifier"),
    Kept("publisher_name", "text", "公开主体", "Publisher"),
    Kept("publisher_uscc", "text", "公开主体统一社会信用代码", "Publisher's unified social credit code"),
    Kept("level", "code", "层级", "Level", "level"),
    Kept("region_code", "code", "行政区划代码", "Region code", "region"),
    Kept("region_name", "text", "行政区划名称", "Region name"),
    Kept("prefecture_code", "code", "所属州市代码", "Prefecture code", "region"),
    Kept("prefecture_name", "text", "所属州市", "Prefecture"),
    Kept("local_id", "text", "本地编号", "Local identifier"),
    Kept("title", "text", "标题", "Title"),
    Kept("formed_date", "date", "形成日期", "Formed date"),
    Kept("published_date", "date", "发布日期", "Published date"),
    Kept("due_on", "date", "应公开的最后日期", "Last day in time"),
    Kept(
        "days_late",
        "integer",
        "迟公开天数",
        "Days late",
        None,
        None,
        "工作日还是自然日,看这一类的期限怎样算;0 和负数为按时,空的算不出。",
        "In working or in calendar days, as its deadline counts; 0 and less is in time, nothing where it cannot be told.",
    ),
    Kept("amount", "money", "金额", "Amount", unit="CNY"),
    Kept("outcome", "code", "结果", "Outcome", "outcome"),
    Kept("status", "text", "状态", "Status"),
    Kept("withdrawal_reason", "text", "撤回理由", "Reason of the withdrawal"),
    Kept("withdrawn_at", "instant", "撤回时间", "Withdrawn at"),
    Kept("revision", "integer", "修订次数", "Revision", unit="1"),
    Kept("source_url", "url", "原文网址", "Source address"),
    Kept("address", "text", "本系统网址", "Address of the record"),
)

PARTY = (
    Kept("role", "code", "角色", "Role", "party-role"),
    Kept("organization_id", "text", "单位标识", "Organization identifier"),
    Kept("organization_uscc", "text", "统一社会信用代码", "Unified social credit code"),
    Kept("name", "text", "名称(按原文)", "Name as written"),
    Kept("rank", "integer", "排名", "Rank", unit="1"),
    Kept("lot_ordinal", "integer", "所属标段序号", "Number of its lot", unit="1"),
    Kept("amount", "money", "金额", "Amount", unit="CNY"),
)

LOT = (
    Kept("number", "text", "编号", "Number"),
    Kept("title", "text", "名称", "Title"),
    Kept("location", "text", "位置", "Location"),
    Kept("area", "number", "面积", "Area", unit="m2"),
    Kept("amount", "money", "金额", "Amount", unit="CNY"),
    Kept("outcome", "code", "结果", "Outcome", "outcome"),
)

ITEM = (
    Kept("lot_ordinal", "integer", "所属标段序号", "Number of its lot", unit="1"),
    Kept("name", "text", "名称", "Name"),
    Kept("specification", "text", "规格型号", "Specification"),
    Kept("quantity", "number", "数量", "Quantity"),
    Kept("unit", "text", "计量单位", "Unit"),
    Kept("unit_price", "price", "单价", "Unit price", unit="CNY"),
    Kept("amount", "money", "金额", "Amount", unit="CNY"),
)

PROCESS = (
    Kept("process_id", "text", "过程标识(本系统)", "Process identifier of this system"),
    Kept("number", "text", "过程编号", "Number of the process"),
    Kept("title", "text", "过程名称", "Title of the process"),
)
