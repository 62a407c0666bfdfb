"""Rows in, sheet by sheet: whose table each is of, and whether it is data; what becomes of it is told to `Gathered`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from formats.aside import aside
from formats.row import SINCE_1904, Remark, Row
from formats.wire import Batch
from loaders.across import Across
from loaders.asked import Asked
from loaders.build import Built, Place
from loaders.fragment import Fragment
from loaders.gathered import Gathered
from loaders.headings import DEEPEST, SEARCHED
from loaders.issues import RULES
from loaders.ledger import Ledger
from loaders.remarks import findings
from loaders.report import ColumnUse, SoFar
from loaders.screen import masked, screened_record
from loaders.sheets import Sheet
from loaders.sound import Sound
from loaders.sources import of_whole
from loaders.spool import Spool
from loaders.table import Table, table_of
from loaders.text import clean, is_null
from loaders.unheaded import unheaded
from loaders.versioned import Versioned
from schemas.catalog import Disclosure
from schemas.issue import RULES as SCHEMA_RULES
from schemas.issue import Issue, issue

# Called whenever at least so many rows more have come.
Progress = Callable[[SoFar], None]
PROGRESS_EVERY = 500
# A batch with more lines that have to be taken by themselves is taken row by row.
_FEW = 8


class Intake:
    """Knows the sheets of a file and their tables; what becomes of their rows is `gathered`."""

    def __init__(
        self, asked: Asked, fragments: Spool, refusals: Spool, across: Across, ledger: Ledger | None = None
    ) -> None:
        self.asked = asked
        self.across = across
        self.ledger = ledger
        self.gathered = Gathered(asked, fragments, refusals, ledger)
        self.sound = Sound(asked.catalog)
        self._versioned = Versioned(asked, self.sound, across)
        self.unsupported = 0
        self.sheets: dict[str, Sheet] = {}
        # Every table, those above another one on their sheet among them.
        self.all_tables: list[Sheet] = []
        self._sheet = ""
        # The first rows of another table, and what stands between the last row of data and here: lines without data
        # (why they are none), and rows that say one thing only.
        self._begun: list[Row] = []
        self._between: list[tuple[int, Row, str | None]] = []
        self._aside: dict[str, str | None] = {}
        self._waiting: list[Row] = []
        self._without_heading: list[list[Row]] = []
        self._tables: dict[str, Table | None] = {}
        self._remarks: list[Remark] = []

    def take_all(self, batches: Iterable[Batch], progress: Progress | None = None) -> None:
        """Take every row of a file."""
        told = 0
        for batch in batches:
            if batch.remark is not None:
                self._take_remark(batch.remark)
                continue
            self._take_batch(batch)
            if progress and self.gathered.rows - told >= PROGRESS_EVERY:
                told = self.gathered.rows
                progress(self.so_far)
        self._end_of_sheet()
        self.gathered.issues.add(*map(masked, findings(self._remarks, self._is_read, self._repeats)))
        for sheet in self.all_tables:
            sheet.said.update(
                dict.fromkeys(found for way in sheet.ways for found in (*way.faults, *way.notes))
            )
            absent = [issue(RULES, "L009", value=heading) for heading in sheet.missing]
            self.gathered.issues.add(
                *(one.at(sheet=sheet.name, row=sheet.heading_row) for one in (*sheet.said, *absent))
            )
        self.gathered.issues.add(*self._without_table())
        if self.gathered.rows == sum(self.gathered.skipped.values()) and not self._without_heading:
            self.gathered.issues.add(issue(RULES, "L008"))

    @property
    def below(self) -> dict[tuple[str, int], dict[str, str]]:
        """The units that lines below tables state, by the sheet and the row of the headings."""
        found = {(one.name, one.heading_row): one.stated_below for one in self.all_tables}
        return {place: units for place, units in found.items() if units}

    def groups(self) -> Iterator[list[Fragment]]:
        """The fragments of each record that was read, records in the order of their first rows."""
        if self.ledger is not None:
            self._read_shared(self.ledger)
        return self.gathered.groups()

    @property
    def so_far(self) -> SoFar:
        """What whoever waits can be told now."""
        return SoFar(self.gathered.rows, self.gathered.issues, self.columns)

    @property
    def columns(self) -> tuple[ColumnUse, ...]:
        """What became of the columns of every sheet."""
        return tuple(use for sheet in self.all_tables for use in sheet.uses)

    def _take_remark(self, remark: Remark) -> None:
        """Keep what the format remarks on; a workbook's way of counting days has to be known before its rows."""
        self._remarks.append(remark)
        if remark.kind == SINCE_1904:
            self.asked = replace(self.asked, since_1904=True)

    def _is_read(self, sheet: str) -> bool:
        """Whether a sheet has rows that are read, and is not put aside whole."""
        return sheet in self._aside and self._aside[sheet] is None

    def _repeats(self, sheet: str, letters: str) -> bool:
        """Whether a column of a sheet holds amounts of which every row has its own."""
        return any(one.repeats(letters) for one in self.all_tables if one.name == sheet)

    def _take_batch(self, batch: Batch) -> None:
        """Take rows that came together: by columns once their table is known, else one by one.

        So are those that may change how others are read: headings of another table, lines that say one thing only.
        """
        if batch.sheet != self._sheet:
            self._end_of_sheet()
            self._sheet = batch.sheet
        at, apart = 0, None
        while at < len(batch.rows):
            table = self._table(batch.sheet)
            if table is not None and table.pays:
                if apart is None:
                    apart = table.breaks([cells for _, cells in batch.rows[at:]], at)
                end = next((one for one in apart if one >= at), len(batch.rows))
                if end > at and len(apart) <= _FEW:
                    if self._between:
                        self._settle(table.sheet)
                        continue
                    self._take_by_columns(table, batch, at, end)
                    at = end
                    continue
            if isinstance(batch.rows[at][1], dict):
                end = at + sum(1 for _ in takewhile(_is_object, batch.rows[at:]))
                self._take_objects(batch.sheet, batch.rows[at:end])
                at = end
                continue
            number, cells = batch.rows[at]
            row = Row(batch.sheet, number, tuple(cells))
            if not self._leaves_out(row):
                self._take(row)
            at += 1

    def _take_objects(self, name: str, rows: Sequence[tuple[int, dict[str, Any]]]) -> None:
        """Take JSON objects that came together: those that are surely good records, and the others as any row."""
        if self._leaves_out(Row(name, *rows[0]), len(rows)):
            return
        versions = [self._versioned.named(cells) for _, cells in rows]
        ready = self._versioned.ready(name, rows, versions)
        for (number, cells), disclosure, good in zip(rows, versions, ready, strict=True):
            place = Place(name, number)
            if good is not None:
                self.gathered.rows += 1
                fragment = Fragment(
                    self.gathered.rows, place, good.disclosure, good.record, good.sources, cells, paths=good.paths,
                    alone=good.alone,
                )  # fmt: skip
                self.gathered.keep_fragment(fragment, good.identity, good.body)
            elif disclosure is not None:
                self.gathered.rows += 1
                self._take_record(cells, disclosure, place)
            elif said := self._versioned.unknown(cells):
                self.gathered.rows += 1
                found = issue(SCHEMA_RULES, "S015", path="schema", value=said)
                self.gathered.refuse(self.gathered.rows, place, cells, [found.at(sheet=name, row=number)])
            else:
                self._take(Row(name, number, cells))

    def _table(self, name: str) -> Table | None:
        """The table of a sheet whose headings are known and whose rows may be taken by columns."""
        if self.ledger is None or self._waiting or self._begun or name not in self.sheets:
            return None
        if self.sheets[name].group or (name in self._tables and self._is_below(name)):
            return None
        if name not in self._tables:
            self._tables[name] = table_of(self.sheets[name], self.asked.catalog, self.across)
        return self._tables[name]

    def _is_below(self, name: str) -> bool:
        """Whether a sheet's table is below another one."""
        table = self._tables[name]
        return table is not None and table.sheet is not self.sheets[name]

    def _take_by_columns(self, table: Table, batch: Batch, left_out: int, end: int) -> None:
        """Take the rows of a batch up to one, its first left out: count the good ones, read the others."""
        assert self.ledger is not None
        rows, before = batch.rows[left_out:end], self.gathered.rows
        taken = table.take([cells for _, cells in rows])
        self.ledger.keep(batch, before + 1, left_out)
        table.count(taken)
        numbers = [number for number, _ in rows]
        for good in taken.good:
            self.ledger.add(good, before + 1, batch.sheet, numbers)
        for at in taken.others:
            number, cells = rows[at]
            self.gathered.rows = before + at
            self._take_row(table.sheet, Row(batch.sheet, number, tuple(cells)))
        self.gathered.rows = before + len(rows)

    def _read_shared(self, ledger: Ledger) -> None:
        """Read the good rows that are of one record with others."""
        rows = self.gathered.rows
        for name, shared in ledger.shared():
            table = self._tables[name]
            assert table is not None
            ledger.take_back(table.take([cells for _, _, cells in shared]))
            for row, number, cells in shared:
                place, self.gathered.rows = Place(name, number), row
                built = table.builder.build(cells, place)
                made = [(table.builder.plan.disclosure, built.record, built.sources)]
                self.gathered.keep(made, place, table.sheet.named_cells(cells))
        self.gathered.rows = rows
        disclosures = dict(ledger.first)
        for name, row in self.gathered.first.items():
            disclosures[name] = min(row, disclosures.get(name, row))
        for name in sorted(disclosures, key=disclosures.__getitem__):
            self.gathered.completeness.take(self.asked.catalog.versions[name], 0, 0)

    def _leaves_out(self, row: Row, rows: int = 1) -> bool:
        """Whether so many rows of a sheet, this the first, are not read: as the profile says, or, and then they are
        counted, because the sheet's own first row shows that it is put aside whole.
        """
        profile = self.asked.profile
        if profile and row.sheet in profile.skip_sheets:
            return True
        if row.sheet not in self._aside:
            self._aside[row.sheet] = aside(row)
        why = self._aside[row.sheet]
        if why:
            self.gathered.rows += rows
            self.gathered.skipped[why] += rows
        return why is not None

    def _take(self, row: Row) -> None:
        """Take a row of a table, whose headings may not be known yet."""
        if self._waiting and self._waiting[0].sheet != row.sheet:
            self._end_of_sheet()
        sheet = self.sheets.get(row.sheet)
        if sheet is None:
            self._waiting.append(row)
            if len(self._waiting) > SEARCHED:
                self._begin_sheet()
        elif sheet.headings or sheet.nested:
            self._take_below(sheet, row)

    def _take_below(self, sheet: Sheet, row: Row) -> None:
        """Take a row below headings, with which another table may begin."""
        if self._begun or (not isinstance(row.cells, dict) and sheet.begins_another(row)):
            self._begun.append(row)
            if len(self._begun) > DEEPEST:
                self._begin_another()
            return
        self._take_row(sheet, row)

    def _begin_another(self) -> None:
        """Learn the columns of a table that begins below another one, and take the rows below its headings."""
        rows, self._begun = self._begun, []
        above = self.sheets[rows[0].sheet]
        assert above.stacked is not None
        sheet = Sheet(above.name, self.asked)
        below = sheet.begin_another(rows, [row for _, row, _ in self._between], above.stacked.knows)
        if below is None:
            self._take_row(above, rows[0])
            for row in rows[1:]:
                self._take_below(above, row)
            return
        headings = len(rows) - len(below)
        self.gathered.rows += headings
        self.gathered.skipped["heading"] += headings
        if sheet.says_the_same(above):
            self._settle(above)
            sheet = above
        else:
            if titles := sum(why is None for _, _, why in self._between):
                self.gathered.skipped["note"] += titles
            self._between = []
            self.sheets[sheet.name] = sheet
            self.all_tables.append(sheet)
            sheet.said[issue(RULES, "L135")] = None
        for row in below:
            self._take_below(self.sheets[row.sheet], row)

    def _settle(self, sheet: Sheet) -> None:
        """What stands between the rows of a table is no other table's: names of divisions, notes, rows of one thing."""
        between, self._between = self._between, []
        for number, row, why in between:
            if why in (None, "note") and (told := sheet.grouped(row)):
                self.gathered.issues.add(told.at(sheet=sheet.name, row=row.number))
                if why is None:
                    self.gathered.skipped["heading"] += 1
            elif why is not None:
                sheet.note(row)
            else:
                cells = sheet.row_cells(row)
                place = Place(sheet.name, row.number)
                found = issue(RULES, "L134", value=sheet.alone(cells))
                self._count(sheet, cells, frozenset(), [])
                self.gathered.refuse(
                    number, place, sheet.named_cells(cells), [found.at(sheet=place.sheet, row=place.row)]
                )

    def _end_of_sheet(self) -> None:
        """Take what waits of a sheet that has ended."""
        self._begin_sheet()
        while self._begun:
            self._begin_another()
        if self._between:
            self._settle(self.sheets[self._between[0][1].sheet])

    def _begin_sheet(self) -> None:
        """Learn the columns of the sheet whose first rows were waiting, and take those below the headings."""
        rows, self._waiting = self._waiting, []
        if not rows:
            return
        sheet = self.sheets[rows[0].sheet] = Sheet(rows[0].sheet, self.asked)
        self.all_tables.append(sheet)
        if isinstance(rows[0].cells, dict):
            sheet.begin_objects(rows)
            below = rows
        else:
            below = sheet.begin(rows)
        if not sheet.headings and not sheet.nested:
            self._without_heading.append(rows)
        for row in below:
            self._take_below(self.sheets[row.sheet], row)

    def _without_table(self) -> Iterator[Issue]:
        """What is said of the sheets that have no headings; one of notes beside a table is no fault."""
        for rows in self._without_heading:
            name = rows[0].sheet
            notes = sum(sum(map(bool, map(clean, row.cells))) > 1 for row in rows) < 2
            beside = notes and any(sheet.headings for sheet in self.sheets.values())
            if beside:
                yield issue(RULES, "L020", sheet=name).at(sheet=name, row=rows[0].number)
            else:
                yield masked(unheaded(rows, self.asked))

    def _take_record(self, record: dict[str, Any], disclosure: Disclosure, place: Place) -> None:
        whole = self._versioned.whole(record, disclosure)
        shown, hidden = screened_record(whole, disclosure.fields)
        found = [masked(one.at(sheet=place.sheet, row=place.row)) for one in hidden]
        self.gathered.issues.add(*(one for one in found if one.severity != "error"))
        if errors := [one for one in found if one.severity == "error"]:
            self.gathered.completeness.take(disclosure, self.gathered.said_paths(shown, disclosure))
            self.gathered.refuse(self.gathered.rows, place, record, errors, made=[(disclosure, shown)])
            return
        sources = of_whole(record, shown, place.sheet, place.row)
        self.gathered.keep([(disclosure, shown, sources)], place, record)

    def _take_row(self, sheet: Sheet, row: Row) -> None:
        self.gathered.rows += 1
        why = sheet.skipped(row)
        if why is not None:
            self.gathered.skipped[why] += 1
            if why in ("note", "unit"):
                self._between.append((self.gathered.rows, row, why))
            return
        cells = sheet.row_cells(row)
        if sheet.alone(cells) is not None and not sheet.from_above:
            self._between.append((self.gathered.rows, row, None))
            return
        if self._between:
            self._settle(sheet)
        place = Place(sheet.name, row.number)
        ways = list(sheet.ways_for(cells))
        if not ways:
            self.unsupported += 1
            found = issue(RULES, "L042", value=sheet.chosen_by(cells))
            self.gathered.refuse(
                self.gathered.rows,
                place,
                sheet.named_cells(cells),
                [found.at(sheet=place.sheet, row=place.row)],
            )
            return
        sheet.said.update(dict.fromkeys(found for way in ways for found in (*way.faults, *way.notes)))
        faults = [fault.at(sheet=place.sheet, row=place.row) for way in ways for fault in way.faults]
        if faults:
            self.gathered.refuse(self.gathered.rows, place, sheet.named_cells(cells), faults, noted=True)
            if not any(way.builder for way in ways):
                self._count(sheet, cells, frozenset(), [])
            if not (self.asked.checking and all(way.builder for way in ways)):
                return
        builders = [way.builder for way in ways if way.builder]
        above = sheet.from_above
        built = [
            (builder.plan.disclosure, builder.build(cells, place, above, sheet.group)) for builder in builders
        ]
        asked = frozenset[int]().union(*(builder.plan.columns for builder in builders))
        self._count(sheet, cells, asked, [one for _, one in built])
        errors = [one for _, result in built for one in result.issues if one.severity == "error"]
        self.gathered.issues.add(
            *(one for _, result in built for one in result.issues if one.severity != "error")
        )
        if errors:
            for disclosure, result in built:
                self.gathered.completeness.take(
                    disclosure, self.gathered.said_paths(result.record, disclosure)
                )
            records = [(disclosure, result.record) for disclosure, result in built]
            self.gathered.refuse(self.gathered.rows, place, sheet.named_cells(cells), errors, made=records)
            return
        made = [(disclosure, result.record, result.sources) for disclosure, result in built]
        lacking = tuple(fault.path for fault in faults)
        self.gathered.keep(made, place, sheet.named_cells(cells), lacking)

    def _count(self, sheet: Sheet, cells: list[Any], asked: frozenset[int], built: list[Built]) -> None:
        """Count which cells said something and which reached a property; `asked` are the columns that were read."""
        filled = set().union(*(one.filled for one in built))
        reached = set().union(*(one.reached for one in built))
        for number, (use, cell) in enumerate(zip(sheet.uses, cells, strict=False)):
            said = number in filled if number in asked else _says_something(cell)
            use.non_empty += said
            use.reached += number in reached


def _is_object(row: tuple[int, Any]) -> bool:
    return isinstance(row[1], dict)


def _says_something(cell: Any) -> bool:
    return bool(cell) if isinstance(cell, (list, dict)) else not is_null(clean(cell), of_text=True)
