"""The standing cast of synthetic records: places, publishers, buyers, agencies, companies.

Credit codes are valid (GB 32100) and cannot be anyone's: their organization part begins with MAXN or MBXN, which
is not given out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.synthetic.text import DEPARTMENTS, FORTUNES, TRADES
from schemas.catalog import Catalog
from schemas.codelist import Code
from schemas.path import values
from schemas.uscc import has_organization_code, is_valid

WINNERS = ("supplier", "transferee", "concessionaire", "contractor")
CANDIDATES = ("awardCandidate", "tenderer")
_YUNNAN = "53"
_ELSEWHERE = ("510100", "520100", "450100", "440100", "110108")
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_COMPANIES_A_TRADE = 14
_COUNTY_DESKS = 160  # shared among the domains, so that more domains do not make more publishers

Draw = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Place:
    """A division in force: its code, its name with what tells it from others, its level."""

    code: str
    name: str
    short: str
    level: str


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes in one domain of one place, and how well: the share of late records and of filled properties."""

    organization: Mapping[str, str]
    place: Place
    places: tuple[Place, ...]
    late: float
    complete: float


@dataclass(slots=True)
class World:
    """All that records share. What is made on demand is bounded by the number of places."""

    publishers: Mapping[str, tuple[Publisher, ...]]
    companies: Mapping[str, tuple[Mapping[str, str], ...]]
    everywhere: tuple[Mapping[str, str], ...]
    agencies: tuple[Mapping[str, str], ...]
    bodies: dict[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)

    def company(self, domain: str, draw: Draw) -> Mapping[str, str]:
        """A company, the first of the table far more often than the last."""
        known = self.companies.get(domain)
        pool = known if known and draw() < 0.75 else self.everywhere
        skew = draw()
        return pool[int(len(pool) * skew * skew * skew)]

    def body(self, place: Place, title: str, ordinal: int) -> Mapping[str, str]:
        """The public body of that title in a place."""
        found = self.bodies.get((place.code, title))
        if found is None:
            kind = "11" if title.endswith(("局", "政府")) else "12"  # offices, and the institutions they run
            code = f"{kind}{place.code}MBXN{ordinal % 100_000:05d}"
            found = self.bodies[place.code, title] = _organization(
                f"{place.name}{title}", code, place, ordinal
            )
        return found


def build(catalog: Catalog) -> World:
    """The cast for a catalog; the same for every seed, so that several runs go together in one store."""
    domains = tuple(dict.fromkeys(disclosure.domain for disclosure in catalog.types.values()))
    places = _places(catalog)
    home = [place for place in places if place.code.startswith(_YUNNAN)] or places
    seat = next((place for place in home if place.level == "prefecture"), home[0])
    companies = list(_companies(home))
    by_domain = {
        domain: tuple(company for company, found in companies if domain in found) for domain in domains
    }
    return World(
        publishers={
            domain: _publishers(domain, n, domains, places, home) for n, domain in enumerate(domains)
        },
        companies={domain: pool for domain, pool in by_domain.items() if pool},
        everywhere=(*_known(catalog), *(company for company, found in companies if not found)),
        agencies=tuple(
            _organization(f"云南示例{FORTUNES[n]}招标代理有限公司", f"91{seat.code}MAXN9{n:04d}", seat, n)
            for n in range(len(FORTUNES))
        ),
    )


def credit_code(body: str) -> str:
    """Seventeen characters and their check character (GB 32100-2015, 4.6).

    >>> credit_code("91530100MA6K00027")
    '91530100MA6K00027P'
    """
    total = sum(pow(3, place, 31) * _ALPHABET.index(character) for place, character in enumerate(body))
    return body + _ALPHABET[-total % 31]


def _organization(name: str, body: str, place: Place, ordinal: int) -> Mapping[str, str]:
    """An organization; of its code the first seventeen characters are given.

    Organizations of several places have the same number. No organization code inside their credit codes is right, or
    they would be one.
    """
    body = f"{body[:-1]}X" if has_organization_code(body) else body
    return {
        "name": name,
        "uscc": credit_code(body),
        "address": f"{place.name}示例路{ordinal % 300 + 1}号",
        "contactPerson": "示例联系人",
        "phone": f"0871-6000{ordinal % 10_000:04d}",
    }


def _places(catalog: Catalog) -> list[Place]:
    """Every prefecture and county of Yunnan in force, the province first, and a few cities elsewhere."""
    codes = catalog.codelists["region"].codes
    found = [
        code for code in codes.values()
        if len(code.code) == 6 and code.valid_to is None
        and (code.code.startswith(_YUNNAN) or code.code in _ELSEWHERE)
    ]  # fmt: skip
    return [_place(code, codes) for code in found or [next(iter(codes.values()))]]


def _place(code: Code, codes: Mapping[str, Code]) -> Place:
    above = codes.get(code.parent or "")
    name = f"{above.title}{code.title}" if above and code.title.endswith("区") else code.title
    short = code.aliases[0] if code.aliases else code.title
    return Place(code.code, name, short, code.extra.get("level", "county"))


def _publishers(
    domain: str, number: int, domains: tuple[str, ...], places: list[Place], home: list[Place]
) -> tuple[Publisher, ...]:
    """The province, every prefecture, each domain's share of the counties, a few cities elsewhere."""
    counties = [place for place in home if place.level == "county"]
    step = max(1, len(counties) * len(domains) // _COUNTY_DESKS)
    desks = [place for place in home if place.level != "county"] + counties[number % step :: step]
    desks += [place for place in places if place not in home][number % 2 :: 2]
    made = []
    for n, place in enumerate(desks):
        department = "示例" + DEPARTMENTS.get(domain, "公共资源管理局")
        code = f"11{place.code}MBXN{number % 100:02d}{n % 1_000:03d}"
        below = tuple(county for county in counties if county.code[:4] == place.code[:4])
        made.append(
            Publisher(
                organization=_organization(f"{place.name}{department}", code, place, n),
                place=place,
                places=(place, *below) if place.level == "prefecture" else (place,),
                late=0.04 + 0.04 * ((n * 7 + number) % 9),
                complete=0.7 + 0.05 * ((n * 5 + number) % 7),
            )
        )
    return tuple(made)


def _companies(home: list[Place]) -> Iterator[tuple[Mapping[str, str], tuple[str, ...]]]:
    """Companies trade by trade, each with the domains where it is met most."""
    cities = [place for place in home if place.level == "prefecture"] or home
    for rank in range(_COMPANIES_A_TRADE):
        for n, (trade, domains) in enumerate(TRADES):
            ordinal = rank * len(TRADES) + n
            place = cities[0] if ordinal % 5 < 3 else cities[ordinal % len(cities)]
            start = "云南" if ordinal % 3 else place.short
            name = f"{start}示例{FORTUNES[(rank + n) % len(FORTUNES)]}{trade}有限公司"
            yield _organization(name, f"91{place.code}MAXN{ordinal:05d}", place, ordinal), domains


def _known(catalog: Catalog) -> Iterator[Mapping[str, str]]:
    """The winners in the types' samples, so that the samples' companies are met again."""
    found: dict[str, Mapping[str, str]] = {}
    for disclosure in catalog.types.values():
        for one in disclosure.walk():
            if one.role not in WINNERS or one.definition != "organization":
                continue
            for value in values(disclosure.sample, list(one.path)):
                _collect(value, found)
    yield from found.values()


def _collect(value: Any, found: dict[str, Mapping[str, str]]) -> None:
    several = value if isinstance(value, list) else [value]
    for one in several:
        if one.get("name") and is_valid(str(one.get("uscc"))):
            known = found.get(one["uscc"], {})
            found[one["uscc"]] = {**known, **one}
