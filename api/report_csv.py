"""A report as CSV: a line a place."""

from collections.abc import Iterator, Mapping
from typing import Any

from publish.table import write_csv

COLUMNS = (
    "严重程度 severity", "代码 code", "工作表 sheet", "行 row", "单元格 cell", "列 column", "内容 value",
    "问题", "怎么改", "problem", "what to do", "依据 clause", "原文 text",
)  # fmt: skip
MARKS = {
    "error": ("必须改正", "must fix"), "warning": ("可以更好", "can be better"), "info": ("提示", "note"),
}  # fmt: skip


def as_csv(report: Mapping[str, Any]) -> bytes:
    """A line a place, as a spreadsheet program takes it."""
    return write_csv([COLUMNS, *([str(cell) for cell in row] for row in _rows(report))])


def _rows(report: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    for group in report["groups"]:
        severity = " ".join(MARKS[group["severity"]])
        clauses = group.get("clause", [])
        about = (
            group["message"], group["hint"], group["messageEn"], group["hintEn"],
            "、".join(one["item"] for one in clauses), ";".join(one["text"] for one in clauses),
        )  # fmt: skip
        for place in group["places"]:
            yield (
                severity, group["code"], group.get("sheet", ""), place.get("row", ""), place.get("cell", ""),
                group.get("column", place.get("path", "")), place.get("value", ""), *about,
            )  # fmt: skip
        left = group["count"] - len(group["places"])
        if left:
            yield (severity, group["code"], group.get("sheet", ""), "", "", group.get("column", ""),
                   f"另有 {left} 处没有列出 / {left} more places are not listed", *about)  # fmt: skip
