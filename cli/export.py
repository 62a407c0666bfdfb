"""`openalloc export`: a file of a dataset, or of any selection, as the server gives it."""

import os
from functools import partial
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

import typer

from cli import output
from cli.opening import opened
from cli.options import AsJson, Database
from schemas.catalog import Catalog
from schemas.errors import OpenallocError

SELECTION = "disclosures"


def export(
    address: Annotated[
        str,
        typer.Argument(
            metavar="NAME.FORMAT",
            help="数据集和格式,与下载地址相同:land/grant-result.csv、everything.sqlite、'land.xlsx?year=2024'、'disclosures.jsonl?q=学校&region=530100'。"
            "Dataset and format, as in the address of a download.",
        ),
    ],
    file: Annotated[
        Path | None,
        typer.Option("--output", "-o", show_default=False, help="写入的文件;默认与下载时同名。The file to write; by default named as the download is."),
    ] = None,
    site: Annotated[
        str,
        typer.Option(help="记录网址前面的站点地址。What stands before the addresses of records.", envvar="OPENALLOC_SITE"),
    ] = "",
    json: AsJson = False,
    database: Database = None,
) -> None:  # fmt: skip
    """导出数据集:CSV、XLSX、JSON Lines、Parquet、SQLite。Write a dataset as CSV, XLSX, JSON Lines, Parquet or SQLite."""
    from api.choosing import choose
    from api.operation import Service
    from publish.datasets.export import dataset, selected
    from publish.datasets.making import make

    engine, catalog = opened(database), Catalog.load()
    service = Service(catalog, engine)
    asked = urlsplit(address)
    path, _, ending = asked.path.partition(".")
    parameters = parse_qsl(asked.query, keep_blank_values=True)
    choosing = partial(choose, service)
    if path == SELECTION:
        chosen = selected(parameters, ending, catalog, choosing)
    else:
        chosen = dataset(path, ending, parameters, catalog, choosing)
    target = file or Path(chosen.file_name)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        begun, done = make(chosen, engine, catalog, site.rstrip("/"), part)
        part.replace(target)
    except OSError as error:
        raise OpenallocError(
            "C131", f"不能写入 {target}:{error.strerror}", f"cannot write {target}: {error.strerror}",
            "检查文件夹、权限和磁盘空间。", "Check the folder, permissions and space on the disk.",
        ) from error  # fmt: skip
    finally:
        part.unlink(missing_ok=True)
    if json:
        told = {
            "file": str(target),
            "records": begun.records,
            "rows": done.rows,
            "bytes": done.size,
            "sha256": done.sha256,
            "dataVersion": begun.version,
        }
        output.print_json(told)
        return
    output.out.print(output.plain(str(target)))
    rows = ", ".join(f"{name} {count}" for name, count in done.rows.items())
    output.out.print(f"  记录 records {begun.records}; 行 rows: {rows}", soft_wrap=True)
    output.out.print(
        f"  字节 bytes {done.size}, SHA-256 {done.sha256}, 数据版本 data version {begun.version}",
        soft_wrap=True,
    )
