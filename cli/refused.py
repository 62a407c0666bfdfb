"""`openalloc refused`: rows that were not taken, until they are repaired."""

from typing import Annotated, Any

import typer

from cli import output
from cli.opening import opened
from cli.options import AsJson, Database
from loaders.personal import mask

_STATES = {
    "open": "未修复 open", "repaired": "已修复 repaired", "repeated": "再次拒收 refused again",
    "apart": "类型不支持 unsupported type", "erased": "已删除 removed",
}  # fmt: skip
_MOST = 40  # groups that are printed


def refused(
    load: Annotated[
        str | None, typer.Option("--load", metavar="ID", help="只看这次装入。Of this load only.", show_default=False)
    ] = None,
    publisher: Annotated[
        str | None,
        typer.Option(
            "--publisher", metavar="USCC", show_default=False,
            help="只看这个公开主体,写信用代码或名称。Of this publisher only: its credit code or name.",
        ),
    ] = None,
    rule: Annotated[
        str | None,
        typer.Option("--rule", metavar="CODE", help="只看这条规则,例如 L011。Of this rule only, e.g. L011.", show_default=False),
    ] = None,
    all: Annotated[
        bool,
        typer.Option("--all/--open", help="连同已修复的;默认只看未修复的。Repaired ones too; by default open ones only."),
    ] = False,
    first: Annotated[int, typer.Option(min=0, max=100_000, help="列出前多少行。How many rows to show.")] = 10,
    rates: Annotated[
        bool, typer.Option("--rates", help="各公开主体的修复率。The rate of repair of each publisher.")
    ] = False,
    json: AsJson = False,
    database: Database = None,
) -> None:  # fmt: skip
    """列出拒收而未修复的行:哪次装入、哪个主体、哪条规则、哪一行哪一格。List refused rows that are not repaired: by load, publisher and rule."""
    from store import case_lists

    asked = case_lists.Asked(load, publisher, rule, all)
    engine = opened(database)
    with engine.connect() as connection:
        if rates:
            found = [_rate(one) for one in case_lists.rates(connection, asked)]
        else:
            counts = case_lists.counts(connection, asked)
            groups = [_group(one) for one in case_lists.groups(connection, asked)]
            rows = [_row(one) for one in case_lists.rows(connection, asked, first)]
    if rates:
        output.print_json(found) if json else _print_rates(found)
    elif json:
        output.print_json({"counts": counts, "groups": groups, "rows": rows})
    else:
        _print(counts, groups, rows)


def _rate(one: Any) -> dict[str, Any]:
    return {
        "publisherId": one.publisher_id, "publisher": _masked(one.publisher), "refused": one.refused,
        "repaired": one.repaired, "open": one.open, "share": round(one.share, 4), "medianDays": one.median_days,
    }  # fmt: skip


def _group(one: Any) -> dict[str, Any]:
    return {
        "loadId": one.load_id, "file": _masked(one.file), "publisherId": one.publisher_id,
        "publisher": _masked(one.publisher), "rule": one.rule, "rows": one.rows, "message": _masked(one.message),
        "messageEn": _masked(one.message_en),
    }  # fmt: skip


def _row(one: Any) -> dict[str, Any]:
    return {
        "loadId": one.load_id, "file": _masked(one.file), "sheet": _masked(one.sheet), "row": one.row,
        "publisherId": one.publisher_id, "publisher": _masked(one.publisher), "disclosureId": one.disclosure_id,
        "state": one.state, "since": _moment(one.since), "closedAt": _moment(one.closed_at), "closedBy": one.closed_by,
        "cells": _masked(one.cells), "issues": _masked(one.issues),
    }  # fmt: skip


def _moment(at: Any) -> str | None:
    return None if at is None else f"{at.isoformat()}Z"


def _masked(value: Any) -> Any:
    """Masked when they were refused already; what an older version kept is masked here."""
    if isinstance(value, str):
        return mask(value)[0]
    if isinstance(value, dict):
        return {name: _masked(one) for name, one in value.items()}
    return [_masked(one) for one in value] if isinstance(value, list) else value


def _print(counts: dict[str, int], groups: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    said = ", ".join(f"{_STATES[state]} {count:,}" for state, count in counts.items())
    output.out.print(f"拒收的行 refused rows: {said or '没有 none'}")
    if groups:
        output.out.print()
        output.print_table(
            ("装入 load", "文件 file", "公开主体 publisher", "规则 rule", "行 rows", "例如 for example"),
            (
                (one["loadId"], one["file"], _who(one), one["rule"], f"{one['rows']:,}", f"{one['message']}\n{one['messageEn']}")
                for one in groups[:_MOST]
            ),
        )  # fmt: skip
    if len(groups) > _MOST:
        output.out.print(
            f"… 另有 {len(groups) - _MOST} 组,用 --json 看全部 / {len(groups) - _MOST} more groups, see --json"
        )
    for one in rows:
        sheet = f"{one['sheet']} " if one["sheet"] else ""
        output.out.print(
            f"\n[bold]{output.plain(one['file'])} {output.plain(sheet)}第{one['row']}行 row {one['row']}[/] "
            f"{_STATES[one['state']]} {(one['since'] or '')[:10]}"
        )
        for found in one["issues"]:
            where = f"“{found['column']}”列 column: " if found.get("column") else ""
            output.out.print(f"     [bold]{found['code']}[/] {output.plain(where + found['message'])}")
            for line in (found["messageEn"], f"→ {found['hint']}", f"→ {found['hintEn']}"):
                output.out.print(f"          {output.plain(line)}")


def _print_rates(found: list[dict[str, Any]]) -> None:
    titles = (
        "公开主体 publisher",
        "拒收 refused",
        "已修复 repaired",
        "未修复 open",
        "修复率 share",
        "中位天数 median days",
    )
    output.print_table(
        titles,
        (
            (_who(one), f"{one['refused']:,}", f"{one['repaired']:,}", f"{one['open']:,}", f"{one['share']:.0%}",
             "–" if one["medianDays"] is None else f"{one['medianDays']:g}")
            for one in found
        ),
    )  # fmt: skip


def _who(one: dict[str, Any]) -> str:
    return one["publisher"] or one["publisherId"] or "未写明 not stated"
