"""What the process that opens the workbook is told: the marks, the summary, and what an earlier summary remembers."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

Look = Literal[
    "title", "good", "bad", "fact", "section", "head", "text", "error", "warning", "info", "count", "percent", "link",
    "quiet",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """One cell of the summary: its text or number, its look, what it leads to, how many columns it covers."""

    text: str | int | float
    look: Look = "text"
    link: tuple[str, str] | None = None  # sheet and cell
    span: int = 1

    @classmethod
    def of(cls, said: Sequence[Any]) -> Self:
        """The cell that was passed as a list."""
        text, look, link, span = said
        return cls(text, look, tuple(link) if link else None, span)


Line = list[Box]


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said at one cell; row and column count from 1."""

    sheet: str
    row: int
    column: int
    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class Job:
    """One workbook to be marked. `earlier` is the summary sheet that is there, `originals` the fills it remembers."""

    marks: list[Mark]
    summary: list[Line]
    name: str
    earlier: str | None = None
    originals: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The job as it is passed."""
        return {
            "marks": [list(asdict(mark).values()) for mark in self.marks],
            "summary": [[[box.text, box.look, box.link, box.span] for box in line] for line in self.summary],
            "name": self.name, "earlier": self.earlier, "originals": self.originals,
        }  # fmt: skip

    @classmethod
    def of(cls, said: dict[str, Any]) -> "Job":
        """The job that was passed."""
        return cls(
            [Mark(*mark) for mark in said["marks"]],
            [[Box.of(box) for box in line] for line in said["summary"]],
            said["name"], said["earlier"], said["originals"],
        )  # fmt: skip
