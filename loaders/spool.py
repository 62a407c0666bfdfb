"""Values on their way, in temporary files: a file may be larger than memory, its rows in any order.

What is kept stands in one file, line by line. Which of it belongs together is found by SQLite, which sorts what does not
fit into memory on disk.
"""

import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import groupby
from operator import itemgetter
from types import TracebackType
from typing import Any, NamedTuple, Self

import orjson

from loaders.errors import LoadError

_CACHE_KIB = 8 << 10
# So many values are written together.
_TOGETHER = 500

_GROUPS = """
    SELECT min(row) OVER same, min(place) OVER same, place FROM kept
    WINDOW same AS (PARTITION BY key) ORDER BY 1, 2, row, place
"""


class Kept(NamedTuple):
    """A value that JSON can say, and what is JSON already, which is given back as it was (never with a line's end)."""

    value: Any
    body: bytes | None = None


class Spool:
    """Values by key, each of a row of the file; memory does not grow with them.

    Raises LoadError L110 where there is no room for the temporary files.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._at = self._end = 0
        self._lines: list[bytes] = []
        self._places: list[tuple[int, bytes, int]] = []
        # Without a name: a temporary file of its own, which is gone when it is closed.
        self._index = sqlite3.connect("", isolation_level=None)
        for setting in (
            "journal_mode = OFF",
            "synchronous = OFF",
            f"cache_size = -{_CACHE_KIB}",
            "temp_store = FILE",
        ):
            self._index.execute(f"PRAGMA {setting}")
        self._index.execute("CREATE TABLE kept (place INTEGER PRIMARY KEY, key BLOB, row INTEGER)")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._index.close()
        with suppress(OSError):  # what could not be written is tried once more
            self._file.close()

    def add(self, key: str, row: int, kept: Kept) -> None:
        """Keep something of a row under a key."""
        try:
            line = orjson.dumps(kept.value, default=str)
        except TypeError:  # an integer of more than 64 bits, which comes back as a float
            line = json.dumps(kept.value, default=str).encode()
        line += b"\n" if kept.body is None else b"\t%b\n" % kept.body
        digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        self._lines.append(line)
        self._places.append((self._end, digest, row))
        self._end += len(line)
        if len(self._lines) >= _TOGETHER:
            try:
                self._settle()
            except (OSError, sqlite3.Error) as error:
                raise no_room(error) from error

    def groups(self) -> Iterator[list[Kept]]:
        """What is kept under each key in the order of their rows; the keys in the order of the first row of each."""
        try:
            self._settle()
            self._file.flush()
            with closing(self._index.execute(_GROUPS)) as found:
                for _, same in groupby(found, itemgetter(0, 1)):
                    yield [self._read(place) for _, _, place in same]
        except (OSError, sqlite3.Error) as error:
            raise no_room(error) from error

    def _settle(self) -> None:
        if not self._lines:
            return
        self._at = self._file.seek(self._places[0][0])
        self._at += self._file.write(b"".join(self._lines))
        self._index.execute("BEGIN")
        self._index.executemany("INSERT INTO kept VALUES (?, ?, ?)", self._places)
        self._index.execute("COMMIT")
        self._lines.clear()
        self._places.clear()

    def _read(self, place: int) -> Kept:
        if place != self._at:
            self._file.seek(place)
        line = self._file.readline()
        self._at = place + len(line)
        value, tab, body = line[:-1].partition(b"\t")  # which stands nowhere in JSON without white space
        return Kept(orjson.loads(value), body if tab else None)


def no_room(error: Exception) -> LoadError:
    """The error for temporary files that cannot be written or read."""
    folder = tempfile.gettempdir()
    return LoadError(
        "L110", f"临时文件写不下去({folder}):{error}", f"the temporary files cannot be written ({folder}): {error}",
        "装入大文件需要大约与文件一样大的临时空间。清理这个目录所在的磁盘,或者用环境变量 TMPDIR 和 SQLITE_TMPDIR 指定另一个目录,再装入一次:已经存好的不会重复。",
        "A large file needs about its own size of temporary space. Free some, or name another folder in TMPDIR and SQLITE_TMPDIR, and load again: what is stored already is not stored twice.",
    )  # fmt: skip
