"""The past, and what lies in a region: tables that follow from others, and indexes for the feed and for regions.

`territory`, `succession` and `working_day` follow from the catalog: `openalloc init` fills them. The processes of
revisions that were replaced before are taken to be those of the current one.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.create_table(
        "territory",
        sa.Column("within", sa.String(9), nullable=False),
        sa.Column("code", sa.String(9), nullable=False),
        sa.Column("today", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("within", "code", name=op.f("pk_territory")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_territory_code"), "territory", ["code"])
    op.create_table(
        "succession",
        sa.Column("code", sa.String(9), nullable=False),
        sa.Column("successor", sa.String(9), nullable=False),
        sa.PrimaryKeyConstraint("code", "successor", name=op.f("pk_succession")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_succession_successor"), "succession", ["successor"])
    op.create_table(
        "working_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_working_day")),
    )
    op.create_index(op.f("ix_working_day_number"), "working_day", ["number"])
    op.create_table(
        "revision_process",
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("disclosure_id", sa.String(23), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("process_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint(
            "shard", "disclosure_id", "number", "process_id", name=op.f("pk_revision_process")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_revision_process_process_id"), "revision_process", ["process_id"])
    op.execute(
        "INSERT INTO revision_process (shard, disclosure_id, number, process_id)"
        " SELECT r.shard, r.disclosure_id, r.number, p.process_id FROM revision r"
        " JOIN disclosure_process p ON p.shard = r.shard AND p.disclosure_id = r.disclosure_id"
    )
    op.create_index(op.f("ix_disclosure_province_recency"), "disclosure", ["province", "recency"])
    op.create_index(
        op.f("ix_change_shard_disclosure_id_version"), "change", ["shard", "disclosure_id", "version"]
    )
    op.create_index(op.f("ix_change_at_version"), "change", ["at", "version"])


def downgrade() -> None:
    op.drop_index(op.f("ix_change_at_version"), "change")
    op.drop_index(op.f("ix_change_shard_disclosure_id_version"), "change")
    op.drop_index(op.f("ix_disclosure_province_recency"), "disclosure")
    for name in ("revision_process", "working_day", "succession", "territory"):
        op.drop_table(name)
