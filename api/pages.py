"""Pages for people: one frame, one language at a time, no script needed.

A template says everything twice, `t("中文", "English")`, and shows the reader's language: `?lang=zh|en`, else what the
browser asks for, else Chinese. Templates also have `link(path)`, which keeps a language that was chosen by hand, and
`asset(file)`, the address of a file of `api/static`, which changes with its content.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.cache import DAY, FOREVER, cached
from api.refusal import told
from loaders.lacking import together
from schemas.calendar import in_beijing

Language = Literal["zh", "en"]
Title = tuple[str, str]  # Chinese, English

HERE = Path(__file__).resolve().parent
HTML = "text/html; charset=utf-8"
NAVIGATION: tuple[tuple[str, str, str], ...] = (
    ("/", "首页", "Home"),
    ("/disclosures", "公开信息", "Disclosures"),
    ("/organizations", "企业和单位", "Organizations"),
    ("/statistics", "统计", "Statistics"),
    ("/datasets", "数据集", "Datasets"),
    ("/standard/", "标准", "Standard"),
    ("/validate", "核对", "Check a file"),
    ("/developers", "开发者", "Developers"),
)
# The same where departments may submit.
WITH_SUBMISSIONS = (*NAVIGATION[:-1], ("/submissions", "提交", "Submit"), NAVIGATION[-1])
SECURITY: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
_TAGS: Mapping[Language, str] = {"zh": "zh-CN", "en": "en"}
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of `api/static`, and a mark of its content."""

    content: bytes
    media_type: str
    mark: str


class Pages:
    """The templates and the files they use, read once when the application is made; all of them know `words`."""

    def __init__(self, folder: Path = HERE, **words: Any) -> None:
        self.assets = {path.name: _asset(path) for path in sorted((folder / "static").iterdir())}
        self.mark = _mark(*(folder / "templates").rglob("*.html"), *(folder / "static").iterdir())
        self.environment = Environment(
            loader=FileSystemLoader(folder / "templates"),
            autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False,
        )  # fmt: skip
        self.environment.globals |= {
            "together": together,
            "t": _said,
            "link": _link,
            "asset": self._address,
            "bundled": lambda _name: None,
            "navigation": NAVIGATION,
            "beijing": _beijing,
            **words,
        }

    def render(self, request: Request, template: str, title: Title, values: Mapping[str, Any]) -> str:
        """The HTML of a page in the reader's language."""
        here = language(request)
        return self.environment.get_template(template).render(
            language=here, language_tag=_TAGS[here], zh=here == "zh", title=title, path=request.url.path,
            chosen=request.query_params.get("lang") in _TAGS, language_tags=_TAGS,
            addresses={one: _in_language(request.url, one) for one in _TAGS},
            plain_address=_relative(request.url.remove_query_params("lang")), **values,
        )  # fmt: skip

    def part(self, template: str, here: Language, **values: Any) -> str:
        """The HTML of a template that is no page of its own and has no address."""
        return self.environment.get_template(template).render(
            language=here, language_tag=_TAGS[here], zh=here == "zh", **values
        )

    def text(self, name: str) -> str:
        """The text of a file of `api/static`."""
        return self.assets[name].content.decode()

    def _address(self, name: str) -> str:
        return f"/static/{name}?v={self.assets[name].mark}"


def page(
    request: Request,
    template: str,
    title: Title,
    *,
    status: int = 200,
    cache: str = "no-cache",
    **values: Any,
) -> Response:
    """A template as the answer to a request; `cache` is its Cache-Control (`no-store` for what is one reader's own)."""
    pages: Pages = request.app.state.pages
    content = pages.render(request, template, title, values).encode()
    headers = {
        "Content-Language": _TAGS[language(request)],
        "Vary": "Accept-Language, Accept",
        "Cache-Control": cache,
        **SECURITY,
    }
    if status != 200 or cache == "no-store":
        return Response(content, status, headers, HTML)
    return cached(request, content, HTML, cache, headers)


def language(request: Request) -> Language:
    """The language for this reader: as the address says, else as the browser asks, else Chinese."""
    given = request.query_params.get("lang")
    if given in _TAGS:
        return "en" if given == "en" else "zh"
    for tag in preferred(request.headers.get("accept-language", "")):
        if tag.partition("-")[0] in _TAGS:
            return "en" if tag.startswith("en") else "zh"
    return "zh"


def wants_page(request: Request) -> bool:
    """Whether the client is a browser that shows a page, not a program."""
    return "text/html" in request.headers.get("accept", "")


def routes() -> list[Route]:
    """`/static/…`."""
    return [Route("/static/{name}", static)]


async def static(request: Request) -> Response:
    """A file of `api/static`; for ever where the address names its content, else to be asked for again."""
    pages: Pages = request.app.state.pages
    asset = pages.assets.get(request.path_params["name"])
    if asset is None:
        return Response(status_code=404)
    cache = FOREVER if request.query_params.get("v") == asset.mark else DAY
    return cached(request, asset.content, asset.media_type, cache, {"X-Content-Type-Options": "nosniff"})


def _mark(*paths: Path) -> str:
    """What no other content of these files has."""
    hashed = hashlib.sha256()
    for path in sorted(paths):
        hashed.update(path.read_bytes())
    return hashed.hexdigest()[:16]


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(content, _MEDIA_TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:16])


def _beijing(at: datetime | str) -> str:
    """A time as people in China read it; one without a zone is UTC.

    >>> _beijing("2026-11-26T17:34:05Z")
    '2026-11-27 01:34:05 (UTC+8)'
    """
    return f"{in_beijing(at):%Y-%m-%d %H:%M:%S} (UTC+8)"


@pass_context
def _said(context: Context, chinese: str, english: str) -> str:
    return chinese if context["zh"] else english


@pass_context
def _link(context: Context, path: str) -> str:
    """The path; with the language, where the reader chose one by hand."""
    if not context["chosen"]:
        return path
    return str(URL(path).include_query_params(lang=context["language"]))


def _in_language(url: URL, one: Language) -> str:
    """This very address in a language, relative to itself: a path may begin with two slashes and lead elsewhere."""
    return _relative(url.include_query_params(lang=one))


def _relative(url: URL) -> str:
    """An address that was asked, relative to itself; no number of a person that stood in it."""
    given = parse_qsl(url.query, keep_blank_values=True)
    shown = [(told(name), told(value)) for name, value in given]
    return f"?{url.query if shown == given else urlencode(shown)}"


def preferred(header: str) -> Iterator[str]:
    """The entries of an Accept or Accept-Language header, best first; what cannot be read or is refused is left out.

    >>> list(preferred("de;q=0.5, en-GB;q=0.8, zh;q=0, fr;q=x"))
    ['en-gb', 'de']
    """
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.lower().split(",")):
        tag, _, quality = part.strip().partition(";")
        try:
            ranked.append((-float(quality.strip().removeprefix("q=") or 1), place, tag.strip()))
        except ValueError:
            continue
    return (tag for minus, _, tag in sorted(ranked) if minus < 0)
