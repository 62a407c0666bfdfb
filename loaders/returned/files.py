"""A returned workbook and an earlier report as files, for who checks on a machine of their own."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from loaders.errors import LoadError
from loaders.report import Report
from loaders.returned.returning import returned
from schemas.catalog import Catalog


def require_one(files: Sequence[Path], marked: Path | None, since: Path | None) -> None:
    """Raise LoadError L094 where several files shall go into one, L095 where a file would be written over itself."""
    if len(files) > 1 and (marked or since):
        raise LoadError(
            "L094", "--marked 和 --since 只能用于一个文件", "--marked and --since go with one file only",
            "请逐个文件核对。", "Check the files one by one.",
        )  # fmt: skip
    if marked and any(marked.resolve() == file.resolve() for file in files):
        raise LoadError(
            "L095", f"不能写回原文件:{marked}", f"the file itself would be overwritten: {marked}",
            "请给 --marked 另一个文件名。", "Give --marked another name.",
        )  # fmt: skip


def read_report(path: Path) -> Mapping[str, Any]:
    """An earlier report; raises LoadError L092 where the file is none."""
    try:
        said = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _no_report(path) from error
    if not isinstance(said, dict):
        raise _no_report(path)
    return said


def return_to(output: Path, path: Path, report: Report, catalog: Catalog, when: date) -> None:
    """Write the returned workbook of a checked file, whole or not at all. Raises LoadError L096 where it cannot be."""
    unfinished = output.with_name(f"{output.name}.part")
    try:
        with unfinished.open("xb") as made:
            try:
                returned(path, report, made, catalog=catalog, when=when)
                made.flush()
                unfinished.replace(output)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise LoadError(
            "L096", f"写不了文件 {output}", f"{output} cannot be written: {error.strerror}",
            "检查文件夹是否存在、是否可写,文件是否正在 Excel 中打开。", "Check that the folder is there and writable, and the file not open in Excel.",
        ) from error  # fmt: skip


def _no_report(path: Path) -> LoadError:
    return LoadError(
        "L092", f"这不是核对报告:{path}", f"this is no report of a check: {path}",
        "请给出 openalloc check --json 输出的文件,或核对页面下载的 JSON 报告。",
        "Give what openalloc check --json prints, or the JSON report of the page.",
    )  # fmt: skip
