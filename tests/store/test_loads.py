"""A load's row and its refused rows."""

from types import ModuleType

import pytest
from sqlalchemy import Engine, select

from store import tables
from store.engine import writing
from store.loads import Load, Refused, begin, finish


def test_a_load_is_running_until_it_is_finished(engine: Engine, batches: ModuleType) -> None:
    load_id = begin(engine, batches.LOAD, batches.now())
    assert load_id == batches.LOAD.id
    with engine.connect() as connection:
        row = connection.execute(select(tables.load)).one()
    assert (row.status, row.finished_at, row.rows) == ("running", None, None)
    with writing(engine) as connection:
        finish(
            connection,
            load_id,
            batches.now(),
            rows=5,
            taken=2,
            refused=batches.refused(),
            skipped={"totals": 1},
        )
    with engine.connect() as connection:
        row = connection.execute(select(tables.load)).one()
        rows = connection.execute(select(tables.refused).order_by(tables.refused.c.ordinal)).all()
    assert (row.status, row.rows, row.taken, row.refused, row.skipped) == ("done", 5, 2, 2, {"totals": 1})
    assert [(one.ordinal, one.row, one.cells) for one in rows] == [
        (0, 7, {"标题": "?", "面积": 1.5}), (1, 9, {"标题": "?", "面积": 1.5}),
    ]  # fmt: skip
    assert rows[0].issues[0]["code"] == "S015"


def test_a_second_run_replaces_the_refused_rows_and_keeps_the_start(
    engine: Engine, batches: ModuleType
) -> None:
    for count in (3, 1):
        load_id = begin(engine, batches.LOAD, batches.now())
        with engine.connect() as connection:
            started = connection.scalar(select(tables.load.c.started_at))
        with writing(engine) as connection:
            rows = [Refused("", number, {}, []) for number in range(count)]
            finish(connection, load_id, batches.now(), rows=3, taken=3 - count, refused=rows, skipped={})
    with engine.connect() as connection:
        assert len(connection.execute(select(tables.refused)).all()) == 1
        row = connection.execute(select(tables.load)).one()
    assert (row.refused, row.taken, row.status) == (1, 2, "done")
    assert row.started_at == started


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Load("b.csv", "0" * 64, "p", "land/grant-result", "x"), True),  # the file's name does not count
        (Load("a.csv", "1" * 64, "p", "land/grant-result", "x"), False),
        (Load("a.csv", "0" * 64, None, "land/grant-result", "x"), False),
        (Load("a.csv", "0" * 64, "p", None, "x"), False),
        (Load("a.csv", "0" * 64, "p", "land/grant-result", None), False),
    ],
)
def test_what_makes_a_load_another(other: Load, same: bool) -> None:
    assert (Load("a.csv", "0" * 64, "p", "land/grant-result", "x").id == other.id) is same
