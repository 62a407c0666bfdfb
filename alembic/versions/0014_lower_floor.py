"""What a load writes for nothing goes."""

from alembic import op

revision: str = "0014"
down_revision: str | None = "0012"
branch_labels: str | None = None
depends_on: str | None = None

_INDEXES = ("search", "search_name_terms")
_MEMORY, _DEFAULT = 16 << 20, 1 << 20


def upgrade() -> None:
    _hold(_MEMORY)


def downgrade() -> None:
    _hold(_DEFAULT)


def _hold(size: int) -> None:
    """FTS5 writes a segment whenever it holds so many bytes of a transaction; segments have to be merged."""
    if op.get_bind().dialect.name == "sqlite":
        for name in _INDEXES:
            op.execute(f"INSERT INTO {name}({name}, rank) VALUES ('hashsize', {size})")  # noqa: S608
