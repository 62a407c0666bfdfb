"""Conditions spelled: what a filter asks of a row."""

from typing import Protocol

from query.dialect import Dialect
from query.known import KNOWN, now_known_as
from query.measures import MEASURES
from query.operators import OPERATORS
from query.plan import (
    NONE_GIVEN,
    All,
    Compare,
    Condition,
    Contains,
    Counted,
    Each,
    Featured,
    Given,
    Has,
    InForce,
    Matches,
    Member,
    Not,
    Shape,
    Some,
)
from query.row import NO_MAKING, Made, Row, asks_document

# Columns whose values PostgreSQL has to be told the type of, because a parameter alone does not say it.
KINDS = {
    "formed_date": "date", "published_date": "date", "due_on": "date", "amount_fen": "bigint",
    "days_late": "integer", "recency": "bigint", "stage_rank": "integer", "relevance": "integer", "disclosures": "bigint",
    "processes": "bigint", "items": "bigint", "place": "integer", "ordinal": "integer", "first_date": "date",
    "last_date": "date", "version": "bigint", "unit_price": "bigint", "quantity": "float8", "rank": "integer",
    "revision": "integer", "area": "float8", **dict.fromkeys(MEASURES, "bigint"),
}  # fmt: skip
# The same of the leaves of documents, by their kind.
MEMBERS = {"text": "text", "number": "numeric", "boolean": "boolean", "moment": "bigint", "any": "text"}
# Relations through a table between: its name, how it hangs on the row at hand, and the related row on it.
_OF_LINK = "{c}.shard = {l}.shard AND {c}.number = {l}.disclosure_number"
LINKS = {
    "disclosure.processes": (
        "disclosure_process", "{l}.shard = {p}.shard AND {l}.disclosure_number = {p}.number", "{c}.serial = {l}.process_serial"
    ),
    "organization.disclosures": ("party", "{l}.organization_id = {p}.id", _OF_LINK),
    "process.disclosures": ("disclosure_process", "{l}.process_serial = {p}.serial", _OF_LINK),
}  # fmt: skip
_EXISTS = "EXISTS ("
_JOINED = 8
_GROUP = 40  # conditions that stand side by side
_REPEATED = ("organization.disclosures",)
# Where the related rows are few, the row at hand is found from them: its column, and what it is in the related row.
FOUND_FROM = {
    "disclosure.parties": ("number", "{c}.disclosure_number"),
    "disclosure.processes": ("number", "{l}.disclosure_number"),
    "disclosure.publisher": ("publisher_id", "{c}.id"),
    "party.organization": ("organization_id", "{c}.id"),
    "process.publisher": ("publisher_id", "{c}.id"),
}


# Columns of disclosures that an index has before recency.
LEADING = ("type", "domain", "prefecture", "province", "region", "publisher_id")


class Relating(Protocol):
    """What reaches related rows (`query.sql.Speller`)."""

    dialect: Dialect

    def alias(self, letter: str) -> str: ...
    def related(
        self,
        relation: str,
        shapes: tuple[Shape, ...],
        row: Row,
        made: Made = NO_MAKING,
        given: Given = NONE_GIVEN,
    ) -> tuple[Row, str, list[str]]: ...


def where(speller: Relating, condition: Condition | None, row: Row) -> list[str]:
    """The condition on the row at hand, as a list that joins can stand before.

    Databases make joins of EXISTS, and planning takes a time that doubles with each: of many, none becomes one.
    """
    if condition is None:
        return []
    spelled = _condition(speller, condition, row)
    if spelled.count(_EXISTS) > _JOINED:
        spelled = spelled.replace(_EXISTS, f"TRUE = {_EXISTS}")
    return [spelled]


def _condition(speller: Relating, condition: Condition, row: Row) -> str:
    match condition:
        case All(conditions=several):
            return f"({_joined(' AND ', [_condition(speller, one, row) for one in several]) or '1 = 1'})"
        case Some(conditions=several):
            return f"({_joined(' OR ', [_condition(speller, one, row) for one in several]) or '1 = 0'})"
        case Not():
            return f"NOT coalesce({_condition(speller, condition.condition, row)}, 1 = 0)"
        case Has(relation="item.disclosure", where=inner) if row.owner and row.owner.table == "disclosure":
            return _condition(speller, inner, row.owner)  # it stands beside the item already
        case Has(few=True):
            return _found_from(speller, condition, row)
        case Has() | Each():
            return f"EXISTS (SELECT 1 {_those(speller, condition, row)[1]})"
        case Counted(over=over):
            related, those = _those(speller, over, row)
            # A party may stand in a disclosure twice.
            each = f"DISTINCT {related}.id" if isinstance(over, Has) and over.relation in _REPEATED else "1"
            count = f"(SELECT count(*) FROM (SELECT {each} {those}) counted)"
            return _spelled(speller.dialect, condition.operator, count, "bigint", condition.parameters)
        case Featured():
            alias = speller.alias("f")
            found = " AND ".join(featured(speller.dialect, condition, alias))
            return f"{row.alias}.recency IN (SELECT {alias}.recency FROM feature {alias} WHERE {found})"
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


def _joined(word: str, parts: list[str]) -> str:
    """Conditions joined, many of them in groups: SQLite takes a thousand levels of expressions, one for each word."""
    while len(parts) > _GROUP:
        parts = [f"({word.join(parts[at : at + _GROUP])})" for at in range(0, len(parts), _GROUP)]
    return word.join(parts)


def _in_force(day: str, alias: str) -> str:
    begins, ends = f"{alias}.valid_from", f"{alias}.valid_to"
    begun = f"({begins} IS NULL OR substr({day}, 1, length({begins})) >= {begins})"
    return f"({begun} AND ({ends} IS NULL OR substr({day}, 1, length({ends})) <= {ends}))"


def _those(speller: Relating, over: Has | Each, row: Row) -> tuple[str, str]:
    """FROM and WHERE of the related rows, or of the elements of a list, that meet their condition, and what they are
    called there.
    """
    if isinstance(over, Each):
        clause, element = speller.dialect.elements(
            _document(row), over.path, speller.alias("e"), over.objects
        )
        inside = Row(row.table, row.alias, element, row.owner)
        return row.alias, f"FROM {clause} WHERE {_condition(speller, over.where, inside)}"
    made = Made(led=False, document=asks_document(over.where))
    related, clause, joins = speller.related(over.relation, (), row, made)
    if over.relation in LINKS:
        link, to_parent, to_child = LINKS[over.relation]
        alias = speller.alias("l")
        clause = f"{link} {alias} CROSS JOIN {clause}"
        joins = [one.format(l=alias, p=row.alias, c=related.alias) for one in (to_parent, to_child)]
    found = f"FROM {clause} WHERE {' AND '.join([*joins, _condition(speller, over.where, related)])}"
    return related.alias, found


def _found_from(speller: Relating, has: Has, row: Row) -> str:
    """The row at hand is one of those that the related rows lead to, which are read once for all rows."""
    column, found = FOUND_FROM[has.relation]
    related, clause, _ = speller.related(has.relation, (), row, Made(document=asks_document(has.where)))
    where, alias = _condition(speller, has.where, related), ""
    if has.relation in LINKS:
        link, _, to_child = LINKS[has.relation]
        alias = speller.alias("l")
        clause = f"{clause} CROSS JOIN {link} {alias}"
        where = f"{where} AND {to_child.format(l=alias, c=related.alias)}"
    return f"{row.alias}.{column} IN (SELECT {found.format(c=related.alias, l=alias)} FROM {clause} WHERE {where})"


def featured(dialect: Dialect, condition: Featured, alias: str) -> list[str]:
    """What a row of the index of features under that alias has to be."""
    kind, column = MEMBERS[condition.column], f"{alias}.{condition.column}"
    return [
        f"{alias}.property = {dialect.parameter(condition.leaf, 'bigint')}",
        *(_spelled(dialect, name, column, kind, given, False) for name, given in condition.comparisons),
    ]


def _document(row: Row) -> str:
    """The JSON of the row at hand, looked up where a list of another kind reads a disclosure without it."""
    if row.json or row.table != "disclosure":
        return row.json
    return f"(SELECT body FROM document WHERE shard = {row.alias}.shard AND disclosure_number = {row.alias}.number)"


def _compare(dialect: Dialect, compare: Compare, row: Row) -> str:
    if isinstance(compare.column, Member):
        kind = MEMBERS[compare.column.kind]
        compared = dialect.leaf(_document(row), compare.column.path, compare.column.kind)
    else:
        kind, compared = KINDS.get(compare.column, "text"), f"{row.alias}.{compare.column}"
    if compare.negated:
        return f"{compared} IS NOT NULL"
    if compare.operator == "eq" and row.table == "disclosure" and compare.column in LEADING:
        return dialect.leading(compared, dialect.parameter(compare.parameters[0], kind))
    by_code = KNOWN.get((row.table, str(compare.column)))
    if by_code is not None and compare.operator in ("eq", "in"):
        given = [now_known_as(dialect.parameter(index, kind), by_code) for index in compare.parameters]
        spell = OPERATORS[compare.operator].spell
        assert spell is not None
        return spell(dialect, f"{row.alias}.id" if by_code else compared, given)
    return _spelled(dialect, compare.operator, compared, kind, compare.parameters)


def _spelled(
    dialect: Dialect, name: str, compared: str, kind: str, parameters: tuple[int, ...], collate: bool = True
) -> str:
    operator = OPERATORS[name]
    assert operator.spell is not None
    if collate and operator.is_ordering and kind == "text":
        compared = dialect.collated(compared)
    return operator.spell(dialect, compared, [dialect.parameter(index, kind) for index in parameters])
