"""Where in the returned workbook a finding stands: its own cell, or the first column of its row."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from formats.extent import column_number
from loaders.report import ColumnUse
from loaders.returned.ooxml import COLUMNS, ROWS
from schemas.issue import Issue

Cell = tuple[str, int, int]  # sheet, row and column from 1


class Where(Protocol):
    """Tells for each finding its cell in the workbook that is given back."""

    def of_issue(self, found: Issue) -> Cell | None: ...

    def sheet(self, name: str) -> str: ...


@dataclass(slots=True)
class Places:
    """The cells of the workbook that is given back, by what the report says of the file that came."""

    letters: dict[tuple[str, str], int] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: Iterable[ColumnUse]) -> "Places":
        """Those of a workbook that is given back as it came."""
        places = cls()
        for use in columns:
            if use.letter:
                number = column_number(use.letter)
                places.letters.setdefault((use.sheet, use.heading), number)
                if use.heading:
                    places.first[use.sheet] = min(number, places.first.get(use.sheet, number))
        return places

    def of_issue(self, found: Issue) -> Cell | None:
        """The cell of a finding, None for one of the whole file."""
        if found.row is None or not 1 <= found.row <= ROWS:
            return None
        column = self.letters.get((found.sheet, found.column or "")) or self.first.get(found.sheet, 1)
        return (found.sheet, found.row, column) if column <= COLUMNS else None

    def sheet(self, name: str) -> str:
        """The name of a sheet in the workbook."""
        return name
