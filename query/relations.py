"""How the entities hang together: one table of relations, and the keys by which they can be ordered.

`{p}` is the alias of the row at hand, `{c}` of the related row. The empty join is the root's: every row.
"""

from dataclasses import dataclass

OWNED = "{c}.shard = {p}.shard AND {c}.disclosure_id = {p}.id"


@dataclass(frozen=True, slots=True)
class Relation:
    """A table reached from another, the join, the order of its rows, and how many they are at a guess.

    The guess counts where no page size does: without it parents and children of regions multiply unseen.
    """

    table: str
    join: str = ""
    order: str = ""
    several: int = 3


RELATIONS: dict[str, Relation] = {
    # from the root
    "disclosure": Relation("disclosure"),
    "organization": Relation("organization"),
    "process": Relation("process"),
    "publisher": Relation("publisher"),
    "region": Relation("region"),
    # from a disclosure
    "disclosure.publisher": Relation("publisher", "{c}.id = {p}.publisher_id"),
    "disclosure.region": Relation("region", "{c}.code = {p}.region"),
    "disclosure.prefecture": Relation("region", "{c}.code = {p}.prefecture"),
    "disclosure.lots": Relation("lot", OWNED, "{c}.ordinal"),
    "disclosure.items": Relation("item", OWNED, "{c}.ordinal"),
    "disclosure.parties": Relation("party", OWNED, "{c}.ordinal"),
    "disclosure.revisions": Relation("revision", OWNED, "{c}.number", several=1),
    "disclosure.processes": Relation(
        "process",
        "{c}.id IN (SELECT dp.process_id FROM disclosure_process dp"
        " WHERE dp.shard = {p}.shard AND dp.disclosure_id = {p}.id)",
        "{c}.id",
        several=1,
    ),
    # from a party, a lot, an item
    "party.organization": Relation("organization", "{c}.id = {p}.organization_id"),
    "party.lot": Relation(
        "lot",
        "{c}.shard = {p}.shard AND {c}.disclosure_id = {p}.disclosure_id AND {c}.ordinal = {p}.lot_ordinal",
    ),
    # to disclosures
    "organization.disclosures": Relation(  # recency is what the rows are found and ordered by, the id decides
        "disclosure",
        "{c}.recency IN (SELECT op.recency FROM party op WHERE op.organization_id = {p}.id)"
        " AND {c}.id IN (SELECT oi.disclosure_id FROM party oi WHERE oi.organization_id = {p}.id)",
    ),
    "process.disclosures": Relation(
        "disclosure",
        "{c}.id IN (SELECT pd.disclosure_id FROM disclosure_process pd WHERE pd.process_id = {p}.id)",
    ),
    "publisher.disclosures": Relation("disclosure", "{c}.publisher_id = {p}.id"),
    # others
    "process.publisher": Relation("publisher", "{c}.id = {p}.publisher_id"),
    "publisher.region": Relation("region", "{c}.code = {p}.region"),
    "region.parent": Relation("region", "{c}.code = {p}.parent"),
    "region.children": Relation("region", "{c}.parent = {p}.code", "{c}.code", several=20),
}

# The columns that end every order and make it total.
TIES: dict[str, tuple[str, ...]] = {
    "disclosure": ("recency", "id"),
    "organization": ("id",),
    "process": ("id",),
    "publisher": ("id",),
    "region": ("code",),
}
