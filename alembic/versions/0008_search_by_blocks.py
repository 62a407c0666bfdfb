"""PostgreSQL's search index with each row's recency, and blocks of it beside the terms in the one GIN index.

A row is narrow: terms and text stand out of line, so that many rows of a word lie on few pages. SQLite's index has
all this already.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None

# As query/blocks.py has them.
_BLOCKS = ", ".join(f"(recency >> {size})::integer | {1 << 63 - size}" for size in range(37, 60, 2))


def upgrade() -> None:
    """The rows of before by their recency; 0023 makes them where 0004 left that to it."""
    if op.get_bind().dialect.name == "sqlite":
        return
    _replace(sa.Column("recency", sa.BigInteger(), nullable=False))
    op.execute("ALTER TABLE search SET (toast_tuple_target = 128)")
    op.execute(
        "INSERT INTO search (shard, disclosure_id, recency, terms, text)"
        " SELECT o.shard, o.disclosure_id, d.recency, o.terms, o.text FROM search_old o"
        " JOIN disclosure d ON d.shard = o.shard AND d.id = o.disclosure_id ORDER BY d.recency"
    )
    op.execute(f"CREATE INDEX ix_search_terms ON search USING gin (terms, (ARRAY[{_BLOCKS}]))")
    _settle()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    _replace()
    op.execute(
        "INSERT INTO search (shard, disclosure_id, terms, text)"
        " SELECT shard, disclosure_id, terms, text FROM search_old"
    )
    op.create_index(op.f("ix_search_terms"), "search", ["terms"], postgresql_using="gin")
    _settle()


def _replace(*columns: sa.Column[int]) -> None:
    """A new table beside the old one."""
    op.execute("ALTER TABLE search RENAME TO search_old")
    op.execute("ALTER TABLE search_old DROP CONSTRAINT pk_search")
    op.execute("DROP INDEX ix_search_terms")
    op.create_table(
        "search",
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("disclosure_id", sa.String(23), nullable=False),
        *columns,
        sa.Column("terms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )


def _settle() -> None:
    """The old table away, the key of the new one."""
    op.execute("DROP TABLE search_old")
    op.create_primary_key("pk_search", "search", ["shard", "disclosure_id"])
