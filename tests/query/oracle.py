"""The reference: graphql-core executes the operation field by field over rows read with plain SELECTs.

It shares with the compiled engine the types (`api.types`), the tables and the search terms, and nothing else:
fields are said a second time in `oracle_fields`, filters, orders and cursors in `reference`, as plainly as possible.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, cmp_to_key
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    execute_sync,
    get_named_type,
    parse,
    print_schema,
)
from sqlalchemy import Engine, select

from api.types import graphql_schema
from query.model import Model
from schemas.catalog import Catalog
from store import tables
from tests.owners import named, owners
from tests.query import meaning, oracle_summary, reference
from tests.query.oracle_fields import FIELDS
from tests.query.oracle_filters import Filters
from tests.query.reference import Orders, Row, Thing

# What a thing that is no disclosure is found by.
NAMES = {
    "organization": ("name", "uscc"), "publisher": ("name", "uscc"), "process": ("title", "number"),
    "region": ("title", "title_en", "code"),
}  # fmt: skip
# What the loader makes of the other tables, for speed alone: the oracle counts anew.
DERIVED = ("rollup_domain", "rollup_method", "rollup_month", "rollup_organization", "rollup_publisher", "rollup_type",
           "rollup_year", "territory", "working_day")  # fmt: skip


class Oracle:
    """Answers operations over one catalog and what a database held when it was made."""

    def __init__(self, catalog: Catalog, engine: Engine) -> None:
        self.catalog = catalog
        self.schema = _schema(catalog.folder)
        self.names = {d.type: d.graphql_name for d in catalog.types.values()}
        with engine.connect() as connection:
            known = owners(connection)
            self.rows = {
                table.name: sorted(
                    (named(table, _plain(r), known) for r in connection.execute(select(table)).mappings()),
                    key=repr,
                )
                for table in tables.metadata.sorted_tables
                if table.name not in DERIVED
            }
        self.documents = {row["disclosure_id"]: row["body"] for row in self.rows["document"]}
        self.called = reference.called(catalog.documents.values())
        self.titles, self.methods = oracle_summary.titles(catalog), oracle_summary.methods(catalog)
        self.unit_prices = {
            (d.type, f.name)
            for d in catalog.versions.values()
            for one in d.fields
            for f in one.walk()
            if f.definition == "unitPrice"
        }
        self.texts = meaning.Texts(catalog)
        self.found: dict[tuple[str, str], dict[Any, list[Row]]] = {}
        self.found_leaves: dict[str, Mapping[str, str]] = {}
        self.filters = Filters(self, self.schema)

    def answer(
        self, query: str | DocumentNode, variables: Mapping[str, Any] | None = None, name: str | None = None
    ) -> Any:
        """`data` of the operation; an error of any kind fails the test."""
        document = parse(query) if isinstance(query, str) else query
        result = execute_sync(
            self.schema, document, Thing("query", {}), variable_values=dict(variables or {}),
            operation_name=name, field_resolver=self._resolve, type_resolver=self._type,
        )  # fmt: skip
        if result.errors and result.errors[0].original_error:
            raise result.errors[0].original_error
        assert not result.errors, result.errors[0]
        return result.data

    def _resolve(self, source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        name = info.field_name
        if isinstance(source, Mapping):  # within a document
            return self.called_in(source, name)
        if source.kind.endswith("numbers"):
            return oracle_summary.properties(self, source, name)
        declared = info.parent_type.fields[name].args
        if "filter" in declared:
            arguments["filterType"] = get_named_type(declared["filter"].type).name
            arguments["target"] = get_named_type(info.return_type).name.removesuffix("Connection")
        found = FIELDS[source.kind].get(name)
        if isinstance(found, str):
            return source.row[found]
        if found is not None:
            return found(self, source, arguments)
        if source.kind == "query":  # the list of one type
            path = next(d.type for d in self.catalog.types.values() if d.collection == name)
            return self.page("disclosure", self.all("disclosure", "type", path), arguments, path=path)
        return self.called_in(source.document or {}, name)

    def called_in(self, document: Mapping[str, Any], name: str) -> Any:
        """What stands in a document under a name or, in another version's record, under what that calls it."""
        found = [document[one] for one in (name, *self.called.get(name, ())) if one in document]
        return found[0] if found else None

    def _type(self, source: Thing, _info: GraphQLResolveInfo, _abstract: Any) -> str:
        if source.kind == "disclosure":
            return self.names[source.row["type"]]
        if source.kind in ("lot", "item"):
            assert source.owner is not None
            return self.names[source.owner.row["type"]] + source.kind.capitalize()
        return source.kind.capitalize()

    # rows

    def all(self, kind: str, column: str, value: Any) -> list[Row]:
        """The rows of a table with that value."""
        if (kind, column) not in self.found:
            made: dict[Any, list[Row]] = defaultdict(list)
            for row in self.rows[kind]:
                made[row[column]].append(row)
            self.found[kind, column] = dict(made)
        return self.found[kind, column].get(value, [])

    def one(self, kind: str, column: str, value: Any) -> Thing | None:
        """The first of them."""
        return next((self.thing(kind, row) for row in self.all(kind, column, value)), None)

    def thing(self, kind: str, row: Row) -> Thing:
        """A row with its document, where it has one."""
        if kind == "item":
            owner = self.one("disclosure", "id", row["disclosure_id"])
            assert owner is not None
            return next(one for one in self.parts(owner, "item") if one.row["ordinal"] == row["ordinal"])
        if kind == "snapshot":
            return Thing(kind, row, row["body"])
        return Thing(kind, row, self.documents.get(row["id"]) if kind == "disclosure" else None)

    def parts(self, owner: Thing, kind: str, order: str = "ordinal") -> list[Thing]:
        """The rows that belong to a disclosure, in their order."""
        rows = sorted(self.all(kind, "disclosure_id", owner.row["id"]), key=lambda row: int(row[order]))
        return [Thing(kind, row, _piece(owner, kind, row, rows), owner) for row in rows]

    def processes(self, source: Thing) -> list[Thing]:
        """The processes of a disclosure."""
        links = self.all("disclosure_process", "disclosure_id", source.row["id"])
        ids = sorted({str(link["process_id"]) for link in links})
        return [Thing("process", self.all("process", "id", one)[0]) for one in ids]

    def linked(self, table: str, column: str, value: str) -> list[Row]:
        """The disclosures that a table of their parts leads to."""
        ids = {row["disclosure_id"] for row in self.all(table, column, value)}
        return [row for row in self.rows["disclosure"] if row["id"] in ids]

    # lists

    def page(
        self,
        kind: str,
        rows: Sequence[Row],
        arguments: Mapping[str, Any],
        default: Orders = (),
        path: str = "",
    ) -> Thing:
        """A connection over the rows that meet filter and search."""
        rows = self.chosen(kind, rows, arguments)
        leaves = self.leaves(arguments.get("target", "")) if kind == "disclosure" else {}
        orders = reference.order_of(kind, arguments.get("orderBy"), default, leaves)
        if any(key == "relevance" for key, _ in orders):
            rows = [self.ranked(row, arguments["search"]) for row in rows]
        whole = [(row, self.place(kind, row, orders)) for row in rows]
        whole.sort(key=cmp_to_key(lambda a, b: reference.compare(a[1], b[1], orders)))
        placed, behind = whole, {"after": False, "before": False}
        for name, sign in (("after", 1), ("before", -1)):
            if arguments.get(name) is not None:
                there = reference.read(arguments[name], orders)
                behind[name] = any(reference.compare(at, there, orders) * sign <= 0 for _, at in whole)
                placed = [one for one in placed if reference.compare(one[1], there, orders) * sign > 0]
        last = arguments.get("last")
        size = last or arguments.get("first") or 20
        shown = placed[-size:] if last else placed[:size]
        more = len(placed) > size
        facts = {
            "hasNextPage": behind["before"] if last else more,
            "hasPreviousPage": more if last else behind["after"],
            "startCursor": reference.cursor(shown[0][1], orders) if shown else None,
            "endCursor": reference.cursor(shown[-1][1], orders) if shown else None,
        }
        nodes = [self.thing(kind, row) for row, _ in shown]
        edges = [
            Thing(
                "edge",
                {
                    "node": node, "cursor": reference.cursor(at, orders),
                    "highlights": self._highlights(node, arguments.get("search")),
                },
            )
            for node, (_, at) in zip(nodes, shown, strict=True)
        ]  # fmt: skip
        found = {
            "nodes": nodes,
            "edges": edges,
            "pageInfo": Thing("pageInfo", facts),
            "totalCount": len(rows),
            "all": rows,
            "whole": rows,
            "path": path,
        }
        return Thing("connection", found)

    def chosen(self, kind: str, rows: Sequence[Row], arguments: Mapping[str, Any]) -> Sequence[Row]:
        """The rows that meet filter and search."""
        wanted = arguments.get("filter")
        if wanted is not None:
            type_ = arguments["filterType"]
            rows = [row for row in rows if self.meets(self.thing(kind, row), wanted, type_)]
        if arguments.get("search") is not None:
            rows = [row for row in rows if meaning.matches(self.searched(kind, row), arguments["search"])]
        return rows

    def searched(self, kind: str, row: Row) -> list[str]:
        """The texts in which a row is searched, a disclosure's title first."""
        if kind == "item":  # by all that its disclosure says
            return self.searched("disclosure", self.all("disclosure", "id", row["disclosure_id"])[0])
        if kind != "disclosure":
            return [str(row[column]) for column in NAMES[kind] if row[column]]
        document = self.documents.get(row["id"])
        return [one for _, one in self.texts.of(document, row["title"])] if document else []

    def ranked(self, row: Row, search: str) -> Row:
        """The row with how well it fits the search."""
        title, *texts = self.searched("disclosure", row)
        return {**row, "relevance": meaning.rank(title, texts, search)}

    def _highlights(self, node: Thing, search: str | None) -> list[Thing]:
        if search is None or node.kind != "disclosure" or not node.document:
            return []
        found = meaning.highlights(self.texts.of(node.document, node.row["title"]), search)
        return [
            Thing("highlight", {**one, "pieces": [Thing("piece", piece) for piece in one["pieces"]]})
            for one in found
        ]

    def place(self, kind: str, row: Row, orders: Orders) -> reference.Place:
        """What a row is ordered by."""
        document = self.documents.get(row["id"]) if kind == "disclosure" else None
        return reference.place(row, orders, self.called_in, document)

    def leaves(self, target: str) -> Mapping[str, str]:
        """What the lists of a type can be ordered by in documents."""
        if target not in self.found_leaves:
            is_one = target == "Disclosure" or target in self.names.values()
            self.found_leaves[target] = reference.leaves(self.schema.type_map[target]) if is_one else {}
        return self.found_leaves[target]

    def meets(self, one: Thing, wanted: Mapping[str, Any], type_: str = "DisclosureFilter") -> bool:
        """Whether a thing meets a filter."""
        return self.filters.meets(one, wanted, type_)


@cache
def _schema(folder: Path) -> GraphQLSchema:
    """The types, printed and read again, so that nothing of graphene's takes part in the execution."""
    return build_schema(print_schema(graphql_schema(Model.of(Catalog.load(folder)))))


def _piece(owner: Thing, kind: str, row: Row, siblings: list[Row]) -> Any:
    """Where the document says more about a lot or an item than its row."""
    document = owner.document
    if not document or kind not in ("lot", "item"):
        return None
    if kind == "lot":
        return document["lots"][row["ordinal"]]
    beside = [one["ordinal"] for one in siblings if one["lot_ordinal"] == row["lot_ordinal"]]
    holder = document if row["lot_ordinal"] is None else document["lots"][row["lot_ordinal"]]
    return holder["items"][beside.index(row["ordinal"])]


class Unordered(dict[str, Any]):
    """A JSON document as it is stored: whole, it comes in whatever order the database keeps its keys."""


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return Unordered(value) if isinstance(value, dict) else value
