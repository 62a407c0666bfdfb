"""What an organization did, grouped: the SELECT behind each list of its profile.

Each text is the rows of a relation (query/relations.py). `{p}` is the alias of the row at hand, `{d}` that of the
disclosures that are counted and `{where}` what is asked of them; `{takers}`, `{bidders}` and `{pairs}` are lists of
roles from `schemas.sides`, `{binary}` the collation that compares texts byte by byte.

In a disclosure an organization may stand in several roles and in several lots. A role's amount is the sum of what
stands beside the party in its lots; where nothing stands there it is the record's. Over several roles a disclosure
counts once, with the largest amount.
"""

_YEAR = "CAST(substr(CAST({d}.published_date AS text), 1, 4) AS integer)"

_BY_ROLE = """
SELECT r.role, r.shard, r.disclosure_number, r.recency, {d}.domain, {d}.published_date,
 sum(r.amount_fen) AS party_fen, {d}.amount_fen AS record_fen
FROM party r JOIN disclosure {d} ON {d}.shard = r.shard AND {d}.number = r.disclosure_number
WHERE r.organization_id = OWNNEAR{where}
GROUP BY r.role, r.shard, r.disclosure_number, r.recency, {d}.domain, {d}.published_date, {d}.amount_fen
"""

_BY_DISCLOSURE = f"""
SELECT r.shard, r.disclosure_number, r.recency, r.domain, r.published_date,
 max(r.party_fen) AS party_fen, max(r.record_fen) AS record_fen
FROM ({_BY_ROLE}) r GROUP BY r.shard, r.disclosure_number, r.recency, r.domain, r.published_date
"""

# The figures of a group of disclosures; the sums of what stands with the party and what only the record says. Where
# the group begins and ends in the index of parties (`low`, `high`) is for what is asked of a group alone.
_SUMS = """count(*) AS disclosures,
 CAST(sum(coalesce(b.party_fen, b.record_fen)) AS bigint) AS amount_fen,
 CAST(sum(b.party_fen) AS bigint) AS party_fen,
 CAST(sum(CASE WHEN b.party_fen IS NULL THEN b.record_fen END) AS bigint) AS record_fen,
 count(*) - count(coalesce(b.party_fen, b.record_fen)) AS unpriced,
 min(b.published_date) AS first_date, max(b.published_date) AS last_date,
 min(b.recency) AS low, max(b.recency) AS high"""


def _own(text: str, column: str, near: str = "") -> str:
    return text.replace("NEAR", near).replace("OWN", "{p}." + column)


_NEAR = " AND r.recency BETWEEN {p}.low AND {p}.high"


ROLES = _own(f"SELECT b.role, {_SUMS} FROM ({_BY_ROLE}) b GROUP BY b.role", "id")

DOMAINS = _own(f"SELECT b.domain, {_SUMS} FROM ({_BY_DISCLOSURE}) b GROUP BY b.domain", "id")

# `place` is the year, 0 where a disclosure has no date: what is ordered by is never NULL.
YEARS = _own(
    f"SELECT OWN AS organization_id, b.year, coalesce(b.year, 0) AS place, {_SUMS} FROM ("
    f"SELECT y.*, {_YEAR.replace('{d}', 'y')} AS year FROM ({_BY_DISCLOSURE}) y) b GROUP BY b.year",
    "id",
)

# The same from what is kept of all disclosures (store/involvement.py); `{amount}`, `{party}` and `{record}` are its sums.
_KEPT_FIGURES = """k.disclosures, {amount} AS amount_fen, {party} AS party_fen, {record} AS record_fen,
 k.disclosures - k.parties - k.records AS unpriced, k.first_date, k.last_date, k.low, k.high
FROM rollup_organization k WHERE k.organization_id = {p}.id AND k.dimension = """
_KEPT_YEAR = "CAST(nullif(k.value, '') AS integer)"

KEPT_ROLES = f"SELECT k.value AS role, {_KEPT_FIGURES}'role'"

KEPT_DOMAINS = f"SELECT k.value AS domain, {_KEPT_FIGURES}'domain'"

KEPT_YEARS = f"SELECT k.organization_id, {_KEPT_YEAR} AS year, coalesce({_KEPT_YEAR}, 0) AS place, {_KEPT_FIGURES}'year'"

YEAR_ROLES = _own(
    f"SELECT b.domain, b.role, (b.domain || ' ' || b.role){{binary}} AS sort, {_SUMS} FROM ({_BY_ROLE}) b"
    f" WHERE coalesce({_YEAR.replace('{d}', 'b')}, 0) = {{p}}.place GROUP BY b.domain, b.role",
    "organization_id",
    _NEAR,
)

NAMES = _own(
    """SELECT r.name{binary} AS name, count(DISTINCT r.disclosure_number) AS disclosures,
 min({d}.published_date) AS first_date, max({d}.published_date) AS last_date
FROM party r JOIN disclosure {d} ON {d}.shard = r.shard AND {d}.number = r.disclosure_number
WHERE r.organization_id = OWN{where} GROUP BY r.name""",
    "id",
)

PROCESSES = _own(
    """SELECT c.serial, c.id, c.publisher_id, c.number, c.title, max(r.recency) AS recency
FROM party r JOIN disclosure {d} ON {d}.shard = r.shard AND {d}.number = r.disclosure_number
JOIN disclosure_process l ON l.shard = r.shard AND l.disclosure_number = r.disclosure_number
JOIN process c ON c.serial = l.process_serial
WHERE r.organization_id = OWN{where} GROUP BY c.serial, c.id, c.publisher_id, c.number, c.title""",
    "id",
)

# Two parties meet where they stand in one lot, or where one of them stands in the disclosure as a whole.
_MEET = (
    "o.shard = r.shard AND o.disclosure_number = r.disclosure_number AND o.organization_id <> r.organization_id"
    " AND (o.lot_ordinal IS NULL OR r.lot_ordinal IS NULL OR o.lot_ordinal = r.lot_ordinal)"
)

# The amount of a pair is the taker's. He may meet several rows of the other: each of his rows counts once.
_BY_PAIR = f"""
SELECT t.other_id, t.shard, t.disclosure_number, t.recency, t.role, t.other_role, t.published_date,
 sum(t.party_fen) AS party_fen, t.record_fen
FROM (
 SELECT o.organization_id AS other_id, r.shard, r.disclosure_number, r.recency, r.role, o.role AS other_role,
  {{d}}.published_date,
  CASE WHEN r.role IN ({{takers}}) THEN r.ordinal ELSE o.ordinal END AS taker,
  max(CASE WHEN r.role IN ({{takers}}) THEN r.amount_fen WHEN o.role IN ({{takers}}) THEN o.amount_fen END) AS party_fen,
  CASE WHEN r.role IN ({{takers}}) OR o.role IN ({{takers}}) THEN {{d}}.amount_fen END AS record_fen
 FROM party r JOIN disclosure {{d}} ON {{d}}.shard = r.shard AND {{d}}.number = r.disclosure_number
 JOIN party o ON {_MEET}
 WHERE r.organization_id = OWN AND r.role || ' ' || o.role IN ({{pairs}})NEAR{{where}}
 GROUP BY o.organization_id, r.shard, r.disclosure_number, r.recency, r.role, o.role, {{d}}.published_date, {{d}}.amount_fen,
  CASE WHEN r.role IN ({{takers}}) THEN r.ordinal ELSE o.ordinal END
) t GROUP BY t.other_id, t.shard, t.disclosure_number, t.recency, t.role, t.other_role, t.published_date, t.record_fen
"""

COUNTERPARTIES = _own(
    f"SELECT OWN AS organization_id, b.other_id, {_SUMS} FROM ("
    "SELECT t.other_id, t.shard, t.disclosure_number, t.recency, t.published_date, max(t.party_fen) AS party_fen,"
    f" max(t.record_fen) AS record_fen FROM ({_BY_PAIR}) t"
    " GROUP BY t.other_id, t.shard, t.disclosure_number, t.recency, t.published_date) b GROUP BY b.other_id",
    "id",
)

COUNTERPARTY_ROLES = _own(
    f"SELECT b.role, b.other_role, (b.role || ' ' || b.other_role){{binary}} AS sort, {_SUMS} FROM ("
    f"{_BY_PAIR}) b GROUP BY b.role, b.other_role",
    "organization_id",
    _NEAR + " AND o.organization_id = {p}.other_id AND o.recency = r.recency",
)

_WON = (
    "EXISTS (SELECT 1 FROM disclosure_process wl JOIN party w ON w.shard = wl.shard"
    " AND w.disclosure_number = wl.disclosure_number WHERE wl.process_serial = t.process_serial"
    " AND w.role IN ({takers}) AND w.organization_id = WHO)"
)

CO_BIDDERS = _own(
    f"""SELECT t.other_id, count(DISTINCT t.disclosure_number) AS disclosures, count(DISTINCT t.process_serial) AS processes,
 count(DISTINCT CASE WHEN {_WON.replace("WHO", "OWN")} THEN t.process_serial END) AS wins,
 count(DISTINCT CASE WHEN {_WON.replace("WHO", "t.other_id")} THEN t.process_serial END) AS other_wins,
 min(t.published_date) AS first_date, max(t.published_date) AS last_date
FROM (
 SELECT DISTINCT o.organization_id AS other_id, r.disclosure_number, l.process_serial, {{d}}.published_date
 FROM party r JOIN disclosure {{d}} ON {{d}}.shard = r.shard AND {{d}}.number = r.disclosure_number
 JOIN party o ON {_MEET} AND o.role = r.role
 JOIN disclosure_process l ON l.shard = r.shard AND l.disclosure_number = r.disclosure_number
 WHERE r.organization_id = OWN AND r.role IN ({{bidders}}){{where}}
) t GROUP BY t.other_id""",
    "id",
)

# Organizations for one asked text: by its code, then by its name as it stands, then by its name's key.
_INVOLVED = """(SELECT CAST(coalesce(sum(k.disclosures), 0) AS bigint) FROM rollup_organization k
 WHERE k.organization_id = o.id AND k.dimension = 'domain') AS disclosures"""
MATCHES = f"""
SELECT o.id AS organization_id, 0 AS place, 'CREDIT_CODE' AS basis, {_INVOLVED}
FROM organization o WHERE o.uscc = {{p}}.code
UNION ALL
SELECT o.id, 0, 'FORMER_CODE', {_INVOLVED}
FROM organization o WHERE coalesce(o.uscc, '') <> {{p}}.code AND o.id IN (
 SELECT a.organization_id FROM organization_alias a WHERE a.id = {{p}}.code
 UNION SELECT f.id FROM organization f WHERE f.lasting_code = {{p}}.code
 UNION SELECT a.organization_id FROM organization_alias a WHERE a.lasting_code = {{p}}.code)
UNION ALL
SELECT o.id, CASE WHEN o.name = {{p}}.name THEN 1 ELSE 2 END,
 CASE WHEN o.name = {{p}}.name THEN 'EXACT_NAME' ELSE 'NORMALIZED_NAME' END, {_INVOLVED}
FROM organization o WHERE o.name_key = {{p}}.name_key AND (o.uscc IS NULL OR {{p}}.code IS NULL OR o.uscc <> {{p}}.code)
"""

# Unit prices of the items at hand (`{inner}` is FROM and WHERE of their list), by unit. The mean is rounded to
# 1/10,000 yuan, halves up, in whole numbers that cannot overflow: prices are taken apart at a million. The median is
# in 1/100,000 yuan, because it may lie between two prices. `{mod}` is the sign of the remainder.
_HIGH, _LOW, _COUNT = (
    "CAST(sum(g.unit_price / 1000000) AS bigint)", "CAST(sum(g.unit_price {mod} 1000000) AS bigint)", "count(*)"
)  # fmt: skip
_REST = f"(2 * ({_HIGH} {{mod}} {_COUNT} * 1000000 + {_LOW}) + {_COUNT})"
_OVER = f"(({_REST} {{mod}} (2 * {_COUNT}) + 2 * {_COUNT}) {{mod}} (2 * {_COUNT}))"

PRICES = f"""
SELECT g.unit, coalesce('=' || g.unit, ''){{binary}} AS unit_key, {_COUNT} AS items,
 min(g.unit_price) AS minimum, max(g.unit_price) AS maximum,
 {_HIGH} / {_COUNT} * 1000000 + ({_REST} - {_OVER}) / (2 * {_COUNT}) AS mean,
 CAST(sum(CASE WHEN g.place IN ((g.size + 1) / 2, (g.size + 2) / 2) THEN g.unit_price END) AS bigint)
  * (CASE WHEN {_COUNT} {{mod}} 2 = 1 THEN 10 ELSE 5 END) AS median
FROM (
 SELECT {{p}}.unit, {{p}}.unit_price, row_number() OVER (PARTITION BY {{p}}.unit ORDER BY {{p}}.unit_price) AS place,
  count(*) OVER (PARTITION BY {{p}}.unit) AS size {{inner}} AND {{p}}.unit_price IS NOT NULL
) g GROUP BY g.unit
"""
