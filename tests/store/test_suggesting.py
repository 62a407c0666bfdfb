"""What may be one organization is suggested, never joined by itself; what was accepted can be taken back."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from cli.synthetic.world import credit_code
from schemas.catalog import Catalog
from store import rollups, suggesting, tables
from store.draft import Entry
from store.engine import writing
from store.errors import StoreError
from store.suggesting import ACCEPTED, OPEN, REJECTED, SAME_NAME, SIMILAR_NAME, WRONG_CODE
from store.withdrawing import withdraw
from store.writing import write

NOW = datetime(2026, 1, 1)
ONE, OTHER = credit_code("91530102MA6K00014"), credit_code("91530102MA6K00022")
WRONG = ONE[:2] + "530103" + ONE[8:]
NAME = "云南示例建设有限公司"


def store(engine: Engine, catalog: Catalog, *parties: tuple[str, str | None]) -> tuple[str, ...]:
    """Records of different departments, each a process of its own with one party."""
    type_ = catalog.type("procurement/award-result")
    entries = []
    for number, (name, code) in enumerate(parties):
        organization = {"name": name} | ({"uscc": code} if code else {})
        record: dict[str, Any] = {
            "schema": type_.name, "localId": str(number), "title": "示例", "project": {"name": "示例", "number": str(number)},
            "publisher": {"name": f"第{number}采购办", "jurisdiction": "530114"},
            "parties": [{"partyRole": "supplier", "organization": organization, "offer": {"amount": 1 + number}}],
        }  # fmt: skip
        entries.append(Entry(record, type_))
    with writing(engine) as connection:
        return write(connection, entries, catalog, None, NOW).ids


def suggest(engine: Engine) -> dict[str, int]:
    with writing(engine) as connection:
        return suggesting.suggest(connection, NOW)


def pairs(engine: Engine, state: str | None = OPEN) -> list[tuple[str, str | None, str | None]]:
    with engine.connect() as connection:
        found = suggesting.suggestions(connection, state)
    return [(one.evidence, *sorted((one.one.name, one.other.name), key=str)) for one in found]


def decide(engine: Engine, state: str, *numbers: int, alike: bool = False) -> list[int]:
    with writing(engine) as connection:
        return suggesting.decide(connection, numbers, state, "示例数据科", NOW, alike=alike)


def heads(engine: Engine) -> list[str]:
    """What the parties point to; the figures that are kept say the same as figures made anew."""
    table = tables.rollup_organization
    with writing(engine) as connection:
        kept = sorted(map(tuple, connection.execute(select(table))), key=repr)
        rollups.rebuild(connection)
        assert sorted(map(tuple, connection.execute(select(table))), key=repr) == kept
        p = tables.party.c
        return list(connection.scalars(select(p.organization_id).order_by(p.amount_fen)))


def test_names_codes_and_spellings_are_suggested_and_nothing_is_joined(
    engine: Engine, catalog: Catalog
) -> None:
    store(
        engine, catalog, (NAME, ONE), ("云南示例建设有限公司 ", None), ("云南示例建设有限责任公司", None),
        ("示例另一名称有限公司", WRONG), ("云南无关有限公司", OTHER), ("张三丰", None), ("张三丰", OTHER),
        ("自然资源局", None), ("自然资源局", None), ("某某有限公司", None), ("某某有限公司", None),
        ("阿布都·示例", None), ("阿布都·示例", None),
    )  # fmt: skip
    before = heads(engine)
    assert suggest(engine) == {WRONG_CODE: 1, SAME_NAME: 1, SIMILAR_NAME: 1}
    assert sorted(pairs(engine)) == sorted(
        [
            (WRONG_CODE, NAME, "示例另一名称有限公司"), (SAME_NAME, NAME, f"{NAME} "),
            (SIMILAR_NAME, NAME, "云南示例建设有限责任公司"),
        ]
    )  # fmt: skip
    assert heads(engine) == before
    assert suggest(engine) == dict.fromkeys((WRONG_CODE, SAME_NAME, SIMILAR_NAME), 0)


def test_of_several_with_codes_only_these_are_paired(engine: Engine, catalog: Catalog) -> None:
    store(engine, catalog, (NAME, ONE), (NAME, OTHER), (NAME, None), (NAME, None))
    assert suggest(engine)[SAME_NAME] == 1
    with engine.connect() as connection:
        (one,) = suggesting.suggestions(connection)
    assert {one.one.uscc, one.other.uscc} == {ONE, OTHER}


def test_an_accepted_pair_is_one_until_it_is_rejected(engine: Engine, catalog: Catalog) -> None:
    store(engine, catalog, (NAME, ONE), (NAME, None), (NAME, None), (NAME, WRONG))
    before = heads(engine)
    suggest(engine)
    first = _listed(engine)[0].number
    assert len(decide(engine, ACCEPTED, first)) == 1
    assert len(set(heads(engine))) == 3
    rest = [one for one in _listed(engine) if one.evidence == SAME_NAME]
    assert decide(engine, ACCEPTED, rest[0].number, alike=True) == [one.number for one in rest]
    assert set(heads(engine)) == {ONE}
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.organization)) == 1
    for one in _listed(engine, ACCEPTED):
        decide(engine, REJECTED, one.number)
    assert heads(engine) == before
    assert all(one.decided_by == "示例数据科" for one in _listed(engine, REJECTED))
    assert suggest(engine) == dict.fromkeys((WRONG_CODE, SAME_NAME, SIMILAR_NAME), 0), (
        "decided pairs do not come again"
    )


def _listed(engine: Engine, state: str | None = OPEN) -> list[suggesting.Suggestion]:
    with engine.connect() as connection:
        return suggesting.suggestions(connection, state)


def test_a_withdrawal_for_privacy_takes_the_pair_away(engine: Engine, catalog: Catalog) -> None:
    ids = store(engine, catalog, (NAME, ONE), (NAME, None))
    suggest(engine)
    decide(engine, ACCEPTED, _listed(engine)[0].number)
    with writing(engine) as connection:
        withdraw(connection, ids[0], "示例", catalog, NOW, privacy=True)
    assert _listed(engine, None) == []
    assert len(heads(engine)) == 1
    assert ONE not in heads(engine)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.organization_alias)) == 0


def test_what_cannot_be_decided_is_refused(engine: Engine, catalog: Catalog) -> None:
    store(engine, catalog, (NAME, ONE), (NAME, None))
    suggest(engine)
    with pytest.raises(StoreError) as found:
        decide(engine, ACCEPTED, 99)
    assert found.value.code == "O001"
    with pytest.raises(StoreError) as found, writing(engine) as connection:
        suggesting.decide(connection, [1], ACCEPTED, " ", NOW)
    assert found.value.code == "O002"
