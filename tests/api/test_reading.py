"""The standard as pages: every type, every field, every codelist, in both languages, with links that lead somewhere."""

import io
import json
import zipfile
from collections import Counter
from pathlib import PurePosixPath
from urllib.parse import parse_qs, parse_qsl, unquote, urldefrag, urlsplit

import pytest
from lxml.etree import XPath
from lxml.html import document_fromstring
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import application
from schemas.catalog import Catalog
from tests.toy import evolved

LANGUAGES = ("zh", "en")


_LINKS = XPath("//a[@href != '']/@href", smart_strings=False)
_IDS = XPath("//*[@id != '']/@id", smart_strings=False)
_TEXT = XPath("string()", smart_strings=False)


class Reader:
    """What a page links to, its ids, and its text."""

    def __init__(self, text: str) -> None:
        page = document_fromstring(text or "<p></p>")
        self.links: list[str] = _LINKS(page)
        self.ids: list[str] = _IDS(page)
        self.text: str = _TEXT(page)


@pytest.fixture(scope="module")
def toy_client(toy_catalog: Catalog, file: Engine) -> TestClient:
    """A client of the application with the invented type."""
    return TestClient(application(toy_catalog, file))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_index_leads_to_every_type(client: TestClient, catalog: Catalog, lang: str) -> None:
    page = Reader(client.get(f"/standard/?lang={lang}").text)
    for type, disclosure in catalog.types.items():
        assert f"/standard/{type}?lang={lang}" in page.links
        assert (disclosure.title if lang == "zh" else disclosure.title_en) in page.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_types_page_says_everything_of_every_field(client: TestClient, catalog: Catalog, lang: str) -> None:
    for type, disclosure in catalog.types.items():
        page = Reader(client.get(f"/standard/{type}?lang={lang}").text)
        assert len(page.ids) == len(set(page.ids)), type
        for field in disclosure.walk():
            assert f"field-{field.dotted}" in page.ids
            said = (
                (field.title, field.description) if lang == "zh" else (field.title_en, field.description_en)
            )
            assert all(words in page.text for words in said), (type, field.dotted)
            assert all(alias in page.text for alias in field.aliases), (type, field.dotted)
            for number in field.clause:
                assert catalog.policy.items[number].wording in page.text
        matter = catalog.policy.matters.get(type)
        if matter is not None:
            assert matter.wording in page.text
        for rule in disclosure.schema["deadlines"]:
            assert rule["basis" if lang == "zh" else "basisEn"] in page.text
        for body in (*matter.lead, *matter.responsible) if matter is not None else ():
            assert (body.name if lang == "zh" else body.name_en) in page.text
        assert json.dumps(disclosure.sample, ensure_ascii=False, indent=2) in page.text
        assert f"/templates/{type}.xlsx" in page.links


def test_the_query_of_every_types_page_runs(client: TestClient, catalog: Catalog) -> None:
    for type, disclosure in catalog.types.items():
        page = Reader(client.get(f"/standard/{type}").text)
        (address,) = [link for link in page.links if link.startswith("/graphql?query=")]
        assert parse_qs(urlsplit(address).query)["query"][0] in page.text
        answer = client.get(address).json()
        assert "errors" not in answer, (type, answer)
        assert answer["data"][disclosure.collection]["nodes"], type


def test_a_version_has_its_own_address(client: TestClient, catalog: Catalog) -> None:
    for name in catalog.versions:
        assert client.get(f"/standard/{name}").status_code == 200
    assert client.get("/standard/land/grant-result/9.9").status_code == 404


def test_an_invented_type_has_its_page_and_stands_in_the_index(toy_client: TestClient) -> None:
    page = Reader(toy_client.get("/standard/land/invented").text)
    assert "虚构属性3" in page.text
    assert "/standard/land/invented" in Reader(toy_client.get("/standard/").text).links
    assert toy_client.get("/standard/catalogue.json").status_code == 200


def test_a_page_of_an_older_version_leads_to_the_newest_and_back(toy_client: TestClient) -> None:
    newest = Reader(toy_client.get(f"/standard/{evolved.TYPE}").text)
    older = Reader(toy_client.get(f"/standard/{evolved.TYPE}/1.1?lang=en").text)
    assert f"/standard/{evolved.TYPE}/1.0" in newest.links
    assert "This is an older version" in older.text
    assert f"/standard/{evolved.TYPE}?lang=en" in older.links
    assert "field-salePrice" in older.ids
    assert "field-salePrice" not in newest.ids
    assert "已弃用" in Reader(toy_client.get(f"/standard/{evolved.TYPE}/1.1").text).text


def test_short_codelists_stand_beside_the_field_and_long_ones_are_linked(client: TestClient) -> None:
    page = Reader(client.get("/standard/land/grant-result").text)
    assert "流标" in page.text
    assert "/standard/codelists/land-use" in page.links
    assert "水浇地" not in page.text


def test_every_codelist_has_its_page(client: TestClient, catalog: Catalog) -> None:
    index = Reader(client.get("/standard/codelists/").text)
    for name, found in catalog.codelists.items():
        assert f"/standard/codelists/{name}" in index.links
        page = Reader(client.get(f"/standard/codelists/{name}").text)
        first = next(iter(found.codes.values()))
        assert f"code-{first.code}" in page.ids
        assert first.title in page.text
        assert f"/codelists/{name}.csv" in page.links


def test_all_codes_of_a_long_list_are_on_its_pages_once(client: TestClient, catalog: Catalog) -> None:
    found: list[str] = []
    for number in range(1, 20):
        page = Reader(client.get(f"/standard/codelists/region?page={number}").text)
        assert f"{len(catalog.codelists['region'].codes):,}" in page.text
        found += [one for one in page.ids if one.startswith("code-")]
    assert found == [f"code-{code}" for code in catalog.codelists["region"].codes]


FOUND = {
    "昆明": ("530100", "530114"), "530114": ("530114", "530115"), "呈贡": ("530114", "530100"), "思茅市": ("530800", "530100"),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "codes"), FOUND.items())
def test_codes_are_found_by_their_words(client: TestClient, asked: str, codes: tuple[str, str]) -> None:
    there, not_there = codes
    page = Reader(client.get("/standard/codelists/region", params={"q": asked}).text)
    assert f"code-{there}" in page.ids
    assert f"code-{not_there}" not in page.ids


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=²", "page=999999999", "q=%00", "q=" + "9" * 500]
)
def test_a_senseless_page_or_search_is_answered_all_the_same(client: TestClient, query: str) -> None:
    assert client.get(f"/standard/codelists/region?{query}").status_code == 200


def test_the_catalogue_has_every_matter_with_its_contents(client: TestClient, catalog: Catalog) -> None:
    for lang in LANGUAGES:
        page = Reader(client.get(f"/standard/catalogue?lang={lang}").text)
        for matter in catalog.policy.matters.values():
            assert "、".join(item.wording for item in matter.items) in page.text
            assert (matter.title if lang == "zh" else catalog.types[matter.type].title_en) in page.text


MEDIA_TYPES = {
    "json": "application/json", "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


@pytest.mark.parametrize(("suffix", "media_type"), MEDIA_TYPES.items())
def test_the_catalogue_can_be_downloaded(client: TestClient, suffix: str, media_type: str) -> None:
    first = client.get(f"/standard/catalogue.{suffix}")
    assert (first.status_code, first.headers["content-type"]) == (200, media_type)
    assert first.headers["access-control-allow-origin"] == "*"
    again = client.get(f"/standard/catalogue.{suffix}", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert client.get(f"/standard/catalogue.{suffix}?lang=en").status_code == 200


def test_the_whole_standard_is_one_download(client: TestClient) -> None:
    response = client.get("/standard.zip")
    assert response.headers["content-type"] == "application/zip"
    assert "openalloc-standard.zip" in response.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert "index.json" in archive.namelist()
    assert client.get("/standard.zip", headers={"if-none-match": response.headers["etag"]}).status_code == 304


def test_a_type_has_its_changelog(client: TestClient, catalog: Catalog) -> None:
    for type in catalog.types:
        response = client.get(f"/schemas/{type}/CHANGELOG.md")
        assert response.headers["content-type"].startswith("text/markdown")
        assert response.text.startswith("# ")
    assert client.get("/schemas/land/nope/CHANGELOG.md").status_code == 404


NOT_THERE = {
    "/standard/land/nope": "A020", "/standard/land/grant-result/9.9": "A020", "/standard/catalogue.pdf": "A021",
    "/standard/codelists/nope": "A011", "/standard/land": "A012", "/standard/a/b/c/d": "A012",
}  # fmt: skip


@pytest.mark.parametrize(("address", "expected"), NOT_THERE.items())
def test_what_is_not_there_is_said(client: TestClient, address: str, expected: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert response.json()["errors"][0]["extensions"]["code"] == expected
    page = client.get(f"{address}?lang=en", headers={"accept": "text/html"})
    assert (page.status_code, expected in page.text) == (404, True)


def test_a_browser_that_asks_graphql_nothing_reads_how_to_ask(client: TestClient) -> None:
    page = client.get("/graphql", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    told = client.get("/developers", headers={"accept": "text/html"})
    assert "curl" in told.text
    plain = client.get("/graphql", headers={"accept": "application/json"})
    assert plain.status_code == 400
    asked = client.get("/graphql?query={__typename}", headers={"accept": "text/html,*/*;q=0.8"})
    assert asked.json()["data"] == {"__typename": "Query"}


def test_every_link_of_the_site_leads_somewhere(client: TestClient) -> None:
    """From the first page, both languages, through every type's page; anchors too. Of pages about what is stored, and
    of lists, a few of each kind: there are as many as there are records and ways to narrow a list."""
    pages: dict[str, Reader] = {}
    waiting = ["/", "/?lang=en"]
    followed: Counter[tuple[str, ...]] = Counter()
    while waiting:
        address = waiting.pop()
        response = client.get(address, headers={"accept": "text/html,*/*;q=0.8"})
        assert response.status_code == 200, address
        html = response.headers["content-type"].startswith("text/html")
        pages[address] = Reader(response.text if html else "")
        for link in pages[address].links:
            there = (
                urldefrag(f"{urlsplit(address).path}{link}" if link.startswith("?") else link).url or address
            )
            if there in pages or there in waiting or not there.startswith("/"):
                continue
            followed[kind(there)] += 1
            if there.startswith(STANDARD) or followed[kind(there)] <= 2:
                waiting.append(there)
    assert len(pages) > 250
    for address, page in pages.items():
        for link in page.links:
            there, anchor = urldefrag(link)
            if anchor and "=" not in anchor:  # else it is what GraphiQL is to show
                if there and there not in pages:
                    assert not there.startswith(STANDARD), f"{address} → {link}"
                    continue
                assert unquote(anchor) in pages[there or address].ids, f"{address} → {link}"


STANDARD = ("/standard", "/schemas", "/codelists", "/templates", "/static", "/validate")


def kind(address: str) -> tuple[str, ...]:
    """What pages have in common: the first word of the path and how deep it is, of files the suffix, else how many parameters
    there are. Which they are would be as many kinds as there are ways to narrow a list."""
    parts = urlsplit(address)
    words = parts.path.split("/")
    suffix = PurePosixPath(words[-1]).suffix
    names = set() if suffix else {name for name, _ in parse_qsl(parts.query)}
    return words[1], str(len(words)), suffix, str(len(names))
