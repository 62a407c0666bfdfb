"""The operators of filters, in one table: which kinds of value have them, what they take, how they are spelled.

A value that a client gives is an interval of what is stored, from `low` to `high`, both included. Mostly the two are
one; a day is all moments of it, and 19.995 yuan is no number of fen at all (`low` is above `high`). What an operator
means follows: `lt` is below `low`, `lte` is not above `high`, `eq` is between them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from query.dialect import Dialect

Span = tuple[Any, Any]  # low, high
Spell = Callable[[Dialect, str, Sequence[str]], str]

_ORDERED = frozenset({"text", "integer", "number", "amount", "date", "moment"})
_EQUATED = _ORDERED | {"id", "code", "region", "boolean"}
_TEXTS = frozenset({"text"})


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator.

    `takes` is one value, several, two (both ends included) or a flag. `parts` says which comparisons an interval
    becomes where it is not one value: (name of an operator, end of the interval). `spell` gives the SQL of the compared
    expression and the parameters; None for an operator that is made of others.
    """

    name: str
    kinds: frozenset[str]
    takes: Literal["one", "several", "two", "flag"]
    description: str
    spell: Spell | None
    parts: tuple[tuple[str, Literal["low", "high"]], ...] = ()

    @property
    def is_ordering(self) -> bool:
        """Whether it asks which value comes first, so that the order of texts has to be stated."""
        return self.kinds == _ORDERED


def _sign(sign: str) -> Spell:
    return lambda _dialect, compared, parameters: f"{compared} {sign} {parameters[0]}"


def _among(_dialect: Dialect, compared: str, parameters: Sequence[str]) -> str:
    return f"{compared} IN ({', '.join(parameters)})" if parameters else "1 = 0"


OPERATORS: MappingProxyType[str, Operator] = MappingProxyType(
    {
        one.name: one
        for one in (
            Operator("eq", _EQUATED, "one", "等于。Equal.", _sign("="), (("gte", "low"), ("lte", "high"))),
            Operator("ne", _EQUATED - {"boolean"}, "one", "不等于。Not equal.", _sign("<>"), (("lt", "low"), ("gt", "high"))),
            Operator("lt", _ORDERED, "one", "小于。Less.", _sign("<"), (("lt", "low"),)),
            Operator("lte", _ORDERED, "one", "不大于。Less or equal.", _sign("<="), (("lte", "high"),)),
            Operator("gt", _ORDERED, "one", "大于。Greater.", _sign(">"), (("gt", "high"),)),
            Operator("gte", _ORDERED, "one", "不小于。Greater or equal.", _sign(">="), (("gte", "low"),)),
            Operator("in", _EQUATED - {"boolean"}, "several", "是其中之一。One of.", _among),
            Operator("between", _ORDERED, "two", "在两者之间(含两端)。Between the two, both included.", None,
                     (("gte", "low"), ("lte", "high"))),
            Operator("contains", _TEXTS, "one", "含有(不分大小写)。Contains, case ignored.",
                     lambda dialect, compared, parameters: dialect.contains(compared, parameters[0])),
            Operator("startsWith", _TEXTS, "one", "以之开头(区分大小写)。Starts with, case matters.", None),
            Operator("within", frozenset({"region"}), "one", "该地区及其下级。The region and all below it.", None),
            Operator("isNull", _EQUATED | {"any"}, "flag", "是否为空。Whether it is null.",
                     lambda _dialect, compared, _parameters: f"{compared} IS NULL"),
        )
    }
)  # fmt: skip


def operators_of(kind: str) -> tuple[Operator, ...]:
    """The operators that a kind of value has."""
    return tuple(one for one in OPERATORS.values() if kind in one.kinds)


@dataclass(frozen=True, slots=True)
class Comparison:
    """An input of operators: the GraphQL type of its values and their kind."""

    value: str
    kind: str

    @property
    def description(self) -> str:
        """What clients read about the input."""
        return f"{self.value} 的比较,各项都要成立。Comparisons with a {self.value}; every part has to hold."


# Those that are always there; every enum of the schema has one of its own (`OutcomeFilter`).
COMPARISONS: MappingProxyType[str, Comparison] = MappingProxyType(
    {
        "StringFilter": Comparison("String", "text"),
        "IdFilter": Comparison("ID", "id"),
        "DateFilter": Comparison("Date", "date"),
        "DateOrDateTimeFilter": Comparison("DateOrDateTime", "moment"),
        "IntFilter": Comparison("Int", "integer"),
        "FloatFilter": Comparison("Float", "number"),
        "AmountFilter": Comparison("Float", "amount"),
        "BooleanFilter": Comparison("Boolean", "boolean"),
        "RegionFilter": Comparison("String", "region"),
    }
)
