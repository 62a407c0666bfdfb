"""What a template tells the person who fills it in: how to write a column, when to publish, how rows make a record."""

from collections.abc import Iterator, Sequence

from formats.aside import CODES, EXAMPLE
from publish.columns import Column, Need
from publish.wording import Words, deadline
from schemas.catalog import Catalog, Disclosure
from schemas.field import Field
from schemas.naming import ANONYMOUS

NEEDS: dict[Need, Words] = {
    "must": ("必填", "must"),
    "should": ("应填", "should"),
    "may": ("可填", "may"),
}
_KINDS: dict[str, Words] = {
    "integer": ("整数", "A whole number"),
    "number": ("数字", "A number"),
    "date": ("日期,如 2024-06-18", "A date like 2024-06-18"),
    "moment": ("日期或时间,如 2024-06-18 09:30", "A date, or date and time like 2024-06-18 09:30"),
    "boolean": ("填 是 或 否", "是 (yes) or 否 (no)"),
    "url": ("以 http:// 或 https:// 开头的网址", "An address that begins with http:// or https://"),
}


def how_to_write(column: Column) -> Words:
    """How a cell of the column is written."""
    field = column.field
    if field.name == "uscc":
        return "18 位统一社会信用代码", "The 18 characters of the unified social credit code"
    if field.codelist == "region":
        return (
            "从列表选,或写全称(云南省昆明市呈贡区)、六位代码",
            "Choose from the list, or write the full name or the six-digit code",
        )
    if field.kind == "code":
        return _of_code(column)
    if field.is_money:
        return (
            "数字,单位元,至多两位小数;是费率、条款的写原文",
            "A number in yuan with at most two decimals; a rate or clause as it is worded",
        )
    if field.kind == "text":
        return _of_text(field)
    written, written_en = _KINDS[field.kind]
    unit = (
        column.heading.rpartition("(")[2].rstrip(")") if column.heading.endswith(")") and field.unit else ""
    )
    limits = _limits(field) if field.kind in ("integer", "number") else ""
    return (
        written + (f",单位{unit},单元格里只写数字" if unit else "") + (f",{limits}" if limits else ""),
        written_en + (f" in {field.unit}" if unit else "") + (f", {limits}" if limits else ""),
    )


def meaning(column: Column, disclosure: Disclosure) -> Words:
    """What a column holds; of a part whose title says little, with what it is a part of."""
    field = column.field
    parent = disclosure.by_path.get(".".join(field.path[:-1]))
    if parent is None or parent.definition not in ANONYMOUS:
        return field.description, field.description_en
    return f"{parent.description}{field.description}", f"{parent.description_en} {field.description_en}"


def title_en(column: Column, disclosure: Disclosure) -> str:
    """The English title, of such a part under what it is a part of: Transferee: Name."""
    parent = disclosure.by_path.get(".".join(column.field.path[:-1]))
    qualified = parent is not None and parent.definition in ANONYMOUS
    return f"{parent.title_en}: {column.field.title_en}" if parent and qualified else column.field.title_en


def deadlines(disclosure: Disclosure, catalog: Catalog) -> Iterator[Words]:
    """When the type is to be public, one sentence for every rule that is still in force."""
    for rule in disclosure.deadlines:
        if rule.ends is None:
            by, by_en = deadline(rule, disclosure, catalog)
            yield f"公开时限:{by}。依据:{rule.basis}", f"To be public {by_en}. Basis: {rule.basis_en}"


def key_sentence(disclosure: Disclosure) -> Words:
    """Which columns tell one record from another."""
    ways = [[disclosure.by_path[path] for path in one] for one in disclosure.schema["key"]]
    return (
        "每条信息要能与其他信息区分,下列至少填一组:"
        + ";".join("+".join(f.title for f in way) for way in ways),
        "A record must be told from others by one of: "
        + "; ".join(" + ".join(f.title_en for f in way) for way in ways),
    )


def list_sentence(columns: Sequence[Column]) -> Words | None:
    """How several lots, items or parties of one record are written; None where a record has no lists."""
    groups = list(dict.fromkeys(column.group for column in columns if column.entry))
    if not groups:
        return None
    named = "、".join(groups)
    return (
        f"一条信息有几个{named}时,一个一行;其他各列照抄上一行,系统按相同的公开主体和编号合并为一条。"
        "同一行里几组互不相干,短的一组在后面的行留空。",
        "Several lots, items or parties of one record take a row each; repeat the other columns as in the row above: "
        "rows of the same publisher and identifier become one record. Groups stand side by side; leave the shorter one empty.",
    )


def steps(disclosure: Disclosure, columns: Sequence[Column]) -> Iterator[Words]:
    """How the template is filled in, sentence by sentence."""
    yield (
        "在第一张工作表的标题行下面填写,每行一条。不要改动标题行;不用的列可以删去。",
        "Fill in the first sheet below its headings, one record a row. Keep the headings; columns not needed may go.",
    )
    yield (
        "标题带 * 的列必填,分组带 * 的至少填其中一列;蓝色的列应填(政策要求公开,或用来识别);灰色的列有就填。",
        "A column with * must be filled, of a group with * one column at least; a blue one should be filled "
        "(the policy asks for it, or it identifies), a grey one may be.",
    )
    found = list_sentence(columns)
    if found:
        yield found
    yield key_sentence(disclosure)
    yield (
        f"有下拉列表的列选列表中的名称,全部名称见“{CODES}”。没有的内容留空,不要写“无”“详见附件”。",
        f"Where there is a list choose from it; “{CODES}” has all names. Leave out what there is not; do not write 无 or 详见附件.",
    )
    yield (
        f"“{EXAMPLE}”是填好的例子。它和本页、“{CODES}”都不会被读入,可以留着一起报送。",
        f"“{EXAMPLE}” is a filled example. It, this sheet and “{CODES}” are not read and may stay in the file.",
    )
    yield (
        "不要填写身份证号、银行卡号、私人手机号。",
        "Do not write resident IDs, bank cards or private mobile numbers.",
    )
    yield (
        "填好后到本网站“/validate”页面核对,或者运行 openalloc check 文件名。",
        "Then check the file on this site's page /validate, or run: openalloc check FILE.",
    )


def _of_code(column: Column) -> Words:
    if column.field.open_codelist or column.field.codelist is None:
        return "从列表选;列表里没有的写原文", "Choose from the list; write what it does not have"
    return "从列表选", "Choose from the list"


def _of_text(field: Field) -> Words:
    longest = field.limits.max_length
    several, several_en = ("有几项时一项一行", "one a row") if field.many else ("", "")
    text, text_en = (
        (f"文字,至多 {longest:,} 字", f"Text, at most {longest:,} characters")
        if longest
        else ("文字", "Text")
    )
    return "。".join(filter(None, (text, several))), "; ".join(filter(None, (text_en, several_en)))


def _limits(field: Field) -> str:
    lowest, highest = field.limits.minimum, field.limits.maximum
    if lowest is None or highest is None or highest > 10**6:
        return ""
    return f"{lowest:g}~{highest:g}"
