"""What an interface wraps around its answer is found in pieces as it is found in the whole."""

import io
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from formats import decoder
from formats.error import FormatError
from formats.json import read

WRAPS = 4


def whole(value: dict[str, Any]) -> list[Any]:
    """The records of an object that is held as a whole."""
    if value.get("schema") == "land/grant-result/1.0":
        return [value]
    arrays = [held for held in value.values() if of_objects(held)]
    if not arrays:
        arrays = [held for held in below(value, 1) if of_objects(held)]
        said = leaves(value) - sum(map(leaves, arrays))
        if len(arrays) == 1 and max(map(leaves, arrays[0])) <= said:
            arrays = []
    return arrays[0] if len(arrays) == 1 else [value]


def below(value: dict[str, Any], level: int) -> Iterator[list[Any]]:
    for held in value.values():
        if isinstance(held, list):
            yield held
        elif isinstance(held, dict) and level < WRAPS:
            yield from below(held, level + 1)


def leaves(value: Any) -> int:
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 1 if held is None else sum(map(leaves, held))


def of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def made(chance: random.Random, level: int = 0) -> Any:
    kind = chance.random()
    if level and (kind < 0.35 or level > 6):
        return chance.choice([1, -2.5, "示例", "land/grant-result/1.0", None, True])
    if level and kind < 0.65:
        objects = chance.random() < 0.6
        return [
            {f"n{number}": made(chance, level + 3) for number in range(chance.randrange(4))}
            if objects
            else made(chance, level + 2)
            for _ in range(chance.randrange(3))
        ]
    names = chance.sample(["schema", "data", "rows", "code", "page", "list"], chance.randrange(1, 4))
    return {name: made(chance, level + 1) for name in names}


@pytest.mark.parametrize("seed", range(4))
def test_the_records_are_those_of_the_whole(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "PIECE", 16)
    chance, met = random.Random(seed), 0
    for _ in range(400):
        value = made(chance)
        expected = whole(value)
        text = json.dumps(value, ensure_ascii=False, indent=chance.choice([None, 1]))
        assert [row.cells for row in read(io.BytesIO(text.encode()))] == [*expected], text
        met += expected != [value]
    assert met > 40


def test_an_object_with_a_fault_behind_its_records_gives_none_of_them() -> None:
    faults = (
        '{"rows": [{"a": 1}], "rows": 2}',
        '{"rows": [{"a": 1}], "b": }',
        '{"rows": [{"a": 1}]',
        '{"rows": [{"a": 1}], 2: 3}',
    )
    for text in faults:
        with pytest.raises(FormatError, match=r"F03[02]"):
            next(read(io.BytesIO(text.encode())))
