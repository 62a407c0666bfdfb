"""Makes the files of datasets: by threads of its own, each from one snapshot, into the folder where they are kept."""

import logging
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Thread
from time import monotonic, sleep
from traceback import extract_tb
from typing import TypeAlias

from sqlalchemy import Engine, text

from publish.datasets.export import Export
from publish.datasets.kept import Folder, Making, Reading
from publish.datasets.making import begun, count, fill
from publish.datasets.reading import STANDING, Snapshot, Standing, StoppedError, snapshot, standing
from publish.datasets.statements import Rows
from schemas.catalog import Catalog
from schemas.errors import OpenallocError

_LOG = logging.getLogger("openalloc")
_LOOK = 1.0  # seconds between two looks whether anybody still reads
_GRACE = 10.0  # seconds in which nobody need to
_AGAIN = 0.02
Told: TypeAlias = (
    "SimpleQueue[str | Exception]"  # the key of the file that can be read now, or why there is none
)


class BusyError(OpenallocError):
    """All places for making files are taken."""


class FailedError(Exception):
    """The file could not be made; the log says why."""


@dataclass
class Builder:
    """Gives files of datasets, made where they are not there. `site` stands before the addresses of records."""

    engine: Engine
    catalog: Catalog
    folder: Folder
    site: str = ""
    patience: float = 20.0  # seconds to wait for a place

    def standing(self) -> Standing:
        """The data version as of now."""
        with self.engine.connect() as connection:
            return standing(connection.execute(text(STANDING)).one())

    def tidy(self) -> None:
        """Remove files that may not stay, where any were ever kept."""
        if self.folder.is_made:
            self.folder.sweep(self.standing())

    def find(self, export: Export, version: int) -> Reading | None:
        """The file of a data version where it is whole or being made."""
        return self.folder.find(export.key(version, self.site))

    def open(self, export: Export) -> Reading:
        """The file, of the newest data version, to be read; a file that does not grow is whole then.

        Raises BusyError P105 where no place comes free in time, FailedError where it cannot be made.
        """
        until = monotonic() + self.patience
        while True:
            told: Told = SimpleQueue()
            thread = Thread(target=self._run, args=(export, told), daemon=True, name="dataset")
            thread.start()
            found = told.get()
            if isinstance(found, BusyError) and monotonic() < until:
                sleep(_AGAIN * 10)
                continue
            if isinstance(found, Exception):
                raise found
            reading = self._reading(found, until)
            if reading is not None:
                return reading

    def _reading(self, key: str, until: float) -> Reading | None:
        """The file once it can be read; None where whoever made it gave up."""
        while (reading := self.folder.find(key)) is None:
            if monotonic() > until:
                return None
            sleep(_AGAIN)
        return reading

    def count(self, export: Export) -> int:
        """How many disclosures a selection has now."""
        with snapshot(self.engine) as taken:
            return count(export, taken, Rows(taken.dialect, self.catalog, self.site))

    # in the thread

    def _run(self, export: Export, told: Told) -> None:
        making: Making | None = None
        try:
            stop = Event()
            with snapshot(self.engine, stop) as taken:
                now = taken.standing()
                self.folder.sweep(now)
                key = export.key(now.version, self.site)
                with self.folder.place() as has_place:
                    making = self.folder.make(key) if has_place else None
                    if making is None:
                        told.put(key if has_place or self.folder.find(key) else busy())
                        return
                    self._make(export, taken, making, told, key)
            self.folder.sweep(now)
        except StoppedError:
            if making:
                making.fail()
        except Exception as error:
            if making:
                making.fail()
            places = [f"{frame.filename}:{frame.lineno}" for frame in extract_tb(error.__traceback__)]
            _LOG.error(
                "dataset %s: %s at %s", export.name, type(error).__qualname__, " < ".join(reversed(places))
            )
            told.put(FailedError(export.name))

    def _make(self, export: Export, taken: Snapshot, making: Making, told: Told, key: str) -> None:
        rows = Rows(taken.dialect, self.catalog, self.site)
        what = begun(export, taken, rows)
        sink = making.begin(what)
        told.put(key)
        watch = Thread(target=_watch, args=(making, taken.stop, ended := Event()), daemon=True)
        watch.start()
        try:
            done = fill(export, taken, rows, what, sink, making.folder)
        finally:
            ended.set()
        making.finish(done)


def _watch(making: Making, stop: Event, ended: Event) -> None:
    """Stop making a file that nobody waits for."""
    ended.wait(_GRACE)
    while not ended.wait(_LOOK):
        if not making.is_read():
            stop.set()
            return


def busy() -> BusyError:
    """All places are taken."""
    return BusyError(
        "P105", "正在生成的下载文件太多", "too many downloads are being made",
        "请稍后再试;已生成的文件随时可以下载。", "Try again later; what is made already can be had at any time.",
    )  # fmt: skip
