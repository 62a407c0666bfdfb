"""The path of a request: what one process serves, against an empty response of the same server and the SQL alone.

    python -m bench.path --database sqlite:///openalloc.db

A closed loop of connections over keep-alive asks six shapes. The limit is
1 / (an empty response + the SQL alone, in process): what is below it is the program's own share.
"""

import argparse
import asyncio
import json
import os
import platform
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any

import orjson

from api.operation import Request, Service
from query.run import parameters_of
from schemas.catalog import Catalog
from store.engine import connect

SECONDS = 3.0
Sent = tuple[str, dict[str, Any]]


def shapes(service: Service) -> dict[str, str]:
    """The six queries, with ids that the data has."""
    one = service.answer(Request('{ disclosures(first: 1, search: "示例") { nodes { id } } }'))
    disclosure = orjson.loads(one.body)["data"]["disclosures"]["nodes"][0]["id"]
    parties = "{ disclosures(first: 20, filter: {organization: {uscc: {isNull: false}}}) { nodes { parties { organization { uscc } } } } }"
    nodes = orjson.loads(service.answer(Request(parties)).body)["data"]["disclosures"]["nodes"]
    uscc = next(p["organization"]["uscc"] for n in nodes for p in n["parties"] if p["organization"]["uscc"])
    page = "{ disclosures(first: 100) { pageInfo { endCursor } } }"
    cursor = orjson.loads(service.answer(Request(page)).body)["data"]["disclosures"]["pageInfo"]["endCursor"]
    return {
        "Q1 one disclosure": f'{{ disclosure(id: "{disclosure}") {{ id title publisher {{ name }} }} }}',
        "Q2 fifty with parties": '{ disclosures(first: 50, filter: {domain: {eq: procurement}, region: {within: "530100"}})'
        " { nodes { id title publishedDate amount parties { role organization { name } } } } }",
        "Q3 an organization": f'{{ organization(uscc: "{uscc}") {{ name disclosures(first: 20) {{ nodes {{ id title }} }} }} }}',
        "Q4 a type's documents": "{ landGrantResults(first: 50) { nodes { lots { parcelNumber price { amount } transferee { name } } } } }",
        "Q5 the next page": f'{{ disclosures(first: 50, after: "{cursor}") {{ nodes {{ id title }} pageInfo {{ endCursor }} }} }}',
        "Q6 a word of two characters": '{ disclosures(first: 20, search: "昆明") { nodes { id title } } }',
    }  # fmt: skip


async def empty(scope: Any, _receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
    """The least that an application can answer."""
    if scope["type"] == "http":
        headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})


def sql_alone(service: Service, sent: Sent) -> float:
    """Microseconds of the statement in this process, on SQLite."""
    ready = service.preparer.prepare(Request(*sent))
    service.reader.fetch(ready.prepared.statement, ready.values)
    assert service.reader.file is not None
    opened = service.reader.file._local.opened
    opened.until = float("inf")
    driver = opened.driver
    text, parameters = ready.prepared.statement.text, parameters_of(ready.values)
    times = []
    for _ in range(200):
        begin = perf_counter()
        driver.execute(text, parameters).fetchone()
        times.append(perf_counter() - begin)
    return median(times) * 1e6


@contextmanager
def served(target: str, database: str, workers: int) -> Iterator[tuple[int, int]]:
    """A granian server of an application; gives its port and its process."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    factory = ["--factory"] if target.startswith("cli") else []
    command = [
        sys.executable, "-m", "granian", target, "--interface", "asgi", *factory, "--port", str(port),
        "--workers", str(workers), "--no-access-log", "--log-level", "error",
    ]  # fmt: skip
    process = subprocess.Popen(
        command, env={**os.environ, "OPENALLOC_DATABASE_URL": database, "OPENALLOC_RATE": "off"}
    )
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                sleep(0.1)
        sleep(6)  # what else is started with it
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


async def _ask(port: int, message: bytes, until: float, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (begin := perf_counter()) < until:
        writer.write(message)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        times.append(perf_counter() - begin)
    writer.close()


def processor(pid: int) -> float:
    """Seconds of the processor that a server and its workers have had."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    ticks = 0
    for one in (pid, *map(int, children)):
        ticks += sum(map(int, Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def served_per_second(port: int, pid: int, sent: Sent, connections: int) -> tuple[float, float, float, float]:
    """Requests a second of a closed loop, the milliseconds of p50 and p99, the server's microseconds for a request."""
    query, variables = sent
    body = json.dumps({"query": query, "variables": variables}).encode()
    message = (
        b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
        % len(body)
    ) + body

    async def run(seconds: float) -> list[float]:
        times: list[float] = []
        until = perf_counter() + seconds
        await asyncio.gather(*(_ask(port, message, until, times) for _ in range(connections)))
        return times

    asyncio.run(run(0.5))
    before = processor(pid)
    times = sorted(asyncio.run(run(SECONDS)))
    spent = (processor(pid) - before) / len(times) * 1e6
    return len(times) / SECONDS, times[len(times) // 2] * 1e3, times[len(times) * 99 // 100] * 1e3, spent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", required=True)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    service = Service(Catalog.load(), connect(asked.database))
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}, {asked}\n"
    )
    with served("bench.path:empty", asked.database, asked.workers) as (port, pid):
        nothing, p50, p99, base = served_per_second(port, pid, ("{ __typename }", {}), asked.connections)
    print(
        f"{'an empty response':32}{nothing:10,.0f}/s{'':22}p50 {p50:.2f} ms, p99 {p99:.2f} ms, processor {base:.0f} µs"
    )
    with served("cli.server:worker", asked.database, asked.workers) as (port, pid):
        for name, query in shapes(service).items():
            alone = sql_alone(service, (query, {})) if service.reader.file else float("nan")
            found, p50, p99, spent = served_per_second(port, pid, (query, {}), asked.connections)
            limit = 1e6 / (1e6 / nothing + alone)
            print(
                f"{name:32}{found:10,.0f}/s  SQL {alone:8.0f} µs  {found / limit:5.2f}  p50 {p50:.2f} ms, p99 {p99:.2f} ms, processor {spent:.0f} µs, {(base + alone) / spent:.2f}"
            )


if __name__ == "__main__":
    main()
