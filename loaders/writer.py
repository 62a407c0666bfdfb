"""The process that stores a load's batches for another: `python -m loaders.writer PARENT`, started by loaders/storing.py.

A batch is read while the one before it is stored. Those that come without a long pause are committed together.
"""

import contextlib
import ctypes
import os
import pickle
import signal
import sys
from collections.abc import Callable
from queue import Empty, Queue
from threading import Thread
from typing import Any, BinaryIO

from loaders.collector import resting
from loaders.storing import Apart, Load, Sent, UnmadeError
from loaders.together import Together
from store import joining
from store.engine import connect

_SOON = 0.4  # seconds: about as long as the first process makes a batch
_DIES_WITH_PARENT = 1  # Linux's number of this wish


def main(parent: int) -> None:
    """Batches from standard input into the database, an answer to each on standard output; ends with the first error.

    After the last comes None, which is answered by None when all is committed and organizations are joined.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is for who started us to answer
    with contextlib.suppress(OSError, AttributeError):  # Linux alone; elsewhere the next batch does not come
        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        return
    given, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing else may come between the answers
    coming: Queue[Any] = Queue(1)
    Thread(target=_receive, args=(given, coming), daemon=True).start()

    def answer(made: Any) -> None:
        answers.write(_pickled(made))
        answers.flush()

    with contextlib.suppress(EOFError, BrokenPipeError):
        _store_all(_next(coming), coming, answer)


def _receive(given: BinaryIO, coming: Queue[Any]) -> None:
    """Read what is given, the end of it included."""
    while True:
        try:
            one = pickle.load(given)  # noqa: S301 - from who started us
        except Exception as error:
            coming.put(error)
            return
        coming.put(one)
        del one


def _store_all(apart: Apart, coming: Queue[Any], answer: Callable[[Any], None]) -> None:
    """Store what comes, and join the organizations; what was begun is left undone where no end comes."""
    load: Load = _next(coming)
    try:
        engine = connect(apart.url, patience=apart.patience)
        with Together(engine, load, apart.large) as together:
            _store_batches(together, coming, answer)
        joining.settle_pending(engine)
        answer(None)
    except (EOFError, BrokenPipeError):
        raise
    except Exception as error:
        answer(error)


def _store_batches(together: Together, coming: Queue[Any], answer: Callable[[Any], None]) -> None:
    """Store and commit batches in the order of their numbers, until the end comes."""
    kept: dict[int, Sent] = {}  # that came before an earlier one is stored
    due = 0
    with resting() as tell_batch:
        while True:
            while due not in kept:
                sent: Sent | None = _next(coming, together)
                if sent is None:
                    together.commit()
                    return
                kept[sent.number] = sent
            sent = kept.pop(due)
            try:
                answer(together.store(sent))
                due += 1
            except UnmadeError as error:  # it comes again
                answer(error)
            del sent
            tell_batch()


def _next(coming: Queue[Any], together: Together | None = None) -> Any:
    """What comes next. Where it does not come soon what is stored is committed."""
    try:
        one = coming.get(timeout=_SOON)
    except Empty:
        if together is not None:
            together.commit()
        one = coming.get()
    if isinstance(one, Exception):
        raise one
    return one


def _pickled(answer: Any) -> bytes:
    try:
        made = pickle.dumps(answer)
        pickle.loads(made)  # noqa: S301 - some errors of others cannot be made again
    except Exception:
        return pickle.dumps(RuntimeError(type(answer).__name__))  # its words may quote what was to be stored
    return made


if __name__ == "__main__":
    main(int(sys.argv[1]))
