"""The pages from which a department submits: the file it has checked, corrections, withdrawals, statements.

Every form carries the key; there is no session. An answer that shows what is a key's own is kept nowhere, and the
address of a receipt asks for the key again.
"""

import hashlib
import secrets
import tempfile
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from anyio.to_thread import run_sync
from sqlalchemy.exc import SQLAlchemyError
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api import submitting
from api.forms import Form, is_form, read
from api.pages import Pages, Title, language, page, wants_page
from api.receipts import receipt, slip
from api.refusal import RequestError, body_of
from api.stating import PERIODS, choices, statement_of
from api.submissions import Submissions
from api.submitting import PATH, Asked, may_submit, refusal, take
from api.validate import JSON, PRIVATE, plain_name
from api.withdrawing import Asked as Withdrawing
from api.withdrawing import withdraw as withdraw_record
from formats.registry import all_formats
from loaders.profile import names as profile_names
from schemas.calendar import BEIJING
from schemas.errors import OpenallocError
from store import submissions as trail
from store.keys import Key

_TITLE: Title = ("提交与回执", "Submit")
_RECEIPT: Title = ("回执", "Receipt")
_MOST = 100
# What a page shows again of a form that was not taken: never the key.
_FIELDS = ("stated", "year", "part", "region", "statement", "record", "reason", "kind")
OUTCOMES: Mapping[str, tuple[str, str]] = {
    "stored": ("全部接收", "all taken"), "unchanged": ("没有变化", "nothing was new"), "refused": ("有的没有接收", "some refused"),
    "outside": ("超出范围", "outside the bounds"), "rejected": ("没有接收", "not taken"), "withdrawn": ("已撤回", "withdrawn"),
    "running": ("正在处理", "running"), "brokenOff": ("没有处理完", "not done"),
}  # fmt: skip


def routes() -> list[Route]:
    """`/submissions`: for departments' systems, and the pages of departments."""
    only = ("preview", "withdrawals", "statements", "mine")
    return [
        Route(PATH, entrance, methods=["GET"]),
        Route(PATH, submit, methods=["POST"]),
        Route(f"{PATH}/preview", preview, methods=["POST"]),
        Route(f"{PATH}/withdrawals", withdraw, methods=["POST"]),
        Route(f"{PATH}/statements", state, methods=["POST"]),
        Route(f"{PATH}/mine", mine, methods=["POST"]),
        *(Route(f"{PATH}/{name}", _back, methods=["GET"]) for name in only),
        Route(f"{PATH}/{{id}}", status, methods=["GET"]),
        Route(f"{PATH}/{{id}}", unlocked, methods=["POST"]),
    ]


async def entrance(request: Request) -> Response:
    """The page; to a key what it has submitted, as JSON."""
    if wants_page(request) and "authorization" not in request.headers:
        return _desk(request)
    desk: Submissions = request.app.state.submissions
    try:
        key = await run_sync(desk.key, request.headers.get("authorization"))
        desk.meter(f"{key.id} status")
        return Response(orjson.dumps(await run_sync(_own, desk, key)), 200, PRIVATE, JSON)
    except OpenallocError as error:
        return refusal(error)
    except SQLAlchemyError:
        return submitting.busy()


async def submit(request: Request) -> Response:
    """Records from a system, or the form with a file."""
    if not is_form(request):
        return await submitting.submit(request)
    return await _form(request, _submitted, _again)


async def preview(request: Request) -> Response:
    """What the file of the form would change."""
    return await _form(request, _previewed, _again)


async def state(request: Request) -> Response:
    """A statement that there was nothing to disclose, from the form."""
    return await _form(request, _stated, _desk)


async def mine(request: Request) -> Response:
    """What the key has submitted, and what of it is still refused."""
    return await _form(request, _listed, _desk)


async def withdraw(request: Request) -> Response:
    """A withdrawal: JSON with the key in its header, or the form."""
    if is_form(request):
        return await _form(request, _withdrawn, _desk)
    desk: Submissions = request.app.state.submissions
    key: Key | None = None
    try:
        key = await run_sync(desk.key, request.headers.get("authorization"))
        desk.meter(key.id)
        with desk.place(key):
            asked = Withdrawing.of(await _json(request))
            found = await run_sync(withdraw_record, desk, key, asked, submitting.idempotency(request))
    except OpenallocError as error:
        if key is not None and error.code in ("K020", "K032"):
            await run_sync(desk.reject, key, "withdrawal", error.code)
        return refusal(error)
    except SQLAlchemyError:
        return submitting.busy()
    return submitting.answer(found, desk.now(), _purge(desk, found.id, asked.privacy))


async def status(request: Request) -> Response:
    """What came of a submission: JSON to its key; a browser is asked for the key."""
    if "authorization" in request.headers or not wants_page(request):
        return await submitting.status(request)
    return _page(request, "receipt.html", _RECEIPT, receipt=None, id=request.path_params["id"], error=None)


async def unlocked(request: Request) -> Response:
    """The receipt that the form's key may see."""
    return await _form(request, _receipt, _locked)


async def _form(
    request: Request,
    then: Callable[[Request, ExitStack, Key, Form], Awaitable[Response]],
    otherwise: Callable[..., Response],
) -> Response:
    """Read a form, find its key, do what it asks; what is wrong is said on the page that it came from."""
    desk: Submissions = request.app.state.submissions
    form = Form({})
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="openalloc-"))
        try:
            form = await read(request, Path(folder))
            given = form.said("key")
            key = await run_sync(desk.key, f"Bearer {given}" if given else None)
            desk.meter(key.id)
            return await then(request, stack, key, form)
        except OpenallocError as error:
            return otherwise(request, form=form, error=error)
        except SQLAlchemyError:
            return otherwise(request, form=form, error=submitting.not_taken())
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it


async def _submitted(request: Request, stack: ExitStack, key: Key, form: Form) -> Response:
    path = _same_file(form)
    return await _taken(request, stack, key, form, path, form.sha256, form.size)


async def _taken(
    request: Request, stack: ExitStack, key: Key, form: Form, path: Path, sha256: str, size: int
) -> Response:
    """Load a file of the form and answer with the receipt."""
    desk: Submissions = request.app.state.submissions
    asked = _asked(request, key, form, path)
    try:
        stack.enter_context(desk.place(key))
        taken = await take(desk, stack, key, asked, path, sha256, size)
    except OpenallocError as error:
        await run_sync(desk.reject, key, asked.text, error.code)
        raise
    if taken.fault is not None:
        raise taken.fault
    return _shown(request, taken.submission, key, taken.later)


async def _previewed(request: Request, stack: ExitStack, key: Key, form: Form) -> Response:
    desk: Submissions = request.app.state.submissions
    path = _same_file(form)
    asked = _asked(request, key, form, path)
    with desk.place(key):
        found = await desk.preview(key, path, asked.type, asked.profile)
    pages: Pages = request.app.state.pages
    values = {"preview": found["preview"], "report": found["report"], "error": None}
    if form.said("answer") == "part":  # a script puts it into the page
        content = pages.part("changes.html", language(request), **values)
        return Response(content.encode(), 200, PRIVATE, "text/html; charset=utf-8")
    return _page(
        request, "submit_page.html", ("会改动什么", "What it would change"), form=_again_of(form), **values
    )


async def _stated(request: Request, stack: ExitStack, key: Key, form: Form) -> Response:
    desk: Submissions = request.app.state.submissions
    record = statement_of(form.fields, desk.catalog, key.region, _today(desk))
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="openalloc-")))
    path, content = folder / plain_name(f"{record['localId']}.json"), orjson.dumps(record)
    path.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    return await _taken(request, stack, key, Form({"token": form.said("token")}), path, sha256, len(content))


async def _withdrawn(request: Request, stack: ExitStack, key: Key, form: Form) -> Response:
    desk: Submissions = request.app.state.submissions
    stack.enter_context(desk.place(key))
    asked = Withdrawing.of(
        {"record": form.said("record"), "reason": form.said("reason"), "kind": form.said("kind")}
    )
    found = await run_sync(withdraw_record, desk, key, asked, _token(form))
    return _shown(request, found, key, _purge(desk, found.id, asked.privacy))


async def _listed(request: Request, stack: ExitStack, key: Key, form: Form) -> Response:
    desk: Submissions = request.app.state.submissions
    found = await run_sync(_own, desk, key)
    return _page(request, "mine.html", ("我的提交", "My submissions"), key=key, **found)


async def _receipt(request: Request, stack: ExitStack, key: Key, form: Form) -> Response:
    desk: Submissions = request.app.state.submissions
    found = await run_sync(desk.find, request.path_params["id"])
    if found is None or found.key_id != key.id:
        raise submitting.unknown()
    if form.said("answer") == "json":
        name = f'attachment; filename="openalloc-{found.id}.json"'
        content = orjson.dumps(receipt(found, desk.now()))
        return Response(content, 200, PRIVATE | {"Content-Disposition": name}, JSON)
    return _shown(request, found, key, status=200)


def _own(desk: Submissions, key: Key) -> dict[str, Any]:
    """The last submissions of a key, and the rows of them that are still refused."""
    with desk.engine.connect() as connection:
        found = trail.listed(connection, key.id, _MOST)
        rows = trail.still_refused(connection, found)
    said = [slip(one, desk.now()) | {"asked": one.asked} for one in found]
    return {
        "submissions": said,
        "stillRefused": [
            {"submission": one.submission, "sheet": one.sheet, "row": one.row, "issues": list(one.issues)} for one in rows
        ],
    }  # fmt: skip


def _same_file(form: Form) -> Path:
    """The file, which has to be the one that was checked; raises RequestError K034, K035."""
    if form.path is None:
        raise RequestError(
            400, "K034", "没有收到文件", "No file was received",
            "请再选一次刚才核对的文件。", "Choose the file that you checked once more.",
        )  # fmt: skip
    if form.sha256 != form.said("sha256"):
        raise RequestError(
            409, "K035", "这不是刚才核对的文件,什么也没有存", "This is not the file that was checked; nothing was stored",
            "选择核对过的那个文件;文件改过的,请先重新核对。", "Choose that file; if it was changed, check it again first.",
        )  # fmt: skip
    return form.path


def _asked(request: Request, key: Key, form: Form, path: Path) -> Asked:
    """How the file is to be read: as it was when it was checked."""
    catalog = request.app.state.catalog
    type_, profile = form.said("type") or None, form.said("profile") or None
    if type_ is not None and not may_submit(key, catalog.type(type_)):
        raise submitting.not_its_type(key, type_)
    if profile is not None and profile not in profile_names():
        raise submitting.no_profile()
    suffixes = {suffix for module in all_formats() for suffix in module.SUFFIXES}
    suffix = path.suffix.lower() if path.suffix.lower() in suffixes else "?"
    again = form.said("again") == "on"
    text = " ".join(filter(None, (
        "form", suffix, type_ and f"type={type_}", profile and f"profile={profile}", "again" if again else None,
    )))  # fmt: skip
    return Asked(path.suffix, text, type_, profile, _token(form), again=again)


def _token(form: Form) -> str | None:
    """What makes sending a form twice the same as once."""
    given = form.said("token")
    return given if given.isalnum() and given.isascii() and len(given) == 32 else None


async def _json(request: Request) -> Any:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > 1 << 16:
            return None
    try:
        return orjson.loads(body)
    except ValueError:
        return None


def _purge(desk: Submissions, id_: str, privacy: bool) -> BackgroundTask | None:
    return BackgroundTask(run_sync, partial(desk.purge, id_)) if privacy else None


def _beijing(text: str) -> str:
    """A time of an answer as people in China read it."""
    return f"{datetime.fromisoformat(text).astimezone(BEIJING):%Y-%m-%d %H:%M:%S} (UTC+8)"


def _today(desk: Submissions) -> date:
    """The day in China."""
    return desk.now().replace(tzinfo=UTC).astimezone(BEIJING).date()


def _shown(
    request: Request, found: Any, key: Key, later: BackgroundTask | None = None, *, status: int | None = None
) -> Response:
    """The receipt's page. What was taken but for some rows is no error of the form."""
    desk: Submissions = request.app.state.submissions
    said = receipt(found, desk.now())
    kept = slip(found, desk.now())
    code = status or (202 if found.outcome is None else submitting.STATUS.get(found.outcome, 200))
    answer = _page(
        request, "receipt.html", _RECEIPT, status=code if code < 400 else 200, receipt=said, slip=kept,
        saved=b64encode(orjson.dumps(kept, option=orjson.OPT_INDENT_2)).decode(), key=key, id=found.id, address=f"{PATH}/{found.id}",
        error=None,
    )  # fmt: skip
    answer.headers["Content-Location"] = f"{PATH}/{found.id}"
    answer.background = later
    return answer


def _locked(request: Request, *, form: Form, error: OpenallocError) -> Response:
    return _page(
        request, "receipt.html", _RECEIPT, status=_code(error), receipt=None, id=request.path_params["id"],
        error=_said(error),
    )  # fmt: skip


def _again(request: Request, *, form: Form, error: OpenallocError) -> Response:
    """The form with the file once more, and what was wrong."""
    if form.said("answer") == "part":
        return Response(body_of(error), _code(error), PRIVATE, JSON)
    title: Title = ("没有提交", "Not submitted")
    return _page(
        request, "submit_page.html", title, status=_code(error), form=_again_of(form), error=_said(error), preview=None,
    )  # fmt: skip


def _again_of(form: Form) -> Mapping[str, str]:
    return {name: form.said(name) for name in ("sha256", "type", "profile", "again")} | {
        "token": secrets.token_hex(16)
    }


def _desk(request: Request, *, form: Form | None = None, error: OpenallocError | None = None) -> Response:
    desk: Submissions = request.app.state.submissions
    return _page(
        request, "desk.html", _TITLE, status=_code(error) if error else 200, error=_said(error) if error else None,
        given={name: form.said(name) if form else "" for name in _FIELDS}, domains=choices(desk.catalog), periods=PERIODS, year=_today(desk).year,
        token=secrets.token_hex(16),
    )  # fmt: skip


def _back(request: Request) -> Response:
    """What only a form can ask leads a browser back to the page."""
    given = request.query_params.get("lang")
    return RedirectResponse(f"{PATH}?lang={given}" if given in ("zh", "en") else PATH, 303)


def _page(request: Request, template: str, title: Title, *, status: int = 200, **values: Any) -> Response:
    """A page that is kept nowhere and tells no other site its address."""
    catalog = request.app.state.catalog

    def type_title(path: str) -> str:
        of = catalog.types.get(path)
        return path if of is None else of.title if language(request) == "zh" else of.title_en

    words = {
        "beijing": _beijing,
        "type_title": type_title,
        "outcomes": OUTCOMES,
        "base": str(request.base_url).rstrip("/"),
    }
    answer = page(request, template, title, status=status, cache="no-store", **words, **values)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _code(error: OpenallocError) -> int:
    return error.status if isinstance(error, RequestError) else 422


def _said(error: OpenallocError) -> dict[str, str]:
    return {
        "code": error.code, "message": error.message, "messageEn": error.message_en,
        "hint": error.hint, "hintEn": error.hint_en,
    }  # fmt: skip
