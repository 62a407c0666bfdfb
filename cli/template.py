"""`openalloc template`: a type's template as a file."""

from pathlib import Path
from typing import Annotated

import typer

from cli import output
from schemas.catalog import Catalog
from schemas.errors import OpenallocError


class TemplateError(OpenallocError):
    """A template could not be written."""


def template(
    type: Annotated[
        str, typer.Argument(metavar="TYPE", help="类型,例如 land/grant-result。Type, see openalloc types.")
    ],
    csv: Annotated[bool, typer.Option("--csv", help="CSV,只有标题行。CSV with the headings.")] = False,
    all: Annotated[bool, typer.Option("--all", help="全部属性。Every column that a table can hold.")] = False,
    file: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="写到哪个文件。File to write; by default named after the type.",
        ),
    ] = None,
) -> None:
    """生成一个类型的填报模板(XLSX 或 CSV)。Write a type's template to fill in, a workbook or CSV."""
    from publish.template import csv_template, xlsx_template

    catalog = Catalog.load()
    disclosure = catalog.type(type)
    make, suffix = (csv_template, "csv") if csv else (xlsx_template, "xlsx")
    path = file or Path(f"{disclosure.type.replace('/', '-')}{'-all' if all else ''}.{suffix}")
    try:
        path.write_bytes(make(disclosure, catalog, every=all))
    except OSError as error:
        raise TemplateError(
            "C030", f"不能写入 {path}:{error.strerror}", f"cannot write {path}: {error.strerror}",
            "检查文件夹是否存在、文件是否被其他程序打开,或用 -o 指定另一个文件。",
            "Check that the folder is there and no program has the file open, or name another file with -o.",
        ) from error  # fmt: skip
    output.out.print(f"{output.plain(str(path))} {disclosure.title} {disclosure.name}", soft_wrap=True)
