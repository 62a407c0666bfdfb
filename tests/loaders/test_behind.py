"""Work beside the caller: in order, one at a time, its errors where they are seen."""

import threading

import pytest

from loaders.behind import Behind


def test_each_follows_the_one_before_and_what_follows_is_the_callers() -> None:
    done: list[tuple[int, bool]] = []
    here = threading.get_ident()
    with Behind() as behind:
        for number in range(5):
            behind.take(
                lambda number=number: (number, threading.get_ident()),
                lambda came: done.append((came[0], came[1] != here and threading.get_ident() == here)),
            )
            assert len(done) == number
    assert done == [(number, True) for number in range(5)]


def fail() -> None:
    raise ZeroDivisionError


def give(behind: Behind, done: list[None]) -> None:
    with behind:
        behind.take(fail, done.append)
        behind.take(lambda: None, done.append)


def give_last(behind: Behind, done: list[None]) -> None:
    with behind:
        behind.take(fail, done.append)


@pytest.mark.parametrize("giving", [give, give_last])
def test_an_error_of_the_work_is_the_callers(giving: object) -> None:
    done: list[None] = []
    with pytest.raises(ZeroDivisionError):
        giving(Behind(), done)  # type: ignore[operator]
    assert done == []


def test_an_error_of_the_caller_is_not_covered_and_nothing_follows() -> None:
    done: list[None] = []

    def give() -> None:
        with Behind() as behind:
            behind.take(fail, done.append)
            raise KeyError

    with pytest.raises(KeyError):
        give()
    assert done == []
