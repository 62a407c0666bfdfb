"""What one row says of one record, until the rows of a record are put together."""

from dataclasses import dataclass
from typing import Any

from loaders.build import Place


@dataclass(frozen=True, slots=True)
class Fragment:
    """What one row says of one record; `row` counts the rows of the file that are no headings.

    `lacking`: the row is refused already for what its sheet lacks, these properties; '' is what would identify it.
    """

    row: int
    place: Place
    disclosure: str
    record: dict[str, Any]
    sources: dict[str, Any]
    cells: dict[str, Any]
    lacking: tuple[str, ...] = ()

    def to_json(self) -> list[Any]:
        """The fragment as the spool keeps it."""
        return [
            self.row,
            self.place.sheet,
            self.place.row,
            self.disclosure,
            self.record,
            self.sources,
            self.cells,
            self.lacking,
        ]

    @classmethod
    def of(cls, kept: list[Any]) -> "Fragment":
        """The fragment that the spool kept."""
        row, sheet, number, disclosure, record, sources, cells, lacking = kept
        return cls(row, Place(sheet, number), disclosure, record, sources, cells, tuple(lacking))
