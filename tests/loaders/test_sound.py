"""What is told to be sound is left alone by the screen and without fault by the rules; good records are told so."""

import copy
import json
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from cli.synthetic.generator import generate
from loaders import sound as sounding
from loaders.completeness import filled_paths
from loaders.load import check
from loaders.screen import screened_record
from loaders.sound import Sound
from schemas.catalog import Catalog, Disclosure
from schemas.check import check as check_record
from tests.loaders.test_personal import resident

# Values that some rule has something to say of, in some property.
ODD: tuple[Any, ...] = (
    "13900000000", "联系人 139-0000-0000", "0871-60000001", "0871-60000001、13900000000", resident(), f"ID{resident()}",
    "身份证 1234567890X 123456", "１３９００００００００", "530102 1990030700 1×", "6222 0000 0000 0000 004", "护照号:E12345678",
    "家庭住址:昆明市示例区示例路1号2栋301室", "港澳台", "91530100MA6K00027P", "91530100MA6K00027Q", "2024-02-30", "0000-01-01",
    "2024-06-18T23:59:60+08:00", "2024-06-18", "没有的代码", "", "示" * 3000, "https://example.org/13900000000", "http://[",
    "a\0b", 0, -1, 1, 12.345, 0.1 + 0.2, 19.99, 1e9, 1e15, 123456789012345678, 10**30, 0.00001, True, None, [], {},
    ["13900000000"], [{"name": "13900000000"}], {"amount": 1.234}, {"name": "示例", "没有的": 1},
)  # fmt: skip


@pytest.fixture(scope="module")
def sound(catalog: Catalog) -> Sound:
    return Sound(catalog)


def assert_by_the_rules(record: Any, disclosure: Disclosure, catalog: Catalog, paths: int) -> None:
    assert screened_record(record, disclosure.fields) == (record, [])
    assert check_record(record, disclosure, catalog) == []
    assert filled_paths(record, disclosure) == paths


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every object or list with each of its keys."""
    for key, below in [*(value.items() if isinstance(value, dict) else enumerate(value))]:
        yield value, key
        if isinstance(below, (dict, list)):
            yield from places(below)


def test_samples_and_generated_records_are_sound(catalog: Catalog, sound: Sound) -> None:
    records = [(one, dict(one.sample)) for one in catalog.versions.values()]
    told = 0
    for disclosure, record in (*records, *generate(catalog, 200, 3)):
        paths = sound.paths(record, disclosure)
        if paths is not None:
            told += 1
            assert_by_the_rules(record, disclosure, catalog, paths)
    assert told > 240


@pytest.mark.parametrize("seed", range(2))
def test_nothing_odd_is_sound(seed: int, catalog: Catalog, sound: Sound) -> None:
    chance = random.Random(seed)
    versions = [*catalog.versions.values()]
    told = 0
    for _ in range(700):
        disclosure = chance.choice(versions)
        record = copy.deepcopy(dict(disclosure.sample))
        for _ in range(chance.randint(1, 2)):
            owner, key = chance.choice([*places(record)])
            if chance.random() < 0.05 and isinstance(owner, dict):
                owner["没有的"] = owner.pop(key)
            else:
                owner[key] = chance.choice(ODD)
        paths = sound.paths(record, disclosure)
        if paths is not None and b"\\u0000" not in json.dumps(record).encode():
            told += 1
            assert_by_the_rules(record, disclosure, catalog, paths)
    assert 30 < told < 600


def test_what_is_forgotten_is_found_again(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounding, "_VALUES", 20)
    monkeypatch.setattr(sounding, "_NAMES", 50)
    small, large = Sound(catalog), Sound(catalog)
    for disclosure, record in islice(generate(catalog, 60, 4), 60):
        assert small.paths(record, disclosure) == large.paths(record, disclosure)


def test_a_file_is_reported_as_if_nothing_were_sound(catalog: Catalog, tmp_path: Path) -> None:
    chance = random.Random(9)
    path = tmp_path / "records.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        for _, record in generate(catalog, 300, 5):
            record = copy.deepcopy(record)
            for _ in range(chance.choice([0, 0, 1])):
                owner, key = chance.choice([*places(record)])
                owner[key] = chance.choice([one for one in ODD if one != "a\0b"])
            print(json.dumps(record, ensure_ascii=False), file=stream)
            if chance.random() < 0.1:
                print(json.dumps(record, ensure_ascii=False), file=stream)
    quick = check(path, catalog)
    with patch.object(Sound, "paths", lambda *_: None):
        slow = check(path, catalog)
    assert quick.issues == slow.issues
    assert quick.to_json() == slow.to_json()
    assert quick.refused > 20
    assert quick.records > 200
