"""Batches of records: new, unchanged, revised, refused."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update

import store.writing
from schemas.catalog import Catalog
from store import tables
from store.draft import Entry
from store.engine import writing
from store.errors import StoreError
from store.identity import recencies
from store.revisions import document, revisions
from store.writing import write
from tests.owners import number_of

Contents = dict[str, list[tuple[Any, ...]]]


def test_loading_twice_changes_nothing(
    engine: Engine, catalog: Catalog, batches: ModuleType, contents: Callable[[Engine], Contents]
) -> None:
    first = batches.load(engine, catalog)
    before = contents(engine)
    again = batches.load(engine, catalog)
    assert contents(engine) == before
    assert sum(written.stored for written in first) == batches.SIZE
    assert sum(written.unchanged for written in again) == batches.SIZE
    assert [written.ids for written in again] == [written.ids for written in first]
    for name in (
        "disclosure",
        "document",
        "lot",
        "party",
        "organization",
        "process",
        "value_source",
        "search",
    ):
        assert before[name], name
    assert len(before["search"]) == len(before["change"]) == batches.SIZE
    assert not before["revision"]


def test_both_databases_get_the_same_rows(
    request: pytest.FixtureRequest, catalog: Catalog, batches: ModuleType, contents: Callable[[Engine], Contents],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    found = []
    for url in (_sqlite(request, tmp_path_factory), _postgresql(request)):
        engine = store.engine.connect(url)
        batches.load(engine, catalog)
        batches.store(engine, catalog, range(10), title="改过的标题")
        found.append(contents(engine) | {"search": []})
        engine.dispose()
    assert found[0] == found[1]


def _sqlite(request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> str:
    path = folders.mktemp("compared") / "openalloc.db"
    path.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
    return f"sqlite:///{path}"


def _postgresql(request: pytest.FixtureRequest) -> str:
    import psycopg

    uri, template = request.getfixturevalue("postgresql_uri"), request.getfixturevalue("postgresql_template")
    with psycopg.connect(uri("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE compared TEMPLATE {template} STRATEGY file_copy")
    return str(uri("compared"))


def test_a_changed_record_is_a_revision_and_the_old_one_stays_readable(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    batches.store(engine, catalog, range(5))
    before = batches.record(0)
    written = batches.store(engine, catalog, range(2), title="改过的标题", lots=[])
    assert (written.stored, written.unchanged, written.revised) == (0, 0, 2)
    one = written.ids[0]
    with engine.connect() as connection:
        assert document(connection, one, 1) == before
        assert (
            document(connection, one, 2)
            == document(connection, one)
            == before | {"title": "改过的标题", "lots": []}
        )
        assert document(connection, one, 3) is None
        assert [revision.number for revision in revisions(connection, one)] == [1]
        own = number_of(one)
        for table in (tables.lot, tables.party):
            lots = select(func.count()).select_from(table).where(table.c.disclosure_number == own)
            assert connection.scalar(lots) == (0 if table is tables.lot else 1)
        row = connection.execute(select(tables.disclosure).where(tables.disclosure.c.id == one)).one()
        assert (row.title, row.revision, row.amount_fen) == ("改过的标题", 2, None)
        kinds = select(tables.change.c.version, tables.change.c.kind).order_by(tables.change.c.version)
        assert connection.execute(kinds).all() == [
            (1, "added"), (2, "added"), (3, "added"), (4, "added"), (5, "added"), (6, "revised"), (7, "revised"),
        ]  # fmt: skip


def test_a_record_that_changes_back_is_a_third_revision(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    for title in ("甲", "乙", "甲"):
        written = batches.store(engine, catalog, range(1), title=title)
    with engine.connect() as connection:
        found = [document(connection, written.ids[0], number) for number in (1, 2, 3)]
    assert [one["title"] for one in found if one] == ["甲", "乙", "甲"]


def test_our_own_id_in_a_record_changes_nothing(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    written = batches.store(engine, catalog, range(1))
    again = batches.store(engine, catalog, range(1), id=written.ids[0])
    assert again.unchanged == 1
    with engine.connect() as connection:
        assert document(connection, written.ids[0]) == batches.record(0)


def test_the_same_record_twice_in_a_batch_is_stored_once(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    twice = batches.entries(catalog, range(1)) * 2
    with writing(engine) as connection:
        written = write(connection, twice, catalog, None, batches.now())
    assert (written.stored, written.unchanged, len(set(written.ids))) == (1, 1, 1)


def test_one_id_with_two_contents_in_a_batch_is_an_error(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    two = batches.entries(catalog, range(1)) + batches.entries(catalog, range(1), title="别的标题")
    with pytest.raises(StoreError, match="D010") as error, writing(engine) as connection:
        write(connection, two, catalog, None, batches.now())
    assert "L0" in error.value.message
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.disclosure)) == 0


def test_a_record_without_identity_is_an_error(engine: Engine, catalog: Catalog, batches: ModuleType) -> None:
    nameless = Entry({"title": "无名"}, catalog.type(batches.TYPE))
    with pytest.raises(StoreError, match="D011"), writing(engine) as connection:
        write(connection, [nameless], catalog, None, batches.now())


def test_a_withdrawn_record_is_not_brought_back(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    batches.store(engine, catalog, range(2))
    with writing(engine) as connection:
        number = tables.disclosure.c.local_id
        connection.execute(update(tables.disclosure).where(number == "L1").values(status="withdrawn"))
    written = batches.store(engine, catalog, range(3), title="改过的标题")
    assert (written.stored, written.revised, written.withdrawn, written.unchanged) == (1, 1, 1, 0)
    with engine.connect() as connection:
        assert document(connection, written.ids[1]) == batches.record(1)


def test_an_empty_batch_writes_nothing(
    engine: Engine, catalog: Catalog, batches: ModuleType, contents: Callable[[Engine], Contents]
) -> None:
    before = contents(engine)
    assert batches.store(engine, catalog, range(0)).ids == ()
    assert contents(engine) == before


def test_records_that_would_share_a_recency_get_the_next(
    engine: Engine, catalog: Catalog, batches: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.draft, "recency", lambda published, _: recencies(published, None)[0])
    batches.store(engine, catalog, range(10), publishedDate="2024-03-01")
    batches.store(engine, catalog, range(5, 20), publishedDate="2024-03-01", title="改过的标题")
    with engine.connect() as connection:
        found = connection.scalars(select(tables.disclosure.c.recency)).all()
    assert len(found) == len(set(found)) == 20


def test_a_revision_keeps_its_recency_while_the_date_stays(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    def recency() -> int:
        with engine.connect() as connection:
            return int(connection.scalars(select(tables.disclosure.c.recency)).one())

    batches.store(engine, catalog, range(1), publishedDate="2024-03-01")
    first = recency()
    batches.store(engine, catalog, range(1), publishedDate="2024-03-01", title="改过的标题")
    assert recency() == first
    batches.store(engine, catalog, range(1), publishedDate="2024-03-02")
    assert recency() > first


def test_an_organization_known_by_its_code_takes_the_first_name_it_gets(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    uscc = "91530100MA6K00027P"
    for number, given in enumerate(
        ({"uscc": uscc}, {"uscc": uscc, "name": "甲"}, {"uscc": uscc, "name": "乙"})
    ):
        batches.store(engine, catalog, range(number, number + 1), approver=given)
        with engine.connect() as connection:
            name = connection.scalar(
                select(tables.organization.c.name).where(tables.organization.c.id == uscc)
            )
        assert name == (uscc, "甲", "甲")[number]
