"""Every field of every object and where the oracle finds its value.

`oracle` is an `oracle.Oracle`, `source` the object at hand, `given` the field's arguments.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tests.query import oracle_profile as profile
from tests.query import oracle_summary, reference
from tests.query.oracle_flow import FLOW, facts
from tests.query.oracle_past import PAST
from tests.query.reference import Orders, Thing

Resolver = Callable[[Any, Thing, Mapping[str, Any]], Any]


def _same(*names: str) -> dict[str, str]:
    return {name: reference.snake(name) for name in names}


def _divided(column: str, by: int) -> Resolver:
    return lambda oracle, source, given: None if source.row[column] is None else source.row[column] / by


def _global(kind: str, column: str = "id") -> Resolver:
    return lambda oracle, source, given: f"{kind}:{source.row[column]}"


def _to(kind: str, key: str, column: str) -> Resolver:
    return lambda oracle, source, given: oracle.one(kind, key, source.row[column])


def _by(kind: str, argument: str, prefix: str = "", column: str = "id") -> Resolver:
    return lambda oracle, source, given: oracle.one(kind, column, given[argument].removeprefix(prefix))


def _list(kind: str) -> Resolver:
    return lambda oracle, source, given: oracle.page(kind, oracle.rows[kind], given)


def _parts(kind: str, order: str = "ordinal") -> Resolver:
    return lambda oracle, source, given: oracle.parts(source, kind, order)


def _linked(table: str, column: str, default: Orders = ()) -> Resolver:
    return lambda oracle, source, given: oracle.page(
        "disclosure", oracle.linked(table, column, source.row["id"]), given, default
    )


def _lot(oracle: Any, source: Thing, _given: Mapping[str, Any]) -> Any:
    assert source.owner is not None
    lots = oracle.parts(source.owner, "lot")
    return next((lot for lot in lots if lot.row["ordinal"] == source.row["lot_ordinal"]), None)


def _node(oracle: Any, _source: Thing, given: Mapping[str, Any]) -> Any:
    return _by_global_id(oracle, given["id"])


def _nodes(oracle: Any, _source: Thing, given: Mapping[str, Any]) -> list[Any]:
    return [_by_global_id(oracle, one) for one in given["ids"]]


def _by_global_id(oracle: Any, identifier: str) -> Any:
    kind, colon, rest = identifier.partition(":")
    if not colon:
        return oracle.one("disclosure", "id", kind)
    if kind == "change":
        return next(
            (oracle.thing(kind, row) for row in oracle.rows[kind] if str(row["version"]) == rest), None
        )
    if kind not in ("organization", "process", "publisher", "region"):
        return None
    return oracle.one(kind, "code" if kind == "region" else "id", rest)


def _organization(oracle: Any, source: Thing, given: Mapping[str, Any]) -> Any:
    by_code = given.get("uscc") is not None
    found = (
        _by("organization", "uscc", column="uscc") if by_code else _by("organization", "id", "organization:")
    )
    return found(oracle, source, given)


def _types(oracle: Any, _source: Thing, _given: Mapping[str, Any]) -> list[Any]:
    return [facts(d) for d in oracle.catalog.types.values()]


def _inner(kind: str) -> Resolver:
    return lambda oracle, source, given: [Thing(kind, row) for row in source.row["roles"]]


FIGURES: Mapping[str, str | Resolver] = {
    **_same("disclosures", "unpriced", "firstDate", "lastDate"),
    "amount": _divided("amount_fen", 100),
    "partyAmount": _divided("party_fen", 100),
    "recordAmount": _divided("record_fen", 100),
}
PROCESS: Mapping[str, str | Resolver] = {
    **_same("number", "title"),
    "id": _global("process"),
    "publisher": _to("publisher", "id", "publisher_id"),
    "disclosures": _linked("disclosure_process", "process_id", (("stage_rank", False),)),
}

# kind → field → its column, or what finds its value; of a disclosure, lot or item all else is in the document
_OWN: Mapping[str, Mapping[str, str | Resolver]] = {
    "query": {
        "node": _node,
        "nodes": _nodes,
        "disclosure": _by("disclosure", "id"),
        "disclosures": _list("disclosure"),
        "organization": _organization,
        "organizations": _list("organization"),
        "matchOrganizations": profile.match,
        "items": lambda oracle, source, given: oracle.page("item", profile.items(oracle), given),
        "process": _by("process", "id", "process:"),
        "processes": _list("process"),
        "publishers": _list("publisher"),
        "region": _by("region", "code", column="code"),
        "statistics": lambda oracle, source, given: oracle_summary.statistics(
            oracle, oracle.chosen("disclosure", oracle.rows["disclosure"], given), given
        ),
        "disclosureTypes": _types,
    },
    "disclosure": {
        **_same("id", "type", "schemaVersion", "domain", "stage", "level", "localId", "title", "formedDate",
                "publishedDate", "dueOn", "daysLate", "outcome", "sourceUrl", "status", "revision"),
        "amount": _divided("amount_fen", 100),
        "publisher": _to("publisher", "id", "publisher_id"),
        "region": _to("region", "code", "region"),
        "lots": _parts("lot"),
        "items": _parts("item"),
        "parties": _parts("party"),
        "revisions": _parts("revision", "number"),
        "processes": lambda oracle, source, given: oracle.processes(source),
    },
    "lot": {
        **_same("number", "title", "location", "area", "outcome"),
        "amount": _divided("amount_fen", 100),
        "parties": lambda oracle, source, given: [
            party for party in oracle.parts(source.owner, "party") if party.row["lot_ordinal"] == source.row["ordinal"]
        ],
    },
    "item": {
        **_same("name", "specification", "quantity", "unit"),
        "price": _divided("unit_price", 10_000),
        "amount": _divided("amount_fen", 100),
        "disclosure": lambda oracle, source, given: source.owner,
        "lot": _lot,
        "suppliers": profile.suppliers,
    },
    "party": {
        **_same("role", "name", "rank"),
        "amount": _divided("amount_fen", 100),
        "organization": _to("organization", "id", "organization_id"),
        "lot": _lot,
        "disclosure": lambda oracle, source, given: source.owner,
    },
    "organization": {
        **_same("uscc", "name"),
        "id": _global("organization"),
        "lastingCode": "lasting_code",
        "disclosures": profile.disclosures,
        "creditRecords": profile.credit_records,
        "sameName": profile.same_name,
        "aliases": profile.aliases,
        **{name: profile.page(name) for name in profile.LISTS},
    },
    "organization_alias": {
        **_same("uscc", "name"),
        "alias": _global("organization"),
        "lastingCode": "lasting_code",
        "basis": lambda oracle, source, given: source.row["basis"].upper(),
    },
    "organization_role": {"role": "role", **FIGURES},
    "organization_domain": {"domain": "domain", **FIGURES},
    "organization_year": {"year": "year", **FIGURES, "roles": _inner("organization_year_role")},
    "organization_year_role": {"domain": "domain", "role": "role", **FIGURES},
    "organization_name": _same("name", "disclosures", "firstDate", "lastDate"),
    "organization_process": {**PROCESS, **FLOW["process"]},
    "counterparty": {"organization": _to("organization", "id", "other_id"), **FIGURES, "roles": _inner("counterparty_role")},
    "counterparty_role": {"role": "role", "counterpartyRole": "other_role", **FIGURES},
    "co_bidder": {
        **_same("processes", "disclosures", "wins", "firstDate", "lastDate"),
        "coBidderWins": "other_wins",
        "organization": _to("organization", "id", "other_id"),
    },
    "asked": {**_same("asked", "kind", "note"), "matches": profile.matches},
    "matched_organization": {
        **_same("basis", "disclosures"),
        "organization": _to("organization", "id", "organization_id"),
    },
    "unit_price": {
        **_same("unit", "items"),
        **{name: _divided(name, 10_000) for name in ("minimum", "mean", "maximum")},
        "median": _divided("median", 100_000),
    },
    "process": PROCESS,
    "publisher": {
        **_same("uscc", "name", "level"),
        "id": _global("publisher"),
        "region": _to("region", "code", "region"),
        "disclosures": lambda oracle, source, given: oracle.page(
            "disclosure", oracle.all("disclosure", "publisher_id", source.row["id"]), given
        ),
    },
    "region": {
        **_same("code", "title", "titleEn", "level", "validFrom", "validTo", "successor"),
        "id": _global("region", "code"),
        "parent": _to("region", "code", "parent"),
    },
    "revision": {"number": "number", "digest": "digest", "document": "body"},
    "connection": {
        **{name: name for name in ("nodes", "edges", "pageInfo", "totalCount")},
        "prices": lambda oracle, source, given: oracle.page(
            "unit_price", profile.unit_prices(source.row["all"]), given, (("items", True),)
        ),
        "statistics": lambda oracle, source, given: oracle_summary.statistics(oracle, source.row["whole"], given, source.row["path"]),
        "facets": lambda oracle, source, given: oracle_summary.facets(oracle, source.row["whole"], given, source.row["path"]),
    },
    "group": {name: name for name in ("keys", "count", "reposts", "amount", "lateness", "organizations", "processes", "properties")},
    "edge": _same("node", "cursor", "highlights"),
    "highlight": {name: name for name in ("property", "title", "titleEn", "pieces")},
    "piece": _same("text", "hit"),
    "pageInfo": {name: name for name in ("hasNextPage", "hasPreviousPage", "startCursor", "endCursor")},
}  # fmt: skip
FIELDS: Mapping[str, Mapping[str, str | Resolver]] = {
    kind: {**_OWN.get(kind, {}), **FLOW.get(kind, {}), **PAST.get(kind, {})}
    for kind in {**_OWN, **FLOW, **PAST}
}
