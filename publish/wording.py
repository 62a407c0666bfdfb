"""Sentences about the standard in both languages: deadlines, kinds of values, what a value may be.

A text in both languages is a pair: Chinese, English.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from schemas.catalog import Catalog, Disclosure
from schemas.field import Field
from schemas.timelimit import TimeLimit

Words = tuple[str, str]

KINDS: Mapping[str, Words] = {
    "text": ("文字", "text"), "integer": ("整数", "whole number"), "number": ("数字", "number"), "boolean": ("是或否", "yes or no"),
    "date": ("日期", "date"), "moment": ("日期或时间", "date or time"), "url": ("网址", "web address"), "code": ("代码", "code"),
    "object": ("一组字段", "group of fields"),
}  # fmt: skip
_DAYS: Mapping[str, Words] = {"working": ("个工作日", "working days"), "calendar": ("日", "calendar days")}
_PERSONAL: Mapping[str, Words] = {"name": ("姓名", "names"), "phone": ("电话", "telephone numbers")}
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip


def deadline(rule: TimeLimit, disclosure: Disclosure, catalog: Catalog) -> Words:
    """A deadline of a type as a sentence: 自形成日期起 20 个工作日内, within 20 working days from the formed date.

    What binds it to some records comes first: 供地方式为协议出让的, …
    """
    bound = [_bound(path, codes, "为", "is", disclosure, catalog) for path, codes in rule.when]
    bound += [_bound(path, codes, "不是", "is not", disclosure, catalog) for path, codes in rule.unless]
    chinese, english = _fixed(rule, disclosure, catalog) if rule.days is None else _counted(rule, disclosure)
    before = "".join(f"{one}的,".replace("代码", "") for one, _ in bound)
    after = " and ".join(one for _, one in bound)
    return before + chinese, f"{english} where {after}" if after else english


def _counted(rule: TimeLimit, disclosure: Disclosure) -> Words:
    number = abs(rule.days or 0)
    unit, unit_en = _DAYS[rule.count]
    unit_en = unit_en.removesuffix("s") if number == 1 else unit_en
    first, *others = (event(path, disclosure) for path in rule.paths)
    if (rule.days or 0) < 0:
        return f"{first[0]}前至少 {number} {unit}", f"at least {number} {unit_en} before the {first[1]}"
    other = "".join(f"(没有时自{one})" for one, _ in others)
    other_en = "".join(f" (else the {one})" for _, one in others)
    return (
        f"自{first[0]}{other}起 {number} {unit}内",
        f"within {number} {unit_en} from the {first[1]}{other_en}",
    )


def _fixed(rule: TimeLimit, disclosure: Disclosure, catalog: Catalog) -> Words:
    """Fixed days of a year, each after the code it is for: 半年:6 月 20 日前."""
    chinese, english = [], []
    for code, written in rule.dates:
        day = date.fromisoformat(f"2000-{written}")
        title, title_en = _title(rule.by, code, disclosure, catalog) if rule.by else ("", "")
        chinese.append(f"{title}{':' if title else ''}每年 {day.month} 月 {day.day} 日前")
        english.append(f"{title_en}{': ' if title_en else ''}by {day.day} {_MONTHS[day.month - 1]}")
    return ";".join(chinese), "; ".join(english) + " of every year"


def event(path: str, disclosure: Disclosure) -> Words:
    """What happens at a date: its title, after that of the period it belongs to."""
    field = disclosure.by_path[path]
    parent = disclosure.by_path.get(path.rpartition(".")[0])
    if parent is not None and parent.name not in ("lots", "items"):
        return f"{parent.title}的{field.title}", f"{_small(field.title_en)} of the {_small(parent.title_en)}"
    return field.title, _small(field.title_en)


def _bound(
    path: str, codes: Sequence[str], verb: str, verb_en: str, disclosure: Disclosure, catalog: Catalog
) -> Words:
    field = disclosure.by_path[path]
    titles = [_title(path, code, disclosure, catalog) for code in codes]
    return (
        f"{field.title}{verb}{'、'.join(one for one, _ in titles)}",
        f"the {_small(field.title_en)} {verb_en} {' or '.join(_small(one) for _, one in titles)}",
    )


def _title(path: str | None, code: str, disclosure: Disclosure, catalog: Catalog) -> Words:
    """A code of a property's codelist by its titles."""
    codelist = catalog.codelists.get(str(disclosure.by_path[str(path)].codelist))
    found = codelist.codes.get(code) if codelist else None
    return (found.title, found.title_en or found.title) if found else (code, code)


def _small(title: str) -> str:
    """An English title inside a sentence."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


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
