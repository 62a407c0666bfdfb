"""What records that come together are found to tell is what each of them is found to tell by itself."""

import copy
import json
import random
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
import pytest
from sqlalchemy import Engine, select

from cli.synthetic.generator import generate
from loaders import gathered
from loaders.across import Across
from loaders.alone import Alone, Sure
from loaders.load import load
from loaders.sound import Sound
from schemas.calendar import utc_now
from schemas.catalog import Catalog
from store import tables
from store.draft import Known
from store.identity import identify

HOME = "示例小区3栋2单元501室"


@pytest.fixture(scope="module")
def records(catalog: Catalog) -> list[dict[str, Any]]:
    """Good ones, some of which could be better; one says where somebody lives, one comes twice."""
    chance = random.Random(11)
    found = [copy.deepcopy(record) for _, record in generate(catalog, 60, 6)]
    found += [{**one.sample, "publishedDate": "2031-01-01"} for one in catalog.types.values()]
    for one in found:
        if chance.random() < 0.3:
            one["title"] = "详见附件"
    home = copy.deepcopy(dict(catalog.types["land/grant-result"].sample))
    home["localId"] = "示例-住址"
    home["lots"][0]["transferee"] = {"name": "示例甲", "address": HOME}
    return [*found, home, found[3]]


@pytest.fixture
def path(records: list[dict[str, Any]], tmp_path: Path) -> Path:
    path = tmp_path / "records.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), "utf-8")
    return path


def test_it_is_kept_as_it_was(catalog: Catalog, records: list[dict[str, Any]]) -> None:
    sound, across = Sound(catalog), Across(catalog)
    several = []
    for record in records:
        disclosure = catalog.versions[record["schema"]]
        paths, identity = sound.paths(record, disclosure), identify(record, disclosure)
        if paths is not None and identity is not None:
            several.append(Sure(record, disclosure, identity))
    told = Alone.of(several, catalog, across)
    assert len(told) > 100
    assert any(one.found for one in told)
    assert any(one.no_deadline for one in told)
    for sure, one in zip(several, told, strict=True):
        assert one.known == Known.of(sure.record, sure.disclosure)
        kept = Alone.from_json(orjson.loads(orjson.dumps(one.to_json())), sure.disclosure)
        seen = [(path, of, tuple(one) if isinstance(one, list) else one) for path, of, one in kept.seen]
        assert kept._replace(seen=seen) == one


def test_what_was_read_together_is_unchanged_read_alone(
    path: Path,
    engine: Engine,
    catalog: Catalog,
    records: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gathered, "_REMEMBERED", 40)  # the others go through the spool
    first = load(path, catalog, engine, now=utc_now())
    assert (first.stored, first.unchanged) == (len(records) - 1, 0)
    with engine.connect() as connection:
        bodies = [*connection.scalars(select(tables.document.c.body))]
    assert not any(HOME in json.dumps(body, ensure_ascii=False) for body in bodies)
    assert sum(body.get("localId") == "示例-住址" for body in bodies) == 1
    again = load(path, catalog, engine, now=utc_now())
    with patch.object(Sound, "paths", lambda *_: None):
        alone = load(path, catalog, engine, now=utc_now())
    assert (again.stored, again.revised, again.unchanged) == (0, 0, len(records) - 1)
    assert again.to_json() == alone.to_json()
    assert again.issues == alone.issues
