"""Pages of organizations, regions, statistics, developers and departments in Chromium: the charts, the map, two walks."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from api.graphiql import FOLDER
from tests.browser.conftest import PageAt
from tests.browser.faults import faults

bundled = pytest.mark.skipif(
    not (FOLDER / "charts.js").is_file(), reason="charts are not bundled: npm had no registry to reach"
)


@bundled
def test_a_chart_is_drawn_beside_its_table_and_saved_as_a_picture(site: str, page_at: PageAt) -> None:
    page = page_at(1280)
    page.goto(f"{site}/statistics?by=domain&by=year")
    expect(page.locator("figure .drawing canvas")).to_have_count(1)
    for name, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=name).click()
        assert Path(waiting.value.path()).read_bytes().startswith(start)
        assert waiting.value.suggested_filename == f"statistics-domain-year.{name.lower()}"
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    assert "domain,domainTitle" in Path(waiting.value.path()).read_text("utf-8-sig")


def test_without_scripts_the_map_leads_from_a_province_to_a_prefecture(site: str, page_at: PageAt) -> None:
    page = page_at(390, script=False)
    page.goto(f"{site}/regions")
    expect(page.locator("svg.map a")).to_have_count(16)
    page.locator("svg.map a[href='/regions/530100'] path").click()
    expect(page.locator("h1")).to_have_text("昆明市")
    assert page.locator("#region-parts tbody tr").count() > 0


@bundled
def test_a_developer_runs_a_query_of_the_tour(site: str, page_at: PageAt) -> None:
    page = page_at(1280)
    page.goto(f"{site}/developers")
    page.locator("#a-company-across-domains ~ p a").click()
    expect(page.locator(".graphiql-query-editor")).to_contain_text("organization", timeout=60_000)
    page.click(".graphiql-execute-button")
    expect(page.locator(".graphiql-response")).to_contain_text("云南示例建设工程有限公司", timeout=30_000)


def test_a_clerk_takes_a_template_and_checks_a_file(site: str, page_at: PageAt, tmp_path: Path) -> None:
    page = page_at(390)
    page.goto(f"{site}/departments")
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
    assert faults(page) == []
