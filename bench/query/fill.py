"""The benchmark's databases: so many disclosures with all their parts, the same rows in SQLite and PostgreSQL.

Every row is what the loader would write (`tests/bench` compares them), made from variants of the types' samples, in
the order of their dates, as loads bring them. The rows depend on their number alone.
"""

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, Table, event

from bench.query import templates
from bench.query.cast import Cast, Organization
from bench.query.templates import Variant, found_by, variants
from schemas.catalog import Catalog
from schemas.formercode import lasting_code
from store import bulk, features, rollups, searching, tables
from store.engine import connect, writing
from store.identity import digest, recency
from store.migrate import upgrade
from store.names import name_key
from store.seed import seed

BATCH = 10_000
VARIANTS = 100  # of each type
AT = datetime(2025, 11, 25)
# How often a domain's records come; within a domain all types come alike.
_WEIGHTS = {
    "procurement": 40,
    "works": 20,
    "land": 15,
    "mining": 5,
    "property": 5,
    "housing": 4,
    "trading": 2,
}
_OTHERS = 3
_SPREAD = 12  # records of a place that go by before its next process
_SUBJECTS = ("智慧", "学校", "医院", "道路", "水库", "桥梁", "园区", "社区", "景区", "机场", "铁路", "农田", "林场", "电网", "消防", "档案")  # fmt: skip
_THINGS = ("设备", "改造", "维修", "监理", "勘察", "设计", "保洁", "食堂", "软件", "车辆", "绿化", "照明", "管网", "安防", "教材", "药品")  # fmt: skip
_PLACES = {name: at for at, name in enumerate(tables.disclosure.columns.keys())}
_RECENCY = {  # tables of parts that have their owner's
    one.name: one.columns.keys().index("recency") for one in (tables.party, tables.feature)
}


@dataclass
class Batch:
    """Rows by table, as tuples in the order of the table's columns, and what is searched."""

    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    texts: list[searching.Searched] = field(default_factory=list)

    def add(self, table: Table, row: tuple[Any, ...]) -> None:
        self.rows.setdefault(table.name, []).append(row)


class Records:
    """The records by number, of a run of `count`."""

    def __init__(self, catalog: Catalog, count: int, lean: bool = False, each: int = VARIANTS) -> None:
        self.cast, self.count, self.lean, self.each = Cast.of(catalog, count), count, lean, each
        made = {name: variants(catalog, one, each) for name, one in catalog.types.items()}
        by_domain: dict[str, list[str]] = {}
        for name, one in catalog.types.items():
            by_domain.setdefault(one.domain, []).append(name)
        chosen = random.Random(4)
        domains = list(by_domain)
        weights = [_WEIGHTS.get(domain, _OTHERS) for domain in domains]
        drawn = [chosen.choice(by_domain[one]) for one in chosen.choices(domains, weights, k=4_001)]
        self.deck = [made[name] for name in drawn]
        self._where = {place.code: place for place in self.cast.places}
        self._processes: dict[str, int] = {}

    def batches(self) -> Iterator[Batch]:
        """All records, in batches."""
        numbers = iter(range(self.count))
        while several := list(islice(numbers, BATCH)):
            batch = Batch()
            for number in several:
                self._add(batch, number)
            yield batch

    def registers(self) -> Iterator[tuple[Table, list[tuple[Any, ...]]]]:
        """Publishers and organizations, all of them from the start."""
        cast = self.cast
        published = [(self._where[code], one) for (code, _), one in cast.publishers.items()]
        yield (
            tables.publisher,
            [(one.uscc, p.code, one.uscc, one.name, p.code, p.level) for p, one in published],
        )
        known = [one for _, one in published] + [*cast.bodies, *cast.companies]
        rows = (
            {
                "id": o.uscc,
                "uscc": o.uscc,
                "name": o.name,
                "name_key": name_key(o.name, o.uscc),
                "lasting_code": lasting_code(o.uscc),
            }
            for o in known
        )
        columns = tables.organization.columns.keys()
        yield tables.organization, [tuple(map(row.get, columns)) for row in rows]

    def variant(self, number: int) -> Variant:
        """Which variant the record has: the later the number, the later its date."""
        several = self.deck[number % len(self.deck)]
        at = number * self.each // self.count + (number * 7 % 3) - 1
        return several[min(max(at, 0), self.each - 1)]

    def values(self, number: int) -> dict[str, str]:
        """What stands at the marks of the record."""
        variant, cast = self.variant(number), self.cast
        mixed = number * 2_654_435_761 % (1 << 32)
        place = cast.drawn[mixed % len(cast.drawn)]
        publisher = cast.publishers[place.code, variant.disclosure.domain]
        values = {
            templates.NUMBER: str(number), templates.REGION: place.code, templates.REGION_NAME: place.name,
            templates.LEVEL: place.level, templates.PUBLISHER_NAME: publisher.name,
            templates.PUBLISHER_USCC: publisher.uscc,
            templates.PROCESS: f"{place.code}-{number // (_SPREAD * len(cast.drawn))}",
            templates.SUBJECT: _SUBJECTS[mixed >> 8 & 15], templates.THING: _THINGS[mixed >> 12 & 15],
        }  # fmt: skip
        for pool, marks in ((cast.bodies, variant.bodies), (cast.companies, variant.companies)):
            first = _skewed(mixed >> 3, len(pool))
            for at, (code, name) in enumerate(marks):
                one: Organization = pool[(first + at * 7_919) % len(pool)]
                values[code], values[name] = one.uscc, one.name
        return values

    def _add(self, batch: Batch, number: int) -> None:
        variant, values = self.variant(number), self.values(number)
        place, publisher = values[templates.REGION], values[templates.PUBLISHER_USCC]
        local = f"BM-{number}"
        one = f"{place}-{digest(16, publisher, variant.disclosure.type, local)}"
        when = recency(variant.published, one)
        process = "p-" + digest(24, publisher, values[templates.PROCESS])
        where = self._where[place]
        row = variant.row.filled(values)
        for column, value in (
            ("shard", place), ("number", number + 1), ("id", one), ("recency", when), ("region", place), ("prefecture", where.prefecture),
            ("province", where.province), ("revision", 1),
        ):  # fmt: skip
            row[_PLACES[column]] = value
        batch.add(tables.disclosure, tuple(row))
        for table, blank in variant.parts:
            if self.lean and table is not tables.party:
                continue
            part = blank.filled(values)
            part[:2] = place, number + 1
            if table.name in _RECENCY:
                part[_RECENCY[table.name]] = when
            batch.add(table, tuple(part))
        if self.lean:
            return
        if process not in self._processes:
            serial = self._processes[process] = len(self._processes) + 1
            batch.add(tables.process, (serial, process, *variant.process.filled(values)[2:]))
        batch.add(tables.disclosure_process, (place, number + 1, self._processes[process]))
        batch.add(
            tables.change, (number + 1, place, number + 1, one, 1, "added", AT.isoformat(" ", "microseconds"))
        )
        body = variant.body.filled(values)
        batch.add(tables.document, (place, number + 1, hashlib.sha256(body.encode()).hexdigest(), body))
        text = found_by(variant, values)
        batch.texts.append((place, number + 1, when, text, searching.spaced(text)))


def _skewed(number: int, size: int) -> int:
    """A place below `size`, the first far oftener than the last: one in 250 has the very first."""
    drawn = number * 0x9E3779B1 & 0xFFFF
    return (drawn * drawn >> 16) * size >> 16


class Database:
    """One database that is being filled: its indexes are made at the end, in one go."""

    def __init__(self, url: str, catalog: Catalog) -> None:
        self.engine = connect(url)
        upgrade(self.engine)
        with writing(self.engine) as connection:
            seed(connection, catalog)
            self._indexes = indexes(connection)
            for name, _ in self._indexes:
                connection.exec_driver_sql(f'DROP INDEX "{name}"')
        if self.engine.dialect.name == "sqlite":
            # A database that is not finished is thrown away: nothing has to be safe on the way.
            event.listen(self.engine, "connect", _careless)
            self.engine.dispose()

    def registers(self, records: Records) -> None:
        with writing(self.engine) as connection:
            for table, rows in records.registers():
                bulk.insert_tuples(connection, table.name, table.columns.keys(), rows)
                _name(connection, table, rows)

    def add(self, batch: Batch) -> None:
        with writing(self.engine) as connection:
            for table in tables.metadata.sorted_tables:
                if rows := batch.rows.get(table.name):
                    bulk.insert_tuples(connection, table.name, table.columns.keys(), rows)
            _name(connection, tables.process, batch.rows.get("process", []))
            if batch.texts:
                searching.insert(connection, batch.texts)

    def finish(self, count: int, catalog: Catalog, lean: bool) -> None:
        """Indexes, what is derived from other tables, and what the planner knows of them."""
        with writing(self.engine) as connection:
            connection.exec_driver_sql(f"UPDATE data_version SET version = {count}")
            if connection.dialect.name == "postgresql":
                set_sequences(connection)
            for _, definition in self._indexes:
                connection.exec_driver_sql(definition)
        with writing(self.engine) as connection:
            rollups.rebuild(connection)
            if not lean:
                digests = features.digests(catalog)
                features.mark(connection, digests)
        if self.engine.dialect.name == "postgresql":
            vacuum(self.engine)
        self.engine.dispose()


def _name(connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    """Names to be searched."""
    named = (dict(zip(table.columns.keys(), row, strict=True)) for row in rows)
    searching.insert_names(connection, table.name, {row["id"]: row for row in named})


def set_sequences(connection: Connection) -> None:
    """Let PostgreSQL number what comes next after what is there."""
    run = connection.exec_driver_sql
    run("SELECT setval('disclosure_number', max(number)) FROM disclosure")
    # Of lean stores there is none.
    run(
        "SELECT setval(pg_get_serial_sequence('process', 'serial'), coalesce(max(serial), 0) + 1, false) FROM process"
    )


def vacuum(engine: Engine) -> None:
    """Let PostgreSQL's planner know what is there."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def indexes(connection: Connection) -> list[tuple[str, str]]:
    """Name and definition of every index but those of keys."""
    if connection.dialect.name == "sqlite":
        asked = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
    else:
        asked = (
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT IN"
            " (SELECT conname FROM pg_constraint)"
        )
    return [(name, definition) for name, definition in connection.exec_driver_sql(asked)]


def _careless(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -2000000"):
        connection.execute(f"PRAGMA {pragma}")


def build(
    url: str,
    catalog: Catalog,
    count: int,
    lean: bool,
    tick: Callable[[int], object] = lambda _: None,
    each: int = VARIANTS,
) -> None:
    """Fill a database, which is new; every database gets the same rows. `lean` has disclosures and parties only.

    `each` is how many variants a type has.
    """
    records = Records(catalog, count, lean, each)
    database = Database(url, catalog)
    database.registers(records)
    for batch in records.batches():
        database.add(batch)
        tick(BATCH)
    database.finish(count, catalog, lean)
