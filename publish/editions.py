"""Editions as files: whole datasets of one data version, made once, on the disk before the database tells of them.

    <folder>/<edition>/<dataset>.<format>    what is told, `land.grant-result.csv.zip`
             .making/                        what is being made
             .moving                         which files have their names and are not told yet
             .lock                           held by whoever makes an edition, lost when that process dies

What is not told is never served: a run that was broken off leaves files that the next one removes. A file that a
withdrawal for privacy touched is removed by whoever comes next, the server, the command or the next edition. Nothing
else is ever removed or written over: the folder may hold what another database tells of.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine

from publish.datasets.export import FORMATS, Choose, Export, dataset, unknown_format
from publish.datasets.kept import Begun, Done, Sink
from publish.datasets.making import begun, count, fill
from publish.datasets.reading import Snapshot, Standing, snapshot
from publish.datasets.statements import Chosen, Rows
from publish.durable import flush
from schemas.calendar import in_beijing
from schemas.catalog import Catalog
from schemas.errors import OpenallocError
from store import editions
from store.answers import MovedError
from store.editions import Edition, EditionFile
from store.engine import writing

_MAKING, _MOVING, _LOCK = ".making", ".moving", ".lock"
_TRIES = 3
_PIECE = 1024 * 1024
_BESIDE = ("party", "process")  # rows that say what other records say of organizations and processes
_JOINED = (
    "SELECT DISTINCT d.type, p.organization_id FROM party p CROSS JOIN disclosure d"
    " WHERE p.said_id IS NOT NULL AND d.shard = p.shard AND d.number = p.disclosure_number"
)
Wanted = Mapping[tuple[str, str], Export]  # by dataset and format
State = Literal["whole", "missing", "changed"]


def wanted(paths: Iterable[str], formats: Sequence[str], catalog: Catalog, choose: Choose) -> Wanted:
    """Whole datasets in some formats; raises DatasetError P100 and P102."""
    for one in formats:
        if one not in FORMATS:
            raise unknown_format(one)
    return {(path, one): dataset(path, one, (), catalog, choose) for path in paths for one in formats}


class MissingError(Exception):
    """A file that is told is not on this machine's disk, or has another size."""


@dataclass(frozen=True)
class Made:
    """An edition, which of its files are new, and the datasets that were left out because they have no record."""

    edition: Edition
    files: tuple[EditionFile, ...]
    empty: tuple[str, ...]


class Opened:
    """A file of an edition, open to be read: it is whole."""

    def __init__(self, path: Path, file: EditionFile, edition: Edition) -> None:
        """Open it; raises MissingError."""
        at = edition.changed_at
        self.begun = Begun(path.name, file.records, edition.version, at.isoformat() if at else None)
        self.done = Done(file.size, file.sha256, dict(file.rows))
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            raise MissingError(path.name) from None
        if os.fstat(self._file).st_size != file.size:
            self.close()
            raise MissingError(path.name)

    def look(self) -> Done:
        """It is whole."""
        return self.done

    def read(self, offset: int, most: int) -> bytes:
        """What is there from a place on."""
        return os.pread(self._file, most, offset)

    def close(self) -> None:
        """Read it no more."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


@dataclass(frozen=True)
class Holdings:
    """The folder of all editions."""

    folder: Path

    def path(self, file: EditionFile) -> Path:
        """Where a file is."""
        return self.folder / file.edition / f"{file.dataset.replace('/', '.')}.{file.format}"

    def open(self, file: EditionFile, edition: Edition) -> Opened:
        """A file to be read; raises MissingError."""
        return Opened(self.path(file), file, edition)

    def state(self, file: EditionFile) -> State:
        """Whether the bytes of a file are what is told of them; reads all of it."""
        try:
            with self.path(file).open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError:
            return "missing"
        return "whole" if digest == file.sha256 else "changed"

    def tidy(self, engine: Engine) -> int:
        """Remove the files that a withdrawal for privacy touched and that are here still; how many.

        Raises OpenallocError P115 where one cannot be removed.
        """
        if not self.folder.is_dir():
            return 0
        with engine.connect() as connection:
            gone = [self.path(one) for one in editions.gone(connection)]
        try:
            return sum(map(_remove, gone))
        except OSError as error:
            raise OpenallocError(
                "P115", f"不能删除因个人信息撤回的文件 {error.filename}:{error.strerror}",
                f"the file {error.filename}, withdrawn for privacy, cannot be removed: {error.strerror}",
                "它的地址已经答复 410;请检查权限,再运行一次同样的命令,或者自行删除。",
                "Its address answers 410 already; see to the permissions and run the same command again, or remove it yourself.",
            ) from error  # fmt: skip

    def move(self, making: Path, files: Sequence[EditionFile]) -> None:
        """Give files that were made the places that they are to be served from, as soon as they are told.

        Raises OpenallocError P114 where there is something that this database does not tell of.
        """
        paths = [self.path(one) for one in files]
        for path in paths:
            if path.exists():
                raise OpenallocError(
                    "P114", f"{path} 已经存在,却不是本数据库的版次", f"{path} is there already and is of no edition of this database",
                    "一个数据库一个文件夹:用 OPENALLOC_EDITION_FOLDER 指定另一个。", "A folder for each database: name another with OPENALLOC_EDITION_FOLDER.",
                )  # fmt: skip
        marker = making / _MOVING
        marker.write_text("".join(f"{path.relative_to(self.folder)}\n" for path in paths), "utf-8")
        flush(marker)
        marker.rename(self.folder / _MOVING)
        flush(self.folder)
        for path in paths:
            path.parent.mkdir(exist_ok=True)
            (making / path.name).rename(path)
            flush(path.parent)
        flush(self.folder)

    def settle(self, engine: Engine) -> None:
        """Remove what a run left that was broken off, and `tidy`; the lock is held."""
        self.tidy(engine)
        shutil.rmtree(self.folder / _MAKING, ignore_errors=True)
        marker = self.folder / _MOVING
        if not marker.exists():
            return
        with engine.connect() as connection:
            told = {self.path(one) for one in editions.files(connection)}
        for line in marker.read_text("utf-8").splitlines():
            if self.folder / line not in told:
                _remove(self.folder / line)
        marker.unlink()

    @contextmanager
    def held(self) -> Iterator[Path]:
        """The right to make an edition, and a folder to make it in; raises OpenallocError P110 and P111."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise OpenallocError(
                "P111", "另一个程序正在生成版次", "another program is making an edition",
                "等它做完,再运行一次。", "Wait until it is done, then run it again.",
            ) from None  # fmt: skip
        making = self.folder / _MAKING
        try:
            yield making
        except OSError as error:
            raise _unwritable(self.folder, error) from error
        finally:
            shutil.rmtree(making, ignore_errors=True)
            os.close(lock)


@dataclass(frozen=True)
class Maker:
    """Makes editions of one database. `site` stands before the addresses of records in them."""

    engine: Engine
    catalog: Catalog
    holdings: Holdings
    site: str

    def make(self, wanted: Wanted, now: datetime, *, with_empty: bool) -> Made:
        """The edition of the newest data version with the files that are wanted; those that are there stay as they are.

        Datasets without a record are left out unless `with_empty`; `now` is UTC without a zone. Raises OpenallocError
        P110 where the folder cannot be written, P111 where another program makes one, P112 where nothing is stored, P113
        where withdrawals for privacy came in between each time.
        """
        with self.holdings.held() as making:
            self.holdings.settle(self.engine)
            for _ in range(_TRIES):
                with suppress(MovedError):
                    return self._make(wanted, now, making, with_empty=with_empty)
                self.holdings.settle(self.engine)
        raise OpenallocError(
            "P113", "生成期间一再有公开信息因个人信息撤回,没有生成版次",
            "records were withdrawn for privacy each time while the edition was made; none is made",
            "再运行一次。", "Run it again.",
        )  # fmt: skip

    def _make(self, wanted: Wanted, now: datetime, making: Path, *, with_empty: bool) -> Made:
        """One try; raises MovedError."""
        with snapshot(self.engine) as taken:
            standing = taken.standing()
            if not standing.version:
                raise OpenallocError(
                    "P112", "数据库里还没有公开信息,没有可以生成的版次", "nothing is stored yet that an edition could be made of",
                    "先装入数据。", "Load something first.",
                )  # fmt: skip
            edition, known = self._known(standing, now)
            new = {key: one for key, one in wanted.items() if key not in known}
            empty = [] if with_empty else self._empty(new, taken)
            new = {key: one for key, one in new.items() if key[0] not in empty}
            if not new:
                return Made(edition, (), tuple(empty))
            making.mkdir()
            made = [self._write(edition, *key, one, taken, making, now) for key, one in new.items()]
            subjects = [
                (type, id) for piece in taken.pieces(_JOINED, Chosen(), "party") for type, id in piece
            ]
        self.holdings.move(making, made)
        with writing(self.engine, lasting=True) as connection:
            editions.tell(connection, edition, made, subjects)
        self.holdings.settle(self.engine)
        return Made(edition, tuple(made), tuple(empty))

    def _known(self, standing: Standing, now: datetime) -> tuple[Edition, set[tuple[str, str]]]:
        """The edition of a data version, told already or to be told, and which files it has."""
        with self.engine.connect() as connection:
            found = editions.of_version(connection, standing.version)
            if found is not None:
                return found, {(one.dataset, one.format) for one in editions.files(connection, found.name)}
        day = in_beijing(now).date()
        at = standing.at.replace(tzinfo=None) if standing.at else None
        return Edition(f"{day}-v{standing.version}", standing.version, at, now), set()

    def _empty(self, wanted: Wanted, taken: Snapshot) -> list[str]:
        """The datasets without a record."""
        rows = Rows(taken.dialect, self.catalog, self.site)
        of = {dataset: export for (dataset, _), export in wanted.items()}
        return [dataset for dataset, export in of.items() if not count(export, taken, rows)]

    def _write(
        self, edition: Edition, dataset: str, format: str, export: Export, taken: Snapshot, making: Path, now: datetime
    ) -> EditionFile:  # fmt: skip
        """A file, whole and on the disk, under the name that it is to have."""
        taken = replace(taken, tally={})
        rows = Rows(taken.dialect, self.catalog, self.site)
        what = begun(export, taken, rows)
        assert what.records is not None
        path = making / f"{dataset.replace('/', '.')}.{format}"
        done = fill(export, taken, rows, what, Sink(path), making)
        flush(path)
        linked = any(one.rows in _BESIDE for one in export.layout if one.name in done.rows)
        return EditionFile(
            edition.name, dataset, format, what.records, done.size, done.sha256, done.rows, linked, now
        )


def _remove(path: Path) -> bool:
    """Remove a file, and its folder where nothing else is in it; False where it is not there."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    flush(path.parent)
    with suppress(OSError):  # there are others in it
        path.parent.rmdir()
    return True


def _unwritable(folder: Path, error: OSError) -> OpenallocError:
    return OpenallocError(
        "P110", f"不能写入存放版次的文件夹 {folder}:{error.strerror}", f"the folder of editions {folder} cannot be written: {error.strerror}",
        "检查权限和磁盘空间;用 OPENALLOC_EDITION_FOLDER 指定文件夹。已生成的版次不受影响。",
        "Check permissions and space on the disk; OPENALLOC_EDITION_FOLDER names the folder. Editions made before are as they were.",
    )  # fmt: skip
