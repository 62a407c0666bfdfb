"""What one row says of one record, until the rows of a record are put together."""

from dataclasses import dataclass
from typing import Any

import orjson

from loaders.build import Place


@dataclass(frozen=True, slots=True)
class Fragment:
    """What one row says of one record; `row` counts the rows of the file that are no headings.

    `lacking`: the row is refused already for what its sheet lacks, these properties; '' is what would identify it.
    `paths`: the properties that the record has where it is sound by itself (`loaders.sound`).
    """

    row: int
    place: Place
    disclosure: str
    record: dict[str, Any]
    sources: dict[str, Any]
    cells: dict[str, Any]
    lacking: tuple[str, ...] = ()
    paths: int | None = None

    def to_json(self, body: bytes | None = None) -> list[Any]:
        """The fragment as the spool keeps it; `body` is its record as JSON, where that is known already."""
        same = self.cells == self.record and [*self.cells] == [*self.record]
        return [
            self.row,
            self.place.sheet,
            self.place.row,
            self.disclosure,
            self.record if body is None else orjson.Fragment(body),
            self.sources,
            None if same else self.cells,
            self.lacking,
            None if self.paths is None else f"{self.paths:x}",
        ]

    @classmethod
    def of(cls, kept: list[Any]) -> "Fragment":
        """The fragment that the spool kept."""
        row, sheet, number, disclosure, record, sources, cells, lacking, paths = kept
        return cls(
            row, Place(sheet, number), disclosure, record, sources, record if cells is None else cells,
            tuple(lacking), None if paths is None else int(paths, 16),
        )  # fmt: skip
