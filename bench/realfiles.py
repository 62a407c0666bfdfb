"""Departments' published files into one store, each with its profile: `python -m bench.realfiles FOLDER`.

The table has a line a file: what became of its rows, and how long that took; of the files' texts it has nothing.
`--refused` prints the refused rows, with what they say, for whoever looks whether the file is wrong or the program:
keep that to yourself.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from sqlalchemy import Engine, select

from bench.mapping import pairs
from loaders.load import load
from loaders.profile_file import load_profile
from loaders.report import Report
from schemas.calendar import utc_now
from schemas.catalog import Catalog
from store import tables
from store.engine import connect, writing
from store.migrate import upgrade
from store.seed import seed


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one file."""

    file: str
    profile: str
    report: Report
    refused: Mapping[str, int]
    seconds: float

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Rows, and those taken, refused and skipped."""
        return (
            self.report.rows, self.report.taken, self.report.refused, sum(self.report.skipped.values()),
        )  # fmt: skip

    def text(self) -> str:
        """The line of the table."""
        rows, taken, _, _ = self.counts
        return (
            f"| {self.file} | {self.profile} | {rows:,} | {taken:,} | {_named(self.refused)} "
            f"| {_named(self.report.skipped)} | {self.report.records:,} | {_named(_warnings(self.report))} "
            f"| {self.seconds:.1f} |"
        )


def prepared(folder: Path, catalog: Catalog) -> Engine:
    """An empty store in a folder."""
    engine = connect(f"sqlite:///{folder / 'realfiles.db'}")
    upgrade(engine)
    with writing(engine) as connection:
        seed(connection, catalog)
    return engine


def lines(files: Iterable[tuple[Path, str]], catalog: Catalog, engine: Engine) -> Iterator[Line]:
    """Load each file with its profile; seconds are those that this process computes, not the child that parses."""
    for path, profile in files:
        before = process_time()
        report = load(path, catalog, engine, profile=load_profile(profile, catalog), now=utc_now())
        seconds = process_time() - before
        refused: Counter[str] = Counter()
        for issues in _issues(engine, report.load_id):
            refused.update({one["code"] for one in issues if one["severity"] == "error"})
        yield Line(path.name, profile, report, refused, seconds)


def _issues(engine: Engine, load_id: str | None) -> Sequence[Sequence[Mapping[str, str]]]:
    """The issues of every refused row of a load."""
    query = select(tables.refused.c.issues).where(tables.refused.c.load_id == load_id)
    with engine.connect() as connection:
        return connection.execute(query).scalars().all()


def _warnings(report: Report) -> dict[str, int]:
    found: Counter[str] = Counter()
    for group in report.groups:
        if group.first.severity == "warning" and group.first.code.startswith("L"):
            found[group.first.code] += group.count
    return dict(sorted(found.items()))


def _named(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "–"


def _print_refused(engine: Engine, load_id: str | None, most: int) -> None:
    r = tables.refused.c
    query = select(r.sheet, r.row, r.issues, r.cells).where(r.load_id == load_id).order_by(r.ordinal)
    with engine.connect() as connection:
        for row in connection.execute(query.limit(most)):
            said = "; ".join(f"{one['code']} {one['message']}" for one in row.issues)
            print(f"    {row.sheet} {row.row}: {said}\n        {row.cells}")


def main() -> None:
    """Load and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--store", type=Path, help="keep the store in this folder")
    parser.add_argument(
        "--refused", type=int, default=0, metavar="N", help="print so many refused rows of each file"
    )
    asked = parser.parse_args()
    catalog = Catalog.load()
    files = list(pairs(asked.folder, catalog))
    if not files:
        sys.exit(f"no file of a profile is in {asked.folder}")
    with tempfile.TemporaryDirectory() as made:
        engine = prepared(asked.store or Path(made), catalog)
        print("| file | profile | rows | taken | refused | skipped | records | warnings | s |")
        print("|---|---|---|---|---|---|---|---|---|")
        total: Counter[str] = Counter()
        for line in lines(files, catalog, engine):
            print(line.text(), flush=True)
            total.update(dict(zip(("rows", "taken", "refused", "skipped"), line.counts, strict=True)))
            total["unsupported"] += line.report.unsupported
            if asked.refused:
                _print_refused(engine, line.report.load_id, asked.refused)
        print("\n" + ", ".join(f"{name} {count:,}" for name, count in total.items()))
        engine.dispose()


if __name__ == "__main__":
    main()
