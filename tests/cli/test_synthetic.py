"""Synthetic records: valid for every type, linked, dated, marked, and the same for the same seed."""

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import pytest

from cli.synthetic.generator import generate
from cli.synthetic.process import Process, invent
from schemas.catalog import FOLDER, Catalog, Disclosure
from schemas.check import check
from schemas.deadline import days_late, due
from schemas.path import values
from schemas.release import Release
from schemas.uscc import is_valid, region_of
from store.identity import identify
from tests.toy import evolved

COMMON = "../../common/1.0.json#/$defs/"
Pair = tuple[Disclosure, dict[str, Any]]
WINNERS = ("supplier", "transferee", "concessionaire", "contractor")


@pytest.fixture(scope="module")
def pairs(catalog: Catalog) -> list[Pair]:
    return list(generate(catalog, max(2_000, 75 * len(catalog.types))))


def by_process(pairs: list[Pair]) -> dict[str, list[Pair]]:
    """The records of each process in their order; the number after SYN- tells the process."""
    found: dict[str, list[Pair]] = defaultdict(list)
    for disclosure, record in pairs:
        found[record["localId"].rpartition("-")[0]].append((disclosure, record))
    return found


def having(record: Mapping[str, Any], path: str) -> list[Any]:
    """The values at a path, the elements of lists each."""
    found = values(record, path.split("."))
    return [one for value in found for one in (value if isinstance(value, list) else [value])]


def organizations(node: Any) -> Iterator[dict[str, Any]]:
    """Every organization in a record."""
    if isinstance(node, list):
        for one in node:
            yield from organizations(one)
    elif isinstance(node, dict):
        if "uscc" in node:
            yield node
        for value in node.values():
            yield from organizations(value)


def faults(catalog: Catalog, pairs: list[Pair]) -> list[str]:
    return [
        f"{record['localId']} {disclosure.name}: {issue.code} {issue.path} {issue.value}"
        for disclosure, record in pairs
        for issue in check(record, disclosure, catalog)
    ]


def test_every_type_has_records_without_fault(catalog: Catalog, pairs: list[Pair]) -> None:
    assert {disclosure.type for disclosure, _ in pairs} == set(catalog.types)
    assert faults(catalog, pairs) == []


def test_a_publisher_who_leaves_out_what_may_be_still_has_valid_records(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def invented(*given: Any) -> Process:
        made = invent(*given)
        return replace(made, publisher=replace(made.publisher, complete=0.0))

    monkeypatch.setattr("cli.synthetic.generator.invent", invented)
    for disclosure, record in generate(catalog, 10 * len(catalog.types)):
        assert check(record, disclosure, catalog) == [], record["localId"]


def test_a_type_added_later_gets_records_without_a_change(toy_catalog: Catalog, invented: ModuleType) -> None:
    pairs = list(generate(toy_catalog, 60 * len(toy_catalog.types)))
    assert faults(toy_catalog, pairs) == []
    own = [record for disclosure, record in pairs if disclosure.type == invented.TYPE]
    told = {name for record in own for name in record if name in invented.invent()[0]["properties"]}
    assert len(own) > 20
    assert len(told) == invented.PROPERTIES


def awkward() -> tuple[dict[str, Any], dict[str, Any]]:
    """A type with limits that a careless generator breaks, and a sample of it."""
    named = {"title": "某项", "titleEn": "Thing", "description": "某项。", "descriptionEn": "Thing."}
    shapes: dict[str, tuple[dict[str, Any], Any]] = {
        "caseNumber": ({"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"}, "ABC-1234"),
        "initial": ({"type": "string", "minLength": 1, "maxLength": 1}, "甲"),
        "essay": ({"type": "string", "minLength": 60, "maxLength": 80}, "文" * 70),
        "depthMinimum": ({"type": "integer", "minimum": 5_000, "maximum": 5_010}, 5_001),
        "depthMaximum": ({"type": "integer", "minimum": 5_005, "maximum": 5_020}, 5_015),
        "share": ({"type": "number", "minimum": 0.25, "maximum": 0.75, "unit": "percent"}, 0.5),
        "loss": ({"type": "integer", "minimum": -10, "maximum": -5}, -7),
        "openingDate": ({"type": "string", "format": "date"}, "2024-03-01"),
        "three": (
            {"type": "array", "items": {"$ref": COMMON + "document"}, "minItems": 3, "maxItems": 3},
            [{"title": "文件"}] * 3,
        ),
        "outcomes": ({"type": "array", "items": {"type": "string", "codelist": "stage"}, "maxItems": 1}, ["notice"]),
        "winner": ({"$ref": COMMON + "organization", "role": "supplier"}, {"name": "示例公司"}),
        "nested": (
            {
                "type": "object",
                "properties": {
                    "small": {"type": "integer", "minimum": 1, "maximum": 2, **named},
                    "note": {"type": "string", "minLength": 1, "maxLength": 9, **named},
                },
                "required": ["small"],
                "additionalProperties": False,
            },
            {"small": 1},
        ),
    }  # fmt: skip
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://openalloc.org/schemas/mining/awkward/1.0.json",
        "version": "1.0", **named, "stage": "notice",
        "caption": ["title"], "featured": ["publishedDate"], "key": [["localId"]], "process": ["processId"],
        "deadlines": [{"days": 20, "count": "calendar", "before": "openingDate", "from": "2018-06-04",
                       "basis": "虚构规定", "basisEn": "An invented rule"}],
        "type": "object", "allOf": [{"$ref": COMMON + "disclosure"}],
        "properties": {name: {**shape, **named} for name, (shape, _) in shapes.items()},
        "required": ["schema", "publisher", *(name for name in shapes if name != "openingDate")],
        "unevaluatedProperties": False,
    }  # fmt: skip
    sample = {"schema": "mining/awkward/1.0", "localId": "1", "publisher": {"name": "示例局"}}
    return schema, sample | {name: value for name, (_, value) in shapes.items()}


def test_ranges_lengths_patterns_and_sizes_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "schemas"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    place = folder / "mining" / "awkward"
    place.mkdir(parents=True)
    schema, sample = awkward()
    (place / "1.0.json").write_text(json.dumps(schema), "utf-8")
    (place / "1.0.sample.json").write_text(json.dumps(sample), "utf-8")
    catalog = Catalog.load(folder)
    assert check(sample, catalog.type("mining/awkward"), catalog) == []

    pairs = list(generate(catalog, 60 * len(catalog.types)))
    own = [(disclosure, record) for disclosure, record in pairs if disclosure.type == "mining/awkward"]
    assert faults(catalog, pairs) == []
    assert len(own) > 20
    opened = [record for _, record in own if "openingDate" in record]
    assert opened
    assert all(record["publishedDate"] < record["openingDate"] for record in opened)
    assert states(catalog, own) == {"late", "in time", "unknown"}


def test_the_same_seed_gives_the_same_bytes(catalog: Catalog) -> None:
    def spelled(count: int, seed: int) -> list[bytes]:
        return [orjson.dumps(record) for _, record in generate(catalog, count, seed)]

    first = spelled(300, 7)
    assert spelled(300, 7) == first
    assert spelled(120, 7) == first[:120], "fewer records are the beginning of more"
    assert not set(first) & set(spelled(300, 8))


def test_records_are_made_as_they_are_asked_for(catalog: Catalog) -> None:
    assert len(list(islice(generate(catalog, 10**12), 5))) == 5


def test_no_two_records_are_one(catalog: Catalog, pairs: list[Pair]) -> None:
    other = list(generate(catalog, 500, seed=2))
    identities = [identify(record, disclosure) for disclosure, record in [*pairs, *other]]
    assert all(identities)
    assert len({one.id for one in identities if one}) == len(identities)


def test_records_are_marked_synthetic(pairs: list[Pair]) -> None:
    for _, record in pairs:
        assert record["title"].endswith("(合成数据)")
        assert record["localId"].startswith("SYN-")
        assert record["sourceUrl"].startswith("https://example.org/synthetic/")
        assert all("示例" in one["name"] for one in organizations(record) if "name" in one)


def test_credit_codes_are_valid_and_a_publishers_is_its_regions(catalog: Catalog, pairs: list[Pair]) -> None:
    publishers = set()
    for _, record in pairs:
        assert all(is_valid(one["uscc"]) for one in organizations(record))
        code = record["publisher"]["uscc"]
        publishers.add(code)
        home = region_of(code)
        assert home is not None
        if "region" in record:
            assert catalog.regions.is_within(record["region"], home)
    assert len(publishers) > 50


def test_records_come_from_all_over_the_province(pairs: list[Pair]) -> None:
    regions = {record["region"] for _, record in pairs if "region" in record}
    home = {code for code in regions if code.startswith("53")}
    assert len({code[:4] for code in home}) == 17, "the province and its sixteen prefectures"
    assert len(home) > 80
    assert 0 < len(regions - home) < 10


def states(catalog: Catalog, pairs: list[Pair]) -> set[str]:
    found = set()
    for disclosure, record in pairs:
        deadline = due(record, disclosure, catalog.calendar)
        late = days_late(date.fromisoformat(record["publishedDate"]), deadline, catalog.calendar)
        found.add("unknown" if late is None else "late" if late > 0 else "in time")
    return found


def test_some_are_late_some_in_time_and_of_some_nobody_can_tell(catalog: Catalog, pairs: list[Pair]) -> None:
    by_type: dict[str, list[Pair]] = defaultdict(list)
    for disclosure, record in pairs:
        by_type[disclosure.type].append((disclosure, record))
    for name, own in by_type.items():
        rules = own[0][0].schema["deadlines"]
        if len(own) > 60 and any("days" in rule for rule in rules):
            assert states(catalog, own) >= {"late", "in time"}, name
    assert states(catalog, pairs) == {"late", "in time", "unknown"}
    assert any("formedDate" not in record for _, record in pairs)


def test_dates_are_in_order(pairs: list[Pair]) -> None:
    for own in by_process(pairs).values():
        told: dict[str, str] = {}
        for disclosure, record in own:
            assert record.get("formedDate", "") <= record["publishedDate"]
            if disclosure.stage == "notice":
                told["1 notice"] = min(record["publishedDate"], told.get("1 notice", "9999"))
            for order, path in (
                ("2 deadline", "bidDeadline"), ("3 award", "awardDate"), ("3 award", "lots.dealDate"),
                ("4 contract", "contractDate"),
            ):  # fmt: skip
                if order.startswith("3") and disclosure.stage == "notice":
                    continue  # a document that is published with the award names the award's day
                for value in values(record, path.split(".")):
                    told[order] = str(value)[:10]
        dates = [told[order] for order in sorted(told)]
        assert dates == sorted(dates), told


def test_a_process_is_told_from_notice_to_contract(pairs: list[Pair]) -> None:
    processes = by_process(pairs)
    long = [own for own in processes.values() if len({disclosure.stage for disclosure, _ in own}) >= 3]
    assert len(long) > 50
    for own in processes.values():
        for path in ("publisher.uscc", "processId", "project.number", "buyer.uscc", "procuringEntity.uscc"):
            assert len({value for _, record in own for value in having(record, path)}) <= 1, path


def test_records_without_a_process_id_share_their_numbers(pairs: list[Pair]) -> None:
    unlinked = [own for own in by_process(pairs).values() if "processId" not in own[0][1] and len(own) > 1]
    assert len(unlinked) > 20
    for own in unlinked:
        paths = {disclosure.schema["process"][1] for disclosure, _ in own}
        assert len(paths) == 1
        path = paths.pop()
        first, *others = [set(having(record, path)) for _, record in own]
        assert first
        assert all(numbers and numbers <= first for numbers in others)


def test_the_winner_was_a_candidate_and_gets_the_contract(pairs: list[Pair]) -> None:
    compared = {"candidates": 0, "contract": 0}
    for own in by_process(pairs).values():
        if any(len(record.get("lots", ())) > 1 for _, record in own):
            continue  # of several lots one may not be told
        names: dict[str, set[str]] = defaultdict(set)
        for disclosure, record in own:
            names[disclosure.stage] |= set(having(record, "lots.awardCandidates.organization.name"))
            names[disclosure.stage] |= set(having(record, "lots.suppliers.name"))
            names[disclosure.stage] |= set(having(record, "suppliers.name"))
        if names["candidates"] and names["result"]:
            assert names["result"] <= names["candidates"]
            compared["candidates"] += 1
        if names["result"] and names["contract"]:
            assert names["contract"] == names["result"]
            compared["contract"] += 1
    assert min(compared.values()) > 10


def test_an_award_is_not_above_its_budget(pairs: list[Pair]) -> None:
    compared = 0
    for own in by_process(pairs).values():
        budgets = {b for _, record in own for b in having(record, "budget.amount")}
        assert len(budgets) <= 1
        for _, record in own:
            award = sum(having(record, "lots.awardPrice.amount"))
            if budgets and award:
                assert award <= max(budgets) + 0.01
                compared += 1
            for lot in record.get("lots", ()):
                prices = having(lot, "startingPrice.amount") + having(lot, "price.amount")
                assert prices == sorted(prices)
    assert compared > 50


def test_failed_processes_have_no_winner(pairs: list[Pair]) -> None:
    failed = [(disclosure, record) for disclosure, record in pairs if record.get("outcome") == "failed"]
    assert len(failed) > 10
    for disclosure, record in failed:
        assert not any(
            having(record, field.dotted)
            for field in disclosure.walk()
            if field.role in WINNERS and not field.required
        )
    partly = [
        outcomes for _, record in pairs if len(outcomes := set(having(record, "lots.lotOutcome"))) > 1
    ]  # fmt: skip
    assert partly, "some processes fail in one lot of several"


def test_some_processes_have_several_lots(pairs: list[Pair]) -> None:
    several = [record for _, record in pairs if len(record.get("lots", ())) > 1]
    assert len(several) > 50


def test_an_organization_is_met_in_three_domains(pairs: list[Pair]) -> None:
    domains: dict[str, set[str]] = defaultdict(set)
    for disclosure, record in pairs:
        for one in organizations({name: value for name, value in record.items() if name != "publisher"}):
            if one["uscc"].startswith("91"):
                domains[one["uscc"]].add(disclosure.domain)
    assert max(map(len, domains.values())) >= 3
    assert len(domains) > 100


def test_a_version_released_before_a_code_came_is_not_given_it(toy_catalog: Catalog) -> None:
    """2.0 of the toy can use the late code; released a year earlier it could not."""
    newest = toy_catalog.types[evolved.TYPE]
    early = replace(newest, release=Release(newest.name, "x", date(2024, 1, 1)))
    only = replace(toy_catalog, versions={newest.name: early})
    found = {record.get("channel") for _, record in generate(only, 300)}
    assert {"web", "paper"} <= found
    assert evolved.LATE_CODE not in found
    usual = replace(toy_catalog, versions={newest.name: newest})
    assert evolved.LATE_CODE in {record.get("channel") for _, record in generate(usual, 300)}
