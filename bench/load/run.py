"""One measured load or bare insert, in a process of its own: `python -m bench.load.run …` prints JSON."""

import argparse
import gc
import json
import resource
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from bench.load import bare
from bench.load.stages import sampled
from bench.query.computing import of_folder
from loaders.load import load
from loaders.report import Report
from loaders.storing import Apart
from schemas.catalog import Catalog
from store.engine import PATIENCE, connect
from store.migrate import assert_current

AT = datetime(2026, 11, 26)


def _measured(run: Callable[[], Any], server: Callable[[], float]) -> dict[str, Any]:
    gc.collect()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    before = server()
    with sampled() as samples:
        wall, computed = perf_counter(), process_time()
        run()
        wall, computed = perf_counter() - wall, process_time() - computed
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime
    return {
        "wall": wall, "process": computed, "child": child, "server": server() - before, "stages": dict(samples.stages),
        "peak": samples.memory, "peak of the child": 1024 * after.ru_maxrss,
    }  # fmt: skip


def main() -> None:
    """Measure once: the load of a file, and of the same file again; or the insert of rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--rows", type=Path)
    parser.add_argument("--server", type=Path, help="the folder of PostgreSQL's data")
    parser.add_argument("--once", action="store_true", help="not the same file again")
    asked = parser.parse_args()
    server = of_folder(asked.server) if asked.server else lambda: 0.0
    found: list[dict[str, Any]] = []
    if asked.rows:
        run = bare.insert(asked.url, asked.rows)
        gc.freeze()
        found.append(_measured(run, server))
        print(json.dumps(found))
        return
    catalog = Catalog.load()
    engine, apart = connect(asked.url), Apart(asked.url, PATIENCE)
    assert_current(engine)
    for time in ("first",) if asked.once else ("first", "second"):
        reports: list[Report] = []
        into = partial(load, asked.file, catalog, engine, now=AT, apart=apart)
        figures = _measured(lambda: reports.append(into()), server)  # noqa: B023
        report = reports[0]
        figures |= {"stored": report.stored, "unchanged": report.unchanged, "refused": report.refused}
        found.append({"time": time, **figures})
    print(json.dumps(found))


if __name__ == "__main__":
    main()
