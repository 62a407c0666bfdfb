"""The answers used last, kept by what was asked; safe for several threads."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values of at most so much weight, each of weight 1 unless `weigh` says more; the one not used for longest goes first.

    >>> kept = Kept[str, int](2)
    >>> [kept.get(word, lambda: len(word)) for word in ("one", "three", "one")], len(kept)
    ([3, 5, 3], 2)
    """

    def __init__(self, most: int, weigh: Callable[[K, V], int] | None = None) -> None:
        self.most = most
        self._weigh = weigh or _one
        self._values: OrderedDict[K, V] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value of a key, made when it is not there; two threads may make it twice. What `make` raises passes."""
        found = self.find(key)
        if found is None:
            found = make()
            self.keep(key, found)
        return found

    def find(self, key: K) -> V | None:
        """The value of a key, None when it is not there."""
        with self._lock:
            found = self._values.get(key)
            if found is not None:
                self._values.move_to_end(key)
            return found

    def keep(self, key: K, value: V) -> None:
        """Keep a value under a key."""
        weight = self._weigh(key, value)
        with self._lock:
            if key in self._values:
                self._weight -= self._weigh(key, self._values.pop(key))
            self._values[key] = value
            self._weight += weight
            while self._weight > self.most and self._values:
                self._weight -= self._weigh(*self._values.popitem(last=False))

    def __len__(self) -> int:
        return len(self._values)


def _one(_key: object, _value: object) -> int:
    return 1
