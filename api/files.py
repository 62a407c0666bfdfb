"""A kept file as an answer: whole, a range of it, or while it is still made; 304 where the client has it.

Nothing of a file is held in memory but a piece, and a client that reads slowly holds nothing but an open file. A file
that breaks off breaks the connection off: it never looks whole.
"""

import base64
import re
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from typing import Protocol

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.cache import has
from publish.datasets.kept import Begun, BrokenError, Done, Reading

PIECE = 256 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_SLEEP = 0.01, 0.25  # seconds until it is looked again whether there is more, at first and at last


class Source(Protocol):
    """A file that is open to be read, whole or while it grows."""

    @property
    def begun(self) -> Begun:
        """What it is of."""

    @property
    def done(self) -> Done | None:
        """What is known of it once it is whole."""

    def look(self) -> Done | None:
        """The same as of now; raises BrokenError where it never will be whole."""

    def read(self, offset: int, most: int) -> bytes:
        """What is there from a place on."""

    def close(self) -> None:
        """Read it no more."""


def headers_of(etag: str, records: int | None, version: int, at: str | None, name: str) -> dict[str, str]:
    """What is said of a file before it is there."""
    headers = {
        "ETag": etag, "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff",
        "Openalloc-Data-Version": str(version),
        "Content-Disposition": f'attachment; filename="{name}"',
    }  # fmt: skip
    if records is not None:
        headers["Openalloc-Records"] = str(records)
    if at is not None:
        headers["Last-Modified"] = format_datetime(datetime.fromisoformat(at), usegmt=True)
    return headers


def is_known(request: Request, headers: Mapping[str, str]) -> bool:
    """Whether the client has it: by its ETag, else by when it was last changed."""
    if "if-none-match" in request.headers:
        return has(request, headers["ETag"], any_too=True)
    since, changed = request.headers.get("if-modified-since"), headers.get("Last-Modified")
    if since is None or changed is None:
        return False
    try:
        return parsedate_to_datetime(changed) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False


async def served(request: Request, reading: Source, headers: dict[str, str], media_type: str) -> Response:
    """The answer; closes the file when it is sent or the client has left."""
    done = reading.done
    if done is None:
        body = _pieces(reading, 0, None)
        return StreamingResponse(body, headers=headers, media_type=media_type)
    headers |= {
        "Accept-Ranges": "bytes", "Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(done.sha256)).decode()}:",
        "Openalloc-Rows": ", ".join(f"{name}={count}" for name, count in done.rows.items()),
    }  # fmt: skip
    wanted = _range(request, headers, done.size)
    if wanted is None:
        headers["Content-Length"] = str(done.size)
        if request.method == "HEAD":
            reading.close()
            return Response(headers=headers, media_type=media_type)
        return StreamingResponse(_pieces(reading, 0, done.size), headers=headers, media_type=media_type)
    begin, end = wanted
    if begin >= end:
        reading.close()
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{done.size}"})
    headers |= {
        "Content-Length": str(end - begin),
        "Content-Range": f"bytes {begin}-{end - 1}/{done.size}",
    }
    return StreamingResponse(_pieces(reading, begin, end), 206, headers, media_type)


def _range(request: Request, headers: Mapping[str, str], size: int) -> tuple[int, int] | None:
    """The begin and the end that are asked for; None for the whole file, which also answers several ranges."""
    found = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if found is None or found[0] == "bytes=-":
        return None
    condition = request.headers.get("if-range")
    if condition is not None and condition not in (headers["ETag"], headers.get("Last-Modified")):
        return None
    first, last = found[1][:19], found[2][:19]
    if not first:
        return max(size - int(last), 0) if int(last) else size, size
    end = min(int(last) + 1, size) if last else size
    return (int(first), end) if not last or int(last) >= int(first) else None


async def _pieces(reading: Source, begin: int, end: int | None) -> AsyncIterator[bytes]:
    """The bytes from a place on; to the end of a file that is still made, as they come. Raises BrokenError."""
    sleep, longest = _SLEEP
    try:
        while end is None or begin < end:
            whole = end is not None or reading.look() is not None  # before reading: then that is all
            most = PIECE if end is None else min(PIECE, end - begin)
            piece = await anyio.to_thread.run_sync(partial(reading.read, begin, most))
            if piece:
                begin, sleep = begin + len(piece), _SLEEP[0]
                yield piece
            elif not whole:
                await anyio.sleep(sleep)
                sleep = min(sleep * 2, longest)
            elif end is None:
                return
            else:
                raise BrokenError(reading.begun.name)
    finally:
        reading.close()


async def finished(reading: Reading) -> None:
    """Wait until a file is whole; raises BrokenError where it never will be."""
    sleep, longest = _SLEEP
    while reading.look() is None:
        await anyio.sleep(sleep)
        sleep = min(sleep * 2, longest)
