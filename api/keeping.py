"""Bodies that were answered before they are loaded: on disk until they are, also when the server dies meanwhile.

Each has a folder: the file, how it is to be read, and a lock that its process holds and loses by dying. The folder gets
its name when all of it is written, so what has a name is whole.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from publish.durable import flush
from schemas.errors import OpenallocError

_JOB, _LOCK, _BODY, _UNFINISHED = "job.json", "lock", "body", ".new-"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a body is and how it is to be read."""

    submission: str
    key: str
    name: str
    type: str | None
    profile: str | None
    again: bool


@dataclass(slots=True)
class Kept:
    """A body in its folder, locked by this process."""

    folder: Path
    waiting: Waiting
    lock: int

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / _BODY / self.waiting.name

    def drop(self) -> None:
        """Remove it: it is loaded, or cannot be."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.let_go()

    def let_go(self) -> None:
        """Leave it to whoever comes next."""
        if self.lock >= 0:
            os.close(self.lock)
            self.lock = -1


class Keeping:
    """The folder of all of them; several servers of one machine may share it."""

    def __init__(self, folder: Path) -> None:
        """Make the folder, for its owner alone; raises OpenallocError K050 where that cannot be."""
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(folder)
        except OSError as error:
            raise OpenallocError(
                "K050", f"不能写入存放提交内容的文件夹:{folder}", f"the folder that submitted bodies wait in cannot be written: {folder}",
                "用 OPENALLOC_SUBMISSION_FOLDER 指定一个可以写的文件夹。", "Name one that can be written with OPENALLOC_SUBMISSION_FOLDER.",
            ) from error  # fmt: skip

    def keep(self, body: Path, waiting: Waiting) -> Kept:
        """Take a file over; when this returns it outlives the machine's power."""
        made = self._folder / f"{_UNFINISHED}{secrets.token_hex(8)}"
        (made / _BODY).mkdir(mode=0o700, parents=True)
        lock = _locked(made)
        assert lock is not None  # nobody knows the folder yet
        there = made / _BODY / waiting.name
        shutil.move(body, there)
        (made / _JOB).write_bytes(orjson.dumps(asdict(waiting)))
        for one in (there, made / _JOB, made / _BODY, made):
            flush(one)
        named = made.rename(self._folder / f"{waiting.submission}.{secrets.token_hex(4)}")
        flush(self._folder)
        return Kept(named, waiting, lock)

    def left(self) -> Iterator[Kept]:
        """Those that no process works on, each locked by this one; what was never whole is removed."""
        for folder in sorted(one for one in self._folder.iterdir() if one.is_dir()):
            lock = _locked(folder)
            if lock is None:
                continue
            found = None if folder.name.startswith(_UNFINISHED) else _read(folder)
            if found is None or not (folder / _BODY / found.name).is_file():
                shutil.rmtree(folder, ignore_errors=True)
                os.close(lock)
                continue
            yield Kept(folder, found, lock)


def _read(folder: Path) -> Waiting | None:
    try:
        said: dict[str, Any] = orjson.loads((folder / _JOB).read_bytes())
        return Waiting(**said)
    except (OSError, ValueError, TypeError):
        return None


def _locked(folder: Path) -> int | None:
    """The lock of a folder; None where another process has it, or the folder is gone."""
    with suppress(OSError):
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except OSError:
            os.close(lock)
    return None
