"""What must come first: dates in their order, minima not above maxima, dates of this age."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from schemas.catalog import Catalog, Disclosure
from schemas.probe import Check, Finding, Pair, Probe, Scope, is_number, pairs, shown, titled

# Never later → never earlier, by the names of the properties; a day is enough for both.
ORDERS: tuple[tuple[str, str], ...] = (
    ("formedDate", "publishedDate"),
    # notices
    ("noticePeriod.startAt", "registrationPeriod.endAt"),
    ("noticePeriod.startAt", "listingPeriod.endAt"),
    ("noticePeriod.startAt", "depositDeadline"),
    ("noticePeriod.startAt", "auctionAt"),
    ("registrationPeriod.startAt", "depositDeadline"),
    ("registrationPeriod.startAt", "auctionAt"),
    ("registrationPeriod.startAt", "qualificationConfirmedAt"),
    ("registrationPeriod.startAt", "listingPeriod.endAt"),
    ("depositDeadline", "auctionAt"),
    ("documentsPeriod.startAt", "bidDeadline"),
    ("documentsPeriod.endAt", "bidDeadline"),
    ("documentsPeriod.startAt", "applicationDeadline"),
    ("documentsPeriod.startAt", "openingAt"),
    ("documentsPeriod.startAt", "prequalificationAt"),
    ("applicationDeadline", "prequalificationAt"),
    ("bidDeadline", "openingAt"),
    ("applicationPeriod.startAt", "lotteryAt"),
    ("consultationPeriod.startAt", "contractDate"),
    ("firstNoticeDate", "correctionDate"),
    ("firstNoticeDate", "terminationDate"),
    ("firstNoticeDate", "publishedDate"),
    # results
    ("openingAt", "awardDate"),
    ("openingAt", "evaluationReportDate"),
    ("evaluationReportDate", "publicityPeriod.startAt"),
    ("lots.dealDate", "lots.contractDate"),
    ("lots.dealDate", "handedOverDate"),
    ("appraisalDate", "dealDate"),
    ("appraisalDate", "publishedDate"),
    # contracts and works
    ("contractDate", "acceptanceDate"),
    ("contractDate", "actualCompletionDate"),
    ("plannedStartDate", "plannedCompletionDate"),
    ("expectedStartDate", "expectedCompletionDate"),
    ("actualStartDate", "actualCompletionDate"),
    ("contractDate", "plannedCompletionDate"),
    ("contractDate", "changeDate"),
    ("actualStartDate", "progressDate"),
    ("actualStartDate", "acceptanceDate"),
    # approval and supervision
    ("internalDecisionDate", "decisionDate"),
    ("appraisalDate", "decisionDate"),
    ("misconductDate", "decisionDate"),
    ("violationDate", "decisionDate"),
    ("decisionDate", "listedDate"),
    ("listedDate", "removalDate"),
    ("decisionDate", "restrictionPeriod.endAt"),
    ("decisionDate", "finePaymentPeriod.endAt"),
    ("complaintDate", "complaintAcceptedDate"),
    ("complaintDate", "decisionDate"),
    ("complaintAcceptedDate", "decisionDate"),
    ("assessmentPeriod.startAt", "assessmentDate"),
    ("reportPeriod.endAt", "submittedDate"),
    ("licenceStartDate", "licenceExpiryDate"),
    ("decisionDate", "licenceExpiryDate"),
    ("ratingDate", "ratingPeriod.endAt"),
    ("establishedDate", "certificateExpiryDate"),
)  # fmt: skip

# Orders that hold only where the type is of that stage: a notice goes before its deadline, a record after its event.
ORDERS_OF_STAGE: dict[str, tuple[tuple[str, str], ...]] = {
    "notice": (
        ("publishedDate", "noticePeriod.endAt"),
        ("publishedDate", "registrationPeriod.endAt"),
        ("publishedDate", "listingPeriod.endAt"),
        ("publishedDate", "depositDeadline"),
        ("publishedDate", "auctionAt"),
        ("publishedDate", "documentsPeriod.endAt"),
        ("publishedDate", "quotationPeriod.endAt"),
        ("publishedDate", "applicationDeadline"),
    ),
    "result": (
        ("lots.dealDate", "publishedDate"),
        ("awardDate", "publishedDate"),
        ("openingAt", "publicityPeriod.startAt"),
    ),
    "candidates": (
        ("openingAt", "publishedDate"),
        ("openingAt", "publicityPeriod.startAt"),
        ("qualificationReviewAt", "publishedDate"),
    ),
    "contract": (("contractDate", "publishedDate"), ("progressDate", "publishedDate"), ("acceptanceDate", "publishedDate")),
    "implementation": (("acceptanceDate", "publishedDate"), ("statisticsDate", "publishedDate")),
    "approval": (("decisionDate", "publishedDate"),),
    "supervision": (
        ("decisionDate", "publishedDate"),
        ("misconductDate", "publishedDate"),
        ("violationDate", "publishedDate"),
        ("reportPeriod.startAt", "publishedDate"),
    ),
    "correction": (("correctionDate", "publishedDate"),),
    "termination": (("terminationDate", "publishedDate"),),
}  # fmt: skip

_EARLIEST = "1980"
# So many years after the last published calendar are too far for a date, and for the end of a right.
_AHEAD, _AHEAD_OF_RIGHTS = 50, 100
_LONG = ("rightPeriod", "leasePeriod", "contractPeriod", "licenceExpiryDate")
_OLD = ("establishedDate", "policyDate", "leasePeriod", "rightPeriod")


def is_before(one: str, other: str) -> bool:
    """Whether a date or moment is before another; by the day where one of them has no time.

    >>> is_before("2024-06-18", "2024-06-18T09:30:00+08:00")
    False
    """
    if one[:10] != other[:10] or len(one) == 10 or len(other) == 10:
        return one[:10] < other[:10]
    try:
        return datetime.fromisoformat(one) < datetime.fromisoformat(other)
    except (ValueError, TypeError):
        return False


def _dates(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
    """Dates in their order: the table, and the two ends of every period."""
    for earlier, later in (*ORDERS, *ORDERS_OF_STAGE.get(disclosure.stage, ())):
        for pair in pairs(later, earlier, disclosure):
            if pair.at.kind in ("date", "moment") and pair.other.kind in ("date", "moment"):
                yield _in_order(pair, disclosure)
    for one in disclosure.walk():
        if one.definition == "period":
            for pair in pairs(f"{one.dotted}.endAt", f"{one.dotted}.startAt", disclosure):
                yield _in_order(pair, disclosure)


def _in_order(pair: Pair, disclosure: Disclosure) -> Probe:
    fetch, at_is_later = pair.fetch, not pair.turned
    other, other_en = titled(pair.other, disclosure)
    words = {"other": other, "otherEn": other_en}
    words |= (
        {"relation": "早于", "relationEn": "before"}
        if at_is_later
        else {"relation": "晚于", "relationEn": "after"}
    )
    sign = "<" if at_is_later else ">"

    def look(value: str, scope: Scope) -> Finding | None:
        found = fetch(scope)
        if not isinstance(found, str):
            return None
        wrong = is_before(value, found) if at_is_later else is_before(found, value)
        return Finding(f"{value} {sign} {found}", words) if wrong else None

    return Probe(pair.at, look, pair.needs, frozenset())


def _ranges(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
    for one in disclosure.walk():
        if not one.name.endswith("Maximum"):
            continue
        lower = one.dotted.removesuffix("Maximum") + "Minimum"
        for pair in pairs(one.dotted, lower, disclosure):
            yield Probe(pair.at, _above(pair.fetch, *titled(pair.other, disclosure)), pair.needs, frozenset())


def _above(
    fetch: Callable[[Scope], Any], other: str, other_en: str
) -> Callable[[Any, Scope], Finding | None]:
    def look(value: float, scope: Scope) -> Finding | None:
        least = fetch(scope)
        if not is_number(least) or least <= value:
            return None
        return Finding(f"{shown(value)} < {shown(least)}", {"other": other, "otherEn": other_en})

    return look


def _ages(disclosure: Disclosure, catalog: Catalog) -> Iterator[Probe]:
    last = max(catalog.calendar.published, default=2000)
    for one in disclosure.walk():
        if one.kind in ("date", "moment"):
            ahead = _AHEAD_OF_RIGHTS if set(one.path) & set(_LONG) else _AHEAD
            earliest = "1800" if set(one.path) & set(_OLD) else _EARLIEST
            yield Probe(one, _out_of(earliest, f"{last + ahead + 1}"), frozenset((one.dotted,)), frozenset())


def _out_of(earliest: str, latest: str) -> Callable[[Any, Scope], Finding | None]:
    def look(value: str, scope: Scope) -> Finding | None:
        return None if earliest <= value < latest else Finding(value)

    return look


CHECKS = (
    Check(
        "S022",
        _dates,
        title="日期的先后",
        title_en="Dates in order",
        lacking="能比较先后的两个日期",
        lacking_en="two dates to compare",
    ),
    Check(
        "S023",
        _ranges,
        title="下限不高于上限",
        title_en="Minimum not above maximum",
        lacking="成对的上限和下限",
        lacking_en="both limits of a range",
    ),
    Check(
        "S024",
        _ages,
        title="日期是否离谱",
        title_en="Dates of this age",
        lacking="日期",
        lacking_en="a date",
    ),
)
