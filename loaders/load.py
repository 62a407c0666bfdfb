"""A department's file into the store, or only checked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine

from formats.confinement import DEFAULT, Limits
from loaders.bounds import Bounds
from loaders.collector import resting
from loaders.contradicting import Contradictions
from loaders.earlier import Earlier
from loaders.intake import Progress
from loaders.outcome import Outcome
from loaders.personal import mask
from loaders.profile import Profile
from loaders.report import Report
from loaders.run import BATCH, Run
from loaders.screen import masked_cells, masked_wholly
from loaders.sources import renamed
from loaders.spool import Spool
from loaders.storing import Apart, Storing, store
from loaders.storing import Load as Batches
from loaders.withdrawn import left_alone, rows_of
from schemas.catalog import Catalog
from schemas.issue import Issue
from store import cases, loads
from store.alike import Alike
from store.draft import Drafts, Entry
from store.engine import writing
from store.identity import identify
from store.writing import Written


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
) -> Report:
    """What would come of a file, without storing anything.

    It is compared with an earlier report on the file, `since`, or with what its own summary sheet says if it is a
    workbook that we gave back. The report is the same if every row is read by itself (`columnar` false), only later.
    `first`: only so many rows of a sheet, and of the file, are read. `taken` is given every record that passes, in
    order; then every row is read by itself. Records that say what lies outside `bounds` are refused.
    """
    earlier = None if since is None else Earlier.of(since)
    columnar = columnar and taken is None and bounds is None
    with Run(
        path, catalog, type, profile, publisher, limits, progress, checking=True, first=first, bounds=bounds
    ) as run:  # fmt: skip
        if run.read(counted=columnar):
            for outcome in run.outcomes:
                if taken:
                    taken(outcome)
            run.outcomes.count()
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
) -> Report:
    """Store a file's records, `batch` at a time; `now` is UTC without a zone.

    Each batch is a transaction of its own, or a long file is stored by a process of its own (`apart`) while its next
    records are put together, and some batches are committed together. Withdrawn records are brought back only if that is
    asked for (`again`).

    Loading the same file again, also after an interruption, ends in the same state as one clean load. A file that
    cannot be read to its end stores nothing, nor does a record that goes beyond `bounds`.
    """
    run = Run(path, catalog, type, profile, publisher, limits, progress, bounds=bounds)
    loading = _Loading(run, engine, receipt)
    size = batch or BATCH
    with run, Storing(engine, apart, size, loading.is_done) as storing:
        if not run.read(expected=storing.expect):
            if receipt is not None:
                with writing(engine, lasting=True) as connection:
                    receipt.finish(connection, run.report())
            return run.report()
        storing.expect(run.gathered.rows)
        loading.begin(storing, now, again)
        together: list[Outcome] = []
        with resting() as tell_batch:
            for outcome in run.outcomes:
                together.append(outcome)
                if len(together) == size:
                    loading.write(together, storing)
                    together = []
                    tell_batch()
            loading.write(together, storing)
            storing.finish()
        loading.finish(now)
        return run.report()


class _Loading:
    """What becomes of a run's records: they go into the store, batch after batch."""

    def __init__(self, run: Run, engine: Engine, receipt: Receipt | None) -> None:
        self._run, self._engine, self._receipt = run, engine, receipt
        self._contradictions = Contradictions(run.catalog)
        self._waited: tuple[str, ...] = ()  # loads whose refused rows are known by their places in this file
        self._alike: Alike

    @property
    def _load(self) -> loads.Load:
        """What is loaded, and how."""
        run = self._run
        return loads.Load(
            mask(run.path.name)[0],
            run.digest(),
            f"{run.profile.name} {run.profile.text_hash}" if run.profile else None,
            run.type,
            run.known_publisher,
            None if run.bounds is None else run.bounds.text,
        )

    def is_done(self) -> bool:
        """Whether the file was loaded before to its end."""
        with self._engine.connect() as connection:
            return loads.is_done(connection, self._load.id)

    def begin(self, storing: Storing, now: datetime, again: bool) -> None:
        """The file is read: its load begins, or goes on where it was broken off."""
        run = self._run
        run.load_id = loads.begin(self._engine, self._load, now)
        self._alike = Alike(run.load_id)
        # Within bounds none: a place says nothing of whose the row was.
        if run.bounds is None:
            with self._engine.connect() as connection:
                self._waited = cases.waiting(connection, run.load_id, run.gathered.rows)
        storing.load = Batches(run.load_id, now, again, self._waited)

    def write(self, batch: list[Outcome], storing: Storing) -> None:
        """Store one batch, perhaps while the next is read: not within bounds, where what is refused is counted with it."""
        if not batch:
            return
        self._mask_places(batch)
        bounds, catalog = self._run.bounds, self._run.catalog
        if bounds is None and self._receipt is None:
            entries = [one.entry for one in batch]
            places = rows_of(entries) if self._waited else ()
            storing.take(
                Drafts.of(entries, catalog), places, partial(self._note, batch, entries),
                at_once=self._contradictions.look(entries),
            )  # fmt: skip
            return
        with writing(self._engine) as connection:
            inside = batch if bounds is None else self._inside(bounds, connection, batch)
            entries = [one.entry for one in inside]
            places = rows_of(entries) if self._waited else ()
            written = store(connection, storing.load, Drafts.of(entries, catalog), places)
            if self._receipt is not None:
                self._receipt.count(connection, written.stored, written.revised)
        self._note(inside, entries, written)

    def _note(self, batch: list[Outcome], entries: list[Entry], written: Written) -> None:
        """Count what was stored, and say what is to be said of it."""
        run, issues = self._run, self._run.gathered.issues
        with self._engine.connect() as connection:
            issues.add(*self._contradictions.found(connection, entries, written))
            self._compare(connection, batch, written.ids)
        if written.left:
            issues.add(*left_alone(self._engine, written, entries))
        for name in ("stored", "unchanged", "revised", "withdrawn"):
            run.written[name] += getattr(written, name)

    def _compare(self, connection: Connection, batch: list[Outcome], ids: Sequence[str]) -> None:
        """Look among the rows of records that were taken for those that refused rows were."""
        for one, id_ in zip(batch, ids, strict=True):
            publisher = one.entry.publisher
            if publisher is not None and self._alike.is_sought(connection, publisher.id):
                for fragment in one.fragments:
                    self._alike.take(publisher.id, id_, masked_cells(fragment.cells))

    def _inside(self, bounds: Bounds, connection: Connection, batch: list[Outcome]) -> list[Outcome]:
        """The records that change nothing outside the bounds; the rows of the others are refused."""
        claims = []
        for one in batch:
            identity = identify(one.record, one.disclosure)
            assert identity is not None
            claims.append((one.record, identity))
        inside = []
        for one, found in zip(batch, bounds.overreaching(connection, claims, self._run.catalog), strict=True):
            if found:
                self._run.outcomes.leave_out(one, found)
            else:
                inside.append(one)
        return inside

    def finish(self, now: datetime) -> None:
        """All is stored: the load is done, with its refused rows and, where one is kept, its receipt."""
        run, gathered = self._run, self._run.gathered
        assert run.load_id is not None
        with writing(self._engine, lasting=True) as connection:
            self._alike.repair(connection, now)
            loads.finish(
                connection, run.load_id, now, rows=gathered.rows, taken=gathered.taken, refused=_refused(run.refusals),
                skipped=dict(gathered.skipped), waited=self._waited,
            )  # fmt: skip
            if self._receipt is not None:
                # What all runs of the load have stored and revised.
                written = run.written
                stored, revised = self._receipt.counted(connection)
                written["unchanged"] += written["stored"] + written["revised"] - stored - revised
                written["stored"], written["revised"] = stored, revised
                self._receipt.finish(connection, run.report())

    def _mask_places(self, batch: list[Outcome]) -> None:
        """Mask personal numbers in the names of sheets and columns that the records' values came from."""
        shown = self._shown_names
        for one in batch if shown else ():
            one.entry.sources = renamed(one.sources, shown)

    @cached_property
    def _shown_names(self) -> dict[str, str]:
        """How sheets and columns are shown whose names have such numbers; known when all rows are read."""
        names = {name for use in self._run.intake.columns for name in (use.sheet, use.heading)}
        return {name: hidden for name in names if (hidden := mask(name)[0]) != name}


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
