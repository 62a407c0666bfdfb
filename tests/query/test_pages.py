"""Walking a list by cursors, forwards and backwards, gives every row once and in order, whatever the order is."""

from typing import Any

import pytest

from api.operation import Service
from query import arguments
from tests.query import reference
from tests.query.oracle import Oracle
from tests.query.test_statements import data

ORDERS = [
    None,
    *(
        {"field": field, "direction": way}
        for field in (
            one.name for one in arguments.ORDERS["DisclosureOrder"]
        )  # by which disclosures can be ordered
        if field != "RELEVANCE"
        for way in ("ASC", "DESC")
    ),
]
LISTS = {
    "disclosures": "disclosure", "organizations": "organization", "publishers": "publisher", "regions": "region",
}  # fmt: skip


def walked(service: Service, root: str, backwards: bool, size: int = 7, **fixed: Any) -> list[str]:
    """The ids of all pages of a list, in the list's own order."""
    kind = "RegionsFilter" if root == "regions" else "DisclosureFilter"
    ordered = ", $order: [DisclosureOrder!]" if "order" in fixed else ""
    given = ", orderBy: $order" if ordered else ""
    filtered = f", $filter: {kind}" if "filter" in fixed else ""
    given += ", filter: $filter" if filtered else ""
    count, place = ("last", "before") if backwards else ("first", "after")
    query = f"""query ($size: Int, $place: String{ordered}{filtered}) {{
      found: {root}({count}: $size, {place}: $place{given}) {{
        edges {{ cursor node {{ id }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} totalCount
      }} }}"""
    rows: list[str] = []
    at = None
    while True:
        page = data(service, query, size=size, place=at, **fixed)["found"]
        edges, facts = page["edges"], page["pageInfo"]
        ids = [edge["node"]["id"] for edge in edges]
        rows = [*ids, *rows] if backwards else [*rows, *ids]
        if edges:
            assert (facts["startCursor"], facts["endCursor"]) == (edges[0]["cursor"], edges[-1]["cursor"])
        assert facts["hasPreviousPage" if not backwards else "hasNextPage"] == (at is not None)
        if not facts["hasPreviousPage" if backwards else "hasNextPage"]:
            assert page["totalCount"] == len(rows)
            return rows
        assert len(edges) == size
        at = facts["startCursor" if backwards else "endCursor"]


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(order.values()) if order else "default")
def test_a_walk_neither_skips_nor_repeats(
    service: Service, oracle: Oracle, order: dict[str, str] | None, backwards: bool
) -> None:
    orders = reference.order_of("disclosure", order)
    expected = [row["id"] for row in reference.in_order(oracle.rows["disclosure"], orders)]
    assert walked(service, "disclosures", backwards, order=order) == expected


def test_the_orders_have_nulls_and_ties_to_stumble_over(oracle: Oracle) -> None:
    for column in ("published_date", "amount_fen", "due_on", "days_late"):
        values = [row[column] for row in oracle.rows["disclosure"]]
        assert None in values
        assert len(set(values)) < len(values) - values.count(None), f"two disclosures have one {column}"


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("root", ["organizations", "publishers"])
def test_entities_walk_in_the_order_of_their_ids(
    service: Service, oracle: Oracle, root: str, backwards: bool
) -> None:
    expected = sorted(f"{LISTS[root]}:{row['id']}" for row in oracle.rows[LISTS[root]])
    assert walked(service, root, backwards, size=3) == expected


def test_a_filter_narrows_a_walk(service: Service, oracle: Oracle) -> None:
    expected = sorted(f"region:{row['code']}" for row in oracle.rows["region"] if row["parent"] == "530000")
    assert len(expected) > 10
    assert walked(service, "regions", False, filter={"parent": {"eq": "530000"}}) == expected
    types = [row["id"] for row in oracle.rows["disclosure"] if row["domain"] == "land"]
    assert sorted(walked(service, "disclosures", True, filter={"domain": {"eq": "land"}})) == sorted(types)


@pytest.mark.parametrize("owner", ["organization", "process", "publisher"])
def test_a_list_below_an_object_walks_too(service: Service, oracle: Oracle, owner: str) -> None:
    links = {
        "organization": ("party", "organization_id"),
        "process": ("disclosure_process", "process_id"),
        "publisher": ("disclosure", "publisher_id"),
    }
    table, column = links[owner]
    ids = [row[column] for row in oracle.rows[table]]
    most = max(sorted(set(ids)), key=ids.count)
    expected = {
        row["disclosure_id" if owner != "publisher" else "id"]
        for row in oracle.rows[table]
        if row[column] == most
    }
    query = f"""query ($id: ID!, $after: String) {{ node(id: $id) {{ ... on {owner.capitalize()} {{
      disclosures(first: 2, after: $after) {{ nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }} }} }}"""
    seen: list[str] = []
    after, more = None, True
    while more:
        page = data(service, query, id=f"{owner}:{most}", after=after)["node"]["disclosures"]
        seen += [node["id"] for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert len(seen) > 4
    assert len(seen) == len(set(seen))
    assert set(seen) == expected


def test_a_cursor_stays_where_it_was_when_its_row_is_filtered_out(service: Service, oracle: Oracle) -> None:
    orders = reference.order_of("disclosure", None)
    rows = reference.in_order(oracle.rows["disclosure"], orders)
    query = """query ($after: String, $ids: [String!]) {
      disclosures(first: 1, after: $after, filter: {not: {title: {in: $ids}}}) { nodes { id } } }"""
    titles = [rows[3]["title"]]
    found = data(
        service, query, after=reference.cursor(reference.place(rows[3], orders), orders), ids=titles
    )["disclosures"]["nodes"]
    assert found == [{"id": next(row["id"] for row in rows[4:] if row["title"] not in titles)}]
