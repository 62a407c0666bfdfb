"""Python's cyclic collector, which looks through everything again and again while a load makes many objects."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

_NEW = 1  # the generations below the oldest
_EVERY = 4  # batches


@contextmanager
def resting() -> Iterator[Callable[[], None]]:
    """The collector rests while the block runs; gives what tells of a batch, which lets it look at what is new alone.

    What records leave behind goes without it, since hardly any of it is in a circle; the caller tells of each batch, and
    now and then it looks, so that the rest does not grow. In its own time it would take a sixth of a load's.
    """
    enabled = gc.isenabled()
    gc.disable()
    batches = count(1)

    def batch() -> None:
        if not next(batches) % _EVERY:
            gc.collect(_NEW)

    try:
        yield batch
    finally:
        if enabled:
            gc.enable()
