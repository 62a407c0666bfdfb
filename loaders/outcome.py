"""What becomes of the fragments of a file's records: each is a record that passes, or its rows are refused."""

from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from loaders.alone import Alone, Reason, no_deadline
from loaders.beyond import Beyond
from loaders.bounds import Bounds
from loaders.build import Place
from loaders.completeness import filled_paths
from loaders.former import organizations, without_former
from loaders.fragment import Fragment
from loaders.intake import Intake
from loaders.issues import of_field
from loaders.merging import Merger
from loaders.screen import HOME, without_homes
from loaders.sources import is_part, own_source, placed, places, source_of
from loaders.standing import Standing
from schemas.catalog import Catalog, Disclosure
from schemas.check import check, storable
from schemas.issue import Issue
from store.draft import Entry


class Outcome(NamedTuple):
    """One record that passed, and the rows that it is from; `entry` is what is stored of it."""

    entry: Entry
    fragments: list[Fragment]
    no_deadline: Reason | None

    @property
    def record(self) -> Mapping[str, Any]:
        """What it says."""
        return self.entry.record

    @property
    def sources(self) -> Mapping[str, Any]:
        """Where each value came from."""
        return self.entry.sources or {}

    @property
    def disclosure(self) -> Disclosure:
        """The version that it follows."""
        return self.entry.disclosure


class Outcomes:
    """The records of a file's rows once all have come in; counted by type, and those without a deadline by why."""

    def __init__(self, catalog: Catalog, intake: Intake, beyond: Beyond, bounds: Bounds | None) -> None:
        self._catalog, self._intake, self._beyond, self._bounds = catalog, intake, beyond, bounds
        self._gathered = intake.gathered
        self.records = 0
        self.types: Counter[str] = Counter()
        self.without_deadline: Counter[tuple[str, str]] = Counter()

    def __iter__(self) -> Iterator[Outcome]:
        """The records that pass, in the order in which their first rows came; the rows of the others are refused."""
        groups, ledger = self._intake.groups(), self._intake.ledger
        standing = Standing(ledger, self._beyond) if ledger else None
        for fragments in groups:
            if standing:
                self._gathered.issues.take(standing.until(fragments[0].row))
            if len(fragments) > 1:
                rows = [(one.place.sheet, one.place.row, one.cells) for one in fragments]
                self._gathered.issues.add(*self._beyond.take_rows(rows))
            outcome = self._outcome(fragments)
            if outcome is not None:
                self.records += 1
                self.types[outcome.disclosure.type] += 1
                if outcome.no_deadline is not None:
                    self.without_deadline[outcome.no_deadline] += 1
                yield outcome
        if standing:
            self._gathered.issues.take(standing.until())
        self._gathered.issues.take(self._beyond.issues())

    def count(self) -> None:
        """Count the records that were good without being read."""
        ledger = self._intake.ledger
        if ledger is None:
            return
        for shape, records in ledger.records.items():
            self.records += records
            self.types[shape.disclosure.type] += records
            self._gathered.completeness.take(
                shape.disclosure, self._gathered.said_paths(shape.record, shape.disclosure), records
            )
        self.without_deadline.update(ledger.without_deadline)
        self.types, self.without_deadline = +self.types, +self.without_deadline

    def leave_out(self, one: Outcome, found: list[Issue]) -> None:
        """Refuse the rows of a record that passed but would change what lies outside the bounds."""
        self.records -= 1
        self.types[one.disclosure.type] -= 1
        self.types = +self.types
        self._refuse_outside(one.fragments, found)

    def _refuse_outside(self, fragments: list[Fragment], found: list[Issue]) -> None:
        """Refuse the rows of a record outside the bounds; of what they say nothing is kept."""
        for fragment in fragments:
            self._refuse(fragment, found, cells={})

    def _outcome(self, fragments: list[Fragment]) -> Outcome | None:
        """The record of some fragments. Rows that contradict an earlier one, or are at fault, are refused."""
        disclosure = fragments[0].disclosure
        only = fragments[0] if len(fragments) == 1 else None
        if only is not None and only.alone is not None and only.paths is not None:
            return self._alone(only, only.alone, only.paths)
        lacking, first = fragments[0].lacking, True
        while fragments:
            record, sources, fragments = self._merged(fragments, disclosure)
            if self._bounds and (beyond := [*self._bounds.outside(record, disclosure, self._catalog)]):
                self._refuse_outside(fragments, beyond)
                return None
            paths = fragments[0].paths if len(fragments) == 1 else None
            if paths is None and storable(record) is not None:
                paths = self._intake.sound.paths(record, disclosure)
            if first:
                self._gathered.completeness.take(
                    disclosure, self._gathered.said_paths(record, disclosure, paths)
                )
                first = False
            found = check(record, disclosure, self._catalog) if paths is None else []
            place_of = places(sources, fragments[0].place.sheet, fragments[0].place.row)
            former, noted = without_former(record, found)
            if former:
                self._gathered.issues.add(*(placed(one, place_of(one.path)) for one in noted))
                sources = {path: one for path, one in sources.items() if path not in former}
                found = check(record, disclosure, self._catalog)
            if lacking:
                found = [one for one in found if one.code != "S001" or one.path not in lacking]
            errors = [one for one in found if one.severity == "error"]
            if not errors:
                self._gathered.issues.add(*(placed(one, place_of(one.path)) for one in found))
                paths = filled_paths(record, disclosure) if paths is None else paths
                more = self._beyond.take(disclosure, record, paths, place_of)
                self._gathered.issues.add(*more)
                without_homes(record, sources, more)
                if lacking:
                    return None
                entry = Entry(record, disclosure, sources, organizations(former))
                return Outcome(entry, fragments, no_deadline(record, disclosure, self._catalog))
            fragments = self._without_faulty(fragments, errors, sources)
        return None

    def _alone(self, fragment: Fragment, alone: Alone, paths: int) -> Outcome:
        """The record of a row, with these properties, of which all is known that can be told of it by itself."""
        disclosure = fragment.disclosure
        self._gathered.completeness.take(disclosure, paths)
        place_of = places(fragment.sources, fragment.place.sheet, fragment.place.row)
        found = self._beyond.take_told(disclosure, paths, alone.found, alone.seen, place_of)
        self._gathered.issues.add(*found)
        entry = Entry(fragment.body, disclosure, fragment.sources, known=alone.known)
        if any(one.code == HOME for one in found):
            without_homes(fragment.record, fragment.sources, found)
            entry = Entry(fragment.record, disclosure, fragment.sources)
        return Outcome(entry, [fragment], alone.no_deadline)

    def _merged(
        self, fragments: list[Fragment], disclosure: Disclosure
    ) -> tuple[dict[str, Any], dict[str, Any], list[Fragment]]:
        """The record and the sources of fragments, and those that agree; the rows of the others are refused."""
        first = fragments[0]
        if len(fragments) == 1:
            return first.record, first.sources, fragments
        # The merger changes what it is given, and these fragments may have to be merged again without some.
        merger = Merger(deepcopy(first.record), dict(first.sources), disclosure.fields)
        kept = [first]
        for fragment in fragments[1:]:
            found = merger.take(deepcopy(fragment.record), fragment.sources)
            if found is None:
                kept.append(fragment)
                continue
            names = {"other": first.place.row, "stored": found.stored, "value": found.value}
            about = of_field("L041", found.field or disclosure.fields[0], **names)
            source = own_source(found.path, fragment.sources)
            self._refuse(fragment, [placed(about, source) if source else about])
        return merger.record, merger.sources, kept

    def _without_faulty(
        self, fragments: list[Fragment], errors: list[Issue], sources: Mapping[str, Any]
    ) -> list[Fragment]:
        """The fragments whose rows no error points at; all are refused where an error points at none."""
        blamed: dict[tuple[str, int], list[Issue]] = {}
        for error in errors:
            source = source_of(error.path, sources)
            if source is None:
                blamed = {}
                break
            blamed.setdefault((source[0], source[1]), []).append(placed(error, source))
        left = []
        for fragment in fragments:
            place = (fragment.place.sheet, fragment.place.row)
            if not blamed:
                self._refuse(fragment, errors)
            elif place in blamed:
                self._refuse(fragment, blamed[place])
            else:
                left.append(fragment)
        return left

    def _refuse(
        self, fragment: Fragment, issues: list[Issue], cells: Mapping[str, Any] | None = None
    ) -> None:
        place = fragment.place
        at_row = [self._at_row(one, place) if one.row is None else one for one in issues]
        made = [(fragment.disclosure, fragment.record)]
        self._gathered.refuse(
            fragment.row, place, fragment.cells if cells is None else cells, at_row, made=made
        )

    def _at_row(self, found: Issue, place: Place) -> Issue:
        """A finding of the whole row; of what is missing, at the column that should have said it."""
        uses = (use for use in self._intake.columns if use.sheet == place.sheet and found.code == "S001")
        column = next((use.heading for use in uses if is_part(found.path, use.properties)), None)
        return found.at(sheet=place.sheet, row=place.row, column=column)
