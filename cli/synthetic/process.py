"""The facts of one synthetic process: what is allocated, for how much, among whom. Its records all tell these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import log10
from typing import Any

from cli.synthetic.text import BUYERS, ITEMS, PHASES, PLAIN_ITEMS, PROJECTS
from cli.synthetic.world import Draw, Place, Publisher, World

Memo = dict[Any, Any]
Goods = tuple[str, str, str, float, str]
# Land by use: the share of parcels, years of the grant, yuan a square metre from and to.
_LAND = (
    ("0601", 0.45, 50, 150.0, 600.0),
    ("0701", 0.75, 70, 1_500.0, 9_000.0),
    ("0507", 0.9, 40, 900.0, 6_000.0),
    ("0604", 1.0, 50, 150.0, 700.0),
)
_FAILED, _CANCELLED, _PARTLY = 0.08, 0.10, 0.06
_SEVERAL = 0.2


@dataclass(slots=True)
class Amounts:
    """start ≤ award ≤ ceiling ≤ budget, in yuan; nothing is awarded where a lot failed."""

    budget: float
    ceiling: float
    start: float
    award: float


@dataclass(slots=True)
class Candidate:
    """Who offered how much; the first of a lot's candidates wins."""

    organization: Mapping[str, str]
    price: float


@dataclass(slots=True)
class Item:
    """One thing bought; quantity × price is its share of the lot's award."""

    name: str
    specification: str
    unit: str
    quantity: int
    price: float
    company: Mapping[str, str]
    memo: Memo = field(default_factory=dict)


@dataclass(slots=True)
class Lot:
    """One section, package or parcel. `memo` keeps what one record said of it for the next."""

    ordinal: int
    title: str
    location: str
    area: float
    land_use: str
    term: int
    amounts: Amounts
    candidates: list[Candidate]
    failed: bool
    items: list[Item]
    memo: Memo = field(default_factory=dict)


@dataclass(slots=True)
class Process:
    """What the records of one process share. `tag` tells it from every other, other seeds' too."""

    tag: str
    serial: int
    domain: str
    publisher: Publisher
    place: Place
    project: str
    buyer: Mapping[str, str]
    agency: Mapping[str, str]
    lots: list[Lot]
    outcome: str
    dates: dict[str, date] = field(default_factory=dict)
    memo: Memo = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ground:
    """What is true of a domain: the size of its amounts, whether parcels are priced by area, its title."""

    domain: str
    title: str
    scale: float
    parcels: bool


def invent(world: World, ground: Ground, seed: int, serial: int, outcome: str | None, draw: Draw) -> Process:
    """The next process of a domain; its outcome, a code of the codelist, may be given."""
    publishers = world.publishers[ground.domain]
    publisher = publishers[int(len(publishers) * draw())]
    place = publisher.places[int(len(publisher.places) * draw()) if draw() < 0.6 else 0]
    fate = draw()
    outcome = outcome or ("failed" if fate < _FAILED else "cancelled" if fate < _CANCELLED else "awarded")
    count = 1 if draw() >= _SEVERAL else 2 + int(3 * draw() * draw())
    names = PROJECTS.get(ground.domain) or (f"示例{ground.title}项目", f"示例光电产业{ground.title}项目")
    named = names[int(len(names) * draw())] + PHASES[int(len(PHASES) * draw())]
    kind = int(len(BUYERS) * draw())
    failed = outcome != "awarded"
    lots = [_lot(world, ground, place, named, (n, count), draw, failed=failed) for n in range(count)]
    if outcome == "awarded" and count > 1 and draw() < _PARTLY * count:
        lots[-1].failed = True
        lots[-1].amounts.award = 0.0
    return Process(
        tag=f"{seed}-{serial:07d}",
        serial=serial,
        domain=ground.domain,
        publisher=publisher,
        place=place,
        project=f"{place.name}{named}",
        buyer=world.body(place, BUYERS[kind], 50_000 + kind),
        agency=world.agencies[int(len(world.agencies) * draw() * draw())],
        lots=lots,
        outcome=outcome,
    )


def total(lots: list[Lot]) -> Amounts:
    """The amounts of several lots together."""
    if len(lots) == 1:
        return lots[0].amounts
    every = [lot.amounts for lot in lots]
    return Amounts(
        *(
            round(sum(amounts), 2)
            for amounts in zip(*((a.budget, a.ceiling, a.start, a.award) for a in every), strict=True)
        )
    )


def _lot(
    world: World,
    ground: Ground,
    place: Place,
    named: str,
    ordinals: tuple[int, int],
    draw: Draw,
    *,
    failed: bool,
) -> Lot:
    """One lot of several (its ordinal, how many there are)."""
    ordinal, count = ordinals
    use, _, term, low, high = next(row for row in _LAND if draw() < row[1] or row is _LAND[-1])
    skew = draw()
    area = round(1_500 + 110_000 * skew * skew, 2)
    base = area * (low + (high - low) * draw()) if ground.parcels else ground.scale * 10 ** (1.6 * draw() - 1)
    table = [row for row in ITEMS if row[4] in named]
    base = base if ground.parcels else max(base / count, 1.2 * max((row[3] for row in table), default=0.0))
    amounts = _amounts(base, failed, draw)
    bids = 3 + int(2 * draw())
    candidates = _candidates(world, ground.domain, amounts, bids, draw)
    items = _items(world, ground.domain, table, amounts.award or amounts.ceiling, draw)
    return Lot(
        ordinal=ordinal,
        title=f"{ordinal + 1}号地块"
        if ground.parcels
        else f"第{ordinal + 1}标段{items[0].name if table else ''}",
        location=f"{place.name}示例路{int(300 * draw()) + 1}号地块",
        area=area,
        land_use=use,
        term=term,
        amounts=amounts,
        candidates=candidates,
        failed=failed,
        items=items,
    )


def _amounts(base: float, failed: bool, draw: Draw) -> Amounts:
    """Round numbers for what is planned, cents in one award of four."""
    base = max(base, 1_000.0)
    step = 10.0 ** max(2, int(log10(base)) - 2)
    budget = max(step, round(base / step) * step)
    ceiling = round(budget * (0.95 + 0.05 * draw()), -2) or budget
    award = round(ceiling * (0.82 + 0.18 * draw()), 2 if draw() < 0.25 else -2) or ceiling
    ceiling = min(ceiling, budget)
    award = min(award, ceiling)
    start = min(round(award * (0.75 + 0.25 * draw()), -2) or award, award)
    return Amounts(budget, ceiling, start, 0.0 if failed else award)


def _candidates(world: World, domain: str, amounts: Amounts, bids: int, draw: Draw) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    for _ in range(bids):
        company = world.company(domain, draw)
        price = amounts.award if amounts.award and not found else amounts.ceiling * (0.9 + 0.1 * draw())
        found.setdefault(company["uscc"], Candidate(company, round(price, 2)))
    return list(found.values())


def _items(world: World, domain: str, asked: list[Goods], amount: float, draw: Draw) -> list[Item]:
    """A few things that the project's name asks for, which share the lot's amount."""
    table = asked or PLAIN_ITEMS
    count = min(1 + int(3 * draw()), len(table))
    first = int(len(table) * draw())
    share = amount / count
    made = []
    for n in range(count):
        name, specification, unit, usual, _ = table[(first + n) % len(table)]
        quantity = max(1, round(share / (usual * (0.8 + 0.4 * draw()))))
        company = world.company(domain, draw)
        made.append(Item(name, specification, unit, quantity, _price(share / quantity), company))
    return made


def _price(amount: float) -> float:
    """Cut to cents, so that the items never cost more than the lot."""
    return int(amount * 100) / 100 or 0.01
