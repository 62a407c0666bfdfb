"""The workbook that a department gets back with a report: its own, or a copy of what is none or holds macros."""

import json
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any, Final

from formats.child import check_file
from formats.confinement import DEFAULT, Limits, Output, death, end, start
from loaders.earlier import SEVERITIES, SUMMARY
from loaders.errors import LoadError
from loaders.personal import mask
from loaders.report import Report
from loaders.returned.copying import copy
from loaders.returned.job import Job, Mark
from loaders.returned.place import Places, Where
from loaders.returned.summary import Summary
from schemas.catalog import Catalog
from schemas.issue import Issue

_ZIP: Final = b"PK\x03\x04"
# The line before the workbook is short, or an error's sentences.
_FIRST_LINE: Final = 1 << 16
_COPY: Final = (
    "这是副本:您的文件不是 Excel 工作簿(.xlsx),这里按读到的内容另做了一份,每一行的行号不变。",
    "This is a copy: your file is no .xlsx workbook, so what was read from it stands here anew.",
)
_WITHOUT_MACROS: Final = (
    "这是副本:您的工作簿带有宏,或者不是通常的 .xlsx 格式。我们不打开、也不退回宏,这里只有读到的内容,没有公式、图表和原来的格式。",
    "This is a copy: your workbook has macros or is no ordinary .xlsx. We neither run macros nor hand them back: here is what was read, "
    "without formulas, charts and formats.",
)  # fmt: skip


def returned(
    path: Path, report: Report, stream: IO[bytes], *, catalog: Catalog, when: date, limits: Limits = DEFAULT
) -> None:
    """Write the workbook of a checked file with its marks and its summary to `stream`, which is empty on an error.

    An .xlsx is changed where it is marked and nowhere else; of any other file, and of a workbook with macros, a copy
    is made. The workbook is opened in a process of its own with these limits. Raises FormatError, and LoadError L090
    (the file could not be read), L091 (it is signed), L093 (it does not fit into a workbook).
    """
    if report.unreadable or not report.sha256:
        raise LoadError(
            "L090", "文件读不出来,不能退回标注", "The file cannot be read, so there is nothing to mark",
            "先按报告所说改好文件,再核对。", "Mend the file as the report says, then check it again.",
        )  # fmt: skip
    check_file(path)
    copied = _COPY
    with path.open("rb") as came:
        is_package = came.read(len(_ZIP)) == _ZIP
    if is_package:
        places = Places.of(report.columns)
        earlier = report.earlier
        job = Job(
            [*_marks(report, places)], Summary(report, catalog, when, places).lines(), SUMMARY,
            earlier.sheet if earlier else None, earlier.originals if earlier else [],
        )  # fmt: skip
        if _mark(path, job, stream, limits):
            return
        copied = _WITHOUT_MACROS
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as made:
        copies = copy(path, made, limits)
        made.flush()
        if copies.cut:
            copied = (
                f"{copied[0]}有 {copies.cut} 个单元格的文字太长,副本里只有开头。",
                f"{copied[1]} {copies.cut} texts are too long for a cell and are cut here.",
            )
        of_copy = copies.places(report)
        summary = Summary(report, catalog, when, of_copy, copied)
        job = Job([*_marks(report, of_copy)], summary.lines(), SUMMARY)
        if not _mark(Path(made.name), job, stream, limits):
            raise AssertionError("a workbook of our own cannot be marked")


def _marks(report: Report, places: Where) -> Iterator[Mark]:
    for group in report.groups:
        for one in group.kept:
            cell = places.of_issue(one)
            if cell:
                yield Mark(*cell, one.severity, _said(one))


def _said(one: Issue) -> str:
    """What a comment says of one finding, without personal numbers."""
    basis = f" · 依据 policy {'、'.join(one.clause)}" if one.clause else ""
    text = f"【{SEVERITIES[one.severity]}】{one.message}。{one.hint}\n{one.message_en}. {one.hint_en}\n编号 code {one.code}{basis}"
    return mask(text)[0]


def _mark(path: Path, job: Job, stream: IO[bytes], limits: Limits) -> bool:
    """Write the marked workbook; False where it has to be a copy."""
    with tempfile.TemporaryFile() as told:
        told.write(json.dumps(job.to_json()).encode())
        told.seek(0)
        process = start("loaders.returned.child", [str(path.resolve())], limits, told)
        try:
            with tempfile.TemporaryFile() as made:
                said = _receive(Output(process, limits), made, limits)
                if said.get("copy"):
                    return False
                if "error" in said:
                    raise LoadError(*said["error"])
                made.seek(0)
                while piece := made.read(1 << 20):
                    stream.write(piece)
                return True
        finally:
            end(process)


def _receive(output: Output, made: IO[bytes], limits: Limits) -> dict[str, Any]:
    """The child's first line; what follows goes to `made`, whole, or the child's death is raised."""
    line, size = b"", 0
    said: dict[str, Any] | None = None
    for chunk in output.chunks():
        if said is None:
            line += chunk
            first, ended, chunk = line.partition(b"\n")
            if not ended:
                if len(line) > _FIRST_LINE:
                    break
                continue
            said = json.loads(first)
        size += made.write(chunk)
    output.wait()
    if said is None or said.get("bytes", 0) != size:
        raise death(output.process.wait(), bytes(output.said), limits)
    return said
