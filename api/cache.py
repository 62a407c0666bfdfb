"""Answers that a client may keep: by content (ETag), for a day, for ever."""

import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

DAY = "public, max-age=86400"
FOREVER = "public, max-age=31536000, immutable"


def cached(
    request: Request, content: bytes, media_type: str, cache: str, headers: Mapping[str, str] | None = None
) -> Response:
    """The content with its ETag, or 304 where the client has it.

    The answer says itself that every site may read it: a copy that some cache took for a request without an Origin
    also serves those with one.
    """
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    sent = {"ETag": etag, "Cache-Control": cache, "Access-Control-Allow-Origin": "*", **(headers or {})}
    if has(request, etag, any_too=True):
        return Response(status_code=304, headers=sent)
    return Response(content, headers=sent, media_type=media_type)


def has(request: Request, etag: str, *, any_too: bool = False) -> bool:
    """Whether the client says that it has what the tag names; `any_too`, also where it says that it has something (`*`)."""
    asked = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return etag.removeprefix("W/") in asked or (any_too and "*" in asked)
