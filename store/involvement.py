"""What an organization did by role, by domain, by year: figures kept beside the parties, exact after every batch.

In a disclosure an organization may stand in several roles and in several lots. A role's amount is the sum of what
stands beside the party in its lots; over several roles a disclosure counts once, with the largest. Where nothing
stands there it is the record's. Withdrawn disclosures and reposts count as any other: these are deeds, no sums of
money that was spent (docs/decisions/0015-who-faces-whom.md).
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from store import bulk, tables
from store.cells import Cells, Kept, between, each, is_cell

_TABLE = tables.rollup_organization
_SUMS = {
    "disclosures": "count(*)",
    "parties": "count(party)",
    "party_high": "coalesce(sum(party / 1000000000), 0)",
    "party_low": "coalesce(sum(party - party / 1000000000 * 1000000000), 0)",
    "records": "count(record)",
    "record_high": "coalesce(sum(record / 1000000000), 0)",
    "record_low": "coalesce(sum(record - record / 1000000000 * 1000000000), 0)",
}
_EXTREMES = {
    "first_date": "CAST(min(published) AS {date})",
    "last_date": "CAST(max(published) AS {date})",
    "low": "min(recency)",
    "high": "max(recency)",
}
_FIGURES = ", ".join((_SUMS | _EXTREMES).values())
# What an organization has of a disclosure in a role, then of the disclosure: at most one of both amounts.
_BY_ROLE = """SELECT r.organization_id, r.role, r.shard, r.disclosure_id, r.recency, d.domain,
 d.published_date AS published, d.amount_fen AS record, CAST(sum(r.amount_fen) AS bigint) AS party
FROM disclosure d JOIN party r ON r.shard = d.shard AND r.disclosure_id = d.id{where}
GROUP BY r.organization_id, r.role, r.shard, r.disclosure_id, r.recency, d.domain, d.published_date, d.amount_fen"""
_BY_DISCLOSURE = """SELECT organization_id, shard, disclosure_id, recency, domain, published, record, max(party) AS party
FROM by_role GROUP BY organization_id, shard, disclosure_id, recency, domain, published, record"""
_ONE_AMOUNT = "(SELECT {columns}, published, recency, party, CASE WHEN party IS NULL THEN record END AS record FROM {rows}) x"


def _select(where: str) -> str:
    """The cells of some disclosures, in the order of `KEPT.names`."""
    year = "coalesce(substr(CAST(published AS text), 1, 4), '')"
    parts = []
    for dimension, value, rows in (
        ("role", "role", "by_role"),
        ("domain", "domain", "by_disclosure"),
        ("year", year, "by_disclosure"),
    ):
        source = _ONE_AMOUNT.format(columns=f"organization_id, {value} AS value", rows=rows)
        parts.append(
            f"SELECT organization_id, '{dimension}', value, {_FIGURES} FROM {source} GROUP BY organization_id, value"  # noqa: S608
        )
    by_role = _BY_ROLE.format(where=where and f" WHERE {where}")
    return (
        f"WITH by_role AS MATERIALIZED ({by_role}), by_disclosure AS MATERIALIZED ({_BY_DISCLOSURE}) "
        + " UNION ALL ".join(parts)
    )


def cells(connection: Connection, ids: Sequence[str]) -> Cells:
    """What some disclosures contribute now; dates are texts."""
    condition, parameter = bulk.one_of(connection, "d.id", ids)
    query = _select(condition).format(date="text")
    return KEPT.cells(connection.exec_driver_sql(query, (parameter,)).all())


def fill(connection: Connection) -> None:
    """Make all cells, of which there are none."""
    date = "text" if connection.dialect.name == "sqlite" else "date"
    into = f"INSERT INTO {_TABLE.name} ({', '.join(KEPT.names)})"
    connection.exec_driver_sql(f"{into} {_select('').format(date=date)}")


# A cell's disclosures by what it is about.
_WHERE = {
    "role": "r.role = {table}.value",
    "domain": "d.domain = {table}.value",
    "year": "r.recency BETWEEN ? AND ? AND coalesce(substr(CAST(d.published_date AS text), 1, 4), '') = {table}.value",
}


def _look_up(connection: Connection, wanted: Sequence[tuple[Any, ...]]) -> None:
    """Find the extremes of cells anew; of a role or a domain, among all that the organization has."""
    for dimension, where in _WHERE.items():
        rows = [
            (*(between(value) if dimension == "year" else ()), *key)
            for value, *key in wanted
            if key[1] == dimension
        ]
        found = (
            "SELECT min(d.published_date), max(d.published_date), min(r.recency), max(r.recency)"
            " FROM party r JOIN disclosure d ON d.shard = r.shard AND d.id = r.disclosure_id"
            f" WHERE r.organization_id = {_TABLE.name}.organization_id AND {where.format(table=_TABLE.name)}"
        )
        each(
            connection,
            f"UPDATE {_TABLE.name} SET ({', '.join(_EXTREMES)}) = ({found}) WHERE {is_cell(KEPT)}",  # noqa: S608
            rows,
        )


KEPT = Kept(
    _TABLE, (), tuple(_SUMS), tuple(_EXTREMES), frozenset(["first_date", "low"]), "organization_id", "value", _look_up
)  # fmt: skip
