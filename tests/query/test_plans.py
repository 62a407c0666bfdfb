"""What filters and orders promise an index is found by it: no plan walks all disclosures.

SQLite's plan names the index; PostgreSQL is told not to scan, so that a small table shows what a large one would use.
"""

import json
import re

import pytest
from sqlalchemy import Engine

from api.operation import Request, Service

CASES = [
    ('disclosures(filter: {region: {eq: "530114"}})', "ix_disclosure_region_recency"),
    ('disclosures(filter: {localId: {eq: "x"}})', "ix_disclosure_local_id"),
    ('disclosures(filter: {publisher: {id: {eq: "x"}}})', "ix_disclosure_publisher_id_recency"),
    ('disclosures(filter: {organization: {uscc: {eq: "x"}}})', "ix_party_organization_id_recency"),
    ('disclosures(filter: {parties: {some: {organization: {name: {eq: "x"}}}}})', "ix_organization_name"),
    ('disclosures(filter: {process: {number: {eq: "x"}}})', "ix_process_number"),
    ("disclosures(orderBy: {field: AMOUNT})", "ix_disclosure_amount_fen_recency"),
    ("disclosures(orderBy: {field: DAYS_LATE})", "ix_disclosure_days_late_recency"),
    ("disclosures(orderBy: {field: DUE_ON})", "ix_disclosure_due_on_recency"),
    ('disclosures(filter: {publishedDate: {lte: "2001-01-01"}})', "ix_disclosure_recency"),
    ("disclosures", "ix_disclosure_recency"),
    ('landGrantResults(filter: {lots: {some: {parcelNumber: {eq: "x"}}}})', "ix_feature_property_text_recency"),
    ('landGrantResults(filter: {regionDetails: {eq: "x"}, amount: {gte: 1}})', "ix_feature_property_text_recency"),
    ("landGrantResults(filter: {lots: {some: {parcelArea: {gte: 1e9}}}})", "ix_feature_property_number_recency"),
    ('organizations(orderBy: {field: NAME, direction: ASC}, filter: {name: {gte: "x"}})', "ix_organization_name"),
    ('processes(filter: {number: {eq: "x"}})', "ix_process_number"),
]  # fmt: skip


def explained(service: Service, query: str) -> tuple[str, str]:
    """The statement of a query's nodes and the database's plan of it."""
    engine: Engine = service.reader.engine
    ready = service.preparer.prepare(Request(f"{{ {query} {{ nodes {{ id }} }} }}"))
    statement = ready.prepared.statement.text
    parameters = {f"p{index}": value for index, value in enumerate(ready.values)}
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            return statement, "\n".join(str(row[3]) for row in rows)
        settings = ["enable_seqscan", "enable_bitmapscan", *(["enable_sort"] if "orderBy" in query else [])]
        for setting in settings:
            connection.exec_driver_sql(f"SET LOCAL {setting} = off")
        made = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
        return statement, json.dumps(made if not isinstance(made, str) else json.loads(made))


@pytest.mark.parametrize(("query", "index"), CASES)
def test_what_is_called_indexed_is_found_by_its_index(
    service: Service, query: str, index: str | None
) -> None:
    _, plan = explained(service, query)
    if index and service.reader.engine.dialect.name == "sqlite":
        assert index in plan, plan
    elif index:  # of a table this small PostgreSQL may as well read another index with that column
        assert re.search(rf"ix_\w*{index.rsplit('_', 1)[-1]}", plan), plan
    if service.reader.engine.dialect.name == "sqlite":
        lines = plan.split("\n")
        cut = {line.replace("CO-ROUTINE", "SCAN") for line in lines}  # a page's rows, found before
        scans = [
            line for line in lines if line.startswith("SCAN d") and "USING" not in line and line not in cut
        ]
    else:
        scans = (
            [plan]
            if '"Seq Scan", "Parallel Aware": false, "Async Capable": false, "Relation Name": "disclosure"'
            in plan
            else []
        )
    assert not scans, plan


def test_an_equal_value_newest_first_is_walked_not_sorted(service: Service) -> None:
    statement, plan = explained(service, 'landGrantResults(filter: {regionDetails: {eq: "x"}})')
    assert "feature f" in statement
    if service.reader.engine.dialect.name == "sqlite":
        _, newest = explained(service, "disclosures")
        sorts = "USE TEMP B-TREE FOR ORDER BY"  # of the page itself, to number its rows
        assert plan.count(sorts) == newest.count(sorts)
    else:
        assert '"Backward"' in plan


def test_a_search_enters_postgresql_s_index_by_its_terms_and_blocks(service: Service) -> None:
    if service.reader.engine.dialect.name == "postgresql":
        ready = service.preparer.prepare(Request('{ disclosures(search: "示例") { nodes { id } } }'))
        parameters = {f"p{index}": value for index, value in enumerate(ready.values)}
        with service.reader.engine.connect() as connection:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            rows = connection.exec_driver_sql(f"EXPLAIN {ready.prepared.statement.text}", parameters)
            plan = "\n".join(str(row[0]) for row in rows)
        assert re.search(
            r"Bitmap Index Scan on ix_search_terms.*\n *Index Cond: .*terms @>.*>> 37.*@> ARRAY", plan
        ), plan
        assert "Incremental Sort" in plan, plan
