"""The Starlette application: GraphQL, the published standard, pages for people, and health."""

import anyio
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api import pages, reading, standard
from api.downloads import Downloads
from api.graphql import graphql
from api.limits import Limits
from api.operation import Service
from api.pages import Pages, page
from api.standard import missing
from schemas.catalog import Catalog

# As many as SQLAlchemy's pool has at most (5, and 10 more): one request waits for a thread, none for a connection.
CONNECTIONS = 15
KUNMING = """\
{ disclosures(filter: {region: {within: "530100"}}, first: 5) {
    totalCount
    nodes { title type publishedDate amount publisher { name } }
} }"""


def application(catalog: Catalog, engine: Engine, limits: Limits | None = None) -> Starlette:
    """The application over one catalog and one database; it reads and never writes."""
    app = Starlette(
        routes=[
            Route("/", home),
            Route("/graphql", graphql, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
            *standard.routes(),
            *reading.routes(),
            *pages.routes(),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ],
        middleware=[
            Middleware(
                CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"],
                allow_headers=["content-type"], expose_headers=["etag"],
            )
        ],
        exception_handlers={404: _not_found},
    )  # fmt: skip
    app.state.threads = anyio.CapacityLimiter(CONNECTIONS)
    app.state.catalog = catalog
    app.state.engine = engine
    app.state.service = Service(catalog, engine, limits)
    app.state.pages = Pages()
    app.state.downloads = Downloads(catalog)
    return app


async def home(request: Request) -> Response:
    """Where to look."""
    catalog: Catalog = request.app.state.catalog
    return page(
        request, "home.html", ("首页", "Home"), query=KUNMING, types=len(catalog.types),
        domains=len({one.domain for one in catalog.types.values()}), codelists=len(catalog.codelists),
    )  # fmt: skip


async def healthz(request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """The database answers and has the tables; 503 where not."""
    try:
        with request.app.state.engine.connect() as connection:
            version = connection.execute(text("SELECT version FROM data_version WHERE id = 1")).scalar_one()
    except SQLAlchemyError:
        return JSONResponse(
            {"status": "unavailable", "message": "数据库不可用 / the database is not available"}, 503
        )
    return JSONResponse({"status": "ok", "dataVersion": version})


async def _not_found(request: Request, _error: Exception) -> Response:
    path = request.url.path
    return missing(
        request, "A012", f"没有这个地址:{path}", f"there is nothing at {path}",
        "首页 / 列出所有入口。", "The page / lists what there is.",
    )  # fmt: skip
