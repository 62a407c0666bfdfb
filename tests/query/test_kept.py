"""What is kept is kept for all threads, the last used longest."""

from concurrent.futures import ThreadPoolExecutor
from sys import getswitchinterval, setswitchinterval

import pytest

from query.kept import Kept


def test_the_one_not_used_for_longest_goes_first() -> None:
    kept = Kept[str, str](2)
    made: list[str] = []

    def ask(key: str) -> str:
        return kept.get(key, lambda: made.append(key) or key.upper())

    assert [ask(key) for key in ("a", "b", "a", "c", "a", "b")] == ["A", "B", "A", "C", "A", "B"]
    assert made == ["a", "b", "c", "b"]
    assert len(kept) == 2


def test_what_could_not_be_made_is_not_kept() -> None:
    kept = Kept[str, int](2)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            kept.get("a", lambda: 1 // 0)
    assert len(kept) == 0


def test_many_threads_may_ask_at_once() -> None:
    kept = Kept[int, int](3)
    before = getswitchinterval()
    setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            asked = [number % 7 for number in range(4_000)]
            assert list(pool.map(lambda key: kept.get(key, lambda: key * 2), asked)) == [
                key * 2 for key in asked
            ]
    finally:
        setswitchinterval(before)
    assert len(kept) <= 3
