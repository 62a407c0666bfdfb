"""How the entities hang together: one table of relations, and the keys by which they can be ordered.

`{p}` is the alias of the row at hand, `{c}` of the related row. The empty join is the root's: every row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from query import past, profile, punctuality, related, sources, territory, timeline
from query.plan import Given

OWNED = "{c}.shard = {p}.shard AND {c}.disclosure_number = {p}.number"
OWNER = "{c}.shard = {p}.shard AND {c}.number = {p}.disclosure_number"
BESIDE = "{c}.shard = {p}.shard AND {c}.disclosure_number = {p}.disclosure_number"
# The withdrawal in force: the last of a record that is withdrawn.
WITHDRAWAL = (
    "{c}.shard = {p}.shard AND {c}.disclosure_id = {p}.id"
    " AND {p}.status = 'withdrawn' AND {c}.version = (SELECT max(lw.version) FROM withdrawal lw"
    " WHERE lw.shard = {p}.shard AND lw.disclosure_id = {p}.id)"
)


@dataclass(frozen=True, slots=True)
class Through:
    """The table that a relation goes through, `{l}`, whose rows lead to the related ones in its index's order.

    `once` is what chooses one of several rows that lead to the same; `ordered` says that the table has `recency`.
    """

    table: str
    owner: str
    join: str
    once: str = ""
    ordered: bool = False


# An organization may be a party several times, in several lots or roles: the first that counts stands for all.
PARTY_TO = Through(
    "party",
    "{l}.organization_id = {p}.id",
    "{c}.shard = {l}.shard AND {c}.number = {l}.disclosure_number",
    "{l}.ordinal = (SELECT min(op.ordinal) FROM party op WHERE op.shard = {l}.shard"
    " AND op.disclosure_number = {l}.disclosure_number AND op.organization_id = {l}.organization_id{role})",
    ordered=True,
)
IN_PROCESS = Through(
    "disclosure_process",
    "{l}.process_serial = {p}.serial",
    "{c}.shard = {l}.shard AND {c}.number = {l}.disclosure_number",
)


@dataclass(frozen=True, slots=True)
class Relation:
    """A table reached from another, the join, the order of its rows, and how many they are at a guess.

    The guess counts where no page size does: without it parents and children of regions multiply unseen.
    `rows` is a SELECT that makes the rows where no table has them (query/profile.py); `table` then names their kind.
    `kept` is one of the same rows from figures that are kept of all disclosures.
    """

    table: str
    join: str = ""
    order: str = ""
    several: int = 3
    rows: str = ""
    kept: str = ""
    computed: Callable[[Any, str, Given], str] | None = None  # its rows: of the speller and the alias at hand
    read: Callable[[Any, str, str, Given], str] | None = None  # the same of the JSON at hand too
    reads: int = 0  # rows that making them reads, at a guess
    json: str = ""  # the column of a computed table that is the row's document
    through: Through | None = None

    @property
    def is_root(self) -> bool:
        """Whether it has every row of its table, whatever the row at hand."""
        return not (self.join or self.rows or self.computed or self.read or self.through)


RELATIONS: dict[str, Relation] = {
    # from the root
    "disclosure": Relation("disclosure"),
    "organization": Relation("organization"),
    "process": Relation("process"),
    "publisher": Relation("publisher"),
    "region": Relation("region"),
    "item": Relation("item"),
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
        "{c}.serial IN (SELECT dp.process_serial FROM disclosure_process dp"
        " WHERE dp.shard = {p}.shard AND dp.disclosure_number = {p}.number)",
        "{c}.id",
        several=1,
    ),
    "disclosure.changes": Relation("change", OWNED),
    "disclosure.withdrawal": Relation("withdrawal", WITHDRAWAL),
    "disclosure.relatedFrom": Relation("disclosure", computed=related.naming),
    "related.disclosures": Relation("disclosure", read=related.named_by),
    "disclosure.sources": Relation("sources", computed=sources.of_disclosure),
    "disclosure.asOf": Relation("snapshot", computed=past.of_disclosure, json="body"),
    # from a party, a lot, an item
    "party.organization": Relation("organization", "{c}.id = {p}.organization_id"),
    "party.lot": Relation(
        "lot",
        BESIDE + " AND {c}.ordinal = {p}.lot_ordinal",
    ),
    "party.disclosure": Relation("disclosure", OWNER),
    "lot.parties": Relation(
        "party",
        BESIDE + " AND {c}.lot_ordinal = {p}.ordinal",
        "{c}.ordinal",
    ),
    "item.disclosure": Relation("disclosure", OWNER),
    "item.lot": Relation(
        "lot",
        BESIDE + " AND {c}.ordinal = {p}.lot_ordinal",
    ),
    "item.suppliers": Relation(
        "party",
        BESIDE + " AND {c}.role IN ({takers})"
        " AND ({c}.lot_ordinal IS NULL OR {p}.lot_ordinal IS NULL OR {c}.lot_ordinal = {p}.lot_ordinal)",
        "{c}.ordinal",
    ),
    # to disclosures
    "organization.disclosures": Relation("disclosure", through=PARTY_TO),
    "organization.creditRecords": Relation("disclosure", through=PARTY_TO),
    "process.disclosures": Relation("disclosure", through=IN_PROCESS),
    "publisher.disclosures": Relation("disclosure", "{c}.publisher_id = {p}.id"),
    # what an organization did, and who it is
    "organization.roles": Relation("organization_role", rows=profile.ROLES, kept=profile.KEPT_ROLES),
    "organization.domains": Relation("organization_domain", rows=profile.DOMAINS, kept=profile.KEPT_DOMAINS),
    "organization.years": Relation("organization_year", rows=profile.YEARS, kept=profile.KEPT_YEARS),
    "organization.names": Relation("organization_name", rows=profile.NAMES),
    "organization.processes": Relation("organization_process", rows=profile.PROCESSES),
    "organization.counterparties": Relation("counterparty", rows=profile.COUNTERPARTIES),
    "organization.coBidders": Relation("co_bidder", rows=profile.CO_BIDDERS),
    "organization.aliases": Relation("organization_alias", "{c}.organization_id = {p}.id"),
    "organization.sameName": Relation("organization", "{c}.name_key = {p}.name_key AND {c}.id <> {p}.id"),
    "year.roles": Relation("organization_year_role", "", "{c}.sort", several=5, rows=profile.YEAR_ROLES),
    "counterparty.roles": Relation(
        "counterparty_role", "", "{c}.sort", several=2, rows=profile.COUNTERPARTY_ROLES
    ),
    "counterparty.organization": Relation("organization", "{c}.id = {p}.other_id"),
    "asked.matches": Relation("matched_organization", rows=profile.MATCHES),
    "matched.organization": Relation("organization", "{c}.id = {p}.organization_id"),
    "item.prices": Relation("unit_price", rows=profile.PRICES),
    "publisher.lateDisclosures": Relation("disclosure", "{c}.publisher_id = {p}.id AND {c}.days_late > 0"),
    "region.disclosures": Relation("disclosure", computed=territory.disclosures),
    "stage.disclosures": Relation(
        "disclosure",
        "{c}.number IN (SELECT sd.disclosure_number FROM disclosure_process sd WHERE sd.process_serial = {p}.process_serial)"
        " AND {c}.stage = {p}.stage AND {c}.status <> 'withdrawn'",
    ),
    "change.disclosure": Relation("disclosure", OWNER + " AND {c}.status <> 'withdrawn'"),
    "change.withdrawal": Relation(
        "withdrawal",
        "{c}.shard = {p}.shard AND {c}.disclosure_id = {p}.disclosure_id AND {c}.version = {p}.version",
    ),
    "change.disclosed": Relation("disclosure", OWNER),
    # the feed and the past
    "change": Relation("change"),
    "data_version": Relation("data_version"),
    "change.document": Relation("snapshot", computed=past.of_change, json="body"),
    "process.asOf": Relation("moment", computed=past.of_process),
    "moment.disclosures": Relation("snapshot", computed=past.of_moment, json="body"),
    "snapshot.disclosure": Relation("disclosure", OWNER),
    # computed
    "process.timeline": Relation("stage", order="{c}.place", several=10, computed=timeline.stages, reads=100),
    "stage.types": Relation("expected", order="{c}.ordinal", several=5, computed=timeline.types, reads=50),
    "publisher.timeliness": Relation(
        "timeliness", order="{c}.place", several=20, computed=punctuality.groups, reads=1_000
    ),
    "region.byChild": Relation(
        "share", order="{c}.place", several=20, computed=territory.shares, reads=1_000
    ),
    "share.region": Relation("region", "{c}.code = {p}.code"),
    # others
    "process.publisher": Relation("publisher", "{c}.id = {p}.publisher_id"),
    "publisher.region": Relation("region", "{c}.code = {p}.region"),
    "region.parent": Relation("region", "{c}.code = {p}.parent"),
    "region.children": Relation("region", "{c}.parent = {p}.code", "{c}.code", several=20),
    "region.ancestors": Relation("region", territory.ABOVE, territory.NEAREST_FIRST, several=4),
    "region.successors": Relation("region", territory.AFTER, "{c}.code", several=2),
    "region.predecessors": Relation("region", territory.BEFORE, "{c}.code", several=2),
}

# The columns that end every order and make it total.
TIES: dict[str, tuple[str, ...]] = {
    "disclosure": ("recency", "id"),
    "organization": ("id",),
    "process": ("id",),
    "publisher": ("id",),
    "region": ("code",),
    "item": ("recency", "ordinal"),
    "organization_alias": ("id",),
    "organization_role": ("role",),
    "organization_domain": ("domain",),
    "organization_year": ("place",),
    "organization_name": ("name",),
    "organization_process": ("recency", "id"),
    "counterparty": ("other_id",),
    "co_bidder": ("other_id",),
    "matched_organization": ("organization_id",),
    "unit_price": ("unit_key",),
    "change": ("version",),
    "snapshot": ("version",),
    "sources": ("disclosure_number",),
}
