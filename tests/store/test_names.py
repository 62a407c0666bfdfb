"""The key by which names are matched: what it folds, what it keeps, whose it is not; written, renewed, filled in."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select, text

from schemas.catalog import Catalog
from store import tables
from store.draft import Entry
from store.engine import writing
from store.migrate import config, downgrade, upgrade
from store.names import START, name_key
from store.writing import write

USCC = "91530100MA6K00027P"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("云南示例(集团)有限公司", "云南示例(集团)有限公司"),
        ("雲南示例【集團】有限公司", "云南示例(集团)有限公司"),
        (" 云南 示例（集团）有限公司\n", "云南示例(集团)有限公司"),
        ("ＡＢＣ示例公司", "abc示例公司"),
        ("乾隆示例公司", "干隆示例公司"),
        ("云南示例有限责任公司", "云南示例有限责任公司"),  # another suffix is another name
        ("王小明", None),
        ("示例局", "示例局"),
    ],
)
def test_what_makes_two_names_one(name: str, key: str | None) -> None:
    assert name_key(name, None) == key


def test_a_person_with_a_credit_code_is_an_organization() -> None:
    assert name_key("王小明", USCC) == "王小明"


def _store(engine: Engine, catalog: Catalog, *records: dict[str, Any]) -> None:
    disclosure = catalog.type("procurement/contract")
    entries = [
        Entry(
            {"schema": disclosure.name, "localId": str(at), "publisher": {"name": "示例局"}, **record},
            disclosure,
        )
        for at, record in enumerate(records)
    ]
    with writing(engine) as connection:
        write(connection, entries, catalog, None, datetime(2024, 12, 31))


def _keys(engine: Engine) -> dict[str, str | None]:
    o = tables.organization.c
    with engine.connect() as connection:
        return dict(connection.execute(select(o.name, o.name_key)).all())


def test_the_writer_keeps_the_key_beside_the_name(engine: Engine, catalog: Catalog) -> None:
    by_code = {"partyRole": "supplier", "organization": {"uscc": USCC}}
    named = {"partyRole": "supplier", "organization": {"uscc": USCC, "name": "雲南示例公司"}}
    person = {"partyRole": "supplier", "organization": {"name": "王小明"}}
    _store(engine, catalog, {"parties": [by_code]}, {"parties": [person]})
    assert _keys(engine) == {USCC: USCC.lower(), "王小明": None}
    disclosure = catalog.type("procurement/contract")
    record = {"schema": disclosure.name, "localId": "9", "publisher": {"name": "示例局"}, "parties": [named]}
    with writing(engine) as connection:
        write(connection, [Entry(record, disclosure)], catalog, None, datetime(2024, 12, 31))
    assert _keys(engine) == {"雲南示例公司": "云南示例公司", "王小明": None}


def test_names_that_grow_when_folded_or_are_long_are_stored(engine: Engine, catalog: Catalog) -> None:
    long = "".join(chr(0x4E00 + at * 17 % 20000) for at in range(1_000))
    ligature = "\ufdfa" * 300  # eighteen letters each
    _store(engine, catalog, {
        "parties": [{"partyRole": "supplier", "organization": {"name": ligature}}],
        "items": [{"itemName": long, "quantity": 1}],
    })  # fmt: skip
    i = tables.item.c
    with engine.connect() as connection:
        assert connection.execute(select(i.name, i.name_start)).one() == (long, long[:START])
    assert len(str(_keys(engine)[ligature])) == 300


def test_the_migration_fills_in_what_is_there(
    engine: Engine, catalog: Catalog, contents: Callable[[Engine], Any]
) -> None:
    parties = [
        {"partyRole": "supplier", "organization": {"name": f"示例{at}（集團）公司"}} for at in range(3)
    ]
    _store(engine, catalog, {"parties": parties, "items": [{"itemName": "示例机", "quantity": 1}]})
    before = contents(engine)
    downgrade(engine, str(ScriptDirectory.from_config(config()).get_revision("0005").down_revision))
    assert "name_key" not in {column["name"] for column in inspect(engine).get_columns("organization")}
    upgrade(engine)
    after = contents(engine)
    assert [after[name] for name in ("organization", "item")] == [
        before[name] for name in ("organization", "item")
    ]
    with engine.connect() as connection:
        command.check(config(connection))
        assert (
            connection.execute(
                text("SELECT count(*) FROM organization WHERE name_key LIKE '%(集团)公司'")
            ).scalar()
            == 3
        )
