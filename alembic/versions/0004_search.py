"""The search index anew: terms without content beside the normal texts, and an index of names.

FTS5's tokenizer `ascii` splits on ASCII characters that are no letters or digits, and leaves all others alone: the
terms come ready made (store/terms.py). No content and no positions are kept: a search looks at the normal text.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None

_FTS = "CREATE VIRTUAL TABLE {name} USING fts5(terms, tokenize='ascii', detail='none', content='')"


def upgrade() -> None:
    """The tables, empty: 0023 fills them."""
    op.execute("DROP TABLE search")
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def downgrade() -> None:
    """The index as 0001 has it, empty: load the records again to fill it."""
    for name in ("search", "search_name"):
        op.execute(f"DROP TABLE {name}")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_text")
        op.execute("DROP TABLE search_name_terms")
        op.execute("CREATE VIRTUAL TABLE search USING fts5(terms, tokenize='ascii', detail='column')")
        return
    op.create_table(
        "search", *_key(), _terms(), sa.PrimaryKeyConstraint("shard", "disclosure_id", name=op.f("pk_search"))
    )
    op.create_index(op.f("ix_search_terms"), "search", ["terms"], postgresql_using="gin")


def _sqlite() -> None:
    op.execute(_FTS.format(name="search"))
    op.create_table(
        "search_text",
        sa.Column("recency", sa.Integer(), nullable=False),  # the table's rowid, so it has 64 bits
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("recency", name=op.f("pk_search_text")),
    )
    op.execute(_FTS.format(name="search_name_terms"))
    op.create_table(
        "search_name",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_name")),
        sa.UniqueConstraint("kind", "id", name=op.f("uq_search_name_kind_id")),
    )


def _postgresql() -> None:
    op.create_table(
        "search",
        *_key(),
        _terms(),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("shard", "disclosure_id", name=op.f("pk_search")),
    )
    op.create_index(op.f("ix_search_terms"), "search", ["terms"], postgresql_using="gin")
    op.create_table(
        "search_name",
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("id", sa.String(40), nullable=False),
        _terms(),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", name=op.f("pk_search_name")),
    )
    op.create_index(op.f("ix_search_name_terms"), "search_name", ["terms"], postgresql_using="gin")


def _key() -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("disclosure_id", sa.String(23), nullable=False),
    )


def _terms() -> sa.Column[list[str]]:
    return sa.Column("terms", postgresql.ARRAY(sa.Text()), nullable=False)
