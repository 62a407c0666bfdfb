"""Reading a stranger's file in a process of its own, whose death is an error and not ours.

The parsers are written in C and Rust and can abort, and a file of a few kilobytes can ask for all memory. The child
gives up memory, time, files and the environment before it opens anything.
"""

import contextlib
import gc
import json
import os
import resource
import selectors
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from formats import wire
from formats.error import FormatError
from formats.registry import format_of
from formats.row import Row

# What the interpreter may need to start; nothing else of our environment (keys, passwords) goes to the child.
ENVIRONMENT: Final = ("PATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")

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


DEFAULT: Final = Limits()


def read_file(path: Path, limits: Limits = DEFAULT) -> Iterator[Row]:
    """The rows of a file, read by the format of its suffix in a child process.

    Raises FormatError, before the first row or after some. The child ends with the iterator, also when that is
    closed early.
    """
    _check_file(path)
    format_of(path.name)
    process = _start(path, limits)
    try:
        yield from _rows(process, limits)
    finally:
        process.kill()
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()
        process.wait()


def main(arguments: list[str]) -> None:
    """The child: confine ourselves, read the file of the first argument, write its rows to standard output."""
    path = Path(arguments[0])
    limits = Limits(**json.loads(arguments[1])) if len(arguments) > 1 else DEFAULT
    _confine(limits)
    output = sys.stdout.buffer
    try:
        with path.open("rb") as stream:
            for line in wire.encode(format_of(path.name).read(stream)):
                output.write(line)
    except FormatError as error:
        output.write(wire.encode_error(error))
    except MemoryError:
        output.write(wire.encode_error(_too_much_memory(limits)))
    # A panic in a parser written in Rust is no Exception.
    except BaseException as error:
        output.write(
            wire.encode_error(FormatError("F055", kind=type(error).__name__, reason=str(error)[:200]))
        )
    output.flush()


def _check_file(path: Path) -> None:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise FormatError("F002", path=str(path))
        # A pipe would be waited for, a device never ends.
        if not stat.S_ISREG(status.st_mode):
            raise FormatError("F003", path=str(path), reason="not a regular file")
        if status.st_size == 0:
            raise FormatError("F004")
        path.open("rb").close()
    except FileNotFoundError:
        raise FormatError("F001", path=str(path)) from None
    except OSError as error:
        raise FormatError("F003", path=str(path), reason=error.strerror or str(error)) from error


def _start(path: Path, limits: Limits) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    # The package is found where we found it, installed or not; never in the current folder (-P).
    environment["PYTHONPATH"] = str(Path(__file__).resolve().parent.parent)
    environment["PYTHONUTF8"] = "1"
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
        [sys.executable, "-P", "-B", "-m", "formats.child", str(path.resolve()), json.dumps(asdict(limits))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    )


def _rows(process: subprocess.Popen[bytes], limits: Limits) -> Iterator[Row]:
    output = _Output(process, limits)
    for line in output.lines():
        yield from wire.decode(line)
        if line == wire.END:
            return
    raise _death(process.wait(), bytes(output.said), limits)


class _Output:
    """What the child writes, within the waiting time."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        self.process = process
        self.limits = limits
        self.said = bytearray()
        self._left = limits.wall

    def lines(self) -> Iterator[bytes]:
        """The whole lines of standard output, each with its line end; returns when the child has ended."""
        pending: list[bytes] = []
        size = 0
        for chunk in self._chunks():
            *ended, rest = chunk.split(b"\n")
            for line in ended:
                yield b"".join((*pending, line, b"\n"))
                pending, size = [], 0
            pending.append(rest)
            size += len(rest)
            if size > wire.LINE_LIMIT:
                raise _too_much_memory(self.limits)
        self._wait()

    def _chunks(self) -> Iterator[bytes]:
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

    def _wait(self) -> None:
        try:
            self.process.wait(max(self._left, 0.1))
        except subprocess.TimeoutExpired:
            raise FormatError("F052", seconds=self.limits.wall) from None


def _death(status: int, said: bytes, limits: Limits) -> FormatError:
    """The error for a child that ended without saying so."""
    if status == -signal.SIGXCPU:
        return FormatError("F051", seconds=limits.cpu)
    # The system kills, without a word, who takes too much of its memory.
    if status == -signal.SIGKILL or any(words in said for words in OUT_OF_MEMORY):
        return _too_much_memory(limits)
    name = signal.Signals(-status).name if status < 0 else f"exit {status}"
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return FormatError("F053", status=name, reason=lines[-1][:200] if lines else "")


def _too_much_memory(limits: Limits) -> FormatError:
    return FormatError("F050", megabytes=limits.memory >> 20)


def _confine(limits: Limits) -> None:
    """Give up what reading a file does not need; for this whole process and for good."""
    # Who asked may leave early: then writing ends us, without a word.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
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


if __name__ == "__main__":
    main(sys.argv[1:])
