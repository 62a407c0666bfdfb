"""Regions beyond the schema: retired before the record's date, too broad for the level, outside the publisher's."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from schemas.catalog import Catalog, Disclosure
from schemas.probe import Check, Finding, Probe, Scope, reach

# From the broadest to the narrowest, as the codelists `level` and `region` call them.
_LEVELS = {"national": 0, "province": 1, "prefecture": 2, "county": 3, "township": 4}
# What says when a record is of, the first that is there.
_DATED = ("publishedDate", "formedDate")
_DATED_IN_LOTS = ("dealDate", "contractDate")


def record_date(record: Mapping[str, Any]) -> date | None:
    """The day a record is of: published, formed, or else the deal or the contract of its first lot."""
    lots = record.get("lots")
    first = lots[0] if isinstance(lots, list) and lots and isinstance(lots[0], Mapping) else {}
    said = [*(record.get(name) for name in _DATED), *(first.get(name) for name in _DATED_IN_LOTS)]
    for value in said:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            continue
    return None


def _retired(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
    regions = catalog.regions

    def look(value: str, scope: Scope) -> Finding | None:
        code = regions.get(value)
        if code is None or code.valid_to is None or code.in_force(record_date(scope[0])):
            return None
        successors = code.extra.get("successor", "").split("|")
        now = regions.current(value)
        expected = now if now != value else "、".join(filter(None, successors)) or "—"
        return Finding(value, {"expected": expected})

    for one in disclosure.walk():
        if one.codelist == "region":
            yield Probe(one, look, frozenset((one.dotted,)))


def _too_broad(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
    region, level = disclosure.by_path.get("region"), disclosure.by_path.get("level")
    if region is None or level is None:
        return
    fetch, regions, levels = reach(level, disclosure), catalog.regions, catalog.codelists["level"].codes
    divided = {code.parent for code in catalog.codelists["region"].codes.values() if code.extra.get("level") != "township"}  # fmt: skip

    def look(value: str, scope: Scope) -> Finding | None:
        of_publisher, of_region = fetch(scope), regions.level(value)
        narrow, broad = _LEVELS.get(str(of_publisher)), _LEVELS.get(str(of_region))
        # 东莞市 and its like have no counties below them: its townships' code is the prefecture's.
        if narrow is None or broad is None or narrow <= broad or value not in divided:
            return None
        words = levels[str(of_region)]
        own = levels[str(of_publisher)]
        return Finding(
            value,
            {"level": own.title, "levelEn": own.title_en, "found": words.title, "foundEn": words.title_en},
        )

    yield Probe(region, look, frozenset(("region", "level")), frozenset())


def _outside(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
    region = disclosure.by_path.get("region")
    home = disclosure.by_path.get("publisher.jurisdiction")
    if region is None or home is None:
        return
    fetch, regions = reach(home, disclosure), catalog.regions

    @lru_cache(maxsize=4096)
    def apart(value: str, jurisdiction: str) -> bool:
        if regions.get(value) is None or regions.get(jurisdiction) is None:
            return False
        today, today_home = regions.current(value), regions.current(jurisdiction)
        return not (
            regions.is_within(value, jurisdiction)
            or regions.is_within(today, today_home)
            or regions.is_within(today_home, today)
        )

    def look(value: str, scope: Scope) -> Finding | None:
        jurisdiction = fetch(scope)
        if not isinstance(jurisdiction, str) or value == jurisdiction or not apart(value, jurisdiction):
            return None
        return Finding(value, {"home": jurisdiction})

    yield Probe(region, look, frozenset(("region", "publisher.jurisdiction")), frozenset())


CHECKS = (
    Check(
        "S013",
        _retired,
        title="行政区划代码在当时有效",
        title_en="Region code in force at the date",
        lacking="行政区划代码",
        lacking_en="a region code",
    ),
    Check(
        "S020",
        _too_broad,
        title="行政区划与层级相符",
        title_en="Region fits the level",
        lacking="行政区划代码和层级",
        lacking_en="a region code and a level",
    ),
    Check(
        "S021",
        _outside,
        title="行政区划在公开主体辖区内",
        title_en="Region within the publisher's jurisdiction",
        lacking="行政区划代码和公开主体的辖区代码",
        lacking_en="a region code and the publisher's jurisdiction",
    ),
)
