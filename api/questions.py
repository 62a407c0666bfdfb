"""What a citable answer is an answer to: a list of disclosures, or a GraphQL operation with its variables.

An answer is read at one data version: the version is read with each page, and where it has moved the answer is begun
again. Of which records, organizations and processes a GraphQL answer says something is found by a second operation,
the same with the ids in it (`api.tracing`).
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import orjson
from graphql import parse, print_ast
from starlette.requests import Request as HttpRequest

from api.documents import Documents
from api.incoming import JSON, read, understood
from api.operation import Answer, Request, Service
from api.refusal import RequestError, told
from api.tracing import Traced
from publish.selection import Selection
from schemas.catalog import Catalog
from store.answers import LIST, QUERY, MovedError

RECORDS = 10_000
BYTES = 20_000_000
_NAMES = frozenset(("query", "documentId"))
_LIST = """\
query List($filter: DisclosureFilter, $search: String, $after: String, $version: Int!) {
  dataVersion
  disclosures(filter: $filter, search: $search, first: 100, after: $after) {
    nodes {
      id type domain stage level title localId formedDate publishedDate amount outcome sourceUrl revision
      publisher { name uscc } region { code title }
      asOf(version: $version) { document }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""
_COUNT = """\
query Count($filter: DisclosureFilter, $search: String) {
  dataVersion
  disclosures(filter: $filter, search: $search, first: 1) { totalCount }
}"""
_VERSION = "{ dataVersion }"
# The columns of the CSV: what is the same in every type; the whole record is in the JSON Lines.
_COLUMNS = (
    "id", "type", "domain", "stage", "level", "publisher_name", "publisher_uscc", "region_code", "region_name", "local_id", "title",
    "formed_date", "published_date", "amount", "outcome", "source_url", "revision",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
            "缩小范围(类型、地区、年份),或者引用整个数据集。", "Narrow it (type, region, year), or cite a whole dataset.",
        )  # fmt: skip
    return int(found["dataVersion"]), count


async def answer_to(service: Service, client: str, question: Question, version: int) -> Made:
    """The answer at a data version; raises MovedError where that is not the newest any more, RequestError where it is too large."""
    if question.operation is not None:
        return await _query(service, client, question.operation, version)
    assert question.selection is not None
    variables: dict[str, Any] = {**_variables(question.selection), "version": version, "after": None}
    lines: list[bytes] = []
    table: list[tuple[str, ...]] = [_COLUMNS]
    subjects: set[str] = set()
    size = 0
    while True:
        found = await _ask(service, client, Request(_LIST, variables))
        if found["dataVersion"] != version:
            raise MovedError
        page = found["disclosures"]
        for node in page["nodes"]:
            lines.append(orjson.dumps({"id": node["id"], **node["asOf"]["document"]}) + b"\n")
            size += len(lines[-1])
            table.append(_row(node))
            subjects.add(node["id"])
        _assert_size(size)
        if not page["pageInfo"]["hasNextPage"]:
            break
        variables["after"] = page["pageInfo"]["endCursor"]
    written = io.StringIO(newline="")
    csv.writer(written).writerows(table)
    bodies = {"jsonl": b"".join(lines), "csv": written.getvalue().encode("utf-8-sig")}
    return Made(version, bodies, frozenset(subjects), len(lines))


async def _query(service: Service, client: str, asked: Request, version: int) -> Made:
    traced = Traced.of(asked, service.schema)
    answer = await service.respond(asked, client)
    if answer.refused or answer.status:
        raise RefusedError(answer)
    ids = await _ask(service, client, traced.request)
    if await version_of(service, client) != version or ids[traced.version] != version:
        raise MovedError
    _assert_size(len(answer.body))
    return Made(version, {"json": answer.body}, frozenset(traced.subjects(ids)))


async def _ask(service: Service, client: str, asked: Request) -> dict[str, Any]:
    answer = await service.respond(asked, client)
    if answer.refused or answer.status:
        raise RefusedError(answer)
    found: dict[str, Any] = orjson.loads(answer.body)["data"]
    return found


def _variables(selection: Selection) -> dict[str, Any]:
    return {
        "filter": {**selection.filter(), "status": {"eq": "published"}},
        "search": selection.search or None,
    }


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


def _assert_size(size: int) -> None:
    if size > BYTES:
        raise RequestError(
            413, "A263", f"答复超过 {BYTES // 1_000_000} MB,不能保存", f"the answer has more than {BYTES // 1_000_000} MB and cannot be kept",
            "缩小范围,或者引用整个数据集。", "Narrow it, or cite a whole dataset.",
        )  # fmt: skip


def _row(node: Mapping[str, Any]) -> tuple[str, ...]:
    publisher, region = node["publisher"], node["region"] or {}
    values = (
        node["id"], node["type"], node["domain"], node["stage"], node["level"], publisher["name"], publisher["uscc"],
        region.get("code"), region.get("title"), node["localId"], node["title"], node["formedDate"], node["publishedDate"],
        node["amount"], node["outcome"], node["sourceUrl"], node["revision"],
    )  # fmt: skip
    return tuple(map(_cell, values))


def _cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(value, int | float):
        return repr(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
