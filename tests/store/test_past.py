"""The processes of earlier revisions: kept when a record is revised, and filled in by the migration."""

from datetime import datetime
from typing import Any

from alembic import command
from sqlalchemy import Engine, select

from schemas.catalog import Catalog
from store import tables
from store.draft import Entry
from store.engine import writing
from store.migrate import config, upgrade
from store.writing import write
from tests.owners import processes_of

BEFORE = "0001"


def store(engine: Engine, catalog: Catalog, title: str, process: str) -> None:
    disclosure = catalog.types["works/tender-notice"]
    record = {
        "schema": disclosure.name, "localId": "虚构", "title": title, "processId": process,
        "publisher": {"name": "虚构局", "uscc": "11530114MB0W00017C"},
    }  # fmt: skip
    with writing(engine) as connection:
        write(connection, [Entry(record, disclosure)], catalog, None, datetime(2024, 7, 1))


def links(engine: Engine) -> dict[int, str]:
    """The process of each earlier revision."""
    r, p = tables.revision_process.c, tables.process.c
    query = select(r.number, p.id).join_from(
        tables.revision_process, tables.process, p.serial == r.process_serial
    )
    with engine.connect() as connection:
        rows: Any = connection.execute(query).all()
        return dict(rows)


def test_a_revision_keeps_the_process_it_had(engine: Engine, catalog: Catalog) -> None:
    for title, process in (("一", "甲"), ("二", "乙"), ("三", "甲")):
        store(engine, catalog, title, process)
    found = links(engine)
    with engine.connect() as connection:
        now = processes_of(connection, connection.execute(select(tables.disclosure.c.id)).scalar_one())
    assert set(found) == {1, 2}
    assert found[1] == now[0] != found[2]
    assert len(now) == 1


def test_the_migration_fills_in_the_processes_of_earlier_revisions(engine: Engine, catalog: Catalog) -> None:
    for title in ("一", "二", "三"):
        store(engine, catalog, title, "甲")
    before = links(engine)
    assert set(before) == {1, 2}
    with writing(engine) as connection:
        command.downgrade(config(connection), BEFORE)
    upgrade(engine)
    assert links(engine) == before
