"""Pages of organizations, departments, regions and statistics: what they say is what GraphQL answers."""

import csv
import io
import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest
from lxml import html
from starlette.testclient import TestClient

from api.portal import duty, organizations
from api.portal.counting import Counted, Figures, Key
from api.portal.outline import Outline, outlines, shaded
from api.portal.publishers import summed
from api.portal.statistics import crossed, narrowed
from publish.selection import Selection
from schemas.catalog import Catalog
from schemas.statement import Stated, statements

BROWSER = {"accept": "text/html"}
COMPANY = "91530100MA6K00027P"
PUBLISHER = "11530114MB0W00017C"
CHINESE = re.compile("[\u4e00-\u9fff]")


def asked(client: TestClient, query: str, **variables: Any) -> Any:
    answer = client.post("/graphql", json={"query": query, "variables": variables}).json()
    assert "errors" not in answer, answer
    return answer["data"]


def shown(client: TestClient, address: str) -> Any:
    answer = client.get(address, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def figures(page: Any, heading: str, rows: str = "tbody tr") -> list[list[str]]:
    """The cells of the table that has an id, or comes after what has it."""
    table = page.xpath(f"(//*[@id='{heading}']//table | //*[@id='{heading}']/following::table)[1]")[0]
    return [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")]
        for row in table.cssselect(rows)
    ]


def test_an_organizations_page_says_what_graphql_answers(client: TestClient) -> None:
    found = asked(
        client,
        "query ($id: ID!) { organization(id: $id) { name disclosures { totalCount }"
        " roles(first: 100) { nodes { role disclosures unpriced } } years(first: 100) { nodes { year disclosures } }"
        " counterparties(first: 20) { totalCount nodes { organization { id } } }"
        " coBidders(first: 10) { nodes { organization { id } processes wins coBidderWins } } } }",
        id=COMPANY,
    )["organization"]
    page = shown(client, f"/organizations/{COMPANY}?with=all")
    assert page.cssselect("h1")[0].text_content() == found["name"]
    assert page.cssselect(".figures strong")[0].text_content() == f"{found['disclosures']['totalCount']:,}"
    roles = figures(page, "roles")
    assert sorted(row[1] for row in roles) == sorted(
        f"{one['disclosures']:,}" for one in found["roles"]["nodes"]
    )
    years = {row[0]: row[1] for row in figures(page, "years")}
    assert years == {
        str(one["year"] or "未载明"): f"{one['disclosures']:,}" for one in found["years"]["nodes"]
    }
    linked = set(page.xpath("//table//a[starts-with(@href, '/organizations/')]/@href"))
    others = [*found["counterparties"]["nodes"], *found["coBidders"]["nodes"]]
    assert linked == {f"/organizations/{one['organization']['id'].partition(':')[2]}" for one in others}
    rivals = [row[1:4] for row in figures(page, "rivals")]
    assert rivals == [
        [str(one[name]) for name in ("processes", "wins", "coBidderWins")]
        for one in found["coBidders"]["nodes"]
    ]
    assert rivals
    assert f"/disclosures.csv?organization={COMPANY}" in page.xpath("//a/@href")
    assert page.xpath("//link[@type='application/atom+xml']/@href") == [
        f"/disclosures.atom?organization={COMPANY}"
    ]


def test_what_takes_long_of_an_organization_is_told_when_it_is_wanted(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = figures(shown(client, f"/organizations/{COMPANY}"), "counterparties")
    monkeypatch.setattr(organizations, "DEALT", 0)
    few = figures(shown(client, f"/organizations/{COMPANY}"), "counterparties")
    assert [[row[0], *row[3:]] for row in whole] == few
    monkeypatch.setattr(organizations, "NAMED", 0)
    page = shown(client, f"/organizations/{COMPANY}")
    (address,) = page.xpath("//h2[@id='counterparties']/following::a[1]/@href")
    assert figures(shown(client, address.partition("#")[0]), "counterparties") == whole
    monkeypatch.setattr(organizations, "BID", 0)
    page = shown(client, f"/organizations/{COMPANY}")
    (address,) = page.xpath("//h2[@id='rivals']/following::a[1]/@href")
    rivals = figures(shown(client, address.partition("#")[0]), "rivals")
    monkeypatch.setattr(organizations, "BID", 10_000)
    assert figures(shown(client, f"/organizations/{COMPANY}"), "rivals") == rivals


def test_an_organization_is_found_by_name_and_by_code(client: TestClient) -> None:
    listed = shown(client, "/organizations?q=示例建设工程").xpath("//ul[@class='entries']//a/@href")
    assert f"/organizations/{COMPANY}" in listed
    for code in (COMPANY, "MA6K0002-7", COMPANY.lower()):
        answer = client.get("/organizations", params={"q": code}, headers=BROWSER, follow_redirects=False)
        found = asked(client, "query ($c: String!) { organization(uscc: $c) { id } }", c=code)["organization"]
        assert (answer.status_code, found is None) in ((303, False), (200, True)), code
    answer = client.get(f"/organizations?q={COMPANY}&lang=en", headers=BROWSER, follow_redirects=False)
    assert answer.headers["location"] == f"/organizations/{COMPANY}?lang=en"


def test_what_is_not_the_address_of_an_organization_leads_to_it_or_says_so(client: TestClient) -> None:
    moved = client.get(
        f"/organizations/organization:{COMPANY}?lang=en", headers=BROWSER, follow_redirects=False
    )
    assert (moved.status_code, moved.headers["location"]) == (307, f"/organizations/{COMPANY}?lang=en")
    aliases = asked(
        client, "query ($id: ID!) { organization(id: $id) { aliases(first: 1) { nodes { alias } } } }", id=COMPANY
    )["organization"]["aliases"]["nodes"]  # fmt: skip
    for one in aliases:
        former = client.get(f"/organizations/{one['alias']}", headers=BROWSER, follow_redirects=False)
        assert former.headers["location"] == f"/organizations/{COMPANY}"
    for address, code in (
        ("/organizations/nobody", "A240"),
        ("/publishers/nobody", "A244"),
        ("/regions/999999", "A243"),
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (404, code)


@pytest.mark.parametrize("address", ["/organizations", "/publishers", "/regions"])
def test_a_persons_number_is_not_looked_for(client: TestClient, address: str) -> None:
    answer = client.get(address, params={"q": "13800138000"}, headers=BROWSER)
    assert (answer.status_code, "A245" in answer.text, "13800138000" in answer.text) == (400, True, False)


@pytest.mark.parametrize(
    "by",
    [
        "domain",
        "type",
        "stage",
        "level",
        "region",
        "publisher",
        "method",
        "outcome",
        "year",
        "quarter",
        "month",
    ],
)
def test_the_data_are_the_figures_of_the_page_and_come_to_the_whole(client: TestClient, by: str) -> None:
    answer = client.get(f"/statistics.csv?by={by}")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    told = orjson.loads(client.get(f"/statistics.json?by={by}").content)
    whole = asked(
        client, '{ statistics(filter: {status: {eq: "published"}}) { groups { count amount { sum } } } }'
    )
    (total,) = whole["statistics"]["groups"]
    assert told["complete"]
    assert (
        sum(int(line["count"]) for line in lines)
        == sum(one["count"] for one in told["groups"])
        == total["count"]
    )
    summed = sum(Decimal(line["amount"] or 0) for line in lines)
    assert summed == Decimal(str(total["amount"]["sum"])) == Decimal(str(told["total"]["amount"]))
    page = shown(client, f"/statistics?by={by}")
    assert [row[1] for row in figures(page, f"statistics-{by}")[: len(lines)]] == [
        f"{int(line['count']):,}" for line in lines
    ]
    assert all("amountMedian" in line for line in lines)


def test_two_dimensions_make_rows_and_columns(client: TestClient) -> None:
    page = shown(client, "/statistics?by=domain&by=year&measure=count")
    rows = figures(page, "statistics-domain-year")
    for row in rows:
        cells = [int(cell.replace(",", "")) for cell in row[1:] if cell != "—"]
        assert sum(cells[:-1]) == cells[-1], row


@pytest.mark.parametrize(("dimension", "value"), [
    ("domain", "land"), ("type", "land/grant-result"), ("stage", "result"), ("level", "county"), ("outcome", "failed"),
    ("year", "2024"), ("quarter", "2024-Q2"), ("month", "2024-06"), ("region", "530114"), ("publisher", PUBLISHER),
])  # fmt: skip
def test_a_row_leads_to_the_list_of_what_it_counts(
    client: TestClient, catalog: Catalog, dimension: str, value: str
) -> None:
    parameters = narrowed(dimension, Key(value))
    assert parameters is not None
    chosen = Selection.of(parameters, catalog)
    found = asked(
        client, "query ($f: DisclosureFilter) { disclosures(filter: $f) { totalCount } }",
        f={**chosen.filter(), "status": {"eq": "published"}},
    )  # fmt: skip
    told = client.get(
        "/statistics.json",
        params=[("by", dimension), ("region", "530100"), *[p for p in parameters if p[0] != "region"]],
    )
    groups = [one for one in told.json()["groups"] if (one[dimension] or "").endswith(value)]
    if dimension == "region":
        assert sum(one["count"] for one in groups) <= found["disclosures"]["totalCount"]
    else:
        within = asked(
            client, "query ($f: DisclosureFilter) { disclosures(filter: $f) { totalCount } }",
            f={**Selection.of([*parameters, ("region", "530100")], catalog).filter(), "status": {"eq": "published"}},
        )  # fmt: skip
        assert sum(one["count"] for one in groups) == within["disclosures"]["totalCount"]
    assert narrowed(dimension, Key(None)) is None


@pytest.mark.parametrize(
    "conditions",
    ["by=year&from=2023-06-15&to=2024-06-15", "by=quarter&from=2024-02-10", "by=month&to=2024-02-10", "by=domain&domain=land&domain=works", "by=region&domain=land", "by=publisher&stage=result"],
)  # fmt: skip
def test_a_row_of_what_has_conditions_leads_to_what_meets_them_too(
    client: TestClient, catalog: Catalog, conditions: str
) -> None:
    rows = shown(client, f"/statistics?{conditions}").xpath("//figure//tbody/tr[th/a]")
    assert rows
    for row in rows:
        query = urlsplit(row.xpath("th/a/@href")[0]).query
        within = Selection.of(parse_qsl(query), catalog).filter() | {"status": {"eq": "published"}}
        found = asked(
            client, "query ($f: DisclosureFilter) { disclosures(filter: $f) { totalCount } }", f=within
        )
        assert row.xpath("td[1]/@data-value") == [str(found["disclosures"]["totalCount"])], query


def test_a_map_of_some_disclosures_leads_to_these(client: TestClient) -> None:
    leads = "//svg/a/@href"
    assert all(one.startswith("/regions/53") for one in shown(client, "/statistics?by=region").xpath(leads))
    some = shown(client, "/statistics?by=region&domain=land").xpath(leads)
    assert len(some) == 16
    assert all(parse_qsl(urlsplit(one).query)[0] == ("domain", "land") for one in some)


def test_statistics_say_all_conditions_of_what_they_count(client: TestClient) -> None:
    found = shown(client, "/statistics?by=year&measure=amount&type=land/grant-result&late=1&min=10000")
    said = {one.text_content() for one in found.xpath("//ul[@class='chips']/li/a/span[1]")}
    assert said == {"类型:土地成交公示", "金额:≥ 1 万元", "期限:迟公开的"}
    (wider,) = found.xpath("//ul[@class='chips']/li/a[span[starts-with(text(), '期限')]]/@href")
    assert dict(parse_qsl(urlsplit(wider).query)) == {
        "type": "land/grant-result", "min": "10000", "by": "year", "measure": "amount",
    }  # fmt: skip


@pytest.mark.parametrize(
    "address", ["/statistics?by=nothing", "/statistics?by=domain&by=year&by=level", "/statistics?measure=x"]
)
def test_statistics_that_there_are_not_say_which_there_are(client: TestClient, address: str) -> None:
    answer = client.get(address, headers=BROWSER)
    assert (answer.status_code, "A242" in answer.text) == (400, True)


@pytest.mark.parametrize("address", ["/statistics.xlsx?by=domain", "/statistics.csv"])
def test_data_want_a_format_and_a_dimension(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "A241")


def test_a_regions_parts_come_to_the_region(client: TestClient) -> None:
    for code in ("530000", "530100", "530114"):
        found = asked(
            client, "query ($f: DisclosureFilter) { disclosures(filter: $f) { totalCount } }",
            f={"region": {"within": code}, "status": {"eq": "published"}},
        )["disclosures"]["totalCount"]  # fmt: skip
        page = shown(client, f"/regions/{code}")
        assert page.cssselect(".figures strong")[0].text_content() == f"{found:,}"
        assert found
        rows = figures(page, "region-parts")
        assert sum(int(row[1].replace(",", "")) for row in rows) == found


def test_a_retired_region_says_what_it_became(client: TestClient) -> None:
    page = shown(client, "/regions/532331")
    assert "/regions/532302" in page.xpath("//p[contains(@class, 'warn')]//a/@href")
    assert "/regions/532331" in shown(client, "/regions/532302").xpath("//main//a/@href")


@pytest.mark.parametrize("by", ["", "type", "year"])
def test_punctuality_is_summed_as_graphql_sums_it(client: TestClient, by: str) -> None:
    query = (
        "query ($id: ID!, $by: [TimelinessDimension!]) { node(id: $id) { ... on Publisher { timeliness(by: $by) { type year"
        " count judged inTime late unknown noPublishedDate noDeadline noCalendar meanDaysLate maxDaysLate } } } }"
    )
    fine, wanted = (
        asked(client, query, id=f"publisher:{PUBLISHER}", by=several)["node"]["timeliness"]
        for several in (["TYPE", "YEAR"], [by.upper()] if by else [])
    )
    found = {one.pop(by): one for one in summed(fine, by)}
    assert len(found) == len(wanted) > 0
    for one in wanted:
        mine = found[one.get(by)]
        assert mine.pop("days") >= 0
        mean, same = one.pop("meanDaysLate"), mine.pop("meanDaysLate")
        assert (mean is None and same is None) or float(mean) == pytest.approx(same)
        assert {name: one[name] for name in mine} == mine
    assert any(one["late"] for one in wanted)


def test_a_departments_punctuality_adds_up(client: TestClient) -> None:
    found = asked(
        client, "query ($id: ID!) { node(id: $id) { ... on Publisher { name timeliness { count inTime late unknown } } } }",
        id=f"publisher:{PUBLISHER}",
    )["node"]  # fmt: skip
    (whole,) = found["timeliness"]
    rows = figures(shown(client, f"/publishers/{PUBLISHER}"), "types")
    columns = [sum(int(row[at].replace(",", "")) for row in rows) for at in (1, 2, 3, 4)]
    assert columns == [whole[name] for name in ("count", "inTime", "late", "unknown")]
    assert whole["inTime"] + whole["late"] + whole["unknown"] == whole["count"]
    moved = client.get(f"/publishers/publisher:{PUBLISHER}", headers=BROWSER, follow_redirects=False)
    assert moved.headers["location"] == f"/publishers/{PUBLISHER}"
    listed = shown(client, "/publishers?region=530114").xpath(
        "//ul[@class='entries']//a[@class='name']/@href"
    )
    assert f"/publishers/{PUBLISHER}" in listed


def test_a_type_of_a_departments_domains_of_which_there_is_nothing_is_seen(
    client: TestClient, catalog: Catalog
) -> None:
    node = asked(
        client, "query ($id: ID!) { node(id: $id) { ... on Publisher { timeliness(by: [TYPE, YEAR]) { type year count } } } }",
        id=f"publisher:{PUBLISHER}",
    )["node"]  # fmt: skip
    stated = ("x-1", Stated("mining/approval-result", "2024-01-01", "2024-06-30", None))
    found = list(duty.rows(node["timeliness"], [stated], (2023, 2024), catalog))
    assert {one.disclosure.domain for one in found} >= {"land", "mining"}
    for row in found:
        counts = {
            one["year"]: one["count"] for one in node["timeliness"] if one["type"] == row.disclosure.type
        }
        assert row.counts == (counts.get(2023, 0), counts.get(2024, 0))
        assert row.is_empty == (not any(row.counts) and row.disclosure.type != stated[1].type)
        assert row.bodies == catalog.policy.matters[row.disclosure.type].responsible
    assert any(one.is_empty for one in found)
    assert any(one.counts[1] for one in found)
    page = shown(client, f"/publishers/{PUBLISHER}")
    types = [
        href.removeprefix("/standard/")
        for href in page.xpath("//h2[@id='lately']/following::table[1]//th/a/@href")
    ]
    domains, stating = {one.partition("/")[0] for one in types}, {one.type for one, _ in statements(catalog)}
    assert types == [
        path for path, one in catalog.types.items() if one.domain in domains and path not in stating
    ]
    assert len(types) > len(domains) > 0


@pytest.mark.parametrize(
    "address",
    ["/organizations?q=示例", f"/organizations/{COMPANY}", "/publishers", f"/publishers/{PUBLISHER}", "/regions?q=大理",
     "/regions/530100", "/statistics", "/statistics?by=publisher", "/statistics?by=region&region=530114"],
)  # fmt: skip
def test_an_english_page_says_which_words_are_chinese(client: TestClient, address: str) -> None:
    page = html.fromstring(client.get(address, headers={**BROWSER, "accept-language": "en"}).text)
    for one in page.xpath("//*[starts-with(@lang, 'zh')]|//title|//input"):
        one.drop_tree()
    said = [text for text in page.find("body").itertext() if CHINESE.search(text) and "\u201c" not in text]
    assert said == []


def test_an_outline_has_exactly_the_parts_of_its_region(catalog: Catalog) -> None:
    assert "530000" in outlines()
    for code, outline in outlines().items():
        parts = {
            one for one, row in catalog.codelists["region"].codes.items()
            if catalog.regions.province(one) == code and catalog.regions.level(one) == "prefecture" and row.in_force()
        }  # fmt: skip
        assert set(outline.areas) == parts
        for one in outline.areas.values():
            points = [tuple(map(int, point.split(","))) for point in re.findall(r"\d+,\d+", one["path"])]
            assert re.fullmatch(r"(M(\d+,\d+ ?)+Z)+", one["path"])
            for x, y in (*points, (one["x"], one["y"])):
                assert 0 <= x <= outline.width
                assert 0 <= y <= outline.height


def _figures(code: str, count: int) -> Figures:
    return Figures((Key(code),), count, 0, None, 0, 0, 0)


@pytest.mark.parametrize(
    ("counts", "shades"),
    [
        ([], []), ([7], [5]), ([7, 7], [5, 5]), ([1, 100], [4, 5]), ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 1000], [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]), ([0, 3], [0, 5]),
    ],
)  # fmt: skip
def test_each_shade_has_about_as_many_parts_as_the_next(counts: list[int], shades: list[int]) -> None:
    areas = {
        str(at): {"name": "示例", "nameEn": "Example", "x": 0, "y": 0, "path": "M0,0Z"} for at in range(11)
    }
    drawn = shaded(
        Outline("1", 1, 1, ("", ""), areas),
        [_figures(str(at), one) for at, one in enumerate(counts)],
        "count",
    )
    assert [one.shade for one in drawn.areas[: len(counts)]] == shades
    assert {one.shade for one in drawn.areas[len(counts) :]} == {0}
    assert [least for _, least, _ in drawn.legend] == sorted({least for _, least, _ in drawn.legend})
    assert {shade for shade, _, _ in drawn.legend} == set(shades) - {0}


def test_a_second_dimension_of_too_many_values_is_a_list() -> None:
    groups = tuple(Figures((Key("land"), Key(f"2024-{at:02}")), 1, 0, None, 0, 0, 0) for at in range(1, 16))
    found = Counted(("domain", "month"), groups, False, groups[0], 0)
    assert crossed(found, "count") is None
    few = Counted(("domain", "month"), groups[:3], False, groups[0], 0)
    assert crossed(few, "count") is not None
    assert crossed(Counted(("domain", "month"), groups[:3], True, groups[0], 0), "count") is None


def test_a_long_table_says_where_the_rest_is(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = client.get("/statistics.json?by=type").json()["groups"]
    app: Any = client.app
    monkeypatch.setitem(app.state.pages.environment.globals, "longest", 3)
    monkeypatch.setattr(
        app.state.pages.environment, "cache", None
    )  # a template keeps the globals it was made with
    page = shown(client, "/statistics?by=type")
    assert len(figures(page, "statistics-type")) == 3 < len(whole)
    assert f"全部 {len(whole)} 组" in page.text_content()
