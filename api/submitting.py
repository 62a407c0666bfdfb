"""`/submissions`: departments' systems send records with a key and get a receipt with the report.

These are the only addresses that write. They know no cookies and no page of another site may call them; a file is
read in a process of its own only.
"""

import hashlib
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType

import anyio
import orjson
from anyio.to_thread import run_sync
from sqlalchemy.exc import SQLAlchemyError
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api.keeping import Kept, Waiting
from api.receipts import receipt
from api.refusal import RequestError, body_of, status_of
from api.submissions import Submissions, TooManyError
from api.validate import JSON, PRIVATE
from formats import csv, json, jsonl, xlsx
from loaders.profile import names as profile_names
from schemas.catalog import Disclosure
from schemas.errors import OpenallocError
from schemas.statement import statement
from store.keys import Key
from store.submissions import Submission

PATH = "/submissions"
LIMIT = 64 << 20
# A larger body is answered before it is loaded.
AT_ONCE = 1 << 20
SECONDS = 600.0
FORMATS: dict[str, ModuleType] = {module.MEDIA_TYPE: module for module in (json, jsonl, csv, xlsx)}
STATUS = {"stored": 201, "withdrawn": 201, "unchanged": 200, "refused": 422, "outside": 403}
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Asked:
    """How a body is to be read, what the audit trail says of it, and its idempotency key."""

    suffix: str
    text: str
    type: str | None
    profile: str | None
    idempotency: str | None
    later: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a body: its submission, what is left to do once it is answered, or what went wrong."""

    submission: Submission
    later: BackgroundTask | None = None
    fault: OpenallocError | None = None


async def submit(request: Request) -> Response:
    """Take records: 201 where something was new, 200 where nothing was, 202 where it will be told later."""
    try:
        return await _submitted(request)
    except SQLAlchemyError:
        return busy()


async def _submitted(request: Request) -> Response:
    submissions: Submissions = request.app.state.submissions
    with ExitStack() as stack:
        try:
            key = await run_sync(submissions.key, request.headers.get("authorization"))
            submissions.meter(key.id)
        except OpenallocError as error:
            return refusal(error)
        try:
            stack.enter_context(submissions.place(key))
            asked = _asked(request, key)
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="openalloc-"))
            path = Path(folder, f"submission{asked.suffix}")
            sha256, size = await _in_time(request, path)
            taken = await take(submissions, stack, key, asked, path, sha256, size)
        except OpenallocError as error:
            await run_sync(submissions.reject, key, _text(request), error.code)
            return refusal(error)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        if taken.fault is not None:
            return refusal(taken.fault, {"Location": f"{PATH}/{taken.submission.id}"})
        return answer(taken.submission, submissions.now(), taken.later)


async def take(
    submissions: Submissions, stack: ExitStack, key: Key, asked: Asked, path: Path, sha256: str, size: int
) -> Taken:
    """Load a body, at once or after the answer; what the stack holds stays until then.

    Raises RequestError K003, K004, K009 before anything is read of it.
    """
    begun = await run_sync(submissions.begin, key, asked.idempotency, asked.text, sha256, size)
    if begun.outcome is not None:
        return Taken(begun)
    if asked.later or size > AT_ONCE:
        kept = await _kept(submissions, begun.id, key, path, asked)
        held = stack.pop_all()

        async def later() -> None:
            with held:
                try:
                    await _load(submissions, begun.id, key, kept.path if kept else path, asked)
                    if kept:
                        kept.drop()
                finally:
                    if kept:
                        kept.let_go()  # where this was broken off the next start takes it up

        return Taken(begun, BackgroundTask(later))
    fault = await _load(submissions, begun.id, key, path, asked)
    found = await run_sync(submissions.find, begun.id)
    assert found is not None
    return Taken(found, fault=fault)


async def _kept(submissions: Submissions, id: str, key: Key, path: Path, asked: Asked) -> Kept | None:
    """The body where it outlives the server; None where there is no such place."""
    if submissions.keeping is None:
        return None
    waiting = Waiting(id, key.id, path.name, asked.type, asked.profile, asked.again)
    return await run_sync(submissions.keeping.keep, path, waiting)


async def status(request: Request) -> Response:
    """What came of a submission, to its own key."""
    submissions: Submissions = request.app.state.submissions
    try:
        key = await run_sync(submissions.key, request.headers.get("authorization"))
        submissions.meter(f"{key.id} status")
    except OpenallocError as error:
        return refusal(error)
    found = await run_sync(submissions.find, request.path_params["id"])
    if found is None or found.key_id != key.id:
        return refusal(unknown())
    return Response(orjson.dumps(receipt(found, submissions.now())), 200, PRIVATE, JSON)


def busy() -> Response:
    """The answer where the database does not take it."""
    return refusal(not_taken())


def not_taken() -> RequestError:
    """The error where the database does not take it."""
    return RequestError(
        503, "K029", "数据库没有接受", "The database did not take it",
        "请过一会儿用同一个 Idempotency-Key 再提交一次;已存的不会重复。",
        "Submit it again in a while with the same Idempotency-Key; nothing is stored twice.",
    )  # fmt: skip


def unknown() -> RequestError:
    """The error for a submission that there is not, or is another key's."""
    return RequestError(
        404, "K019", "没有这次提交,或者不是用这个密钥提交的", "There is no such submission of this key",
        "核对地址;状态只能用提交时的密钥查看。", "Check the address; only the key that submitted may look.",
    )  # fmt: skip


def not_its_type(key: Key, type_: str) -> RequestError:
    """The error for a type that a key does not have."""
    return RequestError(
        403, "K005", f"密钥不能提交这个类型:{type_}", f"The key may not submit this type: {type_}",
        f"密钥的类型:{'、'.join(key.types)}。", f"The key's types: {', '.join(key.types)}.",
    )  # fmt: skip


def no_profile() -> RequestError:
    """The error for a profile that there is not."""
    return RequestError(
        422, "K022", "没有这个映射配置", "There is no such profile",
        f"已有的映射配置:{'、'.join(profile_names())}", f"The profiles are: {', '.join(profile_names())}",
    )  # fmt: skip


async def _load(
    submissions: Submissions, id: str, key: Key, path: Path, asked: Asked
) -> OpenallocError | None:
    """Load a file; what kept it from its end is noted and given."""
    try:
        await submissions.load(id, key, path, asked.type, asked.profile, again=asked.again)
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
    if type is not None and not may_submit(key, catalog.type(type)):
        raise not_its_type(key, type)
    if profile is not None and profile not in profile_names():
        raise no_profile()
    if type is None and profile is None and len(key.types) == 1:
        type = key.types[0]
    later = "respond-async" in request.headers.get("prefer", "").lower()
    return Asked(
        FORMATS[kind].SUFFIXES[0], _text(request), type, profile, idempotency(request), later, _again(request)
    )


def _again(request: Request) -> bool:
    """Whether records that were withdrawn shall be brought back."""
    return request.query_params.get("again", "").lower() in ("1", "true", "yes")


def may_submit(key: Key, disclosure: Disclosure) -> bool:
    """Whether a key takes a type: its own, and statements that there was nothing of them."""
    return disclosure.type in key.types or statement(disclosure) is not None


def idempotency(request: Request) -> str | None:
    """The idempotency key of a request; raises RequestError K018."""
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
        raise too_large()
    try:
        with anyio.fail_after(SECONDS), path.open("wb") as stream:
            async for chunk in request.stream():
                size += len(chunk)
                if size > LIMIT:
                    raise too_large()
                digest.update(chunk)
                stream.write(chunk)
    except TimeoutError:
        raise too_slow() from None
    return digest.hexdigest(), size


def too_slow() -> RequestError:
    """The error for a body that does not come to its end."""
    return RequestError(
        408, "K021", "内容传得太慢,没有收完", "The content came too slowly and was not received",
        "请换更快的网络,或者分成几次提交。", "Use a faster line, or submit it in parts.",
    )  # fmt: skip


def too_large() -> RequestError:
    """The error for a body beyond the limit."""
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
    again = ("again",) if _again(request) else ()
    return " ".join((kind if kind in FORMATS else "?", *named, *again))


def answer(found: Submission, now: datetime, background: BackgroundTask | None = None) -> Response:
    """A submission as JSON, with the address where it can be looked at again."""
    headers = {**PRIVATE, "Location": f"{PATH}/{found.id}"}
    code = 202 if found.outcome is None else STATUS[found.outcome]
    return Response(orjson.dumps(receipt(found, now)), code, headers, JSON, background)


def refusal(error: OpenallocError, more: dict[str, str] | None = None) -> Response:
    """An error as JSON."""
    code = status_of(error)
    headers = {**PRIVATE, **(more or {})}
    if code == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="openalloc"'
    elif isinstance(error, TooManyError):
        headers["Retry-After"] = error.retry_after
    elif code == 503:
        headers["Retry-After"] = "10"
    return Response(body_of(error), code, headers, JSON)
