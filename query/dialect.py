"""How SQLite and PostgreSQL spell the few things that a query needs and the standard does not settle."""

from typing import Protocol

from store.searching import PROCESSES

Path = tuple[tuple[str, ...], ...]  # the names of each step into a document
Columns = tuple[tuple[str, str], ...]  # names and kinds


class Dialect(Protocol):
    """The spellings of one database. Arguments and results are SQL expressions.

    `names` are those of one property, the newest first: what stands under the first that is there. A `leaf` of kind
    text, number, boolean, moment (seconds since 1970) or any (only whether it is there) is NULL where something else
    stands; `spelled` is the text of one, exactly. `elements` gives a FROM clause and the JSON of one element, `records`
    one of a parameter's list of objects, as rows of these columns and `nth`, by which they are in its order.
    """

    name: str
    pairs: int  # of one json object; function arguments are capped (127 on SQLite, 100 on PostgreSQL)
    binary: str  # makes a text compare byte by byte
    mod: str  # the sign of the remainder

    def parameter(self, index: int, kind: str = "") -> str: ...
    def text(self, expression: str) -> str: ...
    def object(self, pairs: str) -> str: ...
    def join_objects(self, first: str, second: str) -> str: ...
    def array(self, element: str, order: str, keep: str = "") -> str: ...
    def element(self, array: str, last: bool) -> str: ...
    def quoted(self, expression: str) -> str: ...
    def json(self, expression: str) -> str: ...
    def boolean(self, condition: str) -> str: ...
    def at(self, document: str, names: tuple[str, ...]) -> str: ...
    def at_index(self, document: str, name: str, index: str) -> str: ...
    def each(self, document: str, names: tuple[str, ...], alias: str) -> str: ...
    def hex(self, expression: str) -> str: ...
    def divide(self, expression: str, digits: int) -> str: ...
    def float(self, expression: str) -> str: ...
    def matches(self, table: str, alias: str, terms: str) -> str: ...
    def holds(self, table: str, alias: str, pieces: list[str], title: bool, none: bool) -> str: ...
    def led(self, leading: str, table: str, alias: str, join: str) -> tuple[str, list[str]]: ...
    def leading(self, column: str, parameter: str) -> str: ...
    def contains(self, column: str, parameter: str) -> str: ...
    def moment(self, column: str) -> str: ...
    def days(self, first: str, last: str) -> str: ...
    def year(self, column: str) -> str: ...
    def ratio(self, dividend: str, divisor: str) -> str: ...
    def body(self, expression: str) -> str: ...
    def day(self, text: str) -> str: ...
    def today(self) -> str: ...
    def later(self, day: str, days: str) -> str: ...
    def named(self, document: str, name: str) -> str: ...
    def records(self, parameter: int, alias: str, columns: Columns) -> str: ...
    def chosen(self, parameter: int, column: str) -> str: ...
    def period(self, column: str, length: int) -> str: ...
    def whole(self, expression: str) -> str: ...
    def scaled(self, number: str, digits: int) -> str: ...
    def refuse(self, code: str, expression: str) -> str: ...
    def list(self, elements: str) -> str: ...
    def titled(self, names: str, key: str, place: int) -> str: ...
    def collated(self, text: str) -> str: ...
    def leaf(self, document: str, path: Path, kind: str) -> str: ...
    def spelled(self, document: str, path: Path, kind: str) -> str: ...
    def elements(self, document: str, path: Path, alias: str, objects: bool) -> tuple[str, str]: ...


class SQLite:
    """SQLite from 3.38 on (`->`); `json()` keeps what a subquery returns from becoming a string."""

    name = "sqlite"
    pairs = 50
    binary = ""
    mod = "%"

    def parameter(self, index: int, kind: str = "") -> str:
        # The text of a number is read as a document's is, by the same routine: equal texts are equal numbers.
        return f"(:p{index} ->> '$')" if kind == "numeric" else f":p{index}"

    def text(self, expression: str) -> str:
        return f"CAST({expression} AS TEXT)"

    def object(self, pairs: str) -> str:
        return f"json_object({pairs})"

    def join_objects(self, first: str, second: str) -> str:
        # From the last character as many as there are before it: `first` stands in the text once.
        return f"json(substr({first}, -1, -2147483647) || ',' || substr({second}, 2))"

    def array(self, element: str, order: str, keep: str = "") -> str:
        # The order is that of the subquery which the aggregate reads.
        kept = f" FILTER (WHERE {keep})" if keep else ""
        return f"json_group_array(json({element})){kept}"

    def quoted(self, expression: str) -> str:
        return f"'\"' || {expression} || '\"'"  # an array is made of JSON

    def element(self, array: str, last: bool) -> str:
        return f"json_extract({array}, '{'$[#-1]' if last else '$[0]'}')"

    def json(self, expression: str) -> str:
        return f"json({expression})"

    def boolean(self, condition: str) -> str:
        return f"json(CASE WHEN {condition} THEN 'true' ELSE 'false' END)"

    def at(self, document: str, names: tuple[str, ...]) -> str:
        found = [f"({document} -> '$.{name}')" for name in names]
        return found[0] if len(found) == 1 else f"json(coalesce({', '.join(found)}))"

    def at_index(self, document: str, name: str, index: str) -> str:
        return f"({document} -> ('$.{name}[' || {index} || ']'))"

    def each(self, document: str, names: tuple[str, ...], alias: str) -> str:
        if len(names) > 1:
            return f"json_each({self.at(document, names)}) {alias}"
        return f"json_each({document}, '$.{names[0]}') {alias}"

    def hex(self, expression: str) -> str:
        return f"lower(hex({expression}))"

    def divide(self, expression: str, digits: int) -> str:
        # In whole numbers: old builds write a quotient with 15 digits only.
        sign = f"CASE WHEN {expression} < 0 THEN '-' ELSE '' END"
        by = 10**digits
        parts = f"{sign}, abs({expression}) / {by}, abs({expression}) % {by}"
        spelled = f"rtrim(rtrim(printf('%s%d.%0{digits}d', {parts}), '0'), '.')"
        return f"json(CASE WHEN {expression} IS NOT NULL THEN {spelled} END)"

    def float(self, expression: str) -> str:
        # 17 digits say a float exactly; json_object of old builds writes 15.
        return f"json(CASE WHEN {expression} IS NOT NULL THEN printf('%!.17g', {expression}) END)"

    def matches(self, table: str, alias: str, terms: str) -> str:
        if table == "disclosure":
            return f"{alias}.recency IN (SELECT rowid FROM search WHERE search MATCH {terms})"
        if table == "process":
            found = f"search_name_terms MATCH {terms} AND rowid > {PROCESSES}"
            return f"{alias}.serial IN (SELECT rowid - {PROCESSES} FROM search_name_terms WHERE {found})"
        return (
            f"{alias}.{_key(table)} IN (SELECT n.id FROM search_name_terms t JOIN search_name n ON n.number = t.rowid"
            f" WHERE t.search_name_terms MATCH {terms} AND t.rowid < {PROCESSES} AND n.kind = '{table}')"
        )

    def holds(self, table: str, alias: str, pieces: list[str], title: bool, none: bool) -> str:
        where = f"search_text t WHERE t.disclosure_number = {alias}.number"
        if table == "process":
            where = f"search_name t WHERE t.number = {alias}.serial + {PROCESSES}"
        elif table != "disclosure":
            where = f"search_name t WHERE t.kind = '{table}' AND t.id = {alias}.{_key(table)} AND t.number < {PROCESSES}"
        text = "substr(t.text, 1, instr(t.text, char(10)))" if title else "t.text"
        found = " AND ".join(f"instr({text}, {piece}) {'=' if none else '>'} 0" for piece in pieces)
        return f"EXISTS (SELECT 1 FROM {where} AND {found})"

    def led(self, leading: str, table: str, alias: str, join: str) -> tuple[str, list[str]]:
        return f"{leading} CROSS JOIN {table}", [join]

    def leading(self, column: str, parameter: str) -> str:
        return f"{column} = {parameter}"

    def contains(self, column: str, parameter: str) -> str:
        return f"instr(lower({column}), lower({parameter})) > 0"

    def moment(self, column: str) -> str:
        return f"(replace({column}, ' ', 'T') || 'Z')"

    def days(self, first: str, last: str) -> str:
        return f"CAST(julianday({last}) - julianday({first}) AS INTEGER)"

    def year(self, column: str) -> str:
        return f"CAST(substr({column}, 1, 4) AS INTEGER)"

    def ratio(self, dividend: str, divisor: str) -> str:
        return f"(CAST({dividend} AS REAL) / {divisor})"

    def body(self, expression: str) -> str:
        return expression

    def day(self, text: str) -> str:
        return text

    def today(self) -> str:
        return "date('now', '+8 hours')"  # Beijing

    def later(self, day: str, days: str) -> str:
        return f"date({day}, {days} || ' days')"

    def named(self, document: str, name: str) -> str:
        return f"({document} ->> ('$.' || {name}))"

    def records(self, parameter: int, alias: str, columns: Columns) -> str:
        listed = ", ".join(f"e.value ->> '$.{name}' AS {name}" for name, _ in columns)
        return f"(SELECT {listed}, e.key AS nth FROM json_each({self.parameter(parameter)}) e) {alias}"

    def chosen(self, parameter: int, column: str) -> str:
        return f"json({self.parameter(parameter)} -> ('$.\"' || {column} || '\"'))"

    def period(self, column: str, length: int) -> str:
        return f"substr({column}, 1, {length})"

    def whole(self, expression: str) -> str:
        # What overflows becomes a float here; abs() of the least integer is an error.
        return f"CASE WHEN typeof({expression}) = 'real' THEN abs(-9223372036854775807 - 1) ELSE {expression} END"

    def scaled(self, number: str, digits: int) -> str:
        most = (2**63 - 1) // 10**digits
        spelled = f"CAST(replace(printf('%.{digits}f', {number}), '.', '') AS INTEGER)"
        sized = (
            f"CASE WHEN abs({number} + 0.0) < {most} THEN {spelled} ELSE abs(-9223372036854775807 - 1) END"
        )
        return f"CASE WHEN {number} GLOB '[-0-9]*' THEN {sized} END"

    def refuse(self, code: str, expression: str) -> str:
        # The message of the error names the path; it depends on the row, so that it is not computed beforehand.
        return f"json_extract('{{}}', '{code}' || substr({expression}, 1, 0))"

    def list(self, elements: str) -> str:
        return f"json_array({elements})"

    def titled(self, names: str, key: str, place: int) -> str:
        return f"(SELECT json_extract(n.value, '$[{place}]') FROM json_each({names}) n WHERE n.key = {key})"

    def collated(self, text: str) -> str:
        return text

    def leaf(self, document: str, path: Path, kind: str) -> str:
        at, steps = self._located(document, path)
        type_ = f"json_type({at}, '{steps}')"
        match kind:
            case "number":
                return f"CASE WHEN {type_} IN ('integer', 'real') THEN {at} ->> '{steps}' END"
            case "boolean":
                return f"CASE {type_} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"
            case "any":
                return f"nullif({type_}, 'null')"
            case "moment":
                return _seconds(self.leaf(document, path, "text"), _SQLITE_SECONDS)
        return f"CASE {type_} WHEN 'text' THEN {at} ->> '{steps}' END"

    def spelled(self, document: str, path: Path, kind: str) -> str:
        if kind != "number":
            return self.text(self.leaf(document, path, kind))
        at, steps = self._located(document, path)
        return f"CASE WHEN json_type({at}, '{steps}') IN ('integer', 'real') THEN {at} -> '{steps}' END"

    def elements(self, document: str, path: Path, alias: str, objects: bool) -> tuple[str, str]:
        at, steps = self._located(document, path)
        array = f"({at} -> '{steps}')"
        clause = f"json_each(CASE json_type({at}, '{steps}') WHEN 'array' THEN {array} END) {alias}"
        if objects:
            return clause, f"CASE {alias}.type WHEN 'object' THEN {alias}.value END"
        return clause, f"({array} -> ('$[' || {alias}.key || ']'))"

    def _located(self, document: str, path: Path) -> tuple[str, str]:
        """The JSON and the path in it."""
        if all(len(names) == 1 for names in path):
            return document, "".join(("$", *(f".{names[0]}" for names in path)))
        for names in path:
            document = self.at(document, names)
        return document, "$"


class PostgreSQL:
    """PostgreSQL from 14 on; `json` keeps the order of keys where `jsonb` would not."""

    name = "postgresql"
    pairs = 50
    binary = ' COLLATE "C"'
    mod = "%%"  # one, doubled for the driver

    def parameter(self, index: int, kind: str = "") -> str:
        return f"%(p{index})s" + (f"::{kind}" if kind else "")

    def text(self, expression: str) -> str:
        return f"({expression})::text"

    def object(self, pairs: str) -> str:
        return f"json_build_object({pairs})"

    def join_objects(self, first: str, second: str) -> str:
        return f"(left(({first})::text, -1) || ',' || substr(({second})::text, 2))::json"

    def array(self, element: str, order: str, keep: str = "") -> str:
        kept = f" FILTER (WHERE {keep})" if keep else ""
        ordered = f" ORDER BY {order}" if order else ""  # else that of the subquery which the aggregate reads
        return f"coalesce(json_agg({element}{ordered}){kept}, '[]'::json)"

    def quoted(self, expression: str) -> str:
        return expression

    def element(self, array: str, last: bool) -> str:
        return f"({array} ->> {-1 if last else 0})"

    def json(self, expression: str) -> str:
        return f"({expression})::json"

    def boolean(self, condition: str) -> str:
        return f"({condition})"

    def at(self, document: str, names: tuple[str, ...]) -> str:
        found = [f"({document} -> '{name}')" for name in names]
        return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"

    def at_index(self, document: str, name: str, index: str) -> str:
        return f"({document} -> '{name}' -> {index})"

    def each(self, document: str, names: tuple[str, ...], alias: str) -> str:
        return f"jsonb_array_elements({self.at(document, names)}) WITH ORDINALITY {alias}(value, key)"

    def hex(self, expression: str) -> str:
        return f"encode(convert_to({expression}, 'UTF8'), 'hex')"

    def divide(self, expression: str, digits: int) -> str:
        # A quotient of numeric has 16 digits; a product all.
        return f"trim_scale({expression} * 0.{'1'.rjust(digits, '0')})"

    def float(self, expression: str) -> str:
        return expression

    def matches(self, table: str, alias: str, terms: str) -> str:
        return f"EXISTS (SELECT 1 FROM {_searched(table, alias)} AND t.terms @> {terms}::text[])"

    def holds(self, table: str, alias: str, pieces: list[str], title: bool, none: bool) -> str:
        return f"EXISTS (SELECT 1 FROM {_searched(table, alias)} AND {held(pieces, title, none)})"

    def led(self, leading: str, table: str, alias: str, join: str) -> tuple[str, list[str]]:
        # With a limit of its own the row is looked up for each that leads, and nothing is joined as a whole.
        return (
            f"{leading} CROSS JOIN LATERAL (SELECT {alias}.* FROM {table} {alias} WHERE {join} LIMIT 1)",
            [],
        )

    def leading(self, column: str, parameter: str) -> str:
        # Where all rows have one value, that of a province, a plan for any value takes it for that of all rows and
        # walks another index. Said again as a bound it is taken for that of some, and the index with it is walked.
        return f"{column} = {parameter} AND {column} >= {parameter}"

    def contains(self, column: str, parameter: str) -> str:
        # As SQLite does: A to Z are folded, whatever the database's locale.
        return f'strpos(lower({column} COLLATE "C"), lower({parameter} COLLATE "C")) > 0'

    def moment(self, column: str) -> str:
        return f'to_char({column}, \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\')'

    def days(self, first: str, last: str) -> str:
        return f"({last} - {first})"

    def year(self, column: str) -> str:
        return f"CAST(extract(year FROM {column}) AS integer)"

    def ratio(self, dividend: str, divisor: str) -> str:
        return f"(CAST({dividend} AS double precision) / {divisor})"

    def body(self, expression: str) -> str:
        return f"({expression})::jsonb"

    def day(self, text: str) -> str:
        return f"CAST({text} AS date)"

    def today(self) -> str:
        return "CAST(now() AT TIME ZONE 'UTC' + interval '8 hours' AS date)"  # Beijing

    def later(self, day: str, days: str) -> str:
        return f"({day} + {days})"

    def named(self, document: str, name: str) -> str:
        return f"({document} ->> {name})"

    def records(self, parameter: int, alias: str, columns: Columns) -> str:
        typed = ", ".join(f"{name} {kind}" for name, kind in columns)
        names = ", ".join(name for name, _ in columns)
        rows = f"ROWS FROM (jsonb_to_recordset({self.parameter(parameter, 'jsonb')}) AS ({typed}))"
        return f"{rows} WITH ORDINALITY AS {alias}({names}, nth)"

    def chosen(self, parameter: int, column: str) -> str:
        return f"({self.parameter(parameter, 'json')} -> {column})"

    def period(self, column: str, length: int) -> str:
        return f"to_char({column}, '{'YYYY' if length == 4 else 'YYYY-MM'}')"

    def whole(self, expression: str) -> str:
        return f"({expression})::bigint"

    def scaled(self, number: str, digits: int) -> str:
        rounded = f"round(({number})::numeric * {10**digits})::bigint"
        return f"CASE WHEN jsonb_typeof({number}) = 'number' THEN {rounded} END"

    def refuse(self, code: str, expression: str) -> str:
        return f"CAST('{code}' || left(({expression})::text, 0) AS integer)"

    def list(self, elements: str) -> str:
        return f"json_build_array({elements})"

    def titled(self, names: str, key: str, place: int) -> str:
        return f"({names}::jsonb -> {key} ->> {place})"

    def collated(self, text: str) -> str:
        return f'({text}) COLLATE "C"'

    def leaf(self, document: str, path: Path, kind: str) -> str:
        at = self._located(document, path)
        match kind:
            case "number":
                return f"CASE jsonb_typeof({at}) WHEN 'number' THEN ({at})::numeric END"
            case "boolean":
                return f"CASE jsonb_typeof({at}) WHEN 'boolean' THEN ({at})::boolean END"
            case "any":
                return f"nullif(jsonb_typeof({at}), 'null')"
            case "moment":
                return _seconds(self.leaf(document, path, "text"), _POSTGRESQL_SECONDS)
        return f"CASE jsonb_typeof({at}) WHEN 'string' THEN {at} #>> '{{}}' END"

    def spelled(self, document: str, path: Path, kind: str) -> str:
        return self.text(self.leaf(document, path, kind))

    def elements(self, document: str, path: Path, alias: str, objects: bool) -> tuple[str, str]:
        at = self._located(document, path)
        array = f"CASE jsonb_typeof({at}) WHEN 'array' THEN {at} END"
        return f"jsonb_array_elements({array}) {alias}(value)", f"{alias}.value"

    def _located(self, document: str, path: Path) -> str:
        for names in path:
            document = self.at(document, names)
        return document


def held(pieces: list[str], title: bool, none: bool) -> str:
    """What the row `t` of PostgreSQL's search index has in its text, or in the title, which is the first line."""
    text = "split_part(t.text, chr(10), 1)" if title else "t.text"
    return " AND ".join(f"strpos({text}, {piece}) {'=' if none else '>'} 0" for piece in pieces)


def _key(table: str) -> str:
    return "code" if table == "region" else "id"


def _searched(table: str, alias: str) -> str:
    """PostgreSQL's row of the search index that belongs to a row."""
    if table == "disclosure":
        return f"search t WHERE t.shard = {alias}.shard AND t.disclosure_number = {alias}.number"
    return f"search_name t WHERE t.kind = '{table}' AND t.id = {alias}.{_key(table)}"


def _seconds(text: str, spelled: str) -> str:
    """The text of a date or a date-time (a date is its first moment in Beijing) as seconds since 1970."""
    return f"(SELECT {spelled} FROM (SELECT {text} AS x) moment)"


# What is no date or date-time is nothing. A schema's format sees to it that it is one of the calendar.
_SQLITE_SECONDS = """CASE
 WHEN x GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' THEN unixepoch(x) - 28800
 WHEN x GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][Tt ][0-9][0-9]:[0-9][0-9]:[0-9][0-9]*'
 THEN unixepoch(substr(x, 1, 10)) + substr(x, 12, 2) * 3600 + substr(x, 15, 2) * 60 + substr(x, 18, 2)
 - CASE WHEN substr(x, -1) IN ('Z', 'z') THEN 0
 ELSE (substr(x, -5, 2) * 3600 + substr(x, -2) * 60) * CASE substr(x, -6, 1) WHEN '-' THEN -1 ELSE 1 END END
 END""".replace("\n", "")
_POSTGRESQL_SECONDS = """CASE
 WHEN x ~ '^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN (x::date - date '1970-01-01')::bigint * 86400 - 28800
 WHEN x ~ '^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$'
 THEN (substr(x, 1, 10)::date - date '1970-01-01')::bigint * 86400
 + substr(x, 12, 2)::int * 3600 + substr(x, 15, 2)::int * 60 + substr(x, 18, 2)::int
 - CASE WHEN right(x, 1) IN ('Z', 'z') THEN 0
 ELSE (left(right(x, 5), 2)::int * 3600 + right(x, 2)::int * 60)
 * CASE left(right(x, 6), 1) WHEN '-' THEN -1 ELSE 1 END END
 END""".replace("\n", "")
