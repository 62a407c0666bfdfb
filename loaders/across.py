"""What only several rows together show: a value in another unit, a row that is there twice, a code of two names.

Records go by one at a time; what is remembered of them is bounded.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any, NamedTuple

import orjson

from loaders.issues import RULES
from loaders.jumps import LEAST, Numbers
from loaders.marks import Marks
from loaders.sources import PlaceOf
from loaders.units import units
from schemas.catalog import Catalog, Disclosure
from schemas.codelist import fold
from schemas.field import Field
from schemas.issue import Issue, issue
from schemas.probe import is_number, shown, titled
from schemas.quality import Missing
from schemas.uscc import is_valid

# So many different organizations, and so many columns of numbers, are remembered.
ORGANIZATIONS = 100_000
COLUMNS = 2_000
# A shorter name may be that of several (人民医院), unless it is a company's.
_TELLING = 6
_COMPANY = "公司"
_AREAS = ("m2", "km2")

_MONEY = {"small": "元", "large": "万元", "smallEn": "yuan", "largeEn": "ten thousand yuan"}
_AREA = {"small": "平方米", "large": "公顷(万平方米)", "smallEn": "square metres", "largeEn": "hectares"}
_TIMES = {
    1: {"times": "约一万倍", "timesEn": "about 10,000 times"},
    -1: {"times": "约万分之一", "timesEn": "about a ten-thousandth of"},
}


class _Step(NamedTuple):
    """A property below which there are numbers or organizations."""

    of: Field
    kind: str  # number, money, organization, or nothing
    below: dict[str, "_Step"]


# A path, its field, and what stands there: a number above 0, or an organization's name and code.
Seen = tuple[str, Field, Any]


class Watched(NamedTuple):
    """A number, or an organization, that is compared with those of other records, and where in its record it is."""

    path: str
    of: Field
    organization: bool
    value: Any


@dataclass(frozen=True, slots=True)
class _Known:
    """An organization, and where it was said first."""

    name: str
    code: str
    sheet: str
    row: int


class Across:
    """Everything that is compared between the rows of one file."""

    def __init__(self, catalog: Catalog) -> None:
        self._units = units(catalog.codelists)
        self._steps: dict[str, dict[str, _Step]] = {}
        self._numbers: dict[tuple[str, str, str, str | None], tuple[Field, Disclosure, Numbers]] = {}
        self._paths: dict[str, int] = {}
        self._repeated: defaultdict[str, Marks] = defaultdict(Marks)
        self._said: set[int] = set()  # what hash gives of name and code, which takes a third of both
        self._by_name: dict[str, _Known] = {}
        self._by_code: dict[str, _Known] = {}

    def take_seen(self, disclosure: Disclosure, seen: Iterable[Seen], place_of: PlaceOf) -> list[Issue]:
        """Compare what is `seen` of a record with those before it."""
        found: list[Issue] = []
        for path, of, value in seen:
            if is_number(value):
                source = place_of(path)
                if (kept := self._column(disclosure, of, source)) is not None:
                    kept.add(value, source[1], self._path(path))
            else:
                name, code = value
                found += self.take_organization(path, of, name, code, place_of)
        return found

    def watched(self, disclosure: Disclosure, record: Mapping[str, Any]) -> list["Watched"]:
        """The amounts, areas and organizations of a record."""
        steps = self._steps.get(disclosure.name)
        if steps is None:
            steps = self._steps[disclosure.name] = _steps(disclosure.fields)
        found: list[Watched] = []
        _walk(record, steps, "", found)
        return found

    def seen(self, disclosure: Disclosure, record: Mapping[str, Any]) -> list[Seen]:
        """What of a valid record can be compared with others."""
        found: list[Seen] = []
        for path, of, organization, value in self.watched(disclosure, record):
            if not organization:
                if is_number(value) and value > 0:
                    found.append((intern(path), of, value))
            elif "uscc" in value and "name" in value:
                found.append((intern(path), of, (value["name"], value["uscc"])))
        return found

    def take_numbers(
        self, disclosure: Disclosure, watched: "Watched", numbers: Sequence[float], rows: Sequence[int],
        source: Sequence[Any],
    ) -> None:  # fmt: skip
        """Remember positive numbers of one column, each with its row; `source` has their sheet and column."""
        if (kept := self._column(disclosure, watched.of, source)) is not None:
            kept.extend(numbers, rows, self._path(watched.path))

    def _column(self, disclosure: Disclosure, of: Field, source: Sequence[Any]) -> Numbers | None:
        """The numbers of a column; None where there are too many columns."""
        key = (disclosure.name, of.dotted, source[0], source[2])
        kept = self._numbers.get(key)
        if kept is None:
            if len(self._numbers) >= COLUMNS:
                return None
            kept = self._numbers[key] = (of, disclosure, Numbers())
        return kept[2]

    def _path(self, path: str) -> int:
        return self._paths.setdefault(path, len(self._paths))

    def take_organization(
        self, path: str, of: Field, name: str, code: str, place_of: PlaceOf
    ) -> Iterator[Issue]:
        """Compare an organization's name and code with those before."""
        if not self.would_compare(name, code):
            return
        self._said.add(hash((name, code)))
        if not is_valid(code):
            return
        folded = fold(name)
        sheet, row = place_of(f"{path}.uscc")[:2]
        one = _Known(name, code, sheet, row)
        # What folding leaves as it is, is kept once.
        other = self._by_name.setdefault(name if folded == name else folded, one)
        if other.code != code and (len(folded) >= _TELLING or folded.endswith(_COMPANY)):
            yield _of_two("L062", f"{path}.uscc", code, other.code, other.row, of, place_of, name)
        other = self._by_code.setdefault(code, one)
        known = fold(other.name)
        if known not in folded and folded not in known:
            yield _of_two("L063", f"{path}.name", name, other.name, other.row, of, place_of, code)

    def would_compare(self, name: str, code: str) -> bool:
        """Whether an organization of that name and code is new, and there is room for it."""
        return hash((name, code)) not in self._said and len(self._said) < ORGANIZATIONS

    def take_rows(self, rows: Sequence[tuple[str, int, Mapping[str, Any]]]) -> list[Issue]:
        """Compare the rows (sheet, row, cells) of one record: those that say exactly what an earlier one says.

        A row of which two records are made comes twice and is told once.
        """
        if len(rows) < 2:
            return []
        first: dict[bytes, int] = {}
        found = []
        for sheet, row, cells in rows:
            earlier = first.setdefault(orjson.dumps(cells, default=str), row)
            if earlier != row and row not in self._repeated[sheet]:
                self._repeated[sheet].add(row)
                found.append(issue(RULES, "L061", value=earlier).at(sheet=sheet, row=row))
        return found

    def issues(self) -> list[Issue]:
        """What is known only at the end: numbers in another unit than the rest of their column."""
        return sorted(self._jumps(), key=lambda one: (one.sheet, one.row or 0, one.path))

    def _jumps(self) -> Iterator[Issue]:
        paths = list(self._paths)
        for (_, _, sheet, column), (of, disclosure, numbers) in self._numbers.items():
            stated = self._units.of_heading(column or "")[1]
            names: dict[str, Any] = {
                **dict(zip(("title", "titleEn"), titled(of, disclosure), strict=True)),
                **(_AREA if of.unit in _AREAS else _MONEY),
                "stated": f"(标题写的单位是{stated})" if stated else "",
                "statedEn": f" (the heading says {stated})" if stated else "",
            }
            below = of.child("amount") if of.is_money else None
            for number, row, path, direction, typical in numbers.jumps():
                said = f"{shown(number)} {'≫' if direction > 0 else '≪'} {shown(_rounded(typical))}"
                names |= _TIMES[direction]
                found = issue(
                    RULES, "L060", path=paths[path], value=said, clause=(below or of).clause, **names
                )
                yield found.at(sheet=sheet, row=row, column=column)

    def not_run(self) -> Iterator[Missing]:
        """The comparisons that could not be made, and why."""
        if not any(numbers.count >= LEAST for _, _, numbers in self._numbers.values()):
            reason = (
                f"没有一列金额或者面积有 {LEAST} 个以上的数值。",
                f"No column has {LEAST} amounts or areas.",
            )
            title, title_en = "同列数值的单位是否一致", "Units within a column"
            yield Missing("L060", title=title, title_en=title_en, reason=reason[0], reason_en=reason[1])
        if not self._said:
            reason = (
                "没有一个单位既有名称又有统一社会信用代码。",
                "No organization has both a name and a credit code.",
            )
        elif len(self._said) >= ORGANIZATIONS:
            reason = (
                f"不同的单位超过 {ORGANIZATIONS:,} 个,之后的没有比对。",
                f"There are more than {ORGANIZATIONS:,} organizations; those after them were not compared.",
            )
        else:
            return
        title, title_en = "同一单位的名称和代码是否一致", "Names and codes of organizations"
        yield Missing("L062", title=title, title_en=title_en, reason=reason[0], reason_en=reason[1])


def _walk(node: Any, steps: Mapping[str, _Step], path: str, found: list[Watched]) -> None:
    for name, value in node.items():
        step = steps.get(name)
        if step is None:
            continue
        if isinstance(value, list):
            for number, one in enumerate(value):
                _look(one, step, f"{path}{name}.{number}", found)
        else:
            _look(value, step, f"{path}{name}", found)


def _look(value: Any, step: _Step, place: str, found: list[Watched]) -> None:
    of, kind, below = step
    if kind == "money":
        found.append(Watched(f"{place}.amount", of, False, value.get("amount")))
    elif kind:
        found.append(Watched(place, of, kind == "organization", value))
    elif isinstance(value, dict):
        _walk(value, below, f"{place}.", found)


def _of_two(
    code: str, path: str, value: str, other: str, of_row: int, of: Field, place_of: PlaceOf, shared: str
) -> Issue:
    sheet, row, column = place_of(path)[:3]
    names: dict[str, Any] = {"title": of.title, "titleEn": of.title_en, "row": of_row, "shared": shared}
    said = issue(RULES, code, path=path, value=f"{value} ≠ {other}", **names)
    return said.at(sheet=sheet, row=row, column=column)


def _steps(fields: Sequence[Field]) -> dict[str, _Step]:
    """What is compared of a type: money, areas, organizations, and what leads to them."""
    found = {}
    for one in fields:
        kind = "money" if one.is_money else "organization" if one.definition == "organization" else ""
        if one.kind == "number" and one.unit in _AREAS and not one.many:
            kind = "number"
        below = {} if kind else _steps(one.fields)
        if kind or below:
            found[one.name] = _Step(one, kind, below)
    return found


def _rounded(number: float) -> float:
    """A number with two figures, for a median says no more."""
    return float(f"{number:.2g}")
