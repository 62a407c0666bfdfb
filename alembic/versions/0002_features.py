"""The index of features, what is derived from documents and whole, and indexes for what lists are filtered and ordered by.

The index of features is not filled here: it needs the schemas. Until `openalloc reindex` has filled it, no row of
`derived` says that it is whole, and queries read the documents.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None

SORTED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LARGEST_FIRST = ("amount_fen", "days_late", "due_on")


def upgrade() -> None:
    op.create_table(
        "feature",
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("disclosure_id", sa.String(23), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("property", sa.BigInteger(), nullable=False),
        sa.Column("text", SORTED),
        sa.Column("number", sa.Float().with_variant(sa.Numeric(), "postgresql")),
        sa.Column("recency", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("shard", "disclosure_id", "ordinal", name=op.f("pk_feature")),
        sqlite_with_rowid=False,
    )
    for value in ("text", "number"):
        held = sa.text(f"{value} IS NOT NULL")
        op.create_index(
            op.f(f"ix_feature_property_{value}_recency"), "feature", ["property", value, "recency"],
            sqlite_where=held, postgresql_where=held,
        )  # fmt: skip
    op.create_table(
        "derived",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_derived")),
    )
    op.create_index(op.f("ix_disclosure_region_recency"), "disclosure", ["region", "recency"])
    op.create_index(op.f("ix_disclosure_local_id"), "disclosure", ["local_id"])
    for column in _LARGEST_FIRST:
        op.create_index(
            op.f(f"ix_disclosure_{column}_recency"), "disclosure", [column, "recency"],
            postgresql_ops={column: "DESC NULLS LAST", "recency": "DESC"},
        )  # fmt: skip
    _collate("C")
    op.create_index(op.f("ix_process_number"), "process", ["number"])


def downgrade() -> None:
    op.drop_index(op.f("ix_process_number"), "process")
    _collate("default")
    for column in _LARGEST_FIRST:
        op.drop_index(op.f(f"ix_disclosure_{column}_recency"), "disclosure")
    op.drop_index(op.f("ix_disclosure_local_id"), "disclosure")
    op.drop_index(op.f("ix_disclosure_region_recency"), "disclosure")
    op.drop_table("derived")
    op.drop_table("feature")


def _collate(collation: str) -> None:
    """Names and numbers that lists are ordered by are ordered by their bytes, as SQLite does anyway."""
    if op.get_bind().dialect.name == "postgresql":
        for table, column in (("organization", "name"), ("process", "number")):
            op.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE text COLLATE "{collation}"')
