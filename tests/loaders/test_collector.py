"""The collector rests during a load and not after it."""

import gc
import weakref

import pytest

from loaders.collector import resting


class Circle:
    def __init__(self) -> None:
        self.own = self


def fail() -> None:
    with resting():
        assert not gc.isenabled()
        raise ZeroDivisionError


def test_it_works_again_whatever_ends_the_block() -> None:
    with pytest.raises(ZeroDivisionError):
        fail()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_circles_go_after_some_batches() -> None:
    with resting() as batch:
        circle = Circle()
        held = weakref.ref(circle)
        del circle
        batch()
        assert held() is not None
        for _ in range(16):
            batch()
        assert held() is None
