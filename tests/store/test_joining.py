"""Organizations are one by their codes and by their names within a process, in whatever order records come."""

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select

from cli.synthetic.world import credit_code
from schemas.catalog import Catalog
from schemas.formercode import former_code, lasting_code
from schemas.uscc import has_organization_code
from store import joining, rollups, tables
from store.draft import Entry
from store.engine import writing
from store.identity import former_id
from store.withdrawing import withdraw
from store.writing import write

NOW = datetime(2026, 1, 1)
NAME = "云南示例(集团)有限公司"
SAME = ("云南示例（集团）有限公司", "云南示例 (集团) 有限责任公司", "雲南示例(集團)有限公司")
TYPES = ("procurement/tender-notice", "procurement/award-result")
ORGANIZATION_CODE = next(
    f"MA6K0001{last}" for last in "0123456789X" if has_organization_code(f"00000000MA6K0001{last}")
)
OTHER_CODE = next(
    f"MA6K0002{last}" for last in "0123456789X" if has_organization_code(f"00000000MA6K0002{last}")
)
# The same organization registered twice, in another county the second time, and another organization.
ONE, AGAIN, OTHER = (
    credit_code(f"91{place}{code}") for place, code in (("530114", ORGANIZATION_CODE), ("530102", ORGANIZATION_CODE), ("530114", OTHER_CODE))
)  # fmt: skip
WRONG = ONE[:-1] + next(last for last in "0123456789" if last != ONE[-1])


def entry(
    catalog: Catalog, number: str, *parties: tuple[str, str | None] | tuple[str, str | None, str],
    process: str = "示例采购1号", stage: int = 0, publisher: str = "示例采购办",
) -> Entry:  # fmt: skip
    """A record of a process with parties (name, credit code, former code)."""
    given, former = [], {}
    for place, (name, uscc, *old) in enumerate(parties):
        organization = {"name": name} | ({"uscc": uscc} if uscc else {})
        given.append(
            {"partyRole": "tenderer", "organization": organization, "offer": {"amount": 100 + place}}
        )
        if old:
            former[f"parties.{place}.organization"] = old[0]
    record: dict[str, Any] = {
        "schema": f"{TYPES[stage]}/1.0", "localId": number, "title": f"示例公告{number}", "publishedDate": "2024-01-02",
        "publisher": {"name": publisher, "jurisdiction": "530114"}, "parties": given,
        "project": {"name": "示例项目", "number": process},
    }  # fmt: skip
    return Entry(record, catalog.type(TYPES[stage]), former=former or None)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """What batches noted is settled in several transactions."""
    monkeypatch.setattr(joining, "_CODES", 3)
    monkeypatch.setattr(joining, "_TOGETHER", 2)


def store(engine: Engine, catalog: Catalog, *batches: Iterable[Entry], again: bool = False) -> list[str]:
    """Write batches as a load does; gives the ids of the last."""
    ids: tuple[str, ...] = ()
    for batch in batches:
        with writing(engine) as connection:
            ids = write(connection, batch, catalog, None, NOW, again=again).ids
        joining.settle_pending(engine)
    return list(ids)


def state(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that says which organizations there are; figures that are kept are made again and compared."""
    d, p = tables.disclosure.c, tables.party.c
    owned = d.number == p.disclosure_number
    with engine.connect() as connection:
        found = {
            "parties": select(d.id, p.ordinal, p.organization_id, p.said_id).join(tables.party, owned),
            "organizations": select(tables.organization.c.id, tables.organization.c.lasting_code),
            "aliases": select(*(tables.organization_alias.c[name] for name in ("id", "organization_id", "basis"))),
            "figures": select(tables.rollup_organization),
            "pending": select(tables.organization_pending),
        }  # fmt: skip
        rows = {
            name: sorted(map(tuple, connection.execute(query)), key=repr) for name, query in found.items()
        }
    with writing(engine) as connection:
        rollups.rebuild(connection)
        again = sorted(map(tuple, connection.execute(found["figures"])), key=repr)
    assert again == rows["figures"]
    return rows


def empty(engine: Engine) -> None:
    with writing(engine) as connection:
        for table in (
            tables.disclosure, tables.document, tables.lot, tables.party, tables.item, tables.feature, tables.revision,
            tables.disclosure_process, tables.organization, tables.organization_alias, tables.organization_pending,
            tables.organization_suggestion, tables.process, tables.publisher, tables.change, tables.value_source,
        ):  # fmt: skip
            connection.execute(delete(table))
        for name in (
            ("search_text", "search_name") if engine.dialect.name == "sqlite" else ("search", "search_name")
        ):
            connection.exec_driver_sql(f"DELETE FROM {name}")
        if engine.dialect.name == "sqlite":
            for name in ("search", "search_name_terms"):
                connection.exec_driver_sql(f"INSERT INTO {name}({name}) VALUES ('delete-all')")
        rollups.rebuild(connection)


def organizations(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(select(tables.party.c.organization_id)))


def in_every_order(engine: Engine, catalog: Catalog, entries: Sequence[Entry]) -> dict[str, Any]:
    """The state after these records, which is the same in every order and in one batch."""
    states = []
    for order in permutations(entries):
        empty(engine)
        store(engine, catalog, *([one] for one in order))
        states.append(state(engine))
    empty(engine)
    store(engine, catalog, list(entries))
    states.append(state(engine))
    assert all(one == states[0] for one in states)
    assert states[0]["pending"] == []
    return states[0]


def test_what_a_former_code_is() -> None:
    assert former_code(f"{ORGANIZATION_CODE[:8]}－{ORGANIZATION_CODE[8]}") == ORGANIZATION_CODE
    assert lasting_code(ONE) == lasting_code(AGAIN) == ORGANIZATION_CODE
    assert lasting_code(WRONG) is None
    for none in (
        "",
        "000000000",
        "5301001234567",
        "53010080010123X",
        WRONG,
        "示例",
        ORGANIZATION_CODE[:8] + "Y",
    ):
        assert former_code(none) is None


def test_codes_with_one_lasting_code_are_one_organization_in_every_order(
    engine: Engine, catalog: Catalog
) -> None:
    old: Any = ("云南示例旧名有限公司", None, ORGANIZATION_CODE)
    entries = [
        entry(catalog, "1", (NAME, ONE), publisher="甲县采购办"),
        entry(catalog, "2", (NAME, AGAIN), process="2", publisher="乙县采购办"),
        entry(catalog, "3", old, ("云南示例另一有限公司", OTHER), process="3"),
    ]
    found = in_every_order(engine, catalog, entries)
    head = min(ONE, AGAIN)
    assert organizations(engine) == {head, OTHER}
    others = sorted([max(ONE, AGAIN), former_id(ORGANIZATION_CODE)])
    assert [one[:3] for one in found["aliases"]] == [(one, head, joining.CODE) for one in others]


def test_codes_that_prove_nothing_are_not_joined(engine: Engine, catalog: Catalog) -> None:
    for second in (WRONG, OTHER):
        empty(engine)
        store(
            engine,
            catalog,
            [entry(catalog, "1", (NAME, ONE))],
            [entry(catalog, "2", (NAME, second), stage=1)],
        )
        assert organizations(engine) == {ONE, second}


def test_a_party_without_a_code_is_the_one_of_its_name_in_its_process(
    engine: Engine, catalog: Catalog
) -> None:
    for name in (NAME, *SAME):
        entries = [entry(catalog, "1", (name, None)), entry(catalog, "2", (NAME, ONE), stage=1)]
        for order in (entries, entries[::-1]):
            empty(engine)
            store(engine, catalog, *([one] for one in order))
            assert organizations(engine) == {ONE}
    # The same in one record, and not in another process.
    empty(engine)
    twice = entry(catalog, "1", (NAME, None), (NAME, ONE))
    store(engine, catalog, [twice, entry(catalog, "2", (NAME, None), process="2")])
    assert len(organizations(engine)) == 2
    state(engine)


def test_two_codes_of_one_name_in_a_process_join_nothing(engine: Engine, catalog: Catalog) -> None:
    entries = [
        entry(catalog, "1", (NAME, None)), entry(catalog, "2", (NAME, ONE), stage=1), entry(catalog, "3", (NAME, OTHER), stage=1),
    ]  # fmt: skip
    in_every_order(engine, catalog, entries)
    assert len(organizations(engine)) == 3
    # Two credit codes of one organization are no two.
    entries[2] = entry(catalog, "3", (NAME, AGAIN), stage=1)
    in_every_order(engine, catalog, entries)
    assert organizations(engine) == {min(ONE, AGAIN)}


def test_persons_and_masked_names_are_never_joined(engine: Engine, catalog: Catalog) -> None:
    names = ("张三丰", "欧阳示例", "阿布都·示例", "张*", "某某有限公司", "示例")
    notices = [entry(catalog, f"1{name}", (name, None), process=name) for name in names]
    awards = [entry(catalog, f"2{name}", (name, ONE), process=name, stage=1) for name in names]
    store(engine, catalog, notices, awards)
    assert len(organizations(engine)) == 1 + len(names)


def test_a_revision_that_loses_the_code_or_the_name_takes_the_parties_apart(
    engine: Engine, catalog: Catalog
) -> None:
    notice, award = entry(catalog, "1", (NAME, None)), entry(catalog, "2", (NAME, ONE), stage=1)
    old = entry(
        catalog, "4", ("云南示例旧名有限公司", None, ORGANIZATION_CODE), process="4", publisher="乙县采购办"
    )
    store(engine, catalog, [notice, award], [old])
    assert organizations(engine) == {ONE}
    # The same record, whose former code is another: a revision, though its document is the same.
    other = entry(
        catalog, "4", ("云南示例旧名有限公司", None, OTHER_CODE), process="4", publisher="乙县采购办"
    )
    store(engine, catalog, [other], [entry(catalog, "2", ("云南示例别的公司", ONE), stage=1)])
    found = state(engine)
    assert len(organizations(engine)) == 3
    assert found["aliases"] == []
    assert former_id(ORGANIZATION_CODE) not in {one for one, _ in found["organizations"]}
    # And back.
    store(engine, catalog, [award], [old])
    assert organizations(engine) == {ONE}
    state(engine)


@pytest.mark.parametrize("privacy", [False, True])
def test_withdrawal_for_privacy_takes_away_what_only_the_record_said(
    engine: Engine, catalog: Catalog, privacy: bool
) -> None:
    store(engine, catalog, [entry(catalog, "1", (SAME[0], None))])
    (one,) = store(
        engine,
        catalog,
        [entry(catalog, "2", (NAME, ONE), ("云南示例旧名有限公司", None, OTHER_CODE), stage=1)],
    )
    (three,) = store(engine, catalog, [entry(catalog, "3", ("云南示例现名有限公司", OTHER), process="3")])
    assert organizations(engine) == {ONE, OTHER}
    with writing(engine) as connection:
        withdraw(connection, one, "示例", catalog, NOW, privacy=privacy)
    found = state(engine)
    if not privacy:
        assert organizations(engine) == {ONE, OTHER}
        return
    assert found["aliases"] == []
    assert {one for one, _ in found["organizations"]} == organizations(engine)
    assert OTHER in organizations(engine)
    assert ONE not in organizations(engine)
    with engine.connect() as connection:
        left = connection.exec_driver_sql("SELECT text FROM search_name").scalars().all()
        assert not any("旧名" in text or ONE in text for text in left)
    # The head of a group goes: what is left of the group stands for itself.
    store(engine, catalog, [entry(catalog, "5", ("云南示例旧名有限公司", None, OTHER_CODE), process="5")])
    with writing(engine) as connection:
        withdraw(connection, three, "示例", catalog, NOW, privacy=True)
    assert former_id(OTHER_CODE) in organizations(engine)
    assert OTHER not in organizations(engine)
    state(engine)


_PARTIES = st.lists(
    st.sampled_from(
        [
            (NAME, None), (SAME[0], None), (SAME[1], ONE), (NAME, ONE), (NAME, AGAIN), (NAME, OTHER), (NAME, WRONG),
            ("示例第二有限公司", None), ("示例第二有限公司", OTHER), ("旧名示例公司", None, ORGANIZATION_CODE), ("张三", None),
        ]
    ),
    min_size=1, max_size=3,
)  # fmt: skip
_RECORDS = st.lists(
    st.tuples(_PARTIES, st.sampled_from(["1", "2"]), st.sampled_from(["甲", "乙"])), min_size=2, max_size=5
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_RECORDS, st.randoms(use_true_random=False))
def test_any_order_and_any_batches_give_the_same_organizations(
    engine: Engine, catalog: Catalog, records: list[Any], random: Any
) -> None:
    entries = [
        entry(
            catalog,
            str(number),
            *parties,
            process=process,
            publisher=f"{publisher}县采购办",
            stage=number % 2,
        )
        for number, (parties, process, publisher) in enumerate(records)
    ]
    states = []
    for _ in range(3):
        empty(engine)
        random.shuffle(entries)
        cut = random.randrange(len(entries) + 1)
        store(engine, catalog, entries[:cut], entries[cut:])
        states.append(state(engine))
    assert states[0] == states[1] == states[2]


def test_who_joins_waits_for_who_writes(engine: Engine, catalog: Catalog) -> None:
    store_one = [entry(catalog, "1", (NAME, ONE))]
    with writing(engine) as connection:
        write(connection, store_one, catalog, None, NOW)
    old: Any = ("云南示例旧名有限公司", None, ORGANIZATION_CODE)
    with writing(engine) as connection:
        write(connection, [entry(catalog, "2", old, process="2")], catalog, None, NOW)
    with ThreadPoolExecutor(1) as pool:
        with writing(engine) as connection:
            # A department that never wrote before, by the code that is about to become another's.
            write(connection, [entry(catalog, "3", old, process="3", publisher="丙县")], catalog, None, NOW)
            joined = pool.submit(joining.settle_pending, engine)
            time.sleep(0.2)
            assert not joined.done()
        assert joined.result(timeout=60) == 1
    joining.settle_pending(engine)
    assert organizations(engine) == {ONE}
    state(engine)
