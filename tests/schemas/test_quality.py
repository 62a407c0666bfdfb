"""`quality`: one fault, one finding; none in what is in order."""

import copy
import random
from typing import Any

import pytest

from schemas import amounts, ordering
from schemas.catalog import Catalog
from schemas.check import check
from schemas.issue import RULES, Issue
from schemas.probe import named
from schemas.quality import CHECKS, not_run, plan, quality

CATALOG = Catalog.load()
VERSIONS = pytest.mark.parametrize("disclosure", CATALOG.versions.values(), ids=lambda d: d.name)
GRANT, NOTICE = "land/grant-result", "land/grant-notice"
AWARD, WORKS = "procurement/award-result", "works/award-result"


def changed(type_: str, changes: dict[str, Any]) -> dict[str, Any]:
    """The sample of a type with those values at those places; Ellipsis takes the place away."""
    record: Any = copy.deepcopy(dict(CATALOG.type(type_).sample))
    for path, value in changes.items():
        node = record
        *steps, last = path.split(".")
        for step in steps:
            node = node[int(step)] if step.isdigit() else node[step]
        if value is ...:
            del node[last]
        else:
            node[last] = value
    return dict(record)


def found_in(type_: str, changes: dict[str, Any]) -> list[Issue]:
    disclosure = CATALOG.type(type_)
    record = changed(type_, changes)
    assert check(record, disclosure, CATALOG) == []
    return quality(record, disclosure, CATALOG)


LOT = "lots.0"
FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    (GRANT, {"region": "532331"}, "S013", "region"),
    (GRANT, {"region": "530000"}, "S020", "region"),
    (GRANT, {"publisher.jurisdiction": "530102"}, "S021", "region"),
    (GRANT, {"formedDate": "2024-06-25"}, "S022", "publishedDate"),
    (GRANT, {"publicityPeriod.endAt": "2024-06-23"}, "S022", "publicityPeriod.endAt"),
    (GRANT, {f"{LOT}.contractDate": "2024-06-17"}, "S022", f"{LOT}.contractDate"),
    (GRANT, {f"{LOT}.plannedCompletionDate": "2025-03-01"}, "S022", f"{LOT}.plannedCompletionDate"),
    (NOTICE, {"depositDeadline": "2024-06-18T16:00:00+08:00"}, "S022", f"{LOT}.auctionAt"),
    (NOTICE, {"depositDeadline": "2024-05-12T16:00:00+08:00", "registrationPeriod.startAt": "2024-05-01", "noticePeriod.startAt": "2024-05-01"}, "S022", "depositDeadline"),
    ("procurement/tender-notice", {"openingAt": "2024-01-01T09:00:00+08:00", "documentsPeriod": {}}, "S022", "openingAt"),
    (GRANT, {f"{LOT}.plotRatioMaximum": 1.1}, "S023", f"{LOT}.plotRatioMaximum"),
    (NOTICE, {f"{LOT}.greenRatioMinimum": 30}, "S023", f"{LOT}.greenRatioMaximum"),
    (GRANT, {f"{LOT}.payments.1.dueDate": "2204-12-28"}, "S024", f"{LOT}.payments.1.dueDate"),
    (GRANT, {f"{LOT}.payments.0.dueDate": "1900-01-01"}, "S024", f"{LOT}.payments.0.dueDate"),
    (AWARD, {f"{LOT}.items.0.itemTotal.amount": 128000}, "S025", f"{LOT}.items.0.itemTotal.amount"),
    (AWARD, {f"{LOT}.items.1.unitPrice.amount": 6150, f"{LOT}.items.1.itemTotal.amount": 246000}, "S026", f"{LOT}.awardPrice.amount"),
    (GRANT, {f"{LOT}.payments.0.paymentAmount.amount": 10120000}, "S026", f"{LOT}.price.amount"),
    ("housing/allocation", {f"{LOT}.unitTypes.0.typeUnitCount": 260}, "S026", f"{LOT}.unitCount"),
    (AWARD, {"budget.amount": 1480000}, "S027", f"{LOT}.awardPrice.amount"),
    (WORKS, {"ceilingPrice.amount": 98700000}, "S027", "ceilingPrice.amount"),
    (GRANT, {f"{LOT}.startingPrice.amount": 18240001}, "S027", f"{LOT}.price.amount"),
    (NOTICE, {f"{LOT}.bidIncrement.amount": 17600001}, "S027", f"{LOT}.bidIncrement.amount"),
    ("housing/allocation", {f"{LOT}.allocatedUnitCount": 451}, "S028", f"{LOT}.allocatedUnitCount"),
    (NOTICE, {f"{LOT}.landUses.0.landUseArea": 26669}, "S028", f"{LOT}.landUses.0.landUseArea"),
    (GRANT, {f"{LOT}.parcelLocation": "详见附件"}, "S029", f"{LOT}.parcelLocation"),
    (GRANT, {f"{LOT}.parcelLocation": "(见 公告)。"}, "S029", f"{LOT}.parcelLocation"),
    (GRANT, {f"{LOT}.transferee.name": "无"}, "S029", f"{LOT}.transferee.name"),
    (GRANT, {"approver.name": "***"}, "S029", "approver.name"),
    (GRANT, {"title": "待定"}, "S029", "title"),
    (NOTICE, {"bidderConditions": "详见出让文件"}, "S029", "bidderConditions"),
    (GRANT, {"publishedDate": "2024-07-03"}, "S030", "publishedDate"),
    (WORKS, {"fundingSource": "9,860万元"}, "S031", "fundingSource"),
    (NOTICE, {f"{LOT}.siteCondition": "26668.5平方米"}, "S031", f"{LOT}.siteCondition"),
    (WORKS, {f"{LOT}.duration": ...}, "S031", f"{LOT}.durationDetails"),
    (GRANT, {"approver.name": "0871-60000001"}, "S032", "approver.name"),
    (GRANT, {"approver.name": "有限公司"}, "S032", "approver.name"),
    (GRANT, {"approver.name": "91530114MA6K000170"}, "S032", "approver.name"),
    (GRANT, {"approver.address": "昆明市人民政府"}, "S033", "approver.address"),
    (GRANT, {"transferor.phone": "办公室"}, "S034", "transferor.phone"),
    (GRANT, {f"{LOT}.payments.0.paymentAmount.amount": -9120000}, "S036", f"{LOT}.payments.0.paymentAmount.amount"),
    (GRANT, {f"{LOT}.transferee": {"name": "示例甲", "address": "示例小区3栋2单元501室"}}, "S035", f"{LOT}.transferee.address"),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "changes", "code", "path"), FAULTS, ids=lambda one: str(one)[:40])
def test_one_fault_gives_one_finding_at_its_place(
    type_: str, changes: dict[str, Any], code: str, path: str
) -> None:
    found = found_in(type_, changes)
    assert [(issue.code, issue.path) for issue in found] == [(code, path)]
    assert found[0].severity != "error"
    for sentence in (found[0].message, found[0].message_en, found[0].hint, found[0].hint_en):
        assert sentence
        assert "{" not in sentence


IN_ORDER: list[tuple[str, dict[str, Any]]] = [
    # A code that was in force at the record's date, whatever became of it.
    (GRANT, {"region": "532331", "publishedDate": "2020-06-24", "formedDate": "2020-06-18", "lots.0.dealDate": "2020-06-18"}),
    (GRANT, {"publisher.jurisdiction": "530100"}),
    (GRANT, {"level": "province"}),
    (GRANT, {"level": "county", "region": "441900"}),
    # The same day, one with a time.
    (NOTICE, {"depositDeadline": "2024-06-18"}),
    (GRANT, {"lots.0.price": {"amountDetails": "按评估价的90%"}}),
    (GRANT, {"lots.0.price": {"amount": 100, "currency": "USD"}}),
    # Rounding of a unit price.
    (AWARD, {"lots.0.items.0.unitPrice.amount": 32000.4}),
    (AWARD, {"lots.0.items.0.itemTotal": ...}),
    # Items that are only the main ones.
    (AWARD, {"lots.0.items.1.unitPrice.amount": 150, "lots.0.items.1.itemTotal.amount": 6000}),
    # Nothing is an answer in prose, and where nothing is asked.
    (GRANT, {"remark": "无"}),
    (GRANT, {"remark": "详见附件"}),
    (AWARD, {"preferentialTerms": "无"}),
    (GRANT, {"publishedDate": "2024-07-02"}),
    (WORKS, {"fundingSource": "财政资金9860万元"}),
    (AWARD, {"lots.0.items.0.specification": "60平方米"}),
    (GRANT, {"lots.0.transferee": {"name": "示例甲"}}),
    (GRANT, {"lots.0.transferee": {"name": "示例厂", "address": "示例路3号楼501室"}}),
    (GRANT, {"approver.name": "Example 3 Ltd"}),
    (GRANT, {"transferor.phone": "zrzy@example.org"}),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "changes"), IN_ORDER, ids=lambda one: str(one)[:60])
def test_what_is_in_order_gives_no_finding(type_: str, changes: dict[str, Any]) -> None:
    assert found_in(type_, changes) == []


@VERSIONS
def test_a_sample_gives_no_finding(disclosure: Any) -> None:
    assert quality(disclosure.sample, disclosure, CATALOG) == []


def test_every_check_has_a_fault_here_and_its_sentences() -> None:
    codes = [check.code for check in CHECKS]
    assert len(codes) == len(set(codes))
    assert {code for _, _, code, _ in FAULTS} == set(codes)
    assert all(RULES[code].severity in ("warning", "info") for code in codes)


def test_a_finding_names_the_item_of_the_policy_and_both_figures() -> None:
    (found,) = found_in(AWARD, {"budget.amount": 1480000})
    assert found.value == "1,486,000 > 1,480,000"
    assert found.clause == CATALOG.type(AWARD).by_path["lots.awardPrice.amount"].clause != ()
    assert found.message == "金额不合常理,“中标(成交)金额”高于“预算金额”:1,486,000 > 1,480,000"


def test_a_late_disclosure_is_told_by_how_much_and_by_which_law() -> None:
    (found,) = found_in(GRANT, {"publishedDate": "2024-07-03"})
    assert found.value == "2024-07-03 > 2024-07-02 (+1)"
    assert "第二十二条" in found.hint
    assert "article 22" in found.hint_en


def test_nobodys_home_or_number_is_quoted() -> None:
    for changes in (
        {"lots.0.transferee": {"name": "示例甲", "address": "示例小区3栋2单元501室"}},
        {"approver.name": "13900000000"},
    ):
        (found,) = found_in(GRANT, changes)
        assert "501" not in str(found)
        assert "13900000000" not in str(found)


TABLES = [
    ("ordering.ORDERS", ordering.ORDERS),
    *((f"ordering.ORDERS_OF_STAGE {stage}", rows) for stage, rows in ordering.ORDERS_OF_STAGE.items()),
    ("amounts.NEVER_MORE", amounts.NEVER_MORE),
    ("amounts.NEVER_LESS", amounts.NEVER_LESS),
    ("amounts.PARTS", amounts.PARTS),
]


@pytest.mark.parametrize(("table", "rows"), TABLES, ids=[name for name, _ in TABLES])
def test_every_row_of_a_table_is_of_properties_that_stand_together_somewhere(
    table: str, rows: tuple[tuple[str, str], ...]
) -> None:
    stage = table.partition(" ")[2]
    types = [one for one in CATALOG.types.values() if not stage or one.stage == stage]
    needs = [probe.needs for one in types for _, probes in plan(one, CATALOG).probes for probe in probes]
    for one, other in rows:
        firsts = {field.dotted for disclosure in types for field in named(one, disclosure)}
        others = {field.dotted for disclosure in types for field in named(other, disclosure)}
        together = [
            need for need in needs if any(_begins(need, path) for path in firsts) and any(_begins(need, path) for path in others)
        ]  # fmt: skip
        assert together, f"{table}: {one}, {other}"


def _begins(needs: frozenset[str], path: str) -> bool:
    return path in needs or f"{path}.amount" in needs


def test_every_sum_is_looked_at_in_some_type() -> None:
    looked = {
        tuple(sorted(probe.needs))
        for one in CATALOG.types.values()
        for check, probes in plan(one, CATALOG).probes
        if check.code == "S026"
        for probe in probes
    }
    for _, part, whole in amounts.SUMS:
        assert any(
            any(part in path for path in need) and any(whole in path for path in need) for need in looked
        )


@VERSIONS
def test_needs_are_properties_of_the_type(disclosure: Any) -> None:
    for _, probes in plan(disclosure, CATALOG).probes:
        for probe in probes:
            assert probe.needs
            assert probe.needs <= set(disclosure.by_path)


@VERSIONS
def test_no_record_however_wrong_stops_the_checks(disclosure: Any) -> None:
    chance = random.Random(disclosure.name)
    others = [None, "", "x" * 5000, -1, 1e18, True, [], {}, [None], [{}], "2024-13-01", "2024-02-30T99", "无"]
    for _ in range(150):
        record = copy.deepcopy(dict(disclosure.sample))
        node: Any = record
        while True:
            key = chance.choice(list(node) if isinstance(node, dict) else range(len(node)))
            if isinstance(node[key], (dict, list)) and node[key] and chance.random() < 0.7:
                node = node[key]
                continue
            node[key] = chance.choice(others)
            break
        quality(record, disclosure, CATALOG)


def test_a_check_without_its_columns_could_not_run_and_says_what_is_lacking() -> None:
    disclosure = CATALOG.type(GRANT)
    lacking = {
        one.code: one
        for one in not_run({"publisher", "publisher.name", "lots", "lots.dealDate"}, disclosure, CATALOG)
    }
    assert {"S013", "S022", "S023", "S027", "S030"} <= set(lacking)
    assert "S024" not in lacking
    assert lacking["S022"].reason == "文件里没有能比较先后的两个日期,例如还缺“合同签订日期”。"
    assert lacking["S030"].reason_en.startswith("The file does not have the date of publication")


def test_every_check_runs_where_all_properties_are_there() -> None:
    for disclosure in CATALOG.types.values():
        assert list(not_run(set(disclosure.by_path), disclosure, CATALOG)) == []
