"""A connection spelled: one page of rows by keyset, its nodes, edges, page facts and count."""

from typing import Protocol

from query.conditions import KINDS, MEMBERS, featured, where
from query.facets import facets
from query.plan import (
    Connection,
    Constant,
    Cursor,
    Edges,
    Facets,
    Highlights,
    Key,
    Node,
    Nodes,
    Order,
    PageFact,
    PageInfo,
    Shape,
    Source,
    Statistics,
    TotalCount,
    TypeName,
    Window,
    Within,
)
from query.relations import RELATIONS, TIES
from query.row import Made, Row, asks_document
from query.searched import Side, behind, by_ranks, counted, driven, leads, rank, ranked
from query.spans import in_county
from query.statistics import Assembling, Grouping, count
from query.tops import first

_TEXTS = ("title", "local_id", "type", "domain", "level", "region", "outcome", "name", "uscc", "number")


class Shaping(Assembling, Protocol):
    """What spells the objects of a page's rows (`query.sql.Speller`)."""

    stages: tuple[str, ...]

    def shape(self, shape: Shape, row: Row) -> str: ...


class Page:
    """One connection of one parent: the SQL of a page, its rows numbered by `place`."""

    def __init__(self, speller: Shaping, source: Connection, row: Row, inner: str = "") -> None:
        self.speller, self.source, self.row = speller, source, row
        self.dialect, self.window = speller.dialect, source.window
        self.size = self.dialect.parameter(source.window.size)
        self.shapes = tuple(_node_shapes(source.keys))
        self.marks = _marks(source.keys)
        document = (
            bool(self.marks) or asks_document(source.where) or any(order.member for order in source.order)
        )
        self.made = Made(source.grouping, source.standing, inner, source.leading, document)
        self.related, clause, self.joins = speller.related(
            source.relation, self.shapes, row, self.made, source.given
        )
        self.conditions = [*self.joins, *where(speller, source.where, self.related)]
        self.counted = clause
        self.clause, self.walked, self.led = clause, "", list[str]()
        if source.walk:  # the index gives the rows in the order of the page
            self.walked = speller.alias("f")
            self.clause = f"feature {self.walked} CROSS JOIN {clause}"
            self.led = [
                *featured(self.dialect, source.walk, self.walked),
                f"{self.related.alias}.recency = {self.walked}.recency",
            ]
        self.alias = speller.alias("q")

    def _reach(self) -> tuple[Row, str, list[str]]:
        """The whole list's rows once more, under another alias."""
        return self.speller.related(self.source.relation, (), self.row, self.made, self.source.given)

    def connection(self) -> str:
        """The connection's object, as an expression."""
        pairs = ", ".join(f"'{key.name}', {self._key(key.source)}" for key in self.source.keys)
        if not any(_reads_page(key.source, self.window) for key in self.source.keys):
            # Without an aggregate the page would give a row for each of its rows.
            return self.dialect.object(pairs)
        return self.dialect.json(
            f"(SELECT {self.dialect.object(pairs)} FROM ({self._numbered()}) {self.alias})"
        )

    def _numbered(self) -> str:
        """The page's rows and one more, in the order of the answer, with their place from the page's own end."""
        orders = self._orders(of_page=True)
        columns = [f"{self._cursor(orders)} AS cursor"]
        columns += [
            f"{self.speller.shape(shape, self.related)} AS node{at}" for at, shape in enumerate(self.shapes)
        ]
        columns += [f"{self._marked(mark)} AS mark{mark}" for mark in self.marks]
        columns += [f"{expression} AS key{at}" for at, (expression, _, _) in enumerate(orders)]
        flip = self.window.backward
        if by_ranks(self):
            rows, conditions = ranked(self, orders)
        else:
            rows, conditions = driven(self, self.source.where, orders, Side.of_page(self))
        order = self.order_by(orders, flip)
        end = f"WHERE {' AND '.join(conditions) or '1 = 1'} ORDER BY {order} LIMIT {self.size} + 1"
        limited = f"SELECT {', '.join(columns)} FROM {rows} {end}"
        tried = first(self, conditions, orders)
        if tried or self._sorts():
            limited = f"SELECT {', '.join(columns)} FROM {self._picked(end, tried)}"
        outer = [(f"key{at}", descending, kind) for at, (_, descending, kind) in enumerate(orders)]
        return (
            f"SELECT l.*, row_number() OVER (ORDER BY {self.order_by(outer, flip)}) AS place"
            f" FROM ({limited}) l ORDER BY place{' DESC' if flip else ''}"
        )

    def _sorts(self) -> bool:
        """Whether the rows may have to be sorted as a whole: then nothing is made of those that are not shown."""
        relation = RELATIONS[self.source.relation]
        if self.related.table == "item" or relation.rows:
            return True
        if by_ranks(self) or self.walked:
            return False
        if self.related.table != "disclosure":
            alone = self.clause == f"{self.related.rows} {self.related.alias}"
            return alone and self.source.order[0].key not in TIES[self.related.table]
        unordered = relation.computed or relation.read or (relation.through and not relation.through.ordered)
        return bool(unordered) or self.source.order[0].key != "recency"

    def _picked(self, end: str, tried: str) -> str:
        """The page's rows before anything is made of them; `tried` is their SELECT where there is another one."""
        alias = self.related.alias
        if self.related.table == "disclosure":
            document = self.clause.removeprefix(f"{self.related.rows} {alias}")
            return f"({tried or f'SELECT {alias}.* FROM {self.clause} {end}'}) {alias}{document}"
        if self.related.table != "item":
            return f"(SELECT {alias}.* FROM {self.clause} {end}) {alias}"
        key = ("disclosure_number", "ordinal", "shard")
        columns = ", ".join(f"{alias}.{name}" for name in key)
        joined = " AND ".join([*(f"{alias}.{name} = k.{name}" for name in key), *self.joins])
        return f"(SELECT {columns} FROM {self.clause} {end}) k, {self.clause} WHERE {joined}"

    def _key(self, source: Source) -> str:
        match source:
            case Nodes():
                return self._kept(f"{self.alias}.node{self.shapes.index(source.shape)}")
            case Edges():
                pairs = ", ".join(f"'{key.name}', {self._edge_key(key.source)}" for key in source.keys)
                return self._kept(self.dialect.object(pairs))
            case PageInfo():
                return self.dialect.object(
                    ", ".join(f"'{key.name}', {self._fact(key.source)}" for key in source.keys)
                )
            case TotalCount() if source.rollup:
                return count(self.speller, self.source.relation, source.rollup, source.where, self.row)
            case Statistics():
                return Grouping(self.speller, source, self.row, self._reach).object()
            case Facets():
                of_all = RELATIONS[self.source.relation].is_root
                return facets(self.speller, source, self.row, self._reach, of_all=of_all)
            case TotalCount():
                walk = where(self.speller, self.source.walk, self.related)
                rows, conditions = counted(self) or (self._counted(), [*self._all(), *walk])
                return f"(SELECT count(*) FROM {rows} WHERE {' AND '.join(conditions) or '1 = 1'})"
            case Within(connection=within):
                inner = f"FROM {self.clause} WHERE {' AND '.join(self.conditions) or '1 = 1'}"
                return Page(self.speller, within, self.related, inner).connection()
            case TypeName():
                return f"'{source.name}'"
            case _:
                raise TypeError(f"{type(source).__name__} is no key of a connection")

    def _counted(self) -> str:
        """What is counted: the rows without the document, where they are a table's."""
        if self.related.table == "disclosure" and not asks_document(self.source.where):
            return f"{self.related.rows} {self.related.alias}"
        return self.counted

    def _all(self) -> list[str]:
        """What all rows meet, said so that they are read as a whole."""
        county = in_county(self.source.where) if RELATIONS[self.source.relation].is_root else None
        return [*self.joins, *where(self.speller, county, self.related)] if county else self.conditions

    def _kept(self, element: str) -> str:
        """The array of an element over the page's rows, without the one that only tells whether there is more."""
        direction = " DESC" if self.window.backward else ""
        return self.dialect.array(
            element, f"{self.alias}.place{direction}", f"{self.alias}.place <= {self.size}"
        )

    def _edge_key(self, source: Source) -> str:
        match source:
            case Cursor():
                return f"{self.alias}.cursor"
            case Constant(parameter=parameter):
                return self.dialect.json(self.dialect.parameter(parameter, "text"))
            case Highlights(parameter=mark):
                return f"{self.alias}.mark{mark}"
            case Node():
                return self.dialect.json(f"{self.alias}.node{self.shapes.index(source.shape)}")
            case TypeName():
                return f"'{source.name}'"
            case _:
                raise TypeError(f"{type(source).__name__} is no key of an edge")

    def _fact(self, source: Source) -> str:
        if isinstance(source, TypeName):
            return f"'{source.name}'"
        assert isinstance(source, PageFact)
        if source.name in ("startCursor", "endCursor"):
            cursors = self._kept(self.dialect.quoted(f"{self.alias}.cursor"))
            return self.dialect.element(cursors, last=source.name == "endCursor")
        if _looks_ahead(source, self.window):
            return self.dialect.boolean(f"count(*) > {self.size}")
        return self.dialect.boolean(self._is_something_behind())

    def _is_something_behind(self) -> str:
        """Whether there is a row on the other side of the cursor that the page begins at, that cursor's own included."""
        if not (self.window.before if self.window.backward else self.window.after):
            return "1 = 0"
        if leads(self):
            return behind(self, self._orders())
        beyond = Side.behind(self).bounds(self._orders())
        conditions = " AND ".join([*self.led, *self.conditions, *beyond])
        reads_more = self.walked or any(order.member for order in self.source.order)
        return f"EXISTS (SELECT 1 FROM {self.clause if reads_more else self._counted()} WHERE {conditions})"

    def _orders(self, *, of_page: bool = False) -> list[tuple[str, bool, str]]:
        """(expression, descending, kind) of every key; the kind's `?` says that it may be NULL."""
        return [
            (self._ordered(order, of_page), order.descending, _kind(order, self.related))
            for order in self.source.order
        ]

    def _ordered(self, order: Order, of_page: bool) -> str:
        if order.member:
            expression = self.dialect.leaf(self.related.json, order.member.path, order.member.kind)
            return self.dialect.collated(expression) if order.member.kind == "text" else expression
        if order.key == "stage_rank":
            cases = " ".join(f"WHEN '{stage}' THEN {at}" for at, stage in enumerate(self.speller.stages))
            return f"CASE {self.related.alias}.stage {cases} ELSE {len(self.speller.stages)} END"
        if order.key == "relevance":
            return rank(self, of_page=of_page)
        if order.key == "recency" and self.walked:
            return f"{self.walked}.recency"
        of_owner = self.related.table == "item" and order.key in ("recency", "published_date")
        alias = self.related.owner.alias if of_owner and self.related.owner else self.related.alias
        if order.key == "recency" and self.related.link and not self._sorts():
            alias = self.related.link
        column = f"{alias}.{order.key}"
        return self.dialect.collated(column) if is_text(order) else column

    def order_by(self, orders: list[tuple[str, bool, str]], flip: bool) -> str:
        parts = []
        for expression, descending, kind in orders:
            down = descending != flip
            nulls = (" NULLS FIRST" if flip else " NULLS LAST") if kind.endswith("?") else ""
            parts.append(f"{expression}{' DESC' if down else ' ASC'}{nulls}")
        return ", ".join(parts)

    def _marked(self, mark: int) -> str:
        """The parameter and the document behind it, in hexadecimal digits."""
        body = self.dialect.hex(self.dialect.text(self.related.json))
        return f"{self.dialect.parameter(mark, 'text')} || coalesce({body}, '')"

    def _cursor(self, orders: list[tuple[str, bool, str]]) -> str:
        if is_plain(self.source.order):
            return self.dialect.text(orders[0][0])
        parts = []
        for order, (expression, _, _) in zip(self.source.order, orders, strict=True):
            spelled = self.dialect.text(expression)
            if order.member and order.member.kind == "number":
                spelled = self.dialect.spelled(self.related.json, order.member.path, order.member.kind)
            elif is_text(order):  # `=` before it tells an empty text from none
                spelled = f"'=' || replace(replace({spelled}, '~', '~0'), '|', '~1')"
            parts.append(f"coalesce({spelled}, '')")
        return self.dialect.hex(f"'{order_tag(self.source.order)}|' || " + " || '|' || ".join(parts))

    def keyset(self, orders: list[tuple[str, bool, str]]) -> list[str]:
        """The conditions that the page's cursors make."""
        window = self.window
        conditions = []
        if window.after:
            conditions.append(self.beyond(window.after, orders, forward=True))
        if window.before:
            conditions.append(self.beyond(window.before, orders, forward=False))
        return conditions

    def beyond(
        self, values: tuple[int, ...], orders: list[tuple[str, bool, str]], forward: bool, own: bool = False
    ) -> str:
        """Rows after (or before) a cursor, with `own` its own row too: ties on the first keys, then beyond on the next.

        A value of -1 is NULL. Values without a key are for ties that the keys do not leave.
        """
        options = []
        ties: list[str] = []
        for (expression, descending, kind), value in zip(orders, values, strict=False):
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
        if own:
            options.append(" AND ".join(ties))
        beyond = "(" + " OR ".join(f"({option})" for option in options) + ")"
        expression, descending, kind = orders[0]
        if kind.endswith("?"):
            return beyond
        # Said again for the first key alone, which an index can begin at.
        first = self.dialect.parameter(values[0], kind)
        return f"{expression} {'<=' if descending == forward else '>='} {first} AND {beyond}"


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


def _marks(keys: tuple[Key, ...]) -> list[int]:
    """The parameters of the highlights that a connection's edges have."""
    edges = (key.source for key in keys if isinstance(key.source, Edges))
    found = (inner.source for edge in edges for inner in edge.keys)
    return list(dict.fromkeys(one.parameter for one in found if isinstance(one, Highlights)))


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


def _kind(order: Order, row: Row) -> str:
    if order.member:
        return MEMBERS[order.member.kind] + "?"
    return KINDS.get(order.key, "text") + (
        "" if order.key in (*TIES[row.table], "stage_rank", "relevance") else "?"
    )


def is_text(order: Order) -> bool:
    """Whether the key is a text that may hold anything; ids and codes are plain."""
    return order.member.kind == "text" if order.member else order.key in _TEXTS


def orders_of(table: str, chosen: tuple[Order, ...]) -> tuple[Order, ...]:
    """The chosen keys with the ties that make the order total; by default the newest disclosures first."""
    descending = chosen[-1].descending if chosen else table in ("disclosure", "item")
    ties = tuple(Order(tie, descending) for tie in TIES[table] if tie not in {order.key for order in chosen})
    return chosen + ties


def is_plain(orders: tuple[Order, ...]) -> bool:
    """Whether a cursor is the value of the one key itself: that of a change is its version."""
    return [order.key for order in orders] == ["version"]


def order_tag(orders: tuple[Order, ...]) -> str:
    """How a cursor names the order it belongs to."""
    return "-".join(f"{order.key}{'!' if order.descending else ''}" for order in orders)
