"""The shapes of query that are measured: one operation for us and the graphene peer, one for PostGraphile.

Both give the same rows: `Shape.plain` brings PostGraphile's answer into the form of ours.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bench.query.values import Values

Kind = Literal["one", "list", "aggregate"]
Variables = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape: its operation, the variables it is asked with, and PostGraphile's side of it.

    `theirs` gives PostGraphile's variables for ours; without `postgraphile` that peer does not take part.
    """

    name: str
    title: str
    kind: Kind
    query: str
    variables: Callable[[Values], list[Variables]]
    postgraphile: str = ""
    theirs: Callable[[Variables, Values], Variables] = lambda ours, _: ours
    plain: Callable[[Any], Any] = lambda data: data
    peer_variables: Callable[[Variables, Values], Variables] = lambda ours, _: ours


_ROW = "id title publishedDate amount"
_THEIR_ROW = "rowId title publishedDate amountFen"

_FACETS = ("DOMAIN", "TYPE", "YEAR")
_THEIR_ROLLUPS = {"DOMAIN": "rollupTypes", "TYPE": "rollupTypes", "YEAR": "rollupDomains"}
_THEIR_FACETS = " ".join(
    f"{one}: {_THEIR_ROLLUPS[one]}(condition: {{prefecture: $region}}) {{ groupedAggregates(groupBy: [{one}]) {{ keys sum {{ disclosures }} }} }}"
    for one in _FACETS
)

_PAGE = f"query($after: String!) {{ disclosures(first: 20, after: $after) {{ nodes {{ {_ROW} }} pageInfo {{ hasNextPage }} }} }}"
_THEIR_PAGE = (
    "query($after: Cursor!) { disclosures(first: 20, after: $after, orderBy: [RECENCY_DESC])"
    f" {{ nodes {{ {_THEIR_ROW} }} pageInfo {{ hasNextPage }} }} }}"
)


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    """PostGraphile's columns as our fields; what is nested stays."""
    made: dict[str, Any] = {}
    for key, value in row.items():
        if key == "rowId":
            made["id"] = value
        elif key == "amountFen":
            made["amount"] = None if value is None else int(value) / 100
        elif key == "partyFen":
            made["partyAmount"] = None if value is None else int(value) / 100
        else:
            made[key] = value
    return made


def _disclosures(rows: Any) -> dict[str, Any]:
    return {"nodes": [_row(row) for row in rows["nodes"]]}


def _with_parties(data: Any) -> Any:
    rows = [_row(row) for row in data["disclosures"]["nodes"]]
    for row in rows:
        row["parties"] = [_row(one) for one in row["parties"]["nodes"]]
    return {"disclosures": {"nodes": rows}}


def _of_organization(data: Any) -> Any:
    found = data["organization"]
    return {"organization": {"name": found["name"], "disclosures": _disclosures(found["disclosures"])}}


def _page(data: Any) -> Any:
    found = data["disclosures"]
    return {"disclosures": {**_disclosures(found), "pageInfo": found["pageInfo"]}}


def _counted(row: Mapping[str, Any]) -> tuple[int, float | None]:
    """How many, and the sum in yuan, of PostGraphile's sums of a rollup's columns."""
    found = row["sum"]
    fen = int(found["amountHigh"]) * 1_000_000_000 + int(found["amountLow"])
    return int(found["disclosures"]), fen / 100 if int(found["amounts"]) else None


def _grouped(data: Any) -> Any:
    rows = sorted(
        data["rollupDomains"]["groupedAggregates"],
        key=lambda row: [(one is None, one) for one in row["keys"]],
    )
    groups = [(row["keys"], *_counted(row)) for row in rows]
    return {"statistics": {"groups": [
        {"keys": [{"value": one} for one in keys], "count": count, "amount": {"sum": amount}} for keys, count, amount in groups
    ]}}  # fmt: skip


def _faceted(data: Any) -> Any:
    facets = []
    for name in _FACETS:
        found = [(row["keys"][0], int(row["sum"]["disclosures"])) for row in data[name]["groupedAggregates"]]
        found.sort(key=lambda one: (-one[1], one[0] is None, one[0]))
        facets.append(
            {"dimension": name, "buckets": [{"key": key, "count": count} for key, count in found[:10]]}
        )
    return {"disclosures": {**_disclosures(data["disclosures"]), "facets": facets}}


def _nested(data: Any) -> Any:
    found = data["organization"]
    rows = [_row(row) for row in found["disclosures"]["nodes"]]
    for row in rows:
        row["publisher"] = {**row["publisher"], "disclosures": _disclosures(row["publisher"]["disclosures"])}
    return {"organization": {"name": found["name"], "disclosures": {"nodes": rows}}}


SHAPES: tuple[Shape, ...] = (
    Shape(
        "Q1", "one disclosure with its publisher", "one",
        f"query($id: ID!) {{ disclosure(id: $id) {{ {_ROW} publisher {{ name }} }} }}",
        lambda values: [{"id": one} for one in values.disclosures],
        f"query($shard: String!, $id: String!) {{ disclosure(shard: $shard, rowId: $id) {{ {_THEIR_ROW} publisher {{ name }} }} }}",
        lambda ours, _: {"shard": ours["id"][:6], "id": ours["id"]},
        lambda data: {"disclosure": _row(data["disclosure"])},
    ),
    Shape(
        "Q2", "fifty of a domain and prefecture with parties and organizations", "list",
        "query($domain: Domain!, $region: String!) { disclosures(first: 50, filter: {domain: {eq: $domain}, region: {within: $region}})"
        f" {{ nodes {{ {_ROW} parties {{ role amount organization {{ uscc name }} }} }} }} }}",
        lambda values: [{"domain": domain, "region": region} for domain, region in values.domains_and_prefectures],
        "query($domain: String!, $region: String!) { disclosures(first: 50, orderBy: [RECENCY_DESC], condition: {domain: $domain, prefecture: $region})"
        f" {{ nodes {{ {_THEIR_ROW} parties(orderBy: [ORDINAL_ASC]) {{ nodes {{ role amountFen organization {{ uscc name }} }} }} }} }} }}",
        plain=_with_parties,
    ),
    Shape(
        "Q3", "an organization with its 20 latest disclosures", "list",
        f"query($uscc: String!) {{ organization(uscc: $uscc) {{ name disclosures(first: 20) {{ nodes {{ {_ROW} }} }} }} }}",
        lambda values: [{"uscc": one} for one in values.organizations],
        f"query($uscc: String!) {{ organization(rowId: $uscc) {{ name disclosures(first: 20) {{ nodes {{ {_THEIR_ROW} }} }} }} }}",
        plain=_of_organization,
    ),
    Shape(
        "Q4", "counts and sums by domain and year in a prefecture", "aggregate",
        "query($region: String!) { statistics(filter: {region: {within: $region}}, groupBy: [DOMAIN, YEAR], first: 1000)"
        " { groups { keys { value } count amount { sum } } } }",
        lambda values: [{"region": one} for one in values.prefectures],
        "query($region: String!) { rollupDomains(condition: {prefecture: $region}) { groupedAggregates(groupBy: [DOMAIN, YEAR])"
        " { keys sum { disclosures amounts amountHigh amountLow } } } }",
        plain=_grouped,
    ),
    Shape(
        "Q5", "page 1,000 by cursor", "list",
        _PAGE,
        lambda values: [{"after": one} for one in values.cursors(1_000)],
        _THEIR_PAGE,
        lambda ours, values: {"after": values.their_cursor(ours["after"])},
        plain=_page,
        peer_variables=lambda ours, values: {"after": values.peer_cursor(ours["after"])},
    ),
    Shape(
        "P1", "the first pages by cursor", "list",
        _PAGE,
        lambda values: [{"after": one} for one in values.cursors(1)],
        _THEIR_PAGE,
        lambda ours, values: {"after": values.their_cursor(ours["after"])},
        plain=_page,
        peer_variables=lambda ours, values: {"after": values.peer_cursor(ours["after"])},
    ),
    Shape(
        "Q6", "search for a word of two characters", "list",
        f"query($words: String!) {{ disclosures(first: 20, search: $words) {{ nodes {{ {_ROW} }} }} }}",
        lambda values: [{"words": one} for one in values.words],
        f"query($terms: [String]!) {{ peerMatching(terms: $terms, first: 20) {{ nodes {{ {_THEIR_ROW} }} }} }}",
        lambda ours, _: {"terms": [ours["words"]]},
        lambda data: {"disclosures": _disclosures(data["peerMatching"])},
    ),
    Shape(
        "N1", "a type's list filtered on its own property", "list",
        "query($uscc: String!) { procurementTenderNotices(first: 20, filter: {buyer: {uscc: {eq: $uscc}}})"
        f" {{ nodes {{ {_ROW} }} }} }}",
        lambda values: [{"uscc": one} for one in values.buyers],
        "query($property: BigInt!, $uscc: String!) { peerFeatured(wanted: $property, value: $uscc, first: 20)"
        f" {{ nodes {{ {_THEIR_ROW} }} }} }}",
        lambda ours, values: {"property": str(values.buyer), "uscc": ours["uscc"]},
        lambda data: {"procurementTenderNotices": _disclosures(data["peerFeatured"])},
    ),
    Shape(
        "N3", "a list with facets of the whole", "aggregate",
        f"query($region: String!) {{ disclosures(first: 20, filter: {{region: {{within: $region}}}}) {{ nodes {{ {_ROW} }}"
        f" facets(of: [{', '.join(_FACETS)}], first: 10) {{ dimension buckets {{ key count }} }} }} }}",
        lambda values: [{"region": one} for one in values.prefectures],
        "query($region: String!) { disclosures(first: 20, orderBy: [RECENCY_DESC], condition: {prefecture: $region})"
        f" {{ nodes {{ {_THEIR_ROW} }} }} {_THEIR_FACETS} }}",
        plain=_faceted,
    ),
    Shape(
        "N2", "an organization's profile", "aggregate",
        "query($uscc: String!) { organization(uscc: $uscc) { name"
        " roles(first: 20) { nodes { role disclosures partyAmount firstDate lastDate } }"
        " domains(first: 20) { nodes { domain disclosures firstDate lastDate } }"
        " years(first: 20) { nodes { year disclosures } } } }",
        lambda values: [{"uscc": one} for one in values.organizations],
        "query($uscc: String!) { organization(rowId: $uscc) { name"
        " roles(first: 20) { nodes { role disclosures partyFen firstDate lastDate } }"
        " domains(first: 20) { nodes { domain disclosures firstDate lastDate } }"
        " years(first: 20) { nodes { year disclosures } } } }",
        plain=lambda data: {"organization": {
            **data["organization"], "roles": {"nodes": [_row(row) for row in data["organization"]["roles"]["nodes"]]}
        }},
    ),
    Shape(
        "N4", "a nested connection of a nested connection", "list",
        "query($uscc: String!) { organization(uscc: $uscc) { name disclosures(first: 10) { nodes {"
        f" {_ROW} publisher {{ name disclosures(first: 5) {{ nodes {{ {_ROW} }} }} }} }} }} }} }}",
        lambda values: [{"uscc": one} for one in values.organizations],
        "query($uscc: String!) { organization(rowId: $uscc) { name disclosures(first: 10) { nodes {"
        f" {_THEIR_ROW} publisher {{ name disclosures(first: 5, orderBy: [RECENCY_DESC]) {{ nodes {{ {_THEIR_ROW} }} }} }} }} }} }} }}",
        plain=_nested,
    ),
)  # fmt: skip
