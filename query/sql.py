"""A `Plan` spelled as one SELECT that builds the response's JSON inside the database.

The speller decides nothing. Every nested query names its parent's alias in its join; forgetting that would give
every parent all children. NULL order is stated in every ORDER BY.
"""

from dataclasses import dataclass, field

from query.conditions import KINDS, where
from query.dialect import Dialect
from query.known import now_known_as
from query.making import element_of, items, made_rows, slots, through
from query.page import Page
from query.plan import (
    NONE_GIVEN,
    Asked,
    ById,
    Chosen,
    Column,
    Condition,
    Connection,
    Constant,
    Differences,
    Given,
    Key,
    Leaf,
    Many,
    One,
    Part,
    Plan,
    Shape,
    Source,
    Statistics,
    TypeName,
    Value,
)
from query.relations import RELATIONS
from query.row import NO_MAKING, PARTS, Made, Row, asks_document, reads_document
from query.statistics import Grouping

# What each element has of a list of organizations to be matched, and of one of global ids.
ASKED = (
    ("asked", "text"), ("kind", "text"), ("code", "text"), ("name", "text"), ("name_key", "text"), ("note", "text"),
)  # fmt: skip
IDENTIFIED = (("kind", "text"), ("key", "text"))


@dataclass
class Speller:
    """Spells one plan for one database; `stages` orders the codes of `stage` as a process runs.

    `types` are the types that there are, each with its domain.
    """

    dialect: Dialect
    stages: tuple[str, ...]
    types: tuple[tuple[str, str], ...] = ()
    _count: int = field(default=0, init=False)

    def statement(self, plan: Plan) -> str:
        """The SELECT: one row, one column, the JSON of `data` as text."""
        return f"SELECT {self.dialect.text(self.object(plan.keys, Row()))}"

    def alias(self, letter: str) -> str:
        """A name that no other row of the statement has."""
        self._count += 1
        return f"{letter}{self._count}"

    # objects

    def object(self, keys: tuple[Key, ...], row: Row) -> str:
        """A JSON object."""
        return self.assembled([f"'{key.name}', {self._source(key.source, row)}" for key in keys])

    def assembled(self, pairs: list[str]) -> str:
        """A JSON object of spelled pairs; more than a function takes are built in chunks."""
        size = self.dialect.pairs
        chunks = [
            self.dialect.object(", ".join(pairs[at : at + size])) for at in range(0, max(len(pairs), 1), size)
        ]
        whole = chunks[0]
        for chunk in chunks[1:]:
            whole = self.dialect.join_objects(whole, chunk)
        return whole

    def shape(self, shape: Shape, row: Row) -> str:
        """The object of a row, by the disclosure's type where the shape has branches."""
        if not shape.branches:
            return self.object(shape.keys, row)
        owner = row.owner or row
        cases = " ".join(
            f"WHEN '{type_path}' THEN {self.object(keys, row)}" for type_path, keys in shape.branches
        )
        return self.dialect.json(f"CASE {owner.alias}.type {cases} ELSE {self.object(shape.keys, row)} END")

    def holds(self, condition: Condition | None, table: str, alias: str) -> list[str]:
        """A condition on a row of a computed table's own making."""
        return where(self, condition, Row(table, alias))

    # sources

    def _source(self, source: Source, row: Row) -> str:
        match source:
            case Column():
                return self._column(source, row)
            case Value():
                return self.dialect.at(row.json, source.names)
            case Part():
                return self._part(source, row)
            case TypeName():
                return self._type_name(source, row)
            case Constant():
                return self.dialect.json(self.dialect.parameter(source.parameter, "text"))
            case Chosen():
                return self.dialect.chosen(source.parameter, f"{row.alias}.{source.column}")
            case Leaf():
                return self._leaf(source)
            case ById():
                return self._by_id(source)
            case One():
                return self._one(source, row)
            case Many():
                return self._many(source, row)
            case Connection():
                return Page(self, source, row).connection()
            case Asked():
                return self._asked(source)
            case Statistics():
                return Grouping(self, source, row).object()
            case Differences():
                return self._differences(source, row)
            case _:
                raise TypeError(f"{type(source).__name__} stands only inside a connection")

    def _column(self, source: Column, row: Row) -> str:
        name = f"{row.alias}.{source.name}"
        if source.prefix:
            return f"'{source.prefix}' || {name}"
        if source.wrap == "yuan":
            return self.dialect.divide(name, 2)
        if source.wrap == "price":
            return self.dialect.divide(name, 4)
        if source.wrap == "half":
            return self.dialect.divide(name, 5)
        if source.wrap == "float":
            return self.dialect.float(name)
        match source.wrap:
            case "json":
                return self.dialect.json(name)
            case "moment":
                return self.dialect.moment(name)
            case "boolean":
                return self.dialect.boolean(f"{name} = 1")
            case "upper":
                return f"upper({name})"
        return name

    def _type_name(self, source: TypeName, row: Row) -> str:
        if not source.by_type:
            return f"'{source.name}'"
        owner = row.owner or row
        cases = " ".join(f"WHEN '{path}' THEN '{name}'" for path, name in source.by_type)
        return f"CASE {owner.alias}.type {cases} ELSE '{source.name}' END"

    def _part(self, source: Part, row: Row) -> str:
        here = self.dialect.at(row.json, source.names)
        if not source.many:
            inside = self.shape(source.shape, Row(row.table, row.alias, here, row.owner))
            return self.dialect.json(f"CASE WHEN {here} IS NULL THEN NULL ELSE {inside} END")
        alias = self.alias("e")
        element = self.shape(source.shape, Row(row.table, row.alias, f"{alias}.value", row.owner))
        each = self.dialect.each(row.json, source.names, alias)
        rows = f"SELECT {element} AS one, {alias}.key AS place FROM {each} ORDER BY {alias}.key"
        listed = self._listed(rows, "one", "place")
        return self.dialect.json(f"CASE WHEN {here} IS NULL THEN NULL ELSE {listed} END")

    def _differences(self, source: Differences, row: Row) -> str:
        """The parameter, the document before and the one at hand, in hexadecimal digits; `-` before the first."""
        alias, old = row.alias, self.alias("r")
        owned = f"{old}.shard = {alias}.shard AND {old}.disclosure_number = {alias}.disclosure_number"
        at = f"{alias}.{source.number}"
        earlier = f"(SELECT {old}.body FROM revision {old} WHERE {owned} AND {old}.number = {at} - 1)"
        before, after = (
            f"coalesce({self.dialect.hex(self.dialect.text(one))}, '')" for one in (earlier, f"{alias}.body")
        )
        return (
            f"{self.dialect.parameter(source.parameter, 'text')}"
            f" || CASE WHEN {at} = 1 THEN '-' ELSE {before} END || ':' || {after}"
        )

    def _asked(self, source: Asked) -> str:
        alias = self.alias("a")
        element = self.shape(source.shape, Row("asked", alias))
        records = self.dialect.records(source.parameter, alias, ASKED)
        return self._listed(
            f"SELECT {element} AS one, {alias}.nth FROM {records} ORDER BY {alias}.nth", "one", "nth"
        )

    def _listed(self, rows: str, element: str, order: str) -> str:
        alias = self.alias("q")
        array = self.dialect.array(f"{alias}.{element}", f"{alias}.{order}")
        return self.dialect.json(f"(SELECT {array} FROM ({rows}) {alias})")

    # rows

    def related(
        self,
        relation: str,
        shapes: tuple[Shape, ...],
        row: Row,
        made: Made = NO_MAKING,
        given: Given = NONE_GIVEN,
    ) -> tuple[Row, str, list[str]]:
        """The related row, the FROM clause that reaches it, and the join's conditions."""
        found = RELATIONS[relation]
        alias = self.alias(found.table[0])
        if found.rows:
            source = f"({made_rows(self, found, row, made)})"
            return Row(found.table, alias, rows=source), f"{source} {alias}", []
        if relation == "item":
            return items(self, shapes, alias, made.leading)
        rows = found.computed(self, row.alias, given) if found.computed else found.table
        if found.read:
            rows = found.read(self, row.alias, row.json, given)
        joins = [found.join.format(p=row.alias, c=alias, **slots(self.dialect, made))] if found.join else []
        link = ""
        if found.through and made.led:
            rows, joins, link = through(self, found.through, found.table, row.alias, alias, made)
        clause = f"{rows} {alias}"
        json = f"{alias}.{found.json}" if found.json else ""
        related = Row(found.table, alias, json, rows=rows, link=link)
        document = made.document or any(map(reads_document, shapes))
        if found.table == "disclosure" and document:
            body = self.alias("b")
            clause += f" LEFT JOIN document {body} ON {body}.shard = {alias}.shard AND {body}.disclosure_number = {alias}.number"
            related = Row(found.table, alias, f"{body}.body", rows=rows, link=link)
        elif found.table in PARTS:
            owner = row if row.table == "disclosure" else row.owner
            element = ""
            if owner and owner.json and found.table == "lot":
                element = self.dialect.at_index(owner.json, "lots", f"{alias}.ordinal")
            elif owner and owner.json and found.table == "item" and document:
                clause, element = self._items(found.join.format(p=row.alias, c="i"), owner.json, alias)
            related = Row(found.table, alias, element, owner, rows)
        return related, clause, joins

    def _items(self, join: str, document: str, alias: str) -> tuple[str, str]:
        """Items with their element of the document."""
        place = "CAST(row_number() OVER (PARTITION BY i.lot_ordinal ORDER BY i.ordinal) - 1 AS integer)"
        element = element_of(self.dialect, document, "i", place)
        return f"(SELECT i.*, {element} AS element FROM item i WHERE {join}) {alias}", f"{alias}.element"

    def _one(self, source: One, row: Row) -> str:
        related, clause, joins = self.related(
            source.relation, (source.shape,), row, Made(document=asks_document(source.where)), source.given
        )
        joined = " AND ".join([*joins, *where(self, source.where, related)]) or "1 = 1"
        shape = self.shape(source.shape, related)
        return self.dialect.json(f"(SELECT {shape} FROM {clause} WHERE {joined} LIMIT 1)")

    def _many(self, source: Many, row: Row) -> str:
        made = Made(source.grouping)
        related, clause, joins = self.related(source.relation, (source.shape,), row, made, source.given)
        order = RELATIONS[source.relation].order.format(c=related.alias)
        conditions = " AND ".join([*joins, *where(self, source.where, related)]) or "1 = 1"
        rows = (
            f"SELECT {self.shape(source.shape, related)} AS one, {order} AS place FROM {clause}"
            f" WHERE {conditions} ORDER BY {order}"
        )
        return self._listed(rows, "one", "place")

    def _leaf(self, source: Leaf) -> str:
        related, clause, _ = self.related(source.relation, (), Row())
        return f"(SELECT {self._column(source.column, related)} FROM {clause})"

    def _by_id(self, source: ById) -> str:
        alias = self.alias("e")
        cases = []
        for kind in source.kinds:
            related, clause, _ = self.related(kind.relation, (kind.shape,), Row())
            key = f"CAST({alias}.key AS {KINDS.get(kind.column, 'text')})"
            if kind.relation == "organization":
                key = now_known_as(key, by_code=False)
            found = f"(SELECT {self.shape(kind.shape, related)} FROM {clause} WHERE {related.alias}.{kind.column} = {key} LIMIT 1)"
            cases.append(f"WHEN '{kind.name}' THEN {self.dialect.json(found)}")
        records = self.dialect.records(source.parameter, alias, IDENTIFIED)
        return self._listed(
            f"SELECT CASE {alias}.kind {' '.join(cases)} END AS one, {alias}.nth FROM {records} ORDER BY {alias}.nth",
            "one", "nth",
        )  # fmt: skip
