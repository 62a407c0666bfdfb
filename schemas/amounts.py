"""Figures that must agree: unit price times quantity, parts and their sum, an award and its budget."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from schemas.catalog import Catalog, Disclosure
from schemas.field import Field
from schemas.probe import (
    Check,
    Finding,
    Pair,
    Probe,
    Scope,
    amount_of,
    is_number,
    lists_above,
    named,
    pairs,
    reach,
    shown,
    titled,
)

# By so much figures may differ that people rounded: half a per cent, or a yuan.
_SHARE, _YUAN = 0.005, 1.0

# Money that is never more than other money. The first is looked at; `least` turns it round: never less.
NEVER_MORE: tuple[tuple[str, str], ...] = (
    ("awardPrice", "budget"),
    ("awardPrice", "ceilingPrice"),
    ("awardPrice", "lotCeilingPrice"),
    ("awardCandidates.bidPrice", "ceilingPrice"),
    ("awardCandidates.bidPrice", "lotCeilingPrice"),
    ("lotBudget", "budget"),
    ("ceilingPrice", "budget"),
    ("lotCeilingPrice", "budget"),
    ("lotCeilingPrice", "lotBudget"),
    ("contractValue", "budget"),
    ("startingPrice", "ceilingPrice"),
    ("bidIncrement", "startingPrice"),
    ("paidFunds", "plannedFunds"),
    ("plannedFunds", "subsidyFunds"),
)  # fmt: skip
NEVER_LESS: tuple[tuple[str, str], ...] = (("price", "startingPrice"), ("price", "reservePrice"))

# Balances and results; every other amount is paid, asked or allotted.
MAY_BE_NEGATIVE = frozenset(
    {
        "netProfit",
        "totalProfit",
        "ownersEquity",
        "bookValue",
        "appraisedValue",
        "revenue",
        "changedValue",
        "value",
    }
)

# Numbers of which the first is part of the second.
PARTS: tuple[tuple[str, str], ...] = (
    ("startedUnitCount", "unitCount"),
    ("finishedUnitCount", "unitCount"),
    ("finishedUnitCount", "startedUnitCount"),
    ("allocatedUnitCount", "unitCount"),
    ("remainingUnitCount", "unitCount"),
    ("typeUnitCount", "unitCount"),
    ("qualifiedCount", "applicantCount"),
    ("groupAllocatedCount", "groupApplicantCount"),
    ("qualifiedHouseholdCount", "applicantHouseholdCount"),
    ("allocatedHouseholdCount", "applicantHouseholdCount"),
    ("onTimeCount", "disclosedCount"),
    ("domainOnTimeCount", "domainDisclosedCount"),
    ("domainDisclosedCount", "disclosedCount"),
    ("adoptedOpinionCount", "opinionCount"),
    ("indicatorScore", "maximumScore"),
    ("landUseArea", "parcelArea"),
    ("landUseArea", "totalSupplyArea"),
    ("newLandArea", "totalSupplyArea"),
    ("existingLandArea", "totalSupplyArea"),
)

# Lists, what to add up in their entries, and what the sum may not exceed. Lists often name the main things only,
# so that less is no fault.
SUMS: tuple[tuple[str, str, str], ...] = (
    ("lots.items", "itemTotal", "awardPrice"),
    ("lots.items", "itemTotal", "lotBudget"),
    ("items", "itemTotal", "contractValue"),
    ("lots", "awardPrice", "budget"),
    ("lots", "lotBudget", "budget"),
    ("payments", "paymentAmount", "price"),
    ("landUses", "landUseArea", "parcelArea"),
    ("unitTypes", "typeUnitCount", "unitCount"),
    ("domains", "domainDisclosedCount", "disclosedCount"),
)


def _products(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
    """Unit price × quantity = total, in each item that has all three."""

    def look(item: Mapping[str, Any], scope: Scope) -> Finding | None:
        quantity = item.get("quantity")
        if not is_number(quantity) or "itemTotal" not in item or "unitPrice" not in item:
            return None
        price, total = amount_of(item["unitPrice"]), amount_of(item["itemTotal"])
        if price is None or total is None or price[1] != total[1]:
            return None
        product = price[0] * quantity
        if abs(product - total[0]) <= max(_YUAN, _SHARE * abs(total[0])):
            return None
        said = f"{shown(price[0])} × {shown(quantity)} ≠ {shown(total[0])}"
        return Finding(said, {}, ".itemTotal.amount")

    for one in disclosure.walk():
        if one.many and {"quantity", "unitPrice", "itemTotal"} <= {child.name for child in one.fields}:
            needs = ("quantity", "unitPrice.amount", "itemTotal.amount")
            yield Probe(one, look, frozenset(f"{one.dotted}.{name}" for name in needs))


def _sums(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
    for entries, part, whole in SUMS:
        for field in named(entries, disclosure):
            below = field.child(part)
            for total in named(whole, disclosure) if field.many and below else ():
                lists = lists_above(total, disclosure)
                if below and lists == lists_above(field, disclosure) and field.path[: lists[-1] if lists else 0] == total.path[: lists[-1] if lists else 0]:  # fmt: skip
                    yield _not_above(field, below, total, disclosure)


def _not_above(entries: Field, part: Field, total: Field, disclosure: Disclosure) -> Probe:
    fetch, name, figure = reach(entries, disclosure), part.name, _figure(total)
    below = ".amount" if total.is_money else ""
    title, title_en = titled(part, disclosure)

    def look(value: Any, scope: Scope) -> Finding | None:
        found, whole = fetch(scope), figure(value)
        if whole is None or not isinstance(found, list) or len(found) < 2:
            return None
        said = [figure(one.get(name)) for one in found if isinstance(one, Mapping)]
        parts = [one[0] for one in said if one is not None and one[1] == whole[1]]
        # One part above the whole is said of that part already.
        if sum(parts) <= whole[0] + max(_YUAN, _SHARE * abs(whole[0])) or max(parts) > whole[0]:
            return None
        return Finding(f"{shown(sum(parts))} > {shown(whole[0])}", {"part": title, "partEn": title_en}, below)

    return Probe(total, look, frozenset((f"{part.dotted}{below}", f"{total.dotted}{below}")))


def _limits(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
    for table, more in ((NEVER_MORE, True), (NEVER_LESS, False)):
        for one, other in table:
            for pair in pairs(one, other, disclosure):
                if pair.at.is_money and pair.other.is_money:
                    yield _within(pair, more != pair.turned, disclosure)


def _parts(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
    for one, other in PARTS:
        for pair in pairs(one, other, disclosure):
            yield _within(pair, not pair.turned, disclosure)


def _within(pair: Pair, never_more: bool, disclosure: Disclosure) -> Probe:
    """Looks whether one figure is more (or less) than the other, which it never should be."""
    fetch, figure = pair.fetch, _figure(pair.at)
    below = ".amount" if pair.at.is_money else ""
    other, other_en = titled(pair.other, disclosure)
    words = {"other": other, "otherEn": other_en}
    words |= (
        {"relation": "高于", "relationEn": "above"}
        if never_more
        else {"relation": "低于", "relationEn": "below"}
    )
    sign = ">" if never_more else "<"

    def look(value: Any, scope: Scope) -> Finding | None:
        standing = fetch(scope)
        if standing is None:
            return None
        mine, its = figure(value), figure(standing)
        if mine is None or its is None or mine[1] != its[1]:
            return None
        if mine[0] <= its[0] if never_more else mine[0] >= its[0]:
            return None
        return Finding(f"{shown(mine[0])} {sign} {shown(its[0])}", words, below)

    return Probe(pair.at, look, frozenset(f"{path}{below}" for path in pair.needs))


def _figure(one: Field) -> Callable[[Any], tuple[float, str] | None]:
    """What gives a field's number and what it counts: money by its currency, all else alike."""
    return amount_of if one.is_money else (lambda value: (value, "") if is_number(value) else None)


def _losses(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
    """Money below zero where there is no such thing as a loss or a debt."""

    def look(value: Any, scope: Scope) -> Finding | None:
        said = amount_of(value)
        return None if said is None or said[0] >= 0 else Finding(shown(said[0]), {}, ".amount")

    for one in disclosure.walk():
        if one.is_money and one.name not in MAY_BE_NEGATIVE:
            read = frozenset((f"{one.dotted}.amount",))
            yield Probe(one, look, read, read)


CHECKS = (
    Check(
        "S025",
        _products,
        title="单价乘数量等于小计",
        title_en="Unit price × quantity = total",
        lacking="数量、单价和小计三项",
        lacking_en="quantity, unit price and total",
    ),
    Check(
        "S026",
        _sums,
        title="各项之和不超过总数",
        title_en="Parts not above their whole",
        lacking="总数和它的各项",
        lacking_en="a whole and its parts",
    ),
    Check(
        "S027",
        _limits,
        title="金额不超过预算、限价,不低于起始价",
        title_en="Award within its budget",
        lacking="能比较的两个金额(如中标金额和预算金额)",
        lacking_en="two amounts to compare (such as award and budget)",
    ),
    Check(
        "S028",
        _parts,
        title="部分不大于整体",
        title_en="Part not above the whole",
        lacking="能比较的部分和整体",
        lacking_en="a part and its whole",
    ),
    Check(
        "S036",
        _losses,
        title="金额不为负数",
        title_en="Amounts not negative",
        lacking="金额",
        lacking_en="an amount",
    ),
)
