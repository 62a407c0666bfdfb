"""The checks beyond the schema over a file: of each record by itself, and of several rows together."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from loaders.across import Across, Seen
from loaders.report import NotRun
from loaders.sources import PlaceOf, placed
from schemas.catalog import Catalog, Disclosure
from schemas.issue import Issue
from schemas.quality import Missing, not_run, plan, quality


class Beyond:
    """What a file's valid records could say better; fed record by record, what it remembers is bounded."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.across = Across(catalog)
        self._paths: dict[str, int] = {}

    def take(
        self, disclosure: Disclosure, record: Mapping[str, Any], paths: int, place_of: PlaceOf
    ) -> list[Issue]:
        """The findings about a valid record that has these properties (`filled_paths`), at their cells."""
        found, seen = quality(record, disclosure, self._catalog), self.across.seen(disclosure, record)
        return self.take_told(disclosure, paths, found, seen, place_of)

    def take_told(
        self, disclosure: Disclosure, paths: int, found: Sequence[Issue], seen: Sequence[Seen], place_of: PlaceOf
    ) -> list[Issue]:  # fmt: skip
        """The same of a record of which is known already what is found and seen in it alone."""
        self.know(disclosure, paths)
        at_cells = [placed(one, place_of(one.path)) for one in found]
        return at_cells + self.across.take_seen(disclosure, seen, place_of)

    def know(self, disclosure: Disclosure, paths: int) -> None:
        """That the file has a record with these properties."""
        self._paths[disclosure.name] = self._paths.get(disclosure.name, 0) | paths

    def take_rows(self, rows: Sequence[tuple[str, int, Mapping[str, Any]]]) -> list[Issue]:
        """The rows (sheet, row, cells) of one record that only repeat another."""
        return self.across.take_rows(rows)

    def issues(self) -> list[Issue]:
        """What is known only when all records have gone by."""
        return self.across.issues()

    def not_run(self) -> Iterator[NotRun]:
        """The checks that no record of the file let run, and why."""
        for one in self._missing():
            yield NotRun(one.code, one.title, one.title_en, one.reason, one.reason_en)

    def _missing(self) -> Iterator[Missing]:
        """The checks that ran for none of the file's types, each once."""
        lacking: dict[str, Missing] = {}
        ran: set[str] = set()
        for name, paths in self._paths.items():
            disclosure = self._catalog.versions[name]
            there = {path for path, bit in disclosure.bits.items() if paths & bit}
            missing = {one.code: one for one in not_run(there, disclosure, self._catalog)}
            lacking = missing | lacking
            ran |= {
                check.code for check, probes in plan(disclosure, self._catalog).probes if probes
            } - missing.keys()
        yield from (one for code, one in lacking.items() if code not in ran)
        if self._paths:
            yield from self.across.not_run()
