"""Where a load computes: samples of each thread's stack, each weighing what it computed since the one before.

A thread of its own takes them, which a long call into C may keep waiting; the sample then weighs all of the call.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from time import clock_gettime, pthread_getcpuclockid
from types import FrameType

STAGES = ("read", "check", "screen", "build rows", "insert", "rollups", "commit", "other")
_EVERY = 0.02  # seconds
_MEMORY = 10  # samples between two looks at memory
_PAGE = os.sysconf("SC_PAGE_SIZE")
# The first that any frame of the stack lies in: part of the file's name, the function if it matters, the stage.
_PLACES = (
    ("/store/rollups.py", "", "rollups"), ("/store/involvement.py", "", "rollups"), ("/store/cells.py", "", "rollups"),
    ("/sqlalchemy/engine/default.py", "do_commit", "commit"),
    ("/store/bulk.py", "", "insert"), ("/sqlalchemy/", "", "insert"), ("/psycopg/", "", "insert"),
    ("/store/", "", "build rows"),
    ("/loaders/screen.py", "", "screen"), ("/loaders/personal.py", "", "screen"), ("/loaders/labelled.py", "", "screen"),
    ("/schemas/", "", "check"), ("/loaders/beyond.py", "", "check"), ("/loaders/across.py", "", "check"),
    ("/loaders/jumps.py", "", "check"), ("/loaders/completeness.py", "", "check"),
    ("/loaders/", "", "read"), ("/formats/", "", "read"),
)  # fmt: skip


@dataclass(slots=True)
class Sampled:
    """Seconds of this process's computing by stage; the most memory of its own, without files that it maps."""

    stages: Counter[str] = field(default_factory=Counter)
    memory: int = 0
    _taken: int = 0

    def take(self, stage: str, seconds: float) -> None:
        """One sample."""
        self.stages[stage] += seconds  # type: ignore[assignment]
        self._taken += 1
        if self._taken % _MEMORY == 1:
            _, resident, shared, *_ = map(int, Path("/proc/self/statm").read_text().split())
            self.memory = max(self.memory, (resident - shared) * _PAGE)


@contextmanager
def sampled() -> Iterator[Sampled]:
    """Samples of all threads while the block runs."""
    found = Sampled()
    kept: dict[tuple[str, str], int] = {}
    last = {thread: _computed(thread) for thread in sys._current_frames()}
    done = Event()

    def sample() -> None:
        while not done.wait(_EVERY):
            for thread, frame in sys._current_frames().items():
                if thread == sampler.ident:
                    continue
                now = _computed(thread)
                if seconds := now - last.get(thread, 0.0):
                    last[thread] = now
                    found.take(_stage(frame, kept), seconds)

    sampler = Thread(target=sample, daemon=True)
    sampler.start()
    try:
        yield found
    finally:
        done.set()
        sampler.join()


def _computed(thread: int) -> float:
    """Seconds that a thread has computed, none where it is gone."""
    try:
        return clock_gettime(pthread_getcpuclockid(thread))
    except OSError:
        return 0.0


def _stage(frame: FrameType | None, kept: dict[tuple[str, str], int]) -> str:
    least = len(_PLACES)
    while frame is not None:
        code = frame.f_code
        place = (code.co_filename, code.co_name)
        if place not in kept:
            kept[place] = _place(*place)
        least = min(least, kept[place])
        frame = frame.f_back
    return _PLACES[least][2] if least < len(_PLACES) else "other"


def _place(file: str, function: str) -> int:
    several = (at for at, (part, name, _) in enumerate(_PLACES) if part in file and name in ("", function))
    return next(several, len(_PLACES))
