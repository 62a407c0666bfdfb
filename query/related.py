"""What disclosures say of each other: corrections, terminations, replacements, reposts, from both ends.

A record names another by its id, by the number that its publisher gave it (within that publisher: another's numbers
may be the same), or by its address. All that a name fits is meant; a record never means itself. The other may be
stored later, so that who is meant is looked up when it is asked.
"""

from query.plan import Given
from query.spelling import Spelling


def named_by(spelling: Spelling, p: str, element: str, _given: Given) -> str:
    """The disclosures that an element of a record's `relatedDisclosures` means."""
    t, w = spelling.alias("t"), spelling.alias("w")
    name, url = (spelling.dialect.named(element, f"'{one}'") for one in ("disclosureId", "url"))
    found = (
        f"SELECT shard, number FROM disclosure WHERE id = {name}"
        f" UNION SELECT shard, number FROM disclosure WHERE local_id = {name} AND publisher_id = {p}.publisher_id"
        f" UNION SELECT shard, number FROM disclosure WHERE source_url = {url}"
    )
    return _disclosures(found, t, w, f"{p}.id")


def naming(spelling: Spelling, p: str, given: Given) -> str:
    """The published disclosures that mean the one at hand, in one of the given relations, or in any."""
    t, w = spelling.alias("t"), spelling.alias("w")
    kinds = ", ".join(spelling.dialect.parameter(one, "text") for one in given.parameters) or "NULL"
    chosen = f" AND relation_type IN ({kinds})" if given.words else ""
    found = " UNION ".join(
        f"SELECT shard, disclosure_number AS number FROM related WHERE {condition}{chosen}"
        for condition in (
            f"named = {p}.id",
            f"named = {p}.local_id AND publisher_id = {p}.publisher_id",
            f"url = {p}.source_url",
        )
    )
    return _disclosures(found, t, w, f"{p}.id")


def _disclosures(found: str, t: str, w: str, own: str) -> str:
    """The rows of what was found, but for the record's own."""
    return (
        f"(SELECT {w}.* FROM ({found}) {t} JOIN disclosure {w} ON {w}.shard = {t}.shard AND {w}.number = {t}.number"
        f" WHERE {w}.id <> {own})"
    )
