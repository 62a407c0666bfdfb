"""A reader finds what to cite of a dataset."""

from tests.browser.conftest import PageAt


def test_a_dataset_is_cited_from_its_page(site: str, page_at: PageAt) -> None:
    page = page_at(390)
    page.goto(f"{site}/datasets/land/grant-result")
    page.locator("#licence ~ p a[href^='/editions/']").click()
    assert page.locator("p.cited").count() == 2
    assert "[DS/OL]" in page.locator("p.cited").first.inner_text()
    shown = [page.url]
    page.locator("nav.crumbs a").last.click()
    shown.append(page.url)
    page.locator("nav.crumbs a").last.click()
    shown.append(page.url)
    assert [one.partition("?")[0].count("/") for one in shown] == [5, 4, 3]
