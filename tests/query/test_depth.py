"""How deep an operation may nest: twelve levels on a new SQLite and on PostgreSQL, what its parser takes on an old one."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from api.operation import Request, Service
from schemas.catalog import Catalog
from store.engine import connect
from tests.query import records
from tests.query.comparison import difference
from tests.query.oracle import Oracle
from tests.query.test_statements import data

NEEDS_ROOM = (3, 46)  # from here on SQLite's parser has a stack that grows


def nested(depth: int) -> str:
    """Organizations below parties below disclosures, as often as the depth allows; the first two levels are the list's."""
    steps = ["parties { name", "organization { name", "disclosures(first: 2) { totalCount", "nodes { title"]
    inner = "".join(f" {steps[at % 4]}" for at in range(depth - 3))
    return f"{{ disclosures(first: 3) {{ nodes {{ title{inner} {'}' * (depth - 3)} }} }} }}"


@pytest.fixture
def older(sqlite_template: Path, tmp_path: Path, toy_catalog: Catalog) -> Iterator[Engine]:
    """A file read by Python's own SQLite, where that is an old one."""
    if sqlite3.sqlite_version_info >= NEEDS_ROOM:
        pytest.skip(f"Python's own SQLite, {sqlite3.sqlite_version}, parses deep statements")
    writer = connect(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'older.db')}")
    records.store(writer, toy_catalog)
    writer.dispose()
    made = create_engine(writer.url, module=sqlite3)
    yield made
    made.dispose()


@pytest.mark.parametrize("depth", range(4, 13))
def test_every_depth_within_the_limit_is_answered(service: Service, oracle: Oracle, depth: int) -> None:
    query = nested(depth)
    assert difference(oracle.answer(query), data(service, query)) == ""


def test_one_level_more_is_refused(service: Service) -> None:
    error = json.loads(service.answer(Request(nested(13))).body)["errors"][0]
    assert error["extensions"]["code"] == "Q101"


def test_an_old_parser_that_overflows_is_an_error_with_a_hint(older: Engine, toy_catalog: Catalog) -> None:
    service = Service(toy_catalog, older)
    answer = service.answer(Request(nested(12)))
    (error,) = json.loads(answer.body)["errors"]
    assert answer.refused
    assert error["extensions"]["code"] == "Q201"
    assert "SQLite" in error["extensions"]["hintEn"]
    assert "SELECT" not in json.dumps(error)


def test_an_old_parser_answers_what_it_can_parse(older: Engine, toy_catalog: Catalog) -> None:
    service, oracle = Service(toy_catalog, older), Oracle(toy_catalog, older)
    for depth in (4, 6):
        assert difference(oracle.answer(nested(depth)), data(service, nested(depth))) == ""
