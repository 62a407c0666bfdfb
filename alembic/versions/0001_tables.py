"""The tables of store/tables.py, the search index, and the one row that counts changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _registers()
    _disclosures()
    _parts()
    _loads_and_changes()
    _search()


def downgrade() -> None:
    op.execute("DROP TABLE search")
    for name in (
        "data_version",
        "change",
        "refused",
        "load",
        "value_source",
        "item",
        "party",
        "lot",
        "disclosure_process",
        "revision",
        "document",
        "disclosure",
        "process",
        "organization",
        "publisher",
        "region",
    ):
        op.drop_table(name)  # its indexes go with it


def _registers() -> None:
    """What disclosures refer to."""
    op.create_table(
        "region",
        sa.Column("code", sa.String(9), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text()),
        sa.Column("level", sa.String(12), nullable=False),
        sa.Column("parent", sa.String(9)),
        sa.Column("prefecture", sa.String(6)),
        sa.Column("province", sa.String(6)),
        sa.Column("valid_from", sa.String(10)),
        sa.Column("valid_to", sa.String(10)),
        sa.Column("successor", sa.Text()),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    op.create_index(op.f("ix_region_parent"), "region", ["parent"])
    op.create_table(
        "publisher",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("uscc", sa.String(18)),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.String(9)),
        sa.Column("level", sa.String(12)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publisher")),
    )
    op.create_table(
        "organization",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("uscc", sa.String(18)),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("process_id", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
    )
    op.create_index(op.f("ix_organization_name"), "organization", ["name"])
    op.create_index(op.f("ix_organization_uscc"), "organization", ["uscc"])
    op.create_table(
        "process",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("publisher_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process")),
    )


def _disclosures() -> None:
    """Disclosures with their documents."""
    op.create_table(
        "disclosure",
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("id", sa.String(23), nullable=False),
        sa.Column("recency", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(80), nullable=False),
        sa.Column("schema_version", sa.String(10), nullable=False),
        sa.Column("domain", sa.String(20), nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("level", sa.String(12)),
        sa.Column("region", sa.String(9)),
        sa.Column("prefecture", sa.String(6)),
        sa.Column("province", sa.String(6)),
        sa.Column("publisher_id", sa.String(40), nullable=False),
        sa.Column("local_id", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("formed_date", sa.Date()),
        sa.Column("published_date", sa.Date()),
        sa.Column("due_on", sa.Date()),
        sa.Column("days_late", sa.Integer()),
        sa.Column("amount_fen", sa.BigInteger()),
        sa.Column("outcome", sa.String(20)),
        sa.Column("source_url", sa.Text()),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("load_id", sa.String(40)),
        sa.PrimaryKeyConstraint("shard", "id", name=op.f("pk_disclosure")),
    )
    op.create_index(
        op.f("ix_disclosure_domain_prefecture_recency"), "disclosure", ["domain", "prefecture", "recency"]
    )
    op.create_index(op.f("ix_disclosure_id"), "disclosure", ["id"])
    op.create_index(op.f("ix_disclosure_prefecture_recency"), "disclosure", ["prefecture", "recency"])
    op.create_index(op.f("ix_disclosure_publisher_id_recency"), "disclosure", ["publisher_id", "recency"])
    op.create_index(op.f("ix_disclosure_recency"), "disclosure", ["recency"])
    op.create_index(op.f("ix_disclosure_type_recency"), "disclosure", ["type", "recency"])
    op.create_table(
        "document",
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("disclosure_id", sa.String(23), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("body", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("shard", "disclosure_id", name=op.f("pk_document")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "revision",
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("disclosure_id", sa.String(23), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("load_id", sa.String(40)),
        sa.Column("replaced_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("shard", "disclosure_id", "number", name=op.f("pk_revision")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "disclosure_process",
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("disclosure_id", sa.String(23), nullable=False),
        sa.Column("process_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("shard", "disclosure_id", "process_id", name=op.f("pk_disclosure_process")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_disclosure_process_process_id"), "disclosure_process", ["process_id"])


def _parts() -> None:
    """What a disclosure consists of."""
    op.create_table(
        "lot",
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("disclosure_id", sa.String(23), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text()),
        sa.Column("title", sa.Text()),
        sa.Column("location", sa.Text()),
        sa.Column("area", sa.Float()),
        sa.Column("amount_fen", sa.BigInteger()),
        sa.Column("outcome", sa.String(20)),
        sa.PrimaryKeyConstraint("shard", "disclosure_id", "ordinal", name=op.f("pk_lot")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "party",
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("disclosure_id", sa.String(23), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("organization_id", sa.String(40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer()),
        sa.Column("lot_ordinal", sa.Integer()),
        sa.Column("amount_fen", sa.BigInteger()),
        sa.Column("recency", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("shard", "disclosure_id", "ordinal", name=op.f("pk_party")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_party_organization_id_recency"), "party", ["organization_id", "recency"])
    op.create_table(
        "item",
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("disclosure_id", sa.String(23), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("lot_ordinal", sa.Integer()),
        sa.Column("name", sa.Text()),
        sa.Column("specification", sa.Text()),
        sa.Column("quantity", sa.Float()),
        sa.Column("unit", sa.Text()),
        sa.Column("unit_price", sa.BigInteger()),
        sa.Column("amount_fen", sa.BigInteger()),
        sa.PrimaryKeyConstraint("shard", "disclosure_id", "ordinal", name=op.f("pk_item")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "value_source",
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("disclosure_id", sa.String(23), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("shard", "disclosure_id", name=op.f("pk_value_source")),
        sqlite_with_rowid=False,
    )


def _loads_and_changes() -> None:
    """Where records came from, and the feed of changes."""
    op.create_table(
        "load",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("profile", sa.Text()),
        sa.Column("type", sa.String(80)),
        sa.Column("publisher_id", sa.String(40)),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime()),
        sa.Column("rows", sa.Integer()),
        sa.Column("taken", sa.Integer()),
        sa.Column("refused", sa.Integer()),
        sa.Column("skipped", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_load")),
    )
    op.create_table(
        "refused",
        sa.Column("load_id", sa.String(40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("issues", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("load_id", "ordinal", name=op.f("pk_refused")),
    )
    op.create_table(
        "change",
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("disclosure_id", sa.String(23), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("shard", "version", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_version"), "change", ["version"])
    op.create_table(
        "data_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_version")),
    )
    op.execute("INSERT INTO data_version (id, version) VALUES (1, 0)")


def _search() -> None:
    """The terms of store/terms.py, ready made: neither database may take them apart or fold them.

    FTS5's tokenizer `ascii` splits on ASCII characters that are no letters or digits, and leaves all others alone
    (unicode61 knows no Chinese letter younger than Unicode 6.1). `detail=column` keeps no positions: a search asks
    for all of several terms, as the array in PostgreSQL does.
    """
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE search USING fts5(terms, tokenize='ascii', detail='column')")
        return
    op.create_table(
        "search",
        sa.Column("shard", sa.String(6), nullable=False),
        sa.Column("disclosure_id", sa.String(23), nullable=False),
        sa.Column("terms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("shard", "disclosure_id", name=op.f("pk_search")),
    )
    op.create_index(op.f("ix_search_terms"), "search", ["terms"], postgresql_using="gin")
