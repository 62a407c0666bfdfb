"""What a page costs as the database grows: a record and pages on SQLite databases of two sizes, the larger a multiple."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.query import limits, serving
from bench.query.databases import Place, make, place
from bench.query.multiplying import multiply
from bench.query.run import OURS, Run
from schemas.catalog import Catalog
from store.engine import connect
from store.migrate import upgrade

# Shapes that read nothing which a multiplied database leaves out.
SHAPES = ("Q1", "P1", "Q5")
_MOST = 1.5


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds of the statement alone, and of a request when 16 connections ask."""

    alone: float
    served: float


def databases(folder: Path, small: int, large: int) -> tuple[Place, Place]:
    """A lean database of each size, built where it is not there; the larger is a multiple of the smaller."""
    first, second = (place(folder, size, lean=True) for size in (small, large))
    if first.built is None:
        print(f"building {small:,} lean disclosures in {first.folder}", flush=True)
        make(first, small, lean=True)
    if not second.sqlite.exists():
        print(f"multiplying them by {large // small:,} in {second.folder}", flush=True)
        second.folder.mkdir(parents=True, exist_ok=True)
        multiply(first.sqlite, second.sqlite, large // small)
    for one in (first, second):
        engine = connect(f"sqlite:///{one.sqlite}")
        upgrade(engine)
        engine.dispose()
    return first, second


def costs(where: Place, catalog: Catalog, seconds: float) -> dict[str, Cost]:
    """What each shape costs in a database."""
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
