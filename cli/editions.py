"""`openalloc editions`: whole datasets made into files that stay what they are and can be cited."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import output
from cli.opening import opened
from cli.options import AsJson, Database
from cli.settings import EDITION_FOLDER, Settings
from schemas.calendar import moment, utc_now
from schemas.catalog import Catalog
from store import editions
from store.editions import EditionFile

if TYPE_CHECKING:
    from publish.editions import Holdings

app = typer.Typer(
    help="版次:整套数据集,制成后不再变化,供引用。Editions: whole datasets that stay what they are, to be cited.",
    no_args_is_help=True,
)
FORMATS = ("csv.zip", "jsonl")
Folder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="FOLDER", show_default=False, help=f"存放的文件夹;默认取 {EDITION_FOLDER}。Where they lie; by default ${EDITION_FOLDER}."),
]  # fmt: skip


@app.command()
def make(
    datasets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DATASET]…", show_default=False,
            help="everything、领域或者类型;默认是全部数据和每个有数据的领域。Everything, domains, types; by default everything and each domain with records.",
        ),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", "-f", show_default=False, help=f"格式,可写几次;默认 {'、'.join(FORMATS)}。A format, may be repeated; by default {', '.join(FORMATS)}."),
    ] = None,
    folder: Folder = None,
    site: Annotated[
        str,
        typer.Option(help="记录网址前面的站点地址。What stands before the addresses of records.", envvar="OPENALLOC_SITE"),
    ] = "",
    database: Database = None,
    json: AsJson = False,
) -> None:  # fmt: skip
    """生成现在这个数据版本的版次;已有的文件不再生成。Make the edition of the data version as of now; what is there is not made again."""
    from api.choosing import choose  # here, that no other command waits for the server's modules
    from api.operation import Service
    from publish.editions import Holdings, Maker, wanted

    engine, catalog = opened(database), Catalog.load()
    choosing = partial(choose, Service(catalog, engine))
    named = datasets or [editions.EVERYTHING, *dict.fromkeys(one.domain for one in catalog.types.values())]
    files = wanted(named, formats or FORMATS, catalog, choosing)
    held = Holdings(folder or Settings.of(database=database).editions)
    made = Maker(engine, catalog, held, site.rstrip("/")).make(files, utc_now(), with_empty=bool(datasets))
    if json:
        new = [_told(one, held) for one in made.files]
        output.print_json(
            {"edition": made.edition.name, "dataVersion": made.edition.version, "made": new, "withoutRecords": [*made.empty]}
        )  # fmt: skip
        return
    output.out.print(f"版次 edition {made.edition.name}: 数据版本 data version {made.edition.version}")
    if not made.files:
        output.out.print(
            "这个数据版本的文件都有了,没有生成新的 / all files of this data version are there, none was made"
        )
    _print(made.files, held)
    if made.empty:
        output.out.print(f"没有数据的领域没有生成 left out, without records: {', '.join(made.empty)}")


@app.command("list")
def list_(folder: Folder = None, database: Database = None, json: AsJson = False) -> None:
    """列出版次和文件。List the editions and their files."""
    held, found = _held(folder, database)
    if json:
        output.print_json([_told(one, held) for one in found])
        return
    _print(found, held)


@app.command()
def check(folder: Folder = None, database: Database = None, json: AsJson = False) -> None:
    """逐个核对文件的 SHA-256;有缺少或者改动的,退出码为 1。Compare every file's SHA-256; exit code 1 where one is missing or changed."""
    held, found = _held(folder, database)
    states = [(one, held.state(one)) for one in found if one.gone is None]
    wrong = [(one, state) for one, state in states if state != "whole"]
    if json:
        output.print_json([_told(one, held) | {"state": state} for one, state in states])
    else:
        output.out.print(f"文件 files {len(states)}: 完好 whole {len(states) - len(wrong)}")
        for one, state in wrong:
            said = "缺少 missing" if state == "missing" else "与原来不同 changed"
            output.out.print(f"{said}: {output.plain(str(held.path(one)))}", soft_wrap=True)
    if wrong:
        raise typer.Exit(1)


def _held(folder: Path | None, database: str | None) -> tuple["Holdings", list[EditionFile]]:
    from publish.editions import Holdings

    with opened(database).connect() as connection:
        found = editions.files(connection)
    return Holdings(folder or Settings.of(database=database).editions), found


def _told(one: EditionFile, held: "Holdings") -> dict[str, Any]:
    return {
        "edition": one.edition, "dataset": one.dataset, "format": one.format, "records": one.records, "bytes": one.size,
        "sha256": one.sha256, "file": str(held.path(one)), "madeAt": moment(one.made_at),
        "withdrawn": one.gone and one.gone[0],
    }  # fmt: skip


def _print(found: Sequence[EditionFile], held: "Holdings") -> None:
    """A table of files."""
    if not found:
        return
    titles = ("文件 file", "条数 records", "字节 bytes", "SHA-256", "撤回 withdrawn")
    rows = (
        (
            held.path(one).relative_to(held.folder), f"{one.records:,}", f"{one.size:,}", one.sha256,
            one.gone[0] if one.gone else "",
        )
        for one in found
    )  # fmt: skip
    output.print_table(titles, rows)
