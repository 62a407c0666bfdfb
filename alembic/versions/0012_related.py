"""What records say of others, so that corrections can be followed from both ends; addresses of records by an index.

Filled from the documents that are published. And what refused rows say that no identifier tells; those refused before
are known by their places only.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | None = None
depends_on: str | None = None

_FOUND = {
    "sqlite": "SELECT o.shard, o.disclosure_id, r.key AS ordinal, r.value ->> '$.relationType' AS relation_type,"
    " d.publisher_id, r.value ->> '$.disclosureId' AS named, r.value ->> '$.url' AS url"
    " FROM document o JOIN disclosure d ON d.shard = o.shard AND d.id = o.disclosure_id,"
    " json_each(o.body, '$.relatedDisclosures') r",
    "postgresql": "SELECT o.shard, o.disclosure_id, (r.place - 1)::integer AS ordinal,"
    " r.value ->> 'relationType' AS relation_type, d.publisher_id, r.value ->> 'disclosureId' AS named,"
    " r.value ->> 'url' AS url"
    " FROM document o JOIN disclosure d ON d.shard = o.shard AND d.id = o.disclosure_id,"
    " jsonb_array_elements(o.body -> 'relatedDisclosures') WITH ORDINALITY r(value, place)",
}


def upgrade() -> None:
    op.create_table(
        "related",
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("disclosure_id", sa.String(23), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("relation_type", sa.String(40), nullable=False),
        sa.Column("publisher_id", sa.String(40), nullable=False),
        sa.Column("named", sa.String(200)),
        sa.Column("url", sa.Text()),
        sa.PrimaryKeyConstraint("shard", "disclosure_id", "ordinal", name="pk_related"),
        sqlite_with_rowid=False,
    )
    found = _FOUND[op.get_bind().dialect.name]
    op.get_bind().exec_driver_sql(
        "INSERT INTO related (shard, disclosure_id, ordinal, relation_type, publisher_id, named, url)"  # noqa: S608
        f" SELECT * FROM ({found}) f WHERE f.relation_type IS NOT NULL AND (f.named IS NOT NULL OR f.url IS NOT NULL)"
    )
    op.create_index("ix_related_named", "related", ["named"])
    op.create_index("ix_related_url", "related", ["url"], postgresql_using="hash")
    op.create_index(
        "ix_disclosure_source_url",
        "disclosure",
        ["source_url"],
        postgresql_using="hash",
        sqlite_where=sa.text("source_url IS NOT NULL"),
    )

    op.add_column("refused", sa.Column("compared", sa.JSON()))
    op.add_column("refused", sa.Column("rest", sa.String(64)))
    op.create_index("ix_refused_rest", "refused", ["rest"])


def downgrade() -> None:
    op.drop_index("ix_refused_rest", "refused")
    op.drop_column("refused", "rest")
    op.drop_column("refused", "compared")
    op.drop_index("ix_disclosure_source_url", "disclosure")
    op.drop_table("related")
