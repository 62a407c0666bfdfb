"""A statement that there was nothing to disclose, made from a form: type, year, and a part of the year."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

from api.refusal import RequestError
from schemas.catalog import Catalog, Disclosure
from schemas.codelist import Code
from schemas.field import Field
from schemas.statement import TYPES, Statement, statements

# The parts of a year: name, Chinese, English, first and last month.
PERIODS: tuple[tuple[str, str, str, int, int], ...] = (
    ("year", "全年", "The whole year", 1, 12),
    ("h1", "上半年", "First half", 1, 6), ("h2", "下半年", "Second half", 7, 12),
    ("q1", "第一季度", "First quarter", 1, 3), ("q2", "第二季度", "Second quarter", 4, 6),
    ("q3", "第三季度", "Third quarter", 7, 9), ("q4", "第四季度", "Fourth quarter", 10, 12),
    *((f"m{month}", f"{month}月", date(2000, month, 1).strftime("%B"), month, month) for month in range(1, 13)),
)  # fmt: skip


def choices(catalog: Catalog) -> list[tuple[Code, list[Code]]]:
    """The types that can be stated, by domain; nothing where the catalog has no type for statements."""
    if not [*statements(catalog)]:
        return []
    codes = catalog.codelists[TYPES].codes.values()
    domains = catalog.codelists["domain"].codes.values()
    found = [
        (domain, [one for one in codes if one.code.partition("/")[0] == domain.code]) for domain in domains
    ]
    return [(domain, types) for domain, types in found if types]


def statement_of(given: Mapping[str, str], catalog: Catalog, region: str, today: date) -> dict[str, Any]:
    """The record that a form asks for; raises RequestError K036, K037 for a type or a period that cannot be."""
    disclosure, kind = [*statements(catalog)][-1]
    of = catalog.codelists[TYPES].codes.get(given.get("stated", ""))
    if of is None:
        raise RequestError(
            422, "K036", "没有选择声明的类型", "No type was chosen", "请选择没有应公开信息的类型。", "Choose the type that there was nothing of.",
        )  # fmt: skip
    first, last, named = _period(given, today)
    words = given.get("statement", "").strip()
    text = _words(disclosure, kind)
    place = given.get("region", "").strip()
    place = "" if place == region else place
    return {
        "schema": disclosure.name,
        "localId": f"零报告-{given['year'].strip()}-{given['part']}-{of.code.replace('/', '-')}{f'-{place}' if place else ''}",
        "title": f"{named}{of.title}{disclosure.title}",
        "region": place or region,
        "publishedDate": today.isoformat(),
        kind.of: of.code,
        kind.during: {"startAt": first.isoformat(), "endAt": last.isoformat()},
        **({text.name: words} if words and text else {}),
    }


def _period(given: Mapping[str, str], today: date) -> tuple[date, date, str]:
    part = next((one for one in PERIODS if one[0] == given.get("part")), None)
    year = given.get("year", "").strip()
    if part is None or not (year.isascii() and year.isdigit()) or not 1990 <= int(year) <= today.year:
        raise RequestError(
            422, "K037", "期间不对", "The period is wrong",
            f"年份写四位数字(1990 至 {today.year}),再选择全年、季度或者月份。",
            f"Give a year of four digits (1990 to {today.year}) and choose the year, a quarter or a month.",
        )  # fmt: skip
    first = date(int(year), part[3], 1)
    last = date(int(year), part[4], monthrange(int(year), part[4])[1])
    if last >= today:
        raise RequestError(
            422, "K038", f"期间还没有结束,{last.isoformat()} 以后才能声明", f"The period is not over; it can be stated after {last.isoformat()}",
            "等期间结束以后再声明。", "Wait until the period is over.",
        )  # fmt: skip
    return first, last, f"{year}年{'' if part[0] == 'year' else part[1]}"


def _words(disclosure: Disclosure, kind: Statement) -> Field | None:
    """The type's own text that names a record where its title does not."""
    own = {one.name: one for one in disclosure.fields if one.kind == "text"}
    names = [name for name in disclosure.schema["caption"] if name != "title" and name in own]
    return own[names[0]] if names else None
