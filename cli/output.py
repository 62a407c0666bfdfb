"""What the command prints: text and tables for people, JSON for machines, errors with their hint."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from formats.error import FormatError
from schemas.errors import OpenallocError

_WIDE = 200  # columns where the output is no terminal, so that a table is not broken for a pipe


def _console(stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, width=None if stream.isatty() else _WIDE)


out = _console(stderr=False)
err = _console(stderr=True)


def print_json(value: Any) -> None:
    """JSON to standard output, indented, Chinese as it is."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


def print_table(titles: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """A plain table."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    out.print(table)


def print_error(error: OpenallocError | FormatError) -> None:
    """An error in both languages with its code and hint, to standard error."""
    err.print(
        f"[bold red]{error.code}[/] {plain(error.message)}", f"     {plain(error.message_en)}", sep="\n"
    )
    for hint in (error.hint, error.hint_en):
        if hint:
            err.print(f"     → {plain(hint)}")


_SKIPPED = {
    "blank": "空行",
    "heading": "重复的标题",
    "unit": "单位行",
    "total": "合计",
    "note": "注",
}
_MARKS = {
    "error": "[red]必须改正 must fix[/]",
    "warning": "[yellow]建议改进 can be better[/]",
    "info": "提示 note",
}


def print_report(report: Mapping[str, Any], *, stored: bool, most: int = 40) -> None:
    """A report for people: the counts, the columns, the issues grouped by what and where."""
    _print_counts(report, stored)
    if report["columns"]:
        out.print()
        rows = (
            (one["heading"], _fate(one), one["nonEmpty"], _percent(one["share"])) for one in report["columns"]
        )
        print_table(("列 column", "属性 property", "非空 filled", "读入 read"), rows)
    groups = _groups(report["issues"])
    if groups:
        out.print()
    for first, places in groups[:most]:
        out.print(
            f"{_MARKS[first['severity']]} [bold]{first['code']}[/] {plain(first['message'])}{_where(places)}"
        )
        for line in (first["messageEn"], f"→ {first['hint']}", f"→ {first['hintEn']}"):
            out.print(f"     {plain(line)}")
    if len(groups) > most:
        out.print(
            f"… 另有 {len(groups) - most} 种问题,用 --json 看全部 / {len(groups) - most} more kinds, see --json"
        )


def _print_counts(report: Mapping[str, Any], stored: bool) -> None:
    skipped = sum(report["skipped"].values())
    rules = "、".join(
        f"{_SKIPPED.get(rule, rule)} {rule} {count}" for rule, count in report["skipped"].items()
    )
    unsupported = (
        f"(其中类型不支持 of an unsupported type {report['unsupported']})" if report["unsupported"] else ""
    )
    out.print(
        f"行 rows {report['rows']}: 接收 taken {report['taken']}, 拒收 refused {report['refused']}{unsupported}, "
        f"跳过 skipped {skipped}{f'({rules})' if rules else ''}"
    )
    records = report["records"]
    if stored:
        out.print(
            f"记录 records: 新增 stored {records['stored']}, 未变 unchanged {records['unchanged']}, "
            f"修订 revised {records['revised']}"
        )
    else:
        out.print(f"记录 records: {records['total']}(未装入 not stored)")
    if report["share"] is not None:
        out.print(f"非空单元格读入 filled cells read: {report['share']:.1%}")


def _fate(column: Mapping[str, Any]) -> str:
    """What became of a column: its properties, or why it is left out."""
    return (
        "、".join(column["properties"])
        or f"未用 left out: {column['dropped'] or '没有对应的属性 no such property'}"
    )


def _groups(issues: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """Issues of one code and column together, errors first, the most frequent first."""
    found: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for issue in issues:
        found.setdefault(
            (issue["severity"], issue["code"], issue.get("column") or issue.get("path")), []
        ).append(issue)
    order = {"error": 0, "warning": 1, "info": 2}
    ranked = sorted(found.values(), key=lambda group: (order[group[0]["severity"]], -len(group)))
    return [(group[0], group) for group in ranked]


def _where(places: list[Mapping[str, Any]]) -> str:
    rows = [str(place["row"]) for place in places if place.get("row")]
    column = places[0].get("column")
    sheet = places[0].get("sheet")
    parts = []
    if sheet:
        parts.append(f"表 sheet {sheet}")
    if rows:
        more = f" … 共 {len(rows)} 处 places" if len(rows) > 5 else ""
        parts.append(f"行 row {'、'.join(rows[:5])}{more}")
    if column:
        parts.append(f"列 column “{column}”")
    return f" [dim]({plain(', '.join(parts))})[/]" if parts else ""


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def plain(text: str) -> str:
    """Text that rich shows as it is, marks and all."""
    return text.replace("[", r"\[")
