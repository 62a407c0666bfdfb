"""What identifies the rows of a file."""

import random
from typing import Never

import pytest

from loaders.errors import LoadError
from loaders.identities import PARTS, TOGETHER, Identities
from loaders.ledger import Said


def test_rows_that_have_an_identity_in_common_are_found() -> None:
    chance, identities = random.Random(5), Identities()
    said = [chance.randrange(-(1 << 63), 1 << 63) for _ in range(20_000)]
    for row in (1_000, 15_000):
        said[row] = said[7]
    said[19_999] = said[8]
    for row, identity in enumerate(said):
        identities.add(identity, row)
    assert sorted(identities.repeated()) == [7, 8, 1_000, 15_000, 19_999]
    identities.close()


def test_what_waits_in_memory_does_not_grow_with_the_rows() -> None:
    identities = Identities()
    for row in range(5 * PARTS * TOGETHER):
        identities.add(row * 7, row)
    assert max(map(len, identities._waiting)) < 2 * TOGETHER
    assert sum(map(len, identities._blocks)) <= 5 * PARTS
    assert not list(identities.repeated())
    identities.close()


class _Full:
    def seek(self, place: int) -> int:
        return place

    def write(self, _: object) -> Never:
        raise OSError(28, "No space left on device")

    def close(self) -> None:
        """Nothing."""


def test_no_room_for_them_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    identities = Identities()
    identities.close()
    monkeypatch.setattr(identities, "_file", _Full())
    for row in range(TOGETHER - 1):
        identities.add(0, row)
    with pytest.raises(LoadError) as raised:
        identities.add(0, TOGETHER)
    assert raised.value.code == "L110"


def test_an_organization_that_many_rows_say_is_kept_once() -> None:
    said = Said.of([("示例甲公司", "1"), ("示例乙公司", "2"), ("示例甲公司", "1")] * 100)
    assert said.different == [("示例甲公司", "1"), ("示例乙公司", "2")]
    assert list(said.places) == [0, 1, 0] * 100
