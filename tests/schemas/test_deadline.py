"""By when a disclosure had to be public, and why nobody can tell: a table of records."""

import dataclasses
from datetime import date
from typing import Any

import pytest

from schemas.catalog import Catalog, Disclosure
from schemas.deadline import Due, Unknown, days_late, due

CATALOG = Catalog.load()
BASIS = {"basis": "示例规定第一条", "basisEn": "An example, article 1"}


def of(type_: str, record: dict[str, Any], *rules: dict[str, Any]) -> Due | Unknown:
    """The deadline of a record of a type, by its own rules or by those given."""
    disclosure = CATALOG.type(type_)
    if rules:
        disclosure = dataclasses.replace(disclosure, schema={**disclosure.schema, "deadlines": list(rules)})
    return due(record, disclosure, CATALOG.calendar)


def lots(**events: str) -> dict[str, Any]:
    return {"lots": [events]}


@pytest.mark.parametrize(
    ("type_", "record", "on", "rule", "path"),
    [
        # the default: twenty working days, here over the Spring Festival with its two make-up days
        ("procurement/tender-notice", {"formedDate": "2024-01-26"}, "2024-02-28", 0, "formedDate"),
        # laws: a working day more or less
        ("procurement/award-result", {"awardDate": "2024-09-27"}, "2024-09-30", 0, "awardDate"),
        ("procurement/document", {"awardDate": "2024-09-27"}, "2024-09-30", 0, "awardDate"),
        ("procurement/contract", {"contractDate": "2024-09-30"}, "2024-10-09", 0, "contractDate"),
        ("procurement/public-service-project", {"acceptanceDate": "2024-05-31"}, "2024-06-04", 0, "acceptanceDate"),
        ("works/tender-approval", {"decisionDate": "2024-02-08"}, "2024-02-23", 0, "decisionDate"),
        ("procurement/misconduct-record", {"decisionDate": "2024-02-08"}, "2024-02-23", 0, "decisionDate"),
        ("works/award-candidates", {"evaluationReportDate": "2024-02-08"}, "2024-02-11", 0, "evaluationReportDate"),
        # by the way the land was supplied; without it a sale is meant
        ("land/grant-result", lots(dealDate="2024-06-18"), "2024-07-02", 2, "lots.dealDate"),
        ("land/grant-result", {"landSupplyMethod": "listing", **lots(dealDate="2024-06-18")}, "2024-07-02", 2, "lots.dealDate"),
        ("land/grant-result", {"landSupplyMethod": "agreement", **lots(contractDate="2024-06-18")}, "2024-06-25", 0, "lots.contractDate"),
        ("land/grant-result", {"landSupplyMethod": "allocation", "formedDate": "2024-06-18"}, "2024-07-16", 1, "formedDate"),
        # the last of several lots, a moment with its hour
        ("land/grant-result", {"lots": [{"dealDate": "2024-06-18"}, {"dealDate": "2024-06-20"}]}, "2024-07-04", 2, "lots.dealDate"),
        # before an event: the first of several lots
        ("land/grant-notice", lots(listingPeriod={"startAt": "2024-07-01T09:00:00+08:00"}), "2024-06-11", 0, "lots.listingPeriod.startAt"),
        (
            "land/grant-notice",
            {"lots": [{"listingPeriod": {"startAt": "2024-07-05"}}, {"listingPeriod": {"startAt": "2024-07-01"}}]},
            "2024-06-11", 0, "lots.listingPeriod.startAt",
        ),
        ("land/grant-notice", {"landSupplyMethod": "auction", **lots(auctionAt="2024-07-01")}, "2024-06-11", 1, "lots.auctionAt"),
        ("land/grant-notice", {"landSupplyMethod": "listing", "formedDate": "2024-01-26", **lots(auctionAt="2024-07-01")},
         "2024-02-28", 2, "formedDate"),
        # an information formed with its deal: the second property stands in for the first
        ("mining/transaction-result", lots(dealDate="2024-01-26"), "2024-02-28", 0, "lots.dealDate"),
        ("mining/transaction-result", {"formedDate": "2024-01-29", **lots(dealDate="2024-01-26")}, "2024-02-29", 0, "formedDate"),
        # fixed dates by the report's year and kind
        ("oversight/progress-report", {"reportYear": 2024, "reportType": "halfYear"}, "2024-06-20", 0, "reportYear"),
        ("oversight/progress-report", {"reportYear": 2024, "reportType": "annual"}, "2024-12-20", 0, "reportYear"),
        ("oversight/progress-report", {"reportYear": 2018, "reportType": "halfYear"}, "2018-06-20", 0, "reportYear"),
        ("oversight/progress-report", {"reportYear": 2030, "reportType": "annual"}, "2030-12-20", 0, "reportYear"),
    ],
)  # fmt: skip
def test_the_last_day_in_time(type_: str, record: dict[str, Any], on: str, rule: int, path: str) -> None:
    found = of(type_, record)
    assert isinstance(found, Due), found
    assert (found.on.isoformat(), found.rule, found.path) == (on, rule, path)
    told = CATALOG.type(type_).schema["deadlines"][rule]
    assert (found.basis, found.basis_en) == (told["basis"], told["basisEn"])


@pytest.mark.parametrize(
    ("type_", "record", "reason", "paths", "message"),
    [
        ("procurement/tender-notice", {}, "noEvent", ("formedDate",), "“形成日期”"),
        # another event than the law's does not stand in for it, so that nothing late seems in time
        ("procurement/award-result", {"formedDate": "2024-01-26"}, "noEvent", ("awardDate",), "“中标(成交)日期”"),
        ("land/grant-result", lots(contractDate="2024-06-18"), "noEvent", ("lots.dealDate",), "“成交日期”"),
        ("land/grant-result", {"landSupplyMethod": "agreement", **lots(dealDate="2024-06-18")}, "noEvent", ("lots.contractDate",), "“合同签订日期”"),
        ("mining/transaction-result", {"lots": []}, "noEvent", ("formedDate", "lots.dealDate"), "“形成日期”、“成交日期”"),
        ("oversight/progress-report", {"reportYear": 2024}, "noEvent", ("reportYear", "reportType"), "“报告年度”、“报告期代码”"),
        ("oversight/progress-report", {"reportType": "annual"}, "noEvent", ("reportYear", "reportType"), "“报告年度”"),
        ("oversight/progress-report", {"reportYear": 2024, "reportType": "weekly"}, "noEvent", ("reportYear", "reportType"), "没有填写"),
        ("oversight/progress-report", {"reportYear": 10**9, "reportType": "annual"}, "noEvent", ("reportYear", "reportType"), "没有填写"),
        ("land/grant-notice", {}, "noEvent", ("lots.listingPeriod.startAt", "formedDate"), "“挂牌时间”的“开始时间”、“形成日期”"),
        # what is no date is no event
        ("procurement/tender-notice", {"formedDate": "2024年1月"}, "noEvent", ("formedDate",), "“形成日期”"),
        ("procurement/tender-notice", {"formedDate": "2018-06-01"}, "noRule", ("formedDate",), "按“形成日期”,当时还没有"),
        ("oversight/progress-report", {"reportYear": 2017, "reportType": "annual"}, "noRule", ("reportYear",), "按“报告年度”,当时还没有"),
        ("procurement/tender-notice", {"formedDate": "2026-12-21"}, "noCalendar", (), "2027年"),
        ("procurement/tender-notice", {"formedDate": "2030-05-06"}, "noCalendar", (), "2030年"),
    ],
)  # fmt: skip
def test_why_nobody_can_tell(
    type_: str, record: dict[str, Any], reason: str, paths: tuple[str, ...], message: str
) -> None:
    found = of(type_, record)
    assert isinstance(found, Unknown), found
    assert (found.reason, found.paths) == (reason, paths)
    assert message in found.message
    assert found.message_en


OLD = {
    "days": 30,
    "count": "calendar",
    "after": "formedDate",
    "from": "2010-01-01",
    "to": "2020-12-31",
    **BASIS,
}
NEW = {"days": 5, "count": "calendar", "after": "formedDate", "from": "2021-01-01", **BASIS}


@pytest.mark.parametrize(
    ("formed", "on", "rule"),
    [("2010-01-01", "2010-01-31", 0), ("2020-12-31", "2021-01-30", 0), ("2021-01-01", "2021-01-06", 1)],
)
def test_the_rule_in_force_at_the_event_judges(formed: str, on: str, rule: int) -> None:
    found = of("procurement/tender-notice", {"formedDate": formed}, OLD, NEW)
    assert isinstance(found, Due)
    assert (found.on.isoformat(), found.rule) == (on, rule)


def test_before_the_first_rule_there_is_none() -> None:
    found = of("procurement/tender-notice", {"formedDate": "2009-12-31"}, OLD, NEW)
    assert isinstance(found, Unknown)
    assert found.reason == "noRule"


def test_a_rule_that_a_record_is_not_for_says_so() -> None:
    rule = {**NEW, "when": {"landSupplyMethod": ["auction"]}}
    found = of("land/grant-notice", {"formedDate": "2024-01-26", "landSupplyMethod": "listing"}, rule)
    assert isinstance(found, Unknown)
    assert (found.reason, found.paths) == ("noRule", ())


@pytest.mark.parametrize(
    ("rule", "on"),
    [
        ({"days": 3, "count": "working", "before": "bidDeadline"}, "2024-09-29"),  # a Sunday that was worked
        ({"days": 20, "count": "calendar", "before": ["openingAt", "bidDeadline"]}, "2024-09-19"),
        ({"days": 1, "count": "working", "after": ["openingAt", "bidDeadline"]}, "2024-10-10"),
    ],
)
def test_days_count_back_and_on(rule: dict[str, Any], on: str) -> None:
    record = {"bidDeadline": "2024-10-09T09:00:00+08:00"}
    found = of("procurement/tender-notice", record, {**rule, "from": "2018-06-04", **BASIS})
    assert isinstance(found, Due)
    assert (found.on.isoformat(), found.path, found.event) == (on, "bidDeadline", date(2024, 10, 9))


def test_a_single_date_needs_the_year_alone() -> None:
    rule = {"date": "03-31", "year": "planYear", "from": "2018-06-04", **BASIS}
    found = of("land/supply-plan", {"planYear": 2024}, rule)
    assert isinstance(found, Due)
    assert (found.on, found.count, found.event) == (date(2024, 3, 31), "calendar", date(2024, 3, 31))


@pytest.mark.parametrize(
    ("published", "late"),
    [
        ("2024-02-27", -1), ("2024-02-28", 0), ("2024-03-04", 3), (None, None),
        ("2027-03-01", None),  # working days through a year that is not published
    ],
)  # fmt: skip
def test_days_late(published: str | None, late: int | None) -> None:
    deadline = of("procurement/tender-notice", {"formedDate": "2024-01-26"})
    day = date.fromisoformat(published) if published else None
    assert days_late(day, deadline, CATALOG.calendar) == late


def test_calendar_days_are_late_by_calendar_days() -> None:
    deadline = of("works/award-candidates", {"evaluationReportDate": "2024-02-08"})
    assert days_late(date(2024, 2, 18), deadline, CATALOG.calendar) == 7
    assert days_late(date(2024, 2, 10), deadline, CATALOG.calendar) == -1


def test_what_is_unknown_is_never_in_time() -> None:
    unknown = of("procurement/tender-notice", {})
    assert days_late(date(2024, 2, 18), unknown, CATALOG.calendar) is None


def types_with_default() -> list[Disclosure]:
    return [d for d in CATALOG.types.values() if "formedDate" in (rule.paths[0] for rule in d.deadlines[:1])]


def test_the_default_counts_twenty_working_days_wherever_it_stands() -> None:
    assert len(types_with_default()) > 20
    for disclosure in types_with_default():
        found = due({"formedDate": "2024-01-26"}, disclosure, CATALOG.calendar)
        assert isinstance(found, Due)
        assert found.on == date(2024, 2, 28), disclosure.name
