"""Datasets against the databases' own export: `python -m bench.datasets --rows 100000`.

Writes `everything` as CSV and as JSON Lines, each in a process of its own, and lets `sqlite3 -csv` and PostgreSQL's
`COPY TO` write the same columns by the same SELECT; with `--copies` of everything many times over. Then a server is
asked for a file by a reader that reads 64 kB a second while others ask it for something else. The databases are those
of bench.query, built where they are not there.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Event, Thread
from time import perf_counter, process_time, sleep
from typing import Any

import psycopg

from bench.datasets.copying import copied
from bench.datasets.serving import beside
from bench.query.databases import Place, make, place, postgresql, renew
from publish.datasets.export import Export, export
from publish.datasets.jsonlines import facts_of
from publish.datasets.making import make as make_file
from publish.datasets.reading import snapshot
from publish.datasets.statements import Chosen, Rows
from publish.selection import Selection
from query.dialect import Dialect, PostgreSQL, SQLite
from schemas.catalog import Catalog
from store.engine import connect

FORMATS = ("csv", "jsonl")
OTHERS = ("parquet", "xlsx", "sqlite", "csv.zip")


def main() -> None:
    """Build what is missing, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "openalloc-bench"))
    parser.add_argument(
        "--copies", type=int, default=1, help="the same disclosures so many times over, by SQL"
    )
    parser.add_argument("--times", type=int, default=3, help="the best of so many counts")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one database alone")
    parser.add_argument("--formats", nargs="*", default=(*FORMATS, *OTHERS), choices=(*FORMATS, *OTHERS))
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        url, format_, target = asked.one
        print(json.dumps(_one(url, format_, Path(target))))
        return
    where = place(asked.folder, asked.rows)
    if where.built is None:
        print(f"building {asked.rows:,} disclosures in {where.folder}", flush=True)
        make(where, asked.rows, lean=False)
    renew(where)
    if asked.copies > 1:
        where = copied(where, asked.copies)
        asked.rows *= asked.copies
    with ExitStack() as stack:
        server = stack.enter_context(postgresql(where))
        print(
            "| | records/s | the database's own | ratio | ratio in computing | first byte, ms | peak memory, MB | MB |"
        )
        print("|---|---|---|---|---|---|---|---|")
        for name, url, own in (
            ("SQLite", f"sqlite:///{where.sqlite}", partial(_sqlite3, where)),
            ("PostgreSQL", server, partial(_copy, server)),
        ):
            if asked.only and name.lower() != asked.only:
                continue
            for format_ in asked.formats:
                _compare(name, url, format_, own, asked, where)
    beside(where)


def _compare(
    name: str, url: str, format_: str, own: Callable[[str], float], asked: Any, where: Place
) -> None:
    """A line of the table: ours and the database's own, taking turns."""
    ours: list[dict[str, float]] = []
    computed: list[float] = []
    theirs: list[tuple[float, float]] = []
    for _ in range(asked.times if format_ in FORMATS else 1):
        begin = _computing(where)
        ours.append(_ours(url, format_, where.folder / "written"))
        computed.append(ours[-1]["computing"] + (_computing(where) - begin)["postgresql"])
        if format_ in FORMATS:
            begin = _computing(where)
            seconds = own(format_)
            theirs.append((seconds, sum((_computing(where) - begin).values())))
    best = min(one["seconds"] for one in ours)
    cells = ["", "", "", ""]
    if theirs:
        seconds, computing = min(one for one, _ in theirs), min(one for _, one in theirs)
        first = min(one["first"] for one in ours) * 1_000
        cells = [
            f"{asked.rows / seconds:,.0f}",
            f"{seconds / best:.2f}",
            f"{computing / min(computed):.2f}",
            f"{first:.0f}",
        ]
    memory, size = max(one["memory"] for one in ours), ours[0]["bytes"] / 1e6
    print(
        f"| {name}, {format_} | {asked.rows / best:,.0f} | {' | '.join(cells)} | {memory:.0f} | {size:.0f} |",
        flush=True,
    )


class _Spent(dict[str, float]):
    """Seconds of processor time by who spent them."""

    def __sub__(self, other: "_Spent") -> "_Spent":
        return _Spent({name: value - other[name] for name, value in self.items()})


def _computing(where: Place) -> _Spent:
    """What this process, what it waited for, and PostgreSQL's server with all it started have computed so far."""
    sleep(0.5)  # a server's process counts when it has ended
    own, waited = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = sum(one.ru_utime + one.ru_stime for one in (own, waited))
    pid = int((where.postgresql / "postmaster.pid").read_text().split()[0])
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return _Spent(own=spent, postgresql=sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK"))


def _ours(url: str, format_: str, target: Path) -> dict[str, float]:
    command = [sys.executable, "-W", "ignore", "-m", "bench.datasets", "--one", url, format_, str(target)]
    found: dict[str, float] = json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout
    )
    target.unlink()
    return found


def _one(url: str, format_: str, target: Path) -> dict[str, float]:
    """Make one file in this process; memory without the files that it maps."""
    engine, catalog = connect(url), Catalog.load()
    chosen = everything(catalog, format_)
    _warm(chosen, engine, catalog)
    ended, peak = Event(), [0.0]
    watch = Thread(target=_watch, args=(ended, peak), daemon=True)
    watch.start()
    first = _first_byte(target)
    begin, spent = perf_counter(), process_time()
    _, done = make_file(chosen, engine, catalog, "", target)
    seconds, spent = perf_counter() - begin, process_time() - spent
    ended.set()
    watch.join()
    return {
        "seconds": seconds,
        "computing": spent,
        "first": first() - begin,
        "memory": peak[0],
        "bytes": done.size,
    }


def _warm(chosen: Export, engine: Any, catalog: Catalog) -> None:
    """What a server has done before: the orders of documents are made of the catalog once."""
    from publish.datasets import jsonlines

    with snapshot(engine) as taken:
        for _ in jsonlines.chunks(chosen.layout[0], Chosen(), Rows(taken.dialect, catalog), taken, 2_000):
            pass


def _first_byte(target: Path) -> Callable[[], float]:
    """When the file has its first line, looked at every millisecond."""
    target.unlink(missing_ok=True)
    found: list[float] = []

    def look() -> None:
        while not target.exists() or target.stat().st_size < 2_000:
            sleep(0.001)
        found.append(perf_counter())

    thread = Thread(target=look, daemon=True)
    thread.start()

    def when() -> float:
        thread.join(1)
        return found[0]

    return when


def _watch(ended: Event, peak: list[float]) -> None:
    while not ended.wait(0.02):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("RssAnon"):
                peak[0] = max(peak[0], int(line.split()[1]) / 1_000)


def everything(catalog: Catalog, format_: str) -> Export:
    """The file of all disclosures."""
    return export("everything", Selection(), format_, catalog, lambda _: Chosen())


def statement(format_: str, dialect: Dialect) -> str:
    """The SELECT of the same columns."""
    catalog = Catalog.load()
    main = everything(catalog, "csv").table
    rows = Rows(dialect, catalog)
    return rows.select(main, Chosen()) if format_ == "csv" else rows.documents(facts_of(main), Chosen())


def _sqlite3(where: Place, format_: str) -> float:
    """The seconds that `sqlite3 -csv` takes to write the same columns to a file."""
    script = f"PRAGMA mmap_size = 1073741824;\nPRAGMA cache_size = -16384;\n{statement(format_, SQLite())};\n"
    with (where.folder / "own").open("wb") as target:
        begin = perf_counter()
        subprocess.run(
            ["sqlite3", "-csv", str(where.sqlite)], input=script.encode(), stdout=target, check=True
        )
        seconds = perf_counter() - begin
    (where.folder / "own").unlink()
    return seconds


def _copy(url: str, format_: str) -> float:
    """The seconds that COPY TO takes to send the same columns to this process, which writes them to a file."""
    select = statement(format_, PostgreSQL()).replace("%%", "%")
    with psycopg.connect(url) as connection, tempfile.TemporaryFile() as target:
        begin = perf_counter()
        with connection.cursor().copy(f"COPY ({select}) TO STDOUT (FORMAT csv)") as copy:  # type: ignore[arg-type]
            for block in copy:
                target.write(block)
        return perf_counter() - begin


if __name__ == "__main__":
    main()
