"""`openalloc answers`: how much of the space for kept answers is used, and which were kept last."""

from typing import Annotated

import typer

from cli import output
from cli.opening import opened
from cli.options import AsJson, Database
from cli.settings import ANSWERS, Settings
from schemas.calendar import moment, utc_now
from store import answers as kept


def answers(
    first: Annotated[
        int, typer.Option(min=0, max=10_000, help="列出最近的几个。How many of the latest to list.")
    ] = 20,
    database: Database = None,
    json: AsJson = False,
) -> None:
    """列出保存下来供引用的答复和它们占的空间。List the answers kept for citation, and the space they take."""
    bound = Settings.of(database=database).answer_bytes
    with opened(database).connect() as connection:
        total, day = kept.used(connection, utc_now())
        found = kept.latest(connection, first)
    if json:
        output.print_json(
            {
                "bytes": total, "bytesOfDay": day, "bytesAtMost": bound,
                "latest": [
                    {
                        "key": one.key, "kind": one.kind, "dataVersion": one.version, "records": one.records,
                        "keptAt": moment(one.kept_at), "withdrawn": one.gone is not None,
                    }
                    for one in found
                ],
            }
        )  # fmt: skip
        return
    output.out.print(
        f"占用 used {total:,} 字节 bytes,一天内 within a day {day:,},上限 at most {bound:,} ({ANSWERS})"
    )
    titles = ("键 key", "种类 kind", "数据版本 version", "条数 records", "保存 kept (UTC)", "撤回 withdrawn")
    rows = (
        (
            one.key, one.kind, str(one.version), "" if one.records is None else str(one.records),
            f"{one.kept_at:%Y-%m-%d %H:%M}", one.gone[0] if one.gone else "",
        )
        for one in found
    )  # fmt: skip
    output.print_table(titles, rows)
