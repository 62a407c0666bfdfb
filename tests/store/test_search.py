"""The search index: the same query finds the same records in both databases."""

from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import Engine, text

import store.engine
from schemas.catalog import Catalog
from store.engine import connect
from store.terms import match_expression, query_terms

QUERIES = {
    "光电": range(0, 40, 4),
    "雲南": range(0, 40, 4),  # written the traditional way
    "云南示例光电科技有限公司": range(0, 40, 4),
    "张三": range(2, 40, 4),
    "KCC7": [7],
    "ｋｃｃ7": [7],
    "第7号": [7],
    "2024年第17号": [17],
    "矿业 第19号": [19],
    "呈贡": range(40),
    "不在": [],
}


def find(engine: Engine, query: str) -> set[str]:
    """The local identifiers of the records that a query finds."""
    terms = query_terms(query)
    if engine.dialect.name == "sqlite":
        statement = "SELECT local_id FROM disclosure WHERE recency IN (SELECT rowid FROM search WHERE terms MATCH :terms)"
        given: object = match_expression(terms)
    else:
        statement = "SELECT local_id FROM disclosure JOIN search ON disclosure_id = id WHERE terms @> :terms"
        given = terms
    with engine.connect() as connection:
        return set(connection.scalars(text(statement), {"terms": given}))


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_finds_the_same_records_in_both_databases(
    query: str, engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    batches.store(engine, catalog, range(40))
    assert find(engine, query) == {f"L{number}" for number in QUERIES[query]}


def test_a_revised_record_is_found_by_what_it_says_now(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    batches.store(engine, catalog, range(4))
    batches.store(engine, catalog, range(1), title="更正后的标题", publishedDate="2024-05-01")
    assert find(engine, "更正") == {"L0"}
    assert "L0" not in find(engine, "第0号")
    assert find(engine, "光电") == {"L0"}


def test_words_of_a_query_language_are_words(engine: Engine, catalog: Catalog, batches: ModuleType) -> None:
    batches.store(engine, catalog, range(1), title="null OR near AND not 甲乙")
    for query in ("null", "OR", "near AND", "NOT 甲乙", '"甲乙"*', "甲乙)"):
        assert find(engine, query) == {"L0"}, query


def test_a_record_without_any_word_can_be_stored(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    """Terms may be few; the index takes what there is."""
    written = batches.store(engine, catalog, range(1), title="—", lots=[])
    assert written.stored == 1


def test_python_s_own_sqlite_finds_them_too(
    sqlite_template: Path,
    tmp_path: Path,
    catalog: Catalog,
    batches: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import sqlite3

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
def test_postgresql_can_use_its_index(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("SET enable_seqscan = off"))
        plan = connection.scalars(text("EXPLAIN SELECT 1 FROM search WHERE terms @> ARRAY['光电']")).all()
    assert any("ix_search_terms" in line for line in plan)
