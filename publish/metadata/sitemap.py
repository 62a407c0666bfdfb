"""The map of the site for search engines: every public page in both languages, in parts of at most 50,000 addresses.

    /sitemap.xml                    the index
    /sitemaps/pages.xml             pages of the catalog: standard, datasets, regions
    /sitemaps/disclosures-2024.xml  those published in a year, `-2` and on where they are more; `-0` those without a date
    /sitemaps/organizations-1.xml   and publishers, processes: in the order of their ids

An organization that is known by name alone may be a person: it has no place here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from xml.sax.saxutils import escape

from sqlalchemy import ColumnElement, Connection, and_, func, select
from sqlalchemy.sql.schema import Table

from publish.metadata.datasets import datasets
from schemas.catalog import Catalog
from store import tables
from store.identity import recencies

MOST = 50_000
LANGUAGES = ("zh", "en")
_NAME = re.compile(
    r"(pages|disclosures|organizations|publishers|processes)(?:-([0-9]{1,4}))?(?:-([0-9]{1,5}))?"
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_INDEX = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
_SET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
_FIXED = (
    "/", "/disclosures", "/organizations", "/publishers", "/statistics", "/datasets", "/editions", "/standard/", "/standard/catalogue",
    "/standard/codelists/", "/developers", "/validate",
)  # fmt: skip
_PREFECTURE = ("province", "prefecture", "county")
Line = tuple[str, datetime | None]  # the path of a page, when it last changed


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the map: what it has, of which year (0 for those without a date), which piece of them."""

    kind: str
    year: int | None = None
    piece: int = 1

    @property
    def name(self) -> str:
        """Its name in an address."""
        year = f"-{self.year}" if self.year is not None else ""
        piece = f"-{self.piece}" if self.kind != "pages" and (self.year is None or self.piece > 1) else ""
        return f"{self.kind}{year}{piece}"

    @classmethod
    def of(cls, name: str) -> "Part | None":
        """The part of a name, None where it is none."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        kind, one, other = found[1], found[2], found[3]
        if kind == "disclosures":
            made = cls(kind, int(one), int(other or 1)) if one else None
        else:
            made = cls(kind, None, int(one or 1)) if other is None else None
        return made if made is not None and made.name == name and made.piece >= 1 else None


def parts(connection: Connection, years: Iterable[tuple[int | None, int]]) -> Iterator[Part]:
    """The parts that there are; `years` are the numbers of disclosures by year of publication."""
    yield Part("pages")
    for year, count in years:
        for piece in range(1, _pieces(count) + 1):
            yield Part("disclosures", year or 0, piece)
    for kind, table, condition in _OTHERS:
        count = connection.execute(select(func.count()).select_from(table).where(*condition)).scalar_one()
        for piece in range(1, _pieces(count) + 1):
            yield Part(kind, None, piece)


def lines(connection: Connection, part: Part, catalog: Catalog) -> Iterator[Line]:
    """The pages of a part."""
    if part.kind == "pages":
        yield from ((path, None) for path in _pages(catalog))
        return
    if part.kind == "disclosures":
        yield from _disclosures(connection, part)
        return
    _, table, condition = next(one for one in _OTHERS if one[0] == part.kind)
    query = (
        select(table.c.id).where(*condition).order_by(table.c.id).offset((part.piece - 1) * MOST).limit(MOST)
    )
    for id in connection.execute(query).scalars():
        yield f"/{part.kind}/{id}", None


def index(site: str, given: Iterable[Part], at: datetime | None) -> bytes:
    """The index of the parts."""
    changed = f"<lastmod>{_time(at)}</lastmod>" if at else ""
    found = "".join(
        f"<sitemap><loc>{escape(f'{site}/sitemaps/{part.name}.xml')}</loc>{changed}</sitemap>\n"
        for part in given
    )
    return f"{_HEAD}{_INDEX}{found}</sitemapindex>\n".encode()


def urls(site: str, given: Iterable[Line]) -> Iterator[bytes]:
    """The file of a part, in pieces."""
    yield (_HEAD + _SET).encode()
    for path, at in given:
        address = escape(f"{site}{path}")
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang="{one}" href="{address}?lang={one}"/>' for one in LANGUAGES
        )
        changed = f"<lastmod>{_time(at)}</lastmod>" if at else ""
        yield f"<url><loc>{address}</loc>{changed}{others}</url>\n".encode()
    yield b"</urlset>\n"


def _pages(catalog: Catalog) -> Iterator[str]:
    yield from _FIXED
    yield from (one.page for one in datasets(catalog) if one.page != "/datasets")
    yield from (f"/standard/{type}" for type in catalog.types)
    yield from (f"/standard/codelists/{name}" for name in catalog.codelists)
    for code, region in catalog.codelists["region"].codes.items():
        if region.in_force() and catalog.regions.level(code) in _PREFECTURE:
            yield f"/regions/{code}"


def _disclosures(connection: Connection, part: Part) -> Iterator[Line]:
    d, c = tables.disclosure.c, tables.change.c
    year = part.year or 0
    if year:
        least, most = recencies(date(year, 1, 1), date(year, 12, 31))
        condition: list[ColumnElement[bool]] = [d.recency >= least, d.recency <= most]
    else:
        condition = [d.recency < recencies(date(1900, 1, 2), None)[0], d.published_date.is_(None)]
    changed = (
        select(func.max(c.at))
        .where(and_(c.shard == d.shard, c.disclosure_number == d.number))
        .correlate(tables.disclosure)
        .scalar_subquery()
    )
    query = (
        select(d.id, changed).where(*condition, d.status == "published").order_by(d.recency.desc())
        .offset((part.piece - 1) * MOST).limit(MOST)
    )  # fmt: skip
    for id, at in connection.execute(query):
        yield f"/disclosures/{id}", at


def _pieces(count: int) -> int:
    return -(-count // MOST)


def _time(at: datetime) -> str:
    return at.replace(tzinfo=UTC, microsecond=0).isoformat().replace("+00:00", "Z")


_OTHERS: tuple[tuple[str, Table, tuple[Any, ...]], ...] = (
    ("organizations", tables.organization, (tables.organization.c.uscc.is_not(None),)),
    ("publishers", tables.publisher, ()),
    ("processes", tables.process, ()),
)
