"""Two checks of one file compared: what was fixed in between, what is still there, what is new."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from loaders.earlier import Earlier, Found, FoundGroup
from loaders.groups import SEVERITIES
from loaders.personal import mask

Key = tuple[str, str, str]


@dataclass(slots=True)
class Difference:
    """What became of the findings of one code in one column.

    `exact` is false where more were counted than are named: then the numbers alone are compared.
    """

    group: FoundGroup
    fixed: int = 0
    still: int = 0
    new: int = 0
    exact: bool = True
    fixed_places: list[Found] = field(default_factory=list)
    new_places: list[Found] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The difference as a report shows it: fixed places as they were named then, new ones as now."""
        group = self.group
        shown = {
            "code": group.code, "severity": group.severity,
            "message": mask(group.message)[0], "messageEn": mask(group.message_en)[0],
            "sheet": mask(group.sheet)[0], "column": mask(group.column)[0],
            "fixed": self.fixed, "stillThere": self.still, "new": self.new, "exact": self.exact,
            "fixedPlaces": [_place(one) for one in self.fixed_places],
            "newPlaces": [_place(one) for one in self.new_places],
        }  # fmt: skip
        return {key: value for key, value in shown.items() if value not in ("", [])}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was fixed, what is still there and what is new, in all and by code and column."""

    differences: tuple[Difference, ...]

    @property
    def fixed(self) -> int:
        """How many findings are gone."""
        return sum(one.fixed for one in self.differences)

    @property
    def still(self) -> int:
        """How many are still there."""
        return sum(one.still for one in self.differences)

    @property
    def new(self) -> int:
        """How many were not there."""
        return sum(one.new for one in self.differences)

    def to_json(self) -> dict[str, Any]:
        """The comparison as a report shows it."""
        return {
            "fixed": self.fixed, "stillThere": self.still, "new": self.new,
            "groups": [one.to_json() for one in self.differences],
        }  # fmt: skip


def compare(earlier: Earlier, now: Earlier) -> Comparison:
    """Compare finding with finding, by code, sheet and column; rows may have been added or taken out in between.

    A finding is still there if its cell says the same; else if some cell of the column does, in order; else if the
    same cell is wrong with another value. A file without sheets (CSV, JSON) may have come back as a workbook.
    """
    named = all(any(group.sheet for group in checked.groups) for checked in (earlier, now))
    before, after = _by_key(earlier, named), _by_key(now, named)
    order = {severity: place for place, severity in enumerate(SEVERITIES)}
    found = [_difference(before.get(key), after.get(key)) for key in dict.fromkeys([*after, *before])]
    return Comparison(tuple(sorted(found, key=lambda one: order.get(one.group.severity, len(order)))))


def _by_key(checked: Earlier, named: bool) -> dict[Key, FoundGroup]:
    found: dict[Key, FoundGroup] = {}
    for group in checked.groups:
        key = (group.code, group.sheet if named else "", group.column)
        known = found.setdefault(key, group)
        # Two columns of one heading, or two properties of one row, are one here.
        if known is not group:
            found[key] = FoundGroup(
                group.code, group.severity, group.sheet, group.column, known.message, known.message_en,
                known.count + group.count, [*known.places, *group.places],
            )  # fmt: skip
    return found


def _difference(before: FoundGroup | None, after: FoundGroup | None) -> Difference:
    group = after or before
    assert group is not None
    was, is_now = (before.count if before else 0), (after.count if after else 0)
    if (before and was > len(before.places)) or (after and is_now > len(after.places)):
        still = min(was, is_now)
        return Difference(group, was - still, still, is_now - still, exact=not (was and is_now))
    gone = list(before.places) if before else []
    come = list(after.places) if after else []
    for likeness in (_same_cell_and_value, _same_value, _same_cell):
        gone, come = _without_pairs(gone, come, likeness)
    return Difference(group, len(gone), was - len(gone), len(come), True, gone, come)


def _same_cell_and_value(one: Found) -> Hashable:
    return one.cell, one.row, one.value


def _same_value(one: Found) -> Hashable:
    return one.value


def _same_cell(one: Found) -> Hashable:
    return one.cell, one.row


def _without_pairs(
    gone: list[Found], come: list[Found], likeness: Callable[[Found], Hashable]
) -> tuple[list[Found], list[Found]]:
    """What is left on both sides when those that are alike are paired, in order."""
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for place, one in enumerate(gone):
        waiting[likeness(one)].append(place)
    for places in waiting.values():
        places.reverse()
    left = []
    paired = set()
    for one in come:
        places = waiting.get(likeness(one), [])
        if places:
            paired.add(places.pop())
        else:
            left.append(one)
    return [one for place, one in enumerate(gone) if place not in paired], left


def _place(one: Found) -> dict[str, Any]:
    shown = {"row": one.row, "cell": one.cell or None, "value": one.value or None}
    return {key: value for key, value in shown.items() if value is not None}
