"""What PostgreSQL plans once, and what anew for each request; the plan made once serves values that no row has."""

import json
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text

from api.operation import Request, Service
from query.planning import ANEW, ONCE
from query.run import parameters_of
from schemas.catalog import Catalog

ONCE_FOR_ALL = (
    'disclosure(id: "x") { title publisher { name } }',
    "disclosures(first: 5) { nodes { id parties { organization { name } } } }",
    'disclosures(first: 5, filter: {region: {within: "530100"}, domain: {eq: land}}) { nodes { id } }',
    'disclosures(filter: {region: {within: "530100"}}) { facets(of: [DOMAIN]) { buckets { count } } }',
    'organization(uscc: "x") { disclosures { nodes { publisher { disclosures(first: 3) { nodes { id } } } } } }',
    "statistics(groupBy: [DOMAIN]) { groups { count } }",
    'disclosures(search: "昆明", filter: {domain: {eq: land}}) { nodes { id } }',
    'landGrantResults(filter: {regionDetails: {eq: "x"}}) { nodes { id } }',
    "disclosures(orderBy: {field: AMOUNT}) { nodes { id } }",
)
FOR_EACH = (
    "disclosures(filter: {amount: {gte: 1}}) { nodes { id } }",
    'disclosures(filter: {title: {startsWith: "x"}}) { nodes { id } }',
    'disclosures(search: "昆明") { totalCount }',
    'disclosures(search: "昆明", orderBy: {field: RELEVANCE}) { nodes { id } }',
    'organizations(search: "昆明") { nodes { id } }',
    "disclosures(filter: {domain: {eq: land}}, orderBy: {field: AMOUNT}) { nodes { id } }",
    'region(code: "530100") { disclosures(filter: {not: {amount: {lt: 5}}}) { totalCount } }',
    "disclosures(filter: {parties: {count: {gt: 2}}}) { nodes { id } }",
    "statistics(groupBy: [DOMAIN]) { groups { organizations } }",
    "landGrantResults(filter: {lots: {some: {parcelArea: {gte: 1e9}}}}) { nodes { id } }",
)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_planned_once_and_what_for_its_values(engine: Engine, catalog: Catalog) -> None:
    service = Service(catalog, engine)
    wanted = {**dict.fromkeys(ONCE_FOR_ALL, ONCE), **dict.fromkeys(FOR_EACH, ANEW)}
    found = {one: service.preparer.prepare(Request(f"{{ {one} }}")).prepared.statement.mode for one in wanted}
    assert found == wanted


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_region_without_rows_is_not_looked_for_in_all(engine: Engine, catalog: Catalog) -> None:
    """Where all rows are of one province a plan for any value would take that value for it, and read them all."""
    with engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))  # the rows need no publisher here
        columns = (
            "shard, number, id, type, domain, publisher_id, local_id, province, prefecture, region, recency"
        )
        values = "'530000', i, i::text, 't', 'land', 'p', i::text, '530000', '530100', '530102', i"
        required = connection.execute(
            text(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'disclosure'"
                " AND is_nullable = 'NO' AND column_default IS NULL"
            )
        )
        for name, kind in required:
            if name not in columns.split(", "):
                columns += f", {name}"
                values += {"date": ", '2024-01-01'::date", "timestamp without time zone": ", now()"}.get(
                    kind, ", 'x'" if "char" in kind or kind == "text" else ", 1"
                )
        connection.execute(
            text(f"INSERT INTO disclosure ({columns}) SELECT {values} FROM generate_series(1, 20000) i")
        )
        connection.execute(text("ANALYZE disclosure"))
    service = Service(catalog, engine)
    query = '{ disclosures(first: 20, filter: {region: {within: "110000"}}) { nodes { id } } }'
    assert "ix_disclosure_province_recency" in planned_once(service, query)


def planned_once(service: Service, query: str) -> str:
    """PostgreSQL's plan of an operation's statement for any values."""
    ready = service.preparer.prepare(Request(query))
    numbered, used = ready.prepared.statement.numbered()
    with service.reader.engine.connect() as connection:
        connection.exec_driver_sql(f"SET LOCAL plan_cache_mode = {ready.prepared.statement.mode}")
        connection.exec_driver_sql("PREPARE planned AS " + numbered)
        given: dict[str, Any] = parameters_of([ready.values[index] for index in used])
        listed = ", ".join(f"%({name})s" for name in given)
        raw: Any = connection.connection.driver_connection
        found = raw.cursor()
        execute = psycopg.ClientCursor(raw).mogrify(f"EXPLAIN (FORMAT JSON) EXECUTE planned({listed})", given)
        return json.dumps(found.execute(execute).fetchone()[0])
