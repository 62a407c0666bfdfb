"""The frame of pages: one language at a time, its headers, its files."""

import re

import pytest
from lxml import html
from starlette.testclient import TestClient

from api.pages import NAVIGATION, SECURITY

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
CHINESE = re.compile("[\u4e00-\u9fff]")

LANGUAGES = {
    # address, Accept-Language: the page's language
    ("/", None): "zh-CN",
    ("/", "en"): "en",
    ("/", "en-GB,en;q=0.9,zh;q=0.8"): "en",
    ("/", "zh-TW,en;q=0.9"): "zh-CN",
    ("/", "fr,de;q=0.9"): "zh-CN",
    ("/", "fr,en;q=0.2,zh;q=0.1"): "en",
    ("/", "en;q=0,zh"): "zh-CN",
    ("/", "en;q=high;;,,"): "zh-CN",
    ("/?lang=en", "zh-CN"): "en",
    ("/?lang=zh", "en"): "zh-CN",
    ("/?lang=fr", "en"): "en",
    ("/?lang=", None): "zh-CN",
}


@pytest.mark.parametrize(("asked", "expected"), LANGUAGES.items())
def test_the_address_chooses_the_language_then_the_browser_then_chinese(
    client: TestClient, asked: tuple[str, str | None], expected: str
) -> None:
    address, accepted = asked
    response = client.get(address, headers={"accept-language": accepted or ""})
    assert f'<html lang="{expected}">' in response.text
    assert response.headers["content-language"] == expected
    assert "Accept-Language" in response.headers["vary"]


@pytest.mark.parametrize("address", ["/", "/disclosures"])
def test_an_english_page_says_which_words_are_chinese(client: TestClient, address: str) -> None:
    """Names and titles as they were written, and the switch, are marked as Chinese; all else is English."""
    page = html.fromstring(client.get(address, params={"lang": "en"}, headers=BROWSER).text)
    marked = page.xpath("//*[starts-with(@lang, 'zh')]")
    assert marked
    for one in marked:
        one.drop_tree()
    said = [text for text in page.itertext() if CHINESE.search(text)]
    assert said == []


def test_the_switch_keeps_the_address(client: TestClient) -> None:
    text = client.get("/?page=2&lang=zh&q=%E5%9C%9F%E5%9C%B0").text
    (address,) = re.findall(r'class="switch" href="([^"]+)"', text)
    assert address.replace("&amp;", "&") == "?page=2&q=%E5%9C%9F%E5%9C%B0&lang=en"
    assert re.findall(r'hreflang="([^"]+)" href="[^"]+"', text) == ["zh-CN", "en", "x-default"]


def test_an_address_with_two_slashes_does_not_lead_to_another_site(client: TestClient) -> None:
    text = client.get("http://testserver//example.org/x", headers=BROWSER).text
    assert 'class="switch" href="?lang=en"' in text
    assert re.findall(r'(?:src|href)="//', text) == []


def test_a_language_chosen_by_hand_stays_on_the_next_page(client: TestClient) -> None:
    assert 'href="/standard/?lang=en"' in client.get("/?lang=en").text
    assert 'href="/standard/"' in client.get("/", headers={"accept-language": "en"}).text


def test_what_an_address_says_cannot_become_markup(client: TestClient) -> None:
    response = client.get('/<script>alert("1")</script>?lang=en"><b>', headers=BROWSER)
    assert response.status_code == 404
    assert "<script>" not in response.text
    assert "<b>" not in response.text


def test_a_browser_gets_a_page_where_nothing_is_and_a_program_json(client: TestClient) -> None:
    shown = client.get("/nothing/here?lang=en", headers=BROWSER)
    assert (shown.status_code, shown.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "there is nothing at /nothing/here" in shown.text
    assert "A012" in shown.text
    plain = client.get("/nothing/here", headers={"accept": "application/json"})
    assert plain.json()["errors"][0]["extensions"]["code"] == "A012"


def test_a_page_says_what_a_browser_may_do_with_it(client: TestClient) -> None:
    headers = client.get("/").headers
    assert {name: headers[name] for name in SECURITY} == dict(SECURITY)
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_pages_have_no_inline_script_or_style_and_nothing_from_elsewhere(client: TestClient) -> None:
    text = client.get("/").text
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=", text) == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', text) == []


def test_files_are_kept_for_ever_under_the_address_of_their_content(client: TestClient) -> None:
    addresses = re.findall(r'"(/static/[^"]+)"', client.get("/").text)
    assert len(set(addresses)) >= 2
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
        assert response.headers["x-content-type-options"] == "nosniff"
        tag = response.headers["etag"]
        assert client.get(address, headers={"if-none-match": tag}).status_code == 304
        old = client.get(address.partition("?")[0] + "?v=0000")
        assert (old.content, "immutable" in old.headers["cache-control"]) == (response.content, False)


@pytest.mark.parametrize("name", ["nope.css", "..%2fapp.py", "%2e%2e", "style.css%00"])
def test_only_the_files_of_the_folder_are_served(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_a_page_that_did_not_change_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/")
    again = client.get("/", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/?lang=en", headers={"if-none-match": first.headers["etag"]}).status_code == 200


def test_every_page_has_the_navigation(client: TestClient) -> None:
    for address in ("/", "/nothing"):
        text = client.get(address, headers=BROWSER).text
        for there, chinese, _ in NAVIGATION:
            assert f'href="{there}"' in text
            assert chinese in text
