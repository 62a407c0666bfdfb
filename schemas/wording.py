"""Words where more is asked for: placeholders, and numbers with a unit kept as text."""

import re
from collections.abc import Iterator, Set

from schemas.catalog import Catalog, Disclosure
from schemas.codelist import Codelist, fold
from schemas.field import Field
from schemas.probe import Check, Finding, Look, Probe, Reach, Scope, reach

# What refers the reader elsewhere, or to later.
DEFERRALS = frozenset(
    ["详见附件", "见附件", "详见公告", "见公告", "详见公告附件", "见公告附件", "详见原文", "见原文", "详见正文", "见正文", "详见公告正文", "见公告正文", "详见文件", "见文件", "详见招标文件", "见招标文件", "详见采购文件", "见采购文件", "详见磋商文件", "详见谈判文件", "详见竞买文件", "详见出让文件", "见出让文件", "详见合同", "见合同", "详见清单", "见清单", "详见附表", "见附表", "附后", "详见附后", "详见下文", "见下文", "详见上文", "见上", "见下", "同上", "同前", "同左", "略", "从略", "待定", "待补充", "待补", "待填", "待确定", "另行通知", "另行公告", "以公告为准", "按公告", "详询", "详见网站", "见网站", "tbd", "tba", "todo"]
)  # fmt: skip
# What says that there is nothing.
NOTHING = frozenset(
    ["无", "暂无", "没有", "空", "不详", "未知", "未填", "未填写", "未提供", "不清楚", "无数据", "无内容", "n/a", "na", "null", "none", "nil", "xx", "xxx", "xxxx", "-", "--", "---", "—", "——", "/", "//", "\\", "*", "**", "***", "****", "*****", "?", "??", "???", ".", "..", "...", "……", "…"]
)  # fmt: skip
# Longer texts are prose, where 无 answers the question.
_PROSE = 1000
_LONGEST = 12
_OUTER = "。.,;、:!()[]\"' "
# What such a text may begin with, so that others cost nothing; half and full width, small and capital letters.
_BEGINNINGS = frozenset(
    {
        one
        for word in DEFERRALS | NOTHING
        for one in (word[0], word[0].upper(), chr((ord(word[0]) + 0xFEE0) % 0x110000))
    }
    | set("。.,;、:!()[]\"' （【［〔「『《〈“‘　")
)

# Texts that are measures by nature.
_MEASURES = frozenset(
    [
        "specification",
        "productSpecification",
        "packaging",
        "productPackaging",
        "unitSize",
        "fillVolume",
        "chargeStandard",
        "shelfLifeDetails",
        "agencyFeeStandard",
        "minimumOrder",
        "parcelNumber",
        "unitType",
        "performanceCapacity",
    ]
)
_DIGITS = frozenset("0123456789")
_LONGEST_NUMBER = 30
_PLAIN = ("Number", "Title", "Name")


def is_placeholder(text: str, words: frozenset[str] = DEFERRALS | NOTHING) -> bool:
    """Whether a whole text is one of the words, whatever its width, brackets and end.

    >>> is_placeholder("（详见附件）。")
    True
    """
    if len(text) > _LONGEST or text[:1] not in _BEGINNINGS:
        return False
    folded = fold(text)
    return folded in words or folded.strip(_OUTER) in words


def _placeholders(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
    def of_name(value: str, scope: Scope) -> Finding | None:
        return Finding(value) if is_placeholder(value) else None

    def of_prose(value: str, scope: Scope) -> Finding | None:
        return Finding(value) if is_placeholder(value, DEFERRALS) else None

    for one in disclosure.walk():
        if one.kind == "text" and _is_asked_for(one, disclosure):
            short = (one.limits.max_length or 0) <= _PROSE and not one.name.endswith("Details")
            yield Probe(
                one, of_name if short else of_prose, frozenset((one.dotted,)), frozenset(), _BEGINNINGS
            )


def _is_asked_for(one: Field, disclosure: Disclosure) -> bool:
    """Whether a text is an item of the policy, required, or the name of an organization."""
    above = disclosure.by_path.get(".".join(one.path[:-1]))
    named = above is not None and above.definition == "organization" and one.name == "name"
    return bool(one.clause) or one.required or named or one.dotted in ("title", "localId")


def _numbers(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
    """Texts that are a number with a unit, where a property for the number is there or might be."""
    units = catalog.codelists["unit"]
    free = _names(units, ("CNY", "m2"))
    for one in disclosure.walk():
        if one.kind != "text" or one.personal or one.name in _MEASURES or one.name.endswith(_PLAIN):
            continue
        beside = _number_beside(one, disclosure)
        if beside is not None and beside.unit is not None:
            look = _measures(_names(units, (beside.unit,)), beside, reach(beside, disclosure))
            yield Probe(one, look, frozenset((one.dotted,)), begins=_DIGITS)
        elif beside is None:
            yield Probe(one, _measures(free), frozenset((one.dotted,)), begins=_DIGITS)


def _number_beside(one: Field, disclosure: Disclosure) -> Field | None:
    """The number of which a text is the wording."""
    name = one.name.removesuffix("Details")
    beside = disclosure.by_path.get(".".join((*one.path[:-1], name))) if name != one.name else None
    return beside if beside is not None and beside.kind in ("number", "integer") else None


def _measures(names: Set[str], beside: Field | None = None, fetch: Reach | None = None) -> Look:
    """Finds a whole text that is a number and one of these units: 500万元, 1,200.5 平方米."""
    either = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    measure = re.compile(rf"\d[\d,，]*(?:\.\d+)?\s*(?:{either})(?:整|\s*人民币)?")
    ends = {name[-1] for name in names} | {"整", "币"}
    words = {"number": "金额、面积等", "numberEn": "the property for the number"}
    if beside is not None:
        words = {"number": beside.title, "numberEn": f"“{beside.title_en}”"}

    def look(value: str, scope: Scope) -> Finding | None:
        # A number without a unit is most of what begins with a figure.
        if value[:1] not in _DIGITS or value[-1] not in ends or len(value) > _LONGEST_NUMBER:
            return None
        if not measure.fullmatch(value):
            return None
        # Beside the number itself its wording may stand.
        return None if fetch is not None and fetch(scope) is not None else Finding(value, words)

    return look


def _names(units: Codelist, bases: tuple[str, ...]) -> Set[str]:
    """What the units of these bases are called."""
    fitting = [code for code in units.codes.values() if code.extra["base"] in bases]
    return {name for code in fitting for name in (code.title, *code.aliases)}


CHECKS = (
    Check(
        "S029",
        _placeholders,
        title="占位的文字",
        title_en="Placeholders",
        lacking="政策要求公开的文字内容",
        lacking_en="the texts that the policy asks for",
    ),
    Check(
        "S031",
        _numbers,
        title="写成文字的数值",
        title_en="Numbers kept as text",
        lacking="文字内容",
        lacking_en="texts",
    ),
)
