"""The pages that the desk hands out: the entrance, the form once more, the receipt. Kept nowhere, without the key."""

import re
import secrets
from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from typing import Any

import orjson
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from api import submitting
from api.forms import Form
from api.pages import Title, language, page
from api.receipts import receipt, slip
from api.refusal import body_of, status_of, told, words_of
from api.site import site_of
from api.stating import PERIODS, choices
from api.submissions import Submissions
from api.submitting import PATH
from api.validate import JSON, PRIVATE
from schemas.calendar import in_beijing
from schemas.errors import OpenallocError
from store.keys import Key
from store.submissions import Submission

_TITLE: Title = ("提交与回执", "Submit")
_DIGEST = re.compile("[0-9a-f]{64}")
RECEIPT: Title = ("回执", "Receipt")
# What a page shows again of a form that was not taken: never the key.
_FIELDS = ("stated", "year", "part", "region", "statement", "record", "reason", "kind")
OUTCOMES: Mapping[str, tuple[str, str]] = {
    "stored": ("全部接收", "all taken"), "unchanged": ("没有变化", "nothing was new"), "refused": ("有的没有接收", "some refused"),
    "outside": ("超出范围", "outside the bounds"), "rejected": ("没有接收", "not taken"), "withdrawn": ("已撤回", "withdrawn"),
    "running": ("正在处理", "running"), "brokenOff": ("没有处理完", "not done"),
}  # fmt: skip


def today(desk: Submissions) -> date:
    """The day in China."""
    return in_beijing(desk.now()).date()


def handed(
    request: Request,
    found: Submission,
    key: Key,
    later: BackgroundTask | None = None,
    *,
    status: int | None = None,
    fault: OpenallocError | None = None,
) -> Response:
    """The receipt's page. What was taken but for some rows is no error of the form."""
    desk: Submissions = request.app.state.submissions
    said = receipt(found, desk.now())
    kept = slip(found, desk.now())
    if fault is not None:
        status = status_of(fault)
    code = status or (202 if found.outcome is None else submitting.STATUS.get(found.outcome, 200))
    answer = paper(
        request, "receipt.html", RECEIPT, status=code if code < 400 or fault else 200, receipt=said, slip=kept,
        saved=b64encode(orjson.dumps(kept, option=orjson.OPT_INDENT_2)).decode(), key=key, id=found.id, address=f"{PATH}/{found.id}",
        error=words_of(fault) if fault else None,
    )  # fmt: skip
    answer.headers["Content-Location"] = f"{PATH}/{found.id}"
    answer.background = later
    return answer


def locked(request: Request, *, form: Form, error: OpenallocError) -> Response:
    return paper(
        request, "receipt.html", RECEIPT, status=status_of(error), receipt=None, id=request.path_params["id"],
        error=words_of(error),
    )  # fmt: skip


def once_more(request: Request, *, form: Form, error: OpenallocError) -> Response:
    """The form with the file once more, and what was wrong."""
    if form.said("answer") == "part":
        return Response(body_of(error), status_of(error), PRIVATE, JSON)
    title: Title = ("没有提交", "Not submitted")
    return paper(
        request, "submit_page.html", title, status=status_of(error), form=again_of(form), error=words_of(error), preview=None,
    )  # fmt: skip


def again_of(form: Form) -> Mapping[str, str]:
    """What the form needs to be sent once more; figures of a hash are no person's."""
    digest = form.said("sha256")
    return {name: told(form.said(name)) for name in ("type", "profile", "again")} | {
        "sha256": digest if _DIGEST.fullmatch(digest) else "", "token": secrets.token_hex(16),
    }  # fmt: skip


def front(request: Request, *, form: Form | None = None, error: OpenallocError | None = None) -> Response:
    desk: Submissions = request.app.state.submissions
    return paper(
        request, "desk.html", _TITLE, status=status_of(error) if error else 200, error=words_of(error) if error else None,
        given={name: told(form.said(name)) if form else "" for name in _FIELDS}, domains=choices(desk.catalog), periods=PERIODS, year=today(desk).year,
        token=secrets.token_hex(16),
    )  # fmt: skip


def paper(request: Request, template: str, title: Title, *, status: int = 200, **values: Any) -> Response:
    """A page that is kept nowhere and tells no other site its address."""
    catalog = request.app.state.catalog

    def type_title(path: str) -> str:
        of = catalog.types.get(path)
        return path if of is None else of.title if language(request) == "zh" else of.title_en

    words = {
        "type_title": type_title,
        "outcomes": OUTCOMES,
        "base": site_of(request),
    }
    answer = page(request, template, title, status=status, cache="no-store", **words, **values)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
