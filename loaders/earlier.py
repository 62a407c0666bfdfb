"""What an earlier check of a file found: from its report, or from the summary sheet of the workbook we gave back."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from formats.aside import MARK
from formats.row import Cell, Row
from formats.wire import Batch
from loaders.errors import LoadError
from loaders.personal import mask

SUMMARY: Final = "核对结果"
# The first cell of the summary sheet: the sign that it is no data, and what it is.
TITLE: Final = f"{MARK}{SUMMARY}"
GROUPS: Final = (
    "程度 severity", "处数 count", "工作表 sheet", "列 column", "问题 what is wrong", "怎么改 what to do",
    "依据 policy", "位置(点击前往) where, click to go",
)  # fmt: skip
CELLS: Final = (
    "程度 severity", "编号 code", "工作表 sheet", "列 column", "单元格写的内容 what the cell says", "问题 what is wrong",
    "单元格 cell", "行 row",
)  # fmt: skip
ORIGINALS: Final = ("标记底色", "原来的底色(再次标注时还原用,请勿修改) the fill that a cell had before")
SEVERITIES: Final[Mapping[str, str]] = {"error": "必须改正", "warning": "可以更好", "info": "提示"}
_SEVERITY_OF: Final = {name: severity for severity, name in SEVERITIES.items()}
# So many columns the summary sheet has, the last one with the codes of groups.
WIDTH: Final = 13
# More rows and characters than any summary of ours has: a stranger's may have any number.
_MOST: Final = 200_000
_MOST_TEXT: Final = 16 << 20
_CODE: Final = re.compile(r"[A-Z]\d{3}")
_ROW: Final = re.compile(r"[1-9][0-9]{0,9}")
_CELL: Final = re.compile(r"[A-Z]{1,3}[0-9]{1,7}")

Take = Callable[[Sequence[Cell]], None]


@dataclass(frozen=True, slots=True)
class Found:
    """One place of a finding, as a report names it."""

    cell: str
    row: int | None
    value: str


@dataclass(slots=True)
class FoundGroup:
    """The findings of one code in one column: all counted, the first of them known."""

    code: str
    severity: str
    sheet: str
    column: str
    message: str
    message_en: str
    count: int = 0
    places: list[Found] = field(default_factory=list)


@dataclass(slots=True)
class Earlier:
    """What was found. `sheet` is the summary sheet's name, `originals` the fills under the marks, by place."""

    groups: list[FoundGroup]
    sheet: str | None = None
    originals: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> "Earlier":
        """What a report (`schemas/report/1.0.json`) found; raises LoadError L092 where it is none."""
        try:
            return cls([_group(said) for said in report["groups"]])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise LoadError(
                "L092", "这不是核对报告", "This is no report of a check",
                "请给出 openalloc check --json 输出的文件,或核对页面下载的 JSON 报告。",
                "Give what openalloc check --json prints, or the JSON report of the page.",
            ) from error  # fmt: skip


class Remembered:
    """The rows of a summary sheet, put aside while a file is read."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._size = 0
        self._sheets: dict[str, bool] = {}

    def without(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """The rows that are not of a summary sheet."""
        for batch in batches:
            ours = self._sheets.get(batch.sheet)
            if ours is None and batch.rows:
                ours = self._sheets[batch.sheet] = _is_title(next(iter(batch)))
            if not ours:
                yield batch
            else:
                self._remember(batch)

    def _remember(self, rows: Iterable[Row]) -> None:
        for row in rows:
            if len(self._rows) < _MOST and self._size < _MOST_TEXT and isinstance(row.cells, tuple):
                cells = row.cells[:WIDTH]
                self._size += sum(len(cell) for cell in cells if isinstance(cell, str))
                self._rows.append(Row(row.sheet, row.number, cells))

    def earlier(self) -> Earlier | None:
        """What the summary sheet says, None where the file has none."""
        if not self._rows:
            return None
        first = self._rows[0].sheet
        return _Reading(first).read(row for row in self._rows if row.sheet == first)


class _Reading:
    """One summary sheet; a row of headings says what the rows below it are."""

    def __init__(self, sheet: str) -> None:
        self.earlier = Earlier([], sheet, [""])
        self._groups: dict[tuple[str, str, str], FoundGroup] = {}

    def read(self, rows: Iterable[Row]) -> Earlier:
        """What the rows say."""
        take: Take = _nothing
        takes = ((GROUPS[:5], self._group), (CELLS[:5], self._cell), (ORIGINALS, self._original))
        for row in rows:
            cells = [*row.cells, *[None] * WIDTH] if isinstance(row.cells, tuple) else [None]
            heads = [one for head, one in takes if tuple(cells[: len(head)]) == head]
            if heads:
                take = heads[0]
            else:
                take(cells)
        self.earlier.groups = [*self._groups.values()]
        return self.earlier

    def _group(self, cells: Sequence[Cell]) -> None:
        message, message_en, *_ = [*str(cells[4] or "").split("\n"), ""]
        code = str(cells[WIDTH - 1] or "")
        severity = _SEVERITY_OF.get(str(cells[0]).partition("\n")[0])
        count = cells[1]
        if severity and _CODE.fullmatch(code) and isinstance(count, int) and count > 0:
            key = (code, str(cells[2] or ""), str(cells[3] or ""))
            self._groups[key] = FoundGroup(code, severity, key[1], key[2], message, message_en, count)

    def _cell(self, cells: Sequence[Cell]) -> None:
        group = self._groups.get((str(cells[1]), str(cells[2] or ""), str(cells[3] or "")))
        row = str(cells[7] or "")
        if group is not None and len(group.places) < group.count:
            group.places.append(_found(cells[6], int(row) if _ROW.fullmatch(row) else None, cells[4]))

    def _original(self, cells: Sequence[Cell]) -> None:
        # Places go on one by one; what does not was changed by somebody.
        originals, place = self.earlier.originals, cells[0]
        if isinstance(place, int) and place == len(originals) and len(originals) < 64:
            originals.append(str(cells[1] or ""))


def _nothing(_: Sequence[Cell]) -> None:
    """What is no list of ours is not read."""


def _is_title(row: Row) -> bool:
    first = row.cells[0] if isinstance(row.cells, tuple) and row.cells else None
    return row.number == 1 and isinstance(first, str) and first.startswith(TITLE)


def _group(said: Mapping[str, Any]) -> FoundGroup:
    code, severity, count = str(said["code"]), str(said["severity"]), said["count"]
    if not _CODE.fullmatch(code) or severity not in SEVERITIES or type(count) is not int or count < 1:
        raise ValueError(code)
    places = [_found(one.get("cell"), one.get("row"), one.get("value")) for one in said["places"]]
    return FoundGroup(
        code, severity, str(said.get("sheet", "")), str(said.get("column", "")), str(said["message"]),
        str(said["messageEn"]), count, places[:count],
    )  # fmt: skip


def _found(cell: Any, row: Any, value: Any) -> Found:
    """A place as somebody else says it; what cannot be one is left out, personal numbers are masked."""
    named = str(cell or "")
    return Found(
        named if _CELL.fullmatch(named) else "", row if type(row) is int and row > 0 else None, mask(str(value or ""))[0]
    )  # fmt: skip
