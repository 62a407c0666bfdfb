"""`openalloc problems`: what readers reported about records."""

from typing import Annotated

import typer

from cli import output
from cli.opening import opened
from cli.options import AsJson, Database
from schemas.calendar import utc_now
from schemas.errors import OpenallocError
from store import problems
from store.engine import writing
from store.problems import KINDS, Problem

app = typer.Typer(help="读者报告的问题。Problems that readers reported.", no_args_is_help=True)


@app.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="连同已处理的。Those seen to as well.")] = False,
    first: Annotated[int, typer.Option(min=1, max=10_000, help="至多几个。How many at most.")] = 100,
    database: Database = None,
    json: AsJson = False,
) -> None:
    """列出问题,最早的在前。List the problems, the oldest first."""
    with opened(database).connect() as connection:
        found = problems.listed(connection, closed=every, most=first)
    if json:
        output.print_json([one.to_json() for one in found])
    else:
        _print(found)


@app.command()
def close(
    id: Annotated[str, typer.Argument(metavar="ID", help="编号。The problem's id.")],
    database: Database = None,
) -> None:
    """一个问题已处理。A problem was seen to."""
    with writing(opened(database), lasting=True) as connection:
        found = problems.close(connection, id, utc_now())
    if found is None:
        raise OpenallocError(
            "C155", "没有这个问题", "there is no such problem", "编号见 openalloc problems list。", "`openalloc problems list` has the ids.",
        )  # fmt: skip
    _print([found])


def _print(found: list[Problem]) -> None:
    from api.problems import NAMED  # here, that no other command waits for the server's modules

    titles = (
        "编号 id",
        "公开信息 disclosure",
        "修订 revision",
        "问题 kind",
        "收到 received (UTC)",
        "已处理 closed",
        "说明 text",
    )
    named = dict(zip(KINDS, NAMED, strict=True))
    rows = (
        (
            one.id, one.disclosure_id, str(one.revision), named[one.kind][0], f"{one.received_at:%Y-%m-%d %H:%M}",
            f"{one.closed_at:%Y-%m-%d}" if one.closed_at else "", one.text,
        )
        for one in found
    )  # fmt: skip
    output.print_table(titles, rows)
