"""Sums by how something is allocated, filled from the disclosures; the publishers' are found by county too."""

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | None = None
depends_on: str | None = None

KEYS = ("type", "domain", "stage", "prefecture", "province", "status", "year", "method")
LENGTHS = (80, 20, 20, 6, 6, 12, 4, 40)
REQUIRED = ("type", "domain", "stage", "status")
SUMS = {
    "disclosures": "count(*)",
    "reposts": "sum(repost)",
    "amounts": "count(amount)",
    "amount_high": "coalesce(sum(amount / 1000000000), 0)",
    "amount_low": "coalesce(sum(amount - amount / 1000000000 * 1000000000), 0)",
    "amount_minimum": "min(amount)",
    "amount_maximum": "max(amount)",
    "judged": "count(days)",
    "late": "count(CASE WHEN days > 0 THEN 1 END)",
    "late_days": "coalesce(sum(CASE WHEN days > 0 THEN days END), 0)",
    "late_maximum": "max(CASE WHEN days > 0 THEN days END)",
}
NULLABLE = ("amount_minimum", "amount_maximum", "late_maximum")
YEAR = {"sqlite": "substr(d.published_date, 1, 4)", "postgresql": "to_char(d.published_date, 'YYYY')"}
COUNTED = """(SELECT d.type, d.domain, d.stage, d.prefecture, d.province, d.status, {year} AS year, d.method, d.repost,
  CASE WHEN d.status = 'published' AND d.repost = 0 THEN d.amount_fen END AS amount,
  CASE WHEN d.status = 'published' THEN d.days_late END AS days FROM disclosure d) counted"""


def upgrade() -> None:
    op.create_table(
        "rollup_method",
        sa.Column("cell", sa.Text(), nullable=False),
        *(
            sa.Column(key, sa.String(length), nullable=key not in REQUIRED)
            for key, length in zip(KEYS, LENGTHS, strict=True)
        ),
        *(
            sa.Column(
                one, sa.Integer() if one == "late_maximum" else sa.BigInteger(), nullable=one in NULLABLE
            )
            for one in SUMS
        ),
        sa.PrimaryKeyConstraint("cell", name="pk_rollup_method"),
    )
    for columns in (("domain", "year"), ("prefecture", "domain", "year"), ("type",)):
        op.create_index(f"ix_rollup_method_{'_'.join(columns)}", "rollup_method", list(columns))
    cell = " || '|' || ".join(f"coalesce({key}, '')" for key in KEYS)
    into, found = ", ".join(["cell", *KEYS, *SUMS]), ", ".join([cell, *KEYS, *SUMS.values()])
    counted = COUNTED.format(year=YEAR[op.get_bind().dialect.name])
    op.execute(f"INSERT INTO rollup_method ({into}) SELECT {found} FROM {counted} GROUP BY {', '.join(KEYS)}")  # noqa: S608
    op.drop_index("ix_rollup_publisher_prefecture_domain_year", "rollup_publisher")
    op.create_index("ix_rollup_publisher_prefecture_region", "rollup_publisher", ["prefecture", "region"])


def downgrade() -> None:
    op.drop_index("ix_rollup_publisher_prefecture_region", "rollup_publisher")
    op.create_index(
        "ix_rollup_publisher_prefecture_domain_year", "rollup_publisher", ["prefecture", "domain", "year"]
    )
    op.drop_table("rollup_method")
