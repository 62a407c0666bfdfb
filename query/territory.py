"""What lies in a region: records are counted to what their region became.

`territory` says it for every code (`store.territory`). `{p}` is the alias of the region at hand.
"""

from query.plan import Given
from query.spelling import Spelling

ABOVE = (
    "{c}.code IN ({p}.parent, (SELECT a1.parent FROM region a1 WHERE a1.code = {p}.parent),"
    " (SELECT b2.parent FROM region a2 JOIN region b2 ON b2.code = a2.parent WHERE a2.code = {p}.parent),"
    " (SELECT c3.parent FROM region a3 JOIN region b3 ON b3.code = a3.parent JOIN region c3 ON c3.code = b3.parent"
    " WHERE a3.code = {p}.parent))"
)
AFTER = "{c}.code IN (SELECT sa.successor FROM succession sa WHERE sa.code = {p}.code)"
BEFORE = "{c}.code IN (SELECT sb.code FROM succession sb WHERE sb.successor = {p}.code)"
NEAREST_FIRST = "-CAST({c}.code AS bigint)"  # a code is greater than those above it


def disclosures(spelling: Spelling, p: str, _given: Given) -> str:
    """The disclosures of a region and all below it, by the index that its level has.

    Which level it has is known when the statement runs: of the four parts three have nothing.
    """
    w = spelling.alias("w")
    large = f"{p}.valid_to IS NULL AND {p}.level = "
    parts = (
        f"{w}.province = {p}.code AND {large}'province'",
        f"{w}.prefecture = {p}.code AND {large}'prefecture'",
        f"{w}.region IS NOT NULL AND {large}'national'",
        f"{w}.region IN (SELECT y.code FROM territory y WHERE y.within = {p}.code)"
        f" AND NOT ({p}.valid_to IS NULL AND {p}.level IN ('national', 'province', 'prefecture'))",
    )
    return "(" + " UNION ALL ".join(f"SELECT {w}.* FROM disclosure {w} WHERE {part}" for part in parts) + ")"


def shares(spelling: Spelling, p: str, given: Given) -> str:
    """How many disclosures each child of a region has, and their amount; NULL is what lies in no child."""
    lying, k, r = (spelling.alias(letter) for letter in "lkr")
    # No join of two tables on the right: SQLite would read the whole territory for each region.
    child = (
        f"{k}.within IN (SELECT {r}.code FROM region {r} WHERE {r}.parent = {p}.code)"
        f" AND ({k}.today = 1 OR {p}.valid_to IS NOT NULL)"
    )
    wanted = " AND ".join(spelling.holds(given.where, "disclosure", lying)) or "1 = 1"
    return (
        f"(SELECT {k}.within AS code, count(*) AS disclosures, sum({lying}.amount_fen) AS amount_fen,"
        f" row_number() OVER (ORDER BY {k}.within ASC NULLS LAST) AS place"
        f" FROM {disclosures(spelling, p, given)} {lying} LEFT JOIN territory {k} ON {k}.code = {lying}.region AND {child}"
        f" WHERE {wanted} GROUP BY {k}.within)"
    )
