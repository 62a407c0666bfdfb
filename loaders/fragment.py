"""What one row says of one record, until the rows of a record are put together."""

from collections.abc import Mapping
from typing import Any, Self

import orjson

from loaders.alone import Alone
from loaders.build import Place
from loaders.spool import Kept
from schemas.catalog import Disclosure


class Fragment:
    """What one row says of one record; `row` counts the rows of the file that are no headings.

    The record may be given as JSON, which is read when it is asked for. `lacking`: the row is refused already for what
    its sheet lacks, these properties; '' is what would identify it. `paths`: the properties that the record has where
    it is sound (`loaders.sound`). `alone`: what it tells by itself, where that is known.
    """

    __slots__ = ("_cells", "_record", "alone", "disclosure", "lacking", "paths", "place", "row", "sources")

    def __init__(
        self, row: int, place: Place, disclosure: Disclosure, record: dict[str, Any] | bytes, sources: dict[str, Any],
        cells: dict[str, Any] | None, lacking: tuple[str, ...] = (), paths: int | None = None, alone: Alone | None = None,
    ) -> None:  # fmt: skip
        """`cells` None: they are those of the record."""
        self.row, self.place, self.disclosure, self._record, self.sources = (
            row,
            place,
            disclosure,
            record,
            sources,
        )
        self._cells, self.lacking, self.paths, self.alone = cells, lacking, paths, alone

    @property
    def record(self) -> dict[str, Any]:
        """What it says."""
        if isinstance(self._record, bytes):
            self._record = dict[str, Any](orjson.loads(self._record))
        return self._record

    @property
    def body(self) -> dict[str, Any] | bytes:
        """What it says, as JSON where it has not been asked for."""
        return self._record

    @property
    def cells(self) -> dict[str, Any]:
        """What the row says."""
        return self.record if self._cells is None else self._cells

    def keep(self, body: bytes | None, alone: Alone | None) -> Kept:
        """The fragment as the spool keeps it; `body` is its record as JSON, where that is known already.

        `alone` is what it tells alone, where that is not remembered.
        """
        record, cells = self.record, self.cells
        same = cells is record or (cells == record and [*cells] == [*record])
        paths = None if self.paths is None else f"{self.paths:x}"
        return Kept([
            self.row, self.place.sheet, self.place.row, self.disclosure.name, record if body is None else None,
            self.sources, None if same else cells, self.lacking, paths,
            alone and alone.to_json(),
        ], body)  # fmt: skip

    @classmethod
    def of(cls, kept: Kept, versions: Mapping[str, Disclosure], remembered: dict[int, Alone]) -> Self:
        """The fragment that the spool kept; what rows tell alone may be `remembered` by their numbers, once."""
        row, sheet, number, name, record, sources, cells, lacking, said, alone = kept.value
        disclosure, paths = versions[name], None if said is None else int(said, 16)
        return cls(
            row, Place(sheet, number), disclosure, record if kept.body is None else kept.body, sources, cells,
            tuple(lacking), paths, remembered.pop(row, None) or (alone and Alone.from_json(alone, disclosure)),
        )  # fmt: skip
