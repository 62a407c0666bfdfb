"""Who the benchmark's records speak of: places, publishers and organizations, the same at every run."""

from collections.abc import Sequence
from dataclasses import dataclass

from cli.synthetic.text import DEPARTMENTS, FORTUNES, TRADES
from cli.synthetic.world import credit_code
from schemas.catalog import Catalog

BODIES, COMPANIES = 2_000, 48_000
# So many where there are fewer records than companies.
FEW_COMPANIES = 2_000
# A place stands so often among those that are drawn from: the provincial capital has a third of all records.
_CAPITAL, _CAPITAL_WEIGHT, _PROVINCE = "5301", 5, "53"
_OFFICES = (
    "中学",
    "人民医院",
    "职业学院",
    "交通运输局",
    "水务局",
    "公安局",
    "图书馆",
    "城市管理局",
    "体育中心",
    "疾病预防控制中心",
)
_TOWNS = (
    "昆明", "曲靖", "玉溪", "保山", "昭通", "丽江", "普洱", "临沧", "楚雄", "红河", "文山", "版纳", "大理", "德宏", "怒江", "迪庆",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A division with what a disclosure's columns say of it."""

    code: str
    name: str
    level: str
    prefecture: str | None
    province: str | None


@dataclass(frozen=True, slots=True)
class Organization:
    """A credit code, which is its id, and a name."""

    uscc: str
    name: str


@dataclass(frozen=True, slots=True)
class Cast:
    """`drawn` has the places as often as their weight; `publishers` has one for each place and domain."""

    places: tuple[Place, ...]
    drawn: tuple[Place, ...]
    publishers: dict[tuple[str, str], Organization]
    bodies: tuple[Organization, ...]
    companies: tuple[Organization, ...]

    @classmethod
    def of(cls, catalog: Catalog, count: int) -> "Cast":
        """Every prefecture and county of one province that is in force, and who acts in so many records."""
        places = tuple(_places(catalog))
        capital = [place for place in places if place.code.startswith(_CAPITAL)]
        domains = list(dict.fromkeys(one.domain for one in catalog.types.values()))
        return cls(
            places,
            places + tuple(capital) * _CAPITAL_WEIGHT,
            {(place.code, domain): _publisher(place, domain, n) for n, domain in enumerate(domains) for place in places},
            tuple(_body(n, places) for n in range(BODIES)),
            tuple(_company(n) for n in range(COMPANIES if count >= COMPANIES else FEW_COMPANIES)),
        )  # fmt: skip


def _places(catalog: Catalog) -> Sequence[Place]:
    regions = catalog.regions
    return [
        Place(
            code.code, f"{'昆明市' if code.code.startswith(_CAPITAL) and code.code != '530100' else ''}{code.title}",
            regions.level(code.code) or "county", regions.prefecture(code.code), regions.province(code.code),
        )
        for code in catalog.codelists["region"].codes.values()
        if len(code.code) == 6 and code.code.startswith(_PROVINCE) and code.valid_to is None
    ]  # fmt: skip


def _publisher(place: Place, domain: str, number: int) -> Organization:
    department = DEPARTMENTS.get(domain, "公共资源管理局")
    return Organization(credit_code(f"11{place.code}MBXN{number:02d}000"), f"{place.name}示例{department}")


def _body(number: int, places: Sequence[Place]) -> Organization:
    place = places[number % len(places)]
    office = _OFFICES[number // len(places) % len(_OFFICES)]
    return Organization(credit_code(f"12{place.code}MBXN{number:05d}"), f"{place.name}示例第{number}{office}")


def _company(number: int) -> Organization:
    trade, _ = TRADES[number % len(TRADES)]
    fortune = FORTUNES[number // len(TRADES) % len(FORTUNES)]
    town = _TOWNS[number // (len(TRADES) * len(FORTUNES)) % len(_TOWNS)]
    code = credit_code(f"915301{number % 20 + 1:02d}MAXN{number:05d}")
    return Organization(code, f"{town}示例{fortune}{trade}有限公司{number}号")
