"""A record → rows, driven by the keywords of the type's fields."""

import copy
from typing import Any

import pytest

from schemas.catalog import Catalog
from schemas.check import check
from store.identity import identify
from store.layout import layout
from store.rows import Parts, parts
from store.searching import gatherer, texts

CODE = "91530114MA6K000170"
BASE = {"publisher": {"name": "呈贡分局", "uscc": "11530114MB0W00017C"}, "localId": "A-1", "region": "530114"}


def made(catalog: Catalog, name: str, **more: Any) -> Parts:
    disclosure = catalog.type(name)
    record = BASE | more
    identity = identify(record, disclosure)
    assert identity is not None
    return parts(record, disclosure, identity, catalog)


def parties(found: Parts) -> list[tuple[Any, ...]]:
    columns = ("role", "name", "lot_ordinal", "rank", "amount_fen")
    return [tuple(row[column] for column in columns) for row in found.parties]


def test_every_sample_becomes_rows(catalog: Catalog) -> None:
    for disclosure in catalog.versions.values():
        identity = identify(disclosure.sample, disclosure)
        assert identity is not None, disclosure.name
        found = parts(disclosure.sample, disclosure, identity, catalog)
        assert len(found.lots) == len(disclosure.sample.get("lots", ())), disclosure.name
        assert found.processes, disclosure.name
        assert found.text.strip(), disclosure.name
        assert found.disclosure["title"], disclosure.name


def test_an_invented_type_of_120_properties_needs_no_code(toy_catalog: Catalog) -> None:
    disclosure = toy_catalog.type("land/invented")
    record = copy.deepcopy(dict(disclosure.sample))
    assert len(disclosure.schema["properties"]) == 120
    assert check(record, disclosure, toy_catalog) == []
    found = made(toy_catalog, "land/invented", **record)
    assert parties(found) == [
        ("authority", "虚构市监管局", None, None, None),  # ten properties, one party
        ("authority", "虚构测绘院", None, None, None),
        ("supplier", "虚构建设一公司", None, None, None),
        ("supplier", "虚构建设二公司", None, None, None),
        ("manufacturer", "虚构制造厂", None, None, None),
        ("supplier", "虚构甲公司", 0, None, 100050),
        ("supplier", "虚构乙公司", 1, None, 200025),
    ]
    assert [(row["name"], row["lot_ordinal"], row["unit_price"]) for row in found.items] == [
        ("虚构标的", None, 12345), ("标段内标的", 1, None),
    ]  # fmt: skip
    assert [(row["number"], row["area"], row["amount_fen"]) for row in found.lots] == [
        ("A-1", 15000.0, 100050), ("A-2", None, 200025),
    ]  # fmt: skip
    assert found.disclosure["amount_fen"] == 300075
    assert found.disclosure["due_on"] == "2024-02-28"


@pytest.mark.parametrize(
    ("name", "more", "expected"),
    [
        pytest.param(
            "land/grant-result",
            {"transferor": {"name": "甲局"}, "lots": [{"price": {"amount": 18.24}, "transferee": {"name": "乙公司"}}]},
            [("transferor", "甲局", None, None, None), ("transferee", "乙公司", 0, None, 1824)],
            id="the price of the lot in which it stands",
        ),
        pytest.param(
            "procurement/contract",
            {"contractValue": {"amount": 100}, "suppliers": [{"name": "甲"}, {"name": "乙"}], "value": {"amount": 7}},
            [("supplier", "甲", None, None, 10000), ("supplier", "乙", None, None, 10000)],
            id="of an array, the amount of the object that holds it; the type's own before the envelope's",
        ),
        pytest.param(
            "land/grant-result",
            {
                "lots": [{"parcelNumber": "P1"}, {"parcelNumber": "P2"}],
                "parties": [
                    {"partyRole": "tenderer", "organization": {"name": "甲"}, "rank": 2, "lotNumber": "P2",
                     "offer": {"amount": 5}},
                    {"partyRole": "authority", "organization": {"name": "乙"}, "lotNumber": "P9"},
                ],
            },
            [("tenderer", "甲", 1, 2, 500), ("authority", "乙", None, None, None)],
            id="parties of the envelope, in the lot of their number",
        ),
        pytest.param(
            "land/grant-result",
            {
                "transferor": {"name": "甲局", "uscc": CODE},
                "parties": [{"partyRole": "transferor", "organization": {"name": "甲", "uscc": CODE}, "rank": 1,
                             "offer": {"amount": 5}}],
                "lots": [],
            },
            [("transferor", "甲局", None, 1, 500)],
            id="once in a role, with what either place says",
        ),
        pytest.param(
            "land/grant-result",
            {"lots": [{"transferee": {"name": "甲"}}, {"transferee": {"name": "甲"}}]},
            [("transferee", "甲", 0, None, None), ("transferee", "甲", 1, None, None)],
            id="once a lot",
        ),
        pytest.param(
            "works/award-candidates",
            {"lots": [{"awardCandidates": [{"rank": 1, "organization": {"name": "甲"}},
                                           {"rank": 2, "organization": {"uscc": CODE}}]}]},
            [("awardCandidate", "甲", 0, 1, None), ("awardCandidate", CODE, 0, 2, None)],
            id="the rank beside it; the code where there is no name",
        ),
        pytest.param(
            "medicine/result",
            {"items": [{"itemTotal": {"amount": 1}, "supplier": {"name": "甲"}},
                       {"itemTotal": {"amount": 2.5}, "supplier": {"name": "甲"}},
                       {"itemTotal": {"amount": 2}, "supplier": {"name": "乙"}},
                       {"supplier": {"name": "乙"}}]},
            [("supplier", "甲", None, None, 350), ("supplier", "乙", None, None, None)],
            id="of several items the sum, where each has an amount",
        ),
        pytest.param("land/grant-result", {"lots": []}, [], id="the publisher is no party"),
    ],
)  # fmt: skip
def test_parties(name: str, more: dict[str, Any], expected: list[tuple[Any, ...]], catalog: Catalog) -> None:
    assert parties(made(catalog, name, **more)) == expected


@pytest.mark.parametrize(
    ("more", "fen"),
    [
        ({"value": {"amount": 19.99}}, 1999),
        ({"value": {"amount": 0.29, "currency": "CNY"}}, 29),
        ({"value": {"amount": 9999999999999.99}}, 999999999999999),
        ({"value": {"amount": 1, "currency": "USD"}, "lots": [{"price": {"amount": 1}}]}, None),
        ({"value": {"amountDetails": "按费率"}}, None),
        ({"lots": [{"price": {"amount": 1.5}}, {}, {"price": {"amount": 0}}]}, 150),
        ({"lots": [{"price": {"amount": 1.5}}, {"price": {"amount": 1, "currency": "USD"}}]}, None),
        ({"lots": [{"price": {"amount": 1.5}}, {"price": {"amountDetails": "面议"}}]}, 150),
        ({"lots": [{}]}, None),
        ({}, None),
    ],
)
def test_the_amount_of_a_record(more: dict[str, Any], fen: int | None, catalog: Catalog) -> None:
    assert made(catalog, "land/grant-result", **more).disclosure["amount_fen"] == fen


def test_a_lot_takes_its_columns_and_its_type_goes_first(catalog: Catalog) -> None:
    lot = {
        "lotNumber": "1",
        "parcelNumber": "P1",
        "parcelLocation": "某路",
        "parcelArea": 26668.5,
        "lotOutcome": "failed",
    }
    (row,) = made(catalog, "land/grant-result", lots=[lot]).lots
    owner = {"shard": "530114", "ordinal": 0}
    assert row == owner | {
        "number": "P1", "title": None, "location": "某路", "area": 26668.5, "amount_fen": None, "outcome": "failed",
    }  # fmt: skip


def test_a_party_known_by_name_belongs_to_the_process_of_its_lot(catalog: Catalog) -> None:
    lots = [
        {"parcelNumber": "P1", "transferee": {"name": "张三"}},
        {"parcelNumber": "P2", "transferee": {"name": "张三"}},
    ]
    both = made(catalog, "land/grant-result", lots=lots)
    later = made(catalog, "land/grant-result", localId="B", lots=lots[1:])
    first, second = (row["organization_id"] for row in both.parties)
    assert first != second
    assert later.parties[0]["organization_id"] == second
    assert [row["number"] for row in both.processes] == ["P1", "P2"]
    assert both.organizations[second]["process_id"] == both.processes[1]["id"] == later.processes[0]["id"]


@pytest.mark.parametrize(
    ("region", "columns"),
    [
        ("530114", ("county", "530114", "530100", "530000")),
        ("530100", ("prefecture", "530100", "530100", "530000")),
        ("530000", ("province", "530000", None, "530000")),
        (
            "532331",
            ("county", "532331", "532300", "530000"),
        ),  # retired: 禄丰县, today 禄丰市 of the same prefecture
        ("429004", ("county", "429004", None, "420000")),  # run by its province
        (None, (None, None, None, None)),
    ],
)
def test_the_level_and_the_divisions_above_come_from_the_region(
    region: str | None, columns: tuple[str | None, ...], catalog: Catalog
) -> None:
    row = made(catalog, "land/grant-result", region=region).disclosure
    assert tuple(row[name] for name in ("level", "region", "prefecture", "province")) == columns


def test_the_level_that_a_record_says_goes_first(catalog: Catalog) -> None:
    assert made(catalog, "land/grant-result", level="province").disclosure["level"] == "province"


@pytest.mark.parametrize(
    ("more", "title"),
    [
        ({"title": "标题", "project": {"name": "项目"}}, "标题"),
        ({"project": {"name": "项目"}}, "项目"),
        ({"lots": [{"parcelLocation": "某路"}, {"parcelNumber": "P2"}]}, "P2"),
        ({}, "土地成交公示"),
    ],
)
def test_a_record_without_title_is_named_by_its_caption(
    more: dict[str, Any], title: str, catalog: Catalog
) -> None:
    assert made(catalog, "land/grant-result", **more).disclosure["title"] == title


@pytest.mark.parametrize(
    ("more", "due_on", "days_late"),
    [
        # Twenty working days over the Spring Festival of 2024; Monday-to-Friday counting says 02-23.
        ({"formedDate": "2024-01-26", "publishedDate": "2024-02-27"}, "2024-02-28", -1),
        ({"formedDate": "2024-01-26", "publishedDate": "2024-02-28"}, "2024-02-28", 0),
        ({"formedDate": "2024-01-26", "publishedDate": "2024-03-04"}, "2024-02-28", 3),  # a weekend between
        ({"formedDate": "2024-03-01", "publishedDate": "2024-03-30"}, "2024-03-29", 1),  # the Saturday after
        ({"formedDate": "2024-03-01", "publishedDate": "2024-04-01"}, "2024-03-29", 1),  # the Monday after
        ({"formedDate": "2024-01-26"}, "2024-02-28", None),
        ({"publishedDate": "2024-02-28"}, None, None),
        ({"formedDate": "2018-06-01", "publishedDate": "2024-02-28"}, None, None),  # before the rule
        ({"formedDate": "2027-01-04", "publishedDate": "2027-03-01"}, None, None),  # no calendar yet
        (
            {"formedDate": "2026-11-02", "publishedDate": "2027-03-01"},
            "2026-11-30",
            None,
        ),  # no calendar to count by
    ],
)
def test_deadlines_in_working_days(
    more: dict[str, Any], due_on: str | None, days_late: int | None, catalog: Catalog
) -> None:
    row = made(catalog, "land/grant-notice", **more).disclosure
    assert (row["due_on"], row["days_late"]) == (due_on, days_late)


def test_a_deadline_in_calendar_days_counts_calendar_days(catalog: Catalog) -> None:
    dates = {"evaluationReportDate": "2024-02-08", "publishedDate": "2024-02-18"}
    row = made(catalog, "works/award-candidates", title="公示", **dates).disclosure
    assert (row["due_on"], row["days_late"]) == ("2024-02-11", 7)


def test_what_a_record_is_found_by(catalog: Catalog) -> None:
    found = made(
        catalog, "land/grant-result", title="标题甲", regionDetails="呈贡区", remark="备" * 201, sourceUrl="https://example.org/x",
        transferor={"name": "丙局", "contactPerson": "王五", "phone": "13800000000", "address": "丁路"},
        documents=[{"title": "附件戊"}], lots=[{"parcelNumber": "KCC7", "landUseDetails": "工业用地", "landUse": "0601"}],
    ).text  # fmt: skip
    assert found.startswith("标题甲\n")
    for word in ("呈贡", " kcc7 ", "工业", "丙局", " 11530114mb0w00017c "):
        assert word in found
    for word in ("备备", "https", "王五", "13800000000", "丁路", "戊", "0601"):
        assert word not in found


def test_texts_are_gathered_in_the_schemas_order_whatever_the_records(catalog: Catalog) -> None:
    for disclosure in catalog.versions.values():
        node = layout(disclosure, catalog)
        found: list[str] = []
        gatherer(node)(turned(disclosure.sample), found)
        assert found == [text for _, text in texts(disclosure.sample, node)], disclosure.name


def turned(value: Any) -> Any:
    """The same with the properties of every object in the opposite order."""
    if isinstance(value, list):
        return [turned(one) for one in value]
    return {name: turned(value[name]) for name in reversed(value)} if isinstance(value, dict) else value
