"""A slow reader of a download beside others, over HTTP."""

import os
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from time import perf_counter, sleep
from urllib.request import Request, urlopen

from bench.query.databases import Place

_SLOW = 64 * 1024  # bytes a second
_ASKED = b'{"query": "{ disclosures(first: 20) { nodes { title publishedDate } } }"}'


def beside(where: Place) -> None:
    """Print how long queries take alone, beside a slow reader, and beside a file that is made."""
    with _server(where) as base:
        first = perf_counter()
        with urlopen(f"{base}/datasets/everything.csv") as answer:
            answer.read(1)
            first = perf_counter() - first
            made = Thread(target=answer.read)
            made.start()
            making = _queries(base, 2)
            made.join()
        alone = _queries(base, 2)
        stop = Event()
        slow = [Thread(target=_slowly, args=(base, stop), daemon=True) for _ in range(20)]
        for one in slow:
            one.start()
        sleep(0.5)
        slowed = _queries(base, 2)
        begin = perf_counter()
        with urlopen(f"{base}/datasets/everything.jsonl") as answer:
            size = len(answer.read())
        other = perf_counter() - begin
        stop.set()
    print(f"\nfirst byte of everything.csv over HTTP: {first * 1_000:.0f} ms")
    for name, found in (
        ("alone", alone),
        ("while a file is made", making),
        ("beside 20 readers of 64 kB a second", slowed),
    ):
        print(f"query {name}: median {found[0] * 1_000:.2f} ms, 99th of a hundred {found[1] * 1_000:.1f} ms")
    print(f"everything.jsonl beside them: {size / 1e6:.0f} MB in {other:.1f} s")


def _queries(base: str, seconds: float) -> tuple[float, float]:
    until, took = perf_counter() + seconds, []
    while perf_counter() < until:
        begin = perf_counter()
        request = Request(f"{base}/graphql", _ASKED, {"Content-Type": "application/json"})
        with urlopen(request) as answer:
            answer.read()
        took.append(perf_counter() - begin)
    return statistics.median(took), statistics.quantiles(took, n=100)[98]


def _slowly(base: str, stop: Event) -> None:
    with suppress(OSError), urlopen(f"{base}/datasets/everything.csv") as answer:
        while not stop.wait(1) and answer.read(_SLOW):
            pass


@contextmanager
def _server(where: Place) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-c",
        "from cli.main import main; main()",
        "serve",
        "--port",
        str(port),
        "--database",
        str(where.sqlite),
    ]
    process = subprocess.Popen(
        command, env=os.environ | {"OPENALLOC_RATE": "off", "OPENALLOC_DATASET_FOLDER": str(Path(where.folder, "datasets"))},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            with suppress(OSError), urlopen(f"{base}/healthz"):
                break
            sleep(0.1)
        yield base
    finally:
        process.terminate()
        process.wait(20)
