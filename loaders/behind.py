"""Storing a batch while the next one is read and checked: a database works elsewhere, or lets Python go on meanwhile."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")


class Behind:
    """Does one thing at a time in a thread of its own, in the order in which they are given.

    The work may touch nothing that its giver changes meanwhile; what follows from it is done in the giver's thread,
    where an error of the work is raised too: when the next is given, or at the end.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "storing")
        self._last: tuple[Future[Any], Callable[[Any], None]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._finish()
        finally:
            self._pool.shutdown()

    def take(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Begin something as soon as what was given before is done; `then` is called with what it gave."""
        self._finish()
        self._last = self._pool.submit(work), then

    def _finish(self) -> None:
        if self._last is not None:
            (done, then), self._last = self._last, None
            then(done.result())
