"""Values of a file that may be larger than memory: what belongs together comes together, in the order of the rows."""

import os
import random
import sqlite3
from collections import defaultdict
from typing import Any

import pytest

from formats.wire import Batch
from loaders import spool as spooling
from loaders.errors import LoadError
from loaders.ledger import Ledger
from loaders.marks import Marks
from loaders.spool import Kept, Spool


def test_values_come_by_key_in_the_order_of_their_rows() -> None:
    chance = random.Random(3)
    rows = [chance.randrange(900) for _ in range(2_000)]
    expected: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    with Spool() as spool:
        for number, row in enumerate(rows):
            key = f"key {chance.randrange(1_200)}"
            expected[key].append((row, number))
            spool.add(key, row, Kept([key, row, number]))
        found = [[one.value for one in group] for group in spool.groups()]
    in_order = sorted(expected.items(), key=lambda one: (min(one[1])[0], min(number for _, number in one[1])))
    assert found == [[[key, row, number] for row, number in sorted(values)] for key, values in in_order]


def test_values_come_back_as_they_were() -> None:
    with Spool() as spool:
        for row in range(3_000):
            spool.add(
                str(row % 1_000),
                row,
                Kept(
                    {"text": "示例\n\t" * 10, "row": row, "large": 10**30}, b'{"\\t": 1}' if row % 2 else None
                ),
            )
        groups = list(spool.groups())
    assert [[one.value["row"] for one in group] for group in groups[:2]] == [[0, 1000, 2000], [1, 1001, 2001]]
    assert [groups[0][0].body, groups[1][0].body] == [None, b'{"\\t": 1}']
    assert len(groups) == 1_000


class _Full:
    def seek(self, place: int) -> int:
        return place

    def write(self, line: bytes) -> None:
        raise OSError(28, os.strerror(28))

    def close(self) -> None: ...


class _FullIndex:
    def execute(self, statement: str) -> Any:
        raise sqlite3.OperationalError("database or disk is full")

    def close(self) -> None: ...


@pytest.mark.parametrize("part", ["_file", "_index"])
def test_a_full_disk_is_an_error_that_says_what_to_do(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Spool() as spool:
        getattr(spool, part).close()
        monkeypatch.setattr(spool, part, _Full() if part == "_file" else _FullIndex())
        monkeypatch.setattr(spooling, "_TOGETHER", 1)
        with pytest.raises(LoadError) as raised:
            spool.add("key", 1, Kept("示例"))
    assert raised.value.code == "L110"
    assert "TMPDIR" in raised.value.hint


def test_marks_are_a_set_of_rows() -> None:
    chance, marks = random.Random(5), Marks()
    rows = {chance.randrange(100_000) for _ in range(5_000)}
    for row in [*rows, *rows]:
        marks.add(row)
    assert len(marks) == len(rows)
    assert {row for row in range(100_100) if row in marks} == rows


def test_the_ledger_of_good_rows_says_so_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger() as ledger:
        ledger._file.close()
        monkeypatch.setattr(ledger, "_file", _Full())
        with pytest.raises(LoadError) as raised:
            ledger.keep(Batch("", [(1, ["示例"])], b"[]\n"), 1, 0)
    assert raised.value.code == "L110"
