"""GraphQL over HTTP: GET and POST, both media types (the GraphQL-over-HTTP specification)."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.operation import Answer, Request, Service
from api.refusal import RequestError, body_of

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
_ACCEPTED = {"*/*": JSON, "application/*": JSON, JSON: JSON, GRAPHQL: GRAPHQL}


async def graphql(http: HttpRequest) -> Response:
    """The endpoint: reads one operation, answers it."""
    media_type = negotiate(http.headers.get("accept"))
    try:
        if media_type is None:
            raise RequestError(
                406, "A003", "只能以 JSON 答复", "the answer is JSON only",
                f"Accept 用 {JSON} 或 {GRAPHQL}。", f"Accept {JSON} or {GRAPHQL}.",
            )  # fmt: skip
        service: Service = http.app.state.service
        request = await _request(http, service)
        return _response(await service.respond(request, service.client(http.scope)), media_type)
    except RequestError as error:
        headers = {"Allow": "GET, POST"} if error.status == 405 else {}
        return Response(body_of(error), error.status, headers, media_type or JSON)


def negotiate(accept: str | None) -> str | None:
    """The media type to answer with: the client's best that we speak, JSON when it does not mind."""
    if not accept:
        return JSON
    ranked = []
    for place, part in enumerate(accept.split(",")):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            ranked.append((-float(quality), place, name))
        except ValueError:
            continue
    for minus, _, name in sorted(ranked):
        if minus < 0 and name in _ACCEPTED:
            return _ACCEPTED[name]
    return None


def _response(answer: Answer, media_type: str) -> Response:
    refused = answer.refused and media_type == GRAPHQL
    status = answer.status or (400 if refused else 200)
    headers = {"Vary": "Accept", "Cache-Control": "no-store", **dict(answer.headers)}
    return Response(answer.body, status, headers, f"{media_type}; charset=utf-8")


async def _request(http: HttpRequest, service: Service) -> Request:
    if http.method == "GET":
        given: dict[str, Any] = dict(http.query_params)
        for name in ("variables", "extensions"):
            if name in given:
                given[name] = _json(given[name].encode(), name)
        request = _checked(given)
        if service.kind(request) != "query":
            raise RequestError(
                405, "A004", "GET 只能查询", "GET serves queries only", "改用 POST。", "Use POST."
            )
        return request
    if http.method != "POST":
        raise RequestError(405, "A004", "只支持 GET 和 POST", "only GET and POST are served")
    content_type, *parameters = (
        part.strip().lower() for part in http.headers.get("content-type", "").split(";")
    )
    charset = next((p.partition("=")[2].strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    if content_type != JSON or charset not in ("utf-8", "utf8"):
        raise RequestError(
            415, "A005", f"不支持的 Content-Type:{content_type or '(空)'}", f"unsupported Content-Type: {content_type or '(none)'}",
            f"用 {JSON}(UTF-8)。", f"Send {JSON} in UTF-8.",
        )  # fmt: skip
    return _checked(_json(await _body(http, service.limits.body), "body"))


async def _body(http: HttpRequest, most: int) -> bytes:
    body = bytearray()
    async for chunk in http.stream():
        body += chunk
        if len(body) > most:
            raise RequestError(
                413, "A006", f"请求超过 {most} 字节", f"the request has more than {most} bytes"
            )
    return bytes(body)


def _json(text: bytes, name: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        raise RequestError(400, "A001", f"{name} 不是 JSON", f"{name} is not JSON") from None


def _checked(given: Any) -> Request:
    if not isinstance(given, Mapping):
        raise RequestError(
            400,
            "A002",
            "请求应为一个 JSON 对象",
            "the request has to be one JSON object",
            "不支持批量。",
            "Batches are not served.",
        )
    query, variables, name, extensions = (
        given.get(key) for key in ("query", "variables", "operationName", "extensions")
    )
    if not isinstance(query, str) or not query:
        raise RequestError(
            400,
            "A002",
            "缺少 query",
            "`query` is missing",
            "query 是 GraphQL 文本。",
            "`query` is the GraphQL text.",
        )
    if variables is not None and not isinstance(variables, Mapping):
        raise RequestError(400, "A002", "variables 应为对象", "`variables` has to be an object")
    if extensions is not None and not isinstance(extensions, Mapping):
        raise RequestError(400, "A002", "extensions 应为对象", "`extensions` has to be an object")
    if name is not None and not isinstance(name, str):
        raise RequestError(400, "A002", "operationName 应为文字", "`operationName` has to be a string")
    return Request(query, variables or {}, name or None)
