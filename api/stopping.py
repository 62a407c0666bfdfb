"""The moment the server is asked to stop: streams that would never end are told then, not when all requests have ended."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def when_stopped(stop: Callable[[], object]) -> Iterator[None]:
    """Call `stop` when the process gets a signal to end, beside what the server does then; only in a main thread.

    An event loop is told of signals by a file descriptor, whatever the handler is, so that the server's own handler
    still runs. The server waits for open requests before it ends the application's life, which would be too late.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.getsignal(one) for one in SIGNALS}

    def handle(number: int, frame: FrameType | None) -> None:
        stop()
        was = before[signal.Signals(number)]
        if callable(was):
            was(number, frame)

    for one in SIGNALS:
        signal.signal(one, handle)
        signal.siginterrupt(one, False)
    try:
        yield
    finally:
        for one, was in before.items():
            signal.signal(one, was)
