"""The impact of a rule: how many stored records become invalid, of which rule and whose."""

import copy
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from schemas.candidate import open_version
from schemas.catalog import Catalog
from schemas.errors import SchemaError
from store import tables
from store.draft import Entry
from store.engine import writing
from store.impact import Impact, impact
from store.writing import write
from tests.owners import number_of
from tests.toy import evolved

TYPE = evolved.TYPE
OTHER = {"name": "虚构县虚构局"}


@pytest.fixture
def stored(engine: Engine, toy_catalog: Catalog) -> Engine:
    """Twelve records of 1.0 with a hue, four of 2.0 without; one of another publisher. The first has a fax."""
    for number in range(16):
        version = "1.0" if number < 12 else "2.0"
        record = evolved.sample(version) | {"localId": f"R-{number}"}
        if version == "2.0":
            del record["lots"]
        if number:
            record.pop("fax", None)
        if number == 11:
            record["publisher"] = OTHER
        with writing(engine) as connection:
            entry = Entry(record, toy_catalog.versions[f"{TYPE}/{version}"])
            write(connection, [entry], toy_catalog, None, datetime(2024, 7, 1))
    return engine


def candidate(folder: Path, **keywords: Any) -> str:
    """A file with version 2.1: `colour` of a lot with other keywords."""
    schema = copy.deepcopy(evolved.schema("2.0"))
    schema |= {"version": "2.1", "$id": f"https://openalloc.org/schemas/{TYPE}/2.1.json"}
    schema["properties"]["lots"]["items"]["properties"]["colour"].update(keywords)
    path = folder / "candidate.json"
    path.write_text(json.dumps(schema, ensure_ascii=False), "utf-8")
    return str(path)


def tried(engine: Engine, catalog: Catalog, asked: str) -> Impact:
    new, proposed = open_version(asked, catalog)
    return impact(engine, new, proposed, catalog)


def test_a_tighter_rule_is_counted_by_rule_and_publisher(
    stored: Engine, toy_catalog: Catalog, tmp_path: Path
) -> None:
    found = tried(stored, toy_catalog, candidate(tmp_path, minLength=2)).to_json()
    assert found["versions"] == {"1.0": 12, "2.0": 4}
    counts = [
        found[name] for name in ("records", "stillValid", "becomesInvalid", "becomesValid", "stillInvalid")
    ]
    assert counts == [16, 4, 12, 0, 0]
    rule, fax = found["rules"]
    assert (rule["code"], rule["path"], rule["records"], len(rule["ids"])) == ("S008", "lots.colour", 12, 10)
    assert (fax["code"], fax["path"], fax["records"]) == ("S002", "fax", 1)
    assert [(one["name"], one["uscc"], one["records"]) for one in found["publishers"]] == [
        ("虚构市虚构局", "11530114MB0W00017C", 11), ("虚构县虚构局", None, 1),
    ]  # fmt: skip
    assert all(len(one["ids"]) == min(one["records"], 10) for one in found["publishers"])


def test_a_rule_that_nobody_breaks_and_what_is_only_renamed_break_nothing(
    stored: Engine, toy_catalog: Catalog, tmp_path: Path
) -> None:
    found = tried(stored, toy_catalog, candidate(tmp_path, maxLength=150))
    assert (found.still_valid, found.becomes_invalid) == (15, 1)
    assert set(found.rules) == {("S002", "fax")}  # gone since 2.0


def test_the_version_at_hand_changes_nothing(stored: Engine, toy_catalog: Catalog) -> None:
    found = tried(stored, toy_catalog, f"{TYPE}/1.0")
    assert found.versions == {"1.0": 12, "2.0": 4}
    assert found.still_valid >= 12


def test_a_record_that_was_invalid_is_told_from_one_that_becomes_so(
    stored: Engine, toy_catalog: Catalog, tmp_path: Path
) -> None:
    table = tables.document
    with writing(stored) as connection:
        broken = evolved.sample("2.0") | {"localId": "x", "saleDate": "gestern"}
        ids = connection.scalars(
            tables.disclosure.select().with_only_columns(tables.disclosure.c.id).where(tables.disclosure.c.schema_version == "2.0")
        ).all()  # fmt: skip
        own = number_of(ids[0])
        connection.execute(update(table).where(table.c.disclosure_number == own).values(body=broken))
        connection.execute(
            update(tables.disclosure).where(tables.disclosure.c.id == ids[1]).values(schema_version="7.0")
        )
    found = tried(stored, toy_catalog, candidate(tmp_path))
    assert (found.still_invalid, found.unknown, found.versions) == (1, 1, {"1.0": 12, "2.0": 3, "7.0": 1})
    schema = json.loads(Path(candidate(tmp_path)).read_text("utf-8"))
    del schema["properties"]["saleDate"]["format"]
    path = tmp_path / "freer.json"
    path.write_text(json.dumps(schema), "utf-8")
    assert tried(stored, toy_catalog, str(path)).becomes_valid == 1


def test_a_withdrawn_record_and_another_type_do_not_count(stored: Engine, toy_catalog: Catalog) -> None:
    with writing(stored) as connection:
        connection.execute(tables.document.delete())
    assert tried(stored, toy_catalog, f"{TYPE}/2.0").records == 0
    assert tried(stored, toy_catalog, "land/grant-result/1.0").records == 0


@pytest.mark.parametrize(
    "content", ["", "{}", '{"$id": "https://example.org/x.json"}', "[]"]
)  # fmt: skip
def test_a_file_that_is_no_schema_is_refused_with_a_hint(
    content: str, tmp_path: Path, toy_catalog: Catalog
) -> None:
    path = tmp_path / "x.json"
    path.write_text(content, "utf-8")
    for asked in (str(path), str(tmp_path / "missing.json")):
        with pytest.raises(SchemaError) as raised:
            open_version(asked, toy_catalog)
        assert raised.value.code == "S138"
        assert raised.value.hint_en
    with pytest.raises(SchemaError, match="S102"):
        open_version("land/nothing/1.0", toy_catalog)
