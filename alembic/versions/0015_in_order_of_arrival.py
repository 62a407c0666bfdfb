"""On SQLite the rows of the largest tables stand in the order in which they came, found by an index of their keys.

A row whose key is a digest comes between others, so that each changes a page of its own; without row ids a row of more
than a quarter of a page also has a page beside the tree, and every entry of an index repeats the key.
"""

from collections.abc import Callable

from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | None = None
depends_on: str | None = None

_TABLES = ("document", "revision", "value_source", "feature", "party", "lot", "item", "related")
_CLUSTERED = "WITHOUT ROWID"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in _TABLES:
            _remake(table, lambda made: made.replace(_CLUSTERED, ""))
        # A number that is called INTEGER would be the row's id.
        _remake("search_text", lambda made: made.replace("INTEGER", "BIGINT"))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in _TABLES:
            _remake(table, lambda made: f"{made.rstrip()} {_CLUSTERED}")
        _remake("search_text", lambda made: made.replace("BIGINT", "INTEGER"))


def _remake(table: str, change: Callable[[str], str]) -> None:
    """Make a table again by what its statement becomes, its rows in the order of their keys."""
    bind = op.get_bind()
    found = "SELECT sql FROM sqlite_schema WHERE type = ? AND tbl_name = ? AND sql IS NOT NULL"
    statement = str(bind.exec_driver_sql(found, ("table", table)).scalar_one())
    indexes = bind.exec_driver_sql(found, ("index", table)).scalars().all()
    keys = [row[1] for row in bind.exec_driver_sql(f"PRAGMA table_info({table})") if row[5]]
    op.rename_table(table, f"{table}_before")
    op.execute(change(statement))
    op.execute(f"INSERT INTO {table} SELECT * FROM {table}_before ORDER BY {', '.join(keys)}")  # noqa: S608
    op.drop_table(f"{table}_before")
    for index in indexes:
        op.execute(index)
