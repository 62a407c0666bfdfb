"""The search index: what is written, taken out and made again is the same in both databases."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, text

import store.engine
from schemas.catalog import Catalog
from store import searching
from store.engine import connect, writing
from store.migrate import config, upgrade
from store.terms import asked_terms, match_expression, tokens

WORDS = {
    "光电": range(0, 40, 4),
    "雲": range(0, 40, 4),  # one character, written the traditional way
    "张三": range(2, 40, 4),
    "KCC7": [7],
    "ｋｃｃ7": [7],
    "呈贡": range(40),
    "不在": [],
}
NAMED = {
    "sqlite": "SELECT n.id FROM search_name_terms t JOIN search_name n ON n.number = t.rowid"
    " WHERE t.search_name_terms MATCH :terms AND n.kind = :kind",
    "postgresql": "SELECT id FROM search_name WHERE terms @> :terms AND kind = :kind",
}


def terms_of(engine: Engine, word: str) -> object:
    """The terms of a word that the index alone can tell, as the database takes them."""
    found, exact = asked_terms(tokens(word))
    assert exact
    return match_expression(found) if engine.dialect.name == "sqlite" else found


def find(engine: Engine, word: str) -> set[str]:
    """The local identifiers of the records that have a word."""
    statement = (
        "SELECT local_id FROM disclosure JOIN search ON disclosure_number = number WHERE terms @> :terms"
    )
    if engine.dialect.name == "sqlite":
        statement = "SELECT local_id FROM disclosure WHERE recency IN (SELECT rowid FROM search WHERE search MATCH :terms)"
    with engine.connect() as connection:
        return set(connection.scalars(text(statement), {"terms": terms_of(engine, word)}))


def named(engine: Engine, kind: str, word: str) -> list[str]:
    """The ids of the things of a kind that have a word in their name."""
    given = {"terms": terms_of(engine, word), "kind": kind}
    with engine.connect() as connection:
        return sorted(connection.scalars(text(NAMED[engine.dialect.name]), given))


@pytest.mark.parametrize("word", WORDS)
def test_a_word_finds_the_same_records_in_both_databases(
    word: str, engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    batches.store(engine, catalog, range(40))
    assert find(engine, word) == {f"L{number}" for number in WORDS[word]}


def test_a_revised_record_is_found_by_what_it_says_now(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    batches.store(engine, catalog, range(4))
    batches.store(engine, catalog, range(1), title="更正后的标题", publishedDate="2024-05-01")
    assert find(engine, "更正") == {"L0"}
    assert find(engine, "公示") == {"L1", "L2", "L3"}
    assert find(engine, "光电") == {"L0"}


def test_the_index_of_sqlite_is_whole_after_revisions(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    """FTS5 is told what it forgets: were that not what it was told before, its own check would find it."""
    for turn in range(3):
        batches.store(engine, catalog, range(20), title=f"标题 XYZ{turn} 雲南")
    if engine.dialect.name == "sqlite":
        with writing(engine) as connection:
            connection.exec_driver_sql("INSERT INTO search(search, rank) VALUES ('integrity-check', 0)")
    assert find(engine, "xyz2") == {f"L{number}" for number in range(20)}
    assert find(engine, "xyz1") == set()
    with engine.connect() as connection:
        table = "search_text" if engine.dialect.name == "sqlite" else "search"
        assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 20


def test_made_again_the_index_is_the_same(
    engine: Engine, catalog: Catalog, batches: ModuleType, contents: Callable[[Engine], object]
) -> None:
    batches.store(engine, catalog, range(30))
    batches.store(engine, catalog, range(10), title="更正后的标题")
    before = contents(engine)
    with writing(engine) as connection:
        assert searching.rebuild(connection, catalog) == 30
    assert contents(engine) == before
    assert find(engine, "更正") == {f"L{number}" for number in range(10)}
    assert named(engine, "region", "呈贡") == ["530114", "530121"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_names_of_processes_come_last_in_the_index(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    """They are numbered as processes are, also where they were there before that; others are counted below them."""
    numbers = (
        "SELECT n.number - p.serial FROM search_name n JOIN process p ON p.id = n.id WHERE n.kind = 'process'"
    )
    below = "SELECT min(number), max(number), count(*) FROM search_name WHERE kind <> 'process'"
    batches.store(engine, catalog, range(10))
    with writing(engine) as connection:
        command.downgrade(config(connection), "0024")
    upgrade(engine)
    batches.store(engine, catalog, range(8, 20))
    with engine.connect() as connection:
        processes = connection.exec_driver_sql("SELECT count(*) FROM process").scalar()
        assert list(connection.exec_driver_sql(numbers).scalars()) == [searching.PROCESSES] * processes
        first, last, count = connection.exec_driver_sql(below).one()
        assert first > 0
        assert last < searching.PROCESSES
        assert count > 20
        known = dict(connection.exec_driver_sql("SELECT k, v FROM search_config").all())
    assert (known["automerge"], known["crisismerge"]) == (16, 64)
    assert len(named(engine, "process", "公示")) == processes


def test_an_existing_database_is_indexed_by_the_migration(
    engine: Engine, catalog: Catalog, batches: ModuleType, contents: Callable[[Engine], dict[str, Any]]
) -> None:
    batches.store(engine, catalog, range(10))
    before = contents(engine)
    with writing(engine) as connection:
        command.downgrade(config(connection), "0004-1")
    upgrade(engine)
    after = contents(engine)
    for name in ("search", "search_name"):
        assert before[name]
        assert after[name] == before[name]
    assert find(engine, "KCC7") == {"L7"}


def test_names_are_found_by_any_part(engine: Engine, catalog: Catalog, batches: ModuleType) -> None:
    batches.store(engine, catalog, range(4))
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT id, name FROM organization")).all()
    for word in ("示例", "矿业", "张三"):
        assert named(engine, "organization", word) == sorted(row.id for row in stored if word in row.name)
    assert named(engine, "publisher", "虚构") == [
        "11530110MB0W00017C",
        "11530111MB0W00017C",
        "11530112MB0W00017C",
    ]
    assert len(named(engine, "process", "公示")) >= 4
    assert named(engine, "organization", "公示") == []


def test_an_organization_known_by_its_code_is_found_by_the_name_it_gets(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    code = "91530114MA6K000000"
    nameless = [{"parcelNumber": "X1", "transferee": {"uscc": code}}]
    batches.store(engine, catalog, range(1), lots=nameless)
    assert named(engine, "organization", code) == [code]
    batches.store(
        engine,
        catalog,
        range(1, 2),
        lots=[{"parcelNumber": "X2", "transferee": {"uscc": code, "name": "示例后来"}}],
    )
    assert named(engine, "organization", "后来") == named(engine, "organization", code) == [code]


def test_words_of_a_query_language_are_words(engine: Engine, catalog: Catalog, batches: ModuleType) -> None:
    batches.store(engine, catalog, range(1), title="null OR near AND not 甲乙")
    for word in ("null", "OR", "near", "AND", "NOT", "甲乙"):
        assert find(engine, word) == {"L0"}, word


def test_a_record_without_any_word_can_be_stored(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    """Terms may be few; the index takes what there is."""
    assert batches.store(engine, catalog, range(1), title="—", lots=[]).stored == 1
    assert batches.store(engine, catalog, range(1), title="——", lots=[]).revised == 1


def test_python_s_own_sqlite_finds_them_too(
    sqlite_template: Path,
    tmp_path: Path,
    catalog: Catalog,
    batches: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store.engine, "sqlite_driver", lambda: sqlite3)
    path = tmp_path / "own.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = connect(f"sqlite:///{path}")
    batches.store(engine, catalog, range(40))
    batches.store(engine, catalog, range(3), title="更正后的标题")
    assert find(engine, "更正") == {"L0", "L1", "L2"}
    assert find(engine, "光电") == {f"L{number}" for number in range(0, 40, 4)}
    engine.dispose()


@pytest.mark.parametrize("database", ["postgresql"])
@pytest.mark.parametrize("table", ["search", "search_name"])
def test_postgresql_can_use_its_index(engine: Engine, table: str) -> None:
    with engine.connect() as connection:
        connection.execute(text("SET enable_seqscan = off"))
        plan = connection.scalars(text(f"EXPLAIN SELECT 1 FROM {table} WHERE terms @> ARRAY['光电']")).all()
    assert any(f"ix_{table}_terms" in line for line in plan)
