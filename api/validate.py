"""`/validate`: a file or records in, the report out, as a page, JSON, CSV, one HTML file or the marked workbook.

The file lies in a folder of its own until the answer is sent and is then gone.
"""

import secrets
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote

import anyio
import anyio.to_thread
import orjson
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from api.checkers import Checkers
from api.checking import Job
from api.events import MEDIA_TYPE, Events, error_of, last_event
from api.pages import Pages, language, page, preferred, wants_page
from api.refusal import RequestError, body_of, status_of, words_of
from api.report_csv import as_csv
from formats.registry import all_formats
from loaders.profile import names as profile_names
from schemas.catalog import Catalog, Disclosure
from schemas.codelist import Code
from schemas.errors import OpenallocError

UPLOAD_LIMIT = 64 << 20
UPLOAD_SECONDS = 600.0
# A field of a form, the longest of which is the report of last time.
PREVIOUS_LIMIT = 16 << 20

JSON = "application/json"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The forms of an answer: by name in a form or an address, by media type in Accept (`html`, the file, only by name).
ANSWERS: Mapping[str, str | None] = {
    "json": JSON, "page": "text/html", "csv": "text/csv", "html": None, "workbook": WORKBOOK, "events": MEDIA_TYPE,
}  # fmt: skip
PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_TITLE = ("核对文件", "Check a file")
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks: the name of the file, how to read it, and the form of the answer."""

    name: str
    type: str | None
    publisher: str | None
    profile: str | None
    previous: str | None
    answer: str


def routes() -> list[Route]:
    """`/validate`."""
    limit = Middleware(RequestBodyLimitMiddleware, max_body_size=UPLOAD_LIMIT)
    return [Route("/validate", validate, methods=["GET", "POST"], middleware=[limit])]


async def validate(request: Request) -> Response:
    """GET: the page with its form. POST: a form with a file, or the file itself as the body."""
    if request.method != "POST":
        return _page(request)
    try:
        return await _checked(request)
    except OpenallocError as error:
        return _refusal(request, error)
    except ClientDisconnect:
        return Response(status_code=400)  # nobody reads it
    except HTTPException as error:
        if error.status_code != 413:
            return _refusal(request, RequestError(
                400, "A051", f"表单不完整或者格式不对:{error.detail}", f"The form cannot be read: {error.detail}",
                "请按 multipart/form-data 发送,文件放在 file 字段。",
                "Send multipart/form-data with the file in the field `file`.",
            ))  # fmt: skip
        return _refusal(request, RequestError(
            413, "A041", f"文件太大,上限是 {UPLOAD_LIMIT >> 20} MB", f"The file is larger than {UPLOAD_LIMIT >> 20} MB",
            "请把文件分成几份;也可以用 openalloc check 在自己的电脑上核对。",
            "Split it, or check it on your own machine with `openalloc check`.",
        ))  # fmt: skip


async def _checked(request: Request) -> Response:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="openalloc-"))
        checkers: Checkers = request.app.state.checkers
        asked, path = await _in_time(request, Path(folder))
        _require_known(asked, request.app.state.catalog)
        marked = Path(folder, "marked") if asked.answer == "workbook" else None
        job = Job(
            str(path), asked.type, asked.publisher, asked.profile,
            marked=str(marked) if marked else None, previous=asked.previous,
        )  # fmt: skip
        if asked.answer == "events":
            return Events(checkers, job, stack.pop_all(), partial(_with_html, request, asked), dict(PRIVATE))
        last = await last_event(request, checkers, job)
        if last is None:
            raise ClientDisconnect
        if "error" in last:
            raise error_of(last)
        return _answer(request, asked, last["report"], marked)


async def _in_time(request: Request, folder: Path) -> tuple[Asked, Path]:
    """What was received, within the time that a slow line needs; who sends a byte now and then gets no longer."""
    file = folder / "file"
    file.mkdir()
    try:
        with anyio.fail_after(UPLOAD_SECONDS):
            return await _received(request, file)
    except TimeoutError:
        raise RequestError(
            408, "A050", "文件传得太慢,没有收完", "The file came too slowly and was not received",
            "请换更快的网络,或者用 openalloc check 在自己的电脑上核对。",
            "Use a faster line, or check it on your own machine with `openalloc check`.",
        ) from None  # fmt: skip


def _with_html(request: Request, asked: Asked, event: dict[str, Any]) -> dict[str, Any]:
    """The last event of a check; a report also as the HTML that a page shows of it."""
    if "report" not in event:
        return event
    pages: Pages = request.app.state.pages
    values = {"report": event["report"], "given": _to_submit(request, asked, event["report"])}
    html = pages.part("result.html", language(request), chosen="lang" in request.query_params, **values)
    return event | {"html": html}


def _to_submit(request: Request, asked: Asked, report: Mapping[str, Any]) -> dict[str, str] | None:
    """What a form needs to submit the file that was checked; None where that cannot be."""
    if request.app.state.submissions is None or not report["ok"] or not report["records"]["total"]:
        return None
    return {
        "sha256": report["sha256"], "type": asked.type or "", "profile": asked.profile or "",
        "token": secrets.token_hex(16), "again": "",
    }  # fmt: skip


def _answer(request: Request, asked: Asked, report: dict[str, Any], marked: Path | None) -> Response:
    pages: Pages = request.app.state.pages
    stem = Path(report["file"]).stem.replace("*", "")
    if asked.answer == "page":
        return _page(request, report=report, given=_to_submit(request, asked, report))
    if asked.answer == "csv":
        return _file(as_csv(report), "text/csv; charset=utf-8", f"{stem}-核对报告.csv")
    if asked.answer == "html":
        content = pages.part(
            "report_file.html", language(request), report=report, style=pages.text("style.css")
        )
        return _file(content.encode(), "text/html; charset=utf-8", f"{stem}-核对报告.html")
    if marked is not None:
        return _file(marked.read_bytes(), WORKBOOK, f"{stem}-已标注.xlsx")
    return Response(orjson.dumps(report), headers=PRIVATE, media_type=JSON)


async def _received(request: Request, folder: Path) -> tuple[Asked, Path]:
    """What is asked, and the file in its folder."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form(max_files=2, max_fields=20, max_part_size=PREVIOUS_LIMIT) as form:
            asked = _asked(request, form)
            upload = form.get("file")
            if not isinstance(upload, UploadFile) or not upload.filename:
                raise RequestError(
                    400,
                    "A040",
                    "没有收到文件",
                    "No file was received",
                    "请先选择文件。",
                    "Choose a file first.",
                )
            asked = replace(asked, name=plain_name(upload.filename))
            path = folder / asked.name
            await anyio.to_thread.run_sync(_copy, upload, path)
        return asked, path
    name = _body_name(kind, request.query_params.get("file"))
    path = folder / name
    with path.open("wb") as stream:
        async for chunk in request.stream():
            stream.write(chunk)
    return replace(_asked(request, request.query_params), name=name), path


def _asked(request: Request, given: Mapping[str, Any]) -> Asked:
    texts = {name: str(value).strip() or None for name, value in given.items() if isinstance(value, str)}
    return Asked(
        "", texts.get("type"), texts.get("publisher"), texts.get("profile"),
        texts.get("previous"), _form_of_answer(request, texts.get("answer")),
    )  # fmt: skip


def _form_of_answer(request: Request, named: str | None) -> str:
    """The form asked for by name, else the client's best that we speak, JSON when it does not mind."""
    if named is not None and named not in ANSWERS:
        known = "、".join(ANSWERS)
        raise RequestError(
            400, "A047", f"没有这种答复:{named}", f"There is no such form of answer: {named}",
            f"可用的有:{known}。", f"There are: {known}.",
        )  # fmt: skip
    if named is not None:
        return named
    by_type = {media_type: name for name, media_type in ANSWERS.items() if media_type} | {
        "*/*": "json", "application/*": "json", "text/*": "page",
    }  # fmt: skip
    for media_type in preferred(request.headers.get("accept") or "*/*"):
        if media_type in by_type:
            return by_type[media_type]
    raise RequestError(
        406, "A043", "没有客户端接受的答复形式", "No form of answer that the client accepts",
        f"Accept 可用:{'、'.join(filter(None, ANSWERS.values()))}。", f"Accept one of: {', '.join(filter(None, ANSWERS.values()))}.",
    )  # fmt: skip


def _body_name(kind: str, given: str | None) -> str:
    """The name of a file that is the body itself; its suffix tells its format, else the content type does."""
    if given:
        return plain_name(given)
    for module in all_formats():
        if kind == module.MEDIA_TYPE:
            return f"upload{module.SUFFIXES[0]}"
    known = "、".join(module.MEDIA_TYPE for module in all_formats())
    raise RequestError(
        415, "A048", f"不认识的内容类型:{kind or '(没有)'}", f"Unknown content type: {kind or '(none)'}",
        f"用表单(multipart/form-data)、{known},或者在地址中写 ?file=文件名。",
        f"Send a form (multipart/form-data), {known}, or name the file with ?file=.",
    )  # fmt: skip


def plain_name(name: str) -> str:
    """The last part of a name, without what a file system or a terminal might take for something else."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    plain = "".join(one for one in last if one.isprintable() and one not in '<>:"|?*').lstrip(".").strip()
    stem, suffix = Path(plain).stem[-_LONGEST_NAME:], Path(plain).suffix[:10]
    return f"{stem or 'upload'}{suffix}"


def _copy(upload: UploadFile, path: Path) -> None:
    with path.open("wb") as stream:
        shutil.copyfileobj(upload.file, stream, 1 << 20)


def _require_known(asked: Asked, catalog: Catalog) -> None:
    """Raise where there is no such type or profile. A profile is one of ours by its name, never a path."""
    if asked.type is not None:
        catalog.type(asked.type)
    if asked.profile is not None and asked.profile not in profile_names():
        raise RequestError(
            422, "A049", f"没有这个映射配置:{asked.profile}", f"There is no such profile: {asked.profile}",
            f"已有的映射配置:{'、'.join(profile_names())}", f"The profiles are: {', '.join(profile_names())}",
        )  # fmt: skip


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", **PRIVATE}
    return Response(content, headers=headers, media_type=media_type)


def _refusal(request: Request, error: OpenallocError) -> Response:
    status = status_of(error)
    if wants_page(request):
        return _page(request, status=status, error=words_of(error))
    headers = PRIVATE | ({"Retry-After": "10"} if status == 503 else {})
    return Response(body_of(error), status, headers, JSON)


def _page(
    request: Request,
    *,
    status: int = 200,
    report: dict[str, Any] | None = None,
    given: dict[str, str] | None = None,
    error: dict[str, str] | None = None,
) -> Response:
    catalog: Catalog = request.app.state.catalog
    kept = report is None and error is None
    return page(
        request, "validate.html", _TITLE, status=status, cache="no-cache" if kept else "no-store",
        domains=_domains(catalog), profiles=profile_names(), limit=UPLOAD_LIMIT >> 20,
        suffixes=",".join(suffix for module in all_formats() for suffix in module.SUFFIXES),
        report=report, given=given, error=error, chosen_type=request.query_params.get("type", ""),
    )  # fmt: skip


def _domains(catalog: Catalog) -> list[tuple[Code, list[Disclosure]]]:
    """The types by domain, in the order of the codelist."""
    by_domain = [
        (domain, [one for one in catalog.types.values() if one.domain == domain.code])
        for domain in catalog.codelists["domain"].codes.values()
    ]
    return [(domain, types) for domain, types in by_domain if types]
