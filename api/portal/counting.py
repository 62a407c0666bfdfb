"""Figures of a selection by dimensions, as the pages of statistics, regions and publishers show them.

A figure is of what is published. What it leaves out is told beside it: the withdrawn, the amounts of reposts, and
those that have no amount.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Self

from starlette.requests import Request

from api.portal.asking import ask
from publish.selection import Selection
from schemas.region import Regions

MOST = 1_000  # groups of an answer
MEDIANS = 2_000  # disclosures, up to which medians are asked for: they need every one of them, in order
# What a page calls a dimension, and its name in GraphQL; where a region's parts are meant, see `below`.
DIMENSIONS: Mapping[str, str] = {
    "domain": "DOMAIN", "type": "TYPE", "stage": "STAGE", "level": "LEVEL", "region": "REGION", "publisher": "PUBLISHER",
    "method": "METHOD", "outcome": "OUTCOME", "year": "YEAR", "quarter": "QUARTER", "month": "MONTH",
}  # fmt: skip
PERIODS = ("year", "quarter", "month")
MEASURES = ("count", "amount")
_BELOW = {None: "PROVINCE", "national": "PROVINCE", "province": "PREFECTURE", "prefecture": "COUNTY"}


@dataclass(frozen=True, slots=True)
class Key:
    """A value of a dimension and its titles; no value is what has none, and no English title where it has Chinese alone."""

    value: str | None
    title: str = ""
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted of a group; `median` is known of short lists alone."""

    keys: tuple[Key, ...]
    count: int
    reposts: int
    amount: Decimal | None
    amounts: int
    judged: int
    late: int
    median: Decimal | None = None

    @classmethod
    def of(cls, group: Mapping[str, Any]) -> Self:
        """A group of GraphQL's answer."""
        keys = tuple(
            Key(key["value"], key["title"] or key["value"] or "", key["titleEn"] or ("" if key["title"] else key["value"] or ""))
            for key in group.get("keys", ())
        )  # fmt: skip
        amount, lateness = group["amount"], group["lateness"]
        summed = None if amount["sum"] is None else Decimal(amount["sum"])
        return cls(
            keys,
            group["count"],
            group["reposts"],
            summed,
            amount["count"],
            lateness["judged"],
            lateness["late"],
        )

    @property
    def unpriced(self) -> int:
        """How many have no amount, reposts aside."""
        return self.count - self.reposts - self.amounts

    @property
    def share(self) -> Decimal | None:
        """Of those that can be judged, how many were late, in per cent."""
        return round(Decimal(self.late * 100) / self.judged, 1) if self.judged else None

    def measured(self, measure: str) -> Decimal | int | None:
        """The number that is drawn."""
        return self.count if measure == "count" else self.amount


@dataclass(frozen=True, slots=True)
class Counted:
    """The groups, and what all of them come to."""

    dimensions: tuple[str, ...]
    groups: tuple[Figures, ...]
    more: bool
    total: Figures
    withdrawn: int
    with_medians: bool = False
    short: int = MEDIANS  # up to how many disclosures there would be medians


@dataclass(frozen=True, slots=True)
class Whole:
    """What a selection comes to, whatever it is grouped by."""

    total: Figures
    withdrawn: int


async def whole(request: Request, selection: Selection) -> Whole:
    """What is published of a selection, and how many are withdrawn; asked once for all its groups."""
    chosen = selection.filter()
    found = await ask(
        request, "whole", filter=_of_status(chosen, "published"), withdrawn=_of_status(chosen, "withdrawn"),
        search=selection.search or None,
    )  # fmt: skip
    return Whole(Figures.of(found["total"]["groups"][0]), found["withdrawn"]["groups"][0]["count"])


async def counted(
    request: Request,
    selection: Selection,
    dimensions: Sequence[str],
    measure: str = "count",
    known: Whole | None = None,
    *,
    medians: bool = True,
) -> Counted:
    """The figures of a selection by dimensions; periods as they went by, all else with the most first.

    `known` is what the selection comes to, where that was asked already; `medians` whether they are wanted.
    """
    regions: Regions = request.app.state.catalog.regions
    named = [below(selection.region, regions) if one == "region" else DIMENSIONS[one] for one in dimensions]
    order: list[dict[str, str]] = []
    if dimensions and dimensions[0] not in PERIODS:
        order = [{"field": "COUNT" if measure == "count" else "AMOUNT_SUM"}]
    asked: dict[str, Any] = {
        "filter": _of_status(selection.filter(), "published"), "search": selection.search or None, "by": named,
        "order": order, "first": MOST,
    }  # fmt: skip
    known = known or await whole(request, selection)
    found = await ask(request, "statistics", **asked)
    groups = [Figures.of(group) for group in found["statistics"]["groups"]]
    medians = medians and known.total.count <= MEDIANS and known.total.amounts > 0
    if medians:
        told = (await ask(request, "medians", **asked))["statistics"]["groups"]
        middle = {tuple(key["value"] for key in one["keys"]): one["amount"]["median"] for one in told}
        groups = [_with_median(one, middle) for one in groups]
    return Counted(
        tuple(dimensions), tuple(groups), found["statistics"]["hasMore"], known.total, known.withdrawn, medians,
    )  # fmt: skip


def below(region: str, regions: Regions) -> str:
    """The dimension of a region's parts: of a province its prefectures."""
    return _BELOW.get(regions.level(region) if region else None, "REGION")


def table(counted: Counted) -> Iterator[list[str]]:
    """The figures as lines of a table for programs, headings first: exactly what a page shows, amounts to the fen."""
    yield [
        *(f"{name}{part}" for name in counted.dimensions for part in ("", "Title", "TitleEn")),
        "count", "reposts", "amount", "amountCount", *(("amountMedian",) if counted.with_medians else ()), "judged", "late",
    ]  # fmt: skip
    for one in counted.groups:
        yield [
            *(part for key in one.keys for part in (key.value or "", key.title, key.title_en)),
            str(one.count), str(one.reposts), _spelled(one.amount), str(one.amounts),
            *((_spelled(one.median),) if counted.with_medians else ()), str(one.judged), str(one.late),
        ]  # fmt: skip
    if counted.more:
        yield [f"只列前 {MOST} 组,还有其他组 / the first {MOST} groups only, there are more"]


def _spelled(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:f}"


def _of_status(chosen: Mapping[str, Any], status: str) -> dict[str, Any]:
    return {**chosen, "status": {"eq": status}}


def _with_median(one: Figures, known: Mapping[tuple[str | None, ...], Any]) -> Figures:
    median = known.get(tuple(key.value for key in one.keys))
    return one if median is None else replace(one, median=Decimal(median))
