"""What a citable answer is an answer to: a list of disclosures, or a GraphQL operation with its variables.

A list is read from one snapshot, in the bytes of its downloads. An operation is answered at one data version: where that
has moved meanwhile the answer is begun again. Of which records, organizations and processes a GraphQL answer says something is found by a second operation,
the same with the ids in it (`api.tracing`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import orjson
from anyio.to_thread import run_sync
from graphql import parse, print_ast
from starlette.requests import Request as HttpRequest

from api.choosing import choose
from api.documents import Documents
from api.incoming import JSON, read, understood
from api.operation import Answer, Request, Service
from api.refusal import RequestError, told
from api.tracing import Traced
from publish.listing import LargeError, Lister, SlowError
from publish.selection import Selection
from schemas.catalog import Catalog
from store.answers import LIST, QUERY, MovedError

RECORDS = 10_000
BYTES = 20_000_000
COST = 20  # of a record
_NAMES = frozenset(("query", "documentId"))
_COUNT = """\
query Count($filter: DisclosureFilter, $search: String) {
  dataVersion
  disclosures(filter: $filter, search: $search, first: 1) { totalCount }
}"""
_VERSION = "{ dataVersion }"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; `text` is its canonical form, the same for equal questions."""

    kind: str
    text: str
    selection: Selection | None = None
    operation: Request | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """An answer: its bytes by the suffix of each form, its data version, and of what it says something."""

    version: int
    bodies: Mapping[str, bytes]
    subjects: frozenset[str]
    records: int | None = None


class RefusedError(RequestError):
    """The operation behind the question was refused, by the answer that it got."""

    def __init__(self, answer: Answer) -> None:
        error = orjson.loads(answer.body)["errors"][0]
        about = error.get("extensions") or {}
        message, _, message_en = str(error["message"]).partition(" / ")
        super().__init__(
            answer.status or 400, str(about.get("code", "A002")), message, message_en or message,
            about.get("hint") or "", about.get("hintEn") or "",
        )  # fmt: skip
        self.headers = answer.headers


async def question_of(http: HttpRequest) -> Question:
    """The question of an address, or of a body of JSON; raises OpenallocError for what is none."""
    service: Service = http.app.state.service
    is_json = http.method == "POST" and http.headers.get("content-type", "").partition(";")[0].strip() == JSON
    if is_json or not _NAMES.isdisjoint(http.query_params):
        documents: Documents = http.app.state.documents
        given = await read(http, service.limits.body) if is_json else _given(http)
        asked = understood(given, documents)
        if service.kind(asked, service.client(http.scope)) != "query":
            raise RequestError(
                400, "A260", "只能保存查询的答复", "only the answer to a query can be kept",
                "去掉 mutation、subscription。", "Ask a query.",
            )  # fmt: skip
        text = _canonical(asked)
        assert_impersonal(text)
        return Question(QUERY, text, operation=asked)
    selection = Selection.of(http.query_params.multi_items(), service.catalog)
    assert_impersonal(selection.query())
    return Question(LIST, selection.query(), selection=selection)


def again(kind: str, text: str, catalog: Catalog) -> Question:
    """A question from its canonical form."""
    if kind == LIST:
        return Question(kind, text, selection=Selection.of(parse_qsl(text), catalog))
    given = orjson.loads(text)
    return Question(kind, text, operation=Request(given["query"], given["variables"], given["operationName"]))


async def version_of(service: Service, client: str) -> int:
    """The data version that is asked at."""
    return int((await _ask(service, client, Request(_VERSION)))["dataVersion"])


async def count_of(service: Service, client: str, question: Question) -> tuple[int, int | None]:
    """The data version, and of a list how many records it has; raises RequestError where those are too many."""
    if question.selection is None:
        return await version_of(service, client), None
    found = await _ask(service, client, Request(_COUNT, _variables(question.selection)))
    count = int(found["disclosures"]["totalCount"])
    if count > RECORDS:
        raise RequestError(
            413, "A261", f"这个列表有 {count} 条,至多能保存 {RECORDS} 条", f"the list has {count} records, at most {RECORDS} can be kept",
            "缩小范围(类型、地区、年份);要引用全部,见 /editions 的版次,或者整个下载,注明数据版本和校验值。",
            "Narrow it (type, region, year); to cite all of it see the editions at /editions, or download it whole and name its data version and checksum.",
        )  # fmt: skip
    return int(found["dataVersion"]), count


async def answer_to(service: Service, lister: Lister, client: str, question: Question, version: int) -> Made:
    """The answer at a data version, for an operation; a list has that of its own snapshot.

    Raises MovedError where an operation's version is not the newest any more, RequestError where the answer is too large.
    """
    if question.operation is not None:
        return await _query(service, client, question.operation, version)
    assert question.selection is not None
    try:
        found = await run_sync(lister.read, question.selection, partial(choose, service), RECORDS, BYTES)
    except LargeError:
        raise _too_large() from None
    except SlowError:
        raise RequestError(
            422, "A274", f"这个列表超过 {lister.seconds:g} 秒才能读出,没有保存", f"the list takes more than {lister.seconds:g} s to read and was not kept",
            "缩小范围。", "Narrow it.",
        ) from None  # fmt: skip
    if service.meter is not None:
        service.meter.take(client, COST * len(found.ids))
    return Made(found.version, found.bodies, frozenset(found.ids), len(found.ids))


async def _query(service: Service, client: str, asked: Request, version: int) -> Made:
    traced = Traced.of(asked, service.schema)
    answer = await service.respond(asked, client)
    if answer.refused or answer.status:
        raise RefusedError(answer)
    ids = await _ask(service, client, traced.request)
    if await version_of(service, client) != version or ids[traced.version] != version:
        raise MovedError
    if len(answer.body) > BYTES:
        raise _too_large()
    return Made(version, {"json": answer.body}, frozenset(traced.subjects(ids)))


async def _ask(service: Service, client: str, asked: Request) -> dict[str, Any]:
    answer = await service.respond(asked, client)
    if answer.refused or answer.status:
        raise RefusedError(answer)
    found: dict[str, Any] = orjson.loads(answer.body)["data"]
    return found


def _variables(selection: Selection) -> dict[str, Any]:
    return {"filter": selection.filter(), "search": selection.search or None}


def _given(http: HttpRequest) -> Mapping[str, Any]:
    given: dict[str, Any] = {
        name: value
        for name, value in http.query_params.items()
        if name in ("query", "documentId", "operationName")
    }
    try:
        given["variables"] = orjson.loads(http.query_params.get("variables") or "{}")
    except ValueError:
        given["variables"] = None
    if not isinstance(given["variables"], dict):
        raise RequestError(400, "A001", "variables 不是 JSON", "variables is not JSON")
    return given


def _canonical(asked: Request) -> str:
    """The operation without what means nothing (white space, comments), its variables with sorted keys."""
    text = print_ast(parse(asked.query))
    parts = {"operationName": asked.operation_name, "query": text, "variables": asked.variables}
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS).decode()


def assert_impersonal(text: str) -> None:
    """Raise RequestError A262 where a question that is to be kept or repeated has a number of a person in it."""
    asked = unquote_plus(text)
    if told(asked) != asked:
        raise RequestError(
            400, "A262", "问题里有个人的号码,不能保存,也不能订阅", "the question has a number of a person in it: it is not kept, and makes no feed",
            "去掉证件号码、手机号码再问。", "Ask without it.",
        )  # fmt: skip


def _too_large() -> RequestError:
    return RequestError(
            413, "A263", f"答复超过 {RECORDS} 条或者 {BYTES // 1_000_000} MB,不能保存", f"the answer has more than {RECORDS} records or {BYTES // 1_000_000} MB and cannot be kept",
            "缩小范围;要引用全部,见 /editions 的版次,或者整个下载,注明数据版本和校验值。",
            "Narrow it; to cite all of it see the editions at /editions, or download it whole and name its data version and checksum.",
        )  # fmt: skip
