"""Why and when a record was withdrawn; and what became of the rows that were refused.

Rows refused before are open, since their load ended, and of the department that the load was told of.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | None = None
depends_on: str | None = None

_COLUMNS = ("disclosure_id", "publisher_id", "publisher", "state", "since", "closed_at", "closed_by")


def upgrade() -> None:
    op.create_table(
        "withdrawal",
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("disclosure_id", sa.String(23), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("shard", "disclosure_id", "version", name=op.f("pk_withdrawal")),
        sqlite_with_rowid=False,
    )
    op.add_column("refused", sa.Column("disclosure_id", sa.String(23)))
    op.add_column("refused", sa.Column("publisher_id", sa.String(40)))
    op.add_column("refused", sa.Column("publisher", sa.Text()))
    op.add_column("refused", sa.Column("state", sa.String(12), nullable=False, server_default="open"))
    op.add_column("refused", sa.Column("since", sa.DateTime()))
    op.add_column("refused", sa.Column("closed_at", sa.DateTime()))
    op.add_column("refused", sa.Column("closed_by", sa.String(40)))
    told = "(SELECT {} FROM load l WHERE l.id = refused.load_id)"
    named = "CASE WHEN length(l.publisher_id) = 18 THEN l.publisher_id END"
    op.execute(
        f"UPDATE refused SET since = {told.format('coalesce(l.finished_at, l.started_at)')},"  # noqa: S608
        f" publisher_id = {told.format(named)}, publisher = {told.format('l.publisher_id')}"
    )
    op.create_index(op.f("ix_refused_disclosure_id"), "refused", ["disclosure_id"])
    op.create_index(op.f("ix_refused_load_id_sheet_row"), "refused", ["load_id", "sheet", "row"])
    op.create_index(op.f("ix_refused_publisher_id"), "refused", ["publisher_id"])
    op.create_index(op.f("ix_load_file_name"), "load", ["file_name"])


def downgrade() -> None:
    op.drop_index(op.f("ix_load_file_name"), "load")
    for name in ("publisher_id", "load_id_sheet_row", "disclosure_id"):
        op.drop_index(op.f(f"ix_refused_{name}"), "refused")
    for name in reversed(_COLUMNS):
        op.drop_column("refused", name)
    op.drop_table("withdrawal")
