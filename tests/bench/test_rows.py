"""The benchmark's databases hold what a load of the same records would have written."""

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import Engine, select, text

from bench.query.fill import AT, Records, build
from schemas.catalog import Catalog
from schemas.check import check
from store import tables
from store.draft import Entry, content
from store.engine import connect, writing
from store.writing import write
from tests.owners import called, owners

COUNT, VARIANTS = 200, 4


def test_every_row_is_what_the_loader_writes(catalog: Catalog, new_database: Callable[[], str]) -> None:
    made, loaded = new_database(), new_database()
    build(made, catalog, COUNT, lean=False, each=VARIANTS)
    ours, theirs = connect(made), connect(loaded)
    with ours.connect() as connection:
        bodies = connection.execute(
            select(tables.document.c.body, tables.disclosure.c.type)
            .join(tables.disclosure, tables.disclosure.c.number == tables.document.c.disclosure_number)
            .join(tables.change, tables.change.c.disclosure_number == tables.disclosure.c.number)
            .order_by(tables.change.c.version)
        ).all()
    with writing(theirs) as connection:
        entries = [
            Entry(
                orjson.loads(content(body)), catalog.type(f"{type_path}/{body['schema'].rsplit('/', 1)[1]}")
            )
            for body, type_path in bodies
        ]
        write(connection, entries, catalog, None, AT)
    for table in (
        "disclosure",
        "document",
        "lot",
        "party",
        "item",
        "disclosure_process",
        "process",
        "change",
        "feature",
        "rollup_type",
        "rollup_domain",
        "rollup_method",
        "rollup_year",
        "rollup_month",
        "rollup_publisher",
        "rollup_organization",
    ):
        assert _rows(ours, table) == _rows(theirs, table), table
    assert _searched(ours) == _searched(theirs)
    for table in ("publisher", "organization", "derived"):
        assert set(_rows(theirs, table)) <= set(_rows(ours, table)), table
    ours.dispose()
    theirs.dispose()


def test_the_records_are_valid(catalog: Catalog) -> None:
    records = Records(catalog, COUNT, each=VARIANTS)
    bodies = [
        (records.variant(n).disclosure, row[3])
        for n, row in enumerate(next(records.batches()).rows["document"])
    ]
    found = [
        (d.type, str(issue))
        for d, body in bodies
        for issue in check(orjson.loads(body), d, catalog)
        if issue.severity == "error"
    ]
    assert found == []


def _rows(engine: Engine, table: str) -> list[tuple[Any, ...]]:
    stored = tables.metadata.tables[table]
    with engine.connect() as connection:
        rows = called(stored, stored.columns.keys(), connection.execute(select(stored)), owners(connection))
    return sorted(tuple(map(str, row)) for row in rows)


def _searched(engine: Engine) -> list[Any]:
    """What is searched: texts and names; terms where they are stored with them."""
    if engine.dialect.name == "sqlite":
        asked = (
            "SELECT recency, text FROM search_text JOIN disclosure ON number = disclosure_number ORDER BY recency",
            "SELECT kind, id, text FROM search_name WHERE kind = 'process' ORDER BY id",
            "SELECT term, doc FROM temp.words ORDER BY term, doc",
        )
    else:
        asked = (
            "SELECT recency, text, terms FROM search ORDER BY recency",
            "SELECT kind, id, text, terms FROM search_name WHERE kind = 'process' ORDER BY id",
        )
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            words = "CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, instance)"
            connection.exec_driver_sql(words)
        return [tuple(row) for one in asked for row in connection.execute(text(one))]
