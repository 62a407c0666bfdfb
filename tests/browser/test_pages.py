"""The pages in Chromium: nothing that axe reports, nothing wider than the screen, everything by keyboard."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import PageAt

PAGES = (
    "/", "/validate", "/developers", "/standard/", "/standard/catalogue", "/standard/codelists/", "/standard/codelists/land-use",
    "/standard/land/grant-result", "/standard/procurement/award-result", "/standard/works/award-candidates",
    "/datasets", "/datasets/land/grant-result",
)  # fmt: skip
WIDTHS = (390, 1280)
LANGUAGES = ("zh", "en")


def violations(page: Page, *rules: str) -> list[str]:
    """What axe reports, a line for each rule; by all its rules unless some are named."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {one['help']} – {[node['html'][:200] for node in one['nodes'][:3]]}" for one in found
    ]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("address", PAGES)
def test_axe_reports_no_violation_and_nothing_is_wider_than_the_screen(
    site: str, page_at: PageAt, address: str, width: int
) -> None:
    """In the dark only colours differ, and only they are looked at again."""
    page = page_at(width)
    for language in LANGUAGES:
        page.emulate_media(color_scheme="light")
        page.goto(f"{site}{address}?lang={language}")
        light = background(page)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, language
        page.emulate_media(color_scheme="dark")
        assert background(page) != light
        assert violations(page, "color-contrast") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, language


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_the_keyboard_reaches_the_content_and_the_navigation(site: str, page_at: PageAt) -> None:
    page = page_at(1280)
    page.goto(site)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.goto(site)
    reached = []
    for _ in range(9):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getAttribute('href')"))
    for address in ("/disclosures", "/standard/", "/validate"):
        assert address in reached
