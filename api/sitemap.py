"""`/sitemap.xml`, its parts, and `/robots.txt`."""

from collections.abc import Iterator

from anyio.to_thread import run_sync
from sqlalchemy import Engine
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from api.cache import DAY, cached
from api.graphql import FRESH
from api.metadata import known
from api.portal.asking import ask, refused
from api.site import site_of
from api.standard import missing
from publish.metadata import sitemap
from publish.metadata.sitemap import Part
from schemas.errors import OpenallocError

XML = "application/xml; charset=utf-8"
# Questions, files of any selection and what makes work: pages say all of it.
_ROBOTS = """\
User-agent: *
Disallow: /graphql
Disallow: /answers/new
Disallow: /submissions
Disallow: /suggest
Disallow: /changes
Disallow: /disclosures.
Disallow: /disclosures?
Disallow: /disclosures/*/report
Allow: /

Sitemap: {site}/sitemap.xml
"""


def routes() -> list[Route]:
    """The addresses for search engines."""
    return [
        Route("/sitemap.xml", index),
        Route("/sitemaps/{name}.xml", part),
        Route("/robots.txt", robots),
    ]


async def index(request: Request) -> Response:
    """The parts that there are."""
    engine: Engine = request.app.state.engine
    try:
        now = await known(request)
        found = await ask(request, "years")
    except OpenallocError as error:
        return refused(request, error)
    counted = [(group["keys"][0]["value"], group["count"]) for group in found["statistics"]["groups"]]
    years = [(int(year) if year else None, int(count)) for year, count in counted]

    def made() -> bytes:
        with engine.connect() as connection:
            return sitemap.index(now.site, sitemap.parts(connection, years), now.at)

    return cached(request, await run_sync(made), XML, FRESH)


def part(request: Request) -> Response:
    """A part, written while it is read."""
    name = request.path_params["name"]
    found = Part.of(name)
    if found is None:
        return missing(
            request, "A217", f"没有这份站点地图:{name}", f"there is no such part of the site's map: {name}",
            "全部见 /sitemap.xml。", "/sitemap.xml lists them all.",
        )  # fmt: skip
    return StreamingResponse(
        _read(request.app.state.engine, found, request), media_type=XML, headers={"Cache-Control": FRESH}
    )


def robots(request: Request) -> Response:
    """What robots may read, and where the map is."""
    return PlainTextResponse(_ROBOTS.format(site=site_of(request)), headers={"Cache-Control": DAY})


def _read(engine: Engine, found: Part, request: Request) -> Iterator[bytes]:
    gathered: list[bytes] = []
    with engine.connect() as connection:
        for line in sitemap.urls(
            site_of(request), sitemap.lines(connection, found, request.app.state.catalog)
        ):
            gathered.append(line)
            if len(gathered) == 500:
                yield b"".join(gathered)
                gathered.clear()
    yield b"".join(gathered)
