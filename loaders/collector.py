"""Python's cyclic collector, which looks through everything again and again while a load makes many objects."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

_NEW = 1  # the generations below the oldest


@contextmanager
def resting() -> Iterator[Callable[[], object]]:
    """The collector rests while the block runs; gives what makes it look, at what is new alone.

    What records leave behind goes without it, since hardly any of it is in a circle; the caller lets it look after
    each batch, so that the rest does not grow. In its own time it would take a sixth of a load's.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield partial(gc.collect, _NEW)
    finally:
        if enabled:
            gc.enable()
