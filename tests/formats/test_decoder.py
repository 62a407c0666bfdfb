"""Values of JSON are the same however their text comes, and no more of it is held than the value at hand."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from formats import decoder
from formats.decoder import Decoder, values
from formats.error import FormatError

LONG = json.dumps(
    [{"名称": f"示例{number}", "数": [number, -number / 7, 1e-7]} for number in range(300)], indent=1
)
TEXTS = (
    "",
    " \n ",
    '{"a": 1}',
    '[1.5e+3, -12.25, 1, true, null, "\\ud83d\\ude00"]',
    '{"a": "示例\\n"}\r\n{"b": [1, 2, {"c": false}]}\n\n[3, 4]\n5',
    "12 3.5 -1e-2",
    LONG,
    LONG[:-2],
    '[{"a": 1},\n {"a": 1, "a": 2}]',
    '{"a": 1}\n{"b": NaN}',
    '{"a": 1}\n\n{"b": "\\ud800"}',
    "[1,\n2\n3]",
    "[1, 2,",
    '{"a": "no end',
    '{"a": "an\nend"}',
    '{"a": tru',
    '{"a": \\u12}',
    "[1.",
    "[" * 200,
    '{"a": ' + "9" * 5_000 + "}",
    '{"a": 1}  \n x' + " " * 100,
)


class _Drops:
    """A text that comes so many characters at a time, whoever asks for more."""

    def __init__(self, text: str, size: int) -> None:
        self._drops = [text[at : at + size] for at in range(0, len(text), size)]

    def read(self, _: int, /) -> str:
        """The next characters."""
        return self._drops.pop(0) if self._drops else ""


def _said(found: Iterator[tuple[int, Any]]) -> list[Any]:
    """All values with their lines, and the error at the end of them."""
    said: list[Any] = []
    try:
        said.extend(found)
    except FormatError as error:
        said.append((error.code, error.details))
    return said


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_text_in_drops_says_what_it_says_at_once(
    text: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = _said(values(Decoder(text, 3)))
    monkeypatch.setattr(decoder, "PIECE", 20)
    if len(text) > 4_000 and size == 1:
        size = 3
    assert _said(values(Decoder("", 3, _Drops(text, size)))) == at_once


class _Endless:
    """Records without an end; counts what was read."""

    read_so_far = 0

    def read(self, characters: int, /) -> str:
        """So many characters."""
        self.read_so_far += characters
        return (('{"名称": "示例"},' * (characters // 15 + 1))[: characters // 15 * 15]) or " "


def test_of_an_array_without_an_end_little_is_held() -> None:
    endless = _Endless()
    reading = Decoder("[", 1, endless)
    for count, _ in enumerate(values(reading)):
        assert len(reading.text) < 3 * decoder.PIECE
        if count == 200_000:
            break
    assert endless.read_so_far > 8 * decoder.PIECE


def test_a_fault_is_told_before_the_rest_is_read() -> None:
    endless = _Endless()
    with pytest.raises(FormatError, match="F030"):
        list(values(Decoder('[{"名称": 示例},', 1, endless)))
    assert endless.read_so_far <= decoder.PIECE
