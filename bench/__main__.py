"""Measures what the design promises, as ratios of one run: `make bench`, or `python -m bench --records 20000`.

- an answer against its SQL alone, for the six shapes of query that everything else is made of;
- writing records against a bare insert of the very rows that writing inserted;
- checking a file against frictionless (`bench.check`, which can be run alone).

Absolute figures drift with the machine; quote the ratios, with the machine and the date.
"""

import argparse
import platform
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import orjson
from sqlalchemy import event

from api.operation import Request, Service
from bench.check import measure_checking
from cli.synthetic.generator import generate
from schemas.catalog import Catalog
from store.engine import connect, writing
from store.migrate import upgrade
from store.seed import seed
from store.writing import Entry, write

BATCH = 1_000
RUNS = 50


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


def microseconds(run: Callable[[], Any]) -> float:
    """The median of RUNS runs, in microseconds, after three that do not count."""
    for _ in range(3):
        run()
    times = []
    for _ in range(RUNS):
        begin = perf_counter()
        run()
        times.append(perf_counter() - begin)
    return median(times) * 1e6


def measure_queries(service: Service) -> None:
    """Print an answer's time, its SQL's time and their ratio."""
    print(f"{'query':32}{'answer µs':>12}{'SQL µs':>12}{'SQL/answer':>12}")
    for name, text in shapes(service).items():
        sent: list[tuple[str, Any]] = []
        engine = service.reader.engine

        def keep(
            _c: Any, _u: Any, statement: str, parameters: Any, _x: Any, _m: Any, sent: Any = sent
        ) -> None:
            sent.append((statement, parameters))

        event.listen(engine, "before_cursor_execute", keep)
        service.answer(Request(text))
        event.remove(engine, "before_cursor_execute", keep)
        statement, parameters = sent[-1]
        with engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            alone = microseconds(lambda d=driver, s=statement, p=parameters: d.execute(s, p).fetchall())
        answer = microseconds(lambda t=text: service.answer(Request(t)))
        print(f"{name:32}{answer:12.0f}{alone:12.0f}{alone / answer:12.2f}")


def measure_writing(catalog: Catalog, folder: Path, count: int) -> str:
    """Print records a second of writing and of a bare insert of the same rows; gives the database written."""
    url = f"sqlite:///{folder / 'written.db'}"
    entries = [Entry(record, disclosure) for disclosure, record in generate(catalog, count, 1)]
    statements: list[tuple[str, Any, bool]] = []
    engine = connect(url)
    upgrade(engine)
    with writing(engine) as connection:
        seed(connection, catalog)

    def keep(_c: Any, _u: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:
        if statement.startswith("INSERT"):
            statements.append((statement, parameters, many))

    event.listen(engine, "before_cursor_execute", keep)
    now = datetime.now(UTC).replace(tzinfo=None)
    begin = perf_counter()
    for at in range(0, count, BATCH):
        with writing(engine) as connection:
            write(connection, entries[at : at + BATCH], catalog, None, now)
    whole = perf_counter() - begin
    engine.dispose()
    bare = connect(f"sqlite:///{folder / 'bare.db'}")
    upgrade(bare)
    begin = perf_counter()
    with writing(bare) as connection:
        for statement, parameters, _ in statements:
            connection.exec_driver_sql(statement, parameters)
    alone = perf_counter() - begin
    bare.dispose()
    print(
        f"writing {count / whole:,.0f} records/s, bare insert {count / alone:,.0f}, ratio {alone / whole:.2f}\n"
    )
    return url


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=10_000)
    count = parser.parse_args().records
    catalog = Catalog.load()
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}, {count:,} records\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(measure_writing(catalog, Path(folder), count))
        measure_queries(Service(catalog, engine))
        engine.dispose()
    print()
    measure_checking(count * 10, 3)


if __name__ == "__main__":
    main()
