"""Rows below the headings that are no data: totals, footnotes. Everything else is taken or refused."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from loaders.text import clean, half

# What people call the rules by which rows are skipped; the first five are of `reason`, headings and units.
TITLES: Mapping[str, str] = MappingProxyType(
    {
        "blank": "空行",
        "heading": "重复的标题",
        "unit": "单位行",
        "total": "合计",
        "note": "注",
        "notes": "填写说明",
        "example": "示例",
        "codes": "代码表",
        "aside": "不是数据的工作表",
    }
)

_TOTAL = re.compile(r"(?:合|总|小|共|累|总合)计|总和|total|subtotal|sum", re.IGNORECASE)
# 官渡区小计, CG-1 汇总, 合计(3宗), 一、总计: a total with what it is of, beside figures alone.
_TOTAL_OF = re.compile(
    r".{0,20}(?:[合总小共累]计|总和|汇总)(?:/?(?:平均值?|[合总]计)|\d+[宗项个条笔户块件]|\([^()]{0,16}\))?[^\w\s]{0,3}"
)
# The same, where a row begins with it.
_PART_OF_TOTAL = re.compile(
    r"其中[::].{1,12}|共\d+[宗项个条笔户块件]|[∑Σ]|grandtotal|(?:总|合|小)?计|平均值?|(?:sub)?total\([^()]*\)",
    re.IGNORECASE,
)
_MAY_BE_TOTAL = re.compile(r"[合总小共累]\s*计|总和|汇总|平均|其中|total|共\s*\d|[∑Σ]|^\s*计", re.IGNORECASE)
# A text that may be a total has one of them.
WORDS_OF_TOTALS = ("计", "总", "平均", "其中", "共", "∑", "Σ", "tal", "TAL")
# A total is told by one of so many first texts of a row.
AMONG_FIRST = 3
_FIGURE = re.compile(r"[-+]?[\d,. ]+\s*[^\d\s]{0,4}")
_NOTE = re.compile(
    r"[*※\s(（]*(?:注|备注|附注|附|说明|备 注|填表说明|填报说明|数据来源|资料来源|来源|以上|以下|单位|联系方式)\s*(?:\d|[一二三四五])?[:：、.)）]"
)
# The ends of pages.
_PAGE = re.compile(
    r"\(?(?:第\d+页.{0,12}|共\d+页.{0,12}|以下(?:空白|无正文)|此页无正文|续表\d*|接上[表页]|转下[表页]|未完待续)\)?[。.]?|"
    r"(?:打印|导出|制表|下载|生成|查询)(?:时间|日期)[:：].{0,30}|[*※]*以上(?:数据|内容|信息|均|为).{0,60}"
)
_SIGNATURE = re.compile(
    r"(?:制表|填表|填报|编制|审核|复核|经办|负责|主管|统计|分管|单位负责|联系|报送|录入)[^:：]{0,6}[:：].{0,30}"
    r"|(?:日期|时间|单位|电话|盖章|填报日期|制表日期|填表日期|联系电话|填报单位|编制单位|公章)[^:：]{0,4}[:：].{0,30}"
)
# Lines that are no data begin like this, or are one text over and over.
_MAY_BE_NO_DATA = re.compile(
    r"[\s*※(（]*[合总小共累注备附说数资来以单联制填编审复经负主统分报录日时电盖公tTsS第此续接转未打导下生查]"
)


def may_be_no_data(text: str) -> bool:
    """Whether a row whose first cell says this may be none of data; `reason` looks at the rest of it."""
    return _MAY_BE_NO_DATA.match(text) is not None


def may_be_total(text: str) -> bool:
    """Whether a row in which one of the first cells says this may be a total."""
    return any(word in text for word in WORDS_OF_TOTALS) and _MAY_BE_TOTAL.search(text) is not None


def reason(cells: Sequence[Any], width: int) -> str | None:
    """Why a row below the headings is no data: `blank`, `total`, `note`; None if it is data.

    Only what cannot be data goes: a row of one text that begins as a note does or fills a merged range, lines of
    signatures, and totals, whose other cells are all figures.
    """
    texts = [text for text in map(clean, cells) if text]
    if not texts:
        return "blank"
    total = any(map(may_be_total, texts[:AMONG_FIRST]))
    if len(set(texts[:3])) > 1 and not may_be_no_data(texts[0]) and not total:
        return None
    texts = list(map(half, texts))
    if total and _is_total(texts):
        return "total"
    if _TOTAL.fullmatch(texts[0].replace(" ", "").rstrip(":")) and all(
        _is_figure(text) for text in texts[1:]
    ):
        return "total"
    different = set(texts)
    if len(different) == 1:
        line = texts[0].replace(" ", "")
        if _NOTE.match(texts[0]) or _SIGNATURE.fullmatch(texts[0]) or _PAGE.fullmatch(line):
            return "note"
        # Merged over at least half of the table, and too wide to be one value.
        if len(texts) >= max(3, width / 2) and not _is_figure(texts[0]):
            return "note"
    elif (len(texts) <= 2 and re.fullmatch(r"(?:备?注|说明)[:]?", texts[0])) or all(
        _SIGNATURE.fullmatch(text) for text in different
    ):
        return "note"
    return None


def _is_total(texts: Sequence[str]) -> bool:
    """Whether one of the first texts is a total of something, and all others are figures, at least one behind it."""
    for at, text in enumerate(texts[:AMONG_FIRST]):
        line = text.replace(" ", "").rstrip(":")
        if _TOTAL_OF.fullmatch(line) or (at == 0 and _PART_OF_TOTAL.fullmatch(line)):
            figures = any(re.search(r"\d", one) for one in texts[at + 1 :])
            return figures and all(_is_figure(one) for one in (*texts[:at], *texts[at + 1 :]))
    return False


def _is_figure(text: str) -> bool:
    return bool(_FIGURE.fullmatch(text)) or bool(_TOTAL.fullmatch(text)) or text in ("-", "--", "/")
