"""What outside tools read of the server: data packages, the catalogue, pages of datasets, the map of the site."""

import json
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from lxml import etree, html
from rdflib import Graph, Namespace, URIRef
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import application
from api.portal.datasets import Looked, Shelf
from publish.metadata import sitemap
from publish.metadata.datasets import datasets
from publish.metadata.sitemap import Part
from schemas.catalog import FOLDER, Catalog
from store.draft import Entry
from store.engine import connect, writing
from store.withdrawing import withdraw
from store.writing import write
from tests.query.records import NOW
from tests.toy import invented

DCT = Namespace("http://purl.org/dc/terms/")
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SITE = "http://testserver"
RESULT = "land/grant-result"


@pytest.fixture(scope="module")
def engine(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, catalog: Catalog
) -> Iterator[Engine]:
    """The sample of every type, two more land results of other years, one without a date, one that was withdrawn."""
    made = connect(f"sqlite:///{shutil.copy(sqlite_template, tmp_path_factory.mktemp('metadata') / 'a.db')}")
    result = catalog.types[RESULT]
    given = [Entry(dict(one.sample), one) for one in catalog.types.values()]
    given += [
        Entry({**result.sample, "localId": f"示例{day}", "publishedDate": day}, result)
        for day in ("2019-05-01", "2021-05-01")
    ]
    undated = {key: value for key, value in result.sample.items() if key != "publishedDate"}
    given += [
        Entry({**undated, "localId": "无日期"}, result),
        Entry({**result.sample, "localId": "撤回"}, result),
    ]
    with writing(made) as connection:
        ids = write(connection, given, catalog, None, NOW).ids
    with writing(made) as connection:
        withdraw(connection, ids[-1], "示例", catalog, NOW, privacy=True)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def client(engine: Engine, catalog: Catalog) -> TestClient:
    made = application(catalog, engine)
    made.state.checkers.close()
    return TestClient(made)


def test_packages_are_told_at_a_data_version(client: TestClient, catalog: Catalog) -> None:
    whole = client.get("/datapackage.json")
    one = client.get(f"/datasets/{RESULT}/datapackage.json").json()
    assert whole.json()["version"] == one["version"] == str(client.get("/readyz").json()["dataVersion"])
    assert one["resources"][0]["path"] == f"{SITE}/datasets/{RESULT}.csv"
    assert one["resources"][0] in whole.json()["resources"]
    again = client.get("/datapackage.json", headers={"If-None-Match": whole.headers["etag"]})
    assert again.status_code == 304
    for resource in one["resources"]:
        head = client.get(resource["path"].removeprefix(SITE)).text.removeprefix("\ufeff").splitlines()[0]
        assert head.split(",") == [field["name"] for field in resource["schema"]["fields"]]


def test_a_package_has_the_bytes_and_the_digest_of_the_files_that_are_kept(
    client: TestClient, engine: Engine, catalog: Catalog
) -> None:
    of = "property/transfer-notice"
    assert of in catalog.types

    def told(address: str) -> dict[str, tuple[int, str]]:
        resources = client.get(address).json()["resources"]
        return {
            one["path"].removeprefix(SITE): (one["bytes"], one["hash"]) for one in resources if "hash" in one
        }

    assert f"/datasets/{of}.csv" not in told("/datapackage.json")
    before = client.get(f"/datasets/{of}/datapackage.json").headers["etag"]
    file = client.get(f"/datasets/{of}.parties.csv").content
    measured = len(file), f"sha256:{sha256(file).hexdigest()}"
    assert told("/datapackage.json")[f"/datasets/{of}.parties.csv"] == measured
    assert told(f"/datasets/{of}/datapackage.json") == {f"/datasets/{of}.parties.csv": measured}
    assert client.get(f"/datasets/{of}/datapackage.json").headers["etag"] != before


def test_the_catalogue_says_how_many_from_where_and_when(client: TestClient) -> None:
    graph = Graph().parse(data=client.get("/catalog.ttl").text, format="turtle")
    node = URIRef(f"{SITE}/datasets/{RESULT}#dataset")
    told = [str(one) for one in graph.objects(node, DCT["description"])]
    assert any("共 4 条" in one for one in told)
    assert any("4 records" in one for one in told)
    assert URIRef("https://sws.geonames.org/1785694/") in set(graph.objects(node, DCT["spatial"]))
    period = graph.value(node, DCT["temporal"])
    days = sorted(str(one) for one in graph.objects(period) if "-" in str(one) and str(one)[0] in "12")
    assert days == ["2019-01-01", "2024-12-31"]
    assert client.get("/catalog.jsonld").headers["content-type"].startswith("application/ld+json")
    for address, code in (
        ("/catalog.rdf", "A216"),
        ("/datasets/land/none/datapackage.json", "A215"),
        ("/datasets/none", "A215"),
        ("/sitemaps/x.xml", "A217"),
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (404, code)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_dataset_has_a_page(client: TestClient, catalog: Catalog, language: str) -> None:
    index = html.fromstring(client.get(f"/datasets?lang={language}", headers=BROWSER).content)
    addresses = {link.get("href").partition("?")[0] for link in index.iter("a")}
    for number, dataset in enumerate(datasets(catalog)):
        assert dataset.page in addresses or dataset.page == "/datasets"
        if number % 12 == 1:  # some domains, some types
            answer = client.get(f"{dataset.page}?lang={language}", headers=BROWSER)
            assert answer.status_code == 200, dataset.path
            page = html.fromstring(answer.content)
            (block,) = page.xpath("//script[@type='application/ld+json']")
            told = json.loads(block.text)
            assert (told["@type"], told["name"]) == ("Dataset", dataset.title[0])
            files = {link.get("href") for link in page.iter("a") if link.get("download") is not None}
            assert {one["contentUrl"].removeprefix(SITE) for one in told["distribution"]} <= files


def test_a_page_says_what_is_missing(client: TestClient, catalog: Catalog) -> None:
    page = html.fromstring(client.get(f"/datasets/{RESULT}?lang=zh", headers=BROWSER).content)
    text = page.text_content()
    assert "没有数据的年份:2020、2022、2023。 1 条没有发布日期,不在任何年份里。" in text
    assert "个州市没有数据" in text
    assert "最新 4 条" in text
    (row,) = page.xpath("//tr[th/code='supervision_number']")
    assert [cell.text_content().strip() for cell in row][-1] == "100%"
    (row,) = page.xpath("//tr[th/code='published_date']")
    assert [cell.text_content().strip() for cell in row][-1] == "–"
    assert client.get("/datasets/everything", follow_redirects=False).headers["location"] == "/datasets"


def test_a_block_of_data_cannot_be_left(tmp_path: Path, sqlite_template: Path) -> None:
    folder = invented.plant(FOLDER, tmp_path)
    file = folder / invented.TYPE / "1.0.json"
    schema = json.loads(file.read_text("utf-8"))
    schema["description"] = 'x</script><script>alert("1")</script>'
    file.write_text(json.dumps(schema, ensure_ascii=False), "utf-8")
    catalog = Catalog.load(folder)
    engine = connect(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'b.db')}")
    made = application(catalog, engine)
    made.state.checkers.close()
    with writing(engine) as connection:
        one = catalog.types[invented.TYPE]
        write(connection, [Entry(dict(one.sample), one)], catalog, None, NOW)
    client = TestClient(made)
    page = client.get(f"/datasets/{invented.TYPE}", headers=BROWSER)
    scripts = html.fromstring(page.content).xpath("//script[not(@src)]")
    assert [one.get("type") for one in scripts] == ["application/ld+json"]
    assert "</script>" in json.loads(scripts[0].text)["description"]
    # A type that nobody planned for is in all of it.
    assert "虚构属性0" in page.text
    names = {
        one["name"] for one in client.get(f"/datasets/{invented.TYPE}/datapackage.json").json()["resources"]
    }
    assert "land-invented.lots" in names
    engine.dispose()


def test_the_map_has_every_public_page_once(
    client: TestClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "MOST", 20)
    index = etree.fromstring(client.get("/sitemap.xml").content)
    parts = [one.text.removeprefix(SITE) for one in index.iter("{*}loc")]
    assert {
        "/sitemaps/pages.xml",
        "/sitemaps/disclosures-0.xml",
        "/sitemaps/disclosures-2024.xml",
        "/sitemaps/disclosures-2024-2.xml",
    } <= set(parts)
    found: list[str] = []
    for part in parts:
        urls = etree.fromstring(client.get(part).content)
        own = [one.text.removeprefix(SITE) for one in urls.iter("{*}loc")]
        assert part == "/sitemaps/pages.xml" or 0 < len(own) <= 20
        found += own
        alternates = [one.get("hreflang") for one in urls.iter("{*}link")]
        assert alternates == ["zh", "en"] * len(own)
        if "disclosures" in part:
            assert {one.text for one in urls.iter("{*}lastmod")} == {"2024-07-01T08:00:00Z"}
    assert len(found) == len(set(found))
    with engine.connect() as connection:
        counted = connection.exec_driver_sql(
            "SELECT count(*) FROM disclosure WHERE status = 'published'"
        ).scalar_one()
        gone = connection.exec_driver_sql("SELECT id FROM disclosure WHERE status = 'withdrawn'").scalar_one()
    assert len([one for one in found if one.startswith("/disclosures/")]) == counted
    assert f"/disclosures/{gone}" not in found
    assert not any(one.startswith("/organizations/name-") for one in found)
    assert "/regions/530100" in found
    assert f"Sitemap: {SITE}/sitemap.xml" in client.get("/robots.txt").text


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("pages", Part("pages")), ("disclosures-2024", Part("disclosures", 2024)), ("disclosures-2024-3", Part("disclosures", 2024, 3)),
        ("disclosures-0", Part("disclosures", 0)), ("processes-12", Part("processes", None, 12)), ("processes", None), ("pages-2", None),
        ("disclosures", None), ("disclosures-2024-1", None), ("processes-1-2", None), ("processes-01", None), ("x", None),
        ("processes-0", None),
    ],
)  # fmt: skip
def test_a_part_has_one_name(name: str, part: Part | None) -> None:
    assert Part.of(name) == part
    assert part is None or part.name == name


def test_sizes_are_looked_up_every_ten_minutes_and_exact_only_of_their_version() -> None:
    now, asked = [0.0], []
    shelf = Shelf(lambda: now[0])

    def look() -> Looked:
        asked.append(now[0])
        return Looked(7, {"csv": (10, True)}, None)

    assert shelf.look("land", 7, look).sizes == {"csv": (10, True)}
    now[0] = 599.0
    assert shelf.look("land", 8, look).sizes == {"csv": (10, False)}
    assert shelf.look("works", 7, look).sizes == {"csv": (10, True)}
    now[0] = 601.0
    shelf.look("land", 8, look)
    assert asked == [0.0, 599.0, 601.0]
