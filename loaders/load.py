"""A department's file into the store, or only checked: bytes → rows → cells → values → checks → records → Report."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from sqlalchemy import Connection, Engine

from formats import wire, xml
from formats.child import read_batches
from formats.confinement import DEFAULT, Limits
from formats.error import FormatError
from loaders.asked import Asked
from loaders.beginning import beginning
from loaders.beyond import Beyond
from loaders.bounds import Bounds
from loaders.collector import resting
from loaders.contradicting import Contradictions
from loaders.earlier import Earlier, Remembered
from loaders.gathered import Gathered
from loaders.groups import Issues
from loaders.intake import Intake, Progress
from loaders.issues import RULES
from loaders.ledger import Ledger
from loaders.outcome import Outcome, Outcomes
from loaders.personal import mask
from loaders.profile import Profile
from loaders.report import NotRun, Report, SoFar
from loaders.screen import masked_cells, masked_wholly
from loaders.sources import renamed
from loaders.spool import Spool
from loaders.storing import Apart, Storing, store
from loaders.storing import Load as Batches
from loaders.withdrawn import left_alone, rows_of
from schemas.catalog import Catalog
from schemas.issue import Issue, issue
from schemas.uscc import is_valid, normalize
from store import cases, loads
from store.alike import Alike
from store.draft import Drafts, Entry
from store.engine import writing
from store.identity import identify
from store.writing import Written

# Units by what they measure, of the table of a sheet with its headings in a row.
Below = Mapping[tuple[str, int], Mapping[str, str]]
NOTHING_BELOW: Below = MappingProxyType({})
BATCH = 2000  # records that are looked for, numbered and inserted at a time


class Receipt(Protocol):
    """What keeps account of a load in the load's own transactions."""

    def count(self, connection: Connection, stored: int, revised: int) -> None:
        """So many records were stored and revised in this transaction."""

    def counted(self, connection: Connection) -> tuple[int, int]:
        """How many records were stored and revised in all, broken runs included."""

    def finish(self, connection: Connection, report: Report) -> None:
        """The load is done."""


def check(
    path: Path,
    catalog: Catalog,
    *,
    type: str | None = None,
    profile: Profile | None = None,
    publisher: str | None = None,
    since: Mapping[str, Any] | None = None,
    limits: Limits = DEFAULT,
    progress: Progress | None = None,
    columnar: bool = True,
    first: tuple[int, int] | None = None,
    taken: Callable[[Outcome], None] | None = None,
    bounds: Bounds | None = None,
    below: Below = NOTHING_BELOW,
) -> Report:
    """What would come of a file, without storing anything.

    It is compared with an earlier report on the file, `since`, or with what its own summary sheet says if it is a
    workbook that we gave back. The report is the same if every row is read by itself (`columnar` false), only later.
    `first`: only so many rows of a sheet, and of the file, are read. `taken` is given every record that passes, in
    order; then every row is read by itself. Records that say what lies outside `bounds` are refused. `below`: units that
    lines below the tables state, known once the file was read.
    """
    earlier = None if since is None else Earlier.of(since)
    run = _Run(
        path, catalog, type, profile, publisher, limits, progress, checking=True, first=first, bounds=bounds, below=below
    )  # fmt: skip
    columnar = columnar and taken is None and bounds is None
    with Spool() as fragments, Spool() as refusals, Ledger() as ledger:
        if run.read(fragments, refusals, ledger if columnar else None):
            if not below and run.intake.below:
                return check(
                    path, catalog, type=type, profile=profile, publisher=publisher, since=since, limits=limits,
                    progress=progress, columnar=columnar, first=first, taken=taken, bounds=bounds, below=run.intake.below,
                )  # fmt: skip
            for outcome in run.outcomes:
                if taken:
                    taken(outcome)
            run.outcomes.count(ledger)
        report = run.report()
        earlier = earlier or report.earlier
        return report.since(earlier) if earlier and not report.unreadable else report


def load(
    path: Path,
    catalog: Catalog,
    engine: Engine,
    *,
    type: str | None = None,
    profile: Profile | None = None,
    publisher: str | None = None,
    now: datetime,
    limits: Limits = DEFAULT,
    progress: Progress | None = None,
    again: bool = False,
    bounds: Bounds | None = None,
    receipt: Receipt | None = None,
    batch: int | None = None,
    apart: Apart | None = None,
    below: Below = NOTHING_BELOW,
) -> Report:
    """Store a file's records, `batch` at a time; `now` is UTC without a zone.

    Each batch is a transaction of its own, or a long file is stored by a process of its own (`apart`) while its next
    records are put together, and some batches are committed together. Withdrawn records are brought back only if that is
    asked for (`again`).

    Loading the same file again, also after an interruption, ends in the same state as one clean load. A file that
    cannot be read to its end stores nothing, nor does a record that goes beyond `bounds`.
    """
    run = _Run(
        path, catalog, type, profile, publisher, limits, progress, bounds=bounds, receipt=receipt, below=below
    )
    size = batch or BATCH
    with (
        Spool() as fragments,
        Spool() as refusals,
        Storing(engine, apart, size, partial(run.is_done, engine)) as storing,
    ):
        if not run.read(fragments, refusals, expected=storing.expect):
            if receipt is not None:
                with writing(engine, lasting=True) as connection:
                    receipt.finish(connection, run.report())
            return run.report()
        if not below and run.intake.below:
            return load(
                path, catalog, engine, type=type, profile=profile, publisher=publisher, now=now, limits=limits,
                progress=progress, again=again, bounds=bounds, receipt=receipt, batch=batch, apart=apart,
                below=run.intake.below,
            )  # fmt: skip
        storing.expect(run.gathered.rows)
        run.load_id = loads.begin(engine, run.load, now)
        run.waited, run.alike = run.waiting(engine), Alike(run.load_id)
        storing.load = Batches(run.load_id, now, again, run.waited)
        together: list[Outcome] = []
        with resting() as tell_batch:
            for outcome in run.outcomes:
                together.append(outcome)
                if len(together) == size:
                    run.write(engine, together, storing)
                    together = []
                    tell_batch()
            run.write(engine, together, storing)
            storing.finish()
        with writing(engine, lasting=True) as connection:
            run.alike.repair(connection, now)
            gathered = run.gathered
            loads.finish(
                connection, run.load_id, now, rows=gathered.rows, taken=gathered.taken, refused=_refused(refusals),
                skipped=dict(gathered.skipped), waited=run.waited,
            )  # fmt: skip
            run.settle(connection)
        return run.report()


class _Run:
    """One file on its way."""

    def __init__(
        self,
        path: Path,
        catalog: Catalog,
        type_: str | None,
        profile: Profile | None,
        publisher: str | None,
        limits: Limits,
        progress: Progress | None,
        *,
        checking: bool = False,
        bounds: Bounds | None = None,
        receipt: Receipt | None = None,
        first: tuple[int, int] | None = None,
        below: Below = NOTHING_BELOW,
    ) -> None:
        self.bounds, self.receipt = bounds, receipt
        self.path, self.catalog, self.profile = path, catalog, profile
        self.limits, self.progress, self.first = limits, progress, first
        self.wrong_publisher = None
        given: Mapping[str, str] = profile.publisher if profile else {}
        if publisher is not None:
            code = normalize(publisher)
            given = {"uscc": code}
            self.wrong_publisher = None if is_valid(code) else publisher
        # An older version stays itself; the newest is what its type's path means.
        asked = catalog.called(catalog.type(type_)) if type_ else None
        self._type = type_
        self.asked = Asked(
            catalog, asked, profile, given, publisher is not None, checking, path.stem,
            of_texts=path.suffix.lower() in xml.SUFFIXES, bounds=bounds, below=below,
        )  # fmt: skip
        self.remembered = Remembered()
        self.sha256 = ""
        self.load_id: str | None = None
        self.waited: tuple[str, ...] = ()  # loads whose refused rows are known by their places in this file
        self.alike: Alike
        self.intake: Intake
        self.outcomes: Outcomes
        self.unreadable: FormatError | None = None
        self.beyond = Beyond(catalog)
        self.contradictions = Contradictions(catalog)
        self.written: Counter[str] = Counter()

    @property
    def gathered(self) -> Gathered:
        """What has become of the file's rows."""
        return self.intake.gathered

    def read(
        self, fragments: Spool, refusals: Spool, ledger: Ledger | None = None, expected: Callable[[int], None] | None = None
    ) -> bool:  # fmt: skip
        """Take the file's rows; False where it cannot be read or nobody publishes it.

        With a ledger good rows are only counted there. `expected` is told how many rows have come.
        """
        self.intake = Intake(self.asked, fragments, refusals, self.beyond.across, ledger)
        self.outcomes = Outcomes(self.catalog, self.intake, self.beyond, self.bounds)
        if self.wrong_publisher is not None:
            self.gathered.issues.add(issue(RULES, "L006", value=self.wrong_publisher))
            return False
        try:
            batches = self.remembered.without(read_batches(self.path, self.limits))
            batches = beginning(batches, *self.first) if self.first else batches
            with resting() as tell_batch:
                self.intake.take_all(_told(batches, tell_batch), _telling(self.progress, expected))
            self._hash()
        except FormatError as error:
            self.unreadable = error
            return False
        return True

    def _hash(self) -> None:
        if not self.sha256:
            with self.path.open("rb") as stream:
                self.sha256 = hashlib.file_digest(stream, "sha256").hexdigest()

    @property
    def load(self) -> loads.Load:
        """What is loaded, and how."""
        self._hash()
        profile_hash = f"{self.profile.name} {self.profile.text_hash}" if self.profile else None
        return loads.Load(
            mask(self.path.name)[0],
            self.sha256,
            profile_hash,
            self._type,
            self.known_publisher,
            self.bounds_text,
        )

    def is_done(self, engine: Engine) -> bool:
        """Whether it was loaded before to its end."""
        with engine.connect() as connection:
            return loads.is_done(connection, self.load.id)

    def waiting(self, engine: Engine) -> tuple[str, ...]:
        """The loads whose refused rows are known by their places, which this file may repair."""
        assert self.load_id is not None
        if self.bounds is not None:
            return ()  # a place says nothing of whose the row was
        with engine.connect() as connection:
            return cases.waiting(connection, self.load_id, self.gathered.rows)

    @property
    def known_publisher(self) -> str | None:
        """Who publishes what names nobody: the bounds', the asker's or the profile's."""
        said = self.asked.publisher
        return self.bounds.publisher if self.bounds else said.get("uscc") or said.get("name")

    @property
    def bounds_text(self) -> str | None:
        """The bounds as the load is told apart by them."""
        return None if self.bounds is None else self.bounds.text

    def write(self, engine: Engine, batch: list[Outcome], storing: Storing) -> None:
        """Store one batch, perhaps while the next is read: not within bounds, where what is refused is counted with it."""
        if not batch:
            return
        self._mask_places(batch)
        if self.bounds is None and self.receipt is None:
            entries = [one.entry for one in batch]
            places = rows_of(entries) if self.waited else ()
            storing.take(
                Drafts.of(entries, self.catalog), places, partial(self._note, engine, batch, entries),
                at_once=self.contradictions.look(entries),
            )  # fmt: skip
            return
        with writing(engine) as connection:
            inside = batch if self.bounds is None else self._inside(self.bounds, connection, batch)
            entries = [one.entry for one in inside]
            places = rows_of(entries) if self.waited else ()
            written = store(connection, storing.load, Drafts.of(entries, self.catalog), places)
            if self.receipt is not None:
                self.receipt.count(connection, written.stored, written.revised)
        self._note(engine, inside, entries, written)

    def _note(self, engine: Engine, batch: list[Outcome], entries: list[Entry], written: Written) -> None:
        """Count what was stored, and say what is to be said of it."""
        with engine.connect() as connection:
            self.gathered.issues.add(*self.contradictions.found(connection, entries, written))
            self._compare(connection, self.alike, batch, written.ids)
        if written.left:
            self.gathered.issues.add(*left_alone(engine, written, entries))
        for name in ("stored", "unchanged", "revised", "withdrawn"):
            self.written[name] += getattr(written, name)

    def _compare(
        self, connection: Connection, known: Alike, batch: list[Outcome], ids: Sequence[str]
    ) -> None:
        """Look among the rows of records that were taken for those that refused rows were."""
        for one, id_ in zip(batch, ids, strict=True):
            publisher = one.entry.publisher
            if publisher is not None and known.is_sought(connection, publisher.id):
                for fragment in one.fragments:
                    known.take(publisher.id, id_, masked_cells(fragment.cells))

    def _inside(self, bounds: Bounds, connection: Connection, batch: list[Outcome]) -> list[Outcome]:
        """The records that change nothing outside the bounds; the rows of the others are refused."""
        claims = []
        for one in batch:
            identity = identify(one.record, one.disclosure)
            assert identity is not None
            claims.append((one.record, identity))
        inside = []
        for one, found in zip(batch, bounds.overreaching(connection, claims, self.catalog), strict=True):
            if found:
                self.outcomes.leave_out(one, found)
            else:
                inside.append(one)
        return inside

    def settle(self, connection: Connection) -> None:
        """Give the receipt its report: what all runs of the load have stored and revised."""
        if self.receipt is None:
            return
        written = self.written
        stored, revised = self.receipt.counted(connection)
        written["unchanged"] += written["stored"] + written["revised"] - stored - revised
        written["stored"], written["revised"] = stored, revised
        self.receipt.finish(connection, self.report())

    def _mask_places(self, batch: list[Outcome]) -> None:
        """Mask personal numbers in the names of sheets and columns that the records' values came from."""
        shown = self._shown_names
        for one in batch if shown else ():
            one.entry.sources = renamed(one.sources, shown)

    @cached_property
    def _shown_names(self) -> dict[str, str]:
        """How sheets and columns are shown whose names have such numbers; known when all rows are read."""
        names = {name for use in self.intake.columns for name in (use.sheet, use.heading)}
        return {name: hidden for name in names if (hidden := mask(name)[0]) != name}

    def report(self) -> Report:
        """What came of the file so far."""
        intake, gathered = self.intake, self.gathered
        issues = gathered.issues
        rows, taken, refused, skipped = (
            gathered.rows,
            gathered.taken,
            len(gathered.refused),
            dict(gathered.skipped),
        )
        if self.unreadable is not None:
            issues = Issues()
            issues.add(_of_format(self.unreadable))
            rows, taken, refused, skipped = 0, 0, 0, {}
        return Report(
            file_name=self.path.name, sha256=self.sha256, profile=self.profile.name if self.profile else None,
            types=dict(self.outcomes.types), rows=rows, taken=taken, refused=refused,
            unsupported=intake.unsupported if rows else 0, skipped=skipped, records=self.outcomes.records,
            stored=self.written["stored"], unchanged=self.written["unchanged"], revised=self.written["revised"],
            withdrawn=self.written["withdrawn"], columns=intake.columns, found=issues,
            completeness=gathered.completeness.lines(), not_run=tuple(self._not_run()),
            clauses={number: item.wording for number, item in self.catalog.policy.items.items()},
            unreadable=self.unreadable is not None, load_id=self.load_id,
            earlier=self.remembered.earlier(),
        )  # fmt: skip

    def _not_run(self) -> Iterator[NotRun]:
        """The checks that could not run, and why."""
        if self.unreadable is not None:
            yield NotRun(
                "rows", "逐行核对", "Every check of rows",
                "文件读不出来,其他核对都没有进行。", "The file cannot be read; no other check has run.",
            )  # fmt: skip
        elif not any(line.records for line in self.gathered.completeness.lines()):
            yield NotRun(
                "records", "按模式核对", "Every check of records",
                "没有一行能成为记录。", "No row could become a record.",
            )  # fmt: skip
        for (reason, reason_en), records in sorted(
            self.outcomes.without_deadline.items(), key=lambda one: (-one[1], one[0])
        ):
            yield NotRun(
                "deadline", "公开时限", "Whether it was published in time",
                f"{reason}这些记录是否超时不得而知。", f"{reason_en} Whether these were late is unknown.", records,
            )  # fmt: skip
        # That deadlines are unknown is said above.
        told = bool(self.outcomes.without_deadline)
        yield from (one for one in self.beyond.not_run() if one.check != "S030" or not told)


def _told(batches: Iterator[wire.Batch], tell: Callable[[], None]) -> Iterator[wire.Batch]:
    """The rows of a file as they come; tells whenever so many more have been taken as are stored at a time."""
    rows = 0
    for batch in batches:
        yield batch
        rows += len(batch.rows)
        if rows >= BATCH:
            rows = 0
            tell()


def _telling(progress: Progress | None, expected: Callable[[int], None] | None) -> Progress | None:
    """Who asked is told how far it is, and who expects rows how many there are."""
    if expected is None:
        return progress

    def tell(so_far: SoFar) -> None:
        expected(so_far.rows)
        if progress is not None:
            progress(so_far)

    return tell


def _of_format(error: FormatError) -> Issue:
    return Issue(error.code, "error", error.message, error.message_en, error.hint, error.hint_en)


def _refused(refusals: Spool) -> Iterator[loads.Refused]:
    """The refused rows in the order of the file, each with all its issues."""
    for several in refusals.groups():
        kept = [one.value for one in several]
        sheet, row, cells, _, case = kept[0]
        issues = [masked_wholly(_issue(said)) for one in kept for said in one[3]]
        yield loads.Refused(mask(sheet)[0], row, cells, issues, cases.Case(*case))


def _issue(said: dict[str, Any]) -> Issue:
    """An issue as it was before `to_json`."""
    return Issue(
        said["code"], said["severity"], said["message"], said["messageEn"], said["hint"], said["hintEn"],
        said.get("path", ""), said.get("value"), tuple(said.get("clause", ())), said.get("sheet", ""),
        said.get("row"), said.get("column"),
    )  # fmt: skip
