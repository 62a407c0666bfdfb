"""Answers compressed for those who take gzip, and their ETags made weak: the same tag would name two byte strings."""

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST = 1_024  # bytes; below it a packet is a packet
LEVEL = 5
# What is compressed already, and what has to come as it is made.
_PLAIN = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES, "application/x-ndjson",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip",
    "application/vnd.apache.parquet", "application/vnd.sqlite3",
    "text/csv; header=present",  # files of which ranges are asked for
)  # fmt: skip


class Compression:
    """gzip above a size, never for a stream of events."""

    def __init__(self, app: ASGIApp) -> None:
        self._gzip = GZipMiddleware(app, LEAST, LEVEL, exclude_content_types=_PLAIN)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, the answer back compressed."""

        async def weaken(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                tag = headers.get("etag", "")
                if tag.startswith('"') and "content-encoding" in headers:
                    headers["etag"] = f"W/{tag}"
            await send(message)

        await self._gzip(scope, receive, weaken)
