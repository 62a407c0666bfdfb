"""Every kind of page in Chromium: nothing that axe reports, nothing wider than the screen, everything by keyboard.

The first address of a kind is looked at on every width, the states that it may be in besides on the narrowest.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api import desk
from api.answers import Answers
from api.app import application
from api.editions import Editions
from api.problems import Problems
from api.rate import Rate
from api.submissions import Submissions
from publish.editions import Holdings
from schemas.catalog import Catalog
from store.engine import connect
from tests.browser.conftest import PageAt
from tests.browser.faults import faults, too_wide
from tests.kinds import FILES, PAGES, asked

WIDTHS = (390, 768, 1280)
LANGUAGES = ("zh", "en")
HERE = "http://portal.example"  # where nobody is asked but an application of this process
# Pages that have something else to say where there are no records at all.
BARE = ("/", "/disclosures", "/regions/530000", "/statistics", "/datasets/land/grant-result")


Portal = tuple[Starlette, Mapping[str, str]]


@pytest.fixture(scope="module")
def portal(records: tuple[Path, Mapping[str, str]], catalog: Catalog) -> Iterator[Portal]:
    """The application with everything that an operator can have, and what `tests/kinds.py` has in braces."""
    database, names = records
    engine = connect(f"sqlite:///{database}")
    answers, submissions = Answers.of(engine, 10**8, None), Submissions(catalog, engine)
    editions = Editions(engine, Holdings(Path(f"{database}.editions")))
    app = application(
        catalog, engine, answers=answers, submissions=submissions, reports=Problems(engine), editions=editions
    )
    kept = TestClient(app).post("/answers/new?type=land/grant-result")
    yield app, {**names, "answer": kept.headers["Location"].rpartition("/")[2]}
    app.state.checkers.close()
    submissions.close()


@pytest.mark.parametrize("path", PAGES)
def test_axe_reports_nothing_and_nothing_is_wider_than_the_screen(
    portal: Portal, page_at: PageAt, path: str
) -> None:
    app, names = portal
    page = page_at(WIDTHS[0], refusals=True)
    page.route("**", answering(app))
    for address in PAGES[path]:
        look(page, address.format_map(names), WIDTHS if address is PAGES[path][0] else WIDTHS[:1])


@pytest.fixture
def bare(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """A database without records."""
    engine = connect(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'openalloc.db')}")
    yield engine
    engine.dispose()


def test_a_site_without_records_too(bare: Engine, catalog: Catalog, page_at: PageAt) -> None:
    page = page_at(WIDTHS[0])
    page.route("**", answering(application(catalog, bare)))
    for address in BARE:
        look(page, address, WIDTHS[:1])


def test_a_refusal_of_too_many_requests_too(bare: Engine, catalog: Catalog, page_at: PageAt) -> None:
    page = page_at(WIDTHS[0], refusals=True)
    page.route("**", answering(application(catalog, bare, rate=Rate.of("1/3600"))))
    page.goto(f"{HERE}/disclosures")
    look(page, "/disclosures", WIDTHS[:1])
    assert "A091" in page.content()


def look(page: Page, address: str, widths: Sequence[int]) -> None:
    """In both languages at each width: by axe in Chinese at the narrowest, in English at the widest, else whether it fits.

    In the dark only colours differ: they are looked at again once a kind, where there are several widths.
    """
    several = len(widths) > 1
    by_axe = {("zh", widths[0]), *([("en", widths[-1])] if several else [])}
    for language in LANGUAGES:
        page.emulate_media(color_scheme="light")
        page.goto(f"{HERE}{address}{'&' if '?' in address else '?'}lang={language}")
        assert page.evaluate("document.documentElement.lang").startswith(language)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            look_for = faults if (language, width) in by_axe else too_wide
            assert look_for(page) == [], (address, language, width)
    if several:
        light = background(page)
        page.emulate_media(color_scheme="dark")
        assert background(page) != light
        assert faults(page, "color-contrast") == [], address


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def answering(app: Starlette) -> Callable[[Route], None]:
    """Answers what a page asks."""
    client = TestClient(app, HERE)

    def answer(route: Route) -> None:
        where = urlsplit(route.request.url)
        given = {"accept": route.request.headers.get("accept", "*/*"), "accept-encoding": "identity"}
        found = client.get(f"{where.path}?{where.query}", headers=given)
        route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.content)

    return answer


def test_every_address_is_a_kind_of_page_or_known_to_be_none(bare: Engine, catalog: Catalog) -> None:
    app = application(catalog, bare)
    assert asked([*app.routes, *desk.routes()]) - {f"{desk.PATH}/{one}" for one in desk.ONLY} == {
        *PAGES,
        *FILES,
    }
    assert FILES.isdisjoint(PAGES)


def test_the_keyboard_reaches_the_content_and_the_navigation(portal: Portal, page_at: PageAt) -> None:
    page = page_at(1280)
    page.route("**", answering(portal[0]))
    page.goto(HERE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.goto(HERE)
    reached = []
    for _ in range(9):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getAttribute('href')"))
    for address in ("/disclosures", "/standard/", "/validate"):
        assert address in reached
