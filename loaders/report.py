"""What came of a file: every row taken, refused or skipped, every column used or not, every issue."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from schemas.issue import Issue

# So many issues are shown of one code; all are counted.
SHOWN = 200


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
            "sheet": self.sheet, "heading": self.heading, "letter": self.letter, "properties": self.properties,
            "dropped": self.reason, "nonEmpty": self.non_empty, "reached": self.reached,
            "share": None if self.share is None else round(self.share, 4),
        }  # fmt: skip


@dataclass(slots=True)
class Issues:
    """Issues as they come: all counted by code, the first of each shown."""

    shown: list[Issue] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    errors: int = 0

    def add(self, *found: Issue) -> None:
        """Count these issues and show them while there is room."""
        for one in found:
            self.counts[one.code] += 1
            self.errors += one.severity == "error"
            if self.counts[one.code] <= SHOWN:
                self.shown.append(one)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one file. `rows` are those below the headings and are taken, refused or skipped, each once.

    `unsupported` rows, of types that the standard does not have, are among the refused. `unreadable`: the file
    could not be opened or read to its end, and nothing of it was stored after the fault.
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
    issues: tuple[Issue, ...]
    issue_counts: dict[str, int]
    not_checked: dict[str, int]
    unreadable: bool = False
    load_id: str | None = None

    def __post_init__(self) -> None:
        counted = self.taken + self.refused + sum(self.skipped.values())
        if self.rows != counted:
            raise AssertionError(f"{self.rows} rows, but {counted} taken, refused or skipped")

    @property
    def share(self) -> float | None:
        """The part of all filled cells that reached a property, columns left out included."""
        filled = sum(column.non_empty for column in self.columns)
        return sum(column.reached for column in self.columns) / filled if filled else None

    @property
    def ok(self) -> bool:
        """Whether nothing was refused and the file could be read; rows of unsupported types do not count."""
        errors = {issue.code for issue in self.issues if issue.severity == "error"} - {"L042"}
        return not self.unreadable and not errors and self.refused == self.unsupported

    def to_json(self) -> dict[str, Any]:
        """The report as a file or an answer shows it."""
        return {
            "file": self.file_name, "sha256": self.sha256, "loadId": self.load_id, "profile": self.profile,
            "types": self.types, "ok": self.ok, "unreadable": self.unreadable,
            "rows": self.rows, "taken": self.taken, "refused": self.refused, "unsupported": self.unsupported,
            "skipped": self.skipped,
            "records": {
                "total": self.records, "stored": self.stored, "unchanged": self.unchanged, "revised": self.revised,
                "withdrawn": self.withdrawn,
            },
            "share": None if self.share is None else round(self.share, 4),
            "columns": [column.to_json() for column in self.columns],
            "notChecked": self.not_checked,
            "issueCounts": self.issue_counts,
            "issues": [issue.to_json() for issue in self.issues],
        }  # fmt: skip
