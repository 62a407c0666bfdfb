"""What is wrong with a page as it stands: what axe reports, what is wider than the screen."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page


def faults(page: Page, *rules: str) -> list[str]:
    """A line for each rule of axe that the page breaks, by all its rules unless some are named; and one if it is too wide."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = page.evaluate(
        "options => axe.run(options).then(found => found.violations.map("
        "one => `${one.id}: ${one.help} – ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' | ')}`))",
        options,
    )
    return [*found, *too_wide(page)]


def too_wide(page: Page) -> list[str]:
    """A line where the page has to be scrolled sideways: by how much, and what stands out."""
    width, screen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    if width <= screen:
        return []
    outside = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > innerWidth"
        " && !one.closest('.scroll')).slice(0, 3).map(one => one.outerHTML.slice(0, 200))"
    )
    return [f"{width} px wide on a screen of {screen}: {outside}"]
