"""What a format remarks on, as findings of the report."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from formats.row import (
    ERRORS,
    HIDDEN_COLUMNS,
    HIDDEN_ROWS,
    HIDDEN_SHEET,
    MERGED,
    NAMED,
    SINCE_1904,
    STRUCK,
    UNSOLVED,
    Remark,
)
from loaders.issues import RULES
from schemas.issue import Issue, issue

_CODES: Final = {
    HIDDEN_SHEET: "L126", HIDDEN_ROWS: "L126", HIDDEN_COLUMNS: "L126", ERRORS: "L127", UNSOLVED: "L128", STRUCK: "L129",
    SINCE_1904: "L130", MERGED: "L141",
}  # fmt: skip
_COLUMN: Final = re.compile(r"[A-Z]+")
_HIDDEN: Final = {
    HIDDEN_SHEET: ("工作表“{sheet}”", "The sheet “{sheet}”"),
    HIDDEN_ROWS: ("第 {places} 行", "Row {places}"),
    HIDDEN_COLUMNS: ("{places} 列", "Column {places}"),
}


def findings(
    remarks: Sequence[Remark], is_read: Callable[[str], bool], repeats: Callable[[str, str], bool]
) -> Iterator[Issue]:
    """A finding for each remark on a sheet that was read, and for those on the whole file.

    `repeats`: whether a column of a sheet, by its letters, holds amounts of which every row has its own.
    """
    for one in remarks:
        if one.sheet and not is_read(one.sheet):
            continue
        if one.kind == MERGED:
            own = tuple(place for place in one.places if repeats(one.sheet, _COLUMN.match(place)[0]))  # type: ignore[index]
            if not own:
                continue
            one = replace(one, places=own[:NAMED], count=len(own))
        places, places_en = (
            _places(one, "、", " 等 {count} 处"),
            _places(one, ", ", " and others, {count} in all"),
        )
        what, what_en = _HIDDEN.get(one.kind, ("", ""))
        found = issue(
            RULES, _CODES[one.kind], value=places or None,
            what=what.format(sheet=one.sheet, places=places), whatEn=what_en.format(sheet=one.sheet, places=places_en),
        )  # fmt: skip
        of_rows = one.kind == HIDDEN_ROWS and one.places
        yield (
            found.at(sheet=one.sheet, row=int(one.places[0])) if of_rows else replace(found, sheet=one.sheet)
        )


def _places(remark: Remark, between: str, more: str) -> str:
    named = between.join(remark.places)
    return named + more.format(count=remark.count) if remark.count > len(remark.places) else named
