"""How a list is made narrower and wider: each of its conditions with the address without it, each facet with those
that it adds. All of it follows from a `Selection`; nothing here asks anything.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from api.portal.words import Words, own_id, yuan
from publish.selection import Selection
from schemas.catalog import Catalog

# The parts that hold codes: what they are called, their codelist.
CODES: Mapping[str, tuple[Words, str]] = {
    "domains": (("领域", "Domain"), "domain"), "types": (("类型", "Type"), "type"), "stages": (("环节", "Stage"), "stage"),
    "levels": (("层级", "Level"), "level"), "outcomes": (("结果", "Outcome"), "outcome"),
}  # fmt: skip
FACETS: Mapping[str, Words] = {
    "DOMAIN": ("领域", "Domain"), "TYPE": ("类型", "Type"), "PREFECTURE": ("州市", "Prefecture"), "COUNTY": ("县区", "County"),
    "STAGE": ("环节", "Stage"), "YEAR": ("年份", "Year"), "LEVEL": ("层级", "Level"), "OUTCOME": ("结果", "Outcome"),
    "PUBLISHER": ("公开主体", "Publisher"),
}  # fmt: skip
# What has no value of a facet: it cannot be chosen, but without it the numbers do not come to the whole.
UNSAID: Mapping[str, Words] = {
    "YEAR": ("没有发布日期", "Undated"), "PREFECTURE": ("不属于某一州市", "Of no one prefecture"), "COUNTY": ("不属于某一县区", "Of no one county"),
}  # fmt: skip
_MOST = 8  # facets of one operation


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition of a list: what it is about, what it says, and the list without it."""

    about: Words
    says: Words
    without: Selection


@dataclass(frozen=True, slots=True)
class Bucket:
    """A value of a facet: how many have it, and the list of these."""

    says: Words
    count: int
    within: Selection


def dimensions(selection: Selection) -> list[str]:
    """The facets that still tell something of a list.

    Those that publishers' figures are read for are asked of what lies in a region, is of one type or of somebody; a
    search, which counts all that it finds, has the fewest.
    """
    few = bool(selection.region or selection.publisher or selection.organization or len(selection.types) == 1)
    few = few and not selection.search
    asked = {
        "DOMAIN": len(selection.domains) != 1 and not selection.types,
        "TYPE": len(selection.types) != 1,
        "PREFECTURE": selection.region[2:] in ("", "0000"),
        "COUNTY": selection.region[4:6] == "00" and selection.region[2:4] != "00",
        "STAGE": len(selection.stages) != 1 and len(selection.types) != 1 and not selection.search,
        "YEAR": not _one_year(selection),
        "LEVEL": len(selection.levels) != 1 and few,
        "OUTCOME": len(selection.outcomes) != 1 and few,
        "PUBLISHER": not selection.publisher and few,
    }
    return [name for name, is_asked in asked.items() if is_asked][:_MOST]


def buckets(facet: Mapping[str, Any], selection: Selection) -> list[Bucket]:
    """The values of a facet by which a list can be narrowed; what has no value is none."""
    narrow = _NARROWER[facet["dimension"]]
    return [
        Bucket(
            (one["title"] or one["key"], one["titleEn"] or one["title"] or one["key"]),
            one["count"],
            narrow(selection, one["key"]),
        )
        for one in facet["buckets"]
        if one["key"]
    ]


def unsaid(facet: Mapping[str, Any]) -> tuple[Words, int] | None:
    """What has no value of a facet is called, and how many there are; None where all have one."""
    missing = sum(one["count"] for one in facet["buckets"] if not one["key"])
    return (UNSAID.get(facet["dimension"], ("未载明", "Not stated")), missing) if missing else None


def _year(selection: Selection, key: str) -> Selection:
    """What of a year the list has: a facet counts no more."""
    first, last = date(int(key), 1, 1), date(int(key), 12, 31)
    return replace(
        selection, since=max(selection.since or first, first), until=min(selection.until or last, last)
    )


_NARROWER: Mapping[str, Callable[[Selection, str], Selection]] = {
    "DOMAIN": lambda one, key: replace(one, domains=(key,)),
    "TYPE": lambda one, key: replace(one, types=(key,)),
    "PREFECTURE": lambda one, key: replace(one, region=key),
    "COUNTY": lambda one, key: replace(one, region=key),
    "STAGE": lambda one, key: replace(one, stages=(key,)),
    "LEVEL": lambda one, key: replace(one, levels=(key,)),
    "OUTCOME": lambda one, key: replace(one, outcomes=(key,)),
    "YEAR": _year,
    "PUBLISHER": lambda one, key: replace(one, publisher=f"publisher:{key}"),
}


def _one_year(selection: Selection) -> bool:
    since, until = selection.since, selection.until
    return since is not None and until is not None and since.year == until.year


def straight(selection: Selection) -> Selection | None:
    """A list whose end stands before its beginning, or its most below its least, with these changed over; else None."""
    since, until, least, most = selection.since, selection.until, selection.least, selection.most
    if since and until and since > until:
        since, until = until, since
    if least is not None and most is not None and least > most:
        least, most = most, least
    changed = replace(selection, since=since, until=until, least=least, most=most)
    return None if changed == selection else changed


def ids(selection: Selection) -> list[str]:
    """The ids whose names a page shows, as GraphQL gives them: an address may leave out of what kind they are."""
    given = (("publisher", selection.publisher), ("organization", selection.organization))
    return [f"{kind}:{own_id(one)}" for kind, one in given if one]


def chips(
    selection: Selection, catalog: Catalog, names: Mapping[str, str], place: Words | None
) -> Iterator[Chip]:
    """The conditions of a list. `names` are those of publishers and organizations by their own ids, `place` its region's."""
    if selection.search:
        said = f"“{selection.search}”"
        yield Chip(("检索", "Search"), (said, said), replace(selection, search=""))
    for part, (about, codelist) in CODES.items():
        given: Sequence[str] = getattr(selection, part)
        for value in given:
            rest: Any = tuple(one for one in given if one != value)
            yield Chip(about, title_of(codelist, value, catalog), replace(selection, **{part: rest}))
    if selection.region:
        yield Chip(
            ("地区", "Region"), place or (selection.region, selection.region), replace(selection, region="")
        )
    if selection.publisher:
        name = names.get(own_id(selection.publisher), own_id(selection.publisher))
        yield Chip(("公开主体", "Publisher"), (name, name), replace(selection, publisher=""))
    if selection.organization:
        name = names.get(own_id(selection.organization), own_id(selection.organization))
        yield Chip(("当事人", "Party"), (name, name), replace(selection, organization=""))
    if selection.role:
        yield Chip(
            ("身份", "Role"), title_of("party-role", selection.role, catalog), replace(selection, role="")
        )
    if selection.since or selection.until:
        days = _days(selection.since, selection.until)
        yield Chip(("发布", "Published"), days, replace(selection, since=None, until=None))
    if selection.least is not None:
        chinese, english = yuan(selection.least)
        yield Chip(("金额", "Amount"), (f"≥ {chinese}", f"≥ {english}"), replace(selection, least=None))
    if selection.most is not None:
        chinese, english = yuan(selection.most)
        yield Chip(("金额", "Amount"), (f"≤ {chinese}", f"≤ {english}"), replace(selection, most=None))
    if selection.late:
        yield Chip(("期限", "Deadline"), ("迟公开的", "published late"), replace(selection, late=False))
    if selection.filter_text:
        yield Chip(
            ("条件", "Condition"), ("GraphQL 条件", "a GraphQL filter"), replace(selection, filter_text="")
        )


def title_of(codelist: str, value: str, catalog: Catalog) -> Words:
    """The titles of a code; a type's are its own."""
    if codelist == "type":
        return catalog.types[value].title, catalog.types[value].title_en
    code = catalog.codelists[codelist].codes[value]
    return code.title, code.title_en or code.title


def _days(since: date | None, until: date | None) -> Words:
    if since and until:
        if (since.month, since.day, until.month, until.day) == (1, 1, 12, 31):
            years = f"{since.year}" if since.year == until.year else f"{since.year}–{until.year}"
            return f"{years} 年", years
        return f"{since} 至 {until}", f"{since} to {until}"
    return (f"{since} 起", f"from {since}") if since else (f"至 {until}", f"until {until}")
