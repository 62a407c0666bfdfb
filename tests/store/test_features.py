"""The index of features: what it holds of a record, when it is whole, and how it is made again."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select

from schemas.catalog import Catalog
from store import searching, tables
from store.draft import Entry
from store.engine import writing
from store.features import LONGEST, Reader, digest, digests, features, indexed, unindexed
from store.reindex import DERIVED, reindex
from store.writing import write

NOW = datetime(2024, 7, 1, 8, 0)
TYPE = "land/grant-result"


def record(number: str, **more: Any) -> dict[str, Any]:
    """A record of the type, with two parcels."""
    lots = [
        {"parcelNumber": f"{number}-1", "parcelArea": 1.5, "price": {"amount": 19.99}, "transferee": {"name": "某公司"}},
        {"parcelNumber": f"{number}-2", "parcelArea": 1.5},
    ]  # fmt: skip
    return {"schema": f"{TYPE}/1.0", "localId": number, "publisher": {"name": "某局"}, "lots": lots, **more}


def store(engine: Engine, catalog: Catalog, *records: dict[str, Any]) -> None:
    """Write records."""
    with writing(engine) as connection:
        write(connection, [Entry(one, catalog.types[TYPE]) for one in records], catalog, None, NOW)


def held(engine: Engine) -> int:
    """How many rows the index has."""
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(tables.feature)) or 0


def test_every_leaf_has_a_number_of_its_own(catalog: Catalog) -> None:
    made = [one.property for path in catalog.types for one in features(catalog.history(path))]
    assert len(made) > 300
    assert len(set(made)) == len(made)


def test_each_value_of_a_record_stands_once(catalog: Catalog) -> None:
    of_type = features(catalog.history(TYPE))
    made = Reader(of_type).rows(record("甲", regionDetails="长" * 300))
    named = {one.property: one.dotted for one in of_type}
    found = sorted((named[number], text or value) for _, number, text, value in made)
    assert found == [
        ("lots.parcelArea", "1.5"), ("lots.parcelNumber", "甲-1"), ("lots.parcelNumber", "甲-2"),
        ("lots.price.amount", "19.99"), ("lots.transferee.name", "某公司"), ("regionDetails", "长" * LONGEST),
    ]  # fmt: skip


def test_a_property_is_indexed_under_its_newest_name(toy_catalog: Catalog) -> None:
    for path in toy_catalog.types:
        history = toy_catalog.history(path)
        of_type = features(history)
        for one in history:
            named = {feature.property: feature.dotted for feature in of_type}
            assert {named[row[1]] for row in Reader(of_type).rows(one.sample)} <= set(named.values())
    evolved = toy_catalog.history("land/evolved")
    older = {row[1] for row in Reader(features(evolved)).rows(evolved[0].sample)}
    assert older, "the oldest version's sample has featured values"


def test_the_index_is_whole_from_the_first_record_on(engine: Engine, catalog: Catalog) -> None:
    store(engine, catalog, record("甲"), record("乙"))
    with engine.connect() as connection:
        assert indexed(connection, digests(catalog)) == {TYPE}
        assert unindexed(connection, catalog) == []
    assert held(engine) == 10


def test_a_revision_replaces_what_the_index_holds(engine: Engine, catalog: Catalog) -> None:
    store(engine, catalog, record("甲"), record("乙"))
    changed = record("甲")
    del changed["lots"][1]
    store(engine, catalog, changed)
    assert held(engine) == 9


def test_an_index_of_another_catalog_is_not_whole(engine: Engine, catalog: Catalog) -> None:
    store(engine, catalog, record("甲"))
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE derived SET digest = 'other'")
    with engine.connect() as connection:
        assert indexed(connection, digests(catalog)) == frozenset()
        assert unindexed(connection, catalog) == [TYPE]
    store(engine, catalog, record("乙"))  # what another release wrote is mixed with it now
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.derived)) == 0


def test_a_database_from_before_the_index_is_reindexed(
    engine: Engine, catalog: Catalog, contents: Callable[[Engine], Any]
) -> None:
    samples = [Entry(one.sample, one) for one in catalog.types.values()]
    with writing(engine) as connection:
        write(connection, samples, catalog, None, NOW)
    before = contents(engine)
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM feature")
        d = tables.disclosure.c
        found = connection.execute(select(d.shard, d.number, d.recency)).all()
        searching.delete(connection, [(row.shard, row.number, row.recency) for row in found])
        connection.exec_driver_sql("DELETE FROM derived")
    seen: list[tuple[int, int]] = []
    assert reindex(engine, catalog, lambda done, total: seen.append((done, total)), batch=7) == len(samples)
    assert seen[-1] == (len(samples), len(samples))
    after = contents(engine)
    marked = {path: digest(features(catalog.history(path))) for path in catalog.types}
    assert dict(after.pop("derived")) == {f"feature {path}": value for path, value in marked.items()}
    before.pop("derived")
    assert after == before


def test_a_reindexing_that_was_stopped_leaves_no_index_that_claims_to_be_whole(
    engine: Engine, catalog: Catalog, monkeypatch: Any
) -> None:
    store(engine, catalog, record("甲"), record("乙"))

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(DERIVED, "last", stop)
    with suppress(KeyboardInterrupt):
        reindex(engine, catalog)
    with engine.connect() as connection:
        assert indexed(connection, digests(catalog)) == frozenset()
    monkeypatch.delitem(DERIVED, "last")
    reindex(engine, catalog)
    with engine.connect() as connection:
        assert TYPE in indexed(connection, digests(catalog))
