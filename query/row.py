"""The row at hand while a statement is spelled, and whether it needs its disclosure's document."""

from dataclasses import dataclass

from query.plan import (
    All,
    Compare,
    Condition,
    Counted,
    Each,
    Grouping,
    Has,
    Key,
    Many,
    Member,
    Not,
    One,
    Part,
    Shape,
    Some,
    Standing,
    Value,
)
from query.relations import RELATIONS

PARTS = ("lot", "item", "party", "revision")  # tables of a disclosure's parts


@dataclass(frozen=True, slots=True)
class Row:
    """The row at hand: its table, its alias, its JSON (an expression) and the disclosure it belongs to."""

    table: str = ""
    alias: str = ""
    json: str = ""
    owner: "Row | None" = None
    rows: str = ""  # what the row is taken from, where it is found by a relation
    link: str = ""  # the alias of the row that leads to it and has its recency


@dataclass(frozen=True, slots=True)
class Made:
    """What a relation leaves open; `inner` is FROM and WHERE of the list that a connection lies in."""

    grouping: Grouping | None = None
    standing: Standing | None = None
    inner: str = ""
    leading: str = ""
    document: bool = False  # whether a disclosure's document is wanted, though no shape reads it
    led: bool = True  # whether the table between leads to the rows, where the relation has one


NO_MAKING = Made()


def reads_document(shape: Shape) -> bool:
    """Whether a disclosure's shape needs its JSON document."""
    return any(_keyreads_document(key) for key in shape.all_keys())


def asks_document(condition: Condition | None) -> bool:
    """Whether a condition on a disclosure or a part of it reads its JSON document."""
    match condition:
        case Compare():
            return isinstance(condition.column, Member)
        case Each():
            return True
        case Has():
            return RELATIONS[condition.relation].table in PARTS and asks_document(condition.where)
        case Counted():
            return asks_document(condition.over)
        case Not():
            return asks_document(condition.condition)
        case All(conditions=several) | Some(conditions=several):
            return any(map(asks_document, several))
        case _:
            return False


def _keyreads_document(key: Key) -> bool:
    match key.source:
        case Value() | Part():
            return True
        case Many(relation=relation, shape=shape) | One(relation=relation, shape=shape):
            return RELATIONS[relation].table in PARTS and reads_document(shape)
        case _:
            return False
