"""Reading a stranger's file in a process of its own, whose death is an error and not ours."""

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from formats import wire
from formats.confinement import (
    DEFAULT,
    OUT_OF_MEMORY,
    Limits,
    Output,
    confine,
    death,
    end,
    start,
    too_much_memory,
)
from formats.error import FormatError
from formats.registry import format_of
from formats.row import Row


def read_file(path: Path, limits: Limits = DEFAULT) -> Iterator[Row]:
    """The rows of a file, read by the format of its suffix in a child process.

    Raises FormatError, before the first row or after some. The child ends with the iterator, also when that is
    closed early.
    """
    for batch in read_batches(path, limits):
        yield from batch


def read_batches(path: Path, limits: Limits = DEFAULT) -> Iterator[wire.Batch]:
    """The rows of a file as `read_file` gives them, as many at a time as came together."""
    check_file(path)
    format_of(path.name)
    limits = limits.of_size(path.stat().st_size)
    process = start("formats.child", [str(path.resolve())], limits)
    try:
        yield from _batches(process, limits)
    finally:
        end(process)


def main(arguments: list[str]) -> None:
    """The child: confine ourselves, read the file of the first argument, write its rows to standard output."""
    path = Path(arguments[0])
    limits = Limits(**json.loads(arguments[1])) if len(arguments) > 1 else DEFAULT
    # Before there is a limit: parsers that cannot be loaded would look like formats that do not exist.
    format_ = format_of(path.name)
    confine(limits)
    output = sys.stdout.buffer
    try:
        with path.open("rb") as stream:
            for line in wire.encode(format_.read(stream)):
                output.write(line)
    except FormatError as error:
        output.write(wire.encode_error(error))
    # A panic in a parser written in Rust is no Exception.
    except BaseException as error:
        output.write(wire.encode_error(_fault(error, limits)))
    output.flush()


def _fault(error: BaseException, limits: Limits) -> FormatError:
    """The error for whatever else a format raised. A parser that could not be loaded wanted memory, too."""
    if isinstance(error, MemoryError) or any(
        words in str(error).encode("utf-8", "replace") for words in OUT_OF_MEMORY
    ):
        return too_much_memory(limits)
    return FormatError("F055", kind=type(error).__name__, reason=str(error)[:200])


def check_file(path: Path) -> None:
    """Raise FormatError F001 to F004 unless the path is a file with something in it."""
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


def _batches(process: subprocess.Popen[bytes], limits: Limits) -> Iterator[wire.Batch]:
    output = Output(process, limits)
    for line in _lines(output):
        yield wire.decode(line)
        if line == wire.END:
            return
    raise death(process.wait(), bytes(output.said), limits)


def _lines(output: Output) -> Iterator[bytes]:
    """The whole lines of standard output, each with its line end; returns when the child has ended."""
    pending: list[bytes] = []
    size = 0
    for chunk in output.chunks():
        *ended, rest = chunk.split(b"\n")
        for line in ended:
            yield b"".join((*pending, line, b"\n"))
            pending, size = [], 0
        pending.append(rest)
        size += len(rest)
        if size > wire.LINE_LIMIT:
            raise too_much_memory(output.limits)
    output.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
