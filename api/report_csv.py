"""A report as CSV: a line a place."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

COLUMNS = (
    "严重程度 severity", "代码 code", "工作表 sheet", "行 row", "单元格 cell", "列 column", "内容 value",
    "问题", "怎么改", "problem", "what to do", "依据 clause", "原文 text",
)  # fmt: skip
MARKS = {
    "error": ("必须改正", "must fix"), "warning": ("可以更好", "can be better"), "info": ("提示", "note"),
}  # fmt: skip


def as_csv(report: Mapping[str, Any]) -> bytes:
    """A line a place, with the byte order mark by which Excel knows UTF-8."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    writer.writerows(map(_harmless, row) for row in _rows(report))
    return stream.getvalue().encode("utf-8-sig")


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


def _harmless(cell: Any) -> Any:
    """A text that a spreadsheet would run as a formula, told to be text."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
