"""A process's time line names what is missing, due, not yet there or not required."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from api.operation import Service
from schemas.catalog import Catalog
from schemas.course import REGULAR
from store.draft import Entry
from store.engine import writing
from store.writing import write
from tests.query.test_statements import data

TIMELINE = """query ($on: Date) { node(id: "process:%s") { ... on Process { timeline(on: $on) {
  stage status count firstDate lastDate days dueOn types { type status count dueOn } disclosures { totalCount } } } } }"""


def timeline(
    engine: Engine, catalog: Catalog, records: list[tuple[str, dict[str, Any]]], on: str = "2024-12-31"
) -> dict[str, dict[str, Any]]:
    """The stages of a process that has these (type, properties)."""
    entries = []
    for number, (name, more) in enumerate(records):
        disclosure = catalog.types[name]
        record = {
            "schema": disclosure.name, "localId": f"虚构-{number}", "title": "虚构", "processId": "虚构过程",
            "publisher": {"name": "虚构局", "uscc": "11530114MB0W00017C"}, "publishedDate": "2024-06-24", **more,
        }  # fmt: skip
        entries.append(Entry(record, disclosure))
    with writing(engine) as connection:
        write(connection, entries, catalog, None, datetime(2024, 7, 1))
    service = Service(catalog, engine)
    (process,) = {
        one["processes"][0]["id"]
        for one in data(service, "{ disclosures(first: 50) { nodes { processes { id } } } }")["disclosures"][
            "nodes"
        ]
    }
    found = data(service, TIMELINE % process.removeprefix("process:"), on=on)["node"]["timeline"]
    for stage in found:
        assert (
            stage["count"]
            == stage["disclosures"]["totalCount"]
            == sum(one["count"] for one in stage["types"])
        )
    return {stage["stage"]: stage for stage in found}


def statuses(stages: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {code: stage["status"] for code, stage in stages.items()}


def test_a_stage_without_a_disclosure_is_missing_where_a_later_one_has_one(
    engine: Engine, catalog: Catalog
) -> None:
    stages = timeline(engine, catalog, [
        ("works/tender-notice", {"publishedDate": "2024-06-01"}), ("works/tender-notice", {"publishedDate": "2024-06-11"}),
        ("works/contract-performance", {"publishedDate": "2024-07-01"}),
    ])  # fmt: skip
    assert statuses(stages) == {
        "notice": "PUBLISHED", "candidates": "MISSING", "result": "MISSING", "approval": "NOT_REQUIRED",
        "contract": "PUBLISHED", "supervision": "NOT_REQUIRED",
    }  # fmt: skip
    assert (stages["notice"]["firstDate"], stages["notice"]["lastDate"]) == ("2024-06-01", "2024-06-11")
    assert [stages[code]["days"] for code in ("notice", "candidates", "contract")] == [None, None, 30]


def test_an_occasional_stage_does_not_make_earlier_ones_missing(engine: Engine, catalog: Catalog) -> None:
    stages = timeline(
        engine,
        catalog,
        [("procurement/tender-notice", {}), ("procurement/correction", {"publishedDate": None})],
    )
    assert statuses(stages)["result"] == "NOT_YET"
    assert statuses(stages)["planning"] == "MISSING"
    assert stages["correction"]["days"] is None


def test_after_a_termination_nothing_is_expected(engine: Engine, catalog: Catalog) -> None:
    stages = timeline(engine, catalog, [
        ("procurement/tender-notice", {"awardDate": "2024-06-24"}), ("procurement/termination-notice", {}),
    ])  # fmt: skip
    assert {statuses(stages)[code] for code in ("result", "contract", "implementation")} == {"NOT_REQUIRED"}
    assert {one["status"] for one in stages["result"]["types"]} == {"NOT_REQUIRED"}


@pytest.mark.parametrize(
    ("days", "status"), [(0, "NOT_YET"), (1, "DUE")], ids=["the last day", "a day later"]
)
def test_a_deadline_that_another_disclosure_sets_off_passes(
    engine: Engine, catalog: Catalog, days: int, status: str
) -> None:
    last, _ = catalog.calendar.add(date(2024, 9, 30), 20)  # over the National Day holidays
    on = (last + timedelta(days=days)).isoformat()
    stages = timeline(engine, catalog, [("works/award-candidates", {"awardDate": "2024-09-30"})], on)
    assert (stages["result"]["status"], stages["result"]["dueOn"]) == (status, last.isoformat())
    assert stages["contract"]["status"] == "NOT_YET"
    assert stages["contract"]["dueOn"] is None


def test_a_type_can_be_due_in_a_stage_that_has_another(engine: Engine, catalog: Catalog) -> None:
    stages = timeline(engine, catalog, [
        ("procurement/tender-notice", {}), ("procurement/award-result", {"awardDate": "2024-06-03"}),
    ])  # fmt: skip
    types = {one["type"]: (one["status"], one["dueOn"]) for one in stages["notice"]["types"]}
    assert stages["notice"]["status"] == "PUBLISHED"
    assert types["procurement/document"] == ("DUE", "2024-06-05")
    assert types["procurement/tender-notice"] == ("PUBLISHED", None)
    assert types["procurement/negotiation-notice"] == ("NOT_REQUIRED", None)


def test_a_deadline_beyond_the_published_calendar_is_unknown(engine: Engine, catalog: Catalog) -> None:
    after = max(catalog.calendar.published)
    stages = timeline(
        engine, catalog, [("works/award-candidates", {"awardDate": f"{after}-12-30"})], f"{after + 5}-01-01"
    )
    assert (stages["result"]["status"], stages["result"]["dueOn"]) == ("NOT_YET", None)


def test_a_shared_domain_expects_nothing_of_a_process(engine: Engine, catalog: Catalog) -> None:
    assert statuses(timeline(engine, catalog, [("trading/proceeding-record", {})])) == {"notice": "PUBLISHED"}


def test_the_course_speaks_of_codes_that_there_are(catalog: Catalog) -> None:
    for (kind, code), course in catalog.policy.course.items():
        assert code in catalog.codelists[kind].codes
        assert course in (("shared",) if kind == "domain" else ("regular", "occasional", "final"))
    assert {code for kind, code in catalog.policy.course if kind == "stage"} == set(
        catalog.codelists["stage"].codes
    )
    assert {one.type for one in catalog.course.expected} == set(catalog.types)
    regular = {one.type for one in catalog.course.expected if one.course == REGULAR}
    assert {one.type for one in catalog.course.triggers} <= regular
    assert len(catalog.course.triggers) > 3
