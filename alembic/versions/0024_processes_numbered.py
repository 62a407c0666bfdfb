"""Processes are numbered as they come, and what is of a process is keyed by that number, as of a disclosure since 0023.

An id is a digest, so that the index from processes to their disclosures had a place anywhere for each new one. On SQLite
FTS5 now merges eight segments of a size instead of four: half as often, which is a page less of a record's fifteen.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | None = None
depends_on: str | None = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# table → what its key has before the process
_LINKS = {"disclosure_process": ("disclosure_number",), "revision_process": ("disclosure_number", "number")}
_FTS, _SEGMENTS, _DEFAULT = ("search", "search_name_terms"), 8, 4
_REST = (("publisher_id", "VARCHAR(40) NOT NULL"), ("number", "TEXT NOT NULL"), ("title", "TEXT"))


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        _renew_processes("serial INTEGER NOT NULL PRIMARY KEY, id VARCHAR(40) NOT NULL", ("rowid", "id"))
    else:
        op.add_column("process", sa.Column("serial", sa.BigInteger(), sa.Identity(), nullable=False))
        op.drop_constraint("pk_process", "process")
        op.create_primary_key("pk_process", "process", ["serial"])
    op.create_index("ix_process_id", "process", ["id"], unique=True)
    for table in _LINKS:
        _renew_links(
            table, sa.Column("process_serial", _SERIAL, nullable=False), "p.serial", "p.id = x.process_id"
        )
    if sqlite:
        _merge(_SEGMENTS)


def downgrade() -> None:
    for table in _LINKS:
        _renew_links(
            table,
            sa.Column("process_id", sa.String(40), nullable=False),
            "p.id",
            "p.serial = x.process_serial",
        )
    op.drop_index("ix_process_id", "process")
    if op.get_bind().dialect.name == "sqlite":
        _merge(_DEFAULT)
        _renew_processes("id VARCHAR(40) NOT NULL CONSTRAINT pk_process PRIMARY KEY", ("id",))
    else:
        op.drop_column("process", "serial")
        op.create_primary_key("pk_process", "process", ["id"])


def _renew_processes(keys: str, first: tuple[str, ...]) -> None:
    """SQLite: the table anew in the order of arrival, which was the order of its row ids and is that of the numbers."""
    rest = ", ".join(f"{name} {kind}" for name, kind in _REST)
    op.execute(f"CREATE TABLE process_new ({keys}, {rest})")
    columns = ", ".join([*first, *(name for name, _ in _REST)])
    op.execute(f"INSERT INTO process_new SELECT {columns} FROM process ORDER BY rowid")  # noqa: S608
    op.drop_table("process")
    op.rename_table("process_new", "process")
    op.create_index("ix_process_number", "process", ["number"])


def _renew_links(table: str, column: sa.Column[int] | sa.Column[str], value: str, join: str) -> None:
    """The links anew, by that column of a process instead of the other."""
    before = _LINKS[table]
    key = [*before, column.name, "shard"]
    kept = ", ".join(("shard", *before))
    op.create_table(
        f"{table}_new",
        sa.Column("shard", sa.String(6), nullable=False),
        *(sa.Column(name, sa.Integer() if name == "number" else _SERIAL, nullable=False) for name in before),
        column,
        sa.PrimaryKeyConstraint(*key, name=f"pk_{table}_new"),
        sqlite_with_rowid=False,
    )
    op.execute(
        f"INSERT INTO {table}_new ({kept}, {column.name})"  # noqa: S608
        f" SELECT {', '.join(f'x.{one}' for one in kept.split(', '))}, {value} FROM {table} x"
        f" CROSS JOIN process p WHERE {join} ORDER BY {', '.join(f'x.{one}' for one in before)}, {value}"
    )
    op.drop_table(table)
    op.rename_table(f"{table}_new", table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"ALTER INDEX pk_{table}_new RENAME TO pk_{table}")
    op.create_index(f"ix_{table}_{column.name}", table, [column.name])


def _merge(segments: int) -> None:
    for name in _FTS:
        op.execute(f"INSERT INTO {name}({name}, rank) VALUES ('automerge', {segments})")  # noqa: S608
