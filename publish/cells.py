"""What a template's cells accept and say beside them, as rules of data validation; how wide a column is."""

from datetime import date
from typing import Any

from publish.columns import Column
from publish.guidance import NEEDS, how_to_write, meaning
from publish.styles import is_long
from schemas.catalog import Disclosure

# Excel's own limits on the title and the text of a message.
_TITLE, _MESSAGE = 32, 255
_FIRST_DAY, _LAST_DAY = date(1949, 10, 1), date(2100, 12, 31)
_LARGEST = 10**13
_WIDTHS = {
    "date": 12,
    "moment": 17,
    "boolean": 8,
    "integer": 10,
    "number": 14,
    "object": 16,
    "url": 28,
    "code": 18,
}


def guide(column: Column, names: str | None, disclosure: Disclosure) -> dict[str, Any]:
    """The rule of a column: what its cells accept, the message that is shown beside a cell, that after a wrong entry.

    `names` is where the codelist's names stand. Where the standard keeps wordings beside a value, a wording may be
    entered after a warning.
    """
    field = column.field
    how, _ = how_to_write(column)
    means, _ = meaning(column, disclosure)
    need, _ = NEEDS[column.need]
    rule = _accepted(column, names) | {
        "ignore_blank": True,
        "input_title": column.heading[:_TITLE],
        "input_message": _cut(f"【{need}】{how}。\n{means}"),
        "error_title": column.heading[:_TITLE],
        "error_message": _cut(f"请改为:{how}。"),
    }
    if rule["validate"] == "any":
        return rule
    keeps_wordings = field.is_money or field.open_codelist or f"{field.dotted}Details" in disclosure.by_path
    if keeps_wordings:
        rule |= {
            "error_type": "warning",
            "error_message": _cut(f"应为:{how}。确实写不成的可以保留原文,但不能参与计算和筛选。是否保留?"),
        }
    return rule


def width(column: Column) -> int:
    """The width of a column in characters: its heading in two lines, and what its cells usually hold."""
    field = column.field
    if field.name == "uscc":
        usual = 21
    elif is_long(column):
        usual = 32
    else:
        usual = _WIDTHS.get(field.kind, 18)
    return max(usual, len(column.marked) + 3)


def _accepted(column: Column, names: str | None) -> dict[str, Any]:
    field = column.field
    if field.name == "uscc":
        return {"validate": "length", "criteria": "==", "value": 18}
    if field.kind == "code" and names:
        return {"validate": "list", "source": names}
    if field.kind == "boolean":
        return {"validate": "list", "source": ["是", "否"]}
    if field.kind in ("date", "moment"):
        return {"validate": "date", "criteria": "between", "minimum": _FIRST_DAY, "maximum": _LAST_DAY}
    if field.is_money or field.kind in ("integer", "number"):
        amount = next((child for child in field.fields if child.name == "amount"), field)
        lowest, highest = amount.limits.minimum, amount.limits.maximum
        return {
            "validate": "integer" if field.kind == "integer" else "decimal",
            "criteria": "between",
            "minimum": -_LARGEST if lowest is None else lowest,
            "maximum": _LARGEST if highest is None else highest,
        }
    return {"validate": "any"}


def _cut(message: str) -> str:
    return message if len(message) <= _MESSAGE else message[: _MESSAGE - 1] + "…"
