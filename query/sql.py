"""A `Plan` spelled as one SELECT that builds the response's JSON inside the database.

The speller decides nothing. Every nested query names its parent's alias in its join; forgetting that would give
every parent all children. NULL order is stated in every ORDER BY.
"""

from dataclasses import dataclass, field

from query.dialect import Dialect
from query.plan import (
    All,
    Column,
    Compare,
    Condition,
    Connection,
    Constant,
    Cursor,
    Edges,
    Has,
    Key,
    Many,
    Matches,
    Node,
    Nodes,
    Not,
    One,
    Order,
    PageFact,
    PageInfo,
    Part,
    Plan,
    Shape,
    Some,
    Source,
    TotalCount,
    TypeName,
    Value,
    Window,
)
from query.relations import RELATIONS, TIES

_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
# Columns whose values PostgreSQL has to be told the type of, because a parameter alone does not say it.
_KINDS = {
    "formed_date": "date", "published_date": "date", "due_on": "date", "amount_fen": "bigint",
    "days_late": "integer", "recency": "bigint", "stage_rank": "integer",
}  # fmt: skip
_PARTS = ("lot", "item", "party", "revision")  # tables of a disclosure's parts


@dataclass(frozen=True, slots=True)
class Row:
    """The row at hand: its table, its alias, its JSON (an expression) and the disclosure it belongs to."""

    table: str = ""
    alias: str = ""
    json: str = ""
    owner: "Row | None" = None


@dataclass
class Speller:
    """Spells one plan for one database; `stages` orders the codes of `stage` as a process runs."""

    dialect: Dialect
    stages: tuple[str, ...]
    _count: int = field(default=0, init=False)

    def statement(self, plan: Plan) -> str:
        """The SELECT: one row, one column, the JSON of `data` as text."""
        return f"SELECT {self.dialect.text(self._object(plan.keys, Row()))}"

    def _alias(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count}"

    # objects

    def _object(self, keys: tuple[Key, ...], row: Row) -> str:
        pairs = [f"'{key.name}', {self._source(key.source, row)}" for key in keys]
        size = self.dialect.pairs
        chunks = [
            self.dialect.object(", ".join(pairs[at : at + size])) for at in range(0, max(len(pairs), 1), size)
        ]
        whole = chunks[0]
        for chunk in chunks[1:]:
            whole = self.dialect.join_objects(whole, chunk)
        return whole

    def _shape(self, shape: Shape, row: Row) -> str:
        if not shape.branches:
            return self._object(shape.keys, row)
        owner = row.owner or row
        cases = " ".join(
            f"WHEN '{type_path}' THEN {self._object(keys, row)}" for type_path, keys in shape.branches
        )
        return self.dialect.json(f"CASE {owner.alias}.type {cases} ELSE {self._object(shape.keys, row)} END")

    # sources

    def _source(self, source: Source, row: Row) -> str:
        match source:
            case Column():
                return self._column(source, row)
            case Value():
                return self.dialect.at(row.json, source.path)
            case Part():
                return self._part(source, row)
            case TypeName():
                return self._type_name(source, row)
            case Constant():
                return self.dialect.json(self.dialect.parameter(source.parameter, "text"))
            case One():
                return self._one(source, row)
            case Many():
                return self._many(source, row)
            case Connection():
                return self._connection(source, row)
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
        if source.wrap == "float":
            return self.dialect.float(name)
        return self.dialect.json(name) if source.wrap == "json" else name

    def _type_name(self, source: TypeName, row: Row) -> str:
        if not source.by_type:
            return f"'{source.name}'"
        owner = row.owner or row
        cases = " ".join(f"WHEN '{path}' THEN '{name}'" for path, name in source.by_type)
        return f"CASE {owner.alias}.type {cases} ELSE '{source.name}' END"

    def _part(self, source: Part, row: Row) -> str:
        here = self.dialect.at(row.json, source.path)
        if not source.many:
            inside = self._shape(source.shape, Row(row.table, row.alias, here, row.owner))
            return self.dialect.json(f"CASE WHEN {here} IS NULL THEN NULL ELSE {inside} END")
        alias = self._alias("e")
        element = self._shape(source.shape, Row(row.table, row.alias, f"{alias}.value", row.owner))
        each = self.dialect.each(row.json, source.path, alias)
        rows = f"SELECT {element} AS one, {alias}.key AS place FROM {each} ORDER BY {alias}.key"
        listed = self._listed(rows, "one", "place")
        return self.dialect.json(f"CASE WHEN {here} IS NULL THEN NULL ELSE {listed} END")

    def _listed(self, rows: str, element: str, order: str) -> str:
        alias = self._alias("q")
        array = self.dialect.array(f"{alias}.{element}", f"{alias}.{order}")
        return self.dialect.json(f"(SELECT {array} FROM ({rows}) {alias})")

    # rows

    def _related(self, relation: str, shapes: tuple[Shape, ...], row: Row) -> tuple[Row, str, list[str]]:
        """The related row, the FROM clause that reaches it, and the join's conditions."""
        found = RELATIONS[relation]
        alias = self._alias(found.table[0])
        clause = f"{found.table} {alias}"
        joins = [found.join.format(p=row.alias, c=alias)] if found.join else []
        related = Row(found.table, alias)
        if found.table == "disclosure" and any(_reads_document(shape) for shape in shapes):
            body = self._alias("b")
            clause += f" LEFT JOIN document {body} ON {body}.shard = {alias}.shard AND {body}.disclosure_id = {alias}.id"
            related = Row(found.table, alias, f"{body}.body")
        elif found.table in _PARTS:
            owner = row if row.table == "disclosure" else row.owner
            element = ""
            if owner and owner.json and found.table == "lot":
                element = self.dialect.at_index(owner.json, "lots", f"{alias}.ordinal")
            elif owner and owner.json and found.table == "item" and any(map(_reads_document, shapes)):
                clause, element = self._items(found.join.format(p=row.alias, c="i"), owner.json, alias)
            related = Row(found.table, alias, element, owner)
        return related, clause, joins

    def _items(self, join: str, document: str, alias: str) -> tuple[str, str]:
        """Items with their element of the document: an item is the n-th of its lot, or of the disclosure."""
        place = "CAST(row_number() OVER (PARTITION BY i.lot_ordinal ORDER BY i.ordinal) - 1 AS integer)"
        own = self.dialect.at_index(document, "items", place)
        lot = self.dialect.at_index(document, "lots", "i.lot_ordinal")
        element = f"CASE WHEN i.lot_ordinal IS NULL THEN {own} ELSE {self.dialect.at_index(lot, 'items', place)} END"
        return f"(SELECT i.*, {element} AS element FROM item i WHERE {join}) {alias}", f"{alias}.element"

    def _one(self, source: One, row: Row) -> str:
        related, clause, joins = self._related(source.relation, (source.shape,), row)
        where = " AND ".join([*joins, *self._where(source.where, related)]) or "1 = 1"
        shape = self._shape(source.shape, related)
        return self.dialect.json(f"(SELECT {shape} FROM {clause} WHERE {where} LIMIT 1)")

    def _many(self, source: Many, row: Row) -> str:
        related, clause, joins = self._related(source.relation, (source.shape,), row)
        order = RELATIONS[source.relation].order.format(c=related.alias)
        rows = (
            f"SELECT {self._shape(source.shape, related)} AS one, {order} AS place FROM {clause}"
            f" WHERE {' AND '.join(joins)} ORDER BY {order}"
        )
        return self._listed(rows, "one", "place")

    # connections

    def _connection(self, source: Connection, row: Row) -> str:
        shapes = tuple(_node_shapes(source.keys))
        related, clause, joins = self._related(source.relation, shapes, row)
        conditions = [*joins, *self._where(source.where, related)]
        orders = self._orders(source, related)
        page = [*conditions, *self._keyset(source, orders)]
        columns = [f"{self._cursor(source, orders)} AS cursor"]
        columns += [f"{self._shape(shape, related)} AS node{at}" for at, shape in enumerate(shapes)]
        columns += [f"{expression} AS key{at}" for at, (expression, _, _) in enumerate(orders)]
        flip = source.window.backward
        size = self.dialect.parameter(source.window.size)
        limited = (
            f"SELECT {', '.join(columns)} FROM {clause} WHERE {' AND '.join(page) or '1 = 1'}"
            f" ORDER BY {self._order_by(orders, flip)} LIMIT {size} + 1"
        )
        outer = [(f"key{at}", descending, kind) for at, (_, descending, kind) in enumerate(orders)]
        alias = self._alias("q")
        numbered = (
            f"SELECT l.*, row_number() OVER (ORDER BY {self._order_by(outer, flip)}) AS place"
            f" FROM ({limited}) l ORDER BY place{' DESC' if flip else ''}"
        )
        everything = f"{related.table} {related.alias} WHERE {' AND '.join(conditions) or '1 = 1'}"
        pairs = ", ".join(
            f"'{key.name}', {self._page_key(key.source, source, alias, shapes, everything)}"
            for key in source.keys
        )
        if not any(_reads_page(key.source, source.window) for key in source.keys):
            # Without an aggregate the page would give a row for each of its rows.
            return self.dialect.object(pairs)
        return self.dialect.json(f"(SELECT {self.dialect.object(pairs)} FROM ({numbered}) {alias})")

    def _page_key(
        self, source: Source, page: Connection, alias: str, shapes: tuple[Shape, ...], everything: str
    ) -> str:
        size = self.dialect.parameter(page.window.size)
        direction = " DESC" if page.window.backward else ""
        keep = f"{alias}.place <= {size}"
        match source:
            case Nodes():
                node = f"{alias}.node{shapes.index(source.shape)}"
                return self.dialect.array(node, f"{alias}.place{direction}", keep)
            case Edges():
                pairs = ", ".join(
                    f"'{key.name}', {self._edge_key(key.source, alias, shapes)}" for key in source.keys
                )
                edge = self.dialect.object(pairs)
                return self.dialect.array(edge, f"{alias}.place{direction}", keep)
            case PageInfo():
                facts = ", ".join(
                    f"'{key.name}', {self._fact(key.source, page, alias)}" for key in source.keys
                )
                return self.dialect.object(facts)
            case TotalCount():
                return f"(SELECT count(*) FROM {everything})"
            case TypeName():
                return f"'{source.name}'"
            case _:
                raise TypeError(f"{type(source).__name__} is no key of a connection")

    def _edge_key(self, source: Source, alias: str, shapes: tuple[Shape, ...]) -> str:
        match source:
            case Cursor():
                return f"{alias}.cursor"
            case Node():
                return self.dialect.json(f"{alias}.node{shapes.index(source.shape)}")
            case TypeName():
                return f"'{source.name}'"
            case _:
                raise TypeError(f"{type(source).__name__} is no key of an edge")

    def _fact(self, source: Source, page: Connection, alias: str) -> str:
        if isinstance(source, TypeName):
            return f"'{source.name}'"
        assert isinstance(source, PageFact)
        size = self.dialect.parameter(page.window.size)
        window = page.window
        if source.name in ("startCursor", "endCursor"):
            cursors = self._cursor_array(alias, size, window.backward)
            return self.dialect.element(cursors, last=source.name == "endCursor")
        known = bool(window.before if window.backward else window.after)
        ahead = _looks_ahead(source, window)
        return self.dialect.boolean(f"count(*) > {size}" if ahead else f"1 = {int(known)}")

    def _cursor_array(self, alias: str, size: str, backward: bool) -> str:
        direction = " DESC" if backward else ""
        quoted = f"'\"' || {alias}.cursor || '\"'"
        if self.dialect.name == "postgresql":
            quoted = f"{alias}.cursor"
        return self.dialect.array(quoted, f"{alias}.place{direction}", f"{alias}.place <= {size}")

    # order and keyset

    def _orders(self, source: Connection, row: Row) -> list[tuple[str, bool, str]]:
        """(expression, descending, kind) of every key; the kind's `?` says that it may be NULL."""
        keys: list[tuple[str, bool, str]] = []
        for order in source.order:
            if order.key == "stage_rank":
                cases = " ".join(f"WHEN '{stage}' THEN {at}" for at, stage in enumerate(self.stages))
                expression = f"CASE {row.alias}.stage {cases} ELSE {len(self.stages)} END"
                keys.append((expression, order.descending, "integer"))
            else:
                nullable = "" if order.key in TIES[row.table] else "?"
                keys.append(
                    (f"{row.alias}.{order.key}", order.descending, _KINDS.get(order.key, "text") + nullable)
                )
        return keys

    def _order_by(self, orders: list[tuple[str, bool, str]], flip: bool) -> str:
        parts = []
        for expression, descending, kind in orders:
            down = descending != flip
            nulls = (" NULLS FIRST" if flip else " NULLS LAST") if kind.endswith("?") else ""
            parts.append(f"{expression}{' DESC' if down else ' ASC'}{nulls}")
        return ", ".join(parts)

    def _cursor(self, source: Connection, orders: list[tuple[str, bool, str]]) -> str:
        tag = "-".join(f"{order.key}{'!' if order.descending else ''}" for order in source.order)
        parts = [f"coalesce({self.dialect.text(expression)}, '')" for expression, _, _ in orders]
        return self.dialect.hex(f"'{tag}|' || " + " || '|' || ".join(parts))

    def _keyset(self, source: Connection, orders: list[tuple[str, bool, str]]) -> list[str]:
        window = source.window
        conditions = []
        if window.after:
            conditions.append(self._beyond(window.after, orders, forward=True))
        if window.before:
            conditions.append(self._beyond(window.before, orders, forward=False))
        return conditions

    def _beyond(self, values: tuple[int, ...], orders: list[tuple[str, bool, str]], forward: bool) -> str:
        """Rows after (or before) a cursor: ties on the first keys, then beyond on the next; -1 is NULL."""
        options = []
        ties: list[str] = []
        for (expression, descending, kind), value in zip(orders, values, strict=True):
            nullable = kind.endswith("?")
            parameter = "" if value < 0 else self.dialect.parameter(value, kind.rstrip("?"))
            sign = "<" if descending == forward else ">"
            if value >= 0:
                beyond = f"{expression} {sign} {parameter}"
                if nullable and forward:  # NULLs stand after every value
                    beyond = f"({beyond} OR {expression} IS NULL)"
                options.append(" AND ".join([*ties, beyond]))
                ties.append(f"{expression} = {parameter}")
            else:
                if not forward:
                    options.append(" AND ".join([*ties, f"{expression} IS NOT NULL"]))
                ties.append(f"{expression} IS NULL")
        return "(" + " OR ".join(f"({option})" for option in options) + ")"

    # conditions

    def _where(self, condition: Condition | None, row: Row) -> list[str]:
        return [] if condition is None else [self._condition(condition, row)]

    def _condition(self, condition: Condition, row: Row) -> str:
        match condition:
            case All():
                return (
                    "("
                    + (" AND ".join(self._condition(one, row) for one in condition.conditions) or "1 = 1")
                    + ")"
                )
            case Some():
                return (
                    "("
                    + (" OR ".join(self._condition(one, row) for one in condition.conditions) or "1 = 0")
                    + ")"
                )
            case Not():
                return f"NOT coalesce({self._condition(condition.condition, row)}, 1 = 0)"
            case Has():
                related, clause, joins = self._related(condition.relation, (), row)
                where = " AND ".join([*joins, self._condition(condition.where, related)])
                return f"EXISTS (SELECT 1 FROM {clause} WHERE {where})"
            case Matches():
                return self.dialect.matches(row.alias, self.dialect.parameter(condition.parameter))
            case Compare():
                return self._compare(condition, row)

    def _compare(self, compare: Compare, row: Row) -> str:
        column = f"{row.alias}.{compare.column}"
        kind = _KINDS.get(compare.column, "text")
        parameters = [self.dialect.parameter(index, kind) for index in compare.parameters]
        match compare.operator:
            case "isNull":
                return f"{column} IS {'NOT ' if compare.negated else ''}NULL"
            case "in":
                return f"{column} IN ({', '.join(parameters)})" if parameters else "1 = 0"
            case "contains":
                return self.dialect.contains(column, parameters[0])
            case "between":
                return f"({column} >= {parameters[0]} AND {column} < {parameters[1]})"
            case operator:
                return f"{column} {_OPERATORS[operator]} {parameters[0]}"


def _reads_page(source: Source, window: Window) -> bool:
    """Whether a key of a connection is made from the page's rows."""
    match source:
        case Nodes() | Edges():
            return True
        case PageInfo(keys=keys):
            return any(_reads_page(key.source, window) for key in keys)
        case PageFact():
            return source.name in ("startCursor", "endCursor") or _looks_ahead(source, window)
        case _:
            return False


def _looks_ahead(source: PageFact, window: Window) -> bool:
    """Whether the fact is what lies beyond the page in its own direction; the other side is known from the cursor."""
    return (source.name == "hasNextPage") != window.backward


def _reads_document(shape: Shape) -> bool:
    """Whether a disclosure's shape needs its JSON document."""
    return any(_key_reads_document(key) for key in shape.all_keys())


def _key_reads_document(key: Key) -> bool:
    match key.source:
        case Value() | Part():
            return True
        case Many(relation=relation, shape=shape) | One(relation=relation, shape=shape):
            return RELATIONS[relation].table in _PARTS and _reads_document(shape)
        case _:
            return False


def _node_shapes(keys: tuple[Key, ...]) -> list[Shape]:
    """The distinct shapes in which a connection's rows are wanted."""
    shapes: dict[Shape, None] = {}
    for key in keys:
        if isinstance(key.source, Nodes):
            shapes[key.source.shape] = None
        elif isinstance(key.source, Edges):
            for inner in key.source.keys:
                if isinstance(inner.source, Node):
                    shapes[inner.source.shape] = None
    return list(shapes)


def orders_of(table: str, chosen: tuple[Order, ...]) -> tuple[Order, ...]:
    """The chosen keys with the ties that make the order total; by default the newest disclosures first."""
    descending = chosen[-1].descending if chosen else table == "disclosure"
    ties = tuple(Order(tie, descending) for tie in TIES[table] if tie not in {order.key for order in chosen})
    return chosen + ties
