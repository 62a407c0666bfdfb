"""Conditions spelled: what a filter asks of a row."""

from typing import Protocol

from query.dialect import Dialect
from query.measures import MEASURES
from query.plan import (
    NONE_GIVEN,
    All,
    Compare,
    Condition,
    Contains,
    Given,
    Has,
    InForce,
    Matches,
    Not,
    Shape,
    Some,
)
from query.row import NO_MAKING, Made, Row

_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
# Columns whose values PostgreSQL has to be told the type of, because a parameter alone does not say it.
KINDS = {
    "formed_date": "date", "published_date": "date", "due_on": "date", "amount_fen": "bigint",
    "days_late": "integer", "recency": "bigint", "stage_rank": "integer", "disclosures": "bigint",
    "processes": "bigint", "items": "bigint", "place": "integer", "ordinal": "integer", "first_date": "date",
    "last_date": "date", "version": "bigint", "unit_price": "bigint", "quantity": "float8",
    **dict.fromkeys(MEASURES, "bigint"),
}  # fmt: skip


class Relating(Protocol):
    """What reaches related rows (`query.sql.Speller`)."""

    dialect: Dialect

    def related(
        self,
        relation: str,
        shapes: tuple[Shape, ...],
        row: Row,
        made: Made = NO_MAKING,
        given: Given = NONE_GIVEN,
    ) -> tuple[Row, str, list[str]]: ...


def where(speller: Relating, condition: Condition | None, row: Row) -> list[str]:
    """The condition on the row at hand, as a list that joins can stand before."""
    return [] if condition is None else [_condition(speller, condition, row)]


def _condition(speller: Relating, condition: Condition, row: Row) -> str:
    match condition:
        case All(conditions=several):
            return f"({' AND '.join(_condition(speller, one, row) for one in several) or '1 = 1'})"
        case Some(conditions=several):
            return f"({' OR '.join(_condition(speller, one, row) for one in several) or '1 = 0'})"
        case Not():
            return f"NOT coalesce({_condition(speller, condition.condition, row)}, 1 = 0)"
        case Has(relation="item.disclosure", where=inner) if row.owner and row.owner.table == "disclosure":
            return _condition(speller, inner, row.owner)  # it stands beside the item already
        case Has():
            related, clause, joins = speller.related(condition.relation, (), row)
            joined = " AND ".join([*joins, _condition(speller, condition.where, related)])
            return f"EXISTS (SELECT 1 FROM {clause} WHERE {joined})"
        case Matches():
            return speller.dialect.matches(
                row.table, row.alias, speller.dialect.parameter(condition.parameter)
            )
        case Contains(parameters=parameters, title=title, none=none):
            pieces = [speller.dialect.parameter(parameter, "text") for parameter in parameters]
            return speller.dialect.holds(row.table, row.alias, pieces, title, none)
        case InForce():
            return _in_force(speller.dialect.parameter(condition.parameter, "text"), row.alias)
        case Compare():
            return _compare(speller.dialect, condition, row)


def _in_force(day: str, alias: str) -> str:
    begins, ends = f"{alias}.valid_from", f"{alias}.valid_to"
    begun = f"({begins} IS NULL OR substr({day}, 1, length({begins})) >= {begins})"
    return f"({begun} AND ({ends} IS NULL OR substr({day}, 1, length({ends})) <= {ends}))"


def _compare(dialect: Dialect, compare: Compare, row: Row) -> str:
    column = f"{row.alias}.{compare.column}"
    kind = KINDS.get(compare.column, "text")
    parameters = [dialect.parameter(index, kind) for index in compare.parameters]
    match compare.operator:
        case "isNull":
            return f"{column} IS {'NOT ' if compare.negated else ''}NULL"
        case "in":
            return f"{column} IN ({', '.join(parameters)})" if parameters else "1 = 0"
        case "contains":
            return dialect.contains(column, parameters[0])
        case "between":
            return f"({column} >= {parameters[0]} AND {column} < {parameters[1]})"
        case operator:
            return f"{column} {_OPERATORS[operator]} {parameters[0]}"
