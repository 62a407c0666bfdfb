"""On SQLite the name of a process is numbered by its process, so that new names come last in every tree.

They were found by kind and id, a digest, which had a place anywhere. FTS5 now merges sixteen segments of a size instead of
eight, and a level at once, which holds up whoever writes, at sixty-four instead of sixteen.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from store.terms import joined

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | None = None
depends_on: str | None = None

_PROCESSES = 1 << 40
_BATCH = 10_000
_COLUMNS = (
    "number INTEGER NOT NULL CONSTRAINT pk_search_name PRIMARY KEY, kind VARCHAR(12) NOT NULL,"
    " id VARCHAR(40) NOT NULL, text TEXT NOT NULL"
)
_OTHERS = "SELECT number, kind, id, text FROM search_name WHERE kind <> 'process' ORDER BY number"
_NAMED = (
    "SELECT {number} + p.serial, n.kind, n.id, n.text FROM process p CROSS JOIN search_name n"
    " ON n.kind = 'process' AND n.id = p.id ORDER BY p.serial"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _renew(_NAMED.format(number=_PROCESSES))
        op.create_index(
            "ix_search_name_kind", "search_name", ["kind", "id"], unique=True,
            sqlite_where=sa.text(f"number < {_PROCESSES}"),
        )  # fmt: skip
        _merge(16, 64)
    _fill_search()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        below = f"SELECT max(number) FROM search_name WHERE number < {_PROCESSES}"  # noqa: S608
        last = op.get_bind().scalar(sa.text(below))
        op.execute("CREATE UNIQUE INDEX whole ON search_name (kind, id)")
        _renew(_NAMED.format(number=last or 0), ", CONSTRAINT uq_search_name_kind_id UNIQUE (kind, id)")
        _merge(8, 16)


def _renew(processes: str, constraint: str = "") -> None:
    """The names anew, those of processes by other numbers."""
    op.execute(f"CREATE TABLE search_name_new ({_COLUMNS}{constraint})")
    for rows in (_OTHERS, processes):
        op.execute(f"INSERT INTO search_name_new {rows}")
    op.drop_table("search_name")
    op.rename_table("search_name_new", "search_name")
    op.execute("INSERT INTO search_name_terms(search_name_terms) VALUES ('delete-all')")
    for batch in _names():
        op.get_bind().exec_driver_sql("INSERT INTO search_name_terms(rowid, terms) VALUES (?, ?)", batch)


def _names() -> Iterator[list[tuple[int, str]]]:
    """Number and terms of each name, in the order of the numbers."""
    query, last = "SELECT number, text FROM search_name WHERE number > ? ORDER BY number LIMIT ?", -1
    while rows := op.get_bind().exec_driver_sql(query, (last, _BATCH)).all():
        yield [(number, joined(text, " ")) for number, text in rows]
        last = rows[-1][0]


def _merge(segments: int, crisis: int) -> None:
    for name in ("search", "search_name_terms"):
        for option, value in (("automerge", segments), ("crisismerge", crisis)):
            op.execute(f"INSERT INTO {name}({name}, rank) VALUES ('{option}', {value})")  # noqa: S608


def _fill_search() -> None:
    """Index what is there where 0004 and 0008 left that to this, so that no search finds nothing in silence."""
    connection = op.get_bind()
    known = "SELECT EXISTS (SELECT 1 FROM search_name), EXISTS (SELECT 1 FROM region)"
    indexed, filled = connection.execute(sa.text(known)).one()
    if filled and not indexed:
        from store.searching import rebuild

        rebuild(connection)
