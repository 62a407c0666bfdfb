"""The portal's pages over every type's variations: front page, lists, records, processes."""

import json
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, quote

import pytest
from lxml import html
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import application
from api.operation import Request, Service
from api.portal.narrowing import dimensions
from api.portal.values import Reading
from api.running import Runner
from publish.selection import Selection
from query.run import too_slow
from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import writing
from store.identity import identify
from store.withdrawing import withdraw
from store.writing import write
from tests.owners import processes_of
from tests.query.records import NOW

BROWSER = {"accept": "text/html"}
Page = html.HtmlElement


def page(client: TestClient, address: str, status: int = 200, **parameters: str) -> Page:
    parameters = {"lang": "zh"} | parameters
    asked = f"{address}{'&' if '?' in address else '?'}{'&'.join(f'{n}={quote(v)}' for n, v in parameters.items())}"
    answer = client.get(asked, headers=BROWSER)
    assert answer.status_code == status, answer.text
    return html.fromstring(answer.text)


def text(found: Page, path: str) -> list[str]:
    """What the elements of a path say, in single blanks."""
    return [" ".join(one.text_content().split()) for one in found.xpath(path)]


def graphql(service: Service, query: str, **variables: Any) -> Any:
    import orjson

    return orjson.loads(service.answer(Request(query, variables)).body)["data"]


@pytest.fixture(scope="module")
def total(answering: Service) -> int:
    count: int = graphql(answering, "{ disclosures { totalCount } }")["disclosures"]["totalCount"]
    return count


def test_the_front_page_counts_every_domain_and_leads_to_the_latest(client: TestClient, total: int, catalog: Catalog) -> None:  # fmt: skip
    found = page(client, "/")
    assert text(found, "//ul[@class='figures']//strong")[0] == f"{total:,}"
    named = text(found, "//ul[@class='domain-cards']/li/a[@class='name']")
    assert named == [catalog.codelists["domain"].codes[one].title for one in dict.fromkeys(catalog.codelists["domain"].codes) if any(d.domain == one for d in catalog.types.values())]  # fmt: skip
    counted = [int(one.replace(",", "")) for one in text(found, "//ul[@class='domain-cards']//strong")]
    assert sum(counted) == total
    for address in ("/validate", "/datasets", "/developers", "/organizations"):
        assert found.xpath(f"//main//a[starts-with(@href, '{address}')]"), address


def test_a_list_goes_to_its_end_and_back_by_its_addresses(client: TestClient, answering: Service) -> None:
    query = "{ disclosures(filter: {domain: {eq: works}}, first: 100) { nodes { id } } }"
    wanted = [one["id"] for one in graphql(answering, query)["disclosures"]["nodes"]]
    address: str | None = "/disclosures?domain=works"
    seen: list[str] = []
    last = address
    while address:
        found = page(client, address)
        seen += _ids(found)
        last, address = address, next(iter(found.xpath("//a[@rel='next']/@href")), None)
    assert seen == wanted
    back = page(client, page(client, str(last)).xpath("//a[@rel='prev']/@href")[0])
    size = len(_ids(back))
    assert _ids(back) == wanted[-(len(_ids(page(client, str(last)))) + size) :][:size]


def _ids(found: Page) -> list[str]:
    return [one.split("/")[2].partition("?")[0] for one in found.xpath("//article//h2/a/@href")]


LISTS = [
    "domain=land", "type=land/grant-result&stage=result", "region=530100", "from=2024&to=2024-06", "min=1000000",
    "q=示例", "late=1", "outcome=awarded&outcome=failed", 'filter={"revision":{"gt":1}}', "level=county&domain=works&domain=land",
]  # fmt: skip


@pytest.mark.parametrize("query", LISTS)
def test_a_list_shows_what_graphql_has_and_how_many(client: TestClient, answering: Service, catalog: Catalog, query: str) -> None:  # fmt: skip
    selection = Selection.of(parse_qsl(query), catalog)
    asked = "query ($f: DisclosureFilter, $s: String) { disclosures(filter: $f, search: $s) { totalCount } }"
    wanted = graphql(answering, asked, f=selection.filter(), s=selection.search or None)["disclosures"][
        "totalCount"
    ]
    found = page(client, f"/disclosures?{quote(query, safe='=&')}")
    assert text(found, "//p[@role='status']//strong") == [f"{wanted:,}"]
    assert len(_ids(found)) == min(wanted, 20)
    given = selection.parameters()
    for suffix in ("csv", "xlsx", "jsonl", "parquet", "sqlite", "atom"):
        (address, *_) = found.xpath(f"//a[starts-with(@href, '/disclosures.{suffix}')]/@href")
        footer = f"/disclosures.{suffix}"
        assert parse_qsl(address.partition("?")[2]) == [(n, str(v)) for n, v in given] or address == footer
    chips = found.xpath("//ul[@class='chips']/li/a[not(@class)]/@href")
    assert chips


def test_every_chip_takes_one_condition_away_and_every_facet_adds_one(
    client: TestClient, catalog: Catalog
) -> None:
    found = page(client, "/disclosures?domain=procurement&stage=result&from=2024-01-01&region=530000")
    for address in found.xpath("//ul[@class='chips']/li/a[not(@class)]/@href"):
        rest = Selection.of(parse_qsl(address.partition("?")[2]), catalog)
        assert len(rest.parameters()) == 3
    for item in found.xpath("//section[@class='facet']//li[a]"):
        (address,) = item.xpath("a/@href")
        (count,) = text(item, "span[@class='number']")
        narrowed = page(client, address)
        assert text(narrowed, "//p[@role='status']//strong") == [count], address


def test_a_year_of_a_part_of_it_leads_to_that_part(client: TestClient) -> None:
    found = page(client, "/disclosures?from=2024-06-15")
    years = found.xpath("//section[@class='facet'][@aria-label='年份']//li")
    assert years
    for item in years:
        (address,) = item.xpath("a/@href")
        narrowed = page(client, address)
        assert text(narrowed, "//p[@role='status']//strong") == text(item, "span[@class='number']"), address


def test_the_years_of_a_list_come_to_the_whole_with_what_has_no_date(
    engine: Engine, catalog: Catalog
) -> None:
    disclosure = catalog.types["works/award-result"]
    undated = {key: value for key, value in disclosure.sample.items() if key != "publishedDate"}
    with writing(engine) as connection:
        given = [Entry(dict(disclosure.sample), disclosure)]
        given += [Entry({**undated, "localId": f"示例{n}"}, disclosure) for n in range(2)]
        write(connection, given, catalog, None, NOW)
    made = application(catalog, engine)
    made.state.checkers.close()
    with TestClient(made) as client:
        for lang, said in (("zh", "没有发布日期"), ("en", "Undated")):
            found = page(client, "/disclosures", lang=lang)
            years = text(found, "//section[@class='facet'][@aria-label='年份' or @aria-label='Year']//li")
            assert years == [f"{disclosure.sample['publishedDate'][:4]} 1", f"{said} 2"]
        found = page(client, "/disclosures?from=2001&to=2001")
        assert "没有写明发布日期的,按日期找不到" in text(found, "//div[@class='empty']")[0]


@pytest.mark.parametrize(
    ("field", "address"),
    [("disclosures(last: 1)", "/disclosures?"), ("publishers(orderBy: {field: NAME, direction: ASC}, last: 1)", "/publishers?"), ('organizations(search: "公司", last: 1)', "/organizations?q=公司&")],
)  # fmt: skip
def test_a_page_beyond_the_end_leads_back(
    client: TestClient, answering: Service, field: str, address: str
) -> None:
    (cursor,) = (one["pageInfo"]["endCursor"] for one in graphql(answering, f"{{ {field} {{ pageInfo {{ endCursor }} }} }}").values())  # fmt: skip
    beyond = page(client, f"{address}after={quote(cursor)}")
    (first,) = beyond.xpath("//p[@class='empty']/a/@href")
    assert "没有符合" not in beyond.text_content()
    assert "像自然人" not in beyond.text_content()
    assert page(client, first).xpath("//article | //ul[@class='entries']/li")


def test_a_list_calls_by_name_whom_its_address_calls_by_id(client: TestClient, answering: Service) -> None:
    """With the kind of the id before it, as GraphQL gives it, or without, as pages have it in their addresses."""
    (one,) = graphql(answering, "{ publishers(first: 1) { nodes { id name } } }")["publishers"]["nodes"]
    (party,) = graphql(answering, "{ organizations(first: 1) { nodes { id name } } }")["organizations"][
        "nodes"
    ]
    for name, given in (("publisher", one), ("organization", party)):
        for value in (given["id"], given["id"].rpartition(":")[2]):
            for path in ("/disclosures", "/statistics"):
                said = text(
                    page(client, f"{path}?{name}={quote(value)}"), "//ul[@class='chips']/li/a/span[1]"
                )
                assert [one.partition(":")[2] for one in said] == [given["name"]], (path, value)


@pytest.mark.parametrize(
    ("query", "straight"),
    [
        ("from=2025-12-31&to=2024-01-01", "from=2024-01-01&to=2025-12-31"),
        ("domain=land&min=90&max=5.5", "domain=land&min=5.5&max=90"), ("from=2091-01-01&to=2092-01-01", None),
    ],
)  # fmt: skip
def test_what_is_asked_the_wrong_way_round_is_offered_the_right_way(
    client: TestClient, query: str, straight: str | None
) -> None:
    empty = page(client, f"/disclosures?{query}").xpath("//div[@class='empty']")[0]
    (offered,) = empty.xpath(".//a[text()='换过来看']/@href") or [None]
    assert offered == (straight and f"/disclosures?{straight}&lang=zh")


def test_a_filter_that_does_not_fit_says_which_part(client: TestClient) -> None:
    for lang in ("zh", "en"):
        found = page(client, f"/disclosures?filter={quote(json.dumps({'nothing': 1}))}", 400, lang=lang)
        assert "Field 'nothing' is not defined" in found.text_content()


def test_an_empty_list_says_what_to_loosen(client: TestClient) -> None:
    found = page(client, "/disclosures?domain=land&region=530100&from=2091-01-01")
    assert "没有符合全部条件" in found.text_content()
    loosened = found.xpath("//div[@class='empty']//a/@href")
    assert len(loosened) == 3
    assert not found.xpath("//article")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("domain=nonsense", "P001"), ("sort=best", "A220"), ("after=x", "Q004"), ("q=530102199003079133", "A221"), ("q=-x", "Q043"),
        ("q=" + "长" * 501, "Q040"), ('filter={"nothing":1}', "Q112"), ("region=1", "P001"), ("from=2024-13", "P001"), ("late=2", "P001"),
    ],
)  # fmt: skip
def test_a_wrong_address_says_what_is_wrong(client: TestClient, query: str, code: str) -> None:
    found = page(client, f"/disclosures?{quote(query, safe='=&')}", status=400)
    assert text(found, "//main//p[last()]/code") == [code]


def test_what_a_form_leaves_open_is_not_in_the_address(client: TestClient) -> None:
    answer = client.get(
        "/disclosures?lang=en&q=&domain=land&from=&unknown=", headers=BROWSER, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (302, "/disclosures?lang=en&domain=land")


def test_a_list_whose_counts_take_too_long_is_shown_without_them(client: TestClient) -> None:
    fetch = Runner.fetch

    async def slowly(self: Runner, statement: Any, values: Any, seconds: float | None = None) -> bytes:
        if seconds is not None:
            raise too_slow(seconds)
        return await fetch(self, statement, values)

    with patch.object(Runner, "fetch", slowly):
        found = page(client, "/disclosures?domain=medicine")
        (later,) = found.xpath("//p[@role='status']/a/@href")
        assert found.xpath("//p[@role='status']/@hx-get") == [later]
        still = page(client, later)
    for one in (found, still):
        assert _ids(one)
        assert one.xpath("//a[starts-with(@href, '/disclosures.csv?')]")
    assert "条数太多" in text(still, "//p[@role='status']")[0]
    assert not still.xpath("//p[@role='status']//a")  # nothing asks for ever
    counted = page(client, later)
    assert text(counted, "//p[@role='status']/strong")
    assert counted.xpath("//div[@id='facets']/section")


def test_the_counts_of_a_list_are_not_asked_again_for_its_next_page(
    client: TestClient, answering: Service
) -> None:
    found = page(client, "/disclosures?domain=mining&level=county")
    patience, fetch = [], Runner.fetch

    async def noted(self: Runner, statement: Any, values: Any, seconds: float | None = None) -> bytes:
        patience.append(seconds)
        return await fetch(self, statement, values, seconds)

    with patch.object(Runner, "fetch", noted):
        again = page(client, "/disclosures?domain=mining&level=county&sort=oldest")
    assert patience
    assert set(patience) == {None}
    assert text(again, "//p[@role='status']") == text(found, "//p[@role='status']")


def test_hits_are_marked_and_simplified_finds_traditional(client: TestClient) -> None:
    simple, traditional = (page(client, f"/disclosures?q={quote(one)}") for one in ("医院", "醫院"))
    assert _ids(simple) == _ids(traditional)
    assert "医院" in text(simple, "//article//mark")


def test_a_facet_that_tells_nothing_is_not_asked(catalog: Catalog) -> None:
    chosen = Selection.of(
        parse_qsl("type=land/grant-result&region=530100&from=2024&to=2024&publisher=x"), catalog
    )
    assert dimensions(chosen) == ["COUNTY", "LEVEL", "OUTCOME"]


def _sample(answering: Service, type: str) -> str:
    query = "query ($t: String!) { disclosures(filter: {type: {eq: $t}}, first: 1, orderBy: {field: TYPE}) { nodes { id } } }"
    found: str = graphql(answering, query, t=type)["disclosures"]["nodes"][0]["id"]
    return found


def test_every_record_of_every_type_has_a_page(
    client: TestClient, answering: Service, catalog: Catalog
) -> None:
    for type, disclosure in catalog.types.items():
        query = (
            "query ($t: String!) { disclosures(filter: {type: {eq: $t}}, first: 1) { nodes { id title } } }"
        )
        nodes = graphql(answering, query, t=type)["disclosures"]["nodes"]
        for node in nodes:
            found = page(client, f"/disclosures/{node['id']}")
            assert text(found, "//h1") == [" ".join(node["title"].split())]
            assert disclosure.title in text(found, "//p[@class='badges']")[0]


def headings(found: Page) -> set[str]:
    return set(text(found, "//section//dt | //section//th | //section/h2"))


def test_an_invented_type_shows_by_itself(toy_catalog: Catalog, engine: Engine) -> None:
    """All its headings, in the schema's order, and all values: nothing in the code knows the type."""
    disclosure = toy_catalog.types["land/invented"]
    with writing(engine) as connection:
        from store.seed import seed

        seed(connection, toy_catalog)
        (id,) = write(connection, [Entry(dict(disclosure.sample), disclosure)], toy_catalog, None, NOW).ids
    made = application(toy_catalog, engine)
    made.state.checkers.close()
    with TestClient(made) as client:
        found = page(client, f"/disclosures/{id}")
        shown = text(found, "//section//dt | //section//th")
        own = [field for field in disclosure.fields if field.title.startswith("虚构属性")]
        simple = [field.title for field in own if not field.role]
        assert [one for one in shown if one in set(simple)] == simple
        assert {field.title for field in own if field.role} <= set(shown)
        said = found.text_content()
        for value in ("虚构建设二公司", "实地测量", "19.99 元", "乙项", "12.5", "2024-03-01 09:00"):
            assert value in said, value
        assert page(client, "/disclosures?type=land/invented").xpath("//article")


def test_a_record_tells_its_revisions_its_sources_and_its_process(
    client: TestClient, answering: Service
) -> None:
    query = "{ disclosures(filter: {revision: {gt: 1}}, first: 1) { nodes { id title revisions { number document } } } }"
    (node,) = graphql(answering, query)["disclosures"]["nodes"]
    found = page(client, f"/disclosures/{node['id']}")
    assert node["title"] in text(found, "//td[@class='after']")
    earlier = page(client, f"/disclosures/{node['id']}?revision=1")
    assert "这是旧文本" in earlier.text_content()
    assert page(client, f"/disclosures/{node['id']}?revision=77", status=404).xpath("//code[text()='A222']")


def test_a_program_gets_the_record_as_json_and_a_browser_under_json(
    client: TestClient, answering: Service
) -> None:
    id = _sample(answering, "land/grant-result")
    as_program = client.get(f"/disclosures/{id}", headers={"accept": "application/json"})
    by_suffix = client.get(f"/disclosures/{id}.json", headers=BROWSER)
    assert as_program.json() == by_suffix.json()
    assert as_program.headers["vary"].startswith("Accept")
    assert client.get(f"/disclosures/{id}", headers=BROWSER).headers["content-type"].startswith("text/html")


def test_a_withdrawn_record_says_why_and_what_it_said(engine: Engine, catalog: Catalog) -> None:
    disclosure = catalog.types["works/award-result"]
    with writing(engine) as connection:
        ids = write(
            connection,
            [Entry({**disclosure.sample, "localId": f"L{n}", "title": f"示例标题{n}"}, disclosure) for n in (1, 2)],
            catalog, None, NOW,
        ).ids  # fmt: skip
        for id, privacy in zip(ids, (False, True), strict=True):
            withdraw(connection, id, "示例:发错了", catalog, NOW, privacy=privacy)
    made = application(catalog, engine)
    made.state.checkers.close()
    with TestClient(made) as client:
        found = page(client, f"/disclosures/{ids[0]}")
        assert "示例:发错了" in text(found, "//div[@class='note bad']")[0]
        (earlier,) = found.xpath("//div[@class='note bad']//a/@href")
        assert page(client, earlier).xpath("//section[@aria-labelledby='basic']")
        gone = client.get(f"/disclosures/{ids[1]}?revision=1&all=1", headers=BROWSER)
        assert gone.status_code == 410
        assert "示例标题2" not in gone.text


def test_a_page_counts_what_the_list_has_or_says_what_it_leaves_out(engine: Engine, catalog: Catalog) -> None:
    disclosure = catalog.types["works/award-result"]
    with writing(engine) as connection:
        ids = write(
            connection, [Entry({**disclosure.sample, "localId": f"L{n}"}, disclosure) for n in range(3)], catalog, None, NOW
        ).ids  # fmt: skip
        withdraw(connection, ids[0], "示例:发错了", catalog, NOW)
    made = application(catalog, engine)
    made.state.checkers.close()
    first = "(//ul[@class='figures'])[1]//strong"
    with TestClient(made) as client:
        for address, path in (
            ("/disclosures?domain=works", "//p[@role='status']//strong"), ("/", first),
            ("/", "//ul[@class='domain-cards']/li[a[@class='name'][contains(@href, 'works')]]//strong"),
            (f"/regions/{disclosure.sample['region']}", first),
        ):  # fmt: skip
            assert text(page(client, address), path)[0] == "3", address
        for address in ("/datasets", "/datasets/works", "/datasets/works/award-result"):
            found = page(client, address)
            assert text(found, first)[0] == "2", address
            assert "条数不含已撤回的" in found.text_content()
        year = disclosure.sample["publishedDate"][:4]
        for address, told in (
            ("/", ["3 disclosures", "1 prefecture", f"{year} year of publication"]),
            ("/datasets/works/award-result", ["2 records", f"{year} year of publication"]),
        ):  # fmt: skip
            said = text(page(client, address, lang="en"), "(//ul[@class='figures'])[1]/li")
            assert said[: len(told)] == told
        left_out = text(page(client, "/statistics?by=domain"), "//p[contains(@class, 'left-out')]")[0]
        assert left_out.startswith("计入已公开的 2 条,另有 1 条已撤回,不计")


def test_a_department_leads_to_itself_as_a_party_where_it_was_one(engine: Engine, catalog: Catalog) -> None:
    disclosure, aside = (
        catalog.types["works/award-result"],
        {"name": "示例部门", "uscc": "11530300MBXN090022"},
    )
    with writing(engine) as connection:
        write(connection, [Entry({**disclosure.sample, "publisher": aside}, disclosure)], catalog, None, NOW)
    made = application(catalog, engine)
    made.state.checkers.close()
    party = disclosure.sample["supervisor"]["uscc"]
    with TestClient(made) as client:
        path = "//dl[contains(@class, 'facts')]//a[starts-with(@href, '/organizations/')]/@href"
        assert not page(client, f"/publishers/{aside['uscc']}").xpath(path)
        with writing(engine) as connection:
            of = {
                **disclosure.sample,
                "localId": "示例2",
                "publisher": {"name": "示例监督部门", "uscc": party},
            }
            write(connection, [Entry(of, disclosure)], catalog, None, NOW)
        (link,) = page(client, f"/publishers/{party}").xpath(path)
        page(client, link)


def test_a_process_is_shown_from_notice_to_award_with_what_is_missing(
    client: TestClient, answering: Service
) -> None:
    id = _sample(answering, "procurement/award-result")
    record = page(client, f"/disclosures/{id}")
    (address,) = record.xpath("//section[@aria-labelledby='course']/h3/a/@href")
    found = page(client, address)
    stages = text(found, "//ol[@class='course']/li//strong")
    assert "公告" in stages
    assert stages.index("公告") < stages.index("结果")
    assert found.xpath(f"//ol[@class='course']//a[contains(@href, '{id}')]")
    assert page(client, "/processes/p-nothing", status=404).xpath("//code[text()='A223']")


def test_a_process_of_many_records_is_turned_page_by_page(
    engine: Engine, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    disclosure = catalog.types["procurement/award-result"]
    made = [
        Entry({**disclosure.sample, "localId": f"示例-{n}", "publishedDate": f"2024-06-{n:02}"}, disclosure)
        for n in range(1, 8)
    ]
    with writing(engine) as connection:
        ids = write(connection, made, catalog, None, NOW).ids
        (process,) = processes_of(connection, ids[0])
    monkeypatch.setattr("api.portal.process.PAGE", 3)
    asked = application(catalog, engine)
    asked.state.checkers.close()
    with TestClient(asked) as client:
        address: str | None = f"/processes/{process}"
        seen, last = [], None
        while address:
            found = page(client, address)
            assert text(found, "//dl[@class='key']//dd")[2] == "7"
            seen.append(
                [one for one in ids if found.xpath(f"//ol[@class='course']//a[contains(@href, '{one}')]")]
            )
            last, address = found, next(iter(found.xpath("//a[@rel='next']/@href")), None)
        assert [sorted(ids.index(one) for one in part) for part in seen] == [[0, 1, 2], [3, 4, 5], [6]]
        back = page(client, last.xpath("//a[@rel='prev']/@href")[0])
        shown = html.tostring(back).decode()
        assert [one in shown for one in ids] == [False, False, False, True, True, True, False]
        page(client, f"/processes/{process}?after=%00", status=400)


def test_a_long_list_of_a_record_is_not_cut_in_silence(engine: Engine, catalog: Catalog) -> None:
    disclosure = catalog.types["procurement/award-result"]
    lot = next(iter(disclosure.sample["lots"]))
    record = {**disclosure.sample, "lots": [{**lot, "lotNumber": str(n)} for n in range(1, 61)]}
    with writing(engine) as connection:
        (id,) = write(connection, [Entry(record, disclosure)], catalog, None, NOW).ids
    made = application(catalog, engine)
    made.state.checkers.close()
    with TestClient(made) as client:
        found = page(client, f"/disclosures/{id}")
        assert len(found.xpath("//section[@aria-labelledby='lots']/ol/li")) == 50
        (whole,) = found.xpath("//section[@aria-labelledby='lots']/p/a/@href")
        assert len(page(client, whole).xpath("//section[@aria-labelledby='lots']/ol/li")) == 60


def suggested(client: TestClient, word: str) -> list[tuple[str, str]]:
    answer = client.get("/suggest", params={"q": word}).json()
    return [(one["kind"], one["address"]) for one in answer["suggestions"]]


def test_what_is_typed_is_completed_by_names_numbers_types_and_regions(
    client: TestClient, answering: Service
) -> None:
    query = "{ organizations(first: 1, filter: {uscc: {isNull: false}}) { nodes { id name uscc } } processes(first: 1) { nodes { id number } } }"
    found = graphql(answering, query)
    (one,), (other,) = found["organizations"]["nodes"], found["processes"]["nodes"]
    page_of = ("organization", f"/organizations/{one['uscc']}")
    for word in (one["name"][:4], one["name"][2:6], one["name"], one["uscc"], f" {one['name'][:3]}  "):
        assert page_of in suggested(client, word), word
    assert ("process", f"/processes/{other['id'].rpartition(':')[2]}") in suggested(client, other["number"])
    assert ("region", "/regions/530114") in suggested(client, "呈贡")
    assert ("type", "/disclosures?type=land%2Fgrant-result") in suggested(client, "土地成交")
    assert ("domain", "/disclosures?domain=land") in suggested(client, "土地使用权")
    assert ("type", "/disclosures?type=land%2Fgrant-result") in suggested(client, "Land-use-right grant r")


@pytest.mark.parametrize(
    "word",
    [
        "",
        "  ",
        "。",
        "-",
        '"',
        "长" * 61,
        "530102199003079133",
        "%",
        "' OR 1=1",
        "(",
        "没有的东西",
    ],
)
def test_what_means_nothing_suggests_nothing(client: TestClient, word: str) -> None:
    assert suggested(client, word) == []
    assert client.get("/suggest", params={"q": word}, headers={"hx-request": "true"}).status_code == 200


def test_suggestions_for_a_page_are_links_without_a_frame(client: TestClient) -> None:
    answer = client.get("/suggest", params={"q": "呈贡", "lang": "en"}, headers={"hx-request": "true"})
    assert answer.headers["content-type"].startswith("text/html")
    links = html.fromstring(answer.text).xpath("//a/@href")
    assert "/regions/530114?lang=en" in links
    assert "<html" not in answer.text


def test_every_page_has_one_search_box_that_works_without_a_script(client: TestClient) -> None:
    for address in ("/", "/disclosures?q=示例", "/standard/", "/nothing"):
        status = 404 if address == "/nothing" else 200
        forms = page(client, address, status).xpath("//form[@role='search']")
        assert [(one.get("action"), one.get("method")) for one in forms] == [("/disclosures", "get")], address


def test_who_stands_in_a_table_of_a_record_leads_to_his_page(client: TestClient, catalog: Catalog) -> None:
    of = catalog.types["procurement/award-result"]
    known = identify(of.sample, of)
    assert known is not None
    found = page(client, f"/disclosures/{known.id}")
    suppliers = {one["uscc"] for lot in of.sample["lots"] for one in lot["suppliers"]}
    linked = {href.partition("?")[0] for href in found.xpath("//main//td/a/@href")}
    assert {f"/organizations/{uscc}" for uscc in suppliers} <= linked


def test_what_a_revision_changed_is_read_by_its_headings(catalog: Catalog) -> None:
    of = catalog.types["procurement/award-result"]
    reading = Reading(of, catalog)
    lot = reading.at("lots.0", of.sample["lots"][0])
    assert lot is not None
    assert [part.field.name for part in lot.rows[0]][:3] == ["lotNumber", "lotTitle", "lotOutcome"]
    price = reading.at("lots.0.awardPrice", {"amount": 5, "currency": "CNY"})
    assert price is not None
    assert (price.is_leaf, price.field.is_money) == (True, True)
    amount = reading.at("lots.1.awardPrice.amount", 5)
    assert amount is not None
    assert amount.leaves == (5,)
    for path, value in (("lots.0.strange", 1), ("strange", 1), ("remark", None), ("lots", [])):
        assert reading.at(path, value) is None
