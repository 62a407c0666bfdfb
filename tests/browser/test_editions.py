"""A reader finds what to cite of a dataset, on a telephone and on a desk."""

import pytest

from tests.browser.conftest import PageAt
from tests.browser.test_pages import violations


@pytest.mark.parametrize(("width", "language"), [(390, "zh"), (1280, "en")])
def test_a_dataset_is_cited_from_its_page(site: str, page_at: PageAt, width: int, language: str) -> None:
    page = page_at(width)
    page.goto(f"{site}/datasets/land/grant-result?lang={language}")
    page.locator("#licence ~ p a[href^='/editions/']").click()
    assert page.locator("p.cited").count() == 2
    assert "[DS/OL]" in page.locator("p.cited").first.inner_text()
    shown = [page.url]
    page.locator("nav.crumbs a").last.click()
    shown.append(page.url)
    page.locator("nav.crumbs a").last.click()
    shown.append(page.url)
    assert [one.partition("?")[0].count("/") for one in shown] == [5, 4, 3]
    for address in shown:
        page.goto(address)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
