"""Answers that are cited: the same bytes after later loads, once each, gone with what is withdrawn for privacy."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from graphql import GraphQLObjectType, get_named_type
from sqlalchemy import Engine, func, select
from starlette.testclient import TestClient

from api import questions, types
from api.answers import Answers
from api.app import application
from api.operation import Request
from api.rate import Rate
from api.tracing import NAMELESS, Traced
from query.model import Model
from schemas.calendar import utc_now
from schemas.catalog import Catalog
from store import answers, erasing, tables
from store.engine import writing
from store.withdrawing import withdraw
from tests.api.titled import NOW, TYPE, store

SECRET, PERSON = "虚构的秘密标题", "欧阳虚构人"
JSON_TYPE = {"Content-Type": "application/json"}
HTML = {"Accept": "text/html"}


@pytest.fixture
def made(engine: Engine, catalog: Catalog) -> Callable[..., TestClient]:
    """Makes a client of an application that keeps answers."""

    def make(total: int = 1_000_000, rate: Rate | None = None) -> TestClient:
        app = application(catalog, engine, answers=Answers.of(engine, total, rate))
        app.state.checkers.close()
        return TestClient(app, follow_redirects=False)

    return make


@pytest.fixture
def client(made: Callable[..., TestClient]) -> TestClient:
    return made()


def kept(client: TestClient, **parameters: str) -> dict[str, Any]:
    answer = client.post(f"/answers/new?{urlencode(parameters)}")
    assert answer.status_code in (200, 201), answer.text
    told: dict[str, Any] = answer.json()
    return told


def path_of(told: dict[str, Any], suffix: str) -> str:
    (address,) = [one["address"] for one in told["forms"] if one["address"].endswith(f".{suffix}")]
    return str(address).removeprefix("http://testserver")


def test_an_answer_is_the_same_bytes_after_later_loads(
    client: TestClient, engine: Engine, catalog: Catalog
) -> None:
    ids = store(engine, catalog, "甲", "乙")
    told = kept(client, type=TYPE)
    path = path_of(told, "jsonl")
    before = client.get(path)
    assert hashlib.sha256(before.content).hexdigest() == told["forms"][0]["sha256"]
    assert (told["records"], told["dataVersion"]) == (2, 2)
    store(engine, catalog, "丙")
    store(engine, catalog, "甲", remark="示例:改过")
    with writing(engine) as connection:
        withdraw(connection, ids[1], "示例:登记有误", catalog, NOW)
    after = client.get(path)
    assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])
    assert {json.loads(line)["id"] for line in after.text.splitlines()} == set(ids)
    assert client.get(path, headers={"If-None-Match": before.headers["etag"]}).status_code == 304
    rows = list(csv.DictReader(io.StringIO(client.get(path_of(told, "csv")).content.decode("utf-8-sig"))))
    assert [(row["id"], row["title"]) for row in rows] == [
        (json.loads(line)["id"], json.loads(line)["title"]) for line in after.text.splitlines()
    ]
    again = kept(client, type=TYPE)
    assert (again["key"] != told["key"], again["records"]) == (True, 3)
    for suffix in ("jsonl", "csv"):
        assert (
            client.get(path_of(again, suffix)).content
            == client.get(f"/disclosures.{suffix}?type={TYPE}").content
        )


def test_the_same_question_at_the_same_version_is_kept_once(
    client: TestClient, engine: Engine, catalog: Catalog
) -> None:
    store(engine, catalog, "甲")
    first = client.post("/answers/new?type=land/grant-result&domain=land")
    again = client.post("/answers/new?domain=land&type=land%2Fgrant-result&lang=en&x=1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["location"] == again.headers["location"]
    with engine.connect() as connection:
        (kept_one,) = answers.latest(connection, 9)
        assert f"/answers/{kept_one.key}" == first.headers["location"]
        total, day = answers.used(connection, utc_now())
        assert total == day > 0
    shown = client.get("/answers/new?domain=land&type=land/grant-result", headers=HTML)
    assert (shown.status_code, shown.headers["location"]) == (302, first.headers["location"])


def test_asking_keeps_nothing(client: TestClient, engine: Engine, catalog: Catalog) -> None:
    store(engine, catalog, "甲")
    shown = client.get("/answers/new?domain=land&lang=en", headers=HTML)
    assert (shown.status_code, "Keep and cite" in shown.text, "noindex" in shown.text) == (200, True, True)
    assert client.get("/answers/new?domain=land").json()["records"] == 1
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.answer)) == 0
    action = re.search(r'method="post" action="([^"]+)"', shown.text)
    assert action
    refused = client.post(action[1].replace("&amp;", "&"), headers={"Sec-Fetch-Site": "cross-site"})
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (403, "A270")
    done = client.post(action[1].replace("&amp;", "&"), headers={**HTML, "Sec-Fetch-Site": "same-origin"})
    assert done.status_code == 303
    assert "GB/T 7714" in client.get(done.headers["location"], headers=HTML).text


def test_the_citation_says_author_title_version_days_and_address(
    client: TestClient, engine: Engine, catalog: Catalog
) -> None:
    store(engine, catalog, "甲")
    told = kept(client, domain="land", region="530000", late="0", q="甲")
    address = f"http://testserver/answers/{told['key']}"
    chinese = told["citation"]["gbt7714"]
    wanted = r"公共资源配置开放数据\. 公共资源配置公开信息\(检索“甲”;领域:.+;地区:云南省\):数据版本 1\[DS/OL\]\. \(\d{4}-\d\d-\d\d\)\[\d{4}-\d\d-\d\d\]\. "
    assert re.fullmatch(wanted + re.escape(f"{address}."), chinese)
    assert "data version 1[DS/OL]" in told["citation"]["gbt7714En"]
    entry = told["citation"]["bibtexEn"]
    assert entry.startswith(f"@misc{{openalloc-{told['key']},\n")
    assert told["forms"][0]["sha256"] in entry
    assert entry.count("{") == entry.count("}")


QUERIES = {
    "disclosures": "query ($n: Int) { disclosures(first: $n) { nodes { title } } }",
    "fragments": "query ($n: Int) { ...All } fragment All on Query { disclosures(first: $n) { ...Page } } fragment Page on DisclosureConnection { edges { node { ... on LandGrantResult { lots { parties { name } } } } } }",
    "cursors": "query ($n: Int) { disclosures(first: $n, orderBy: [{field: TITLE, direction: ASC}]) { pageInfo { endCursor } } }",
    "organizations": "query ($n: Int) { organizations(first: $n) { nodes { name } } }",
    "changes": "query ($n: Int) { changes(first: $n) { nodes { snapshot { document } } } }",
    "processes": "query ($n: Int) { processes(first: $n) { nodes { title asOf(version: 9) { disclosures { nodes { title } } } } } }",
}  # fmt: skip


def test_a_withdrawal_for_privacy_reaches_every_answer_that_tells_of_the_record(
    client: TestClient, engine: Engine, catalog: Catalog
) -> None:
    lots = [
        {
            **catalog.types[TYPE].sample["lots"][0],
            "parcelNumber": "示例地块",
            "transferee": {"name": PERSON},
        }
    ]
    store(engine, catalog, "甲", "乙")
    secret = store(
        engine, catalog, SECRET, lots=lots, processId="示例过程", project={"name": f"{SECRET}项目"}
    )
    touched = {"list": kept(client, type=TYPE), "search": kept(client, q=SECRET)}
    for name, query in QUERIES.items():
        given = quote(json.dumps({"n": 90}))
        answer = client.post(f"/answers/new?query={quote(query)}&variables={given}")
        assert answer.status_code == 201, (name, answer.text)
        touched[name] = answer.json()
    other = kept(client, q="甲")
    sums = "{ statistics(groupBy: [DOMAIN]) { groups { count } } disclosures(first: 1) { totalCount } }"
    counted = kept(client, query=sums)
    for told in touched.values():
        form = told["forms"][0]["address"].rpartition(".")[2]
        assert client.get(path_of(told, form)).status_code == 200
    with writing(engine) as connection:
        withdraw(connection, secret[0], "示例:含个人信息", catalog, NOW, privacy=True)
    erasing.purge(engine)
    for name, told in touched.items():
        for form in told["forms"]:
            gone = client.get(form["address"].removeprefix("http://testserver"))
            assert (gone.status_code, gone.json()["withdrawal"]["id"]) == (410, secret[0]), name
            assert gone.headers["cache-control"] == "no-store"
        page = client.get(f"/answers/{told['key']}?lang=en", headers=HTML)
        assert (page.status_code, secret[0] in page.text, "A272" in page.text) == (410, True, True)
    for told in (other, counted):
        assert client.get(f"/answers/{told['key']}").status_code == 200
    with engine.connect() as connection:
        for table in (tables.answer, tables.answer_form, tables.answer_subject):
            found = str(connection.execute(select(table)).all())
            assert (SECRET in found, PERSON in found, secret[0] in found.replace(f"'{secret[0]}', ", "", 99)) == (
                False, False, False,
            )  # fmt: skip
    assert kept(client, type=TYPE)["records"] == 2


def test_only_answers_with_a_name_that_goes_are_touched(
    client: TestClient, engine: Engine, catalog: Catalog
) -> None:
    lot = {**catalog.types[TYPE].sample["lots"][0]}
    code = "91530100MAXN002152"

    def named(title: str, name: str) -> str:
        lots = [{**lot, "parcelNumber": title, "transferee": {"name": name, "uscc": code}}]
        return store(engine, catalog, title, lots=lots)[0]

    def asked(note: str) -> dict[str, Any]:
        return kept(client, query=f'{{ organization(uscc: "{code}") {{ name {note} }} }}')

    def status(told: dict[str, Any]) -> int:
        return client.get(f"/answers/{told['key']}").status_code

    first, second = named("甲", "虚构旧名公司"), named("乙", "虚构新名公司")
    old, count = asked(""), asked("disclosures { totalCount }")
    assert "虚构旧名公司" in client.get(path_of(old, "json")).text
    with writing(engine) as connection:
        withdraw(connection, first, "示例:含个人信息", catalog, NOW, privacy=True)
    assert (status(old), status(count)) == (410, 410)
    named("丙", "虚构新名公司")
    new = asked("")
    assert "虚构新名公司" in client.get(path_of(new, "json")).text
    with writing(engine) as connection:  # another record writes the same name
        withdraw(connection, second, "示例:含个人信息", catalog, NOW, privacy=True)
    assert status(new) == 200


def test_what_is_withdrawn_while_an_answer_is_made_is_not_kept(
    client: TestClient, engine: Engine, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = store(engine, catalog, "甲", SECRET)
    made = questions.answer_to
    waiting = [ids[1]]

    async def slow(*given: Any) -> questions.Made:
        answer = await made(*given)
        if waiting:
            with writing(engine) as connection:
                withdraw(connection, waiting.pop(), "示例", catalog, NOW, privacy=True)
        return answer

    monkeypatch.setattr(questions, "answer_to", slow)
    told = kept(client, type=TYPE)
    assert (told["records"], told["dataVersion"]) == (1, 3)
    assert SECRET not in client.get(path_of(told, "jsonl")).text


async def counted_one(*_: Any) -> tuple[int, int]:
    """There were fewer when they were counted."""
    return 2, 1


def test_what_cannot_be_kept_is_said(
    made: Callable[..., TestClient], engine: Engine, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(engine, catalog, "甲", "乙")
    monkeypatch.setattr(questions, "RECORDS", 1)
    client = made()

    def code(method: str, path: str, **more: Any) -> tuple[int, str]:
        answer = client.request(method, path, **more)
        return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]

    assert code("POST", "/answers/new?domain=land") == (413, "A261")
    monkeypatch.setattr(questions, "count_of", counted_one)
    assert code("POST", "/answers/new?domain=land") == (413, "A263")
    monkeypatch.undo()
    monkeypatch.setattr(questions, "BYTES", 50)
    assert code("POST", "/answers/new?domain=land") == (413, "A263")
    assert code("GET", "/answers/new?domain=x") == (400, "P001")
    assert code("GET", "/answers/new?q=530102199003073006") == (400, "A262")
    assert code("POST", f"/answers/new?query={quote('{ organizations { nodes { names { nodes { name } } } } }')}") == (400, "A264")  # fmt: skip
    assert code("POST", f"/answers/new?query={quote('{ nothing }')}")[0] == 400
    assert code("POST", "/answers/new", json={"query": "subscription { disclosureAdded { id } }"}) == (
        400,
        "A260",
    )
    assert code("GET", "/answers/nothing") == (404, "A271")
    assert code("GET", "/answers/" + "x" * 300) == (404, "A271")
    monkeypatch.undo()
    client = made(total=100)
    assert code("POST", "/answers/new?domain=land") == (503, "A267")
    client = made(total=9_000)
    assert code("POST", "/answers/new?domain=land") == (503, "A266")
    client = made(rate=Rate(1, 3600))
    assert client.post("/answers/new?domain=land").status_code == 201
    assert client.post("/answers/new?domain=land").status_code == 200  # known: costs nothing
    assert code("POST", "/answers/new?q=甲") == (429, "A091")
    app = application(catalog, engine)
    app.state.checkers.close()
    known = client.post("/answers/new?domain=land").headers["location"]
    client = TestClient(app)
    assert code("POST", "/answers/new?domain=land") == (404, "A269")
    assert client.get(known).status_code == 200  # what was kept stays


def test_every_type_that_has_words_of_records_says_of_which(catalog: Catalog) -> None:
    """A new type has to say whose words it has, or is named here as one that has none."""
    schema = types.graphql_schema(Model.of(catalog))
    disclosure: Any = schema.get_type("Disclosure")
    parts: set[str] = set()  # what lies in a record: it is told by the record's id
    waiting = [*schema.get_possible_types(disclosure), schema.get_type("DisclosureSnapshot")]
    while waiting:
        one: Any = waiting.pop()
        if one.name in parts or not hasattr(one, "fields"):
            continue
        parts.add(one.name)
        for field in one.fields.values():
            inner: Any = get_named_type(field.type)
            if hasattr(inner, "fields") and not {"id", "nodes"} & set(inner.fields):
                waiting.append(inner)
                if not isinstance(inner, GraphQLObjectType):
                    waiting += schema.get_possible_types(inner)
    told = {
        name
        for name, one in schema.type_map.items()
        if isinstance(one, GraphQLObjectType) and not name.startswith("__")
        and name not in parts and not {"id", "disclosureId", "disclosure"} & set(one.fields)
        and not name.endswith(("Connection", "Edge", "Statistics", "StatisticsGroup", "Numbers"))
    }  # fmt: skip
    numbers = {
        "OrganizationRole", "OrganizationDomain", "OrganizationYear", "OrganizationYearRole", "Counterparty",
        "CounterpartyRole", "CoBidder", "PriceSummary", "ProcessSnapshot", "DisclosureType", "DeadlineRule", "Timeliness",
        "RegionShare", "PageInfo", "Highlight", "HighlightPiece", "StatisticsKey", "FacetBucket", "Facet", "Query", "Subscription",
        "MatchedOrganization", "ProcessStage", "ExpectedType",
    }  # fmt: skip
    assert told - numbers == NAMELESS
    asked = Request("{ disclosures { nodes { title items { name } } } items { edges { node { name } } } }")
    assert Traced.of(asked, schema).request.query.count("id") >= 4
