"""The Starlette application: GraphQL, the published standard, pages for people, and health."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from api import (
    changes,
    cited_answers,
    datasets,
    departments,
    desk,
    developers,
    feeds,
    graphiql,
    metadata,
    ocds,
    pages,
    problems,
    reading,
    sitemap,
    standard,
    submitting,
    template,
    validate,
)
from api import editions as edition_pages
from api.answers import Answers
from api.checkers import Checkers
from api.compression import Compression
from api.datasets import Files
from api.documents import Documents, registered
from api.downloads import Downloads
from api.editions import Editions
from api.graphiql import Bundle
from api.graphql import Release, graphql, schema_text
from api.limits import Limits
from api.operation import Service
from api.pages import Pages, wants_page
from api.portal import (
    asking,
    home,
    listing,
    organizations,
    process,
    publishers,
    record,
    regions,
    statistics,
    suggesting,
)
from api.portal import datasets as dataset_pages
from api.portal.asking import Questions
from api.portal.words import words
from api.problems import Problems
from api.rate import Rate
from api.socket import Timing, socket
from api.standard import missing
from api.stopping import when_stopped
from api.submissions import Submissions
from api.subscriptions import Subscriptions
from api.wire import Wire
from loaders.skipping import TITLES
from publish.datasets.building import Builder
from publish.datasets.kept import Folder
from publish.editions import Holdings
from publish.following import Follower
from publish.listing import Lister
from publish.ocds.release import PREFIX
from query.kept import Kept
from schemas.catalog import Catalog
from schemas.errors import OpenallocError

# What a page of another site may read of an answer besides its body.
EXPOSED = (
    "ETag", "Retry-After", "RateLimit", "RateLimit-Policy", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset",
    "Content-Disposition", "Content-Range", "Accept-Ranges", "Last-Modified", "Repr-Digest", "Openalloc-Records",
    "Openalloc-Rows", "Openalloc-Data-Version", "Openalloc-Bytes-Estimated", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset",
)  # fmt: skip


def application(
    catalog: Catalog,
    engine: Engine,
    limits: Limits | None = None,
    rate: Rate | None = None,
    submissions: Submissions | None = None,
    answers: Answers | None = None,
    reports: Problems | None = None,
    downloads: Folder | None = None,
    site: str = "",
    ocid: str = PREFIX,
    editions: Editions | None = None,
) -> Starlette:
    """The application over one catalog and one database, which it reads and never writes.

    Where departments may submit records, `submissions` stores them by an engine of its own; where answers may be cited,
    `answers` keeps them so, and `reports` what readers report of records. Files of datasets are kept in `downloads`, else
    in a folder that goes with the process; `site` stands before the addresses of records in them, `ocid` before the ids
    of processes in OCDS. Editions are found by `editions`, else those of the database have no files here.
    """
    checkers = Checkers(catalog.folder)

    service = Service(catalog, engine, limits, rate)
    subscriptions = Subscriptions(service)

    editions = editions or Editions(engine, Holdings(Path(os.devnull)))
    files = Files(Builder(engine, catalog, downloads or Folder.passing(), site), others=(editions.tidy,))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        checkers.warm()
        loop = asyncio.get_running_loop()
        async with service.runner.open(), anyio.create_task_group() as tasks:
            tasks.start_soon(subscriptions.watcher.run)
            tasks.start_soon(files.tidy)
            if submissions is not None:
                tasks.start_soon(submissions.resume)
            with when_stopped(partial(loop.call_soon_threadsafe, subscriptions.stop)):
                yield
            tasks.cancel_scope.cancel()
        checkers.close()
        if submissions is not None:
            submissions.close()

    dress = [
        # No cookies and no keys: whoever may ask may ask from any page; nobody may submit from one.
        Middleware(
            Readable, allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["*"],
            expose_headers=EXPOSED, max_age=86_400,
        ),
        Middleware(Compression),
    ]  # fmt: skip
    app = Starlette(
        routes=[
            Route("/", home.home),
            Route("/graphql", endpoint, methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
            WebSocketRoute("/graphql", socket),
            Route("/graphql/schema.graphql", schema_text),
            *developers.routes(),
            *departments.routes(),
            Route("/disclosures", listing.listing),
            *datasets.routes(),
            Route("/disclosures/{id}", record.record),
            Route("/processes/{id}", process.process),
            Route("/suggest", suggesting.suggest),
            *problems.routes(),
            *cited_answers.routes(),
            *edition_pages.routes(),
            *feeds.routes(),
            Route("/disclosures.{ending}", datasets.unknown),
            *ocds.routes(),
            *changes.routes(),
            *metadata.routes(),
            *organizations.routes(),
            *publishers.routes(),
            *regions.routes(),
            *statistics.routes(),
            *dataset_pages.routes(),
            *sitemap.routes(),
            *graphiql.routes(),
            *standard.routes(),
            *reading.routes(),
            *pages.routes(),
            *validate.routes(),
            *template.routes(),
            *(desk.routes() if submissions is not None else ()),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ],
        middleware=[Middleware(Wire, service=service, dress=dress), *dress],
        exception_handlers={404: _not_found, 405: _not_so, OpenallocError: asking.refused},
        lifespan=lifespan,
    )  # fmt: skip
    app.state.catalog = catalog
    app.state.engine = engine
    app.state.service = service
    app.state.subscriptions = subscriptions
    app.state.timing = Timing()
    app.state.documents = Documents(document for _, document in registered())
    app.state.release = Release(service.schema)
    app.state.bundle = Bundle.read()
    domains = tuple(dict.fromkeys(one.domain for one in catalog.types.values()))
    app.state.questions = Questions(
        {
            "latest": home.latest(catalog.codelists["domain"].codes),
            metadata.QUESTION: metadata.document(domains),
        }
    )
    app.state.metadata = metadata.Metadata()
    app.state.shelf = dataset_pages.Shelf()
    app.state.counts = Kept(listing.LISTS)
    app.state.known = suggesting.Known(catalog)
    app.state.pages = Pages(
        **words(catalog), bundled=app.state.bundle.found, keeps=answers is not None, skipped_titles=TITLES,
        submitting=submissions is not None, navigation=pages.NAVIGATION if submissions is None else pages.WITH_SUBMISSIONS,
    )  # fmt: skip
    app.state.checkers = checkers
    app.state.submissions = submissions
    app.state.answers = answers
    app.state.editions = editions
    app.state.problems = reports
    app.state.downloads = Downloads(catalog)
    app.state.ocds = ocds.Ocds(catalog, ocid)
    app.state.files = files
    app.state.site = site
    app.state.changes = changes.Changes(Follower(engine, catalog, site))
    app.state.lister = Lister(engine, catalog, site)
    return app


class Readable(CORSMiddleware):
    """Lets pages of other sites read what the application answers, but for what is submitted."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a submission as it is."""
        if scope["type"] == "http" and scope["path"].startswith(submitting.PATH):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


async def endpoint(request: Request) -> Response:
    """GraphQL; to a browser that asks nothing, GraphiQL, or where that is not installed the page for developers."""
    if request.method not in ("GET", "HEAD") or not wants_page(request):
        return await graphql(request)
    if not {"query", "documentId", "extensions"}.isdisjoint(request.query_params):
        return await graphql(request)
    bundle: Bundle = request.app.state.bundle
    return graphiql.workbench(request) if bundle.files else await developers.developers(request)


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


async def _not_so(request: Request, error: Exception) -> Response:
    told = (error.headers or {}).get("Allow", "") if isinstance(error, HTTPException) else ""
    allowed = ", ".join(sorted(told.split(", ")))
    answer = missing(
        request, "A052", f"这个地址不能用 {request.method}", f"{request.method} is not for this address",
        f"可用的方法:{allowed}。", f"Use one of: {allowed}.", status=405,
    )  # fmt: skip
    answer.headers["Allow"] = allowed
    return answer


async def _not_found(request: Request, _error: Exception) -> Response:
    path = request.url.path
    return missing(
        request, "A012", f"没有这个地址:{path}", f"there is nothing at {path}",
        "首页 / 列出所有入口。", "The page / lists what there is.",
    )  # fmt: skip
