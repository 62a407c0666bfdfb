"""GraphiQL in a browser: it asks, it knows the schema, it fits."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from api.graphiql import FOLDER

EXAMPLES = json.loads((Path(__file__).resolve().parents[2] / "web" / "examples.json").read_text("utf-8"))
pytestmark = pytest.mark.skipif(
    not (FOLDER / "graphiql.js").is_file(), reason="GraphiQL is not bundled: npm had no registry to reach"
)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_newcomer_runs_the_first_example(site: str, page_at: Callable[..., Page], width: int) -> None:
    page = page_at(width)
    page.goto(f"{site}/graphql")
    expect(page.locator(".graphiql-tab")).to_have_count(len(EXAMPLES), timeout=60_000)
    page.click(".graphiql-execute-button")
    expect(page.locator(".graphiql-response")).to_contain_text(
        re.compile(r'"totalCount":\s[1-9]'), timeout=30_000
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_operation_of_the_address_is_shown_and_the_schema_is_explained(
    site: str, page_at: Callable[..., Page]
) -> None:
    page = page_at(1280, locale="en-GB")
    page.goto(f"{site}/graphql#query={quote('{ regions(first: 1) { nodes { title } } }')}")
    expect(page.locator(".graphiql-query-editor")).to_contain_text("regions", timeout=60_000)
    page.click(".graphiql-execute-button")
    expect(page.locator(".graphiql-response")).to_contain_text("中华人民共和国", timeout=30_000)
    page.click(".graphiql-sidebar button >> nth=0")
    expect(page.locator(".graphiql-doc-explorer")).to_contain_text("Subscription", timeout=30_000)
