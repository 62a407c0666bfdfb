"""Sentences about the standard in both languages: deadlines, kinds of values, what a value may be.

A text in both languages is a pair: Chinese, English.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from schemas.catalog import Catalog, Disclosure
from schemas.field import Field

Words = tuple[str, str]

KINDS: Mapping[str, Words] = {
    "text": ("文字", "text"), "integer": ("整数", "whole number"), "number": ("数字", "number"), "boolean": ("是或否", "yes or no"),
    "date": ("日期", "date"), "moment": ("日期或时间", "date or time"), "url": ("网址", "web address"), "code": ("代码", "code"),
    "object": ("一组字段", "group of fields"),
}  # fmt: skip
_DAYS: Mapping[str, Words] = {"working": ("工作日", "working days"), "calendar": ("日", "calendar days")}
_PERSONAL: Mapping[str, Words] = {"name": ("姓名", "names"), "phone": ("电话", "telephone numbers")}
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip


def deadline(rule: Mapping[str, Any], disclosure: Disclosure) -> Words:
    """A deadline of a type as a sentence: 自形成日期起 20 个工作日内, within 20 working days from the formed date."""
    if "dates" in rule:
        days = [date.fromisoformat(f"2000-{one}") for one in rule["dates"]]
        chinese = "、".join(f"{day.month} 月 {day.day} 日" for day in days)
        english = " and ".join(f"{day.day} {_MONTHS[day.month - 1]}" for day in days)
        return f"每年 {chinese}前", f"by {english} of every year"
    number, (unit, unit_en) = rule["days"], _DAYS[rule["count"]]
    measure = "个工作日" if unit == "工作日" else unit
    unit_en = unit_en.removesuffix("s") if number == 1 else unit_en
    event = disclosure.by_path[rule.get("after") or rule["before"]]
    name_en = event.title_en[:1].lower() + event.title_en[1:]
    if "after" in rule:
        return (
            f"自{event.title}起 {number} {measure}内",
            f"within {number} {unit_en} from the {name_en}",
        )
    return f"{event.title}前至少 {number} {measure}", f"at least {number} {unit_en} before the {name_en}"


def unit(field: Field, catalog: Catalog) -> Words | None:
    """The unit of a number by its name, None where it has none or only counts."""
    if field.unit is None or field.unit == "1":
        return None
    code = catalog.codelists["unit"].codes.get(field.unit)
    return (code.title, code.title_en) if code else (field.unit, field.unit)


def limits(field: Field) -> Iterator[Words]:
    """What else a value has to be, a sentence each."""
    allowed = field.limits
    if allowed.max_length is not None and field.kind == "text":
        yield f"至多 {allowed.max_length:,} 字", f"at most {allowed.max_length:,} characters"
    if allowed.minimum is not None and allowed.maximum is not None:
        least, most = _plain(allowed.minimum), _plain(allowed.maximum)
        yield f"{least} 至 {most}", f"from {least} to {most}"
    elif allowed.minimum is not None:
        yield f"不小于 {_plain(allowed.minimum)}", f"at least {_plain(allowed.minimum)}"
    elif allowed.maximum is not None:
        yield f"不大于 {_plain(allowed.maximum)}", f"at most {_plain(allowed.maximum)}"
    if allowed.min_items:
        yield f"至少 {allowed.min_items} 个", f"at least {allowed.min_items} of them"
    if field.definition == "money":
        yield "元,至多两位小数", "in yuan, at most two decimals"
    if field.definition == "unitPrice":
        yield "元,至多四位小数", "in yuan, at most four decimals"


def personal(field: Field) -> Words | None:
    """Which personal data may stand in a field, None where none may."""
    if not field.personal:
        return None
    kinds = [_PERSONAL[one] for one in field.personal]
    return "、".join(one for one, _ in kinds), " and ".join(one for _, one in kinds)


def _plain(number: float) -> str:
    return f"{number:,.10g}" if number == int(number) else f"{number:g}"
