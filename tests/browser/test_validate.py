"""The validator's page in Chromium: a faulty file from choosing it to taking the report away."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageAt
from tests.browser.faults import faults

PUBLISHER = "11530114MB0W00017C"
HEADING = "宗地编号,土地坐落,出让面积(公顷),成交价(万元),受让人,成交日期\n"
FAULTY = (
    HEADING + "A-1,昆明市呈贡区示例街道1号,1.5,100,云南示例有限公司,2024-06-18\n"
    "A-2,昆明市呈贡区示例街道2号,很大,按评估价,云南示例有限公司,2024年6月31日\n"
    "A-3,昆明市呈贡区示例街道3号 13900001234,-1,100,云南示例有限公司,2024-06-20\n合计,,3,200,,\n"
)


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A file with faults."""
    path = tmp_path / "成交结果.csv"
    path.write_text(FAULTY, "gb18030")
    return path


def check(page: Page, address: str, path: Path) -> None:
    """Choose a file and send it, as a person does."""
    page.goto(address)
    page.set_input_files("#file", path)
    page.locator("#check summary").click()
    page.fill("#publisher", PUBLISHER)
    page.click("#check button[type=submit]")
    page.wait_for_selector("#report-heading")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_fits_and_axe_finds_nothing(
    site: str, page_at: PageAt, faulty: Path, language: str
) -> None:
    page = page_at(390)
    check(page, f"{site}/validate?lang={language}", faulty)
    for width in (390, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert faults(page) == [], width
    page.emulate_media(color_scheme="dark")
    assert faults(page, "color-contrast") == []


def test_a_finding_shows_its_cell_what_it_says_and_what_to_do(
    site: str, page_at: PageAt, faulty: Path
) -> None:
    page = page_at(1280)
    check(page, f"{site}/validate", faulty)
    finding = page.locator(".finding", has_text="L013")
    expect(finding).to_contain_text("出让面积(公顷)")
    expect(finding).to_contain_text("C3 很大")
    expect(finding).to_contain_text("→")
    assert "13900001234" not in page.content()
    assert page.evaluate("document.activeElement.id") == "report-heading"


def test_the_report_is_taken_away_without_choosing_the_file_again(
    site: str, page_at: PageAt, faulty: Path
) -> None:
    page = page_at(1280)
    check(page, f"{site}/validate", faulty)
    for answer, suffix in (("html", ".html"), ("csv", ".csv")):
        with page.expect_download() as waiting:
            page.click(f"#actions button[value={answer}]")
        assert waiting.value.suggested_filename == f"成交结果-核对报告{suffix}"
        assert "很大" in Path(waiting.value.path()).read_text("utf-8-sig")


def test_a_file_mended_is_compared_with_itself(site: str, page_at: PageAt, faulty: Path) -> None:
    page = page_at(390)
    check(page, f"{site}/validate", faulty)
    faulty.write_text(FAULTY.replace("很大", "2"), "gb18030")
    page.set_input_files("#file", faulty)
    page.click("#check button[type=submit]")
    expect(page.locator("#comparison + p")).to_contain_text("已改正 1 处")
    assert faults(page) == []


def test_another_file_is_not_compared_with_the_one_before(
    site: str, page_at: PageAt, faulty: Path, tmp_path: Path
) -> None:
    page = page_at(1280)
    check(page, f"{site}/validate", faulty)
    another = tmp_path / "另一份.csv"
    another.write_text(FAULTY.replace("很大", "2"), "gb18030")
    page.set_input_files("#file", another)
    page.click("#check button[type=submit]")
    expect(page.locator("#result .file")).to_have_text("另一份.csv")
    expect(page.locator("#comparison")).to_have_count(0)


def test_the_report_file_works_offline(site: str, page_at: PageAt, faulty: Path, tmp_path: Path) -> None:
    page = page_at(390)
    check(page, f"{site}/validate", faulty)
    with page.expect_download() as waiting:
        page.click("#actions button[value=html]")
    waiting.value.save_as(tmp_path / "report.html")
    page.context.set_offline(True)
    page.goto((tmp_path / "report.html").as_uri())
    expect(page.locator(".finding", has_text="L013")).to_contain_text("C3")
    assert faults(page) == []


def test_everything_is_done_by_keyboard(site: str, page_at: PageAt, faulty: Path) -> None:
    page = page_at(1280)
    page.goto(f"{site}/validate")
    page.set_input_files("#file", faulty)  # the browser's own dialogue is outside the page
    page.focus("#file")
    reached = []
    for _ in range(4):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert reached[:2] == ["type", "SUMMARY"]
    page.focus("#check button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#report-heading")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#result') !== null")


def test_without_script_the_form_answers_with_the_page(site: str, page_at: PageAt, faulty: Path) -> None:
    page = page_at(390, script=False)
    check(page, f"{site}/validate", faulty)
    expect(page.locator(".finding", has_text="L013")).to_contain_text("C3")


def test_a_refusal_is_said_on_the_page(site: str, page_at: PageAt, tmp_path: Path) -> None:
    path = tmp_path / "图片.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    page = page_at(390)
    check(page, f"{site}/validate", path)
    expect(page.locator("#result")).to_contain_text("读不出来")
