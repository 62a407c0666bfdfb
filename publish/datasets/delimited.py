"""A table as CSV: UTF-8 with its mark, RFC 4180, made line by line inside the database.

Texts and addresses stand in quotes, everything else does not; nothing is an empty cell without quotes. A spreadsheet
program takes a cell that begins with one of `= + - @`, their wide forms, a tab or a line's end for a formula: such a
text has an apostrophe before it, and so has one that begins with an apostrophe. Whoever takes the one apostrophe away
from a quoted cell has the text as the record has it.
"""

from collections.abc import Iterator

from publish.datasets.layout import Column, Table
from publish.datasets.reading import Snapshot
from publish.datasets.statements import Chosen, Rows
from query.dialect import Dialect

MARK = "\ufeff"
_RISKY = "=+-@\t\r\n''＝＋－＠"  # as SQL writes it: one apostrophe
_QUOTED = ("text", "url")
_COMMA = " || ',' || "
_CHUNK = 40  # cells that one function of SQL joins
_CONCAT_WS = (3, 44)


def chunks(
    table: Table, chosen: Chosen, rows: Rows, snapshot: Snapshot, first: int | None = None
) -> Iterator[bytes]:
    """The bytes of the file: the heading, then the lines in pieces; with `first` only of so many disclosures."""
    yield (MARK + heading(table)).encode()
    statement = lines(table, rows.select(table, chosen, first), rows.dialect, _version(snapshot))
    for piece in snapshot.pieces(statement, chosen, table.name):
        yield "".join([line for (line,) in piece]).encode()


def heading(table: Table) -> str:
    """The first line: the columns' names."""
    return ",".join(column.name for column in table.columns) + "\r\n"


def lines(table: Table, select: str, dialect: Dialect, version: tuple[int, ...] = ()) -> str:
    """The SELECT of a table's rows as one whole line each; an SQLite before 3.44 has no concat_ws."""
    cells = [_cell(f"c{at}", column, dialect) for at, column in enumerate(table.columns)]
    groups = [cells[at : at + _CHUNK] for at in range(0, len(cells), _CHUNK)]
    if version and version < _CONCAT_WS:
        joined = ["(" + _COMMA.join(group) + ")" for group in groups]
    else:
        joined = [f"concat_ws(',', {', '.join(group)})" for group in groups]
    character = "char" if dialect.name == "sqlite" else "chr"
    return f"SELECT {_COMMA.join(joined)} || {character}(13) || {character}(10) FROM ({select}) q"


def _cell(name: str, column: Column, dialect: Dialect) -> str:
    if column.kind not in _QUOTED and not column.open_codelist:
        return f"coalesce({name}, '')"
    if dialect.name == "sqlite":  # within a class of GLOB a hyphen stands first
        risky = f"{name} GLOB '[-{_RISKY.replace('-', '')}]*'"
    else:
        risky = f"{name} <> '' AND strpos('{_RISKY}', left({name}, 1)) > 0"
    guard = f"CASE WHEN {risky} THEN '\"''' ELSE '\"' END"
    doubled = f"replace({name}, '\"', '\"\"')"
    return f"coalesce({guard} || {doubled} || '\"', '')"


def read_text(cell: str) -> str:
    """A quoted cell's text as the record has it.

    >>> read_text("'=1+1"), read_text("''tis"), read_text("示例")
    ('=1+1', "'tis", '示例')
    """
    return cell.removeprefix("'")


def _version(snapshot: Snapshot) -> tuple[int, ...]:
    """The version of the SQLite at hand; of PostgreSQL none is needed."""
    if snapshot.dialect.name != "sqlite":
        return ()
    (told,) = snapshot.one("SELECT sqlite_version()")
    return tuple(int(part) for part in str(told).split("."))
