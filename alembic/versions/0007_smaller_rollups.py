"""Sums by type and by domain alone, from those that are there, and what an organization did, from its parties."""

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None

KEYS = {
    "rollup_type": ("type", "domain", "stage", "prefecture", "province", "status"),
    "rollup_domain": ("domain", "prefecture", "province", "status", "year"),
}
INDEXES = {
    "rollup_type": (("type",), ("prefecture", "type")),
    "rollup_domain": (("domain", "year"), ("prefecture", "domain", "year")),
}
LENGTHS = {"type": 80, "domain": 20, "stage": 20, "prefecture": 6, "province": 6, "status": 12, "year": 4}
REQUIRED = ("type", "domain", "stage", "status")
SUMS = {
    "disclosures": "sum", "reposts": "sum", "amounts": "sum", "amount_high": "sum", "amount_low": "sum",
    "amount_minimum": "min", "amount_maximum": "max", "judged": "sum", "late": "sum", "late_days": "sum",
    "late_maximum": "max",
}  # fmt: skip
FIGURES = """count(*), count(party), coalesce(sum(party / 1000000000), 0), coalesce(sum(party % 1000000000), 0),
 count(record), coalesce(sum(record / 1000000000), 0), coalesce(sum(record % 1000000000), 0),
 min(published), max(published), min(recency), max(recency)"""
ORGANIZATIONS = f"""INSERT INTO rollup_organization (organization_id, dimension, value, disclosures,
 parties, party_high, party_low, records, record_high, record_low, first_date, last_date, low, high)
WITH by_role AS MATERIALIZED (
 SELECT r.organization_id, r.role, r.shard, r.disclosure_id, r.recency, d.domain,
  d.published_date AS published, d.amount_fen AS record, CAST(sum(r.amount_fen) AS bigint) AS party
 FROM party r JOIN disclosure d ON d.shard = r.shard AND d.id = r.disclosure_id
 GROUP BY r.organization_id, r.role, r.shard, r.disclosure_id, r.recency, d.domain, d.published_date, d.amount_fen
), by_disclosure AS MATERIALIZED (
 SELECT organization_id, shard, disclosure_id, recency, domain, published, record, max(party) AS party
 FROM by_role GROUP BY organization_id, shard, disclosure_id, recency, domain, published, record
), figured AS (
 SELECT organization_id, 'role' AS dimension, role AS value, published, recency, party,
  CASE WHEN party IS NULL THEN record END AS record FROM by_role
 UNION ALL
 SELECT organization_id, 'domain', domain, published, recency, party, CASE WHEN party IS NULL THEN record END
 FROM by_disclosure
 UNION ALL
 SELECT organization_id, 'year', coalesce(substr(CAST(published AS text), 1, 4), ''), published, recency, party,
  CASE WHEN party IS NULL THEN record END
 FROM by_disclosure
)
SELECT organization_id, dimension, value, {FIGURES} FROM figured GROUP BY organization_id, dimension, value"""  # noqa: S608


def upgrade() -> None:
    for name, keys in KEYS.items():
        _table(name, keys)
        cell = " || '|' || ".join(f"coalesce({key}, '')" for key in keys)
        columns = ", ".join(["cell", *keys, *SUMS])
        found = ", ".join([cell, *keys, *(f"{function}({sum_})" for sum_, function in SUMS.items())])
        cells = f"SELECT {found} FROM rollup_year GROUP BY {', '.join(keys)}"  # noqa: S608
        op.execute(f"INSERT INTO {name} ({columns}) {cells}")
    numbers = ("disclosures", "parties", "party_high", "party_low", "records", "record_high", "record_low")
    op.create_table(
        "rollup_organization",
        sa.Column("organization_id", sa.String(40), nullable=False),
        sa.Column("dimension", sa.String(6), nullable=False),
        sa.Column("value", sa.String(40), nullable=False),
        *(sa.Column(one, sa.BigInteger(), nullable=False) for one in numbers),
        sa.Column("first_date", sa.Date()),
        sa.Column("last_date", sa.Date()),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "dimension", "value", name=op.f("pk_rollup_organization")),
        sqlite_with_rowid=False,
    )
    op.execute(ORGANIZATIONS)


def downgrade() -> None:
    for name in ("rollup_organization", *KEYS):
        op.drop_table(name)


def _table(name: str, keys: tuple[str, ...]) -> None:
    op.create_table(
        name,
        sa.Column("cell", sa.Text(), nullable=False),
        *(sa.Column(key, sa.String(LENGTHS[key]), nullable=key not in REQUIRED) for key in keys),
        *(
            sa.Column(
                one,
                sa.Integer() if one == "late_maximum" else sa.BigInteger(),
                nullable=function != "sum",
            )
            for one, function in SUMS.items()
        ),
        sa.PrimaryKeyConstraint("cell", name=op.f(f"pk_{name}")),
    )
    for columns in INDEXES[name]:
        op.create_index(op.f(f"ix_{name}_{'_'.join(columns)}"), name, list(columns))
