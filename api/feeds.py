"""Atom: `/disclosures.atom` with the parameters of a list, `/graphql.atom` of a saved query (docs/feeds.md).

A page has the newest records of the list. The first page also has what changed lately in it, whenever it was published:
revisions, and withdrawals, which lists have no more. What changed lately is looked for in the last changes only, so that
a feed costs the same whatever the list is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

import orjson
from graphql import (
    FieldNode,
    NameNode,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    get_operation_ast,
    parse,
    print_ast,
    visit,
)
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from api.cache import has
from api.documents import Documents, sha256
from api.graphql import FRESH, Release, tag_of
from api.incoming import read, understood
from api.operation import Request, Service
from api.pages import language
from api.questions import RefusedError, assert_impersonal
from api.refusal import RequestError
from api.site import site_of
from api.standard import refused
from api.subscriptions import Subscriptions
from publish import atom
from publish.atom import Entry, Feed, Link
from publish.citing import Text, described
from publish.selection import Selection
from query.feed import SPAN
from schemas.catalog import Catalog
from schemas.errors import OpenallocError

LIST, QUERY = "/disclosures.atom", "/graphql.atom"
_AUTHOR: Text = ("公共资源配置开放数据", "openalloc")
_SAVED: Text = ("保存的查询", "Saved query")
_PAGING = frozenset(("first", "after", "last", "before"))
_EPOCH = "1970-01-01T00:00:00Z"
_ENTRY = """
fragment Entry on Disclosure {
  id type title publishedDate amount status publisher { name } region { title titleEn }
  changes(last: 1) { nodes { kind at } }
}"""
_OF_LIST = """\
query List($filter: DisclosureFilter, $search: String, $after: String, $since: String, $lately: Boolean!) {
  newest: changes(last: 1) { nodes { at } }
  feed: disclosures(filter: $filter, search: $search, first: 50, after: $after) {
    nodes { ...Entry } pageInfo { hasNextPage endCursor }
  }
  lately: changes(after: $since, last: 50, filter: {disclosure: $filter}) @include(if: $lately) {
    nodes { kind at disclosureId disclosure { ...Entry } snapshot { type } withdrawal { reason } }
  }
}"""
_OF_QUERY = """\
query Saved(%s$openallocAfter: String) {
  newest: changes(last: 1) { nodes { at } }
  feed: %s(%sfirst: 50, after: $openallocAfter) { nodes { ...Entry } pageInfo { hasNextPage endCursor } }
}"""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a feed is from: its name and title, the operation behind it, its own address and that of its page."""

    name: str
    title: Text
    request: Request
    path: str
    parameters: tuple[tuple[str, str], ...]
    page: str


def routes() -> list[Route]:
    """The addresses of feeds."""
    return [Route(LIST, of_list), Route(QUERY, of_query)]


async def of_list(http: HttpRequest) -> Response:
    """The feed of a list."""
    try:
        service: Service = http.app.state.service
        selection = Selection.of(http.query_params.multi_items(), service.catalog)
        newest = await _newest(http)
        after = http.query_params.get("after") or None
        search = selection.search or None
        variables = {
            "filter": selection.filter(), "search": search, "after": after, "since": str(max(newest - SPAN, 0)),
            "lately": after is None and search is None,
        }  # fmt: skip
        query = selection.query()
        source = Source(
            f"feeds/disclosures?{query}", described(selection, service.catalog), Request(_OF_LIST + _ENTRY, variables),
            LIST, tuple(selection.parameters()), f"/disclosures?{query}" if query else "/disclosures",
        )  # fmt: skip
        return await _answer(http, source, newest)
    except OpenallocError as error:
        return refused(http, error)


async def of_query(http: HttpRequest) -> Response:
    """The feed of a saved query, whose one root field is a list of disclosures."""
    try:
        service: Service = http.app.state.service
        documents: Documents = http.app.state.documents
        asked = understood(await read(http, service.limits.body), documents)
        service.kind(asked, service.client(http.scope))  # parsed within its limits, and charged
        request = saved(asked, service, http.query_params.get("after") or None)
        given = tuple((name, value) for name, value in http.query_params.multi_items() if name != "after")
        marked = sha256(orjson.dumps([asked.query, asked.variables], option=orjson.OPT_SORT_KEYS).decode())
        title = (f"{_SAVED[0]} {marked[:8]}", f"{_SAVED[1]} {marked[:8]}")
        page = f"/graphql?{urlencode([('query', asked.query), ('variables', orjson.dumps(asked.variables).decode())])}"
        source = Source(f"feeds/queries/{marked}", title, request, QUERY, given, page)
        return await _answer(http, source, await _newest(http))
    except OpenallocError as error:
        return refused(http, error)


def saved(asked: Request, service: Service, after: str | None) -> Request:
    """The operation of the feed: the list that a query asks for, with what a feed needs; raises RequestError A273."""
    try:
        document = parse(asked.query)
    except Exception:
        raise _no_list() from None
    operation = get_operation_ast(document, asked.operation_name)
    root = operation.selection_set.selections if operation is not None else ()
    if not isinstance(operation, OperationDefinitionNode) or len(root) != 1:
        raise _no_list()
    (one,) = root
    query_type = service.schema.query_type
    field = query_type.fields.get(one.name.value) if query_type and isinstance(one, FieldNode) else None
    nodes = getattr(get_named_type(field.type), "fields", {}).get("nodes") if field else None
    disclosure: Any = service.schema.get_type("Disclosure")
    of = get_named_type(nodes.type) if nodes else None
    is_list = of is disclosure or of in service.schema.get_possible_types(disclosure)
    if not is_list or not isinstance(one, FieldNode) or one.directives:
        raise _no_list()
    arguments = [argument for argument in one.arguments if argument.name.value not in _PAGING]
    used = _Variables()
    for argument in arguments:
        visit(argument, used)
    definitions = [
        print_ast(definition)
        for definition in operation.variable_definitions
        if definition.variable.name.value in used.names
    ]
    text = _OF_QUERY % (
        "".join(f"{one}, " for one in definitions), print_ast(NameNode(value=one.name.value)),
        "".join(f"{print_ast(argument)}, " for argument in arguments),
    )  # fmt: skip
    variables = {name: value for name, value in asked.variables.items() if name in used.names}
    return Request(text + _ENTRY, {**variables, "openallocAfter": after})


class _Variables(Visitor):
    """The names of the variables in what is visited."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        """Note one."""
        self.names.add(node.name.value)


async def _newest(http: HttpRequest) -> int:
    subscriptions: Subscriptions = http.app.state.subscriptions
    return await subscriptions.newest()


async def _answer(http: HttpRequest, source: Source, version: int) -> Response:
    """The page of the feed; 304 where the client has it, and then no statement runs."""
    assert_impersonal(source.page)
    service: Service = http.app.state.service
    release: Release = http.app.state.release
    base, zh = site_of(http), language(http) == "zh"
    tag = tag_of(source.request, f"{atom.MEDIA_TYPE} {zh} {base}", version, release.mark)
    headers = {
        "ETag": tag, "Cache-Control": FRESH, "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Language",
    }  # fmt: skip
    if has(http, tag):
        return Response(status_code=304, headers=headers)
    answer = await service.respond(source.request, service.client(http.scope))
    if answer.refused or answer.status:
        raise RefusedError(answer)
    found = orjson.loads(answer.body)["data"]
    entries = list(_entries(found, service.catalog, base, zh=zh))
    newest = [one["at"] for one in found["newest"]["nodes"]]
    feed = Feed(
        source.name, source.title[not zh], "zh-CN" if zh else "en",
        max((one.updated for one in entries), default=_moment(newest[0]) if newest else _EPOCH), _AUTHOR[not zh],
        list(_links(http, source, found["feed"]["pageInfo"], base)), entries,
    )  # fmt: skip
    return Response(feed.to_xml(), 200, headers, atom.MEDIA_TYPE)


def _links(http: HttpRequest, source: Source, page: Mapping[str, Any], base: str) -> Iterator[Link]:
    """The feed itself, its page for people, the first and the next page of it."""
    chosen = [("lang", http.query_params["lang"])] if http.query_params.get("lang") in ("zh", "en") else []

    def at(after: str | None) -> str:
        parameters = [
            *((name, value) for name, value in source.parameters if name != "lang"), *chosen,
            *([("after", after)] if after else []),
        ]  # fmt: skip
        return f"{base}{source.path}{'?' if parameters else ''}{urlencode(parameters)}"

    yield Link("self", at(http.query_params.get("after")), "application/atom+xml")
    yield Link("alternate", f"{base}{source.page}", "text/html")
    yield Link("first", at(None), "application/atom+xml")
    if page["hasNextPage"]:
        yield Link("next", at(page["endCursor"]), "application/atom+xml")


def _entries(found: Mapping[str, Any], catalog: Catalog, base: str, *, zh: bool) -> Iterator[Entry]:
    """The entries, the last change first; each record once."""
    made: dict[str, Entry] = {}
    for change in reversed((found.get("lately") or {"nodes": []})["nodes"]):
        one = change["disclosureId"]
        if one in made:
            continue
        if change["disclosure"] is not None:
            made[one] = _entry(change["disclosure"], catalog, base, zh=zh)
        elif change["kind"] == "WITHDRAWN" and change["withdrawal"] is not None:
            made[one] = _withdrawn(change, catalog, base, zh=zh)
    for node in found["feed"]["nodes"]:
        if node["status"] == "published":
            made.setdefault(node["id"], _entry(node, catalog, base, zh=zh))
    yield from sorted(made.values(), key=_order, reverse=True)


def _order(one: Entry) -> tuple[str, date, str]:
    return one.updated, one.published or date.min, one.id


def _entry(node: Mapping[str, Any], catalog: Catalog, base: str, *, zh: bool) -> Entry:
    (change,) = node["changes"]["nodes"] or [{"kind": "ADDED", "at": _EPOCH}]
    region = node["region"] or {}
    amount = (
        None
        if node["amount"] is None
        else (f"{node['amount']:,.2f} 元" if zh else f"CNY {node['amount']:,.2f}")
    )
    title = _titled(catalog, node["type"], zh=zh)
    revised = ("已修订" if zh else "revised") if change["kind"] == "REVISED" else None
    parts: Iterable[str | None] = (
        title, node["publisher"]["name"], region.get("title") if zh else region.get("titleEn") or region.get("title"), amount, revised,
    )  # fmt: skip
    published = node["publishedDate"]
    return Entry(
        node["id"], node["title"], _moment(change["at"]), node["publisher"]["name"], f"{base}/disclosures/{node['id']}",
        " · ".join(filter(None, parts)), node["type"], title, date.fromisoformat(published) if published else None,
    )  # fmt: skip


def _withdrawn(change: Mapping[str, Any], catalog: Catalog, base: str, *, zh: bool) -> Entry:
    one, type_path = change["disclosureId"], (change["snapshot"] or {}).get("type") or ""
    title = " ".join(
        filter(None, ("已撤回:" if zh else "Withdrawn:", _titled(catalog, type_path, zh=zh), one))
    )
    return Entry(
        one, title, _moment(change["at"]), _AUTHOR[not zh], f"{base}/disclosures/{one}",
        change["withdrawal"]["reason"], type_path, _titled(catalog, type_path, zh=zh),
    )  # fmt: skip


def _titled(catalog: Catalog, type_path: str, *, zh: bool) -> str:
    known = catalog.types.get(type_path)
    return type_path if known is None else known.title if zh else known.title_en


def _moment(at: str) -> str:
    """A time in UTC to the second, as feeds have it."""
    return f"{at[:19]}Z"


def _no_list() -> RequestError:
    return RequestError(
        400, "A273", "这个查询不能作为订阅源:它的顶层要有且只有一个公开信息的列表", "this query makes no feed: its one root field has to be a list of disclosures",
        "例如 { landGrantResults(filter: …) { nodes { title } } }。", "For example { landGrantResults(filter: …) { nodes { title } } }.",
    )  # fmt: skip
