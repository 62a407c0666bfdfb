"""Findings as a report shows them: grouped by what is wrong and where, counted, the first of each group kept."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from loaders.personal import mask
from schemas.issue import Issue

# So many places are kept of one group; all are counted.
KEPT = 500

SEVERITIES = ("error", "warning", "info")
_INDEX = re.compile(r"\.\d+(?=\.|$)")


@dataclass(slots=True)
class Group:
    """Findings of one code in one column (or at one property, or of one sheet): what a report shows as one thing.

    `kept` are the first of them, `count` is the number of all.
    """

    kept: list[Issue] = field(default_factory=list)
    count: int = 0

    @property
    def first(self) -> Issue:
        """The finding that stands for all."""
        return self.kept[0]

    @property
    def path(self) -> str:
        """The property, lists crossed without an index."""
        return _INDEX.sub("", self.first.path)

    @property
    def message(self) -> str:
        """What is wrong, without the value where several cells have it."""
        return self._general(self.first.message)

    @property
    def message_en(self) -> str:
        """The same in English."""
        return self._general(self.first.message_en)

    def to_json(self, letter: str, clauses: Mapping[str, str]) -> dict[str, Any]:
        """The group as a report shows it; `letter` is its column's, `clauses` the policy's wording by item."""
        first = self.first
        shown = {
            **self.summary(),
            "hint": mask(first.hint)[0], "hintEn": mask(first.hint_en)[0], "letter": letter, "path": mask(self.path)[0],
            "clause": [{"item": item, "text": clauses.get(item, "")} for item in first.clause],
            "places": [_place(one, letter) for one in self.kept],
        }  # fmt: skip
        return {key: value for key, value in shown.items() if value not in (None, "", [])}

    def summary(self) -> dict[str, Any]:
        """What is wrong and how often, without the places; personal numbers are masked in names as they are in cells."""
        first = self.first
        return {
            "code": first.code, "severity": first.severity, "count": self.count,
            "message": mask(self.message)[0], "messageEn": mask(self.message_en)[0],
            "sheet": mask(first.sheet)[0], "column": mask(first.column or "")[0],
        }  # fmt: skip

    def _general(self, sentence: str) -> str:
        values = {one.value for one in self.kept}
        if len(values) < 2 or not self.first.value:
            return sentence
        return re.sub(rf"[:：]\s*{re.escape(self.first.value)}", "", sentence)


@dataclass(slots=True)
class Issues:
    """Issues as they come: all counted, grouped by code and column, the first of each group kept."""

    groups: dict[tuple[str, str, str], Group] = field(default_factory=dict)
    kept: list[Issue] = field(default_factory=list)
    errors: int = 0

    def add(self, *found: Issue) -> None:
        """Count these issues, and keep them while there is room in their groups."""
        self.take(found)

    def take(self, found: Iterable[Issue]) -> None:
        """The same of issues that come one by one and may be very many."""
        for one in found:
            self.errors += one.severity == "error"
            key = (one.code, one.sheet, one.column or _INDEX.sub("", one.path))
            group = self.groups.get(key)
            if group is None:
                group = self.groups[key] = Group()
            group.count += 1
            if group.count <= KEPT:
                group.kept.append(one)
                self.kept.append(one)

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each code."""
        counts: Counter[str] = Counter()
        for (code, _, _), group in self.groups.items():
            counts[code] += group.count
        return dict(counts)

    def ranked(self) -> tuple[Group, ...]:
        """The groups: what must be fixed first, then by number."""
        order = {severity: place for place, severity in enumerate(SEVERITIES)}
        return tuple(sorted(self.groups.values(), key=lambda one: (order[one.first.severity], -one.count)))


def _place(found: Issue, letter: str) -> dict[str, Any]:
    """Where one finding stands and what the cell says; `path` has the places in lists."""
    read = found.value if found.written is not None and found.written != found.value else None
    place = {
        "row": found.row, "cell": f"{letter}{found.row}" if letter and found.row else None,
        "value": found.value if read is None else found.written, "read": read,
        "path": found.path if _INDEX.search(found.path) else None,
    }  # fmt: skip
    return {
        key: mask(value)[0] if isinstance(value, str) else value
        for key, value in place.items()
        if value is not None
    }
