"""The rules by which a cell becomes a value: what each is called, and the value once more from the raw cell.

A source keeps them joined by a plus, some with a parameter: `approximate+unit:万元`. Where there is none, the cell says
the value.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from loaders.cells import Reader, Reading, Slot, read_cell
from loaders.draft import ABOVE, JOINED, LABEL, MASKED, PROFILE, TYPED
from loaders.text import ZEROS

# Of values that no cell of the row says.
CONSTANT, PUBLISHER, TITLE, GROUP = "constant", "publisher", "title", "group"
POSITION, TYPE = "position", "type"
WITHOUT_CELL = frozenset({CONSTANT, PUBLISHER, TITLE, GROUP, POSITION, TYPE})

WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        CONSTANT: ("映射文件写定的值", "a constant of the profile"),
        PUBLISHER: ("按文件的公开主体填写", "by who publishes the file"),
        TITLE: ("取自表格上面的标题", "the title above the table"),
        GROUP: ("取自上面的小标题", "the sub-heading above the row"),
        POSITION: ("在列表中的先后次序", "the place in its list"),
        TYPE: ("由类型而定", "by the type"),
        PROFILE: ("按映射文件取出或改写", "taken or changed as the profile says"),
        ABOVE: ("空单元格，取上面一行的", "empty; what stands in a row above"),
        LABEL: ("按列的标题填写", "what the column's heading stands for"),
        JOINED: ("与另一列连在一起", "joined with another column"),
        MASKED: ("个人号码已遮盖", "a number of a person, masked"),
        TYPED: ("文字换成类型规定的数或是否", "text as the number or truth value that the type asks for"),
        "blanks": ("去掉多余的空白、不可见字符", "blanks and invisible characters removed"),
        "width": ("全角换成半角", "full-width figures made usual ones"),
        "marked": ("去掉表格软件的文本标记", "a spreadsheet's mark for text removed"),
        "date": ("写成标准日期", "as an ISO date"),
        "time": ("写成标准时间（北京时间）", "as an ISO time, of Beijing"),
        "serial": ("表格软件的日期数（从 1900 年起）", "a spreadsheet's count of days since 1900"),
        "serial1904": ("表格软件的日期数（从 1904 年起）", "a spreadsheet's count of days since 1904"),
        "epoch": ("从 1970 年起的秒数或毫秒数", "seconds or milliseconds since 1970"),
        "shortYear": ("两位的年份补成四位", "a year of two figures made one of four"),
        "period": ("分成开始和结束", "parted into begin and end"),
        "number": ("读出数字", "the number"),
        ZEROS: ("去掉不影响大小的零", "zeros removed that change nothing"),
        "numeral": ("中文数字换成阿拉伯数字", "Chinese numerals as figures"),
        "ordinal": ("序数换成数字", "an ordinal as a number"),
        "digits": ("科学记数法还原成完整的数字", "scientific notation as all its figures"),
        "point": ("去掉程序加在编号后面的“.0”", "the .0 that a program put behind a number removed"),
        "unit": ("按单位“{}”换算", "converted from {}"),
        "range": ("从范围读出上下限", "limits read from a range"),
        "rounded": ("四舍五入", "rounded"),
        "approximate": ("约数", "approximate"),
        "negative": ("括号表示负数", "brackets mean less than zero"),
        "money": ("读出金额", "the amount"),
        "spelled": ("大写金额换成数字", "an amount in words as figures"),
        "explained": ("说明另存原文", "the explanation is kept as wording"),
        "clause": ("不是单个金额，只存原文", "no single amount; only the wording is kept"),
        "contradictory": ("大写与小写不一致，只存原文", "words and figures differ; only the wording is kept"),
        "yesno": ("是否", "yes or no"),
        "url": ("网址按标准编码", "the address encoded as the standard has it"),
        "code": ("名称换成代码", "the code of a name"),
        "uscc": ("统一社会信用代码按标准书写", "the credit code in its standard form"),
    }
)  # fmt: skip


def said(rule: str | None) -> tuple[str, str]:
    """A rule in words, in both languages; nothing where the cell says the value.

    >>> said("approximate+unit:万元")
    ('约数；按单位“万元”换算', 'approximate; converted from 万元')
    """
    parts = [one.partition(":") for one in rule.split("+")] if rule else []
    words = [(WORDS.get(name, (name, name)), parameter) for name, _, parameter in parts]
    return (
        "；".join(zh.format(parameter) for (zh, _), parameter in words),
        "; ".join(en.format(parameter) for (_, en), parameter in words),
    )


def follow(raw: str, rule: str | None, slot: Slot, reader: Reader) -> Reading:
    """What a raw cell gives by a rule: the same that was stored, for rules of reading (none of those above).

    The rule carries what was known beyond the cell: the unit, the region in which a name was looked up, the year from
    which days are counted.
    """
    known: dict[str, Any] = {}
    for part in rule.split("+") if rule else ():
        name, _, parameter = part.partition(":")
        known[name] = parameter
    unit = known.get("unit") or known.get("range") or None
    within = known.get("code") or None
    return read_cell(
        raw,
        replace(slot, unit=unit),
        replace(reader, since_1904="serial1904" in known, within=within),
    )
