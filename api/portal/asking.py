"""How a page of the portal asks GraphQL: a document kept in a file, variables in, JSON out, as any client does.

    found = await ask(request, "process", id=request.path_params["id"])      # process.graphql in this folder

A document may spread a fragment of another file of the folder: `...Row` brings `row.graphql`, whose fragment is `Row`.
What the engine refuses is raised, and becomes a page with its code and hint (`refused`). A page marked `@kept` is
answered 304 where the client has it of this data version: then nothing is asked.
"""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from decimal import Decimal
from functools import wraps
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from graphql import GraphQLError
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api import standard
from api.cache import has
from api.faults import InvalidOperationError, bad_variables, too_deep
from api.operation import REFUSED, Request, Service, unexpected
from api.pages import Pages, language
from api.running import BusyError
from api.standard import today
from api.subscriptions import Subscriptions
from query.errors import QueryError
from query.run import TooSlowError
from schemas.errors import OpenallocError

HERE = Path(__file__).resolve().parent
Page: TypeAlias = Callable[[HttpRequest], Awaitable[Response]]
_SPREAD = re.compile(r"\.\.\.\s*([A-Z]\w*)")
_FRAGMENT = re.compile(r"^fragment (\w+) on ", re.MULTILINE)


class Questions:
    """The documents of the folder by their names, each with the fragments that it spreads; read once.

    `made` are others, which follow from a catalog. `mark` changes with the code and the documents of the pages.
    """

    def __init__(self, made: Mapping[str, str] = MappingProxyType({}), folder: Path = HERE) -> None:
        texts = {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.graphql"))} | dict(made)
        fragments = {name: text for text in texts.values() for name in _FRAGMENT.findall(text)}
        self._whole = {name: "\n".join(_with(text, fragments, set())) for name, text in texts.items()}
        hashed = hashlib.sha256()
        for path in sorted(folder.glob("*.*")):
            hashed.update(path.read_bytes())
        self.mark = hashed.hexdigest()

    def __getitem__(self, name: str) -> str:
        return self._whole[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole)


async def ask(request: HttpRequest, name: str, **variables: Any) -> dict[str, Any]:
    """The `data` that our own GraphQL answers to a document of the folder, its numbers exact (Decimal).

    The visitor pays for it as if he had asked himself. Raises OpenallocError where it is refused.
    """
    try:
        return await _asked(request, name, variables)
    except REFUSED as error:
        raise _told(error) from error
    except Exception as error:
        raise unexpected(error) from error


async def ask_quickly(
    request: HttpRequest, name: str, seconds: float, **variables: Any
) -> dict[str, Any] | None:
    """The same for what a page can do without: None where it takes longer, or there is no place for it."""
    try:
        return await _asked(request, name, variables, seconds)
    except (TooSlowError, BusyError):
        return None
    except REFUSED as error:
        raise _told(error) from error
    except Exception as error:
        raise unexpected(error) from error


async def _asked(
    request: HttpRequest, name: str, variables: dict[str, Any], seconds: float | None = None
) -> dict[str, Any]:
    service: Service = request.app.state.service
    questions: Questions = request.app.state.questions
    data = await service.data(Request(questions[name], variables), service.client(request.scope), seconds)
    told: dict[str, Any] = json.loads(data, parse_float=Decimal)
    return told


def kept_by(mark: Callable[[HttpRequest], Awaitable[str]]) -> Callable[[Page], Page]:
    """A page that may be kept as long as the data, the day, the pages themselves and what `mark` gives are the same."""

    def wrapped(page: Page) -> Page:
        @wraps(page)
        async def answer(request: HttpRequest) -> Response:
            subscriptions: Subscriptions = request.app.state.subscriptions
            tag = _tag(request, await subscriptions.newest(), await mark(request))
            if has(request, tag):
                return Response(
                    status_code=304,
                    headers={"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Language, Accept"},
                )
            answered = await page(request)
            if answered.status_code == 200:
                answered.headers["ETag"] = tag
            return answered

        return answer

    return wrapped


async def _alike(_request: HttpRequest) -> str:
    return ""


kept = kept_by(_alike)


def refused(request: HttpRequest, error: Exception) -> Response:
    """An error that a page ran into, as a page, or as JSON to a program."""
    if not isinstance(error, OpenallocError):
        raise error
    answer = standard.refused(request, error)
    if answer.status_code in (429, 503):
        answer.headers.setdefault("Retry-After", "2")
    return answer


def _told(error: Exception) -> OpenallocError:
    """What was refused as one error, which a page can say."""
    match error:
        case OpenallocError():
            return error
        case InvalidOperationError():
            return _first(error)
        case GraphQLError():
            return _first(bad_variables([error]))
        case _:
            return too_deep()


def _first(error: InvalidOperationError) -> OpenallocError:
    """The first of the errors of an operation: its values came from the address."""
    made = error.errors[0]
    chinese, _, english = str(made["message"]).partition(" / ")
    detail = english.partition(": ")[2]
    return QueryError(
        made["extensions"]["code"],
        f"{chinese}:{detail}" if detail else chinese,
        english,
        "检查网址里的条件。",
        "Check the conditions in the address.",
    )


def _tag(request: HttpRequest, version: int, mark: str) -> str:
    pages: Pages = request.app.state.pages
    questions: Questions = request.app.state.questions
    parts = (
        str(request.url.replace(scheme="", netloc="")), language(request), version, today().isoformat(), pages.mark,
        questions.mark, mark,
    )  # fmt: skip
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _with(text: str, fragments: dict[str, str], given: set[str]) -> Iterator[str]:
    """A document, and the fragments that it and they spread."""
    yield text
    own = set(_FRAGMENT.findall(text))
    for name in dict.fromkeys(_SPREAD.findall(text)):
        if name in fragments and name not in given | own:
            given.add(name)
            yield from _with(fragments[name], fragments, given)
