"""What the store takes of records of several versions: each by its own version's fields, one record whatever the version."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select

from schemas.catalog import Catalog
from store import tables
from store.draft import Entry
from store.engine import writing
from store.identity import identify
from store.rows import parts
from store.writing import write
from tests.toy import evolved

NOW = datetime(2024, 7, 1)


def rows(engine: Engine, table: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(table)).mappings())


def stored(engine: Engine, catalog: Catalog, version: str, **more: Any) -> None:
    entry = Entry(evolved.sample(version) | more, catalog.versions[f"{evolved.TYPE}/{version}"])
    with writing(engine) as connection:
        write(connection, [entry], catalog, None, NOW)


@pytest.mark.parametrize("version", evolved.VERSIONS)
def test_columns_lots_items_and_parties_are_taken_by_the_records_own_version(
    version: str, toy_catalog: Catalog, engine: Engine
) -> None:
    stored(engine, toy_catalog, version)
    (row,) = rows(engine, tables.disclosure)
    assert (row["schema_version"], row["amount_fen"], str(row["due_on"])) == (version, 30_050, "2024-02-28")
    assert [lot["amount_fen"] for lot in rows(engine, tables.lot)] == [10_025, 20_025]
    assert [item["name"] for item in rows(engine, tables.item)] == ["标的一", "标的二"]
    roles = {(party["role"], party["name"]) for party in rows(engine, tables.party)}
    assert {("authority", "虚构测绘院"), ("tenderer", "虚构一公司"), ("tenderer", "虚构二公司")} <= roles
    (process,) = rows(engine, tables.process)
    assert process["number"] == f"P-{version}"


def test_a_record_stays_the_same_one_when_its_key_is_renamed(toy_catalog: Catalog) -> None:
    old, new = (
        {"publisher": {"name": "甲局"}, "region": "530114", name: "P-1"}
        for name in ("parcelCode", "plotNumber")
    )
    before = identify(old, toy_catalog.versions[f"{evolved.TYPE}/1.0"])
    after = identify(new, toy_catalog.versions[f"{evolved.TYPE}/2.0"])
    assert before == after is not None


def test_the_same_record_by_a_newer_version_is_a_revision(toy_catalog: Catalog, engine: Engine) -> None:
    for version in evolved.VERSIONS:
        stored(engine, toy_catalog, version, localId="one")
    (row,) = rows(engine, tables.disclosure)
    assert (row["schema_version"], row["revision"]) == ("2.0", 3)
    earlier = sorted(revision["body"]["schema"] for revision in rows(engine, tables.revision))
    assert earlier == [f"{evolved.TYPE}/1.0", f"{evolved.TYPE}/1.1"]


def test_a_deadline_of_a_later_minor_judges_records_of_the_minor_before(toy_catalog: Catalog) -> None:
    """The law changed on 2025-01-01: from then on 7 days. 1.0 is frozen; 1.1 says so."""
    found = {one.version: toy_catalog.newest_minor(one).version for one in toy_catalog.history(evolved.TYPE)}
    assert found == {"1.0": "1.1", "1.1": "1.1", "2.0": "2.0"}
    versions = dict(toy_catalog.versions)
    name = f"{evolved.TYPE}/1.1"
    old, minor = versions[f"{evolved.TYPE}/1.0"], versions[name]
    ended = {**minor.schema["deadlines"][0], "to": "2024-12-31"}
    begun = {**minor.schema["deadlines"][0], "days": 7, "count": "calendar", "from": "2025-01-01"}
    versions[name] = replace(minor, schema={**minor.schema, "deadlines": [ended, begun]})
    catalog = replace(toy_catalog, versions=versions)
    for sold, expected in (("2024-01-26", "2024-02-28"), ("2025-02-03", "2025-02-10")):
        record = evolved.sample("1.0") | {"soldOn": sold}
        identity = identify(record, old)
        assert identity is not None
        made = parts(record, old, identity, catalog)
        assert made.disclosure["due_on"] == expected
