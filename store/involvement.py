"""What an organization did by role, by domain, by year: figures kept beside the parties, exact after every batch.

In a disclosure an organization may stand in several roles and in several lots. A role's amount is the sum of what
stands beside the party in its lots; over several roles a disclosure counts once, with the largest. Where nothing
stands there it is the record's. Withdrawn disclosures and reposts count as any other: these are deeds, no sums of
money that was spent (docs/decisions/0015-who-faces-whom.md).
"""

from collections.abc import Iterable, Iterator, Sequence
from operator import add
from typing import Any

from sqlalchemy import Connection

from store import bulk, tables
from store.cells import Cell, Cells, Kept, Key, between, settle
from store.identity import recencies
from store.rows import Parts

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
    "first_date": "min(published)",
    "last_date": "max(published)",
    "low": "min(recency)",
    "high": "max(recency)",
}
_BILLION = 1_000_000_000
_AT_ONCE = 2_000  # disclosures whose parties are read together
_Stand = tuple[
    str, str | None, int | None, int, dict[str, int | None]
]  # where an organization is in a disclosure
_PARTIES = """SELECT r.organization_id, d.id, r.role, r.amount_fen,
 d.domain, CAST(d.published_date AS text), d.amount_fen, d.recency
FROM disclosure d JOIN party r ON r.shard = d.shard AND r.disclosure_number = d.number"""
_FIGURES = ", ".join((_SUMS | _EXTREMES).values())
# What an organization has of a disclosure in a role, then of the disclosure: at most one of both amounts.
_BY_ROLE = """SELECT r.organization_id, r.role, r.shard, r.disclosure_number, r.recency, d.domain,
 d.published_date AS published, d.amount_fen AS record, CAST(sum(r.amount_fen) AS bigint) AS party
FROM disclosure d JOIN party r ON r.shard = d.shard AND r.disclosure_number = d.number
GROUP BY r.organization_id, r.role, r.shard, r.disclosure_number, r.recency, d.domain, d.published_date, d.amount_fen"""
_BY_DISCLOSURE = """SELECT organization_id, shard, disclosure_number, recency, domain, published, record, max(party) AS party
FROM by_role GROUP BY organization_id, shard, disclosure_number, recency, domain, published, record"""
_ONE_AMOUNT = "(SELECT {columns}, published, recency, party, CASE WHEN party IS NULL THEN record END AS record FROM {rows}) x"


def _select() -> str:
    """All cells, in the order of `KEPT.names`."""
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
    return (
        f"WITH by_role AS MATERIALIZED ({_BY_ROLE}), by_disclosure AS MATERIALIZED ({_BY_DISCLOSURE}) "
        + " UNION ALL ".join(parts)
    )


def cells(connection: Connection, ids: Sequence[str]) -> Cells:
    """What some disclosures contribute now; dates are texts."""
    found: Cells = {}
    different = [*dict.fromkeys(ids)]
    for first in range(0, len(different), _AT_ONCE):
        condition, parameter = bulk.one_of(connection, "d.id", different[first : first + _AT_ONCE])
        _add(found, _cells(connection.exec_driver_sql(f"{_PARTIES} WHERE {condition}", (parameter,)).all()))
    return found


def _cells(rows: Iterable[Sequence[Any]]) -> Cells:
    """The cells of rows as `_PARTIES` has them."""
    disclosed: dict[str, tuple[Any, ...]] = {}
    by_role: dict[tuple[str, str, str], int | None] = {}
    for who, one, role, amount, *disclosure in rows:
        known = by_role.get((who, one, role))
        by_role[who, one, role] = amount if known is None else known + (amount or 0)
        disclosed[one] = tuple(disclosure)
    made: dict[Key, list[Any]] = {}
    by_disclosure: dict[tuple[str, str], int | None] = {}
    for (who, one, role), amount in by_role.items():
        _count(made, (who, "role", role), amount, disclosed[one])
        known = by_disclosure.get((who, one))
        by_disclosure[who, one] = amount if known is None else known if amount is None else max(known, amount)
    for (who, one), amount in by_disclosure.items():
        said = disclosed[one]
        domain, published, *_ = said
        _count(made, (who, "domain", domain), amount, said)
        _count(made, (who, "year", published[:4] if published else ""), amount, said)
    sums = len(_SUMS)
    return {key: Cell((), tuple(one[:sums]), tuple(one[sums:])) for key, one in made.items()}


def _count(made: dict[Key, list[Any]], key: Key, party: int | None, disclosure: tuple[Any, ...]) -> None:
    """Add a disclosure to a cell: sums, then extremes. `disclosure` is its domain, date, amount and recency."""
    _, published, record, recency = disclosure
    cell = made.get(key)
    if cell is None:
        cell = made[key] = [0, 0, 0, 0, 0, 0, 0, published, published, recency, recency]
    else:
        _, _, _, _, _, _, _, first, last, low, high = cell
        if published is not None:
            if first is None or published < first:
                cell[7] = published
            if last is None or published > last:
                cell[8] = published
        if recency < low:
            cell[9] = recency
        if recency > high:
            cell[10] = recency
    cell[0] += 1
    amount = record if party is None else party
    if amount is not None:
        at = 4 if party is None else 1
        high, low = halves(amount)
        cell[at] += 1
        cell[at + 1] += high
        cell[at + 2] += low


def halves(amount: int) -> tuple[int, int]:
    """An amount as it is summed: billions, and the rest, towards zero as databases divide."""
    high = amount // _BILLION if amount >= 0 else -(-amount // _BILLION)
    return high, amount - high * _BILLION


class Span:
    """The figures of what organizations did, while some disclosures change."""

    def __init__(self, connection: Connection, ids: Sequence[str], known: Sequence[str]) -> None:
        """`known` are those of the disclosures that are there before."""
        self.connection = connection
        self.ids = set(ids)
        self.before = cells(connection, known)
        self.written: dict[str, Parts] = {}
        self._moved: set[str] = set()

    def wrote(self, made: Iterable[Parts]) -> None:
        """These are the rows of some of the disclosures, just written: nobody has to read them again."""
        self.written.update((one.disclosure["id"], one) for one in made)

    def include(self, ids: Iterable[str]) -> None:
        """The parties of these disclosures are about to change too."""
        changing = set(ids)
        self._moved |= changing
        others = sorted(changing - self.ids)
        self.ids.update(others)
        _add(self.before, cells(self.connection, others))

    def settle(self) -> None:
        """Bring the table to what the disclosures say now."""
        known = self.written.keys() - self._moved
        after = _cells(_of_parts(self.written[one] for one in known))
        _add(after, cells(self.connection, sorted(self.ids - known)))
        settle(self.connection, KEPT, self.before, after)


def _of_parts(made: Iterable[Parts]) -> Iterator[tuple[Any, ...]]:
    """Rows as `_PARTIES` has them, of what was written."""
    for one in made:
        d = one.disclosure
        said = d["domain"], d["published_date"], d["amount_fen"], d["recency"]
        for party in one.parties:
            yield party["organization_id"], d["id"], party["role"], party["amount_fen"], *said


def _add(made: Cells, more: Cells) -> None:
    """Add cells to others."""
    for key, one in more.items():
        known = made.get(key)
        if known is None:
            made[key] = one
            continue
        sums = tuple(map(add, known.sums, one.sums))
        made[key] = Cell((), sums, tuple(map(_further, ("min", "max") * 2, known.extremes, one.extremes)))


def _further(which: str, one: Any, other: Any) -> Any:
    """The smaller or the greater of two extremes, of which one may be missing."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other) if which == "min" else max(one, other)


def fill(connection: Connection) -> None:
    """Make all cells, of which there are none."""
    into = f"INSERT INTO {_TABLE.name} ({', '.join(KEPT.names)})"
    connection.exec_driver_sql(f"{into} {_select()}")


def _found(_dialect: str, least: str, greatest: str) -> str:
    """The extremes of a cell anew, among all that the organization has in its span."""
    name = _TABLE.name
    year = "coalesce(substr(CAST(d.published_date AS text), 1, 4), '')"
    own = f"CASE {name}.dimension WHEN 'role' THEN r.role WHEN 'domain' THEN d.domain ELSE {year} END"
    return (
        "SELECT min(d.published_date), max(d.published_date), min(r.recency), max(r.recency)"  # noqa: S608
        " FROM party r JOIN disclosure d ON d.shard = r.shard AND d.number = r.disclosure_number"
        f" WHERE r.organization_id = {name}.organization_id AND r.recency BETWEEN {least} AND {greatest}"
        f" AND {own} = {name}.value"
    )


def _span(key: tuple[str, ...], _columns: tuple[Any, ...]) -> tuple[int, int]:
    _, dimension, value = key
    return between(value) if dimension == "year" else recencies(None, None)


KEPT = Kept(_TABLE, (), tuple(_SUMS), tuple(_EXTREMES), frozenset(["first_date", "low"]), _found, _span)
