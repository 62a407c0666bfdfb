"""A store that was multiplied is one that loads could have made."""

from pathlib import Path

from bench.load.multiplied import multiply
from bench.query.fill import build
from schemas.catalog import Catalog
from store import tables
from store.engine import connect
from store.terms import terms
from tests.torture.state import wrong

COUNT, TIMES = 300, 4


def test_a_multiplied_store_is_whole(catalog: Catalog, tmp_path: Path) -> None:
    source, target = tmp_path / "one.db", tmp_path / "many.db"
    build(f"sqlite:///{source}", catalog, COUNT, lean=False, each=1)
    multiply(source, target, TIMES)
    engine = connect(f"sqlite:///{target}")
    with engine.connect() as connection:
        assert wrong(connection) == []
        for table in (tables.disclosure, tables.document, tables.change):
            counted = connection.exec_driver_sql(f"SELECT count(*) FROM {table.name}").scalar_one()
            assert counted == COUNT * TIMES, table.name
        for column in ("id", "recency", "local_id"):
            several = connection.exec_driver_sql(
                f"SELECT count(DISTINCT {column}) FROM disclosure"
            ).scalar_one()
            assert several == COUNT * TIMES, column
        connection.exec_driver_sql("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, instance)")
        found = {(row[0], row[1]) for row in connection.exec_driver_sql("SELECT term, doc FROM temp.words")}
        texts = "SELECT recency, text FROM disclosure JOIN search_text ON disclosure_number = number"
        wanted = {(word, row[0]) for row in connection.exec_driver_sql(texts) for word in terms(row[1])}
        assert found == wanted
    engine.dispose()
