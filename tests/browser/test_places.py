"""Pages of organizations, regions, statistics, developers and departments in Chromium: the charts, the map, two walks."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from api.graphiql import FOLDER
from schemas.catalog import Catalog
from store.engine import connect
from tests.browser.conftest import PageAt
from tests.query import records
from tests.serving import serving

# address: width, language, colours; among them all widths, languages and colours
PAGES = {
    "/organizations?q=示例": (390, "en", "light"), "/organizations/91530100MA6K00027P": (390, "zh", "dark"),
    "/publishers/11530114MB0W00017C": (768, "en", "light"), "/regions": (1280, "zh", "light"), "/regions/530000": (390, "en", "dark"),
    "/statistics": (390, "zh", "light"), "/statistics?by=domain&by=year&measure=amount": (768, "zh", "dark"),
    "/developers": (390, "en", "light"), "/departments": (390, "zh", "light"),
}  # fmt: skip
bundled = pytest.mark.skipif(
    not (FOLDER / "charts.js").is_file(), reason="charts are not bundled: npm had no registry to reach"
)


@pytest.fixture(scope="module")
def stored(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, catalog: Catalog
) -> Iterator[str]:
    """The address of the application over a file with the variations of all types."""
    folder = tmp_path_factory.mktemp("places")
    database = shutil.copy(sqlite_template, folder / "openalloc.db")
    engine = connect(f"sqlite:///{database}")
    records.store(engine, catalog)
    engine.dispose()
    with serving(str(database), folder) as address:
        yield address


def clean(page: Page, width: int) -> None:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_axe_reports_nothing_and_nothing_is_wider_than_the_screen(stored: str, page_at: PageAt) -> None:
    for address, (width, language, scheme) in PAGES.items():
        page = page_at(width, scheme=scheme)
        page.goto(f"{stored}{address}{'&' if '?' in address else '?'}lang={language}")
        clean(page, width)


@bundled
def test_a_chart_is_drawn_beside_its_table_and_saved_as_a_picture(stored: str, page_at: PageAt) -> None:
    page = page_at(1280)
    page.goto(f"{stored}/statistics?by=domain&by=year")
    expect(page.locator("figure .drawing canvas")).to_have_count(1)
    for name, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=name).click()
        assert Path(waiting.value.path()).read_bytes().startswith(start)
        assert waiting.value.suggested_filename == f"statistics-domain-year.{name.lower()}"
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    assert "domain,domainTitle" in Path(waiting.value.path()).read_text("utf-8-sig")


def test_without_scripts_the_map_leads_from_a_province_to_a_prefecture(stored: str, page_at: PageAt) -> None:
    page = page_at(390, script=False)
    page.goto(f"{stored}/regions")
    expect(page.locator("svg.map a")).to_have_count(16)
    page.locator("svg.map a[href='/regions/530100'] path").click()
    expect(page.locator("h1")).to_have_text("昆明市")
    assert page.locator("#region-parts tbody tr").count() > 0


@bundled
def test_a_developer_runs_a_query_of_the_tour(stored: str, page_at: PageAt) -> None:
    page = page_at(1280)
    page.goto(f"{stored}/developers")
    page.locator("#a-company-across-domains ~ p a").click()
    expect(page.locator(".graphiql-query-editor")).to_contain_text("organization", timeout=60_000)
    page.click(".graphiql-execute-button")
    expect(page.locator(".graphiql-response")).to_contain_text("云南示例建设工程有限公司", timeout=30_000)


def test_a_clerk_takes_a_template_and_checks_a_file(stored: str, page_at: PageAt, tmp_path: Path) -> None:
    page = page_at(390)
    page.goto(f"{stored}/departments")
    with page.expect_download() as waiting:
        page.locator("a[href='/templates/land/grant-result.csv']").click()
    heading = Path(waiting.value.path()).read_text("utf-8-sig").splitlines()[0]
    assert "受让" in heading
    file = tmp_path / "成交结果.csv"
    file.write_text("宗地编号,受让人,成交价(万元),发布日期\nA-1,云南示例有限公司,一百,2024-06-20\n", "utf-8")
    page.locator("#check ~ p a.button").click()
    page.set_input_files("#file", file)
    page.select_option("#type", "land/grant-result")
    page.click("#check button[type=submit]")
    expect(page.locator(".report")).to_contain_text("成交结果.csv", timeout=30_000)
    clean(page, 390)
