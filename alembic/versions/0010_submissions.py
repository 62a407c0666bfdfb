"""Keys by which departments' systems submit records, and what was submitted with them."""

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "submission_key",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("publisher_uscc", sa.String(18), nullable=False),
        sa.Column("publisher_name", sa.Text()),
        sa.Column("region", sa.String(9), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_submission_key"),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64)),
        sa.Column("size", sa.BigInteger()),
        sa.Column("finished_at", sa.DateTime()),
        sa.Column("outcome", sa.String(12)),
        sa.Column("error", sa.String(4)),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("revised", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger()),
        sa.Column("refused", sa.BigInteger()),
        sa.Column("load_id", sa.String(40)),
        sa.Column("report", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
    )
    op.create_index("ix_submission_received_at", "submission", ["received_at"])
    op.create_index("ix_submission_key_id_received_at", "submission", ["key_id", "received_at"])


def downgrade() -> None:
    op.drop_table("submission")
    op.drop_table("submission_key")
