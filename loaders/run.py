"""One file on its way: bytes → rows → cells → values → checks → records → Report."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from formats import wire, xml
from formats.child import read_batches
from formats.confinement import Limits
from formats.error import FormatError
from loaders.asked import Asked
from loaders.beginning import beginning
from loaders.beyond import Beyond
from loaders.bounds import Bounds
from loaders.collector import resting
from loaders.earlier import Remembered
from loaders.gathered import Gathered
from loaders.groups import Issues
from loaders.intake import Intake, Progress
from loaders.issues import RULES
from loaders.ledger import Ledger
from loaders.outcome import Outcomes
from loaders.profile import Profile
from loaders.report import NotRun, Report, SoFar
from loaders.spool import Spool
from schemas.catalog import Catalog
from schemas.issue import Issue, issue
from schemas.uscc import is_valid, normalize

BATCH = 2000  # records that are looked for, numbered and inserted at a time


class Run:
    """One file on its way, whether it is checked or loaded. What waits of it in temporary files goes with it."""

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
        first: tuple[int, int] | None = None,
    ) -> None:
        self.path, self.catalog, self.profile, self.bounds = path, catalog, profile, bounds
        self.limits, self.progress, self.first = limits, progress, first
        self.wrong_publisher = None
        given: Mapping[str, str] = profile.publisher if profile else {}
        if publisher is not None:
            code = normalize(publisher)
            given = {"uscc": code}
            self.wrong_publisher = None if is_valid(code) else publisher
        # An older version stays itself; the newest is what its type's path means.
        asked = catalog.called(catalog.type(type_)) if type_ else None
        self.type = type_
        self.asked = Asked(
            catalog, asked, profile, given, publisher is not None, checking, path.stem,
            of_texts=path.suffix.lower() in xml.SUFFIXES, bounds=bounds,
        )  # fmt: skip
        self.remembered = Remembered()
        self.sha256 = ""
        self.load_id: str | None = None
        self.intake: Intake
        self.outcomes: Outcomes
        self.refusals: Spool
        self.unreadable: FormatError | None = None
        self.beyond = Beyond(catalog)
        self.written: Counter[str] = Counter()
        self._files = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    @property
    def gathered(self) -> Gathered:
        """What has become of the file's rows."""
        return self.intake.gathered

    def read(self, *, counted: bool = False, expected: Callable[[int], None] | None = None) -> bool:
        """Take the file's rows; False where it cannot be read or nobody publishes it.

        With `counted` good rows are only counted, in a ledger. `expected` is told how many rows have come. Where lines
        below the tables state units, which are known only now, all is read once more.
        """
        if not self._read(counted, expected):
            return False
        if not self.intake.below:
            return True
        self._files.close()
        self.asked = replace(self.asked, below=self.intake.below)
        self.remembered, self.beyond = Remembered(), Beyond(self.catalog)
        return self._read(counted, expected)

    def _read(self, counted: bool, expected: Callable[[int], None] | None) -> bool:
        fragments, self.refusals = (self._files.enter_context(Spool()) for _ in range(2))
        ledger = self._files.enter_context(Ledger()) if counted else None
        self.intake = Intake(self.asked, fragments, self.refusals, self.beyond.across, ledger)
        self.outcomes = Outcomes(self.catalog, self.intake, self.beyond, self.bounds)
        if self.wrong_publisher is not None:
            self.gathered.issues.add(issue(RULES, "L006", value=self.wrong_publisher))
            return False
        try:
            batches = self.remembered.without(read_batches(self.path, self.limits))
            batches = beginning(batches, *self.first) if self.first else batches
            with resting() as tell_batch:
                self.intake.take_all(_told(batches, tell_batch), _telling(self.progress, expected))
            self.digest()
        except FormatError as error:
            self.unreadable = error
            return False
        return True

    def digest(self) -> str:
        """The file's SHA-256; its report has none until this was asked for."""
        if not self.sha256:
            with self.path.open("rb") as stream:
                self.sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        return self.sha256

    @property
    def known_publisher(self) -> str | None:
        """Who publishes what names nobody: the bounds', the asker's or the profile's."""
        said = self.asked.publisher
        return self.bounds.publisher if self.bounds else said.get("uscc") or said.get("name")

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
