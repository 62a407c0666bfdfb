"""Where the values of a disclosure came from, as GraphQL tells it: the same on both databases, and by the oracle."""

import json
import shutil
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from api.operation import Request, Service
from loaders.load import load
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import writing
from store.withdrawing import withdraw
from store.writing import write
from tests.query.oracle import Oracle

NOW = datetime(2024, 7, 1)
EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "land-grant-results.csv"
QUERY = "{ disclosures(first: 9) { nodes { localId sources { file sha256 values } } } }"


def test_a_disclosure_tells_of_which_cell_each_value_is(
    catalog: Catalog, engine: Engine, tmp_path: Path
) -> None:
    path = Path(shutil.copy(EXAMPLE, tmp_path / "联系人13800138000.csv"))
    report = load(path, catalog, engine, type="land/grant-result", publisher="11530114MB0W00017C", now=NOW)
    disclosure = catalog.type("works/award-result")
    with writing(engine) as connection:
        write(connection, [Entry(disclosure.sample, disclosure)], catalog, None, NOW)
    answer = json.loads(Service(catalog, engine).answer(Request(QUERY, {})).body)
    assert answer["data"] == Oracle(catalog, engine).answer(QUERY)
    found = [node["sources"] for node in answer["data"]["disclosures"]["nodes"]]
    assert [one for one in found if one is None] == [None]
    loaded = [one for one in found if one]
    assert len(loaded) == report.stored
    assert {one["sha256"] for one in loaded} == {report.sha256}
    assert all("13800138000" not in one["file"] for one in loaded)
    prices = [one["values"]["lots.0.price.amount"] for one in loaded]
    assert ["", 4, "成交价(万元)", "unit:万元", "1,208.70"] in prices


def test_a_withdrawn_disclosure_has_no_sources(catalog: Catalog, engine: Engine) -> None:
    load(EXAMPLE, catalog, engine, type="land/grant-result", publisher="11530114MB0W00017C", now=NOW)
    with writing(engine) as connection:
        withdraw(connection, "530114-jc8q3l6b5nqmg3ld", "示例", catalog, NOW, privacy=True)
    query = '{ disclosure(id: "530114-jc8q3l6b5nqmg3ld") { status sources { values } } }'
    answer = json.loads(Service(catalog, engine).answer(Request(query, {})).body)
    assert answer["data"]["disclosure"] == {"status": "withdrawn", "sources": None}
