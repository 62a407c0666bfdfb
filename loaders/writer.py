"""The process that stores a load's batches for another: `python -m loaders.writer PARENT`, started by loaders/storing.py."""

import contextlib
import ctypes
import os
import pickle
import signal
import sys
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine

from loaders.collector import resting
from loaders.storing import Apart, Load, Sent, UnmadeError, store
from store.draft import Draft, Drafts
from store.engine import connect, writing
from store.writing import Written

_DIES_WITH_PARENT = 1  # Linux's number of this wish


def main(parent: int) -> None:
    """Batches from standard input into the database, an answer to each on standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interruption is for who started us to answer
    with contextlib.suppress(OSError, AttributeError):  # Linux alone; elsewhere the next batch does not come
        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        return
    given, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing else may come between the answers
    with contextlib.suppress(EOFError, BrokenPipeError), resting() as tell_batch:
        apart: Apart = pickle.load(given)  # noqa: S301 - from who started us
        engine: Engine | None = None
        load: Load = pickle.load(given)  # noqa: S301
        while True:
            sent: Sent = pickle.load(given)  # noqa: S301
            try:
                engine = engine or connect(apart.url, patience=apart.patience)
                answer = _stored(engine, load, sent)
            except Exception as error:
                answer = error
            answers.write(_pickled(answer))
            answers.flush()
            del sent, answer
            tell_batch()


def _stored(engine: Engine, load: Load, sent: Sent) -> Written | Exception:
    def make(drafts: Sequence[Draft]) -> None:
        if drafts:
            raise UnmadeError(*(draft.id for draft in drafts))

    with writing(engine) as connection:
        return store(connection, load, Drafts(sent.drafts, sent.ids, sent.indexes, make), sent.places)


def _pickled(answer: Any) -> bytes:
    try:
        made = pickle.dumps(answer)
        pickle.loads(made)  # noqa: S301 - some errors of others cannot be made again
    except Exception:
        return pickle.dumps(RuntimeError(type(answer).__name__))  # its words may quote what was to be stored
    return made


if __name__ == "__main__":
    main(int(sys.argv[1]))
