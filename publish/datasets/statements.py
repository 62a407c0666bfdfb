"""The rows of a dataset's table as one SELECT: each value as one text, the same on both databases.

Numbers are spelled as the record has them (exact), dates as ISO, moments as written, `true` and `false`, times in UTC
with a Z. What every format writes is made of these texts, so that all formats say the same.

Rows come newest disclosure first, parts in the order of the document. A record withdrawn for privacy is not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from publish.datasets.layout import Column, Path, Table
from query.conditions import where
from query.dialect import Dialect
from query.plan import Condition
from query.row import Row, asks_document
from query.sql import Speller
from schemas.catalog import Catalog

_JSON = {"number", "integer", "money", "price", "boolean"}
_DOCUMENT = " LEFT JOIN document b ON b.shard = d.shard AND b.disclosure_number = d.number"
_OWNED = "x.shard = d.shard AND x.disclosure_number = d.number"
_IN_FORCE = (
    "w.shard = d.shard AND w.disclosure_id = d.id AND w.version = (SELECT max(l.version) FROM withdrawal l"
    " WHERE l.shard = d.shard AND l.disclosure_id = d.id)"
)
_PRIVACY = "privacy"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which disclosures: a condition with the values of its parameters. None is every one."""

    where: Condition | None = None
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Rows:
    """Spells the rows of tables for one database. `site` stands before the address of a record."""

    dialect: Dialect
    catalog: Catalog
    site: str = ""

    def select(self, table: Table, chosen: Chosen, first: int | None = None, *, year: bool = False) -> str:
        """The SELECT of a table: a column `c0`, `c1`, … for each of its own, texts or NULL.

        With `first` only what the first so many disclosures have; with `year` there is a last column, that of
        publication.
        """
        clause, joined, order = self._from(table, chosen)
        conditions = [*joined, *self._conditions(chosen, self._json(table, chosen))]
        if first is not None:
            some = f"SELECT d.* FROM disclosure d WHERE {_and(self._conditions(chosen))} ORDER BY d.recency DESC LIMIT {first}"
            clause, conditions = f"({some}) d{clause.removeprefix('disclosure d')}", joined
        columns = ", ".join(f"{self._value(table, one)} AS c{at}" for at, one in enumerate(table.columns))
        columns += f", substr({self._text('d.published_date')}, 1, 4) AS year" if year else ""
        # The limit keeps SQLite, the offset PostgreSQL from spelling a column again wherever it is used.
        most = "LIMIT -1" if self._is_sqlite else "OFFSET 0"
        return (
            f"SELECT {columns} FROM {clause} WHERE {_and(conditions)}"
            f" ORDER BY {', '.join(['d.recency DESC', *order])} {most}"
        )

    def documents(self, table: Table, chosen: Chosen, first: int | None = None) -> str:
        """The SELECT of a main table with one more column, the whole document as bytes."""
        body = "CAST(b.body AS BLOB)" if self._is_sqlite else "convert_to(b.body::text, 'UTF8')"
        selected = self.select(table, chosen, first)
        at = selected.index(_DOCUMENT)
        begin = selected.rindex(" FROM ", 0, at) if first is None else selected.index(" FROM (SELECT d.*")
        return f"{selected[:begin]}, {body} AS body{selected[begin:]}"

    def changes(
        self, table: Table, chosen: Chosen, types: Sequence[str], since: int, until: int | None = None
    ) -> str:
        """The SELECT of disclosures that changed after a version: that of their last change, of their first, whether
        they meet the condition, then what `documents` has. Of other types than `types`, where there are some, none.

        What came after that version and does not meet the condition was never there. With `until` only the changes up
        to that version.
        """
        clause, _, _ = self._from(table, chosen)
        meets = _and(
            [f"coalesce(w.kind, '') <> '{_PRIVACY}'", *self._conditions(chosen, self._json(table, chosen))]
        )
        columns = ", ".join(f"{self._value(table, one)} AS c{at}" for at, one in enumerate(table.columns))
        body = "CAST(b.body AS BLOB)" if self._is_sqlite else "convert_to(b.body::text, 'UTF8')"
        of_same = "n.shard = c.shard AND n.disclosure_number = c.disclosure_number"
        first = f"(SELECT min(n.version) FROM change n WHERE {of_same})"
        conditions = [
            f"c.version > {since}", f"NOT EXISTS (SELECT 1 FROM change n WHERE {of_same} AND n.version > c.version)",
            "d.shard = c.shard", "d.number = c.disclosure_number",
        ]  # fmt: skip
        if until is not None:
            conditions.append(f"c.version <= {until}")
        if types:
            conditions.append(f"d.type IN ({', '.join(map(_quoted, types))})")
        inner = (
            f"SELECT c.version AS version, {first} AS first, CASE WHEN {meets} THEN 1 ELSE 0 END AS meets,"
            f" {columns}, {body} AS body FROM change c CROSS JOIN {clause} WHERE {_and(conditions)}"
        )
        most = "LIMIT -1" if self._is_sqlite else "OFFSET 0"
        return f"SELECT * FROM ({inner} ORDER BY c.version {most}) q WHERE q.meets = 1 OR q.first <= {since}"

    def count(self, chosen: Chosen) -> str:
        """The number of disclosures: all that meet the condition less those withdrawn for privacy."""
        every = f"SELECT count(*) FROM disclosure d WHERE {_and(self._conditions(chosen))}"
        private = [f"w.kind = '{_PRIVACY}'", "d.status = 'withdrawn'", _IN_FORCE, *self._conditions(chosen)]
        gone = f"SELECT count(*) FROM withdrawal w CROSS JOIN disclosure d WHERE {_and(private)}"
        return f"SELECT ({every}) - ({gone})"

    def _conditions(self, chosen: Chosen, json: str = "") -> list[str]:
        speller = Speller(self.dialect, tuple(self.catalog.codelists["stage"].codes))
        return where(speller, chosen.where, Row("disclosure", "d", json))

    @property
    def _is_sqlite(self) -> bool:
        return self.dialect.name == "sqlite"

    def _json(self, table: Table, chosen: Chosen) -> str:
        """The document, where the rows have it beside them anyway; else a condition looks it up."""
        return (
            "b.body" if table.rows in ("disclosure", "lot", "element") and asks_document(chosen.where) else ""
        )

    # where rows come from

    def _from(self, table: Table, chosen: Chosen) -> tuple[str, list[str], list[str]]:
        """FROM, the conditions of its joins, and what follows in the order after the disclosure."""
        match table.rows:
            case "disclosure":
                clause = (
                    f"disclosure d{_DOCUMENT} LEFT JOIN publisher p ON p.id = d.publisher_id"
                    " LEFT JOIN region r ON r.code = d.region LEFT JOIN region f ON f.code = d.prefecture"
                    f" LEFT JOIN withdrawal w ON d.status = 'withdrawn' AND {_IN_FORCE}"
                )
                return clause, [f"coalesce(w.kind, '') <> '{_PRIVACY}'"], []
            case "party":
                joined = " LEFT JOIN organization o ON o.id = x.organization_id"
                return f"disclosure d CROSS JOIN party x{joined}", [_OWNED], ["x.ordinal"]
            case "item":
                return "disclosure d CROSS JOIN item x", [_OWNED], ["x.ordinal"]
            case "process":
                clause = "disclosure d CROSS JOIN disclosure_process x CROSS JOIN process n"
                return clause, [_OWNED, "n.serial = x.process_serial"], ["n.id"]
            case "lot":
                clause = f"disclosure d CROSS JOIN lot x{_DOCUMENT}"
                return clause, [_OWNED], ["x.ordinal"]
            case _:
                clause, order = "disclosure d CROSS JOIN document b", []
                json = "b.body"
                for at, path in enumerate(table.lists):
                    clause += f" CROSS JOIN {self._elements(json, path, f'e{at}')}"
                    json = f"e{at}.value"
                    order.append(f"e{at}.key")
                return clause, ["b.shard = d.shard AND b.disclosure_number = d.number"], order

    def _elements(self, json: str, path: Path, alias: str) -> str:
        dotted = [".".join(names) for names in product(*path)]
        if self._is_sqlite:
            if len(dotted) == 1:
                return f"json_each({json}, '$.{dotted[0]}') {alias}"
            found = [f"{json} -> '$.{one}'" for one in dotted]
            return f"json_each(coalesce({', '.join(found)})) {alias}"
        found = [f"{json} #> '{{{one.replace('.', ',')}}}'" for one in dotted]
        array = found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"
        return f"LATERAL jsonb_array_elements({array}) WITH ORDINALITY {alias}(value, key)"

    # values

    def _value(self, table: Table, column: Column) -> str:
        if column.path:
            return self._leaf(self._element(table), column)
        if table.rows == "element" and column.name == "value":
            return self._plain(table)
        return self._kept(table, column)

    def _element(self, table: Table) -> str:
        """The JSON that a row's leaves are read from."""
        if table.rows == "disclosure":
            return "b.body"
        if table.rows == "lot":
            return self.dialect.at_index("b.body", "lots", "x.ordinal")
        return f"e{len(table.lists) - 1}.value"

    def _leaf(self, json: str, column: Column) -> str:
        found = [self._at(json, names, column.kind) for names in product(*column.path)]
        return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"

    def _at(self, json: str, names: Sequence[str], kind: str) -> str:
        if not self._is_sqlite:
            return f"{json} #>> '{{{','.join(names)}}}'"
        path = f"'$.{'.'.join(names)}'"
        return f"nullif({json} -> {path}, 'null')" if kind in _JSON else f"{json} ->> {path}"

    def _plain(self, table: Table) -> str:
        """The element of a list of plain values."""
        value = self._element(table)
        return f"CAST({value} AS TEXT)" if self._is_sqlite else f"{value} #>> '{{}}'"

    def _kept(self, table: Table, column: Column) -> str:
        name = column.name
        if name.endswith("ordinal"):
            return self._ordinal(table, name)
        stored = _STORED.get((table.rows, name))
        if stored is None:
            stored = (
                "d.id" if name == "disclosure_id" else f"{'d' if table.rows == 'disclosure' else 'x'}.{name}"
            )
        match name, column.kind:
            case "type_title", _:
                return self._type_title()
            case "address", _:
                return f"{_quoted(self.site + '/disclosures/')} || d.id"
            case "region_code", _:
                return "d.region"
            case _, "money" | "price":
                return self._decimal(stored, 2 if column.kind == "money" else 4)
            case _, "instant":
                return self._instant(stored)
            case _, "number":
                return self._float(stored)
            case _, "integer" | "date":
                return self._text(stored)
        return stored

    def _text(self, expression: str) -> str:
        return expression if self._is_sqlite else f"{expression}::text"

    def _ordinal(self, table: Table, name: str) -> str:
        """A place in a list, counted from 1; `lot_ordinal` of a part is a column of its table."""
        if table.rows == "element":
            place = [one for one in table.key if one.endswith("ordinal")].index(name)
            return f"e{place}.key + 1" if self._is_sqlite else f"e{place}.key::text"
        return f"x.{name} + 1" if self._is_sqlite else f"(x.{name} + 1)::text"

    def _type_title(self) -> str:
        cases = " ".join(
            f"WHEN '{one.type}' THEN {_quoted(one.title)}" for one in self.catalog.types.values()
        )
        return f"CASE d.type {cases} ELSE d.type END"

    def _decimal(self, column: str, digits: int) -> str:
        """Fen as yuan, 1/10,000 yuan as yuan: no zeros at the end."""
        if not self._is_sqlite:
            return f"trim_scale({column} * 0.{'1'.rjust(digits, '0')})::text"
        by = 10**digits
        parts = f"CASE WHEN {column} < 0 THEN '-' ELSE '' END, abs({column}) / {by}, abs({column}) % {by}"
        return (
            f"CASE WHEN {column} % {by} = 0 THEN CAST({column} / {by} AS TEXT)"
            f" WHEN {column} IS NOT NULL THEN rtrim(printf('%s%d.%0{digits}d', {parts}), '0') END"
        )

    def _float(self, column: str) -> str:
        if not self._is_sqlite:
            return f"{column}::text"
        short = f"printf('%.15g', {column})"
        return (
            f"CASE WHEN {column} IS NULL THEN NULL WHEN CAST({short} AS REAL) = {column} THEN {short}"
            f" ELSE printf('%!.17g', {column}) END"
        )

    def _instant(self, column: str) -> str:
        if self._is_sqlite:
            return self.dialect.moment(column)
        return f'to_char({column}, \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\')'


_STORED = {
    ("disclosure", "publisher_name"): "p.name", ("disclosure", "publisher_uscc"): "p.uscc",
    ("disclosure", "region_name"): "r.title", ("disclosure", "prefecture_code"): "d.prefecture",
    ("disclosure", "prefecture_name"): "f.title", ("disclosure", "amount"): "d.amount_fen",
    ("disclosure", "withdrawal_reason"): "w.reason", ("disclosure", "withdrawn_at"): "w.at",
    ("party", "organization_uscc"): "o.uscc", ("party", "amount"): "x.amount_fen", ("lot", "amount"): "x.amount_fen",
    ("item", "amount"): "x.amount_fen", ("process", "process_id"): "n.id", ("process", "number"): "n.number", ("process", "title"): "n.title",
}  # fmt: skip


def _and(conditions: Sequence[str]) -> str:
    return " AND ".join(conditions) or "1 = 1"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
