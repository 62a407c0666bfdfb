"""Atom feeds: valid by RFC 4287, stable ids, revisions and withdrawals told, pages that go on without a gap."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from lxml import etree
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.app import application
from publish.atom import Feed
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import writing
from store.withdrawing import withdraw
from store.writing import write

TYPE = "land/grant-result"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
GRAMMAR = etree.RelaxNG(file=str(Path(__file__).resolve().parents[1] / "publish" / "atom.rng"))
Element = Any


@pytest.fixture
def client(engine: Engine, catalog: Catalog) -> TestClient:
    made = application(catalog, engine)
    made.state.checkers.close()
    return TestClient(made)


def store(engine: Engine, catalog: Catalog, *titles: str, day: int = 1, **more: Any) -> list[str]:
    disclosure = catalog.types[TYPE]
    entries = [
        Entry({**disclosure.sample, "localId": f"示例{t[:9]}", "title": t, **more}, disclosure)
        for t in titles
    ]
    with writing(engine) as connection:
        return list(write(connection, entries, catalog, None, datetime(2024, 7, day, 8, 0)).ids)


def feed_of(client: TestClient, path: str) -> Element:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    root = etree.fromstring(answer.content)
    assert_valid(root)
    return root


def assert_valid(root: Element) -> None:
    """The grammar of RFC 4287, and what it asks in words of a feed and its entries."""
    GRAMMAR.assertValid(root)
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"

    def texts(of: Element, name: str) -> list[str]:
        return [one.text for one in of.findall(f"a:{name}", ATOM)]

    for of in (root, *root.findall("a:entry", ATOM)):
        for name in ("id", "title", "updated"):
            (found,) = texts(of, name)
            assert found
        assert texts(of, "id")[0].startswith("tag:openalloc.org,2026:")
        assert not re.search(r"\s", texts(of, "id")[0])
        moments = texts(of, "updated") + texts(of, "published")
        assert all(map(MOMENT.fullmatch, moments))
        assert of.findall("a:author/a:name", ATOM)
        links = [(one.get("rel"), one.get("type")) for one in of.findall("a:link", ATOM)]
        assert len(set(links)) == len(links)
        assert all(re.fullmatch(r"http://\S+", one.get("href")) for one in of.findall("a:link", ATOM))
    ids = [one.findtext("a:id", None, ATOM) for one in root.findall("a:entry", ATOM)]
    assert len(set(ids)) == len(ids)
    assert root.findall("a:link[@rel='self']", ATOM)


def told(root: Element) -> list[tuple[str, str]]:
    return [
        (one.findtext("a:title", None, ATOM), one.findtext("a:updated", None, ATOM)[:10])
        for one in root.findall("a:entry", ATOM)
    ]


def test_a_revision_and_a_withdrawal_are_updates_of_the_same_entry(
    client: TestClient, engine: Engine, catalog: Catalog
) -> None:
    ids = store(engine, catalog, "甲", "乙", "丙")
    path = f"/disclosures.atom?{urlencode({'type': TYPE})}"
    before = feed_of(client, path)
    assert sorted(told(before)) == [("丙", "2024-07-01"), ("乙", "2024-07-01"), ("甲", "2024-07-01")]
    store(engine, catalog, "甲", day=2, remark="示例:改过")
    with writing(engine) as connection:
        withdraw(connection, ids[1], "示例:登记有误", catalog, datetime(2024, 7, 3))
        withdraw(connection, ids[2], "示例:含个人信息", catalog, datetime(2024, 7, 4), privacy=True)
    after = feed_of(client, path)
    assert told(after) == [
        (f"已撤回: 土地成交公示 {ids[2]}", "2024-07-04"),
        (f"已撤回: 土地成交公示 {ids[1]}", "2024-07-03"),
        ("甲", "2024-07-02"),
    ]
    assert "丙" not in etree.tostring(after, encoding="unicode")
    entries = after.findall("a:entry/a:id", ATOM)
    assert [one.text for one in entries] == [
        f"tag:openalloc.org,2026:disclosures/{one}" for one in (ids[2], ids[1], ids[0])
    ]
    assert after.findtext("a:id", None, ATOM) == before.findtext("a:id", None, ATOM)
    assert after.findtext("a:updated", None, ATOM) == "2024-07-04T00:00:00Z"
    link = after.find("a:entry/a:link[@rel='alternate']", ATOM)
    assert client.get(link.get("href")).status_code == 410


def test_pages_go_on_until_everything_was_told(client: TestClient, engine: Engine, catalog: Catalog) -> None:
    store(engine, catalog, *(f"{number:03}号" for number in range(120)))
    found, path, pages = [], "/disclosures.atom?domain=land&lang=en", 0
    while path:
        root = feed_of(client, path)
        found += [title for title, _ in told(root)]
        following = root.find("a:link[@rel='next']", ATOM)
        path = "" if following is None else following.get("href").removeprefix("http://testserver")
        pages += 1
        assert root.find("a:link[@rel='first']", ATOM).get("href").endswith("?domain=land&lang=en")
    assert (pages, sorted(set(found))) == (3, sorted(f"{number:03}号" for number in range(120)))


def test_whatever_a_record_says_the_feed_is_valid(app: Starlette) -> None:
    client, path, found = TestClient(app), "/disclosures.atom", 0
    while path:
        root = feed_of(client, path)
        found += len(root.findall("a:entry", ATOM))
        following = root.find("a:link[@rel='next']", ATOM)
        path = "" if following is None else following.get("href").removeprefix("http://testserver")
    assert found > 300


def test_the_grammar_sees_what_is_wrong(app: Starlette) -> None:
    valid = TestClient(app).get("/disclosures.atom").text
    for right, wrong in (
        ("<updated>20", "<updated>the 20"), ("</title><updated>", "</title><title/><updated>"), (' href="', ' href="x" src="'),
        ("<summary>", "<strange>x</strange><summary>"), (' term="', ' name="'), ("<author><name>", "<author><email>x</email><name>"),
    ):  # fmt: skip
        assert right in valid
        assert not GRAMMAR.validate(etree.fromstring(valid.replace(right, wrong, 1).encode())), wrong


def test_who_has_the_feed_is_told_so(client: TestClient, engine: Engine, catalog: Catalog) -> None:
    empty = client.get("/disclosures.atom")
    assert_valid(etree.fromstring(empty.content))
    store(engine, catalog, "甲")
    tag = client.get("/disclosures.atom").headers["etag"]
    assert tag != empty.headers["etag"]
    assert client.get("/disclosures.atom", headers={"If-None-Match": tag}).status_code == 304
    english = client.get("/disclosures.atom?lang=en", headers={"If-None-Match": tag})
    assert (english.status_code, 'xml:lang="en"' in english.text) == (200, True)
    store(engine, catalog, "乙")
    assert client.get("/disclosures.atom", headers={"If-None-Match": tag}).status_code == 200


def test_a_saved_query_is_a_feed(client: TestClient, engine: Engine, catalog: Catalog) -> None:
    store(engine, catalog, "甲", "乙虚词")
    document = (
        "query ($word: String, $n: Int, $more: Boolean!) { landGrantResults(search: $word, first: $n)"
        " { nodes { title lots @include(if: $more) { number } } } }"
    )
    given = quote('{"word": "虚词", "n": 3, "more": true}')
    root = feed_of(client, f"/graphql.atom?query={quote(document)}&variables={given}")
    assert [title for title, _ in told(root)] == ["乙虚词"]
    search = feed_of(client, f"/disclosures.atom?q={quote('虚词')}")
    assert [title for title, _ in told(search)] == ["乙虚词"]
    for wrong in (
        "{ organizations { nodes { name } } }", "{ a: disclosures { nodes { id } } disclosures { nodes { id } } }", "{ dataVersion }",
        "{ ...F } fragment F on Query { disclosures { nodes { id } } }", "mutation { x }", "{",
    ):  # fmt: skip
        answer = client.get(f"/graphql.atom?query={quote(wrong)}")
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "A273"), wrong
    answer = client.get(f"/graphql.atom?documentId=sha256:{'0' * 64}")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (404, "A064")
    assert client.get("/disclosures.atom?domain=x").status_code == 400
    assert client.get("/disclosures.atom?after=x").status_code == 400


def test_what_xml_cannot_write_is_replaced() -> None:
    made = Feed("x", "甲\x00乙\x0b\ufffe<&", "zh-CN", "2024-07-01T00:00:00Z", "示例", [])
    assert etree.fromstring(made.to_xml()).findtext("a:title", None, ATOM) == "甲�乙��<&"
