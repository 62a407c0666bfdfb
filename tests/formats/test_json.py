"""JSON in the shapes that are published, and what is refused."""

import io
import json as stdlib
from typing import Any

import pytest

from formats import json, jsonl
from formats.error import FormatError


def read(text: str | bytes, module: Any = json) -> list[tuple[int, Any]]:
    content = text if isinstance(text, bytes) else text.encode()
    return [(row.number, row.cells) for row in module.read(io.BytesIO(content))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
        (' \n[\n{"a": 1}\n,\n{"a": 2}\n]\n ', [{"a": 1}, {"a": 2}]),
        ("[]", []),
        ('{"a": 1}', [{"a": 1}]),
        ('{"meta": {"total": 2}, "items": [{"a": 1}, {"a": 2}]}', [{"a": 1}, {"a": 2}]),
        # Two arrays of objects: they belong to one record.
        ('{"lots": [{"a": 1}], "parties": [{"b": 1}]}', [{"lots": [{"a": 1}], "parties": [{"b": 1}]}]),
        # A record of the standard is one, though it has one array of objects.
        (
            '{"schema": "land/grant-result/1.0", "lots": [{"a": 1}]}',
            [{"schema": "land/grant-result/1.0", "lots": [{"a": 1}]}],
        ),
        ('{"schema": "x", "lots": [{"a": 1}]}', [{"a": 1}]),
        ('{"names": ["x"], "none": []}', [{"names": ["x"], "none": []}]),
        ('[{"items": [{"a": 1}, {"a": 2}]}]', [{"items": [{"a": 1}, {"a": 2}]}]),
        ('[{"a": 1}]\n[{"a": 2}]{"a": 3} []\n{"a": 4}', [{"a": 1}, {"a": 2}, {"a": 3}, {"a": 4}]),
        ('{"a": 1}\n{"items": [{"a": 2}]}', [{"a": 1}, {"items": [{"a": 2}]}]),
        (
            '{"甲": [1, 2.5, true, null, {"乙": "\\u5730\\ud83d\\ude00"}]}',
            [{"甲": [1, 2.5, True, None, {"乙": "地😀"}]}],
        ),
        ('{"id": 91530000123456789012345}', [{"id": 91530000123456789012345}]),
    ],
)
def test_the_objects_are_numbered_in_their_order(text: str, expected: list[Any]) -> None:
    assert read(text) == list(enumerate(expected, 1))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_is_found_as_in_csv(encoding: str) -> None:
    assert read('[{"地块": "昆2026-1号"}]'.encode(encoding)) == [(1, {"地块": "昆2026-1号"})]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}\n{"a": 2}\n', [(1, {"a": 1}), (2, {"a": 2})]),
        ('\n{"a": 1}\r\n  \r\n{"a": 2}', [(2, {"a": 1}), (4, {"a": 2})]),
        ('[\n{"a": 1},\n{"a": 2}\n]\n{"a": 3}\n', [(2, {"a": 1}), (3, {"a": 2}), (5, {"a": 3})]),
        ('{"a": 1}\n\n[\n{"a": 2}]\n', [(1, {"a": 1}), (4, {"a": 2})]),
        ('{"a": 1}\n{"b":\n{"c": 2}}\n{"a": 3}', [(1, {"a": 1}), (2, {"b": {"c": 2}}), (4, {"a": 3})]),
        ('{"a": 1} {"a": 2}\n{"a": 3}\n', [(1, {"a": 1}), (1, {"a": 2}), (2, {"a": 3})]),
        ('{"items": [{"a": 1}]}', [(1, {"items": [{"a": 1}]})]),
    ],
)
def test_lines_are_numbered_as_in_the_file(text: str, expected: list[tuple[int, Any]]) -> None:
    assert read(text, jsonl) == expected


REFUSED: list[tuple[str, str, dict[str, int | str]]] = [
    ('[{"a": 1}, {"a" 2}]', "F030", {"line": 1, "column": 17}),
    ('[{"a": 1},\n {"a": 2}', "F030", {"line": 2, "column": 10}),
    ('[{"a": 1}\n {"a": 2}]', "F030", {"line": 2, "column": 2}),
    ('[{"a": 1},]', "F030", {"line": 1}),
    ('{"a": 1}\n{"a": \n', "F030", {"line": 3, "column": 1}),
    ("<html></html>", "F030", {"line": 1, "column": 1}),
    ('[{"a": "x\ny"}]', "F030", {"line": 1}),
    ("[", "F030", {"line": 1}),
    ("{'a': 1}", "F030", {"line": 1}),
    ('[{"a": 1},\n[1]]', "F031", {"number": 2, "line": 2, "kind": "array"}),
    ("[1]", "F031", {"number": 1, "kind": "number"}),
    ('"text"', "F031", {"kind": "string"}),
    ("null", "F031", {"kind": "null"}),
    ("[true]", "F031", {"kind": "true/false"}),
    ('[{"a": 1},\n{"b": {"价": 1, "c": 2, "价": 3}}]', "F032", {"line": 2, "key": "价"}),
    ('{"a": NaN}', "F033", {"value": "NaN"}),
    ('{"a": -Infinity}', "F033", {"value": "-Infinity"}),
    ('{"a": [1, 1e999]}', "F033", {"line": 1}),
    ('{"a": ' + "9" * 5000 + "}", "F033", {"line": 1}),
    ('{"a": [{"b": -1' + "0" * 309 + "}]}", "F033", {"line": 1}),
    ('\n{"a": ' + "[" * 100 + "]" * 100 + "}", "F034", {"line": 2, "limit": 100}),
    ("[" * 101 + "]" * 101, "F034", {"line": 1}),
    ('{"a": ' + "[" * 100_000, "F034", {"line": 1}),
    ('{"a": "\\u0000"}', "F035", {"line": 1}),
    ('{"a": {"\\ud800": 1}}', "F035", {"line": 1}),
]


@pytest.mark.parametrize("module", [json, jsonl], ids=["json", "jsonl"])
@pytest.mark.parametrize(("text", "code", "details"), REFUSED, ids=[f"{c[1]} {c[0][:20]!r}" for c in REFUSED])
def test_what_cannot_be_taken_is_refused_with_its_place(
    text: str, code: str, details: dict[str, int | str], module: Any
) -> None:
    with pytest.raises(FormatError) as caught:
        read(text, module)
    assert caught.value.code == code
    assert details.items() <= caught.value.details.items()


def test_a_hundred_levels_are_read() -> None:
    deep = '{"a": ' + "[" * 99 + "]" * 99 + "}"
    assert read(deep) == read(deep, jsonl) == [(1, stdlib.loads(deep))]


def test_the_line_of_a_fault_after_a_fallback_is_that_of_the_file() -> None:
    with pytest.raises(FormatError) as caught:
        read('{"a": 1}\n\n[\n{"a": 2},\n{"a" 3}\n]', jsonl)
    assert caught.value.details["line"] == 5
