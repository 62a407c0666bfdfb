"""Answers that are cited: their bytes, and the records, organizations and processes that they say something of."""

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0015"
branch_labels: str | None = None
depends_on: str | None = None

_CLUSTERED = {"sqlite_with_rowid": False}


def upgrade() -> None:
    op.create_table(
        "answer",
        sa.Column("key", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("records", sa.BigInteger()),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_id", sa.String(23)),
        sa.Column("withdrawn_version", sa.BigInteger()),
        sa.PrimaryKeyConstraint("key", name="pk_answer"),
    )
    op.create_index("ix_answer_kept_at", "answer", ["kept_at"])
    op.create_table(
        "answer_form",
        sa.Column("key", sa.String(24), nullable=False),
        sa.Column("suffix", sa.String(8), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", "suffix", name="pk_answer_form"),
    )
    op.create_table(
        "answer_subject",
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("key", sa.String(24), nullable=False),
        sa.PrimaryKeyConstraint("subject", "key", name="pk_answer_subject"),
        **_CLUSTERED,
    )
    op.create_index("ix_answer_subject_key", "answer_subject", ["key"])


def downgrade() -> None:
    op.drop_table("answer_subject")
    op.drop_table("answer_form")
    op.drop_table("answer")
