"""Counts and sums of disclosures by what they are grouped by, filled from the disclosures that are there.

`disclosure.method` stays empty for records that are there: only the schemas say which property it is, so it comes with
`openalloc reindex`.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

SHARED = ("type", "domain", "stage", "prefecture", "province", "status")
OWN = {
    "rollup_year": (),
    "rollup_month": ("month",),
    "rollup_publisher": ("level", "region", "publisher_id", "outcome"),
}
LENGTHS = {"type": 80, "domain": 20, "stage": 20, "level": 12, "prefecture": 6, "province": 6, "status": 12, "year": 4,
           "month": 7, "outcome": 20, "region": 9, "publisher_id": 40}  # fmt: skip
REQUIRED = ("type", "domain", "stage", "status", "publisher_id")
SUMS = {
    "disclosures": "count(*)",
    "reposts": "sum(repost)",
    "amounts": "count(amount)",
    "amount_high": "coalesce(sum(amount / 1000000000), 0)",
    "amount_low": "coalesce(sum(amount % 1000000000), 0)",
    "amount_minimum": "min(amount)",
    "amount_maximum": "max(amount)",
    "judged": "count(days)",
    "late": "count(CASE WHEN days > 0 THEN 1 END)",
    "late_days": "coalesce(sum(CASE WHEN days > 0 THEN days END), 0)",
    "late_maximum": "max(CASE WHEN days > 0 THEN days END)",
}
NULLABLE = ("amount_minimum", "amount_maximum", "late_maximum")
COUNTED = """(SELECT d.*, {year} AS year, {month} AS month,
  CASE WHEN d.status = 'published' AND d.repost = 0 THEN d.amount_fen END AS amount,
  CASE WHEN d.status = 'published' THEN d.days_late END AS days FROM disclosure d) counted"""
REPOSTS = {
    "sqlite": "SELECT 1 FROM document o, json_each(o.body, '$.relatedDisclosures') r WHERE o.shard = disclosure.shard"
    " AND o.disclosure_id = disclosure.id AND json_extract(r.value, '$.relationType') = 'sameAs'",
    "postgresql": "SELECT 1 FROM document o WHERE o.shard = disclosure.shard AND o.disclosure_id = disclosure.id"
    """ AND o.body @> '{"relatedDisclosures": [{"relationType": "sameAs"}]}'""",
}


def upgrade() -> None:
    op.add_column("disclosure", sa.Column("method", sa.String(40)))
    op.add_column("disclosure", sa.Column("repost", sa.Integer(), nullable=False, server_default="0"))
    dialect = op.get_bind().dialect.name
    op.execute(sa.text(f"UPDATE disclosure SET repost = 1 WHERE EXISTS ({_literal(REPOSTS[dialect])})"))  # noqa: S608
    for name, own in OWN.items():
        _table(name, own)
        _fill(name, own, dialect)


def downgrade() -> None:
    for name in OWN:
        op.drop_table(name)
    op.drop_column("disclosure", "repost")
    op.drop_column("disclosure", "method")


def _literal(statement: str) -> str:
    """Text in which a colon begins no parameter."""
    return statement.replace(":", "\\:")


def _table(name: str, own: tuple[str, ...]) -> None:
    shard = [sa.Column("shard", sa.String(6), nullable=False)] if "publisher_id" in own else []
    keys = [
        sa.Column(key, sa.String(LENGTHS[key]), nullable=key not in REQUIRED)
        for key in (*SHARED, "year", *own)
    ]
    sums = [
        sa.Column(
            key,
            sa.Integer() if key == "late_maximum" else sa.BigInteger(),
            nullable=key in NULLABLE,
        )
        for key in SUMS
    ]
    primary = ("shard", "cell") if shard else ("cell",)
    op.create_table(
        name,
        *shard,
        sa.Column("cell", sa.Text(), nullable=False),
        *keys,
        *sums,
        sa.PrimaryKeyConstraint(*primary, name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_domain_year"), name, ["domain", "year"])
    op.create_index(op.f(f"ix_{name}_prefecture_domain_year"), name, ["prefecture", "domain", "year"])
    op.create_index(op.f(f"ix_{name}_type"), name, ["type"])
    if shard:
        op.create_index(op.f(f"ix_{name}_publisher_id"), name, ["publisher_id"])


def _fill(name: str, own: tuple[str, ...], dialect: str) -> None:
    keys = (*SHARED, "year", *own)
    shard = ("shard",) if "publisher_id" in own else ()
    date = "d.published_date"
    sqlite = dialect == "sqlite"
    counted = COUNTED.format(
        year=f"substr({date}, 1, 4)" if sqlite else f"to_char({date}, 'YYYY')",
        month=f"substr({date}, 1, 7)" if sqlite else f"to_char({date}, 'YYYY-MM')",
    )
    cell = " || '|' || ".join(f"coalesce({key}, '')" for key in keys)
    columns = ", ".join([*shard, "cell", *keys, *SUMS])
    found = ", ".join([*shard, cell, *keys, *SUMS.values()])
    grouped = ", ".join([*shard, *keys])
    op.execute(f"INSERT INTO {name} ({columns}) SELECT {found} FROM {counted} GROUP BY {grouped}")  # noqa: S608
