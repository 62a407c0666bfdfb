"""The site as a browser sees it: a server of this process, and pages of Chromium at a width.

Skips where the machine has no Chromium that starts.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from api.choosing import choose
from api.operation import Service
from cli.demo import fill
from publish.editions import Holdings, Maker, wanted
from schemas.calendar import utc_now
from schemas.catalog import Catalog
from store.engine import connect
from tests.serving import serving
from tests.states import store_states

MADE = 60  # synthetic records beside the samples
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


@pytest.fixture(scope="session")
def records(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, catalog: Catalog
) -> tuple[Path, Mapping[str, str]]:
    """A database of every type's sample, of some more, of records in other states, with an edition; the ids by name."""
    database = shutil.copy(sqlite_template, tmp_path_factory.mktemp("site") / "openalloc.db")
    engine = connect(f"sqlite:///{database}")
    fill(engine, catalog, MADE, 1, lambda _: None)
    names = store_states(engine, catalog)
    files = wanted(
        ["everything", "land"], ["csv", "jsonl"], catalog, partial(choose, Service(catalog, engine))
    )
    holdings = Holdings(Path(f"{database}.editions"))
    made = Maker(engine, catalog, holdings, "").make(files, utc_now(), with_empty=False)
    engine.dispose()
    return database, {**names, "edition": made.edition.name}


@pytest.fixture(scope="session")
def site(records: tuple[Path, Mapping[str, str]]) -> Iterator[str]:
    """The address of the whole application, served as `openalloc serve` does."""
    database, _ = records
    with serving(str(database), database.parent) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium of the machine. Of a module: as long as it is there, this process can run no other event loop."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        pytest.skip(f"no Chromium on this machine ({', '.join(CHROMIUM)})")
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        except Error as error:
            pytest.skip(f"{program} does not start: {error.message.splitlines()[0]}")
        yield started
        started.close()


PageAt = Callable[..., Page]


@pytest.fixture
def page_at(browser: Browser) -> Iterator[PageAt]:
    """Makes a page of a width: `page_at(390, scheme="dark", locale="en-GB", script=False)`.

    What a page writes to its console as an error (a file that is missing, a script that is refused) fails the test.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def make(
        width: int,
        *,
        height: int = 900,
        scheme: str = "light",
        locale: str = "zh-CN",
        script: bool = True,
        refusals: bool = False,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            locale=locale,
            java_script_enabled=script,
            has_touch=width < 600,
            reduced_motion="reduce",
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        expected = (
            "responded with a status of 4" if refusals else "\0"
        )  # a form that is refused is told there too
        page.on(
            "console",
            lambda said: (
                wrong.append(said.text) if said.type == "error" and expected not in said.text else None
            ),
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert wrong == []
