"""The public address of the server: where the operator says it, no answer has the one that was asked."""

from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import application
from api.submissions import Submissions
from schemas.catalog import Catalog
from store.identity import identify
from tests.kinds import FILES, PAGES
from tests.owners import processes_of

SITE, INSIDE = "https://data.example.org", "inside.example"
BROWSER = {"accept": "text/html"}


@pytest.fixture(scope="module")
def client(file: Engine, catalog: Catalog) -> Iterator[TestClient]:
    """A client that knows the server by another address."""
    submissions = Submissions(catalog, file)
    app = application(catalog, file, submissions=submissions, site=SITE)
    yield TestClient(app, f"http://{INSIDE}:8000")
    app.state.checkers.close()
    submissions.checkers.close()


@pytest.fixture(scope="module")
def names(file: Engine, catalog: Catalog) -> Mapping[str, str]:
    """What is stored of what `tests/kinds.py` has in braces."""
    of = catalog.types["procurement/award-result"]
    known = identify(of.sample, of)
    assert known is not None
    with file.connect() as connection:
        (process,) = processes_of(connection, known.id)
    return {
        "record": known.id,
        "publisher": known.publisher.id,
        "process": process,
        "company": "91530100MA6K00027P",
    }


def test_nothing_says_the_address_that_was_asked(client: TestClient, names: Mapping[str, str]) -> None:
    pages = [address for several in PAGES.values() for address in several]
    files = [path for path in FILES if "{" not in path and path != "/changes"]
    more = [
        "/developers/ask.sh",
        "/developers/ask.py",
        "/catalog.ttl",
        "/datasets/everything",
        "/ocds/releases.json?type=land/grant-result",
    ]
    asked = 0
    for address in [*pages, *files, *more]:
        try:
            path = address.format_map(names)
        except KeyError:
            continue
        answer = client.get(path, headers=BROWSER, follow_redirects=False)
        assert INSIDE.encode() not in answer.content, path
        assert INSIDE not in str(answer.headers), path
        asked += 1
    assert asked > 50


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/developers", f"curl -sN {SITE}/graphql"), ("/developers/ask.py", f"{SITE}/graphql"),
        ("/submissions", f"{SITE}/submissions?type="), ("/disclosures/{record}", f"{SITE}/disclosures/{{record}}."),
        ("/sitemap.xml", f"<loc>{SITE}/"), ("/robots.txt", f"{SITE}/sitemap.xml"), ("/catalog.ttl", f"<{SITE}/catalog>"),
    ],
)  # fmt: skip
def test_what_names_the_server_has_its_public_address(
    client: TestClient, names: Mapping[str, str], address: str, said: str
) -> None:
    answer = client.get(address.format_map(names), headers=BROWSER)
    assert said.format_map(names) in answer.text
