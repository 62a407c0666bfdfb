"""The newest of a domain on SQLite: what the merge of its types gives is what the other database gives by sorting."""

from typing import Any

import orjson
import pytest

from api.operation import Request, Service

PAGES = "query ($f: DisclosureFilter, $first: Int, $last: Int, $after: String, $before: String) { disclosures(filter: $f, first: $first, last: $last, after: $after, before: $before) { totalCount nodes { id domain } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
FILTERS: tuple[dict[str, Any], ...] = (
    {"domain": {"eq": "procurement"}}, {"domain": {"eq": "works"}, "stage": {"eq": "result"}}, {"domain": {"eq": "land"}, "amount": {"gt": 1}},
    {"domain": {"eq": "credit"}, "and": [{"status": {"eq": "published"}}]}, {"domain": {"eq": "housing"}, "publishedDate": {"gte": "2099-01-01"}},
)  # fmt: skip


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_a_domain_is_paged_both_ways_through_all_it_has(service: Service, wanted: dict[str, Any]) -> None:
    def page(**asked: Any) -> Any:
        return orjson.loads(service.answer(Request(PAGES, {"f": wanted, **asked})).body)["data"][
            "disclosures"
        ]

    hidden = {"or": [wanted]}  # the same, which no merge takes part in
    listed: list[str] = []
    after = None
    while True:
        found = orjson.loads(service.answer(Request(PAGES, {"f": hidden, "first": 100, "after": after})).body)
        listed += [one["id"] for one in found["data"]["disclosures"]["nodes"]]
        after = found["data"]["disclosures"]["pageInfo"]["endCursor"]
        if not found["data"]["disclosures"]["pageInfo"]["hasNextPage"]:
            break
    forward, cursor = [], None
    while True:
        found = page(first=3, after=cursor)
        forward += [one["id"] for one in found["nodes"]]
        assert found["pageInfo"]["hasPreviousPage"] is (cursor is not None)
        cursor = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert forward == listed
    assert found["totalCount"] == len(listed)
    last = page(last=4)
    assert [one["id"] for one in last["nodes"]] == listed[-4:]
    before = page(last=4, before=last["pageInfo"]["startCursor"]) if listed else {"nodes": []}
    assert [one["id"] for one in before["nodes"]] == listed[:-4][-4:]
