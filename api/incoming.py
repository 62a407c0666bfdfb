"""A GraphQL request read from HTTP: GET and POST, the document itself or its name."""

from collections.abc import Mapping
from typing import Any

import anyio
import orjson
from starlette.requests import Request as HttpRequest
from starlette.types import Receive

from api.documents import Documents
from api.operation import Request
from api.refusal import RequestError

JSON = "application/json"
ARRIVAL = 20.0  # seconds in which the rest of a body has to come


async def read(http: HttpRequest, most: int) -> Mapping[str, Any]:
    """What was sent, checked but for the document; `most` is the bytes of a body. Raises RequestError."""
    if http.method == "GET":
        given: dict[str, Any] = dict(http.query_params)
        for name in ("variables", "extensions"):
            if name in given:
                given[name] = _json(given[name].encode("utf-8", "surrogatepass"), name)
        return checked(given)
    if http.method != "POST":
        raise RequestError(
            405, "A004", "只支持 GET 和 POST", "only GET and POST are served", "改用 POST。", "Use POST."
        )
    content_type, *parameters = (
        part.strip().lower() for part in http.headers.get("content-type", "").split(";")
    )
    charset = next((p.partition("=")[2].strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    if content_type != JSON or charset not in ("utf-8", "utf8"):
        raise RequestError(
            415, "A005", f"不支持的 Content-Type:{content_type or '(空)'}", f"unsupported Content-Type: {content_type or '(none)'}",
            f"用 {JSON}(UTF-8)。", f"Send {JSON} in UTF-8.",
        )  # fmt: skip
    body, whole = await read_body(http.receive, most)
    if len(body) > most:
        raise RequestError(413, "A006", f"请求超过 {most} 字节", f"the request has more than {most} bytes")
    if not whole:  # nobody may be there any more to read it
        raise RequestError(
            408, "A007", f"请求没有在 {ARRIVAL:g} 秒内到齐", f"the request did not arrive within {ARRIVAL:g} s",
            "请重新发送。", "Send it again.",
        )  # fmt: skip
    return checked(_json(body, "body"))


async def read_body(receive: Receive, most: int) -> tuple[bytes, bool]:
    """The body, and whether that is all of it: not beyond the limit, not where the client has left or goes on for ever."""
    message = await receive()
    if message["type"] != "http.request":
        return b"", False
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return body, len(body) <= most
    parts = bytearray(body)
    with anyio.move_on_after(ARRIVAL):
        while len(parts) <= most:
            message = await receive()
            if message["type"] != "http.request":
                break
            parts += message.get("body", b"")
            if not message.get("more_body", False):
                return bytes(parts), len(parts) <= most
    return bytes(parts), False


def checked(given: Any) -> Mapping[str, Any]:
    """What was sent, where everything but the document has the kind it has to have; raises RequestError A002."""
    if not isinstance(given, Mapping):
        raise RequestError(
            400,
            "A002",
            "请求应为一个 JSON 对象",
            "the request has to be one JSON object",
            "不支持批量。",
            "Batches are not served.",
        )
    for name in ("variables", "extensions"):
        if given.get(name) is not None and not isinstance(given[name], Mapping):
            raise RequestError(400, "A002", f"{name} 应为对象", f"`{name}` has to be an object")
    chosen = given.get("operationName")
    if chosen is not None and not isinstance(chosen, str):
        raise RequestError(400, "A002", "operationName 应为文字", "`operationName` has to be a string")
    return given


def understood(given: Mapping[str, Any], documents: Documents) -> Request:
    """The request; raises RequestError where there is no document."""
    return Request(documents.of(given), given.get("variables") or {}, given.get("operationName") or None)


def _json(text: bytes, name: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        example = '{"query": "{ disclosures { totalCount } }"}' if name == "body" else '{"region": "530100"}'
        raise RequestError(
            400,
            "A001",
            f"{name} 不是 JSON",
            f"{name} is not JSON",
            f"例如 {example}。",
            f"For example {example}.",
        ) from None
