"""A process for a stranger's file: it gives up memory, time, files and the environment before it opens anything.

The parsers are written in C and Rust and can abort, and a file of a few kilobytes can ask for all memory: the death
of the process is an error and not ours.
"""

import contextlib
import fcntl
import gc
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Final

from formats.error import FormatError

# What the interpreter may need to start; nothing else of our environment (keys, passwords) goes to the child.
ENVIRONMENT: Final = ("PATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")

# What the operating system keeps between the child and us; the number of the call is Linux's.
PIPE: Final = 1 << 20
F_SETPIPE_SZ: Final = 1031

# Words by which a process out of memory takes its leave.
OUT_OF_MEMORY: Final = (
    b"memory allocation of",
    b"MemoryError",
    b"annot allocate memory",
    b"failed to map segment",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: address space in bytes, computing time and waiting time in seconds.

    Only the time in which we wait for the child counts as waiting: whoever takes rows slowly loses nothing.
    """

    memory: int = 2 << 30
    cpu: int = 60
    wall: float = 120.0

    bytes_a_second: int = 4 << 20  # for so many a second more is given

    def of_size(self, size: int) -> "Limits":
        """The limits for a file of so many bytes: one of gigabytes takes its time."""
        more = size // self.bytes_a_second
        return replace(self, cpu=self.cpu + more, wall=self.wall + more)


DEFAULT: Final = Limits()


def start(
    module: str, arguments: list[str], limits: Limits, given: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    """Run a module of ours with these arguments and, last, the limits as JSON; `given` is its standard input."""
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    # The package is found where we found it, installed or not; never in the current folder (-P).
    environment["PYTHONPATH"] = str(Path(__file__).resolve().parent.parent)
    environment["PYTHONUTF8"] = "1"
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
        [sys.executable, "-P", "-B", "-m", module, *arguments, json.dumps(asdict(limits))],
        stdin=given or subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    # Linux alone: with room for more than 64 KiB the two wait for each other less.
    with contextlib.suppress(OSError):
        assert process.stdout is not None
        fcntl.fcntl(process.stdout, F_SETPIPE_SZ, PIPE)
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that was started here, whatever it does."""
    process.kill()
    for stream in (process.stdout, process.stderr):
        assert stream is not None
        stream.close()
    process.wait()


class Output:
    """What the child writes, within the waiting time."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        self.process = process
        self.limits = limits
        self.said = bytearray()
        self._left = limits.wall

    def chunks(self) -> Iterator[bytes]:
        """Standard output as it comes; what is said on standard error is kept in `said`."""
        with selectors.DefaultSelector() as selector:
            for stream in (self.process.stdout, self.process.stderr):
                assert stream is not None
                selector.register(stream, selectors.EVENT_READ)
            while selector.get_map():
                began = time.monotonic()
                ready = selector.select(max(self._left, 0))
                self._left -= time.monotonic() - began
                if not ready:
                    raise FormatError("F052", seconds=self.limits.wall)
                for key, _ in ready:
                    chunk = os.read(key.fd, 1 << 18)
                    if not chunk:
                        selector.unregister(key.fileobj)
                    elif key.fileobj is self.process.stdout:
                        yield chunk
                    else:
                        self.said = (self.said + chunk)[-4000:]

    def wait(self) -> None:
        """Wait for the end of the child."""
        try:
            self.process.wait(max(self._left, 0.1))
        except subprocess.TimeoutExpired:
            raise FormatError("F052", seconds=self.limits.wall) from None


def death(status: int, said: bytes, limits: Limits) -> FormatError:
    """The error for a child that ended without saying so."""
    if status == -signal.SIGXCPU:
        return FormatError("F051", seconds=limits.cpu)
    # The system kills, without a word, who takes too much of its memory.
    if status == -signal.SIGKILL or any(words in said for words in OUT_OF_MEMORY):
        return too_much_memory(limits)
    name = signal.Signals(-status).name if status < 0 else f"exit {status}"
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return FormatError("F053", status=name, reason=lines[-1][:200] if lines else "")


def too_much_memory(limits: Limits) -> FormatError:
    """The error for a child that ran out of memory."""
    return FormatError("F050", megabytes=limits.memory >> 20)


def confine(limits: Limits) -> None:
    """Give up what reading a file does not need; for this whole process and for good."""
    # Who asked may leave early: then writing ends us, without a word.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    # Of the group of who asked, so that both can be ended at once; an interruption is for who asked to answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Values read from a file have no cycles, and looking for them slows a long stream several times.
    gc.disable()
    for kind, soft, hard in (
        (resource.RLIMIT_AS, limits.memory, limits.memory),
        # At the first limit comes a signal with a name of its own, at the second one that says nothing.
        (resource.RLIMIT_CPU, limits.cpu, limits.cpu + 1),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_FSIZE, 0, 0),
    ):
        _, allowed = resource.getrlimit(kind)
        if allowed != resource.RLIM_INFINITY:
            soft, hard = min(soft, allowed), min(hard, allowed)
        # Where a system has no such limit, the others and the waiting time remain.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (soft, hard))
