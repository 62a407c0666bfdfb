"""Withdrawals: citable with their reason, counted by nothing; for privacy no byte of the content is left."""

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, insert, select, text

from schemas.catalog import Catalog
from store import erasing, reindex, revisions, searching, tables
from store.draft import Entry
from store.engine import connect, writing
from store.errors import StoreError
from store.withdrawing import ORDINARY, PRIVACY, Withdrawal, find, withdraw, withdrawal
from store.writing import Written, write

TYPE = "land/grant-result"
SECRET = {
    "title": "示例撤回标题甲乙丙", "localId": "SECRETNUMBER7788", "sourceUrl": "https://example.org/secretaddress",
}  # fmt: skip
PERSON = "欧阳虚构人"
# What only the record says, in any of its revisions.
VALUES = (
    "示例撤回标题甲乙丙", "SECRETNUMBER7788", "secretnumber7788", "secretaddress", PERSON, "旧标题子丑寅", "暗巷九十九号",
    "虚构旧人士", "SECRETPARCEL",
)  # fmt: skip


def entry(catalog: Catalog, batches: ModuleType, number: int = 1, **more: Any) -> Entry:
    return Entry(batches.record(number, **more), catalog.type(TYPE), {"title": ["", 3, "标题", None, "原"]})


def store(
    engine: Engine, catalog: Catalog, batches: ModuleType, *entries: Entry, again: bool = False
) -> Written:
    with writing(engine) as connection:
        return write(connection, entries, catalog, None, batches.now(), again=again)


def take_back(
    engine: Engine, catalog: Catalog, batches: ModuleType, one: str, *, privacy: bool = False
) -> Withdrawal:
    with writing(engine) as connection:
        return withdraw(connection, one, "示例:登记有误", catalog, batches.now(), privacy=privacy)


def changes(engine: Engine, one: str) -> list[tuple[str, int]]:
    c = tables.change.c
    with engine.connect() as connection:
        rows = connection.execute(
            select(c.kind, c.revision).where(c.disclosure_id == one).order_by(c.version)
        )
        return [(row.kind, row.revision) for row in rows]


def test_a_withdrawn_record_stays_citable_and_is_in_the_feed(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    (one,) = store(engine, catalog, batches, entry(catalog, batches)).ids
    made = take_back(engine, catalog, batches, one)
    assert (made.kind, made.reason, made.version) == (ORDINARY, "示例:登记有误", 2)
    assert changes(engine, one) == [("added", 1), ("withdrawn", 1)]
    with engine.connect() as connection:
        row = connection.execute(select(tables.disclosure)).one()
        assert (row.status, row.title) == ("withdrawn", batches.record(1)["title"])
        assert revisions.document(connection, one) is None
        assert revisions.document(connection, one, 1) == batches.record(1)
        for table in (tables.document, tables.item, tables.feature, tables.value_source):
            assert connection.execute(select(table)).all() == []
    assert take_back(engine, catalog, batches, one) == made
    assert len(changes(engine, one)) == 2


@pytest.mark.parametrize("privacy", [False, True])
def test_loading_again_leaves_it_alone_until_that_is_asked_for(
    engine: Engine, catalog: Catalog, batches: ModuleType, privacy: bool
) -> None:
    (one,) = store(engine, catalog, batches, entry(catalog, batches)).ids
    take_back(engine, catalog, batches, one, privacy=privacy)
    for title in (batches.record(1)["title"], "另一个标题"):
        written = store(engine, catalog, batches, entry(catalog, batches, title=title))
        assert (written.withdrawn, written.left, written.revised) == (1, {one}, 0)
    written = store(engine, catalog, batches, entry(catalog, batches), again=True)
    assert (written.revised, written.withdrawn) == (1, 0)
    assert changes(engine, one) == [("added", 1), ("withdrawn", 1), ("revised", 2)]
    with engine.connect() as connection:
        assert withdrawal(connection, one) is None
        assert revisions.document(connection, one) == batches.record(1)
        assert (revisions.document(connection, one, 1) is None) == privacy
    again = take_back(engine, catalog, batches, one)
    assert (again.kind, again.version) == (ORDINARY, 4)


def everywhere(engine: Engine, catalog: Catalog, batches: ModuleType) -> str:
    """A record with two earlier revisions, a refused row, and neighbours of its process, company and shard."""
    neighbours = [entry(catalog, batches, number) for number in range(2, 60)]
    store(engine, catalog, batches, *neighbours)
    lot = {"parcelNumber": "SECRETPARCEL-1", "parcelLocation": "暗巷九十九号", "dealDate": "2024-01-26"}
    old = lot | {"transferee": {"name": "虚构旧人士"}}
    new = lot | {"transferee": {"name": PERSON}}
    for lots, title in (([old], "旧标题子丑寅"), ([old, lot], "旧标题子丑寅"), ([new], SECRET["title"])):
        given = {**SECRET, "title": title, "lots": lots}
        (one,) = store(engine, catalog, batches, entry(catalog, batches, **given)).ids
    row = {
        "load_id": "l-示例", "ordinal": 0, "sheet": "", "row": 9, "cells": {"受让人": PERSON}, "issues": [PERSON],
        "disclosure_id": one, "state": "open",
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(tables.refused).values(row))
    return one


def said(engine: Engine) -> str:
    """All that the tables hold, in one text."""
    names = [*tables.metadata.tables, "search_name"]
    names.append("search_text" if engine.dialect.name == "sqlite" else "search")
    with engine.connect() as connection:
        return "\n".join(
            str(row) for name in names for row in connection.execute(text(f'SELECT * FROM "{name}"'))
        )


def test_withdrawing_for_privacy_leaves_no_value_in_any_table(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    one = everywhere(engine, catalog, batches)
    before = said(engine)
    assert [value for value in VALUES if value not in before] == []
    made = take_back(engine, catalog, batches, one, privacy=True)
    assert (made.kind, made.type, made.publisher) == (PRIVACY, TYPE, "虚构1局")
    after = said(engine)
    assert [value for value in VALUES if value in after] == []
    assert changes(engine, one)[-1] == ("withdrawn", 3)
    with engine.connect() as connection:
        row = connection.execute(select(tables.disclosure).where(tables.disclosure.c.id == one)).one()
        assert (row.title, row.amount_fen, row.local_id, row.region) == (
            catalog.types[TYPE].title,
            None,
            None,
            None,
        )
        # What others say as well is theirs.
        kept = connection.scalars(select(tables.organization.c.name)).all()
    assert "云南示例光电科技有限公司" in kept
    reindex.reindex(engine, catalog)
    after = said(engine)
    assert [value for value in VALUES if value in after] == []


def test_after_the_purge_no_byte_of_it_is_in_the_file(
    tmp_path: Path, sqlite_template: Path, catalog: Catalog, batches: ModuleType
) -> None:
    path = tmp_path / "openalloc.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = connect(f"sqlite:///{path}")
    one = everywhere(engine, catalog, batches)

    def held() -> list[str]:
        files = b"".join(found.read_bytes() for found in sorted(tmp_path.iterdir()))
        return [value for value in VALUES if value.encode() in files]

    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    take_back(engine, catalog, batches, one, privacy=True)
    assert held()  # what the tables no longer say is in the file
    erasing.purge(engine)
    assert held() == []
    with engine.connect() as connection:
        vocabulary = "CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, row)"
        connection.exec_driver_sql(vocabulary)
        words = set(connection.exec_driver_sql("SELECT term FROM temp.words").scalars())
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert "secretnumber7788" not in words
    assert "欧阳" not in words
    assert "呈贡" in words
    engine.dispose()


def test_on_postgresql_the_files_hold_it_until_the_tables_are_written_anew(
    postgresql_uri: Callable[[str], str], postgresql_template: str, postgresql_files: Callable[[str], bytes],
    catalog: Catalog, batches: ModuleType,
) -> None:  # fmt: skip
    """What docs/withdrawals.md tells the operator: VACUUM alone leaves bytes, VACUUM FULL of these tables none."""
    with psycopg.connect(postgresql_uri("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE withdrawn TEMPLATE {postgresql_template} STRATEGY file_copy")
    engine = connect(postgresql_uri("withdrawn"))
    one = everywhere(engine, catalog, batches)
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    values = [value.encode() for value in VALUES if value.isascii()]  # texts of Chinese are often compressed

    def held() -> list[bytes]:
        files = postgresql_files("withdrawn")
        return [value for value in (*values, PERSON.encode()) if value in files]

    assert held()
    take_back(engine, catalog, batches, one, privacy=True)
    erasing.purge(engine)
    assert held()
    document = (Path(__file__).parents[2] / "docs" / "withdrawals.md").read_text("utf-8")
    (block,) = re.findall(r"```sql\n(VACUUM FULL .*?)```", document, re.DOTALL)
    written_anew = " ".join(block.split())
    names = {table.name for table in erasing._VALUES} | {"search", "search_name"}
    assert {
        name.strip() for name in written_anew.split(";")[0].removeprefix("VACUUM FULL ANALYZE").split(",")
    } == names
    engine.dispose()
    with psycopg.connect(postgresql_uri("withdrawn"), autocommit=True) as connection:
        for command in filter(None, (one.strip() for one in written_anew.split(";"))):
            connection.execute(command)
    assert held() == []


def test_a_reader_that_holds_the_log_is_told_and_the_purge_can_be_repeated(
    tmp_path: Path, sqlite_template: Path, catalog: Catalog, batches: ModuleType
) -> None:
    path = tmp_path / "openalloc.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine, reader = connect(f"sqlite:///{path}"), connect(f"sqlite:///{path}")
    (one,) = store(engine, catalog, batches, entry(catalog, batches, **SECRET)).ids
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 100")
    with reader.connect() as reading:
        reading.execute(select(tables.document)).all()
        take_back(engine, catalog, batches, one, privacy=True)
        with pytest.raises(StoreError) as refused:
            erasing.purge(engine)
        assert refused.value.code == "W005"
    erasing.purge(engine)
    assert SECRET["localId"].encode() not in b"".join(found.read_bytes() for found in tmp_path.iterdir())
    engine.dispose()
    reader.dispose()


def test_an_ordinary_withdrawal_can_become_one_for_privacy_and_both_can_be_purged(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    (one,) = store(engine, catalog, batches, entry(catalog, batches, **SECRET)).ids
    take_back(engine, catalog, batches, one)
    made = take_back(engine, catalog, batches, one, privacy=True)
    assert (made.kind, made.version) == (PRIVACY, 3)
    assert SECRET["title"] not in said(engine)
    erasing.purge(engine)
    assert take_back(engine, catalog, batches, one) == made


def test_a_name_that_only_the_removed_record_gave_gives_way_to_anothers(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    code = "91530114MA6K000170"
    lots = [{"parcelNumber": "K-1", "transferee": {"name": "暗名示例公司", "uscc": code}}]
    more: dict[str, Any] = {"processId": "虚构过程", "lots": lots}
    (one,) = store(engine, catalog, batches, entry(catalog, batches, title="暗名的过程", **more)).ids
    lots = [{"parcelNumber": "K-2", "transferee": {"name": "明名示例公司", "uscc": code}}]
    store(engine, catalog, batches, entry(catalog, batches, 4, title="明名的过程", publisher=batches.record(1)["publisher"], processId="虚构过程", lots=lots))  # fmt: skip
    take_back(engine, catalog, batches, one, privacy=True)
    assert "暗名" not in said(engine)
    with engine.connect() as connection:
        assert (
            connection.scalar(select(tables.organization.c.name).where(tables.organization.c.id == code))
            == "明名示例公司"
        )
        titles = connection.scalars(select(tables.process.c.title)).all()
        named = text("SELECT text FROM search_name WHERE id = :code")
        assert (
            connection.scalar(named, {"code": code})
            == searching.name("organization", {"name": "明名示例公司", "uscc": code})[0]
        )
    assert titles == ["明名的过程"]


def test_the_record_is_meant_by_its_id_or_by_its_publishers_number(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    first, second = store(engine, catalog, batches, entry(catalog, batches), entry(catalog, batches, 2)).ids
    uscc = batches.record(1)["publisher"]["uscc"]
    with engine.connect() as connection:
        assert (
            find(connection, first) == find(connection, first, uscc) == find(connection, "L1", uscc) == first
        )
        for given, publisher, code in ((second, uscc, "W003"), ("L1", None, "W001"), ("L2", uscc, "W001")):
            with pytest.raises(StoreError) as refused:
                find(connection, given, publisher)
            assert refused.value.code == code


@pytest.mark.parametrize("reason", ["", "  ", "长" * 1001])
def test_a_withdrawal_needs_a_reason(
    engine: Engine, catalog: Catalog, batches: ModuleType, reason: str
) -> None:
    (one,) = store(engine, catalog, batches, entry(catalog, batches)).ids
    with pytest.raises(StoreError) as refused, writing(engine) as connection:
        withdraw(connection, one, reason, catalog, batches.now())
    assert refused.value.code == "W004"
