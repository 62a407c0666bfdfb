"""`openalloc graphql`: the GraphQL schema as text, its release, and what changed since the last one."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from graphql import GraphQLSchema, print_schema

from api import evolution
from cli import output
from cli.options import AsJson
from schemas.calendar import BEIJING
from schemas.catalog import Catalog

app = typer.Typer(
    help="GraphQL 模式:输出、发布、与上次发布比较。The GraphQL schema: print it, release it, compare it with the last release.",
    no_args_is_help=True,
)
_SHOWN = {"refused": "不允许 refused", "announced": "已通知 announced", "dangerous": "须留意 dangerous"}

Folder = Annotated[
    Path, typer.Option("--released", help="发布的文件夹。The folder of releases.", show_default=False)
]
On = Annotated[
    str | None,
    typer.Option(
        "--on", metavar="DATE", help="日期,默认今天。The day; today by default.", show_default=False
    ),
]


@app.command()
def schema() -> None:
    """输出 GraphQL 模式(SDL)。Print the GraphQL schema."""
    print(print_schema(_schema()))


@app.command()
def diff(released: Folder = evolution.FOLDER, on: On = None, json: AsJson = False) -> None:
    """与上次发布比较;有不允许的变更时退出码为 1。Compare with the last release; exit code 1 where a change is refused."""
    before = evolution.last(released)
    found = evolution.changes(before, _schema(), _day(on)) if before else []
    if json:
        output.print_json(
            {
                "released": before.day.isoformat() if before else None,
                "notice": evolution.NOTICE,
                "changes": [
                    {"severity": one.severity, "kind": one.kind, "description": one.description}
                    for one in found
                ],
            }
        )
    elif before is None:
        output.out.print("尚未发布过 / nothing has been released yet")
    else:
        rows = ((_SHOWN[one.severity], one.kind, one.description) for one in found)
        if found:
            output.print_table(("程度 severity", "种类 kind", "变更 change"), rows)
        output.out.print(f"自 {before.day} 以来 {len(found)} 处 / {len(found)} changes since {before.day}")
    if any(one.severity == "refused" for one in found):
        raise typer.Exit(1)


@app.command()
def release(released: Folder = evolution.FOLDER, on: On = None) -> None:
    """发布现在的模式;去掉的内容须预先通知。Release the schema as it is; what goes has to have been announced."""
    made = evolution.release(_schema(), _day(on), released)
    output.out.print(
        f"已发布,日期 {made.day},弃用 {len(made.since)} 处 / released on {made.day}, {len(made.since)} deprecated"
    )


def _schema() -> GraphQLSchema:
    from api.types import graphql_schema
    from query.model import Model

    return graphql_schema(Model.of(Catalog.load()))


def _day(on: str | None) -> date:
    try:
        return date.fromisoformat(on) if on else datetime.now(BEIJING).date()
    except ValueError:
        raise typer.BadParameter("日期写作 2026-01-31 / a day is written 2026-01-31") from None
