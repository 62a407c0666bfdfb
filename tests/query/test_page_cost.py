"""A page costs the same at any depth: the cursor is where an index is entered, and rows come in the index's order."""

import re

import pytest
from sqlalchemy import Engine

from api.operation import Request, Service
from query.run import parameters_of
from schemas.catalog import Catalog
from tests.query import reference

NEWEST = reference.order_of("disclosure", None)
CURSOR = reference.cursor((10**17, "530114-0000000000000000"), NEWEST)
# list → the index it walks and the columns that the cursor narrows
LISTS = {
    "disclosures({page}) {{ nodes {{ id title }} }}": ("ix_disclosure_recency", "recency"),
    "worksTenderNotices({page}) {{ nodes {{ id tenderScope }} }}": ("ix_disclosure_type_recency", "recency"),
    'disclosures(filter: {{region: {{within: "530100"}}}}, {page}) {{ nodes {{ id }} }}':
        ("ix_disclosure_prefecture_recency", "recency"),
    'node(id: "publisher:x") {{ ... on Publisher {{ disclosures({page}) {{ nodes {{ id }} }} }} }}':
        ("ix_disclosure_publisher_id_recency", "recency"),
    'region(code: "530000") {{ disclosures({page}) {{ nodes {{ id }} }} }}':
        ("ix_disclosure_province_recency", "recency"),
    'region(code: "530100") {{ disclosures({page}) {{ nodes {{ id }} }} }}':
        ("ix_disclosure_prefecture_recency", "recency"),
    'region(code: "530114") {{ disclosures({page}) {{ nodes {{ id }} }} }}':
        ("ix_disclosure_region_recency", "recency"),
    "changes({version}) {{ nodes {{ version snapshot {{ document }} }} }}": ("ix_change_version", "version"),
    'disclosure(id: "x") {{ changes({version}) {{ nodes {{ version }} }} }}':
        ("ix_change_disclosure_number_version", "version"),
    "organizations({entity}) {{ nodes {{ name }} }}": (r"(sqlite_autoindex_organization_1|pk_organization)", "id"),
    "regions({code}) {{ nodes {{ title }} }}": (r"(sqlite_autoindex_region_1|pk_region)", "code"),
}  # fmt: skip


def steps(engine: Engine, service: Service, query: str) -> str:
    """How the database would answer an operation."""
    ready = service.preparer.prepare(Request(query))
    statement, parameters = ready.prepared.statement.text, parameters_of(ready.values)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return "\n".join(str(row[3]) for row in rows)
        for what in ("seqscan", "bitmapscan"):  # the tables are empty: of other ways there is no cheaper one
            connection.exec_driver_sql(f"SET LOCAL enable_{what} = off")
        return "\n".join(
            str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        )


@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
def test_a_cursor_enters_an_index(engine: Engine, catalog: Catalog, backwards: bool) -> None:
    service = Service(catalog, engine)
    count, place = ("last", "before") if backwards else ("first", "after")
    cursors = {
        "page": CURSOR, "version": "100", "entity": reference.cursor(("x",), (("id", False),)),
        "code": reference.cursor(("530000",), (("code", False),)),
    }  # fmt: skip
    pages = {name: f'{count}: 10, {place}: "{cursor}"' for name, cursor in cursors.items()}
    for text, (index, column) in LISTS.items():
        found = steps(engine, service, "{ " + text.format(**pages) + " }")
        if engine.dialect.name == "sqlite":
            entered = rf"SEARCH \w+ USING (COVERING )?INDEX {index} \(.*{column}[<>]\?\)"
        else:
            entered = rf"using {index} on .*\n\s*Index Cond: .*{column}\S* [<>]"
        assert re.search(entered, found), f"{text}\n{found}"


def test_what_is_behind_a_page_is_looked_up_and_not_counted(engine: Engine, catalog: Catalog) -> None:
    query = f'{{ disclosures(first: 1, after: "{CURSOR}") {{ pageInfo {{ hasPreviousPage }} }} }}'
    found = steps(engine, Service(catalog, engine), query)
    entered = (
        r"INDEX ix_disclosure_recency \(recency>\?\)"
        if engine.dialect.name == "sqlite"
        else "Index Cond: .*recency >="
    )
    assert re.search(entered, found), found


def test_nothing_is_made_of_rows_that_a_sorted_page_does_not_show(
    stored_sqlite: Engine, toy_catalog: Catalog
) -> None:
    """What a node holds costs as often as there are nodes, whatever else is sorted to find them."""
    service = Service(toy_catalog, stored_sqlite)

    def instructions(inside: str) -> int:
        query = f"{{ regions(first: 2, orderBy: {{field: LEVEL}}) {{ nodes {{ code {inside} }} }} }}"
        ready = service.preparer.prepare(Request(query))
        done = [0]
        with stored_sqlite.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None

            def count() -> None:
                done[0] += 100

            driver.set_progress_handler(count, 100)
            connection.exec_driver_sql(
                ready.prepared.statement.text, parameters_of(ready.values)
            ).scalar_one()
            driver.set_progress_handler(None, 100)
        return done[0]

    bare = instructions("")
    assert instructions("ancestors { title }") < 1.2 * bare
