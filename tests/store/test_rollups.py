"""The rollups say what the disclosures say, after whatever was loaded, revised and withdrawn."""

import threading
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, select, text

from schemas.catalog import Catalog
from store import rollups, tables
from store.draft import Entry
from store.engine import connect, writing
from store.migrate import downgrade, upgrade
from store.withdrawing import withdraw
from store.writing import write

Row = Mapping[str, Any]
TYPES = ("land/grant-result", "procurement/award-result")
METHODS = {
    TYPES[0]: ("landSupplyMethod", ("auction", "listing")),
    TYPES[1]: ("procurementMethod", ("openTender", "inquiry")),
}
PUBLISHERS = (
    {"name": "虚构分局", "uscc": "11530114MB0W00017C"},
    {"name": "虚构中心", "uscc": "12530100MB0W000574"},
    {"name": "某局"},
)
COMPANIES = (
    {"name": "示例甲", "uscc": "91530100MA6K00027P"},
    {"name": "示例乙", "uscc": "91530100MA6K00019W"},
    {"name": "张三"},
)
RECORDS = st.fixed_dictionaries(
    {"number": st.integers(0, 11), "type": st.sampled_from(TYPES), "publisher": st.integers(0, 2)},
    optional={
        "value": st.sampled_from((0, 0.01, -19.99, 1234567.8, 10_000_000_000_000, -10_000_000_000_000, 5)),
        "publishedDate": st.sampled_from(
            ("2024-06-24", "2024-06-30", "2024-12-31", "1899-12-31", "2999-01-01")
        ),
        "formedDate": st.sampled_from(("2024-05-01", "2024-06-20")),
        "region": st.sampled_from(("530114", "530114001", "530100", "530000")),
        "outcome": st.sampled_from(("awarded", "failed")),
        "method": st.integers(0, 1),
        "same": st.booleans(),
        "parties": st.lists(
            st.tuples(
                st.sampled_from(("supplier", "buyer", "tenderer")),
                st.integers(0, 2),
                st.sampled_from((None, None, 0, 7.01, -2, 10_000_000_000_000)),
                st.sampled_from(("", "1", "2")),
            ),
            max_size=4,
        ),
    },
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("load"), st.lists(RECORDS, min_size=1, max_size=6, unique_by=lambda r: (r["number"], r["type"]))),
        st.tuples(st.just("again"), st.lists(RECORDS, min_size=1, max_size=6, unique_by=lambda r: (r["number"], r["type"]))),
        st.tuples(st.just("withdraw"), st.integers(0, 50)),
    ),
    min_size=1, max_size=5,
)  # fmt: skip


def entry(made: Row, catalog: Catalog) -> Entry:
    """A record as the loader would have it."""
    disclosure = catalog.type(made["type"])
    record: dict[str, Any] = {
        "schema": disclosure.name, "localId": f"示例-{made['number']}", "title": "虚构",
        "publisher": PUBLISHERS[made["publisher"]],
        **{name: made[name] for name in ("publishedDate", "formedDate", "region", "outcome") if name in made},
    }  # fmt: skip
    if "method" in made:
        name, codes = METHODS[made["type"]]
        record[name] = codes[made["method"]]
    if "value" in made:
        record["value"] = {"amount": made["value"]}
    if made.get("same"):
        record["relatedDisclosures"] = [{"relationType": "sameAs", "disclosureId": "另一条"}]
    if "parties" in made:
        record["parties"] = [
            {"partyRole": role, "organization": COMPANIES[who]}
            | ({} if amount is None else {"offer": {"amount": amount}}) | ({"lotNumber": lot} if lot else {})
            for role, who, amount, lot in made["parties"]
        ]  # fmt: skip
        record["lots"] = [{"lotNumber": one, "lotTitle": one} for one in ("1", "2")]
    return Entry(record, disclosure)


def take_back(connection: Connection, number: int, catalog: Catalog, now: datetime) -> None:
    """Some disclosure is withdrawn, every third one for privacy."""
    d = tables.disclosure.c
    ids = connection.scalars(select(d.id).order_by(d.id)).all()
    if ids:
        withdraw(connection, ids[number % len(ids)], "虚构", catalog, now, privacy=number % 3 == 0)


def counted(rows: list[Row], rollup: Any) -> dict[tuple[Any, ...], dict[str, Any]]:
    """What a rollup has to hold, computed row by row."""
    keys = [name for name in ("shard",) if name in rollup.columns] + list(rollups.key_columns(rollup))
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        day = row["published_date"].isoformat() if row["published_date"] else None
        known = {**row, "year": day and day[:4], "month": day and day[:7]}
        groups[tuple(known[key] for key in keys)].append(row)
    return {key: measured(group) for key, group in groups.items()}


def measured(group: list[Row]) -> dict[str, Any]:
    published = [row for row in group if row["status"] == "published"]
    amounts = [r["amount_fen"] for r in published if not r["repost"] and r["amount_fen"] is not None]
    days = [row["days_late"] for row in published if row["days_late"] is not None]
    late = [one for one in days if one > 0]
    return {
        "disclosures": len(group), "reposts": sum(row["repost"] for row in group), "amounts": len(amounts),
        "sum": sum(amounts), "amount_minimum": min(amounts, default=None), "amount_maximum": max(amounts, default=None),
        "judged": len(days), "late": len(late), "late_days": sum(late), "late_maximum": max(late, default=None),
    }  # fmt: skip


def involved(rows: Mapping[int, Row], parties: list[Row]) -> dict[tuple[str, ...], dict[str, Any]]:
    """What `rollup_organization` has to hold, computed party by party."""
    by_role: dict[tuple[str, int, str], list[Any]] = defaultdict(list)
    for party in parties:
        by_role[party["organization_id"], party["disclosure_number"], party["role"]].append(
            party["amount_fen"]
        )
    amounts = {key: added(several) for key, several in by_role.items()}
    by_disclosure: dict[tuple[str, int], list[Any]] = defaultdict(list)
    groups: dict[tuple[str, ...], list[tuple[Any, Row]]] = defaultdict(list)
    for (who, one, role), amount in amounts.items():
        groups[who, "role", role].append((amount, rows[one]))
        by_disclosure[who, one].append(amount)
    for (who, one), several in by_disclosure.items():
        largest = max((a for a in several if a is not None), default=None)
        day = rows[one]["published_date"]
        for dimension, value in (
            ("domain", rows[one]["domain"]),
            ("year", day.isoformat()[:4] if day else ""),
        ):
            groups[who, dimension, value].append((largest, rows[one]))
    return {key: figures(group) for key, group in groups.items()}


def figures(group: list[tuple[Any, Row]]) -> dict[str, Any]:
    own = [amount for amount, _ in group if amount is not None]
    records = [r["amount_fen"] for amount, r in group if amount is None and r["amount_fen"] is not None]
    dates = [row["published_date"] for _, row in group if row["published_date"]]
    return {
        "disclosures": len(group), "parties": len(own), "party": sum(own), "records": len(records), "record": sum(records),
        "first_date": min(dates, default=None), "last_date": max(dates, default=None),
        "low": min(row["recency"] for _, row in group), "high": max(row["recency"] for _, row in group),
    }  # fmt: skip


def added(amounts: list[int | None]) -> int | None:
    known = [one for one in amounts if one is not None]
    return sum(known) if known else None


def assert_exact(connection: Connection) -> None:
    """Every rollup has the cells that the disclosures give, and no other."""
    rows: list[Row] = [dict(row) for row in connection.execute(select(tables.disclosure)).mappings()]
    for rollup in rollups.ROLLUPS:
        expected = counted(rows, rollup)
        keys = [name for name in ("shard",) if name in rollup.columns] + list(rollups.key_columns(rollup))
        found = {}
        for row in connection.execute(select(rollup)).mappings():
            cell = {**row, "sum": row["amount_high"] * 10**9 + row["amount_low"]}
            found[tuple(cell[key] for key in keys)] = cell
        assert found.keys() == expected.keys(), rollup.name
        for key, cell in expected.items():
            assert {name: found[key][name] for name in cell} == cell, (rollup.name, key)
    parties: list[Row] = [dict(row) for row in connection.execute(select(tables.party)).mappings()]
    wanted = involved({row["number"]: row for row in rows}, parties)
    kept = {}
    for row in connection.execute(select(tables.rollup_organization)).mappings():
        sums = {one: row[f"{one}_high"] * 10**9 + row[f"{one}_low"] for one in ("party", "record")}
        kept[row["organization_id"], row["dimension"], row["value"]] = {**row, **sums}
    assert kept.keys() == wanted.keys()
    for key, one in wanted.items():
        assert {name: kept[key][name] for name in one} == one, key


def test_after_any_sequence_the_rollups_are_the_raw_sums(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def check(steps: list[tuple[str, Any]]) -> None:
        with writing(engine) as connection:
            for kind, given_ in steps:
                if kind == "withdraw":
                    take_back(connection, given_, catalog, batches.now())
                else:
                    made = [entry(one, catalog) for one in given_]
                    write(connection, made, catalog, None, batches.now(), again=kind == "again")
                assert_exact(connection)

    check()
    with writing(engine) as connection:
        assert connection.scalar(
            select(tables.disclosure.c.id).where(tables.disclosure.c.repost == 1).limit(1)
        )
        assert (
            connection.scalar(text("SELECT max(parties) FROM rollup_organization WHERE dimension = 'year'"))
            > 1
        )
        assert connection.scalar(text("SELECT count(DISTINCT method) FROM rollup_method")) == 4
        rollups.rebuild(connection)
        assert_exact(connection)


@pytest.mark.parametrize("amounts", [(3, 9, 5), (9, 3, 5)])
def test_an_extreme_that_is_revised_away_is_looked_up_again(
    engine: Engine, catalog: Catalog, batches: ModuleType, amounts: tuple[int, ...]
) -> None:
    base = {"type": TYPES[0], "publisher": 0, "publishedDate": "2024-12-31"}
    with writing(engine) as connection:
        for number, amount in enumerate(amounts):
            write(
                connection,
                [entry({**base, "number": number, "value": amount}, catalog)],
                catalog,
                None,
                batches.now(),
            )
        for number in (0, 1):
            revised = entry({**base, "number": number, "value": 6}, catalog)
            write(connection, [revised], catalog, None, batches.now())
            assert_exact(connection)
        found = connection.execute(select(tables.rollup_month)).mappings().one()
    assert (found["amount_minimum"], found["amount_maximum"]) == (500, 600)


def test_a_batch_that_is_rolled_back_leaves_the_rollups_alone(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    batches.store(engine, catalog, range(3))
    with writing(engine) as connection:
        write(connection, batches.entries(catalog, range(3, 6)), catalog, None, batches.now())
        connection.rollback()
    with engine.connect() as connection:
        assert_exact(connection)


def test_writers_of_two_shards_who_share_cells_lose_nothing(
    database_url: str, catalog: Catalog, batches: ModuleType
) -> None:
    """Both add to the same prefecture, month and type, and take extremes away from each other's cells."""
    together = threading.Barrier(2)

    def writer(place: int) -> None:
        engine = connect(database_url)
        publisher = {"name": "虚构局", "uscc": ("11530102MB0W00017C", "11530103MB0W00017C")[place]}
        months = [f"2024-{month:02}-15" for month in range(1, 13)][:: 1 if place else -1]
        for turn in range(6):
            made = []
            for number, day in enumerate(months):
                one = entry({"number": number, "type": TYPES[0], "publisher": 0, "publishedDate": day,
                             "region": "530114", "value": (turn * 7 + place * 3) % 11}, catalog)  # fmt: skip
                made.append(Entry({**one.record, "publisher": publisher}, one.disclosure))
            together.wait(30)
            with writing(engine) as connection:
                write(connection, made, catalog, None, batches.now())
        engine.dispose()

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(writer, place) for place in (0, 1)]:
            one.result()
    engine = connect(database_url)
    with engine.connect() as connection:
        assert_exact(connection)
        assert connection.scalar(text("SELECT sum(disclosures) FROM rollup_year")) == 24
    engine.dispose()


def test_the_migration_fills_them(engine: Engine, catalog: Catalog, batches: ModuleType) -> None:
    made = [
        entry({"number": n, "type": TYPES[n % 2], "publisher": n % 3, "publishedDate": date(2024, n + 1, 3).isoformat(),
               "formedDate": "2024-02-01", "value": n * 100, "same": n == 2}, catalog)
        for n in range(6)
    ]  # fmt: skip
    with writing(engine) as connection:
        write(connection, made, catalog, None, batches.now())
    downgrade(engine, "0001")
    upgrade(engine)
    with engine.connect() as connection:
        assert_exact(connection)
        assert connection.scalar(text("SELECT sum(reposts) FROM rollup_month")) == 1


def test_a_later_migration_fills_the_one_by_method(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    made = [
        entry({"number": n, "type": TYPES[n % 2], "publisher": n % 3, "value": n * 100, "region": "530114",
               **({"method": n % 4 // 2} if n % 5 else {}),
               **({"publishedDate": date(2023 + n % 2, 3, 3).isoformat(), "formedDate": "2023-02-01"} if n % 3 else {})}, catalog)
        for n in range(24)
    ]  # fmt: skip
    with writing(engine) as connection:
        write(connection, made, catalog, None, batches.now())
        take_back(connection, 1, catalog, batches.now())
    downgrade(engine, "0020")
    upgrade(engine)
    with engine.connect() as connection:
        assert_exact(connection)
        assert connection.scalar(text("SELECT count(DISTINCT method) FROM rollup_method")) == 4


def test_how_something_is_allocated_is_a_column(
    engine: Engine, catalog: Catalog, batches: ModuleType
) -> None:
    with writing(engine) as connection:
        for name in ("land/grant-result", "works/prequalification-notice", "housing/project-plan"):
            disclosure = catalog.type(name)
            write(connection, [Entry(dict(disclosure.sample), disclosure)], catalog, None, batches.now())
        found = dict(connection.execute(select(tables.disclosure.c.type, tables.disclosure.c.method)).all())
    assert found == {
        "land/grant-result": catalog.type("land/grant-result").sample["landSupplyMethod"],
        "works/prequalification-notice": catalog.type("works/prequalification-notice").sample[
            "procurementMethod"
        ],
        "housing/project-plan": None,  # its lots have one each
    }
