"""The types around processes, regions, publishers, changes and past states."""

from collections.abc import Iterator

from query.arguments import Argument, disclosure_arguments, paged
from query.objects import NOTHING, Attribute, Connected, EnumType, ObjectType, Special, connection
from query.plan import Column, Differences, Many, One

OWN_ENUMS = (
    EnumType(
        "ChangeKind", "变更的种类。What a change did.",
        (("ADDED", "新增。A new record."), ("REVISED", "修订。A new revision of a known one."),
         ("WITHDRAWN", "撤回。A record was withdrawn.")),
    ),
    EnumType(
        "WithdrawalKind", "撤回的种类。Kind of a withdrawal.",
        (("ORDINARY", "一般撤回:仍可引用,历次修订可查。It stays citable, and its revisions readable."),
         ("PRIVACY", "因个人信息撤回:内容连同历次修订已删除。For privacy: the content with its revisions is removed.")),
    ),
    EnumType(
        "StageStatus", "环节或者类型在一个过程中的情形。How a stage or a type stands in a process.",
        (("PUBLISHED", "已公开。There is a disclosure."),
         ("MISSING", "缺失:没有,而后面的环节已公开。There is none, but a later stage has one."),
         ("DUE", "逾期未公开:没有,且据过程中其他信息算出的期限已过。There is none, and the deadline that other disclosures of the process set off is over."),
         ("NOT_YET", "尚未:没有,后面的环节也没有。There is none yet, nor of a later stage."),
         ("NOT_REQUIRED", "不要求:并非每个过程都有,或者过程已经终止,或者同一环节已有别的类型。Not every process has it, the process has ended, or another type of the stage is there.")),
    ),
    EnumType(
        "TimelinessDimension", "按什么分组。What to group by.",
        (("TYPE", "公开信息的类型。Disclosure type."), ("YEAR", "发布的年份。Year of publication.")),
    ),
)  # fmt: skip
AS_OF = (
    Argument(
        "version",
        "Int",
        "数据版本;晚于现在的版本即现在。A data version; a later one than there is means now.",
    ),
    Argument("at", "DateTime", "时间,二者给且只给一个。A time; give one of the two."),
)
AMONG = Argument("filter", "DisclosureFilter", "只计入这些公开信息。Count these disclosures only.")
VALID_AT = Argument(
    "at",
    "Date",
    "只要这一天有效的代码;代码的日期可以只到年、月。Only codes in force on that day; a code's own dates may be a year or a month.",
)
PROCESS_FIELDS = (
    Attribute(
        "timeline", "[ProcessStage!]!", Many("process.timeline", NOTHING),
        "时间线:这类过程可以有的各环节,按先后;缺失的也在其中(列表,以代码表的环节数为限)。"
        "The time line: every stage that such a process can have, in order, the missing ones too (a list, bounded by the stages there are).",
        (Argument("on", "Date", "按哪一天判断期限,默认今天(北京时间)。The day by which deadlines are judged; today in Beijing by default."),),
    ),
    Attribute(
        "asOf", "ProcessSnapshot!", One("process.asOf", NOTHING),
        "在过去某一数据版本时的样子。The process as it was at a past version of the data.", AS_OF,
    ),
)  # fmt: skip
DISCLOSURE_FIELDS = (
    connection("changes", "Change", Connected("disclosure.changes"), "它的各次变更,最早的在前。Its changes, the earliest first.", paged()),
    Attribute(
        "withdrawal", "Withdrawal", One("disclosure.withdrawal", NOTHING),
        "撤回的种类、理由和时间;没有撤回为 null。Kind, reason and time of its withdrawal; null where it is not withdrawn.",
    ),
    connection(
        "relatedFrom", "Disclosure", Connected("disclosure.relatedFrom"),
        "指明本条的公开信息(更正、终止、取代、转载本条的):凭本条的标识、同一公开主体的本地编号或者网址。"
        "The disclosures that name this one (correct, terminate, supersede or repost it): by its id, by the number of the same publisher, or by its address.",
        (
            Argument("relationType", "[Relation!]", "只要这些关系。Only these relations."),
            *disclosure_arguments("Disclosure"),
        ),
    ),
    Attribute(
        "asOf", "DisclosureSnapshot", One("disclosure.asOf", NOTHING),
        "在过去某一数据版本时的样子;当时还没有则为 null。The record as it was at a past version of the data; null where it was not there yet.", AS_OF,
    ),
    Attribute(
        "sources", "DisclosureSources", One("disclosure.sources", NOTHING),
        "各个值的来源;不是由文件装入的、已撤回的为 null。Where its values came from; null where no file brought it, or it is withdrawn.",
    ),
)  # fmt: skip
# Beside what the standard says of a relation.
RELATED_FIELDS = (
    connection(
        "disclosures", "Disclosure", Connected("related.disclosures"),
        "所指的公开信息:凭标识、同一公开主体的本地编号或者网址;尚未收录为空,已撤回的也在其中。"
        "The disclosures that are meant: by id, by the number of the same publisher, or by address; none where they are not here yet, withdrawn ones too.",
    ),
)  # fmt: skip
PUBLISHER_FIELDS = (
    Attribute(
        "timeliness", "[Timeliness!]!", Many("publisher.timeliness", NOTHING),
        "按期公开的记录:不分组为一行(列表,以类型和年份之数为限)。"
        "How much came in time; one row without groups (a list, bounded by types and years).",
        (Argument("by", "[TimelinessDimension!]", "分组,按所给的先后排列。Groups, ordered as given."), AMONG),
    ),
    connection("lateDisclosures", "Disclosure", Connected("publisher.lateDisclosures", (("days_late", True),)), "逾期公开的,最迟的在前。What came late, the latest first."),
)  # fmt: skip
REGION_FIELDS = (
    Attribute("ancestors", "[Region!]!", Many("region.ancestors", NOTHING), "各级上级,最近的在前(列表,至多四级)。All above it, nearest first (a list of four at most)."),
    Attribute("successors", "[Region!]!", Many("region.successors", NOTHING), "停用后成为哪些(列表)。What it became (a list)."),
    Attribute("predecessors", "[Region!]!", Many("region.predecessors", NOTHING), "由哪些而来(列表)。What became it (a list)."),
    connection(
        "disclosures", "Disclosure", Connected("region.disclosures"),
        "本地区及其下级的公开信息。已停用的代码计入它所成为的;分为几个的仍算原代码,在原来的上级之下。"
        "The disclosures of the region and all below it. A retired code counts to what it became; one that was split stays itself, below what it lay in.",
    ),
    Attribute(
        "byChild", "[RegionShare!]!", Many("region.byChild", NOTHING),
        "按下级汇总,没有公开信息的下级不列;各行之和即本地区全部(列表,以下级之数为限)。"
        "Totals by child, those without disclosures left out; the rows add up to the region's own total (a list, bounded by the children).",
        (AMONG,),
    ),
)  # fmt: skip


def changes_of(number: str) -> Attribute:
    """What differs from the revision before, of a row in which this column numbers the revision."""
    return Attribute(
        "changes", "[FieldChange!]", Differences(number),
        "与前一次修订逐项对照(列表,以内容为限);首次为空;没有全文可对照为 null。"
        "What differs from the revision before, property by property (a list, bounded by the content); empty for the first, null where there is no document to compare.",
    )  # fmt: skip


def entry_types() -> Iterator[ObjectType]:
    """All but the snapshot of a disclosure, whose fields are the envelope's."""
    yield _stage()
    yield _expected()
    yield _timeliness()
    yield _rule()
    yield _share()
    yield _change()
    yield _withdrawal()
    yield _field_change()
    yield _sources()
    yield ObjectType(
        "ProcessSnapshot",
        "一个过程在过去某一数据版本时的样子。A process as it was at a past version of the data.",
        (
            Attribute("version", "Int!", Column("version"), "当时的数据版本。The data version of then."),
            connection(
                "disclosures", "DisclosureSnapshot", Connected("moment.disclosures"),
                "当时属于它的公开信息,按变更先后;当时已撤回的没有全文。"
                "The disclosures that belonged to it then, in the order of their changes; one that was withdrawn has no document.",
                paged(),
            ),
        ),
    )  # fmt: skip


def _sources() -> ObjectType:
    return ObjectType(
        "DisclosureSources",
        "一条公开信息的各个值来自哪个文件的哪一格。Of which cell of which file the values of a disclosure are.",
        (
            Attribute("file", "String", Column("file_name"), "文件名。The file's name."),
            Attribute("sha256", "String", Column("sha256"), "文件内容的 SHA-256。SHA-256 of the file."),
            Attribute(
                "values", "JSON!", Column("body", "json"),
                "属性路径:[工作表, 行, 列的标题, 换算规则, 原文]。规则为 null 时单元格写的就是这个值,没有原文;没有写出的路径随它的上级,空路径是整行。个人号码已遮盖。规则的含义见 docs/reading.md。"
                "Path: [sheet, row, heading of the column, rule, raw cell]. Where the rule is null the cell says the value itself; a path that is not there has the place of what it is a part of, the empty path is the whole row. Numbers of persons are masked. docs/reading.md says what the rules mean.",
            ),
        ),
    )  # fmt: skip


def _stage() -> ObjectType:
    return ObjectType(
        "ProcessStage",
        "过程的一个环节。A stage of a process.",
        (
            Attribute("stage", "Stage!", Column("stage"), "环节。Stage."),
            Attribute("status", "StageStatus!", Column("status"), "情形。How it stands."),
            Attribute("count", "Int!", Column("disclosures"), "公开信息的条数,不计已撤回的。How many disclosures, withdrawn ones not counted."),
            Attribute("firstDate", "Date", Column("first_on"), "最早的发布日期。The first published date."),
            Attribute("lastDate", "Date", Column("last_on"), "最晚的发布日期。The last published date."),
            Attribute("days", "Int", Column("days"), "距前一个有日期的环节的天数(首日到首日),可以为负。Days since the stage before it that has a date, first day to first day; may be negative."),
            Attribute("dueOn", "Date", Column("due_on"), "由过程中其他信息算出的、尚缺的类型的最早期限;无从计算为 null。The first deadline of a type that is not there, as other disclosures of the process set it off; null is unknown."),
            Attribute("types", "[ExpectedType!]!", Many("stage.types", NOTHING), "本环节可以有的类型(列表,以类型之数为限)。The types it can have (a list, bounded by the types there are)."),
            connection("disclosures", "Disclosure", Connected("stage.disclosures"), "本环节的公开信息。Its disclosures."),
        ),
    )  # fmt: skip


def _expected() -> ObjectType:
    return ObjectType(
        "ExpectedType",
        "一个环节可以有的类型。A type that a stage of a process can have.",
        (
            Attribute("type", "String!", Column("type"), "类型的路径。Path of the type."),
            Attribute("disclosureType", "DisclosureType!", Special("type_by_path"), "类型。The type."),
            Attribute("status", "StageStatus!", Column("status"), "情形。How it stands."),
            Attribute("count", "Int!", Column("disclosures"), "公开信息的条数。How many disclosures."),
            Attribute("dueOn", "Date", Column("due_on"), "由过程中其他信息算出的期限。The deadline as other disclosures of the process set it off."),
        ),
    )  # fmt: skip


def _timeliness() -> ObjectType:
    return ObjectType(
        "Timeliness",
        "一个公开主体按期公开的记录。How much of what a publisher published came in time.",
        (
            Attribute("type", "String", Column("type"), "类型;未按类型分组为 null。Type; null unless grouped by type."),
            Attribute("disclosureType", "DisclosureType", Special("type_by_path"), "类型,附期限及其依据。The type, with its deadlines and their basis."),
            Attribute("year", "Int", Column("year"), "发布的年份;未按年份分组或者没有发布日期为 null。Year of publication; null unless grouped by it, and without a published date."),
            Attribute("count", "Int!", Column("disclosures"), "条数。How many disclosures."),
            Attribute("judged", "Int!", Column("judged"), "可以判断的。How many can be judged."),
            Attribute("inTime", "Int!", Column("in_time"), "按期的。In time."),
            Attribute("late", "Int!", Column("late"), "逾期的。Late."),
            Attribute("unknown", "Int!", Column("unknown"), "无从判断的,即以下三项之和。Those that cannot be judged: the sum of the next three."),
            Attribute("noPublishedDate", "Int!", Column("unpublished"), "没有发布日期。Without a published date."),
            Attribute("noDeadline", "Int!", Column("without_deadline"), "没有填写期限从何起算,或者当时没有规定期限,或者起算后的节假日安排尚未收录。The record does not say what its deadline is counted from, no deadline was in force, or the calendar to count it by is not published."),
            Attribute("noCalendar", "Int!", Column("without_calendar"), "有期限,但至发布日的节假日安排尚未收录。With a deadline, but the calendar up to the day of publication is not published."),
            Attribute("meanDaysLate", "Float", Column("mean_days", "float"), "逾期的平均天数,按各期限自己的天(工作日或者自然日)。Mean days of the late ones, each counted as its deadline counts (working or calendar days)."),
            Attribute("maxDaysLate", "Int", Column("most_days"), "逾期最多的天数。Most days late."),
        ),
    )  # fmt: skip


def _rule() -> ObjectType:
    texts = (
        ("count", "String!", "按什么日子算:working 工作日,calendar 自然日;固定日期也为 calendar。Working or calendar days; calendar for fixed dates."),
        ("after", "[String!]!", "起算的属性,有值的第一个算;固定日期为所属年份。The properties it is counted from, the first that is filled; of a fixed date that of the year."),
        ("since", "Date!", "自何时起有效。In force from."),
        ("until", "Date", "至何时有效。In force until."),
        ("dates", "[String!]!", "固定日期(月-日)。Fixed dates (month-day)."),
        ("basis", "String!", "法律依据。Legal basis."),
        ("basisEn", "String!", "法律依据(英文)。Legal basis in English."),
    )  # fmt: skip
    days = Attribute("days", "Int", Special("static"), "天数,负数为之前;固定日期为 null。Days, before the event where negative; null for fixed dates.")  # fmt: skip
    return ObjectType(
        "DeadlineRule",
        "公开期限的一条规定。A rule that says by when a disclosure must be public.",
        (days, *(Attribute(name, type_, Special("static"), text) for name, type_, text in texts)),
    )


def _share() -> ObjectType:
    return ObjectType(
        "RegionShare",
        "一个下级所占的部分。What lies in one child of a region.",
        (
            Attribute("region", "Region", One("share.region", NOTHING), "下级;null 为不属于任何下级的。The child; null is what lies in none of them."),
            Attribute("count", "Int!", Column("disclosures"), "公开信息的条数。How many disclosures."),
            Attribute("amount", "Float", Column("amount_fen", "yuan"), "金额合计(元);都没有金额为 null。Sum of amounts in yuan; null where none has one."),
        ),
    )  # fmt: skip


def _change() -> ObjectType:
    return ObjectType(
        "Change",
        "数据的一次变更。版本从 1 起,没有空缺,后面的版本后可见;游标就是版本。"
        "A change of the data. Versions begin at 1, have no gaps and become visible in their order; the cursor is the version.",
        (
            Attribute("id", "ID!", Column("version", prefix="change:"), "全局标识。Global id."),
            Attribute("version", "Int!", Column("version"), "数据版本。Data version."),
            Attribute("kind", "ChangeKind!", Column("kind", "upper"), "种类。What it did."),
            Attribute("at", "DateTime!", Column("at", "moment"), "时间(UTC)。When, in UTC."),
            Attribute("revision", "Int!", Column("revision"), "成为第几次修订。The revision that it made."),
            Attribute("disclosureId", "ID!", Column("disclosure_id"), "公开信息的标识,撤回之后仍在。The disclosure's id, which stays after a withdrawal."),
            Attribute("disclosure", "Disclosure", One("change.disclosure", NOTHING), "这条公开信息现在的样子;已撤回为 null。The disclosure as it is now; null where it is withdrawn."),
            Attribute("snapshot", "DisclosureSnapshot", One("change.document", NOTHING), "这次变更之后的样子。The record as this change made it."),
            Attribute("withdrawal", "Withdrawal", One("change.withdrawal", NOTHING), "撤回的种类、理由和时间;不是撤回为 null。Kind, reason and time of the withdrawal; null where it is none."),
        ),
        implements=("Node",),
    )  # fmt: skip


def _withdrawal() -> ObjectType:
    return ObjectType(
        "Withdrawal",
        "一次撤回。A withdrawal.",
        (
            Attribute("version", "Int!", Column("version"), "撤回时的数据版本。The data version that withdrew it."),
            Attribute("kind", "WithdrawalKind!", Column("kind", "upper"), "种类。Kind."),
            Attribute("reason", "String!", Column("reason"), "理由。Reason."),
            Attribute("at", "DateTime!", Column("at", "moment"), "时间(UTC)。When, in UTC."),
        ),
    )  # fmt: skip


def _field_change() -> ObjectType:
    """Made by `api.differing`, not by the statement."""
    return ObjectType(
        "FieldChange",
        "一项内容的前后。A value before and after.",
        (
            Attribute("path", "String!", Special("difference"), "所在,例如 lots.0.price.amount。Where it stands."),
            Attribute("title", "String", Special("difference"), "属性的名称;标准中没有的为 null。The property's official heading; null where the standard has none."),
            Attribute("titleEn", "String", Special("difference"), "属性的英文名称。The property's English title."),
            Attribute("before", "JSON", Special("difference"), "之前;原来没有为 null。Before; null where it was not there."),
            Attribute("after", "JSON", Special("difference"), "之后;去掉为 null。After; null where it is gone."),
        ),
    )  # fmt: skip
