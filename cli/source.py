"""`openalloc source`: where each value of a record came from."""

from typing import Annotated, Any

import orjson
import typer

from cli import output
from cli.opening import opened
from cli.options import AsJson, Database, Identifier, Publisher
from loaders.tracing import Traced, traced
from schemas.catalog import Catalog
from schemas.errors import OpenallocError

_LONGEST = 200


def source(
    identifier: Identifier,
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH", show_default=False,
            help="属性的路径,例如 lots.price 或 lots.0.price;不写就是全部。A property's path; all where it is left out.",
        ),
    ] = "",
    publisher: Publisher = None,
    json: AsJson = False,
    database: Database = None,
) -> None:  # fmt: skip
    """列出一条公开信息的每个值来自哪个文件的哪一格,原文是什么,怎样换算。Show of which cell each value of a disclosure is, what it says, and by which rule it was read."""
    from store.provenance import provenance
    from store.withdrawing import find

    catalog = Catalog.load()
    engine = opened(database)
    with engine.connect() as connection:
        one = find(connection, identifier, publisher)
        known = provenance(connection, one)
    if known is None:
        raise OpenallocError(
            "C040", f"{one} 已撤回,内容和来源不再保留", f"{one} is withdrawn; its content and sources are not kept",
            "历次内容见 openalloc history。", "See openalloc history for what it said.",
        )  # fmt: skip
    disclosure = catalog.versions.get(str(known.record.get("schema"))) or catalog.types.get(known.type)
    values = list(traced(known.record, known.sources, disclosure, path))
    if not values:
        raise OpenallocError(
            "C041", f"这条记录没有 {path}", f"the record has no {path}",
            f"写一个它有的属性,例如 {next(iter(known.record))};不写路径就列出全部。",
            f"Name one that it has, like {next(iter(known.record))}, or none for all of them.",
        )  # fmt: skip
    if json:
        file = {"id": known.load_id, "file": known.file, "sha256": known.sha256, "profile": known.profile}
        output.print_json(
            {
                "id": one, "type": known.type, "revision": known.revision,
                "load": file if known.load_id else None, "values": [value.to_json() for value in values],
            }
        )  # fmt: skip
        return
    output.out.print(f"{one} {known.type}")
    if known.file:
        profile = f", 映射文件 profile {output.plain(known.profile.split()[0])}" if known.profile else ""
        output.out.print(f"文件 file: {output.plain(known.file)}{profile}")
    for value in values:
        _print(value)


def _print(one: Traced) -> None:
    title = f" {output.plain(one.title)}" if one.title else ""
    output.out.print(f"\n[bold]{output.plain(one.path)}[/]{title}: {_shown(one.value)}")
    told = one.to_json()
    words = " / ".join(
        output.plain(told[name]) for name in ("ruleDescription", "ruleDescriptionEn") if told[name]
    )
    if not one.known:
        output.out.print("  来源没有记录 / where it came from is not kept")
    elif one.of_cell:
        sheet = f"工作表“{output.plain(one.sheet)}” sheet, " if one.sheet else ""
        column = f", “{output.plain(one.column)}” 列 column" if one.column else ""
        raw = f": {_shown(one.raw)}" if one.raw is not None else ""
        output.out.print(f"  {sheet}第 {one.row} 行 row {one.row}{column}{raw}")
    if words:
        output.out.print(f"  → {words}")


def _shown(value: Any) -> str:
    """A value in one line, cut where it is long; the JSON has all of it."""
    said = value if isinstance(value, str) else orjson.dumps(value).decode()
    said = said.replace("\n", "⏎")
    return output.plain(said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…")
