"""What the command prints: text and tables for people, JSON for machines, errors with their hint."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from formats.error import FormatError
from loaders.lacking import together
from loaders.personal import mask
from loaders.skipping import TITLES as SKIPPED
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
        table.add_row(*("" if cell is None else plain(str(cell)) for cell in row))
    out.print(table)


def print_error(error: OpenallocError | FormatError) -> None:
    """An error in both languages with its code and hint, to standard error."""
    err.print(
        f"[bold red]{error.code}[/] {shown(error.message)}", f"     {shown(error.message_en)}", sep="\n"
    )
    for hint in (error.hint, error.hint_en):
        if hint:
            err.print(f"     → {shown(hint)}")


def shown(text: str) -> str:
    """A sentence that may name a file, without personal numbers."""
    return plain(mask(text)[0])


_MARKS = {
    "error": "[red]必须改正 must fix[/]",
    "warning": "[yellow]建议改进 can be better[/]",
    "info": "提示 note",
}


def print_report(report: Mapping[str, Any], *, stored: bool, most: int = 40) -> None:
    """A report for people: the counts, what is wrong by what and where, what is missing, the columns."""
    _print_counts(report, stored)
    if since := report.get("comparison"):
        out.print(
            f"与上次相比 since the last check: 已改正 fixed {since['fixed']:,}, 仍有 still there {since['stillThere']:,}, "
            f"新出现 new {since['new']:,}"
        )
    groups = report["groups"]
    for group in groups[:most]:
        out.print()
        out.print(
            f"{_MARKS[group['severity']]} [bold]{group['code']}[/] {_how_many(group)}{plain(group['message'])}"
        )
        for line in (group["messageEn"], *_where(group)):
            out.print(f"     {plain(line)}")
        for hint in (group["hint"], group["hintEn"]):
            out.print(f"     → {plain(hint)}")
        for clause in group.get("clause", ()):
            out.print(f"     [dim]依据 policy {clause['item']} {plain(clause['text'])}[/]")
    if len(groups) > most:
        out.print(
            f"… 另有 {len(groups) - most} 种问题,用 --json 看全部 / {len(groups) - most} more kinds, see --json"
        )
    if report["notRun"]:
        out.print("\n[bold]没有进行的核对 checks that could not run[/]")
    for one in together(report["notRun"], briefly=True):
        out.print(f"  {one['title']}{_records(one)}: {plain(one['reason'])}")
        out.print(f"     {one['titleEn']}: {plain(one['reasonEn'])}")
    if report["completeness"]:
        out.print()
        print_table(
            ("应有内容 asked for", "依据 item", "齐全 complete"), map(_completeness, report["completeness"])
        )
    if report["columns"]:
        out.print()
        rows = (
            (one["letter"], one["heading"], _fate(one), one["nonEmpty"], _percent(one["share"]))
            for one in report["columns"]
        )
        print_table(("列", "标题 heading", "属性 property", "非空 filled", "读入 read"), rows)


def _print_counts(report: Mapping[str, Any], stored: bool) -> None:
    skipped = sum(report["skipped"].values())
    rules = "、".join(
        f"{SKIPPED.get(rule, rule)} {rule} {count}" for rule, count in report["skipped"].items()
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
            + (
                f", 已撤回未恢复 withdrawn and left alone {records['withdrawn']}"
                if records["withdrawn"]
                else ""
            )
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


def _how_many(group: Mapping[str, Any]) -> str:
    count, column = group["count"], group.get("column")
    if count == 1:
        return ""
    what = f"“{plain(column)}”列 {count:,} 个单元格 cells: " if column else f"{count:,} 处 places: "
    return f"[bold]{what}[/]"


def _where(group: Mapping[str, Any], most: int = 5) -> Iterator[str]:
    """The places of a group: cells where there are, else rows, with what they say."""
    places = group["places"]
    shown = []
    for place in places[:most]:
        where = place.get("cell") or (f"第{place['row']}行" if "row" in place else place.get("path", ""))
        value = f"“{place['value']}”" if "value" in place else ""
        value += f"(读作 read as {place['read']})" if "read" in place else ""
        if where or value:
            shown.append(f"{where}{value}")
    if not shown:
        return
    sheet = f"{group['sheet']} " if group.get("sheet") else ""
    column = f"“{group['column']}”列 " if group.get("column") else ""
    more = f" … 共 {group['count']:,} 处 in all" if group["count"] > len(shown) else ""
    yield f"位置 where: {sheet}{column}{'、'.join(shown)}{more}"


def _records(one: Mapping[str, Any]) -> str:
    return "" if one["records"] is None else f"({one['records']:,} 条记录 records)"


def _completeness(line: Mapping[str, Any]) -> tuple[str, str, str]:
    share = f"{line['share']:.0%} ({line['filled']:,}/{line['records']:,})"
    return f"{line['text'] or line['title']} {line['titleEn']}", line["item"] or "必需 required", share


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def plain(text: str) -> str:
    """Text that rich shows as it is, marks and all."""
    return escape(text)
