"""What a page of the portal costs the server: `python -m bench.pages`, over the store that bench.query builds.

    python -m bench.query --rows 100000 --build-only
    python -m bench.pages --rows 100000

Each page is asked of the application itself, by ASGI and in this process: no socket, no compression, no 304. Between two
requests for one page others come, and no word is searched twice. *Server time* is what the request took, the median;
*computing* is processor time, which does not count other work of the machine.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any
from urllib.parse import quote, urlsplit

import orjson
from starlette.applications import Starlette

from api.app import application
from api.operation import Request, Service
from bench.query.databases import place
from schemas.catalog import Catalog
from store.engine import connect

GOAL = 50.0  # ms
WORDS = [
    "道路",
    "医院",
    "学校",
    "绿化",
    "维修",
    "采购",
    "电网",
    "教材",
    "保洁",
    "监理",
    "农田",
    "社区",
    "景区",
    "管网",
    "药品",
    "食堂",
]
FOUND = """{
  disclosures(first: 100, filter: {type: {eq: "procurement/award-result"}}) {
    nodes { id publisher { id } region { code } processes { id } parties { organization { id } } }
  }
}"""


def main() -> None:
    """Ask for every kind of page, print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "openalloc-bench"))
    parser.add_argument("--database", type=Path, help="an SQLite file instead")
    parser.add_argument("--times", type=int, default=15, help="requests for each kind")
    asked = parser.parse_args()
    file = asked.database or place(asked.folder, asked.rows).sqlite
    app = application(Catalog.load(), connect(f"sqlite:///{file}"))
    app.state.checkers.close()
    asyncio.run(_measure(app, asked.times))


async def _measure(app: Starlette, times: int) -> None:
    kinds = list(_kinds(app.state.service, times))
    spent: dict[str, list[tuple[float, float, int]]] = {name: [] for name, _ in kinds}
    async with app.router.lifespan_context(app):
        for round in range(times + 1):
            for name, addresses in kinds:
                taken = await _ask(app, addresses[round % len(addresses)])
                if round:  # the first makes plans and templates
                    spent[name].append(taken)
    print("| page | server time, ms | computing, ms | slowest, ms | kB |\n|---|---|---|---|---|")
    for name, all_taken in spent.items():
        wall, computing = (median(one[at] for one in all_taken) for at in (0, 1))
        slowest, size = max(one[0] for one in all_taken), median(one[2] for one in all_taken)
        print(f"| {name} | {wall:.1f} | {computing:.1f} | {slowest:.1f} | {size / 1000:.0f} |")
    medians = [median(one[0] for one in all_taken) for all_taken in spent.values()]
    print(f"\nmedian of the kinds: {median(medians):.1f} ms, goal {GOAL:.0f} ms")


def _kinds(service: Service, times: int) -> Iterator[tuple[str, list[str]]]:
    """The kinds of page, each with addresses of its own kind."""
    found = orjson.loads(service.answer(Request(FOUND)).body)["data"]["disclosures"]["nodes"]
    nodes = [one for one in found if one["region"] and one["parties"]][: times + 1]

    def own(id: str) -> str:
        return quote(id.rpartition(":")[2])

    yield "front page", ["/"]
    yield "list, all", ["/disclosures"]
    yield (
        "list, a domain",
        [f"/disclosures?domain={one}" for one in service.catalog.codelists["domain"].codes],
    )
    yield (
        "list, a prefecture's results of a year",
        [
            f"/disclosures?domain=procurement&region={one['region']['code'][:4]}00&from={2019 + at % 6}&to={2019 + at % 6}"
            for at, one in enumerate(nodes)
        ],
    )
    yield "list, amounts", [f"/disclosures?domain=works&min={at}00000&sort=amount" for at in range(1, 20)]
    yield "list, the oldest", ["/disclosures?sort=oldest"]
    yield "search, by relevance", [f"/disclosures?q={quote(one)}" for one in WORDS]
    yield "search, by date", [f"/disclosures?q={quote(one)}&sort=newest" for one in WORDS]
    yield "suggestions", [f"/suggest?q={quote(one)}" for one in WORDS]
    yield "record", [f"/disclosures/{one['id']}" for one in nodes]
    yield "process", [f"/processes/{own(one['processes'][0]['id'])}" for one in nodes if one["processes"]]
    yield "organization", [f"/organizations/{own(one['parties'][-1]['organization']['id'])}" for one in nodes]
    yield "publisher", [f"/publishers/{own(one['publisher']['id'])}" for one in nodes]
    yield "region", [f"/regions/{one['region']['code']}" for one in nodes]
    yield "statistics", ["/statistics"]
    yield "statistics, by method", ["/statistics?by=method", "/statistics?by=method&by=year"]
    yield "statistics, by department", ["/statistics?by=publisher"]


async def _ask(app: Starlette, address: str) -> tuple[float, float, int]:
    """Milliseconds by the clock and of the processor, and bytes, of one request."""
    split = urlsplit(address)
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": split.path, "raw_path": split.path.encode(), "query_string": split.query.encode(), "root_path": "",
        "headers": [(b"accept", b"text/html"), (b"host", b"localhost")], "client": ("127.0.0.1", 1), "server": ("localhost", 80),
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    began, computed = perf_counter(), process_time()
    await app(scope, receive, send)
    taken = (perf_counter() - began) * 1000, (process_time() - computed) * 1000
    assert sent[0]["status"] == 200, (address, sent[0]["status"])
    return *taken, sum(len(one.get("body", b"")) for one in sent)


if __name__ == "__main__":
    main()
