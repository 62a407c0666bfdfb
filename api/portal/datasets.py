"""`/datasets` and a page for each: what there is, in which formats, what its columns mean, what is missing.

For a reader who writes no code. What a page knows of files (their sizes) and of gaps
is looked up every ten minutes at most.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from typing import Any

from anyio.to_thread import run_sync
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.choosing import choose
from api.editions import Editions
from api.metadata import known, no_dataset
from api.pages import page
from api.portal.asking import ask, kept_by, refused
from publish.datasets import sizing
from publish.datasets.export import FORMATS
from publish.datasets.export import dataset as export_of
from publish.metadata import schema_org
from publish.metadata.datasets import LICENCE, RIGHTS, Dataset, Known, datasets, find
from publish.metadata.dcat import called
from publish.metadata.dictionary import lines
from publish.metadata.gaps import Gaps, gaps
from query.kept import Kept
from schemas.catalog import Catalog
from schemas.errors import OpenallocError
from store.editions import EVERYTHING, within

_PAGES = 200  # datasets whose sizes and gaps are remembered
_SECONDS = 600  # for so long


@dataclass(frozen=True)
class Looked:
    """What was looked up of a dataset at a data version: bytes by format and whether they are exact; what is missing."""

    version: int
    sizes: dict[str, tuple[int, bool]]
    gaps: Gaps | None

    def at(self, version: int) -> "Looked":
        """The same for another version, at which no size is exact."""
        if version == self.version:
            return self
        return replace(self, sizes={format: (size, False) for format, (size, _) in self.sizes.items()})


class Shelf:
    """What was looked up, by dataset: sizes are at a guess anyway, and looking takes longer than the rest of a page."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._looked: Kept[tuple[str, int], Looked] = Kept(_PAGES)

    def look(self, path: str, version: int, make: Callable[[], Looked]) -> Looked:
        """What `make` finds, at most `_SECONDS` ago."""
        return self._looked.get((path, int(self._clock() // _SECONDS)), make).at(version)


def routes() -> list[Route]:
    """The pages of datasets."""
    return [
        Route("/datasets", index),
        Route("/datasets/{domain}", one),
        Route("/datasets/{domain}/{name}", one),
    ]


async def _editions(request: Request) -> str:
    """What changes when an edition is made."""
    editions: Editions = request.app.state.editions
    return str(await run_sync(editions.number))


@kept_by(_editions)
async def index(request: Request) -> Response:
    """All datasets."""
    catalog: Catalog = request.app.state.catalog
    try:
        now = await known(request)
    except OpenallocError as error:
        return refused(request, error)
    found = list(datasets(catalog))
    whole, *others = found
    editions: Editions = request.app.state.editions
    return page(
        request, "portal/datasets.html", ("数据集", "Datasets"), whole=whole, others=others, known=now, formats=FORMATS, called=called,
        licence=LICENCE, rights=RIGHTS, data=_block(schema_org.catalogue(found, now)), edition=await run_sync(editions.newest),
    )  # fmt: skip


@kept_by(_editions)
async def one(request: Request) -> Response:
    """One dataset: of a type or of a domain."""
    catalog: Catalog = request.app.state.catalog
    path = "/".join(str(part) for part in request.path_params.values())
    if path == EVERYTHING:
        return RedirectResponse(str(request.url.replace(scheme="", netloc="", path="/datasets")), 301)
    dataset = find(path, catalog)
    if dataset is None:
        return no_dataset(request, path)
    try:
        now = await known(request)
        of = {"type": {"eq": path}} if dataset.disclosure else {"domain": {"eq": path}}
        counted = await ask(request, "dataset", filter={**of, "status": {"eq": "published"}})
        shelf: Shelf = request.app.state.shelf
        looked = await run_sync(shelf.look, path, now.version, partial(_look, request, dataset, now.version))
    except OpenallocError as error:
        return refused(request, error)
    tables = dataset.tables(catalog)
    editions: Editions = request.app.state.editions
    edition = await run_sync(editions.latest, within(path))
    years = {
        int(key): group["count"] for group in counted["years"]["groups"] if (key := group["keys"][0]["value"])
    }
    return page(
        request, "portal/dataset.html", dataset.title, dataset=dataset, known=now, facts=now.of(path), formats=FORMATS, called=called,
        looked=looked, size=size, tables=tables, dictionary=[(table, list(lines(dataset, table, catalog))) for table in tables],
        catalog=catalog, parts_of_domain=[one for one in datasets(catalog) if one.disclosure and one.disclosure.domain == path],
        years=years, undated=sum(group["count"] for group in counted["years"]["groups"] if not group["keys"][0]["value"]),
        empty_years=_between(years), **_places(counted["prefectures"]["groups"], now, dataset, catalog),
        parameters=[("type" if dataset.disclosure else "domain", path)], licence=LICENCE, rights=RIGHTS,
        data=_block(schema_org.described(dataset, catalog, now)),
        edition=edition, cited_in=find(edition[1], catalog) if edition else None,
    )  # fmt: skip


def size(number: int) -> str:
    """A number of bytes that can be read.

    >>> size(980), size(15_300), size(2_500_000_000)
    ('980 B', '15.3 kB', '2.5 GB')
    """
    value, units = float(number), ["B", "kB", "MB", "GB", "TB"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{value:.3g} {units[0]}" if value < 1000 else f"{value:.0f} {units[0]}"


def _look(request: Request, dataset: Dataset, version: int) -> Looked:
    state = request.app.state
    catalog: Catalog = state.catalog
    export = export_of(dataset.path, "csv", (), catalog, partial(choose, state.service))
    told = sizing.Size.of_all(state.files.builder, export)
    sizes = {name: (one["bytes"], one["exact"]) for name, one in told["formats"].items()}
    if dataset.disclosure is None:
        return Looked(version, sizes, None)
    with state.engine.connect() as connection:
        return Looked(version, sizes, gaps(connection, dataset.disclosure))


def _places(groups: list[dict[str, Any]], now: Known, dataset: Dataset, catalog: Catalog) -> dict[str, Any]:
    """The prefectures with records, and those of the same provinces without any."""
    found = [group for group in groups if group["keys"][0]["value"]]
    has = {group["keys"][0]["value"] for group in found}
    provinces = {code[:2] for code in now.of(dataset.path).regions}
    without = [
        region
        for code, region in catalog.codelists["region"].codes.items()
        if code[:2] in provinces
        and code not in has
        and catalog.regions.level(code) == "prefecture"
        and region.in_force()
    ]
    return {"prefectures": found, "without": without}


def _between(years: dict[int, int]) -> list[int]:
    """The years without records between the first and the last with some."""
    return [year for year in range(min(years), max(years)) if year not in years] if years else []


def _block(described: dict[str, Any]) -> Markup:
    """A block of data in a page: nothing in it ends the element."""
    text = json.dumps(described, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - every sign that means something in HTML is escaped
