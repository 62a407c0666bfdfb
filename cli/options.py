"""Options that several commands take."""

from typing import Annotated

import typer

from cli.settings import DATABASE

Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        help=f"数据库的 URL 或 SQLite 文件;默认取环境变量 {DATABASE},再默认本文件夹的 openalloc.db。"
        f"URL or SQLite file; by default ${DATABASE}, else openalloc.db here.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON,供程序读取。Print JSON for machines.")]
Publisher = Annotated[
    str | None,
    typer.Option(
        "--publisher", metavar="USCC", show_default=False,
        help="公开主体的信用代码或名称。The publisher's code or name.",
    ),
]  # fmt: skip
Identifier = Annotated[
    str,
    typer.Argument(
        metavar="ID", show_default=False,
        help="公开信息的标识;指明公开主体时也可写其本地编号。The disclosure's id, or its publisher's own number with --publisher.",
    ),
]  # fmt: skip
