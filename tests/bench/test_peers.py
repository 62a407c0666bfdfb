"""The graphene peers of the benchmark answer every shape as we do."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine

from api.operation import Request, Service
from bench.query import peer_server
from bench.query.fill import build
from bench.query.shapes import SHAPES
from bench.query.values import Values
from schemas.catalog import Catalog
from store.engine import connect

COUNT, VARIANTS = 2_000, 4  # so many that some prefectures have fifty of a domain
ASKED = 5


@pytest.fixture(scope="module")
def values(
    catalog: Catalog, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Values]:
    file = shutil.copy(sqlite_template, tmp_path_factory.mktemp("peers") / "openalloc.db")
    build(f"sqlite:///{file}", catalog, COUNT, lean=False, each=VARIANTS)
    service = Service(catalog, connect(f"sqlite:///{file}"))
    yield Values(service.reader.engine, service)
    service.reader.close()
    service.reader.engine.dispose()


@pytest.fixture
def engine(values: Values) -> Iterator[Engine]:
    made = peer_server.engine(str(values.engine.url))
    yield made
    made.dispose()


@pytest.mark.parametrize("keeping", [False, True], ids=["", "kept"])
@pytest.mark.parametrize("peer", [peer_server.ordinary, peer_server.tuned])
def test_a_peer_answers_as_we_do(
    catalog: Catalog, values: Values, engine: Engine, peer: peer_server.Make, keeping: bool
) -> None:
    made = peer(catalog, engine, keeping)
    for shape in SHAPES:
        asked = shape.variables(values)[:ASKED]
        assert asked, shape.name
        for one in asked:
            ours = orjson.loads(values.service.answer(Request(shape.query, one)).body)
            theirs = asyncio.run(made.answer(shape.query, shape.peer_variables(one, values)))
            assert orjson.loads(orjson.dumps(theirs)) == {"data": ours["data"]}, shape.name
