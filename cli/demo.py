"""The demonstration: the types' samples and generated records, loaded into a file and served."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine

from cli.synthetic.generator import generate
from schemas.calendar import utc_now
from schemas.catalog import Catalog, Disclosure
from store.draft import Entry
from store.engine import writing
from store.migrate import upgrade
from store.seed import seed
from store.writing import write

BATCH = 1_000
_KUNMING_2025 = (
    '(first: 3, filter: {region: {within: "530100"}, publishedDate: {gte: "2025-01-01", lt: "2026-01-01"}})'
)
_FACTS = "{ totalCount nodes { title publishedDate amount daysLate parties { role name } } }"
QUERIES = (
    (
        "昆明市 2025 年的土地、采购、药品、工程 / Land, procurement, medicine and works of Kunming in 2025",
        f"{{ landGrantResults{_KUNMING_2025} {_FACTS} procurementAwardResults{_KUNMING_2025} {_FACTS}"
        f" medicineResults{_KUNMING_2025} {_FACTS} worksAwardResults{_KUNMING_2025} {_FACTS} }}",
    ),
    (
        "一家企业在各领域的中标、受让 / One company across domains",
        '{ organization(uscc: "91530100MA6K00027P") { name disclosures(first: 10)'
        " { totalCount nodes { type title publishedDate amount } } } }",
    ),
    (
        "检索“光电”,并看同一过程的各个环节 / Search, and follow the process",
        '{ disclosures(search: "光电", first: 3) { nodes { title processes { number'
        " disclosures { nodes { stage type title publishedDate daysLate } } } } } }",
    ),
)


def fill(engine: Engine, catalog: Catalog, count: int, seed_number: int, tick: Callable[[int], Any]) -> int:
    """Make the tables, load the samples and `count` generated records; loading them again changes nothing."""
    upgrade(engine)
    with writing(engine) as connection:
        seed(connection, catalog)
    stored = 0
    for batch in _batches(records(catalog, count, seed_number)):
        with writing(engine) as connection:
            written = write(connection, batch, catalog, None, utc_now())
        stored += written.stored
        tick(len(batch))
    return stored


def records(catalog: Catalog, count: int, seed_number: int) -> Iterator[tuple[Disclosure, dict[str, Any]]]:
    """The samples of every type, then generated records."""
    for disclosure in catalog.types.values():
        yield disclosure, dict(disclosure.sample)
    yield from generate(catalog, count, seed_number)


def _batches(pairs: Iterable[tuple[Disclosure, dict[str, Any]]]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    for disclosure, record in pairs:
        batch.append(Entry(record, disclosure))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def addresses(base: str) -> Iterator[tuple[str, str, str]]:
    """What to try: a caption, a query, and an address that a browser opens."""
    for caption, query in QUERIES:
        yield caption, query, f"{base}/graphql?query={quote(query)}"
