"""Many values in one parameter: PostgreSQL reads of it what was meant, whatever the values hold."""

from typing import Any

import pytest
from sqlalchemy import Engine

from store.bulk import array

TEXTS = [
    [], ["a"], [None], ["", None, "NULL", "null"], ['"', "\\", '\\"', "{a,b}", ","], ["行\n二", "a\tb", " c "],
    ["\x01", "b", None], ["\x02", None, "c"], ["a\x01b", "\x02", ""], ["示例" * 1000, "’“”"],
]  # fmt: skip


@pytest.mark.parametrize("values", TEXTS)
def test_texts_come_back(engine: Engine, values: list[Any]) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no arrays")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT %s::text[]", (array(values),)).scalar() == values


@pytest.mark.parametrize("values", [[1, -2, None], [None, None], [2**62]])
def test_numbers_come_back(engine: Engine, values: list[Any]) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no arrays")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT %s::bigint[]", (array(values),)).scalar() == values
