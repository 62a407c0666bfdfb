"""Zip files written from their begin to their end, the same bytes for the same content."""

from contextlib import AbstractContextManager
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

_TIME = (2018, 5, 22, 0, 0, 0)  # fixed, so that the same content makes the same bytes
_LEVEL = 4


class Stream:
    """What a zip is written into where nobody can go back in it."""

    def __init__(self, sink: Any) -> None:
        self._sink = sink

    def write(self, content: bytes) -> int:
        """Append."""
        self._sink.write(bytes(content))
        return len(content)

    def flush(self) -> None:
        """Nothing waits."""


def archive(sink: Any) -> ZipFile:
    """A zip that is written into a sink."""
    return ZipFile(Stream(sink), "w", ZIP_DEFLATED, compresslevel=_LEVEL)  # type: ignore[call-overload, no-any-return]


def opened(into: ZipFile, name: str, *, packed: bool = False) -> AbstractContextManager[IO[bytes]]:
    """A file in a zip, to be written, however long it gets; `packed` says that it is compressed already."""
    made = ZipInfo(name, _TIME)
    made.compress_type = ZIP_STORED if packed else ZIP_DEFLATED
    made.external_attr = 0o644 << 16
    return into.open(made, "w", force_zip64=True)


def entry(into: ZipFile, name: str, content: bytes) -> None:
    """A whole file in a zip."""
    with opened(into, name) as file:
        file.write(content)
