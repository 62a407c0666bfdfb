"""The pages from which a department submits: the file it has checked, corrections, withdrawals, statements.

Every form carries the key; there is no session. An answer that shows what is a key's own is kept nowhere, and the
address of a receipt asks for the key again.
"""

import hashlib
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
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
from api.pages import Pages, language, wants_page
from api.papers import RECEIPT, again_of, front, handed, locked, once_more, paper, today
from api.receipts import WITHDRAWAL, receipt, slip
from api.refusal import RequestError
from api.stating import statement_of
from api.submissions import Submissions
from api.submitting import PATH, Asked, may_submit, refusal, take
from api.validate import JSON, PRIVATE, plain_name
from api.withdrawing import Asked as Withdrawing
from api.withdrawing import withdraw as withdraw_record
from formats.registry import all_formats
from loaders.profile import names as profile_names
from schemas.errors import OpenallocError
from store import submissions as trail
from store.keys import Key

_MOST = 100
# What only a form asks for: whoever opens these addresses comes back to the entrance.
ONLY = ("preview", "withdrawals", "statements", "mine")
# Errors of a form that has no submission of its own yet.
_TURNED_AWAY = (
    "K005",
    "K009",
    "K018",
    "K020",
    "K022",
    "K032",
    "K034",
    "K035",
    "K036",
    "K037",
    "K038",
    "S102",
)


def routes() -> list[Route]:
    """`/submissions`: for departments' systems, and the pages of departments."""
    return [
        Route(PATH, entrance, methods=["GET"]),
        Route(PATH, submit, methods=["POST"]),
        Route(f"{PATH}/preview", preview, methods=["POST"]),
        Route(f"{PATH}/withdrawals", withdraw, methods=["POST"]),
        Route(f"{PATH}/statements", state, methods=["POST"]),
        Route(f"{PATH}/mine", mine, methods=["POST"]),
        *(Route(f"{PATH}/{name}", _back, methods=["GET"]) for name in ONLY),
        Route(f"{PATH}/{{id}}", status, methods=["GET"]),
        Route(f"{PATH}/{{id}}", unlocked, methods=["POST"]),
    ]


async def entrance(request: Request) -> Response:
    """The page; to a key what it has submitted, as JSON."""
    if wants_page(request) and "authorization" not in request.headers:
        return front(request)
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
    return await _form(request, _submitted, once_more, noted="form")


async def preview(request: Request) -> Response:
    """What the file of the form would change."""
    return await _form(request, _previewed, once_more)


async def state(request: Request) -> Response:
    """A statement that there was nothing to disclose, from the form."""
    return await _form(request, _stated, front, noted="form statement")


async def mine(request: Request) -> Response:
    """What the key has submitted, and what of it is still refused."""
    return await _form(request, _listed, front)


async def withdraw(request: Request) -> Response:
    """A withdrawal: JSON with the key in its header, or the form."""
    if is_form(request):
        return await _form(request, _withdrawn, front, noted=WITHDRAWAL)
    desk: Submissions = request.app.state.submissions
    key: Key | None = None
    try:
        key = await run_sync(desk.key, request.headers.get("authorization"))
        desk.meter(key.id)
        asked = Withdrawing.of(await _json(request))
        with desk.place(key):
            found = await run_sync(withdraw_record, desk, key, asked, submitting.idempotency(request))
    except OpenallocError as error:
        if key is not None and error.code in _TURNED_AWAY:
            await run_sync(desk.reject, key, WITHDRAWAL, error.code)
        return refusal(error)
    except SQLAlchemyError:
        return submitting.busy()
    return submitting.answer(found, desk.now(), _purge(desk, found.id, asked.privacy))


async def status(request: Request) -> Response:
    """What came of a submission: JSON to its key; a browser is asked for the key."""
    if "authorization" in request.headers or not wants_page(request):
        return await submitting.status(request)
    return paper(request, "receipt.html", RECEIPT, receipt=None, id=request.path_params["id"], error=None)


async def unlocked(request: Request) -> Response:
    """The receipt that the form's key may see."""
    return await _form(request, _receipt, locked)


async def _form(
    request: Request,
    then: Callable[[Request, ExitStack, Key, Form], Awaitable[Response]],
    otherwise: Callable[..., Response],
    noted: str | None = None,
) -> Response:
    """Read a form, find its key, do what it asks; what is wrong is said on the page that it came from.

    What is turned away before it has a submission of its own is `noted` in the trail.
    """
    desk: Submissions = request.app.state.submissions
    form = Form({})
    key: Key | None = None
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="openalloc-"))
        try:
            with desk.door():
                form = await read(request, Path(folder))
            given = form.said("key")
            key = await run_sync(desk.key, f"Bearer {given}" if given else None)
            desk.meter(key.id)
            return await then(request, stack, key, form)
        except OpenallocError as error:
            if key is not None and noted and error.code in _TURNED_AWAY:
                await run_sync(desk.reject, key, noted, error.code)
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
    stack.enter_context(desk.place(key))
    taken = await take(desk, stack, key, asked, path, sha256, size)
    return handed(request, taken.submission, key, taken.later, fault=taken.fault)


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
    return paper(
        request, "submit_page.html", ("会改动什么", "What it would change"), form=again_of(form), **values
    )


async def _stated(request: Request, stack: ExitStack, key: Key, form: Form) -> Response:
    desk: Submissions = request.app.state.submissions
    record = statement_of(form.fields, desk.catalog, key.region, today(desk))
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
    return handed(request, found, key, _purge(desk, found.id, asked.privacy))


async def _listed(request: Request, stack: ExitStack, key: Key, form: Form) -> Response:
    desk: Submissions = request.app.state.submissions
    found = await run_sync(_own, desk, key)
    return paper(request, "mine.html", ("我的提交", "My submissions"), key=key, **found)


async def _receipt(request: Request, stack: ExitStack, key: Key, form: Form) -> Response:
    desk: Submissions = request.app.state.submissions
    found = await run_sync(desk.find, request.path_params["id"])
    if found is None or found.key_id != key.id:
        raise submitting.unknown()
    if form.said("answer") == "json":
        name = f'attachment; filename="openalloc-{found.id}.json"'
        content = orjson.dumps(receipt(found, desk.now()))
        return Response(content, 200, PRIVATE | {"Content-Disposition": name}, JSON)
    return handed(request, found, key, status=200)


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


def _back(request: Request) -> Response:
    """What only a form can ask leads a browser back to the page."""
    given = request.query_params.get("lang")
    return RedirectResponse(f"{PATH}?lang={given}" if given in ("zh", "en") else PATH, 303)
