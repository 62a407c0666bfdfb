"""The process that stores a load's batches for another: `python -m loaders.writer PARENT`, started by loaders/storing.py.

A batch is read while the one before it is committed: on a large SQLite store that is a third of the time, and much of it the disk's.
"""

import contextlib
import ctypes
import os
import pickle
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, BinaryIO

from sqlalchemy import Engine

from loaders.collector import resting
from loaders.storing import Apart, Load, Sent, UnmadeError, store
from store.draft import Draft, Drafts
from store.engine import connect, writing
from store.writing import Written

_DIES_WITH_PARENT = 1  # Linux's number of this wish


def main(parent: int) -> None:
    """Batches from standard input into the database, an answer to each on standard output; ends with the first error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is for who started us to answer
    with contextlib.suppress(OSError, AttributeError):  # Linux alone; elsewhere the next batch does not come
        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        return
    given, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing else may come between the answers
    with contextlib.suppress(EOFError, BrokenPipeError), ThreadPoolExecutor(1) as ending:
        apart: Apart = pickle.load(given)  # noqa: S301 - from who started us
        _store_all(apart, given, lambda finish: ending.submit(_answer, answers, finish))


def _store_all(
    apart: Apart, given: BinaryIO, ending: Callable[[Callable[[], Written]], Future[bool]]
) -> None:
    """Store what is given; `ending` ends each transaction and answers, and tells whether the next may begin."""
    load: Load = pickle.load(given)  # noqa: S301
    engine: Engine | None = None
    kept: dict[int, Sent] = {}  # that came before an earlier one is stored
    due = 0
    ended: Future[bool] | None = None
    with resting() as tell_batch:
        while True:
            while due not in kept:
                sent: Sent = pickle.load(given)  # noqa: S301
                kept[sent.number] = sent
            if ended and not ended.result():
                return
            sent = kept.pop(due)
            try:
                engine = engine or connect(apart.url, patience=apart.patience)
                finish = _stored(engine, load, sent)
                due += 1
            except UnmadeError as error:  # it comes again
                finish = partial(_raise, error)
            except Exception as error:
                ending(partial(_raise, error))
                return
            ended = ending(finish)
            del sent, finish
            tell_batch()


def _stored(engine: Engine, load: Load, sent: Sent) -> Callable[[], Written]:
    """Store a batch but for its end; gives what commits it."""

    def make(drafts: Sequence[Draft]) -> None:
        if drafts:
            raise UnmadeError(*(draft.id for draft in drafts))

    with contextlib.ExitStack() as transaction:
        connection = transaction.enter_context(writing(engine))
        written = store(connection, load, Drafts(sent.drafts, sent.ids, sent.indexes, make), sent.places)
        return partial(_commit, transaction.pop_all(), written)


def _commit(transaction: contextlib.ExitStack, written: Written) -> Written:
    transaction.close()
    return written


def _raise(error: Exception) -> Written:
    raise error


def _answer(answers: BinaryIO, finish: Callable[[], Written]) -> bool:
    """Finish a batch and answer; whether others may follow."""
    answer: Written | Exception
    try:
        answer = finish()
    except Exception as error:
        answer = error
    answers.write(_pickled(answer))
    answers.flush()
    return isinstance(answer, Written | UnmadeError)


def _pickled(answer: Any) -> bytes:
    try:
        made = pickle.dumps(answer)
        pickle.loads(made)  # noqa: S301 - some errors of others cannot be made again
    except Exception:
        return pickle.dumps(RuntimeError(type(answer).__name__))  # its words may quote what was to be stored
    return made


if __name__ == "__main__":
    main(int(sys.argv[1]))
