"""Rows of one record: what is joined, what must agree."""

import copy
from typing import Any

import pytest

from loaders.merging import Merger
from schemas.catalog import Catalog

JOINED: list[tuple[str, str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    (
        "other parcels are appended",
        "land/grant-result",
        {"title": "甲", "lots": [{"parcelNumber": "1", "parcelArea": 1}]},
        {"title": "甲", "lots": [{"parcelNumber": "2", "parcelArea": 2}]},
        {
            "title": "甲",
            "lots": [{"parcelNumber": "1", "parcelArea": 1}, {"parcelNumber": "2", "parcelArea": 2}],
        },
    ),
    (
        "the same row again changes nothing",
        "land/grant-result",
        {"lots": [{"parcelNumber": "1"}]},
        {"lots": [{"parcelNumber": "1"}]},
        {"lots": [{"parcelNumber": "1"}]},
    ),
    (
        "what one row leaves out the other may say",
        "land/grant-result",
        {"lots": [{"parcelNumber": "1"}]},
        {"remark": "乙", "lots": [{"parcelNumber": "1", "parcelArea": 2}]},
        {"remark": "乙", "lots": [{"parcelNumber": "1", "parcelArea": 2}]},
    ),
    (
        "candidates of one lot without a number",
        "works/award-candidates",
        {"lots": [{"awardCandidates": [{"rank": 1, "organization": {"name": "甲"}}]}]},
        {"lots": [{"awardCandidates": [{"rank": 2, "organization": {"name": "乙"}}]}]},
        {
            "lots": [
                {
                    "awardCandidates": [
                        {"rank": 1, "organization": {"name": "甲"}},
                        {"rank": 2, "organization": {"name": "乙"}},
                    ]
                }
            ]
        },
    ),
    (
        "items of one name and different specifications",
        "medicine/result",
        {"items": [{"itemName": "甲", "specification": "0.5ml"}]},
        {"items": [{"itemName": "甲", "specification": "1ml"}]},
        {"items": [{"itemName": "甲", "specification": "0.5ml"}, {"itemName": "甲", "specification": "1ml"}]},
    ),
]

DISAGREEING: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("the root", {"title": "甲"}, {"title": "乙"}, "title"),
    ("an organization", {"transferor": {"name": "甲"}}, {"transferor": {"name": "乙"}}, "transferor.name"),
    (
        "one parcel",
        {"lots": [{"parcelNumber": "1", "parcelArea": 1}]},
        {"remark": "丙", "lots": [{"parcelNumber": "1", "parcelArea": 2}]},
        "lots.0.parcelArea",
    ),
]


@pytest.mark.parametrize(
    ("type_", "first", "second", "both"), [j[1:] for j in JOINED], ids=[j[0] for j in JOINED]
)
def test_rows_of_one_record_are_joined(
    catalog: Catalog, type_: str, first: dict[str, Any], second: dict[str, Any], both: dict[str, Any]
) -> None:
    merger = Merger(copy.deepcopy(first), {}, catalog.type(type_).fields)
    assert merger.take(second, {}) is None
    assert merger.record == both


@pytest.mark.parametrize(
    ("first", "second", "path"), [d[1:] for d in DISAGREEING], ids=[d[0] for d in DISAGREEING]
)
def test_rows_that_disagree_change_nothing(
    catalog: Catalog, first: dict[str, Any], second: dict[str, Any], path: str
) -> None:
    merger = Merger(copy.deepcopy(first), {}, catalog.type("land/grant-result").fields)
    found = merger.take(second, {})
    assert found is not None
    assert found.path == path
    assert merger.record == first


def test_sources_follow_their_values(catalog: Catalog) -> None:
    fields = catalog.type("works/award-candidates").fields
    first = {"lots": [{"awardCandidates": [{"rank": 1}]}]}
    merger = Merger(first, {"lots.0.awardCandidates.0.rank": ["", 2, "名次", None]}, fields)
    for row, rank in ((3, 2), (4, 3)):
        more = {"lots": [{"awardCandidates": [{"rank": rank}]}]}
        assert merger.take(more, {"lots.0.awardCandidates.0.rank": ["", row, "名次", None]}) is None
    assert {path: source[1] for path, source in merger.sources.items()} == {
        "lots.0.awardCandidates.0.rank": 2,
        "lots.0.awardCandidates.1.rank": 3,
        "lots.0.awardCandidates.2.rank": 4,
    }
