"""The portal as people walk through it, with and without scripts; what they weigh."""

import csv
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from tests.browser.conftest import PageAt
from tests.browser.faults import faults

COMPANY = "云南示例光电科技有限公司"  # of the samples
HEAVIEST = 300_000  # bytes of a first visit


def follow(page: Page, found: str) -> None:
    """Click a link and wait for the page that it leads to."""
    with page.expect_navigation():
        page.locator(found).first.click()


@pytest.mark.parametrize("script", [True, False])
def test_a_citizen_finds_a_company_from_the_front_page_and_downloads_its_disclosures(
    site: str, page_at: PageAt, script: bool
) -> None:
    page = page_at(390 if script else 1280, script=script)
    page.goto(site)
    page.locator("main input[name=q]").fill(COMPANY)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "检索结果" in page.locator("h1").inner_text()
    assert page.locator("article mark").first.inner_text() in COMPANY
    follow(page, f"article a[href^='/organizations/']:has-text('{COMPANY}')")
    assert page.locator("h1").inner_text().startswith(COMPANY)
    follow(page, "main a[href^='/disclosures?organization=']")
    listed = int(page.locator("p[role=status] strong").inner_text())
    assert listed > 1
    with page.expect_download() as download:
        page.locator("a[href^='/disclosures.csv']").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    titles = {one.inner_text() for one in page.locator("article h2").all()}
    assert len(rows) == listed
    assert titles <= {row["title"] for row in rows}


def test_a_process_is_followed_from_notice_to_award(site: str, page_at: PageAt) -> None:
    page = page_at(768)
    page.goto(f"{site}/disclosures?type=procurement/tender-notice&q=智慧教室")
    follow(page, "article h2 a")
    follow(page, "section[aria-labelledby=course] h3 a")
    stages = page.locator(".course > .stage > .stage-head > strong").all_inner_texts()
    assert stages.index("公告") < stages.index("结果") < stages.index("合同")
    follow(page, ".course a:has-text('中标结果公告')")
    assert page.locator(".key .amount").inner_text() == "148.6 万元"
    expect(page.locator(".course [aria-current=page]")).to_have_count(1)


def test_land_results_of_one_prefecture_and_year_are_filtered_and_downloaded(
    site: str, page_at: PageAt, tmp_path: Path
) -> None:
    page = page_at(1280, script=False)
    page.goto(f"{site}/disclosures")
    page.locator("select[name=type]").select_option("land/grant-result")
    page.locator("select[name=region]").select_option("530100")
    page.locator("input[name=from]").fill("2024-01-01")
    page.locator("input[name=to]").fill("2024-12-31")
    follow(page, "aside button:has-text('筛选')")
    query = dict(part.split("=") for part in urlsplit(page.url).query.split("&"))
    assert query == {
        "region": "530100",
        "type": "land%2Fgrant-result",
        "from": "2024-01-01",
        "to": "2024-12-31",
    }
    listed = int(page.locator("p[role=status] strong").inner_text())
    assert listed >= 1
    for row in page.locator("article").all():
        assert "昆明市" in row.locator(".trail").inner_text()
        assert row.locator("time").inner_text().startswith("2024-")
    # The dependent choice: a prefecture chosen, its counties are offered.
    assert page.locator("select[name=region] option[value='530114']").count() == 1
    with page.expect_download() as download:
        page.locator("a[href^='/disclosures.xlsx']").click()
    download.value.save_as(tmp_path / "land.xlsx")
    book = CalamineWorkbook.from_path(tmp_path / "land.xlsx")
    rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
    titles = {one.inner_text() for one in page.locator("article h2").all()}
    assert titles <= {str(cell) for row in rows for cell in row}


def test_a_list_is_narrowed_without_loading_the_page_anew(site: str, page_at: PageAt) -> None:
    page = page_at(1280)
    page.goto(f"{site}/disclosures")
    if page.locator("script[src*='portal.js']").count() == 0:
        pytest.skip("htmx was not bundled")
    page.evaluate("window.stays = true")
    page.locator(".facet a:has-text('国有土地使用权')").click()
    page.wait_for_url("**/disclosures?domain=land")
    expect(page.locator(".chips")).to_contain_text("国有土地使用权")
    expect(page.locator("h1")).to_have_text("国有土地使用权")
    assert page.evaluate("window.stays") is True
    page.locator("input[name=late]").check()
    page.wait_for_url(re.compile(r"/disclosures\?(domain=land&late=1|late=1&domain=land)$"))
    page.go_back()
    page.wait_for_url("**/disclosures?domain=land")
    expect(page.locator(".chips a")).to_have_count(1)


def test_typing_suggests_and_arrow_keys_choose(site: str, page_at: PageAt) -> None:
    page = page_at(768)
    page.goto(f"{site}/disclosures")
    if page.locator("script[src*='portal.js']").count() == 0:
        pytest.skip("htmx was not bundled")
    page.locator("header input[name=q]").press_sequentially(COMPANY[:6])
    expect(page.locator(f"header .suggestions a:has-text('{COMPANY}')")).to_be_visible()
    assert faults(page, "color-contrast", "region", "aria-allowed-attr") == []
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert urlsplit(page.url).path.startswith(("/organizations/", "/publishers/", "/regions/"))
    page.go_back()
    page.locator("header input[name=q]").fill(COMPANY[:6])
    expect(page.locator("header .suggestions a").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("header .suggestions a")).to_have_count(0)


def test_a_first_visit_weighs_less_than_it_may(site: str, page_at: PageAt) -> None:
    for address in ("/", "/disclosures", "/disclosures?q=示例"):
        page, weight = page_at(1280), []
        page.on(
            "requestfinished",
            lambda request, weight=weight: weight.append(request.sizes()["responseBodySize"]),
        )  # type: ignore[misc]
        page.goto(f"{site}{address}", wait_until="networkidle")
        assert 10_000 < sum(weight) < HEAVIEST, address
        assert not re.search(
            r"https?://(?!127\.0\.0\.1|example)", "".join(page.locator("head").all_inner_texts())
        )
