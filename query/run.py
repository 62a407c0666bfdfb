"""Runs plans: one statement an operation, its SQL kept by the plan's shape."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from query.dialect import Dialect, PostgreSQL, SQLite
from query.errors import QueryError
from query.plan import Plan
from query.sql import Speller

_STEPS = 10_000  # SQLite instructions between two looks at the clock


@dataclass
class Reader:
    """Answers plans from one database, read only in effect: it sends nothing but SELECT."""

    engine: Engine
    stages: tuple[str, ...]
    seconds: float = 5.0
    kept: int = 512
    statements: OrderedDict[Plan, str] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def dialect(self) -> Dialect:
        """How this database spells."""
        return SQLite() if self.engine.dialect.name == "sqlite" else PostgreSQL()

    def statement(self, plan: Plan) -> str:
        """The SQL of a plan, spelled once."""
        with self._lock:
            known = self.statements.get(plan)
            if known is not None:
                self.statements.move_to_end(plan)
                return known
        made = Speller(self.dialect, self.stages).statement(plan)
        with self._lock:
            self.statements[plan] = made
            if len(self.statements) > self.kept:
                self.statements.popitem(last=False)
        return made

    def run(self, plan: Plan, values: Sequence[Any]) -> str:
        """The JSON of `data`; raises QueryError Q200 when the statement takes too long."""
        parameters = {f"p{index}": value for index, value in enumerate(values)}
        try:
            with self.engine.connect() as connection:
                if self.engine.dialect.name == "sqlite":
                    driver: Any = connection.connection.driver_connection
                    until = monotonic() + self.seconds
                    driver.set_progress_handler(lambda: monotonic() > until, _STEPS)
                    try:
                        return self._text(connection, plan, parameters)
                    finally:
                        driver.set_progress_handler(None, 0)
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(self.seconds * 1000)}")
                return self._text(connection, plan, parameters)
        except OperationalError as error:
            if "interrupt" in str(error) or "timeout" in str(error):
                raise _too_slow(self.seconds) from error
            raise
        except DBAPIError as error:
            if "out of range" in str(error) or "too large" in str(error):
                raise QueryError(
                    "Q006", "数值超出范围", "a number is out of range", "检查筛选条件中的数值。", "Check the numbers of the filter."
                ) from error  # fmt: skip
            raise

    def _text(self, connection: Any, plan: Plan, parameters: dict[str, Any]) -> str:
        answer = connection.exec_driver_sql(self.statement(plan), parameters).scalar_one()
        return str(answer)


def _too_slow(seconds: float) -> QueryError:
    return QueryError(
        "Q200", f"查询超过 {seconds:g} 秒,已停止", f"the query took more than {seconds:g} s and was stopped",
        "缩小范围:加上地区、类型或者日期的条件,减小 first。", "Narrow it: filter by region, type or date, ask for fewer rows.",
    )  # fmt: skip
