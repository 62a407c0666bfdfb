"""Problems that readers report about records."""

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "problem",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("disclosure_id", sa.String(23), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_problem"),
    )
    op.create_index("ix_problem_disclosure_id", "problem", ["disclosure_id"])
    op.create_index("ix_problem_closed_at_received_at", "problem", ["closed_at", "received_at"])


def downgrade() -> None:
    op.drop_table("problem")
