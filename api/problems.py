"""`/disclosures/{id}/report`: somebody says what is wrong with a record, without an account.

Where the operator takes reports, a form; else, and beside it, what to write to the publisher, with the record's id and
revision in it (docs/decisions/0027-problems.md). What numbers a person in the text is masked before it is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

from anyio.to_thread import run_sync
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.incoming import read_body
from api.operation import Service
from api.pages import page
from api.rate import Meter
from api.refusal import RequestError, told
from api.site import site_of
from api.standard import missing, refused
from schemas.calendar import utc_now
from schemas.errors import OpenallocError
from store import problems
from store.claims import ID
from store.engine import writing
from store.problems import KINDS, Problem, Subject
from store.withdrawing import PRIVACY, withdrawal

LONGEST = 2_000
MOST = 10_000  # open ones
_BODY = 32_768
_TITLE = ("报告问题", "Report a problem")
_FORM = "application/x-www-form-urlencoded"
# What each kind is called on the form, in the order of KINDS.
NAMED = (
    ("内容与原文不符", "It says other than the original"), ("有不该公开的个人信息", "It has personal data that should not be public"),
    ("缺少内容", "Something is missing"), ("其他", "Something else"),
)  # fmt: skip


@dataclass
class Problems:
    """Takes what readers report, by connections of its own, of each client so much in a while."""

    engine: Engine
    meter: Meter | None = None
    now: Callable[[], datetime] = utc_now

    def take(self, about: Subject, kind: str, text: str) -> Problem:
        """Keep a report; raises RequestError A277 where it cannot be kept."""
        try:
            with writing(self.engine, lasting=True) as connection:
                made = problems.take(connection, about, kind, text, self.now(), MOST)
        except SQLAlchemyError:
            made = None
        if made is None:
            raise RequestError(
                503, "A277", "现在不能接收报告", "reports cannot be taken now",
                "过一会儿再试,或者直接联系公开主体。", "Try again in a while, or write to the publisher.",
            )  # fmt: skip
        return made


def routes() -> list[Route]:
    """The address of the form."""
    return [Route("/disclosures/{id}/report", report, methods=["GET", "POST"])]


async def report(request: Request) -> Response:
    """The form; POST keeps what it says."""
    about = await run_sync(_about, request)
    if about is None:
        asked = request.path_params["id"]
        return missing(
            request, "A093", f"没有这条公开信息:{asked}", f"there is no such disclosure: {asked}",
            "核对标识(例如 530114-0123456789abcdef)。", "Compare its id (like 530114-0123456789abcdef).",
        )  # fmt: skip
    desk: Problems | None = request.app.state.problems
    if request.method != "POST":
        return _page(request, about)
    if desk is None:
        return refused(request, _not_here())
    try:
        _assert_own(request)
        kind, text = await _read(request)
        if desk.meter is not None:
            service: Service = request.app.state.service
            desk.meter.take(service.client(request.scope), 1)
        made = await run_sync(desk.take, about, kind, told(text))
    except OpenallocError as error:
        return refused(request, error)
    return _page(request, about, made)


def _about(request: Request) -> Subject | None:
    """The record, where there is one with content."""
    asked = request.path_params["id"]
    if not ID.fullmatch(asked):
        return None
    with request.app.state.engine.connect() as connection:
        found = problems.subject(connection, asked)
        gone = withdrawal(connection, asked) if found is not None and found.status == "withdrawn" else None
    return None if gone is not None and gone.kind == PRIVACY else found


def _page(request: Request, about: Subject, made: Problem | None = None) -> Response:
    known = request.app.state.catalog.types.get(about.type)
    return page(
        request, "problem.html", _TITLE, cache="no-store", about=about, made=made, longest=LONGEST,
        kinds=list(zip(KINDS, NAMED, strict=True)), takes=request.app.state.problems is not None,
        type_title=(known.title, known.title_en) if known else (about.type, about.type),
        address=f"{site_of(request)}/disclosures/{about.id}",
    )  # fmt: skip


def _assert_own(request: Request) -> None:
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise RequestError(
            403, "A276", "请从本站的页面报告", "a problem is reported from a page of this site",
            "打开这条公开信息的页面再报告。", "Open the disclosure's page here.",
        )  # fmt: skip


async def _read(request: Request) -> tuple[str, str]:
    """The kind and the text of the form; raises RequestError A275."""
    body, whole = await read_body(request.receive, _BODY)
    content = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        given = parse_qs(body.decode("utf-8"), max_num_fields=10) if whole and content == _FORM else {}
    except ValueError:
        given = {}
    kind = given.get("kind", ["other"])[0]
    text = "\n".join(
        line.rstrip() for line in given.get("text", [""])[0].replace("\0", "").strip().splitlines()
    )
    if kind not in KINDS or not 5 <= len(text) <= LONGEST:
        raise RequestError(
            400, "A275", f"请写明问题,5 到 {LONGEST} 字", f"say what is wrong, in 5 to {LONGEST} characters",
            "回到上一页再写。", "Go back and write it.",
        )  # fmt: skip
    return kind, text


def _not_here() -> RequestError:
    return RequestError(
        404, "A278", "这台服务器不接收报告", "this server takes no reports",
        "请直接联系公开主体。", "Write to the publisher.",
    )  # fmt: skip
