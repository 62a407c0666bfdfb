"""Runs statements: one for an operation, its text kept by the plan's shape."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from query.dialect import Dialect, PostgreSQL, SQLite
from query.errors import QueryError
from query.file import File
from query.kept import Kept
from query.plan import Plan
from query.planning import ONCE, mode
from query.refusals import refusal
from query.sql import Speller
from schemas.catalog import Catalog
from store.features import digests, indexed

# How SQLite says that a statement is beyond its own limits; PostgreSQL has the class 54 of states for it.
_TOO_COMPLEX = (
    "parser stack overflow", "Expression tree is too large", "too many arguments", "too many columns",
    "too many FROM clause terms", "too many SQL variables", "too many references", "at most", "too large", "too big",
)  # fmt: skip
_PLACEHOLDER = re.compile(r"%(?:\(p(\d+)\)s|%)")
_CANCELLED = "57014"
_INDEXED_FOR = 10.0  # seconds until the types with a whole index are asked for again
_BYTES = 32 * 1024 * 1024  # of statements that are kept
_NAMES = [f"p{index}" for index in range(2_000)]


@dataclass(eq=False, slots=True)
class Statement:
    """The text of a statement, how often it is to be taken for a slow one before it is tried as a fast one, and how
    PostgreSQL is to plan it (`query.planning`).
    """

    text: str
    slow: int = 0
    mode: str = ONCE
    _numbered: tuple[str, tuple[int, ...]] | None = None

    def numbered(self) -> tuple[str, tuple[int, ...]]:
        """The text with PostgreSQL's own $1, $2, and which parameter each of them is."""
        if self._numbered is None:
            used: dict[int, int] = {}

            def number(found: re.Match[str]) -> str:
                return f"${used.setdefault(int(found[1]), len(used) + 1)}" if found[1] else "%"

            text = _PLACEHOLDER.sub(number, self.text)
            self._numbered = text, tuple(used)
        return self._numbered


class TooSlowError(QueryError):
    """The statement ran out of its time and was stopped."""


@dataclass
class Reader:
    """Answers plans from one database, read only: it sends nothing but SELECT."""

    engine: Engine
    stages: tuple[str, ...]
    seconds: float = 5.0
    types: tuple[tuple[str, str], ...] = ()
    statements: Kept[Plan, Statement] = field(
        default_factory=lambda: Kept(_BYTES, lambda _, made: 1_000 + len(made.text))
    )
    file: File | None = field(init=False, default=None)
    _indexed: tuple[float, frozenset[str]] = (0.0, frozenset())
    _digests: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        if self.engine.dialect.name == "sqlite":
            self.file = File(self.engine)

    @property
    def dialect(self) -> Dialect:
        """How this database spells."""
        return PostgreSQL() if self.file is None else SQLite()

    @property
    def searches_fts(self) -> bool:
        """Whether search terms are an expression of FTS5 (SQLite), not a list (PostgreSQL)."""
        return self.file is not None

    def indexed(self, catalog: Catalog) -> frozenset[str]:
        """The types whose index of features is whole, as of some seconds ago."""
        until, found = self._indexed
        if monotonic() >= until:
            self._digests = self._digests or digests(catalog)
            with self.engine.connect() as connection:
                now = indexed(connection, self._digests)
            found = found if now == found else now  # plans are kept as long as it is the same
            self._indexed = (monotonic() + _INDEXED_FOR, found)
        return found

    def statement(self, plan: Plan) -> Statement:
        """The statement of a plan, spelled once."""
        return self.statements.get(
            plan,
            lambda: Statement(
                Speller(self.dialect, self.stages, self.types).statement(plan), mode=mode(plan)
            ),
        )

    def fetch(self, statement: Statement, values: Sequence[Any], seconds: float | None = None) -> bytes:
        """The JSON of `data`; raises TooSlowError Q200 after the seconds, QueryError Q201 when it cannot be parsed."""
        seconds = self.seconds if seconds is None else seconds
        parameters = parameters_of(values)
        if self.file is not None:
            try:
                return self.file.fetch(statement.text, parameters, seconds)
            except self.file.error as error:
                raise fault_of(error, seconds) from error
        try:
            with self.engine.connect() as connection:
                connection.exec_driver_sql(
                    f"SET LOCAL statement_timeout = {int(seconds * 1000)}; SET LOCAL plan_cache_mode = {statement.mode}"
                )
                answer: str = connection.exec_driver_sql(statement.text, parameters).scalar_one()
                return answer.encode()
        except DBAPIError as error:
            raise fault_of(error.orig, seconds) from error

    def close(self) -> None:
        """Close the connections of its own."""
        if self.file is not None:
            self.file.close()


def parameters_of(values: Sequence[Any]) -> dict[str, Any]:
    """The parameters by name."""
    if len(values) > len(_NAMES):
        return dict(zip(map("p{}".format, count()), values, strict=False))
    return dict(zip(_NAMES, values, strict=False))


def fault_of(error: BaseException | None, seconds: float) -> BaseException:
    """What a driver's error means to whoever asked; the error itself where it means nothing to him."""
    state = getattr(error, "sqlstate", None) or ""
    reason = str(error)  # without statement and values, which may hold any word
    if state == _CANCELLED or reason == "interrupted":
        return too_slow(seconds)
    refused = refusal(state, reason)
    if refused is not None:
        return refused
    if state.startswith("54") or (not state and any(words in reason for words in _TOO_COMPLEX)):
        return _too_complex()
    return error or RuntimeError("a driver's error without an error")


def too_slow(seconds: float) -> TooSlowError:
    """What is said of a statement that was stopped after so many seconds."""
    return TooSlowError(
        "Q200", f"查询超过 {seconds:g} 秒,已停止", f"the query took more than {seconds:g} s and was stopped",
        "缩小范围:加上地区、类型或者日期的条件,减小 first。", "Narrow it: filter by region, type or date, ask for fewer rows.",
    )  # fmt: skip


def _too_complex() -> QueryError:
    return QueryError(
        "Q201", "查询太复杂,本数据库无法解析", "the operation is too complex for this database to parse",
        "减少嵌套的层数,或者分成几个查询;SQLite 3.46 以上和 PostgreSQL 能解析更深的查询。",
        "Nest less, or split it into several operations; SQLite from 3.46 on and PostgreSQL parse deeper ones.",
    )  # fmt: skip
