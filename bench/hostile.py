"""What hostile documents cost: each of tests/api/hostile.py below its limit, at it and above, refused or answered.

    python -m bench.hostile

Milliseconds of the processor, the best of five tries of which none finds anything kept; megabytes are the peak of what
Python allocates. A refusal has to stay below 50 ms and 20 MB; the exit code says whether all do.
"""

import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import orjson

from api.operation import Request, Service
from schemas.catalog import Catalog
from store.engine import connect, writing
from store.migrate import upgrade
from store.seed import seed
from tests.api.hostile import CASES, Document
from tests.query import records

TRIES = 5
MILLISECONDS, MEGABYTES = 50, 20


@dataclass(frozen=True)
class Measured:
    """One document of one size."""

    case: str
    size: int
    code: str
    milliseconds: float
    megabytes: float

    @property
    def is_cheap(self) -> bool:
        """Refused as cheaply as it has to be, or answered."""
        return not self.code or (self.milliseconds < MILLISECONDS and self.megabytes < MEGABYTES)


def main() -> int:
    """Print the table; 1 where a refusal costs too much."""
    catalog = Catalog.load()
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{Path(folder) / 'openalloc.db'}")
        upgrade(engine)
        with writing(engine) as connection:
            seed(connection, catalog)
        records.store(engine, catalog)
        found = list(measured(Service(catalog, engine)))
        engine.dispose()
    print("| document | size | answer | ms | MB |\n| --- | ---: | --- | ---: | ---: |")
    for one in found:
        mark = "" if one.is_cheap else " **"
        print(
            f"| {one.case} | {one.size} | {one.code or 'answered'} | {one.milliseconds:.1f} | {one.megabytes:.1f} |{mark}"
        )
    refused = [one for one in found if one.code]
    print(
        f"\n{len(CASES)} documents, {len(found)} cases, {len(refused)} refused: at most "
        f"{max(one.milliseconds for one in refused):.1f} ms and {max(one.megabytes for one in refused):.1f} MB; "
        f"{sum(not one.is_cheap for one in found)} refused too dearly"
    )
    return int(not all(one.is_cheap for one in found))


def measured(service: Service) -> Iterator[Measured]:
    """Every case at its three sizes."""
    service.answer(Request('{ disclosures(search: "昆明") { nodes { id } } }'))  # what is made once
    for case, sized in CASES.items():
        for size, _ in sized.cases():
            document = sized.make(size)
            code, milliseconds = "", float("inf")
            for turn in range(TRIES):
                request = fresh(document, turn)
                began = process_time()
                answer = service.answer(request)
                milliseconds = min(milliseconds, (process_time() - began) * 1_000)
                errors = orjson.loads(answer.body).get("errors")
                code = errors[0]["extensions"]["code"] if errors else ""
            yield Measured(case, size, code, milliseconds, peak(service, fresh(document, TRIES)))


def fresh(document: Document, turn: int) -> Request:
    """The document as nobody has sent it yet."""
    return Request(document.query + " " * turn, document.variables)


def peak(service: Service, request: Request) -> float:
    """The most megabytes that Python had for it at a time."""
    tracemalloc.start()
    try:
        service.answer(request)
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


if __name__ == "__main__":
    sys.exit(main())
