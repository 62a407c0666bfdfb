"""Statistics spelled: groups of disclosures, what they measure, and the page of them that was asked for.

Four layers: the rows with their keys, amounts and days late; their aggregates by group; the measures made from these;
and the groups in their order. Rows are disclosures, or the cells of a rollup, which hold aggregates already. A measure
that needs every row besides (median, distinct organizations, numbers of documents) is joined by the groups' keys; it
reads a bounded number of rows, and the statement fails with Q033 where there are more.
"""

from collections.abc import Callable
from typing import Protocol

from query.conditions import Relating, where
from query.measures import DIMENSIONS, MEASURES, Dimension
from query.plan import (
    Block,
    Condition,
    GroupKey,
    GroupKeys,
    Groups,
    HasMore,
    Key,
    Measured,
    NumberFact,
    Numbers,
    Source,
    Statistics,
    TypeName,
)
from query.relations import RELATIONS
from query.row import Row
from query.spans import in_county

Reached = tuple[
    Row, str, list[str]
]  # a connection's rows: the row, the FROM clause and the join's conditions
TOO_MANY = "Q033"
_BILLION = 1_000_000_000
# Of the rows' columns a (amount), l (days late), r (repost), and of a rollup's cells.
_AGGREGATES = {
    "disclosures": ("count(*)", "coalesce(sum(x.disclosures), 0)"),
    "reposts": ("coalesce(sum(x.r), 0)", "coalesce(sum(x.reposts), 0)"),
    "amounts": ("count(x.a)", "coalesce(sum(x.amounts), 0)"),
    "amount_high": (f"sum(x.a / {_BILLION})", "sum(x.amount_high)"),
    "amount_low": (f"sum(x.a - x.a / {_BILLION} * {_BILLION})", "sum(x.amount_low)"),
    "amount_minimum": ("min(x.a)", "min(x.amount_minimum)"),
    "amount_maximum": ("max(x.a)", "max(x.amount_maximum)"),
    "judged": ("count(x.l)", "coalesce(sum(x.judged), 0)"),
    "late": ("count(CASE WHEN x.l > 0 THEN 1 END)", "coalesce(sum(x.late), 0)"),
    "late_days": ("sum(CASE WHEN x.l > 0 THEN x.l END)", "sum(x.late_days)"),
    "late_maximum": ("max(CASE WHEN x.l > 0 THEN x.l END)", "max(x.late_maximum)"),
}
# measure → the aggregates it is made from, where it is none itself
_MADE_FROM = {
    "amount_sum": ("amounts", "amount_high", "amount_low"),
    "amount_mean": ("amounts", "amount_high", "amount_low"),
    "late_share": ("late", "judged"),
    "late_mean": ("late", "late_days"),
}
_BESIDE = {"organizations": "party", "processes": "disclosure_process"}


class Assembling(Relating, Protocol):
    """What spells objects (`query.sql.Speller`)."""

    def assembled(self, pairs: list[str]) -> str: ...


class Grouping:
    """One statistics of one parent."""

    def __init__(
        self, speller: Assembling, source: Statistics, row: Row, reach: Callable[[], Reached] | None = None
    ) -> None:
        self.speller, self.source, self.row, self.reach = speller, source, row, reach
        self.dialect = speller.dialect
        self.keys = [f"k{at}" for at in range(len(source.dimensions))]
        self.wanted = sorted(source.measures())
        self.costly = [name for name in self.wanted if MEASURES[name].costly]
        # Only what tells whether there are more groups needs one more of them, and their places.
        self.numbered = any(isinstance(key.source, HasMore) for key in source.keys)
        self.alias = speller.alias("q")

    def object(self) -> str:
        """The object of statistics, as an expression."""
        size = self.dialect.parameter(self.source.size)
        pairs = []
        for key in self.source.keys:
            match key.source:
                case Groups(keys=keys):
                    element = self._object(keys)
                    kept = f"{self.alias}.place <= {size}" if self.numbered else ""
                    value = self.dialect.array(element, f"{self.alias}.place" if self.numbered else "", kept)
                case HasMore():
                    value = self.dialect.boolean(f"count(*) > {size}")
                case TypeName(name=name):
                    value = f"'{name}'"
                case _:
                    raise TypeError(f"{type(key.source).__name__} is no key of statistics")
            pairs.append(f"'{key.name}', {value}")
        made = self.dialect.object(", ".join(pairs))
        if all(isinstance(key.source, TypeName) for key in self.source.keys):
            return made  # without an aggregate there would be a row for each group
        return self.dialect.json(f"(SELECT {made} FROM ({self._page()}) {self.alias})")

    def sums(self) -> tuple[list[str], str]:
        """SELECT of every group's keys and aggregates, and the names of these."""
        return list(self._aggregates()), self._sums()

    # the answer's objects

    def _object(self, keys: tuple[Key, ...]) -> str:
        return self.speller.assembled([f"'{key.name}', {self._value(key.source)}" for key in keys])

    def _value(self, source: Source) -> str:
        match source:
            case Measured(name=name):
                return self._number(f"{self.alias}.{name}", MEASURES[name].digits)
            case NumberFact(place=place, name=name):
                digits = 0 if name == "count" else self.source.numbers[place].digits
                return self._number(f"{self.alias}.n{place}_{name}", digits)
            case GroupKeys(keys=keys):
                return self.dialect.list(
                    ", ".join(self._key_object(keys, place) for place in range(len(self.keys)))
                )
            case GroupKey(name=name, place=place):
                return self._key(name, place)
            case Block(keys=keys):
                return self._object(keys)
            case TypeName(name=name):
                return f"'{name}'"
            case _:
                raise TypeError(f"{type(source).__name__} is no key of a group")

    def _number(self, expression: str, digits: int) -> str:
        return self.dialect.divide(expression, digits) if digits else expression

    def _key_object(self, keys: tuple[Key, ...], place: int) -> str:
        pairs = []
        for key in keys:
            named = isinstance(key.source, GroupKey)
            value = self._key(key.source.name, place) if named else self._value(key.source)  # type: ignore[union-attr]
            pairs.append(f"'{key.name}', {value}")
        return self.dialect.object(", ".join(pairs))

    def _key(self, name: str, place: int) -> str:
        value = f"{self.alias}.k{place}"
        titles = DIMENSIONS[self.source.dimensions[place]].titles
        match name:
            case "dimension":
                return f"'{self.source.dimensions[place]}'"
            case "value":
                return value
        if titles == "region":
            column = "title" if name == "title" else "title_en"
            return f"(SELECT t.{column} FROM region t WHERE t.code = {value})"
        if titles == "publisher":
            return f"(SELECT t.name FROM publisher t WHERE t.id = {value})" if name == "title" else "NULL"
        if self.source.titles[place] < 0:
            return "NULL"
        names = self.dialect.parameter(self.source.titles[place], "text")
        return self.dialect.titled(names, value, 0 if name == "title" else 1)

    # the groups

    def _page(self) -> str:
        """The groups asked for in their order, and one more where they are numbered."""
        parts = [(f"m.{order.key}", order) for order in self.source.order]
        ordered = ", ".join(
            f"{self.dialect.collated(name) if order.key in self.keys else name}"
            f" {'DESC' if order.descending else 'ASC'} NULLS LAST"
            for name, order in parts
        )
        having = " AND ".join(where(self.speller, self.source.having, Row("group", "m"))) or "1 = 1"
        size = self.dialect.parameter(self.source.size)
        rows = f"FROM ({self._measures()}) m WHERE {having} ORDER BY"
        if not self.numbered:
            # SQLite makes a plan anew for each value of a bare parameter of LIMIT.
            return f"SELECT m.* {rows} {ordered or '1'} LIMIT {size} + 0"
        return f"SELECT m.*, row_number() OVER (ORDER BY {ordered or '1'}) AS place {rows} place LIMIT {size} + 1"

    def _measures(self) -> str:
        """The measures of every group."""
        made = [f"t.{key}" for key in self.keys]
        made += [f"{self._measure(name)} AS {name}" for name in self.wanted]
        for at, _ in enumerate(self.source.numbers):
            name = f"t.n{at}"
            made += [
                f"{_sum(f'{name}_count', f'{name}_total')} AS n{at}_sum",
                f"{_mean(f'{name}_total', f'{name}_count', 1)} AS n{at}_mean",
                f"{_middle(f'{name}_median')} AS n{at}_median",
                *(f"{name}_{one} AS n{at}_{one}" for one in ("minimum", "maximum")),
                f"coalesce({name}_count, 0) AS n{at}_count",
            ]
        return f"SELECT {', '.join(made) or '1 AS one'} FROM ({self._totals()}) t"

    def _measure(self, name: str) -> str:
        match name:
            case "amount_sum":
                return _sum("t.amounts", "t.amount_total")
            case "amount_mean":
                return _mean("t.amount_total", "t.amounts", 1)
            case "amount_median":
                return _middle("t.amount_median")
            case "late_share":
                return _mean("t.late", "t.judged", 10_000)
            case "late_mean":
                return _mean("t.late_days", "t.late", 100)
            case "organizations" | "processes":
                return f"coalesce(t.{name}, 0)"
        return f"t.{name}"

    def _totals(self) -> str:
        """The aggregates as whole numbers; one that is too large for them is an error."""
        whole, halves = self.dialect.whole, ("median_a", "median_b")
        names = list(self._aggregates())
        made = [f"s.{key}" for key in self.keys]
        made += [
            f"{whole(f's.{name}')} AS {name}" for name in names if name not in ("amount_high", "amount_low")
        ]
        if "amount_high" in names:
            made.append(f"{whole(_total('s.amount'))} AS amount_total")
        if "amount_median" in self.wanted:
            made += [f"{whole(f's.amount_{half}')} AS amount_{half}" for half in halves]
        made += [f"s.{name}" for name in _BESIDE if name in self.wanted]
        for at, _ in enumerate(self.source.numbers):
            made.append(f"{whole(_total(f's.n{at}'))} AS n{at}_total")
            made += [f"{whole(f's.n{at}_{half}')} AS n{at}_{half}" for half in halves]
            made += [f"s.n{at}_{name}" for name in ("minimum", "maximum", "count")]
        return f"SELECT {', '.join(made) or '1 AS one'} FROM ({self._sums()}) s"

    def _aggregates(self) -> dict[str, str]:
        """The aggregates that the measures are made from."""
        names = [name for name in self.wanted if name in _AGGREGATES]
        names += [one for name in self.wanted for one in _MADE_FROM.get(name, ())]
        return {name: _AGGREGATES[name][1 if self.source.rollup else 0] for name in names}

    def _sums(self) -> str:
        """The aggregates of every group, those that are computed beside joined to them."""
        found = [f"x.{key}" for key in self.keys]
        found += [f"{expression} AS {name}" for name, expression in self._aggregates().items()]
        if "amount_median" in self.wanted:
            found += _halves("x.a", "amount")
        guard = self._guard("x") if self._bounded() else ""
        grouped = f" GROUP BY {', '.join(f'x.{key}' for key in self.keys)}" if self.keys else ""
        main = f"SELECT {', '.join(found) or 'count(*) AS one'} FROM ({self._rows()}) x{guard}{grouped}"
        besides = self._besides()
        if not besides:
            return main
        columns = ["g.*"]
        joins = ""
        for place, (text, names_) in enumerate(besides):
            alias = f"j{place}"
            columns += [f"{alias}.{name}" for name in names_]
            same = " AND ".join(f"coalesce({alias}.{k}, '') = coalesce(g.{k}, '')" for k in self.keys)
            joins += f" LEFT JOIN ({text}) {alias} ON {same or '1 = 1'}"
        return f"SELECT {', '.join(columns)} FROM ({main}) g{joins}"

    def _bounded(self) -> bool:
        return bool(self.costly or self.source.numbers)

    def _guard(self, alias: str) -> str:
        most = self.dialect.parameter(self.source.most, "bigint")
        refused = self.dialect.refuse(TOO_MANY, f"{alias}.matching")
        return f" WHERE CASE WHEN {alias}.matching > {most} THEN {refused} ELSE 1 END = 1"

    # the rows

    def _rows(self, *, more: str = "", plain: bool = False) -> str:
        """The rows with their keys; bounded and counted where something costly is asked for."""
        related, clause, conditions = self._from(more)
        alias = related.alias
        columns = [
            f"{self._dimension(DIMENSIONS[name], alias)} AS k{at}"
            for at, name in enumerate(self.source.dimensions)
        ]
        if self.source.rollup:
            columns += [f"{alias}.*"]
        else:
            counts = f"{alias}.status = 'published'"
            columns += [
                f"CASE WHEN {counts} AND {alias}.repost = 0 THEN {alias}.amount_fen END AS a",
                f"CASE WHEN {counts} THEN {alias}.days_late END AS l",
                f"{alias}.repost AS r",
                f"{alias}.shard AS shard", f"{alias}.number AS number",
                f"CASE WHEN {counts} AND {alias}.repost = 0 THEN 1 ELSE 0 END AS counts",
            ]  # fmt: skip
            if more:
                columns.append(f"{more}.body AS body")
        query = f"SELECT {', '.join(columns)} FROM {clause} WHERE {' AND '.join(conditions) or '1 = 1'}"
        if not self._bounded():
            return query
        query += f" LIMIT {self.dialect.parameter(self.source.most, 'bigint')} + 1"
        if plain:
            return query
        partition = f"PARTITION BY {', '.join(f'y.{key}' for key in self.keys)}" if self.keys else ""
        counted = ["y.*", "count(*) OVER () AS matching"]
        if "amount_median" in self.wanted:
            counted += [
                f"row_number() OVER ({partition} ORDER BY y.a NULLS LAST) AS a_place",
                f"count(y.a) OVER ({partition}) AS a_count",
            ]
        return f"SELECT {', '.join(counted)} FROM ({query}) y"

    def _from(self, document: str) -> tuple[Row, str, list[str]]:
        if self.reach is not None and not self.source.rollup:
            related, clause, joins = self.reach()
            alias = related.alias
        else:
            alias = self.speller.alias("d")
            join = RELATIONS[self.source.relation].join
            joins = [join.format(p=self.row.alias, c=alias)] if join else []
            related, clause = Row("disclosure", alias), f"{self.source.rollup or 'disclosure'} {alias}"
        if document:
            clause += (
                f" JOIN document {document} ON {document}.shard = {alias}.shard"
                f" AND {document}.disclosure_number = {alias}.number"
            )
        wanted = self.source.where
        if not joins and not self.source.rollup:
            wanted = in_county(wanted) or wanted  # all of a county's are read
        return related, clause, [*joins, *where(self.speller, wanted, related)]

    def _dimension(self, dimension: Dimension, alias: str) -> str:
        column = f"{alias}.{dimension.column}"
        match dimension.part:
            case "county":
                return f"CASE WHEN substr({column}, 5, 2) <> '00' THEN substr({column}, 1, 6) END"
            case "year" if self.source.rollup:
                return f"{alias}.year"
            case "year":
                return self.dialect.period(column, 4)
            case "month" | "quarter":
                month = f"{alias}.month" if self.source.rollup else self.dialect.period(column, 7)
                if dimension.part == "month":
                    return month
                quarter = f"((CAST(substr({month}, 6, 2) AS INTEGER) + 2) / 3)"
                return f"substr({month}, 1, 4) || '-Q' || {quarter}"
        return column

    # beside the groups

    def _besides(self) -> list[tuple[str, list[str]]]:
        """Queries by group that go through other rows than the disclosures, and their columns."""
        keys = "".join(f"b.{key}, " for key in self.keys)
        grouped = f" GROUP BY {', '.join(f'b.{key}' for key in self.keys)}" if self.keys else ""
        found = []
        for name, table in _BESIDE.items():
            if name in self.wanted:
                column = "organization_id" if table == "party" else "process_serial"
                found.append((
                    f"SELECT {keys}count(DISTINCT o.{column}) AS {name} FROM ({self._rows(plain=True)}) b"
                    f" JOIN {table} o ON o.shard = b.shard AND o.disclosure_number = b.number{grouped}",
                    [name],
                ))  # fmt: skip
        for lots in (False, True):
            places = [at for at, one in enumerate(self.source.numbers) if one.lots == lots]
            if places:
                found.append(self._documents(places, lots))
        return found

    def _documents(self, places: list[int], lots: bool) -> tuple[str, list[str]]:
        """The numbers of documents, or of their lots, by group."""
        body = self.speller.alias("b")
        rows = f"({self._rows(more=body, plain=True)}) w"
        holder, clause = "w.body", rows
        if lots:
            alias = self.speller.alias("e")
            clause, holder = f"{rows}, {self.dialect.each('w.body', ('lots',), alias)}", f"{alias}.value"
        keys = [f"w.{key} AS {key}" for key in self.keys]
        values = [f"{self._document_number(self.source.numbers[at], holder)} AS v{at}" for at in places]
        texts = f"SELECT {', '.join([*keys, *values])} FROM {clause} WHERE w.counts = 1"
        partition = f"PARTITION BY {', '.join(f'z.{key}' for key in self.keys)}" if self.keys else ""
        ranked, found, names = ["z.*"], [f"x.{key}" for key in self.keys], []
        for at in places:
            value = f"x.v{at}"
            ranked += [
                f"row_number() OVER ({partition} ORDER BY z.v{at} NULLS LAST) AS v{at}_place",
                f"count(z.v{at}) OVER ({partition}) AS v{at}_count",
            ]
            high = f"{value} / {_BILLION}"
            facts = {
                "high": f"sum({high})", "low": f"sum({value} - {high} * {_BILLION})", "count": f"count({value})",
                "minimum": f"min({value})", "maximum": f"max({value})",
            }  # fmt: skip
            found += [f"{expression} AS n{at}_{name}" for name, expression in facts.items()]
            found += _halves(value, f"n{at}")
            names += [f"n{at}_{name}" for name in (*facts, "median_a", "median_b")]
        grouped = f" GROUP BY {', '.join(f'x.{key}' for key in self.keys)}" if self.keys else ""
        return (
            f"SELECT {', '.join(found)} FROM (SELECT {', '.join(ranked)} FROM ({texts}) z) x{grouped}",
            names,
        )

    def _document_number(self, numbers: Numbers, holder: str) -> str:
        value = self.dialect.at(holder, numbers.names)
        if not numbers.money:
            return self.dialect.scaled(value, numbers.digits)
        amount, currency = self.dialect.at(value, ("amount",)), self.dialect.at(value, ("currency",))
        yuan = f"coalesce({self.dialect.text(currency)}, '\"CNY\"') = '\"CNY\"'"
        return f"CASE WHEN {yuan} THEN {self.dialect.scaled(amount, numbers.digits)} END"


def count(speller: Assembling, relation: str, rollup: str, condition: Condition | None, row: Row) -> str:
    """How many disclosures a rollup counts, as an expression."""
    alias = speller.alias("d")
    join = RELATIONS[relation].join
    joins = [join.format(p=row.alias, c=alias)] if join else []
    conditions = " AND ".join([*joins, *where(speller, condition, Row("disclosure", alias))]) or "1 = 1"
    total = speller.dialect.whole(f"coalesce(sum({alias}.disclosures), 0)")
    return f"(SELECT {total} FROM {rollup} {alias} WHERE {conditions})"


def _total(name: str) -> str:
    return f"({name}_high * {_BILLION} + {name}_low)"


def _sum(count: str, total: str) -> str:
    return f"CASE WHEN {count} > 0 THEN {total} END"


def _mean(total: str, count: str, unit: int) -> str:
    """`total * unit / count`, rounded half away from zero, in whole numbers."""
    size = f"abs({total} * {unit})"
    up = f"CASE WHEN ({size} - {size} / {count} * {count}) * 2 >= {count} THEN 1 ELSE 0 END"
    sign = f"CASE WHEN {total} < 0 THEN -1 ELSE 1 END"
    return f"CASE WHEN {count} > 0 THEN ({sign}) * ({size} / {count} + {up}) END"


def _halves(value: str, name: str) -> list[str]:
    """The two middle values (one twice where the count is odd) of rows that are numbered by size."""
    place, number = f"{value}_place", f"{value}_count"
    return [
        f"sum(CASE WHEN {place} = ({number} + {more}) / 2 AND {number} > 0 THEN {value} END) AS {name}_median_{half}"
        for half, more in (("a", 1), ("b", 2))
    ]


def _middle(name: str) -> str:
    """The mean of two whole numbers, rounded half away from zero."""
    both = f"({name}_a + {name}_b)"
    return f"(CASE WHEN {both} < 0 THEN -1 ELSE 1 END) * ((abs({both}) + 1) / 2)"
