"""Forms of the pages for departments: their fields, and a file with its checksum, in a folder of its own.

The key comes as a field and stays one: no cookie, no address, no answer ever has it. So a page of another site can do
nothing with a form of ours, and what a browser says about where a form comes from is asked only to be sure.
"""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import anyio
from anyio.to_thread import run_sync
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from api.refusal import RequestError
from api.submitting import LIMIT, SECONDS, too_large, too_slow
from api.validate import plain_name

KINDS = ("multipart/form-data", "application/x-www-form-urlencoded")
_FIELDS = 1 << 20  # bytes that the fields of a form may have beside the file


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, and the file that came with it, if one did."""

    fields: Mapping[str, str]
    path: Path | None = None
    sha256: str = ""
    size: int = 0

    def said(self, name: str) -> str:
        """A field, '' where it is not there."""
        return self.fields.get(name, "").strip()


def is_form(request: Request) -> bool:
    """Whether the body is that of a page's form; who has the key in a header sends none, whatever it calls its body."""
    return (
        "authorization" not in request.headers
        and request.headers.get("content-type", "").partition(";")[0].strip().lower() in KINDS
    )


async def read(request: Request, folder: Path) -> Form:
    """A form of ours; raises RequestError K006, K021, K030 and K031 for what is none."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise RequestError(
            403, "K030", "表单不是从本站的页面来的", "The form does not come from a page of this site",
            "请直接打开本站的页面再提交。", "Open the page of this site itself.",
        )  # fmt: skip
    multipart = is_form(request) and "multipart" in request.headers["content-type"].lower()
    limited = Request(request.scope, _Limited(request, _FIELDS + (LIMIT if multipart else 0)).receive)
    try:
        with anyio.fail_after(SECONDS):
            async with limited.form(max_files=1, max_fields=40, max_part_size=_FIELDS) as form:
                return await _form(form, folder)
    except TimeoutError:
        raise too_slow() from None
    except HTTPException as error:
        raise RequestError(
            400, "K031", f"表单不完整或者格式不对:{error.detail}", f"The form cannot be read: {error.detail}",
            "请回到页面重新填写。", "Go back to the page and fill it in again.",
        ) from None  # fmt: skip


async def _form(form: FormData, folder: Path) -> Form:
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    upload = form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return Form(fields)
    path = folder / plain_name(upload.filename)
    sha256, size = await run_sync(_copied, upload, path)
    if size > LIMIT:
        raise too_large()
    return Form(fields, path, sha256, size)


def _copied(upload: UploadFile, path: Path) -> tuple[str, int]:
    with path.open("wb") as stream:
        shutil.copyfileobj(upload.file, stream, 1 << 20)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest(), path.stat().st_size


class _Limited:
    """What is received of a request, up to so many bytes."""

    def __init__(self, request: Request, most: int) -> None:
        self._receive, self._left = request.receive, most
        length = request.headers.get("content-length", "")
        if length.isdigit() and int(length) > most:
            raise too_large()

    async def receive(self) -> Message:
        """The next part of the body; raises RequestError K006 where it is too long."""
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise too_large()
        return message
