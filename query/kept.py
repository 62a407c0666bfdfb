"""The answers used last, kept by what was asked; safe for several threads."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """At most so many values; the one not used for longest goes first.

    >>> kept = Kept[str, int](2)
    >>> [kept.get(word, lambda: len(word)) for word in ("one", "three", "one")], len(kept)
    ([3, 5, 3], 2)
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value of a key, made when it is not there; two threads may make it twice. What `make` raises passes."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        made = make()
        with self._lock:
            self._values[key] = made
            if len(self._values) > self.most:
                self._values.popitem(last=False)
        return made

    def __len__(self) -> int:
        return len(self._values)
