"""Organizations that turned out to be one: aliases, what of a code stays, suggestions."""

import sqlalchemy as sa
from alembic import op

from store.joining import code_of

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | None = None
depends_on: str | None = None

_BATCH = 10_000


def upgrade() -> None:
    op.add_column("organization", sa.Column("lasting_code", sa.String(15)))
    op.add_column("party", sa.Column("said_id", sa.String(40)))
    op.create_table(
        "organization_alias",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("organization_id", sa.String(40), nullable=False),
        sa.Column("basis", sa.String(12), nullable=False),
        sa.Column("linked_id", sa.String(40)),
        sa.Column("uscc", sa.String(18)),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("process_id", sa.String(40)),
        sa.Column("name_key", sa.Text()),
        sa.Column("lasting_code", sa.String(15)),
        sa.PrimaryKeyConstraint("id", name="pk_organization_alias"),
    )
    for name in ("organization_id", "process_id", "lasting_code"):
        op.create_index(f"ix_organization_alias_{name}", "organization_alias", [name])
    op.create_table(
        "organization_pending",
        sa.Column("lasting_code", sa.String(15), nullable=False),
        sa.PrimaryKeyConstraint("lasting_code", name="pk_organization_pending"),
    )
    op.create_table(
        "organization_suggestion",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("one_id", sa.String(40), nullable=False),
        sa.Column("other_id", sa.String(40), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("decided_at", sa.DateTime()),
        sa.Column("decided_by", sa.Text()),
        sa.PrimaryKeyConstraint("number", name="pk_organization_suggestion"),
    )
    op.create_index(
        "ix_organization_suggestion_one_id_other_id", "organization_suggestion", ["one_id", "other_id"], unique=True
    )  # fmt: skip
    for name in ("other_id", "state"):
        op.create_index(f"ix_organization_suggestion_{name}", "organization_suggestion", [name])
    _fill()
    op.create_index("ix_organization_lasting_code", "organization", ["lasting_code"])


def downgrade() -> None:
    """Give every party the organization that its disclosure names, and the organizations their rows."""
    op.execute(
        "INSERT INTO organization (id, uscc, name, process_id, name_key)"
        " SELECT id, uscc, name, process_id, name_key FROM organization_alias"
    )
    op.execute("UPDATE party SET organization_id = said_id WHERE said_id IS NOT NULL")
    for name in ("organization_suggestion", "organization_pending", "organization_alias"):
        op.drop_table(name)
    op.drop_column("party", "said_id")
    op.drop_index("ix_organization_lasting_code", "organization")
    op.drop_column("organization", "lasting_code")


def _fill() -> None:
    """What stays of the codes that are there, batch by batch; those that several have are joined after the next load."""
    connection = op.get_bind()
    table = sa.table("organization", *(sa.column(name) for name in ("id", "uscc", "lasting_code")))
    pending = sa.table("organization_pending", sa.column("lasting_code"))
    last = ""
    while True:
        batch = (
            sa.select(table.c.id, table.c.uscc)
            .where(table.c.id > last, table.c.uscc.is_not(None))
            .order_by(table.c.id)
            .limit(_BATCH)
        )
        rows = connection.execute(batch).all()
        if not rows:
            break
        found = [{"one": row.id, "code": code} for row in rows if (code := code_of(row.uscc))]
        if found:
            filled = sa.update(table).where(table.c.id == sa.bindparam("one"))
            connection.execute(filled.values(lasting_code=sa.bindparam("code")), found)
        last = rows[-1].id
    code = table.c.lasting_code
    several = sa.select(code).where(code.is_not(None)).group_by(code).having(sa.func.count() > 1)
    connection.execute(sa.insert(pending).from_select(["lasting_code"], several))
