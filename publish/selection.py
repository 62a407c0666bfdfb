"""Which disclosures a list, a download, a feed or a citation is about, as the parameters of an address.

The parameters are the same everywhere: `q`, `domain`, `type`, `stage`, `level`, `outcome` (each of the last five may
stand several times), `region` (and all below it), `publisher`, `organization`, `role`, `from`, `to` (of publication),
`min`, `max` (yuan), `late`, and `filter`, a GraphQL `DisclosureFilter` as JSON.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Self
from urllib.parse import urlencode

import orjson

from schemas.catalog import Catalog
from schemas.errors import OpenallocError

LONGEST = 2_000  # letters of a value that is not a filter
LONGEST_FILTER = 20_000
MOST = 100  # values of one parameter
# Parameters that may stand several times, and the codelist of their values; a type is one of the catalog's.
_SEVERAL = {"domain": "domain", "type": "", "stage": "stage", "level": "level", "outcome": "outcome"}
_AMOUNT = re.compile(r"([0-9]{1,13}(?:\.[0-9]{1,8})?) ?([万亿]?)元?")
_BEYOND = 10**13  # yuan
_UNITS = {"": 1, "万": 10**4, "亿": 10**8}
_ID = re.compile(r"[A-Za-z0-9:._-]{1,200}")
_DEEPEST = 60  # objects and lists within one another in a filter; GraphQL has its own, narrower limit


class SelectionError(OpenallocError):
    """A parameter of an address that says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Disclosures that meet all of it; the empty one is everything. Equal ones have equal parameters.

    `filter_text` is canonical JSON, "" for none.
    """

    search: str = ""
    domains: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    region: str = ""
    publisher: str = ""
    organization: str = ""
    role: str = ""
    since: date | None = None
    until: date | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    late: bool = False
    filter_text: str = ""

    @classmethod
    def of(cls, parameters: Iterable[tuple[str, str]], catalog: Catalog) -> Self:
        """The selection of an address; parameters it does not know and empty ones are not its own.

        Raises SelectionError P001 for a value that cannot be, P002 for a parameter that stands too often.
        """
        given: dict[str, list[str]] = {name: [] for name in _PARAMETERS.values()}
        for name, value in parameters:
            if name in given and value.strip():
                given[name].append(value.strip())
        for name, values in given.items():
            if len(values) > (MOST if name in _SEVERAL else 1):
                raise _too_often(name, len(values))
            for value in values:
                if len(value) > (LONGEST_FILTER if name == "filter" else LONGEST) or "\0" in value:
                    raise _wrong(name, "", f"{LONGEST} 字以内", f"at most {LONGEST} letters")
        one = {name: values[0] if values else "" for name, values in given.items()}
        codes = {name: _codes(name, given[name], catalog) for name in _SEVERAL}
        return cls(
            search=one["q"],
            domains=codes["domain"],
            types=codes["type"],
            stages=codes["stage"],
            levels=codes["level"],
            outcomes=codes["outcome"],
            region=_region(one["region"], catalog),
            publisher=_id("publisher", one["publisher"]),
            organization=_id("organization", one["organization"]),
            role="".join(_codes("role", [one["role"]] if one["role"] else [], catalog)),
            since=_day("from", one["from"]),
            until=_day("to", one["to"]),
            least=_amount("min", one["min"]),
            most=_amount("max", one["max"]),
            late=_truth(one["late"]),
            filter_text=_filter(one["filter"]),
        )

    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of its address, in one order."""
        found = []
        for field in fields(self):
            value = getattr(self, field.name)
            for each in value if isinstance(value, tuple) else (value,):
                if each is not None and each is not False and each != "":  # an amount of 0 is one
                    found.append((_PARAMETERS[field.name], _spelled(each)))
        return found

    def query(self) -> str:
        """The same as the query of an address, without the question mark."""
        return urlencode(self.parameters())

    def filter(self) -> dict[str, Any]:
        """The GraphQL `DisclosureFilter`; what is searched for (`search`) stands beside it."""
        found: dict[str, Any] = {}
        for name, codes in (
            ("domain", self.domains), ("type", self.types), ("stage", self.stages), ("level", self.levels),
            ("outcome", self.outcomes),
        ):  # fmt: skip
            if codes:
                found[name] = {"eq": codes[0]} if len(codes) == 1 else {"in": list(codes)}
        if self.region:
            found["region"] = {"within": self.region}
        if self.publisher:
            found["publisher"] = {"id": {"eq": self.publisher}}
        if self.organization or self.role:
            party: dict[str, Any] = {"id": {"eq": self.organization}} if self.organization else {}
            found["organization"] = party | ({"role": {"eq": self.role}} if self.role else {})
        if days := _between(self.since and self.since.isoformat(), self.until and self.until.isoformat()):
            found["publishedDate"] = days
        if amounts := _between(_number(self.least), _number(self.most)):
            found["amount"] = amounts
        if self.late:
            found["daysLate"] = {"gt": 0}
        if self.filter_text:
            found["and"] = [orjson.loads(self.filter_text)]
        return found


# The parameter of each part, in the order of an address.
_PARAMETERS: Mapping[str, str] = {
    "search": "q", "domains": "domain", "types": "type", "stages": "stage", "levels": "level", "outcomes": "outcome",
    "region": "region", "publisher": "publisher", "organization": "organization", "role": "role", "since": "from",
    "until": "to", "least": "min", "most": "max", "late": "late", "filter_text": "filter",
}  # fmt: skip
PARAMETERS = frozenset(_PARAMETERS.values())


def _spelled(value: Any) -> str:
    if value is True:
        return "1"
    return value.isoformat() if isinstance(value, date) else str(value)


def _between(least: Any, most: Any) -> dict[str, Any]:
    return {name: value for name, value in (("gte", least), ("lte", most)) if value is not None}


def _number(amount: Decimal | None) -> float | int | None:
    if amount is None:
        return None
    return int(amount) if amount == int(amount) else float(amount)


def _codes(name: str, values: list[str], catalog: Catalog) -> tuple[str, ...]:
    """The codes, each once, in the order of their list."""
    if name == "type":
        known: Iterable[str] = catalog.types
    else:
        known = catalog.codelists["party-role" if name == "role" else _SEVERAL[name]].codes
    for value in values:
        if value not in known:
            raise _wrong(
                name, value, "代码表里的代码,见 /standard/", "a code of the standard, see /standard/"
            )
    return tuple(code for code in known if code in values)


def _region(value: str, catalog: Catalog) -> str:
    if value and catalog.regions.get(value) is None:
        raise _wrong(
            "region", value, "六位行政区划代码,例如 530100,按名称在 /regions 查",
            "a region's code of six digits, 530100; /regions finds it by name",
        )  # fmt: skip
    return value


def _id(name: str, value: str) -> str:
    if value and not _ID.fullmatch(value):
        raise _wrong(
            name, value, "标识,例如网页地址中的那一段", "an id, as it stands in the address of its page"
        )
    return value


def _day(name: str, value: str) -> date | None:
    """A day; a year or a month is its first day as a begin, its last as an end."""
    if not value:
        return None
    found = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?", value)
    try:
        if found is None:
            raise ValueError(value)
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None
        if day is not None and month is not None:
            return date(year, month, day)
        if name == "from":
            return date(year, month or 1, 1)
        begun = date(year + 1, 1, 1) if month in (None, 12) else date(year, month + 1, 1)
        return date.fromordinal(begun.toordinal() - 1)
    except ValueError:
        raise _wrong(
            name, value, "日期,例如 2024-05-31、2024-05 或 2024", "a day, 2024-05-31, 2024-05 or 2024"
        ) from None


def _amount(name: str, value: str) -> Decimal | None:
    """An amount in yuan, in 万 or 亿 where it says so, to the fen."""
    if not value:
        return None
    found = _AMOUNT.fullmatch(value.replace(",", ""))
    amount = Decimal(found[1]) * _UNITS[found[2]] if found else Decimal(-1)
    if not 0 <= amount < _BEYOND or amount != round(amount, 2):
        raise _wrong(
            name, value, "以元计的数额,例如 1000000、0.5、100万", "an amount in yuan, 1000000, 0.5 or 100万"
        )
    return amount.quantize(Decimal(1)) if amount == int(amount) else amount.normalize()


def _truth(value: str) -> bool:
    if value not in ("", "0", "1"):
        raise _wrong("late", value, "1 或 0", "1 or 0")
    return value == "1"


def _filter(value: str) -> str:
    if not value:
        return ""
    try:
        found = orjson.loads(value)
    except ValueError:
        found = None
    if not isinstance(found, dict) or _is_deep(found):
        raise _wrong(
            "filter",
            "",
            "GraphQL 的 DisclosureFilter,写成 JSON 对象",
            "a GraphQL DisclosureFilter as a JSON object",
        )
    return orjson.dumps(found, option=orjson.OPT_SORT_KEYS).decode() if found else ""


def _is_deep(value: Any) -> bool:
    """Whether more objects and lists stand within one another than anybody writes."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            below
            for one in level
            if isinstance(one, dict | list)
            for below in (one.values() if isinstance(one, dict) else one)
        ]
    return bool(level)


def _wrong(name: str, value: str, wanted: str, wanted_en: str) -> SelectionError:
    shown = f"“{value[:60]}”" if value else ""
    return SelectionError(
        "P001", f"地址里的 {name} 不能是{shown or '这样'}", f"{name} in the address cannot be {shown or 'so'}",
        f"应是{wanted}。", f"It should be {wanted_en}.",
    )  # fmt: skip


def _too_often(name: str, count: int) -> SelectionError:
    most = MOST if name in _SEVERAL else 1
    return SelectionError(
        "P002", f"地址里的 {name} 写了 {count} 次,至多 {most} 次", f"{name} stands {count} times in the address, at most {most}",
        "只留需要的。", "Keep those that are needed.",
    )  # fmt: skip
