"""Runs plans: one statement an operation, its SQL kept by the plan's shape."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from query.dialect import Dialect, PostgreSQL, SQLite
from query.errors import QueryError
from query.kept import Kept
from query.plan import Plan
from query.sql import Speller

_STEPS = 10_000  # SQLite instructions between two looks at the clock
# How SQLite says that a statement is beyond its own limits; PostgreSQL has the class 54 of states for it.
_TOO_COMPLEX = (
    "parser stack overflow", "Expression tree is too large", "too many arguments", "too many columns",
    "too many FROM clause terms", "too many SQL variables", "too many references", "at most", "too large", "too big",
)  # fmt: skip
_CANCELLED = "57014"


@dataclass
class Reader:
    """Answers plans from one database, read only in effect: it sends nothing but SELECT."""

    engine: Engine
    stages: tuple[str, ...]
    seconds: float = 5.0
    statements: Kept[Plan, str] = field(default_factory=lambda: Kept(512))

    @property
    def dialect(self) -> Dialect:
        """How this database spells."""
        return SQLite() if self.engine.dialect.name == "sqlite" else PostgreSQL()

    def statement(self, plan: Plan) -> str:
        """The SQL of a plan, spelled once."""
        return self.statements.get(plan, lambda: Speller(self.dialect, self.stages).statement(plan))

    def run(self, plan: Plan, values: Sequence[Any]) -> str:
        """The JSON of `data`; raises QueryError Q200 when it takes too long, Q201 when the database cannot parse it."""
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
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None) or ""
            reason = str(error.orig)  # without statement and values, which may hold any word
            if state == _CANCELLED or reason == "interrupted":
                raise _too_slow(self.seconds) from error
            if state.startswith("54") or (not state and any(words in reason for words in _TOO_COMPLEX)):
                raise _too_complex() from error
            raise

    def _text(self, connection: Any, plan: Plan, parameters: dict[str, Any]) -> str:
        answer = connection.exec_driver_sql(self.statement(plan), parameters).scalar_one()
        return str(answer)


def _too_slow(seconds: float) -> QueryError:
    return QueryError(
        "Q200", f"查询超过 {seconds:g} 秒,已停止", f"the query took more than {seconds:g} s and was stopped",
        "缩小范围:加上地区、类型或者日期的条件,减小 first。", "Narrow it: filter by region, type or date, ask for fewer rows.",
    )  # fmt: skip


def _too_complex() -> QueryError:
    return QueryError(
        "Q201", "查询太复杂,本数据库无法解析", "the operation is too complex for this database to parse",
        "减少嵌套的层数,或者分成几个查询;SQLite 3.46 以上和 PostgreSQL 能解析更深的查询。",
        "Nest less, or split it into several operations; SQLite from 3.46 on and PostgreSQL parse deeper ones.",
    )  # fmt: skip
