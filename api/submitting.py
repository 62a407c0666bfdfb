"""`/submissions`: departments' systems send records with a key and get a receipt with the report.

These are the only addresses that write. They know no cookies and no page of another site may call them; a file is
read in a process of its own only.
"""

import hashlib
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio
import orjson
from anyio.to_thread import run_sync
from sqlalchemy.exc import SQLAlchemyError
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from api.refusal import RequestError, body_of
from api.submissions import Submissions, TooManyError
from api.validate import JSON, PRIVATE
from formats import csv, json, jsonl, xlsx
from loaders.profile import names as profile_names
from schemas.errors import OpenallocError
from store.keys import Key
from store.submissions import Submission

PATH = "/submissions"
LIMIT = 64 << 20
# A larger body is answered before it is loaded.
AT_ONCE = 1 << 20
SECONDS = 600.0
FORMATS: dict[str, ModuleType] = {module.MEDIA_TYPE: module for module in (json, jsonl, csv, xlsx)}
STATUS = {"stored": 201, "unchanged": 200, "refused": 422, "outside": 403}
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Asked:
    """How a body is to be read, and its idempotency key."""

    module: ModuleType
    type: str | None
    profile: str | None
    idempotency: str | None
    later: bool


def routes() -> list[Route]:
    """`/submissions` and the status of each."""
    return [Route(PATH, submit, methods=["POST"]), Route(f"{PATH}/{{id}}", status, methods=["GET"])]


async def submit(request: Request) -> Response:
    """Take records: 201 where something was new, 200 where nothing was, 202 where it will be told later."""
    try:
        return await _submitted(request)
    except SQLAlchemyError:
        return _busy()


async def _submitted(request: Request) -> Response:
    submissions: Submissions = request.app.state.submissions
    with ExitStack() as stack:
        try:
            key = await run_sync(submissions.key, request.headers.get("authorization"))
            submissions.meter(key.id)
        except OpenallocError as error:
            return _refusal(error)
        try:
            stack.enter_context(submissions.place(key))
            asked = _asked(request, key)
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="openalloc-"))
            path = Path(folder, f"submission{asked.module.SUFFIXES[0]}")
            sha256, size = await _in_time(request, path)
            begun = await run_sync(submissions.begin, key, asked.idempotency, _text(request), sha256, size)
        except OpenallocError as error:
            await run_sync(submissions.reject, key, _text(request), error.code)
            return _refusal(error)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        if begun.outcome is not None:
            return _answer(begun)
        load = partial(_load, submissions, begun.id, key, path, asked)
        if asked.later or size > AT_ONCE:
            kept = stack.pop_all()

            async def later() -> None:
                with kept:
                    await load()

            return _answer(begun, BackgroundTask(later))
        fault = await load()
        if fault is not None:
            return _refusal(fault, {"Location": f"{PATH}/{begun.id}"})
        found = await run_sync(submissions.find, begun.id)
        assert found is not None
        return _answer(found)


async def status(request: Request) -> Response:
    """What came of a submission, to its own key."""
    submissions: Submissions = request.app.state.submissions
    try:
        key = await run_sync(submissions.key, request.headers.get("authorization"))
        submissions.meter(f"{key.id} status")
    except OpenallocError as error:
        return _refusal(error)
    found = await run_sync(submissions.find, request.path_params["id"])
    if found is None or found.key_id != key.id:
        return _refusal(RequestError(
            404, "K019", "没有这次提交,或者不是用这个密钥提交的", "There is no such submission of this key",
            "核对地址;状态只能用提交时的密钥查看。", "Check the address; only the key that submitted may look.",
        ))  # fmt: skip
    return Response(orjson.dumps(receipt(found)), 200, PRIVATE, JSON)


def _busy() -> Response:
    return _refusal(RequestError(
        503, "K029", "数据库没有接受", "The database did not take it",
        "请过一会儿用同一个 Idempotency-Key 再提交一次;已存的不会重复。",
        "Submit it again in a while with the same Idempotency-Key; nothing is stored twice.",
    ))  # fmt: skip


def receipt(found: Submission) -> dict[str, Any]:
    """A submission as its sender is told it."""
    running = "brokenOff" if found.error else "running"
    return {
        "id": found.id, "key": found.key_id, "state": running if found.outcome is None else "done",
        "outcome": found.outcome, "receivedAt": _time(found.received_at), "finishedAt": _time(found.finished_at),
        "sha256": found.sha256, "size": found.size, "taken": found.taken, "refused": found.refused,
        "loadId": found.load_id, "error": found.error, "report": found.report,
    }  # fmt: skip


async def _load(
    submissions: Submissions, id: str, key: Key, path: Path, asked: Asked
) -> OpenallocError | None:
    """Load a file; what kept it from its end is noted and given."""
    try:
        await submissions.load(id, key, path, asked.type, asked.profile)
    except OpenallocError as error:
        await run_sync(submissions.break_off, id, error.code)
        return error
    return None


def _asked(request: Request, key: Key) -> Asked:
    """What is asked; raises RequestError K005, K007, K018, K028 for what cannot be."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in FORMATS:
        known = "、".join(FORMATS)
        raise RequestError(
            415, "K007", f"不能提交这种内容类型:{kind[:100] or '(没有)'}", f"This content type cannot be submitted: {kind[:100] or '(none)'}",
            f"可用的 Content-Type:{known}。", f"Use one of: {', '.join(FORMATS)}.",
        )  # fmt: skip
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise RequestError(
            415, "K028", "不接受压缩的内容", "Compressed content is not taken",
            "请不压缩,直接发送(去掉 Content-Encoding)。", "Send it as it is, without Content-Encoding.",
        )  # fmt: skip
    catalog = request.app.state.catalog
    type, profile = request.query_params.get("type"), request.query_params.get("profile")
    if type is not None and catalog.type(type).type not in key.types:
        raise RequestError(
            403, "K005", f"密钥不能提交这个类型:{type}", f"The key may not submit this type: {type}",
            f"密钥的类型:{'、'.join(key.types)}。", f"The key's types: {', '.join(key.types)}.",
        )  # fmt: skip
    if profile is not None and profile not in profile_names():
        raise RequestError(
            422, "K022", "没有这个映射配置", "There is no such profile",
            f"已有的映射配置:{'、'.join(profile_names())}", f"The profiles are: {', '.join(profile_names())}",
        )  # fmt: skip
    if type is None and profile is None and len(key.types) == 1:
        type = key.types[0]
    later = "respond-async" in request.headers.get("prefer", "").lower()
    return Asked(FORMATS[kind], type, profile, _idempotency(request), later)


def _idempotency(request: Request) -> str | None:
    given = request.headers.get("idempotency-key")
    if given is None:
        return None
    if not given.isascii() or not given.isprintable() or not 1 <= len(given) <= _LONGEST:
        raise RequestError(
            400, "K018", "Idempotency-Key 写得不对", "The Idempotency-Key is not written well",
            f"用 1 至 {_LONGEST} 个 ASCII 字符,例如一个 UUID。", f"Use 1 to {_LONGEST} ASCII characters, such as a UUID.",
        )  # fmt: skip
    return given


async def _in_time(request: Request, path: Path) -> tuple[str, int]:
    """Write the body to a file; gives its SHA-256 and its size. Raises RequestError K006, K021."""
    digest, size = hashlib.sha256(), 0
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > LIMIT:
        raise _too_large()
    try:
        with anyio.fail_after(SECONDS), path.open("wb") as stream:
            async for chunk in request.stream():
                size += len(chunk)
                if size > LIMIT:
                    raise _too_large()
                digest.update(chunk)
                stream.write(chunk)
    except TimeoutError:
        raise RequestError(
            408, "K021", "内容传得太慢,没有收完", "The content came too slowly and was not received",
            "请换更快的网络,或者分成几次提交。", "Use a faster line, or submit it in parts.",
        ) from None  # fmt: skip
    return digest.hexdigest(), size


def _too_large() -> RequestError:
    return RequestError(
        413, "K006", f"内容太大,上限是 {LIMIT >> 20} MB", f"The content is larger than {LIMIT >> 20} MB",
        "请分成几次提交。", "Submit it in parts.",
    )  # fmt: skip


def _text(request: Request) -> str:
    """What was asked, as the audit trail keeps it: nothing but names that are ours."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    catalog, given = request.app.state.catalog, request.query_params
    known = {"type": (*catalog.types, *catalog.versions), "profile": profile_names()}
    named = (f"{name}={given[name] if given[name] in ours else '?'}" for name, ours in known.items() if name in given)  # fmt: skip
    return " ".join((kind if kind in FORMATS else "?", *named))


def _answer(found: Submission, background: BackgroundTask | None = None) -> Response:
    headers = {**PRIVATE, "Location": f"{PATH}/{found.id}"}
    code = 202 if found.outcome is None else STATUS[found.outcome]
    return Response(orjson.dumps(receipt(found)), code, headers, JSON, background)


def _refusal(error: OpenallocError, more: dict[str, str] | None = None) -> Response:
    code = error.status if isinstance(error, RequestError) else 422
    headers = {**PRIVATE, **(more or {})}
    if code == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="openalloc"'
    elif isinstance(error, TooManyError):
        headers["Retry-After"] = error.retry_after
    elif code == 503:
        headers["Retry-After"] = "10"
    return Response(body_of(error), code, headers, JSON)


def _time(when: datetime | None) -> str | None:
    return None if when is None else f"{when.isoformat(timespec='milliseconds')}Z"
