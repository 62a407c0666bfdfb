"""What a load writes costs less: terms are compared as bytes, and FTS5 makes fewer segments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0014"
down_revision: str | None = "0012"
branch_labels: str | None = None
depends_on: str | None = None

_FTS = ("search", "search_name_terms")
_MEMORY, _DEFAULT = 16 << 20, 1 << 20


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _hold(_MEMORY)
    else:
        _compare("C")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _hold(_DEFAULT)
    else:
        _compare(None)


def _hold(size: int) -> None:
    """FTS5 writes a segment whenever it holds so many bytes of a transaction, and has to merge segments."""
    for name in _FTS:
        op.execute(f"INSERT INTO {name}({name}, rank) VALUES ('hashsize', {size})")  # noqa: S608


def _compare(collation: str | None) -> None:
    """Nobody orders terms: the order of bytes needs no library of locales. The indexes are made anew."""
    for table in ("search", "search_name"):
        kind = postgresql.ARRAY(sa.Text(collation=collation))
        op.alter_column(table, "terms", type_=kind, existing_nullable=False)
