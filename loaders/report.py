"""What came of a file: every row taken, refused or skipped, every column used or not, every issue."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from loaders.comparison import Comparison, compare
from loaders.completeness import Filled
from loaders.earlier import Earlier
from loaders.groups import SEVERITIES, Group, Issues
from loaders.personal import mask
from schemas.issue import Issue

SCHEMA = "https://openalloc.org/schemas/report/1.0.json"


@dataclass(slots=True)
class ColumnUse:
    """A column of the file: what it fills, or why it is left out, and how many of its cells reached a property.

    `non_empty` leaves out marks for "nothing" (-, 无, 1900-01-01).
    """

    sheet: str
    heading: str
    letter: str
    properties: list[str] = field(default_factory=list)
    reason: str | None = None
    non_empty: int = 0
    reached: int = 0

    @property
    def share(self) -> float | None:
        """The part of its filled cells that reached a property."""
        return self.reached / self.non_empty if self.non_empty else None

    def to_json(self) -> dict[str, Any]:
        """The column as a report shows it."""
        return {
            "sheet": mask(self.sheet)[0], "heading": mask(self.heading)[0], "letter": self.letter,
            "properties": self.properties, "dropped": self.reason and mask(self.reason)[0], "nonEmpty": self.non_empty, "reached": self.reached,
            "share": None if self.share is None else round(self.share, 4),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class NotRun:
    """A check that could not run on some records, or at all (`records` None), and why."""

    check: str
    title: str
    title_en: str
    reason: str
    reason_en: str
    records: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The check as a report shows it."""
        return {
            "check": self.check, "title": self.title, "titleEn": self.title_en, "reason": self.reason,
            "reasonEn": self.reason_en, "records": self.records,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class SoFar:
    """What is known of a file while it is read: how many rows came, what was found in them, and its columns.

    `issues` and `columns` are those of the report in the making and go on growing.
    """

    rows: int
    issues: Issues
    columns: tuple[ColumnUse, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one file. `rows` are those below the headings and are taken, refused or skipped, each once.

    `unsupported` rows, of types that the standard does not have, are among the refused. `unreadable`: the file
    could not be opened or read to its end, and nothing of it was stored after the fault. `earlier` is what the
    summary sheet of a workbook that we gave back says, `comparison` holds the report against it or another.
    """

    file_name: str
    sha256: str
    profile: str | None
    types: dict[str, int]
    rows: int
    taken: int
    refused: int
    unsupported: int
    skipped: dict[str, int]
    records: int
    stored: int
    unchanged: int
    revised: int
    withdrawn: int
    columns: tuple[ColumnUse, ...]
    found: Issues
    completeness: tuple[Filled, ...] = ()
    not_run: tuple[NotRun, ...] = ()
    clauses: Mapping[str, str] = field(default_factory=dict)
    unreadable: bool = False
    load_id: str | None = None
    earlier: Earlier | None = None
    comparison: Comparison | None = None

    def __post_init__(self) -> None:
        counted = self.taken + self.refused + sum(self.skipped.values())
        if self.rows != counted:
            raise AssertionError(f"{self.rows} rows, but {counted} taken, refused or skipped")

    @property
    def issues(self) -> tuple[Issue, ...]:
        """The findings that are kept, in the order in which they came."""
        return tuple(self.found.kept)

    @property
    def issue_counts(self) -> dict[str, int]:
        """How many findings there are of each code."""
        return self.found.counts

    @property
    def groups(self) -> tuple[Group, ...]:
        """The findings by what and where: what must be fixed first."""
        return self.found.ranked()

    def letter(self, group: Group) -> str:
        """The letter of the column of a group, '' where it has none."""
        return letter_of(group, self.columns)

    @property
    def share(self) -> float | None:
        """The part of all filled cells that reached a property, columns left out included."""
        filled = sum(column.non_empty for column in self.columns)
        return sum(column.reached for column in self.columns) / filled if filled else None

    @property
    def ok(self) -> bool:
        """Whether nothing was refused and the file could be read; rows of unsupported types do not count."""
        errors = {group.first.code for group in self.groups if group.first.severity == "error"} - {"L042"}
        return not self.unreadable and not errors and self.refused == self.unsupported

    def to_json(self) -> dict[str, Any]:
        """The report as a file or an answer shows it; `schemas/report/1.0.json` describes it."""
        counts = Counter(dict.fromkeys(SEVERITIES, 0))
        for group in self.groups:
            counts[group.first.severity] += group.count
        return {
            "schema": SCHEMA,
            "file": mask(self.file_name)[0], "sha256": self.sha256, "loadId": self.load_id, "profile": self.profile,
            "types": self.types, "ok": self.ok, "unreadable": self.unreadable,
            "rows": self.rows, "taken": self.taken, "refused": self.refused, "unsupported": self.unsupported,
            "skipped": self.skipped,
            "records": {
                "total": self.records, "stored": self.stored, "unchanged": self.unchanged, "revised": self.revised,
                "withdrawn": self.withdrawn,
            },
            "counts": {"mustFix": counts["error"], "canBeBetter": counts["warning"], "notes": counts["info"]},
            "groups": [group.to_json(self.letter(group), self.clauses) for group in self.groups],
            "notRun": [one.to_json() for one in self.not_run],
            "share": None if self.share is None else round(self.share, 4),
            "completeness": [one.to_json(self.clauses) for one in self.completeness],
            "columns": [column.to_json() for column in self.columns],
            **({"comparison": self.comparison.to_json()} if self.comparison else {}),
        }  # fmt: skip

    def since(self, earlier: Earlier) -> "Report":
        """The report compared with an earlier check of the file."""
        return replace(self, comparison=compare(earlier, Earlier.of(self.to_json())))


def letter_of(group: Group, columns: Iterable[ColumnUse]) -> str:
    """The letter of the column of a group, '' where it has none."""
    place = (group.first.sheet, group.first.column)
    return next((use.letter for use in columns if (use.sheet, use.heading) == place), "")
