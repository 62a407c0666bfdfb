"""A store that was multiplied is one that loads could have made."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from bench.load.multiplied import multiply, multiply_server
from bench.query.fill import build
from schemas.catalog import Catalog
from store import tables
from store.engine import connect
from store.terms import terms
from tests.torture.state import wrong

COUNT, TIMES = 300, 4


def assert_whole(connection: Connection) -> None:
    """All is there so many times, each with ids of its own, and nothing contradicts itself."""
    assert wrong(connection) == []
    for table in (tables.disclosure, tables.document, tables.change):
        counted = connection.exec_driver_sql(f"SELECT count(*) FROM {table.name}").scalar_one()
        assert counted == COUNT * TIMES, table.name
    for column in ("id", "recency", "local_id"):
        several = connection.exec_driver_sql(f"SELECT count(DISTINCT {column}) FROM disclosure").scalar_one()
        assert several == COUNT * TIMES, column
    named = "SELECT count(*) FROM search_name WHERE kind = 'process'"
    processes = connection.exec_driver_sql("SELECT count(*) FROM process").scalar_one()
    assert connection.exec_driver_sql(named).scalar_one() == processes
    assert processes % TIMES == 0


def test_a_multiplied_store_is_whole(catalog: Catalog, tmp_path: Path) -> None:
    source, target = tmp_path / "one.db", tmp_path / "many.db"
    build(f"sqlite:///{source}", catalog, COUNT, lean=False, each=1)
    multiply(source, target, TIMES)
    engine = connect(f"sqlite:///{target}")
    with engine.connect() as connection:
        assert_whole(connection)
        connection.exec_driver_sql("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, instance)")
        found = {(row[0], row[1]) for row in connection.exec_driver_sql("SELECT term, doc FROM temp.words")}
        texts = "SELECT recency, text FROM disclosure JOIN search_text ON disclosure_number = number"
        wanted = {(word, row[0]) for row in connection.exec_driver_sql(texts) for word in terms(row[1])}
        assert found == wanted
    engine.dispose()


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_server_is_multiplied_in_place(engine: Engine, catalog: Catalog) -> None:
    url = engine.url.render_as_string(hide_password=False)
    build(url, catalog, COUNT, lean=False, each=1)
    indexes = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1"
    with engine.connect() as connection:
        before = connection.exec_driver_sql(indexes).all()
    multiply_server(url, TIMES)
    with engine.connect() as connection:
        assert_whole(connection)
        assert connection.exec_driver_sql(indexes).all() == before
        words = "SELECT count(*) FROM search s JOIN disclosure d ON d.number = s.disclosure_number AND d.recency = s.recency"
        assert connection.exec_driver_sql(words).scalar_one() == COUNT * TIMES
