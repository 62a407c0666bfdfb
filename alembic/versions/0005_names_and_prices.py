"""The key by which names of organizations are matched; an index of items by the beginning of their names."""

import sqlalchemy as sa
from alembic import op

from store.names import name_key

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None

_BATCH = 10_000


def upgrade() -> None:
    op.add_column("organization", sa.Column("name_key", sa.Text()))
    _fill()
    op.create_index(op.f("ix_organization_name_key"), "organization", ["name_key"])
    op.add_column("item", sa.Column("name_start", sa.String(100)))
    op.execute("UPDATE item SET name_start = substr(name, 1, 100)")
    op.create_index(op.f("ix_item_name_start_unit_price"), "item", ["name_start", "unit_price"])


def downgrade() -> None:
    op.drop_index(op.f("ix_item_name_start_unit_price"), "item")
    op.drop_column("item", "name_start")
    op.drop_index(op.f("ix_organization_name_key"), "organization")
    op.drop_column("organization", "name_key")


def _fill() -> None:
    """The keys of the organizations that are there, batch by batch in the order of their ids."""
    connection = op.get_bind()
    table = sa.table(
        "organization", sa.column("id"), sa.column("uscc"), sa.column("name"), sa.column("name_key")
    )
    last = ""
    while True:
        batch = (
            sa.select(table.c.id, table.c.name, table.c.uscc)
            .where(table.c.id > last)
            .order_by(table.c.id)
            .limit(_BATCH)
        )
        rows = connection.execute(batch).all()
        if not rows:
            return
        keyed = sa.update(table).where(table.c.id == sa.bindparam("one"))
        connection.execute(
            keyed.values(name_key=sa.bindparam("key")),
            [{"one": row.id, "key": name_key(row.name, row.uscc)} for row in rows],
        )
        last = rows[-1].id
