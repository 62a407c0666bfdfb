"""Batches into the store: here, or by a process of its own while the next batch is read and checked.

Such a process pays once a file has more than one batch. What it is given and what it answers are our own objects,
pickled, over its standard input and output; it ends with whoever started it.
"""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine

from loaders.errors import LoadError
from store import cases, joining
from store.draft import Draft, Drafts
from store.engine import glancing, writing
from store.features import Waiting
from store.writing import Written, make_fresh, write_drafts

LARGE = 250_000  # 1 GB: in a smaller store batches come to the same pages, which the system keeps in memory


@dataclass(frozen=True, slots=True)
class Load:
    """What the batches of a load have in common: its id, its time, and whether withdrawn records come back (`again`).

    `waited` are the loads whose refused rows are known by their places in the file.
    """

    id: str
    now: datetime
    again: bool
    waited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Apart:
    """Where a process of its own connects to: the database's URL, and how many seconds it waits for other writers.

    `large` is how many pages make an SQLite store a large one, on which batches are committed together.
    """

    url: str
    patience: float
    large: int = LARGE


@dataclass(frozen=True, slots=True)
class Sent:
    """A batch on its way to the process (loaders/writer.py): drafts, ids, digests of indexes, the rows that they came from.

    `number` says which of the load's it is, from 0; `at_once` that it is committed before it is answered.
    """

    number: int
    at_once: bool
    drafts: Sequence[Draft]
    ids: tuple[str, ...]
    indexes: Mapping[str, str]
    places: Sequence[tuple[str, int]]


class UnmadeError(Exception):
    """The rows of some drafts are needed: meanwhile the store says other than when they were made."""


def store(
    connection: Connection, load: Load, batch: Drafts, places: Sequence[tuple[str, int]], waiting: Waiting | None = None
) -> Written:  # fmt: skip
    """Store a batch, and close the cases of rows that were refused before; `places` are its rows in the file."""
    written = write_drafts(connection, batch, load.id, load.now, again=load.again, waiting=waiting)
    taken = [one for one in written.ids if one not in written.left]
    cases.repair(connection, load.id, load.now, taken, places, load.waited)
    return written


class Storing:
    """Stores one batch after the other, in the order in which they are given.

    What follows from a batch is done here, when it is stored: at the latest when the next is given, or at `finish`. So
    is an error raised. Several may be committed together: what is left without `finish` may not be stored.
    """

    def __init__(
        self, engine: Engine, apart: Apart | None, least: int, is_done: Callable[[], bool] = lambda: False
    ) -> None:
        """`least` is how many rows make a process worth its start; `is_done` tells whether all may be stored already."""
        self._engine, self._apart, self._least, self._is_done = engine, apart, least, is_done
        self._put_off = False  # the process is started with the first batch that has something to store
        self._process: _Process | None = None
        self._sent = 0
        # A batch that was given to the process, which of its rows were made, and what follows from it.
        self._open: tuple[Drafts, Sent, set[str], Callable[[Written], None]] | None = None
        self.load: Load

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.end()

    def expect(self, rows: int) -> None:
        """So many rows have been read: start the process as soon as it is sure to be worth it."""
        if self._process is None and self._apart is not None and rows > self._least and not self._put_off:
            self._put_off = self._is_done()
            if not self._put_off:
                self._process = _Process(self._apart)

    def take(
        self, batch: Drafts, places: Sequence[tuple[str, int]], then: Callable[[Written], None], *, at_once: bool = False
    ) -> None:  # fmt: skip
        """Store a batch as soon as the one before is; `then` is called with what was written.

        `at_once`: others see it, and all before it, when `then` is called.
        """
        if self._process is None:
            with writing(self._engine) as connection:
                written = store(connection, self.load, batch, places)
            then(written)
            if self._put_off and self._apart is not None and (written.stored or written.revised):
                self._process = _Process(self._apart)
            return
        with glancing(self._engine) as connection:
            make_fresh(connection, batch, again=self.load.again)
        if self._process.load is None:
            self._process.begin(self.load)
        sent = Sent(self._sent, at_once, batch.drafts, batch.ids, batch.indexes, places)
        self._sent += 1
        self._process.send(sent)  # which is read while the batch before is stored
        made = batch.let_go()
        self._settle()
        self._open = batch, sent, made, then

    def finish(self) -> None:
        """Wait until all batches are committed, and the organizations that they noted are joined."""
        self._settle()
        if self._process is not None and self._process.load is not None:
            self._process.send(None)  # it joins them too: its cache of pages is full already, ours is not
            self._process.answer()
        else:
            joining.settle_pending(self._engine)

    def _settle(self) -> None:
        """Wait until the batch that was given last is stored."""
        if self._open is None:
            return
        assert self._process is not None
        (batch, sent, made, then), self._open = self._open, None
        answer = self._process.answer()
        while isinstance(answer, UnmadeError):
            made |= set(answer.args)
            batch.make([one for one in batch.drafts if one.id in made])
            self._process.send(sent)
            answer = self._process.answer()
        then(answer)


class _Process:
    """The process that stores."""

    def __init__(self, apart: Apart) -> None:
        self.load: Load | None = None
        # The package is found where we found it, installed or not; never in the current folder (-P).
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
            [sys.executable, "-P", "-m", "loaders.writer", str(os.getpid())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
        )  # fmt: skip
        self.send(apart)

    def begin(self, load: Load) -> None:
        """Say what all batches have in common."""
        self.load = load
        self.send(load)

    def send(self, given: Any) -> None:
        """Give it something; whether it took it its next answer tells."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            pickle.dump(given, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()

    def answer(self) -> Any:
        """What it answers; raises what it raised, LoadError L111 where it is gone."""
        assert self._process.stdout is not None
        try:
            found = pickle.load(self._process.stdout)  # noqa: S301 - our own process, which reads no stranger's file
        except (EOFError, pickle.UnpicklingError):
            raise _gone(self._process.wait()) from None
        if isinstance(found, Exception) and not isinstance(found, UnmadeError):
            raise found
        return found

    def end(self) -> None:
        """End it; what it has not answered is not stored."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()
        self._process.wait()


def _gone(status: int) -> LoadError:
    said = signal.Signals(-status).name if status < 0 else str(status)
    return LoadError(
        "L111", f"写入数据库的进程中途结束了({said})", f"the process that writes into the database ended ({said})",
        "多半是内存不足,被系统终止。再装入一次同一个文件即可:已经存好的不会重复。",
        "Probably the system ended it for want of memory. Load the same file again: nothing is stored twice.",
    )  # fmt: skip
