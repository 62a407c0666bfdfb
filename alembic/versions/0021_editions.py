"""Editions: whole datasets that are cited, their files, and the organizations of other records that these tell of."""

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | None = None
depends_on: str | None = None

_CLUSTERED = {"sqlite_with_rowid": False}


def upgrade() -> None:
    op.create_table(
        "edition",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime()),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_edition"),
    )
    op.create_index("ix_edition_version", "edition", ["version"], unique=True)
    op.create_table(
        "edition_file",
        sa.Column("edition", sa.String(40), nullable=False),
        sa.Column("dataset", sa.String(80), nullable=False),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("linked", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_id", sa.String(23)),
        sa.Column("withdrawn_version", sa.BigInteger()),
        sa.PrimaryKeyConstraint("edition", "dataset", "format", name="pk_edition_file"),
    )
    op.create_table(
        "edition_subject",
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("edition", sa.String(40), nullable=False),
        sa.Column("type", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("subject", "edition", "type", name="pk_edition_subject"),
        **_CLUSTERED,
    )


def downgrade() -> None:
    op.drop_table("edition_subject")
    op.drop_table("edition_file")
    op.drop_table("edition")
