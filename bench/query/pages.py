"""What a page costs as the database grows: the list shapes on lean SQLite databases of two sizes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.query import limits, serving
from bench.query.databases import make, place
from bench.query.run import OURS, Run
from schemas.catalog import Catalog

# Shapes that read nothing which a lean database leaves out.
SHAPES = ("Q1", "Q2", "Q3", "P1", "Q5", "N4")
_MOST = 1.5


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds of the statement alone, and of a request when 16 connections ask."""

    alone: float
    served: float


def costs(folder: Path, catalog: Catalog, rows: int, seconds: float) -> dict[str, Cost]:
    """What each shape costs at a size; the database is built where it is not there."""
    where = place(folder, rows, lean=True)
    if where.built is None:
        print(f"building {rows:,} lean disclosures in {where.folder}", flush=True)
        make(where, rows, lean=True)
    one = Run(where, None, catalog, seconds, SHAPES)
    try:
        one.system(OURS, serving.ours(one.file))
        found = {}
        for shape in one.shapes:
            several = limits.statements(one.service, shape.query, one.variables[shape.name])
            alone = limits.alone(one.service.reader, several, seconds)
            found[shape.name] = Cost(alone, one.results.measured[OURS, shape.name].microseconds)
        return found
    finally:
        one.close()


def lines(sizes: tuple[int, int], small: Mapping[str, Cost], large: Mapping[str, Cost]) -> Iterator[str]:
    """The table: microseconds at both sizes, how many times as much the larger costs."""
    first, second = (f"{size:,}" for size in sizes)
    yield f"| | SQL at {first}, µs | SQL at {second}, µs | ratio | request at {first}, µs | request at {second}, µs | ratio | |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, a in small.items():
        b = large[name]
        met = "met" if b.served / a.served <= _MOST else "**missed**"
        yield (
            f"| {name} | {a.alone:,.0f} | {b.alone:,.0f} | {b.alone / a.alone:.2f}"
            f" | {a.served:,.0f} | {b.served:,.0f} | {b.served / a.served:.2f} | {met} |"
        )
