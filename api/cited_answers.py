"""`/answers/{key}`: an answer that stays what it was, its checksum and how to cite it; `/answers/new?…` fixes one.

Asking for `/answers/new` shows what would be kept and keeps nothing, so that nobody who follows links does; the form on
that page, or POST, keeps it. The address has the same parameters as a list, or a GraphQL operation (`query`,
`variables`). What a withdrawal for privacy touched is 410 Gone and names the withdrawal.
"""

from typing import Any

import orjson
from anyio.to_thread import run_sync
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api import questions
from api.answers import Answers
from api.cache import cached, has
from api.graphql import FRESH
from api.operation import Service
from api.pages import page, wants_page
from api.questions import Question, question_of
from api.refusal import RequestError
from api.site import site_of
from api.standard import missing, refused, today, withdrawn
from publish.citing import AUTHOR, Cited, Text, described, of_query
from schemas.calendar import in_beijing, moment
from schemas.errors import OpenallocError
from store import answers
from store.answers import QUERY, Answer, Form
from store.withdrawing import Withdrawal, withdrawal_at

PATH = "/answers"
NEW = f"{PATH}/new"
_JSON = "application/json"
_MEDIA_TYPES = {
    "jsonl": "application/jsonl; charset=utf-8", "csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8",
}  # fmt: skip
_TITLE: Text = ("引用的数据", "Cited data")
_NEW: Text = ("保存并引用", "Keep and cite")


def routes() -> list[Route]:
    """The addresses of kept answers."""
    return [
        Route(NEW, new, methods=["GET", "POST"]),
        Route(f"{PATH}/{{key}}.{{suffix}}", raw),
        Route(f"{PATH}/{{key}}", answer),
    ]


async def new(request: Request) -> Response:
    """GET: what would be kept. POST: keep it, and say where it is."""
    try:
        keeping: Answers | None = request.app.state.answers
        if keeping is None:
            raise RequestError(
                404, "A269", "这台服务器不保存答复", "this server keeps no answers",
                "下载后注明数据版本和校验值,或者请运营方打开 OPENALLOC_ANSWERS。", "Download it and name its data version and checksum, or ask the operator to set OPENALLOC_ANSWERS.",
            )  # fmt: skip
        if request.method == "POST" and request.headers.get("sec-fetch-site") == "cross-site":
            raise RequestError(
                403, "A270", "请从本站的页面保存", "an answer is kept from a page of this site",
                "打开地址本身,再按保存。", "Open the address itself and keep it there.",
            )  # fmt: skip
        service: Service = request.app.state.service
        client = service.client(request.scope)
        question = await question_of(request)
        if request.method == "POST":
            return await _kept(request, keeping, question, client)
        version, count = await questions.count_of(service, client, question)
        known = await run_sync(keeping.known, question, version)
        if known is not None and known.gone is None:
            return RedirectResponse(f"{PATH}/{known.key}", 302, {"Cache-Control": "no-store"})
        return _offered(request, question, version, count)
    except OpenallocError as error:
        return refused(request, error)


async def _kept(request: Request, keeping: Answers, question: Question, client: str) -> Response:
    found, is_new = await keeping.kept(request.app.state.service, request.app.state.lister, client, question)
    place = f"{PATH}/{found.key}"
    if wants_page(request):
        return RedirectResponse(place, 303, {"Cache-Control": "no-store"})
    told = orjson.dumps(_told(request, found))
    headers = {"Location": place, "Cache-Control": "no-store"}
    return Response(told, 201 if is_new else 200, headers, _JSON)


def _offered(request: Request, question: Question, version: int, count: int | None) -> Response:
    title = _name(request, question.kind, question.text, answers.key_of(question.text, version))
    if not wants_page(request):
        told = {
            "title": title[0],
            "titleEn": title[1],
            "dataVersion": version,
            "records": count,
            "kept": False,
        }
        return Response(orjson.dumps(told), 200, {"Cache-Control": "no-store", "Allow": "GET, POST"}, _JSON)
    return page(
        request, "answer_new.html", _NEW, cache="no-store", named=title, version=version, count=count,
        action=f"{NEW}?{request.url.query}", question=question,
    )  # fmt: skip


def answer(request: Request) -> Response:
    """What is known of a kept answer, as a page or as JSON."""
    found = _found(request)
    if isinstance(found, Response):
        return found
    if wants_page(request):
        of = _citations(request, found)
        question = questions.again(found.kind, found.question, request.app.state.catalog)
        return page(
            request, "answer.html", _TITLE, cache=FRESH, answer=found, named=of[0].title, question=question,
            kept=in_beijing(found.kept_at), cited=of[0], base=site_of(request), back=_back(question),
        )  # fmt: skip
    return cached(request, orjson.dumps(_told(request, found)), _JSON, FRESH, {"Vary": "Accept"})


def raw(request: Request) -> Response:
    """The bytes of an answer, as they were kept."""
    found = _found(request)
    if isinstance(found, Response):
        return found
    suffix = request.path_params["suffix"]
    form = next((one for one in found.forms if one.suffix == suffix), None)
    if form is None:
        return _missing(request)
    tag = f'"{form.sha256}"'
    headers = {
        "ETag": tag, "Cache-Control": FRESH, "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff",
        "X-Data-Version": str(found.version), "X-Content-SHA256": form.sha256,
        "Content-Disposition": f'attachment; filename="openalloc-{found.key}.{suffix}"',
        "Link": f'<{PATH}/{found.key}>; rel="cite-as"',
    }  # fmt: skip
    if has(request, tag, any_too=True):
        return Response(status_code=304, headers=headers)
    with _engine(request).connect() as connection:
        content = answers.body(connection, found.key, suffix)
    if content is None:  # withdrawn between the two
        gone = _found(request)
        return gone if isinstance(gone, Response) else _missing(request)
    return Response(content, 200, headers, _MEDIA_TYPES[suffix])


def _found(request: Request) -> Answer | Response:
    """The answer of the address, else what to say instead."""
    key = request.path_params["key"]
    with _engine(request).connect() as connection:
        found = answers.find(connection, key) if len(key) <= 24 and key.isascii() and key.isalnum() else None
        gone = withdrawal_at(connection, *found.gone) if found is not None and found.gone else None
    if found is None:
        return _missing(request)
    return found if gone is None else _gone(request, gone)


def _engine(request: Request) -> Engine:
    """Where answers are kept, which a replica may not know yet."""
    keeping: Answers | None = request.app.state.answers
    engine: Engine = request.app.state.engine if keeping is None else keeping.engine
    return engine


def _told(request: Request, found: Answer) -> dict[str, Any]:
    cited = _citations(request, found)
    base = site_of(request)
    question: Any = (
        orjson.loads(found.question)
        if found.kind == QUERY
        else {"list": f"/disclosures?{found.question}" if found.question else "/disclosures"}
    )
    return {
        "key": found.key, "address": f"{base}{PATH}/{found.key}", "title": cited[0].title[0],
        "titleEn": cited[0].title[1], "question": question, "dataVersion": found.version, "records": found.records,
        "keptAt": moment(found.kept_at),
        "forms": [_form(found, one, base) for one in found.forms],
        "citation": cited[0].to_json(),
    }  # fmt: skip


def _form(found: Answer, form: Form, base: str) -> dict[str, Any]:
    address = f"{base}{PATH}/{found.key}.{form.suffix}"
    return {
        "address": address,
        "mediaType": _MEDIA_TYPES[form.suffix],
        "size": form.size,
        "sha256": form.sha256,
    }


def _citations(request: Request, found: Answer) -> list[Cited]:
    """What is cited, for each form: they differ in the checksum."""
    title = _name(request, found.kind, found.question, found.key)
    kept = in_beijing(found.kept_at).date()
    address = f"{site_of(request)}{PATH}/{found.key}"
    return [
        Cited(AUTHOR, title, found.version, kept, today(), address, form.sha256, found.key)
        for form in found.forms
    ]


def _name(request: Request, kind: str, text: str, key: str) -> Text:
    if kind == QUERY:
        return of_query(key)
    catalog = request.app.state.catalog
    selection = questions.again(kind, text, catalog).selection
    assert selection is not None
    return described(selection, catalog)


def _back(question: Question) -> str | None:
    """The list as it is today."""
    if question.selection is None:
        return None
    query = question.selection.query()
    return f"/disclosures?{query}" if query else "/disclosures"


def _missing(request: Request) -> Response:
    return missing(
        request, "A271", "没有保存过这个答复", "no such answer was kept",
        "核对地址;保存答复从 /answers/new 开始。", "Compare the address; answers are kept at /answers/new.",
    )  # fmt: skip


def _gone(request: Request, gone: Withdrawal) -> Response:
    error = OpenallocError(
        "A272", f"这个答复含有因个人信息撤回的公开信息 {gone.id},已于 {gone.day} 删除。理由:{gone.reason}",
        f"this answer has the disclosure {gone.id}, withdrawn for privacy, and was removed on {gone.day}. Reason: {gone.reason}",
        f"公开主体:{gone.publisher}。可以重新保存一份不含它的答复。", f"Its publisher: {gone.publisher}. The same can be kept anew without it.",
    )  # fmt: skip
    return withdrawn(request, error, gone)
