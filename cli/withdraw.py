"""`openalloc withdraw`: a record that no longer holds, or must not be public."""

from typing import Annotated

import typer

from cli import output
from cli.opening import opened
from cli.options import AsJson, Database, Identifier
from loaders.personal import mask
from schemas.calendar import utc_now
from schemas.catalog import Catalog


def withdraw(
    identifier: Identifier,
    reason: Annotated[
        str,
        typer.Option("--reason", show_default=False, help="理由,会公开。Why; it is published."),
    ],
    publisher: Annotated[
        str | None,
        typer.Option(
            "--publisher", metavar="USCC", show_default=False,
            help="公开主体的信用代码或名称;不是它的就不撤回。The publisher's code or name; another's record is left alone.",
        ),
    ] = None,
    privacy: Annotated[
        bool,
        typer.Option(
            "--privacy",
            help="因个人信息撤回:内容连同历次修订从数据库中删除,不能复原。For privacy: the content and its history are removed from the database for good.",
        ),
    ] = False,
    json: AsJson = False,
    database: Database = None,
) -> None:  # fmt: skip
    """撤回一条公开信息:仍可引用,金额不再计入;再次装入也不会恢复(load --again 才恢复)。Withdraw a disclosure: it stays citable and counts no more; loading it again does not bring it back (load --again does)."""
    from cli.settings import Settings
    from publish.datasets.building import Builder
    from publish.datasets.kept import Folder
    from publish.editions import Holdings
    from store import erasing, withdrawing
    from store.engine import writing

    engine = opened(database)
    with engine.connect() as connection:
        one = withdrawing.find(connection, identifier, publisher)
    now = utc_now()
    with writing(engine, lasting=True) as connection:
        made = withdrawing.withdraw(connection, one, mask(reason)[0], Catalog.load(), now, privacy=privacy)
    if made.kind == withdrawing.PRIVACY:
        settings = Settings.of(database=database)
        Builder(engine, Catalog.load(), Folder(settings.datasets, settings.dataset_bytes)).tidy()
        Holdings(settings.editions).tidy(engine)
        erasing.purge(engine)
    if json:
        output.print_json(made.to_json())
        return
    before = " (此前已撤回 withdrawn before)" if made.at != now else ""
    output.out.print(f"已撤回 withdrawn: {made.id} {made.type}{before}")
    output.out.print(f"  公开主体 publisher: {output.plain(made.publisher)}")
    output.out.print(f"  理由 reason: {output.plain(made.reason)}")
    output.out.print(
        f"  时间 at: {made.at.isoformat(' ', 'seconds')} UTC, 数据版本 data version {made.version}"
    )
    if made.kind == withdrawing.PRIVACY:
        output.out.print(
            "  内容和历次修订已删除;备份里的请另行处理 / content and history are removed; see to your backups yourself"
        )
