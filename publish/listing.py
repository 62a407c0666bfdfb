"""A list as it is at one data version, in the bytes of its downloads: what is kept when it is cited."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event, Timer

from sqlalchemy import Engine

from publish.datasets import delimited, jsonlines
from publish.datasets.export import Choose, export
from publish.datasets.reading import StoppedError, snapshot
from publish.datasets.statements import Rows
from publish.selection import Selection
from schemas.catalog import Catalog

_ID = b'{"id":"'


class LargeError(Exception):
    """The list has more records or bytes than it may have."""


class SlowError(Exception):
    """The list takes longer to read than it may."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list: its data version, its bytes by format, and the ids of its records."""

    version: int
    bodies: Mapping[str, bytes]
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Lister:
    """Reads lists from one database; `site` stands before the addresses of records."""

    engine: Engine
    catalog: Catalog
    site: str = ""
    seconds: float = 10.0

    def read(self, selection: Selection, choose: Choose, records: int, most: int) -> Listed:
        """The list in JSON Lines and CSV, of one snapshot; raises LargeError beyond so many records or bytes, SlowError."""
        made = export("disclosures", selection, "jsonl", self.catalog, choose)
        stop = Event()
        watch = Timer(self.seconds, stop.set)
        watch.daemon = True
        watch.start()
        try:
            with snapshot(self.engine, stop) as taken:
                rows, pieces = Rows(taken.dialect, self.catalog, self.site), list[bytes]()
                size = count = 0
                for piece in jsonlines.chunks(made.layout[0], made.chosen, rows, taken):
                    pieces.append(piece)
                    size += len(piece)
                    count += piece.count(b"\n")
                    if size > most or count > records:
                        raise LargeError
                lines = b"".join(pieces)
                table = b"".join(delimited.chunks(made.layout[0], made.chosen, rows, taken))
                version = taken.standing().version
        except StoppedError:
            raise SlowError from None
        finally:
            watch.cancel()
        ids = tuple(_id(line) for line in lines.splitlines())
        return Listed(version, {"jsonl": lines, "csv": table}, ids)


def _id(line: bytes) -> str:
    """The id with which a line begins."""
    assert line.startswith(_ID)
    return line[len(_ID) : line.index(b'"', len(_ID))].decode()
