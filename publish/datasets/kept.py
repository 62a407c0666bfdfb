"""Files of datasets on disk: made once, read by everybody who asks, also while they are made.

    <folder>/<key>/content     the file, growing while it is made
                   begun.json  what it is of, as soon as that is known
                   done.json   its size and SHA-256: it is whole
                   lock        held by whoever makes it, lost when that process dies
                   readers     held by everybody who reads it

A key names content: what, laid out how, at which data version. Several processes may share the folder. What was used
least recently goes when there is too much; what was made before a withdrawal for privacy goes at once.
"""

import fcntl
import hashlib
import os
import shutil
from atexit import register
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from queue import Queue
from tempfile import mkdtemp
from threading import Thread
from typing import Any

import orjson

from publish.datasets.reading import Standing
from schemas.errors import OpenallocError

_CONTENT, _BEGUN, _DONE, _LOCK, _READERS = "content", "begun.json", "done.json", "lock", "readers"
_PLACE = "place-"
_WAITING = 2  # pieces that are made before those before them are written


class BrokenError(Exception):
    """The file will never be whole: whoever made it ended without finishing."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What a file is of: so many disclosures at a data version, which came about at `at` (UTC, ISO).

    `records` is None where they are not counted before.
    """

    name: str
    records: int | None
    version: int
    at: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """A whole file: its size, its SHA-256, and how many rows each table has."""

    size: int
    sha256: str
    rows: dict[str, int]


class Sink:
    """Where a file's bytes go: onto the disk, by a thread of its own, while the next are made; their digest is kept."""

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, 0
        self._digest = hashlib.sha256()
        self._file = open(path, "wb", buffering=0)  # noqa: SIM115 - closed by `close`
        self._waiting: Queue[bytes | None] = Queue(_WAITING)
        self._fault: OSError | None = None
        self._thread = Thread(target=self._run, daemon=True, name="sink")
        self._thread.start()

    def write(self, content: bytes) -> None:
        """Append; raises OSError where what came before could not be written."""
        if self._fault is not None:
            raise self._fault
        self._waiting.put(content)
        self.size += len(content)

    def close(self) -> str:
        """End it; gives the SHA-256 in hexadecimal digits. Raises OSError where not all could be written."""
        if not self._file.closed:
            self._waiting.put(None)
            self._thread.join()
            self._file.close()
        if self._fault is not None:
            raise self._fault
        return self._digest.hexdigest()

    def _run(self) -> None:
        while (content := self._waiting.get()) is not None:
            if self._fault is not None:
                continue  # nobody is to wait for room
            try:
                view = memoryview(content)
                while view:
                    view = view[self._file.write(view) :]
            except OSError as error:
                self._fault = error
            self._digest.update(content)


class Reading:
    """A file that is read: whole already, or while it grows."""

    def __init__(self, folder: Path) -> None:
        """Open it; raises FileNotFoundError where there is none, or not yet."""
        self._opened: list[int] = []
        try:
            self._folder = self._open(folder, os.O_RDONLY | os.O_DIRECTORY)
            self.begun = Begun(**orjson.loads(self._read_all(_BEGUN)))
            self._readers = self._open(_READERS, os.O_RDWR, self._folder)
            fcntl.flock(self._readers, fcntl.LOCK_SH)
            self._lock = self._open(_LOCK, os.O_RDWR, self._folder)
            self._content = self._open(_CONTENT, os.O_RDONLY, self._folder)
            self.done: Done | None = None
            self.look()
            os.utime(_BEGUN, dir_fd=self._folder)  # used now
        except BaseException:
            self.close()
            raise

    def look(self) -> Done | None:
        """Whether it is whole by now; raises BrokenError where it never will be."""
        if self.done is None:
            ended = self._is_free()
            with suppress(FileNotFoundError):
                self.done = Done(**orjson.loads(self._read_all(_DONE)))
            if ended and self.done is None:
                raise BrokenError(self.begun.name)
        return self.done

    def read(self, offset: int, most: int) -> bytes:
        """What is there from a place on; nothing where there is no more, or not yet."""
        return os.pread(self._content, most, offset)

    def close(self) -> None:
        """Read it no more."""
        while self._opened:
            os.close(self._opened.pop())

    def _open(self, name: str | Path, flags: int, folder: int | None = None) -> int:
        made = os.open(name, flags | os.O_CLOEXEC, dir_fd=folder)
        self._opened.append(made)
        return made

    def _read_all(self, name: str) -> bytes:
        opened = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._folder)
        with open(opened, "rb") as file:
            return file.read()

    def _is_free(self) -> bool:
        """Whether nobody makes it any more."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        fcntl.flock(self._lock, fcntl.LOCK_UN)
        return True


@dataclass
class Making:
    """A file that this process makes: nobody else does meanwhile."""

    folder: Path
    lock: int

    @property
    def content(self) -> Path:
        """Where its bytes go."""
        return self.folder / _CONTENT

    def begin(self, begun: Begun) -> Sink:
        """Say what it is of: from now on it can be read."""
        sink = Sink(self.content)
        (self.folder / _READERS).touch()
        _write(self.folder / _BEGUN, asdict(begun))
        return sink

    def finish(self, done: Done) -> None:
        """It is whole."""
        _write(self.folder / _DONE, asdict(done))
        self._let_go()

    def fail(self) -> None:
        """It is given up: whoever reads it finds that out."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._let_go()

    def is_read(self) -> bool:
        """Whether anybody reads it."""
        opened = os.open(self.folder / _READERS, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(opened)
        return False

    def _let_go(self) -> None:
        if self.lock >= 0:
            os.close(self.lock)
            self.lock = -1


class Folder:
    """The folder of all files, made when it is needed.

    `most` is how many bytes they may take together, `places` how many are made at a time.
    """

    def __init__(self, path: Path | None, most: int, places: int = 2) -> None:
        self._path, self.most, self.places = path, most, places
        self._made = False

    @classmethod
    def passing(cls, most: int = 2_000_000_000) -> "Folder":
        """One that goes with the process."""
        return cls(None, most)

    @property
    def is_made(self) -> bool:
        """Whether there is such a folder yet."""
        return self._path is not None and self._path.is_dir()

    @property
    def path(self) -> Path:
        """Where it is; raises OpenallocError P106 where it cannot be written."""
        if self._path is None:
            self._path = Path(mkdtemp(prefix="openalloc-datasets-"))
            register(partial(shutil.rmtree, self._path, ignore_errors=True))
        if not self._made:
            _make_folder(self._path)
            self._made = True
        return self._path

    def find(self, key: str) -> Reading | None:
        """A file that is whole or being made, for reading; None where there is none."""
        try:
            return Reading(self.path / key)
        except (FileNotFoundError, BrokenError):
            return None

    def keys(self) -> frozenset[str]:
        """The keys of what is there, whole or not."""
        return frozenset(os.listdir(self.path))

    def done(self, key: str) -> Done | None:
        """What is known of a whole file, None where there is none; it does not count as used by that."""
        with suppress(FileNotFoundError):
            return Done(**orjson.loads((self.path / key / _DONE).read_bytes()))
        return None

    def make(self, key: str) -> Making | None:
        """The right to make a file; None where somebody has it, or the file is whole."""
        folder = self.path / key
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not (folder / _DONE).exists() and os.fstat(lock).st_nlink:
                for name in (_BEGUN, _CONTENT):  # of somebody who died
                    (folder / name).unlink(missing_ok=True)
                return Making(folder, lock)
        except BlockingIOError:
            pass
        os.close(lock)
        return None

    @contextmanager
    def place(self) -> Iterator[bool]:
        """One of the places for making files, of all processes together; False where none is free."""
        held = -1
        for number in range(self.places):
            opened = os.open(self.path / f"{_PLACE}{number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(opened)
                continue
            held = opened
            break
        try:
            yield held >= 0
        finally:
            if held >= 0:
                os.close(held)

    def sweep(self, standing: Standing) -> None:
        """Remove what was made before the last withdrawal for privacy, and the least recently used above the limit."""
        found = []
        for folder in self.path.iterdir():
            if not folder.is_dir():
                continue
            with suppress(OSError, ValueError):  # another process removes it
                used = (folder / _BEGUN).stat().st_mtime
                if orjson.loads((folder / _BEGUN).read_bytes())["version"] < standing.privacy:
                    shutil.rmtree(folder, ignore_errors=True)
                    continue
                found.append((used, (folder / _CONTENT).stat().st_size, folder))
        total = sum(size for _, size, _ in found)
        for _, size, folder in sorted(found):
            if total <= self.most:
                break
            if (folder / _DONE).exists():
                shutil.rmtree(folder, ignore_errors=True)
                total -= size


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(path)
    except OSError as error:
        raise OpenallocError(
            "P106", f"不能写入存放下载文件的文件夹:{path}", f"the folder that downloads are kept in cannot be written: {path}",
            "用 OPENALLOC_DATASET_FOLDER 指定一个可以写的文件夹。", "Name one that can be written with OPENALLOC_DATASET_FOLDER.",
        ) from error  # fmt: skip


def _write(path: Path, value: dict[str, Any]) -> None:
    """Write a small file whole or not at all."""
    new = path.with_suffix(".new")
    new.write_bytes(orjson.dumps(value))
    new.replace(path)
