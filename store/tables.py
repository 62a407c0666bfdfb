"""The tables: the same on SQLite and PostgreSQL, Alembic makes them (alembic/versions).

`shard` is the publisher's region code, frozen when the publisher is first seen, and part of every key that belongs to a
publisher, so that the same tables can be distributed or partitioned by it. What a disclosure consists of is keyed by
`disclosure.number`, which counts them as they come, and links to processes by `process.serial`: a load adds at the end
of each table, however large that is (docs/decisions/0029-in-order-of-arrival.md). What tells of a disclosure from
outside (withdrawals, refused rows, reports) calls it by its id. Money is integer fen (`amount_fen`), a unit price
integer 1/10,000 yuan; areas are square metres.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    DateTime,
    Float,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"},
)

# Documents are kept with sorted keys (JSONB keeps no order): what goes out is in the schema's order.
Document = JSON().with_variant(JSONB(), "postgresql")

# The number of a disclosure or a process: on SQLite, where it is called INTEGER, the id of the row as well.
Number = BigInteger().with_variant(Integer(), "sqlite")

# A text that lists are ordered by: the order of its bytes on both databases, and so is its index's.
Sorted = Text().with_variant(Text(collation="C"), "postgresql")


def _largest_first(column: str) -> dict[str, str]:
    """How PostgreSQL keeps an index to be walked from the largest value on, with nothing at the end.

    SQLite has nothing before everything and walks an index backward for that.
    """
    return {column: "DESC NULLS LAST", "recency": "DESC"}


# Rows stand in the order of their keys on SQLite too. Not those with long texts: one of more than a quarter of a page
# has another page beside the tree.
CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False}

region = Table(
    "region",
    metadata,
    Column("code", String(9), primary_key=True),
    Column("title", Text, nullable=False),
    Column("title_en", Text),
    Column("level", String(12), nullable=False),
    Column("parent", String(9), index=True),
    Column("prefecture", String(6)),
    Column("province", String(6)),
    Column("valid_from", String(10)),
    Column("valid_to", String(10)),
    Column("successor", Text),  # several, `532301|532302`, where it was split
)

# Under which codes the records of a code are found: what it has become (`today` 1) with all above it, and retired
# codes that it was or lay in (`today` 0). A code that was split stays itself, where it lay. Made by store/territory.py.
territory = Table(
    "territory",
    metadata,
    Column("within", String(9), nullable=False),
    Column("code", String(9), nullable=False, index=True),
    Column("today", Integer, nullable=False),
    PrimaryKeyConstraint("within", "code"),
    **CLUSTERED,
)

succession = Table(
    "succession",
    metadata,
    Column("code", String(9), nullable=False),
    Column("successor", String(9), nullable=False, index=True),
    PrimaryKeyConstraint("code", "successor"),
    **CLUSTERED,
)

# The working days of the years whose calendar is published, numbered: n days later is n numbers on.
working_day = Table(
    "working_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("number", Integer, nullable=False, index=True),
)

publisher = Table(
    "publisher",
    metadata,
    Column(
        "id", String(40), primary_key=True
    ),  # the credit code, else `name-` and a digest of region and name
    Column("shard", String(6), nullable=False),
    Column("uscc", String(18)),
    Column("name", Text, nullable=False),
    Column("region", String(9)),
    Column("level", String(12)),
)

organization = Table(
    "organization",
    metadata,
    Column(
        "id", String(40), primary_key=True
    ),  # the credit code, else `name-` and a digest of process and name
    Column("uscc", String(18), index=True),
    Column("name", Sorted, nullable=False, index=True),
    Column("process_id", String(40)),  # where a party known by name only belongs; NULL with a credit code
    Column(
        "name_key", Text, index=True
    ),  # the name as it is matched (store/names.py); NULL for a private person
    # What stays when its codes change (schemas/formercode.py); NULL where that is not known.
    Column("lasting_code", String(15), index=True),
)

# Organizations that turned out to be another (store/joining.py): their rows, so that they can come back, and which.
organization_alias = Table(
    "organization_alias",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("organization_id", String(40), nullable=False, index=True),
    Column("basis", String(12), nullable=False),  # code, process, accepted
    Column("linked_id", String(40)),  # whose name it has in its process
    Column("uscc", String(18)),
    Column("name", Text, nullable=False),
    Column("process_id", String(40), index=True),
    Column("name_key", Text),
    Column("lasting_code", String(15), index=True),
)

# Codes that several organizations have and that are not yet joined: what a batch leaves to be done after it.
organization_pending = Table(
    "organization_pending",
    metadata,
    Column("lasting_code", String(15), primary_key=True),
)

# Pairs of organizations that may be one, and what was decided of them (store/suggesting.py).
organization_suggestion = Table(
    "organization_suggestion",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("one_id", String(40), nullable=False),
    Column("other_id", String(40), nullable=False, index=True),
    Column("evidence", Text, nullable=False),  # codes of store.suggesting.EVIDENCE, separated by spaces
    Column("state", String(12), nullable=False),  # open, accepted, rejected
    Column("made_at", DateTime, nullable=False),  # UTC
    Column("decided_at", DateTime),
    Column("decided_by", Text),
    Index(None, "one_id", "other_id", unique=True),
    Index(None, "state"),
)

process = Table(
    "process",
    metadata,
    # In the order of arrival, for this database alone, as the number of a disclosure; that is the publisher's here.
    Column("serial", Number, Identity(), nullable=False),
    Column("id", String(40), nullable=False),
    Column("publisher_id", String(40), nullable=False),
    Column(
        "number", Sorted, nullable=False, index=True
    ),  # the publisher's identifier: a project, parcel or deal number
    Column("title", Text),
    PrimaryKeyConstraint("serial"),
    Index(None, "id", unique=True),
)

disclosure = Table(
    "disclosure",
    metadata,
    Column("shard", String(6), nullable=False),
    # In the order of arrival, for this database alone: SQLite's next one, of the sequence `disclosure_number` on PostgreSQL.
    Column("number", Number, nullable=False),
    Column("id", String(23), nullable=False),
    # The order of lists, newest first: days of the published date, then bits of the id; unique, and the
    # rowid of the search index on SQLite. Without a published date it comes last.
    Column("recency", BigInteger, nullable=False, index=True),
    Column("type", String(80), nullable=False),
    Column("schema_version", String(10), nullable=False),
    Column("domain", String(20), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("level", String(12)),
    Column("region", String(9)),
    Column("prefecture", String(6)),
    Column("province", String(6)),
    Column("publisher_id", String(40), nullable=False),
    Column("local_id", Text),
    Column("title", Text, nullable=False),
    Column("formed_date", Date),
    Column("published_date", Date),
    Column("due_on", Date),
    Column("days_late", Integer),
    Column("amount_fen", BigInteger),
    Column("outcome", String(20)),
    Column("method", String(40)),  # how it is allocated: the type's property of a `…-method` codelist
    Column("repost", Integer, nullable=False, server_default="0"),  # 1: says it is the same as another
    Column("source_url", Text),
    Column("status", String(12), nullable=False),  # published, withdrawn
    Column("revision", Integer, nullable=False),  # 1 for the first
    Column("load_id", String(40)),
    PrimaryKeyConstraint("number", "shard"),
    Index(None, "id", "shard", unique=True),
    Index(None, "type", "recency"),
    Index(None, "domain", "prefecture", "recency"),
    Index(None, "prefecture", "recency"),
    Index(None, "province", "recency"),
    Index(None, "region", "recency"),
    Index(None, "publisher_id", "recency"),
    Index(None, "local_id"),
    # Equal addresses are looked for, no others: a B-tree of PostgreSQL holds no long text.
    Index(None, "source_url", postgresql_using="hash", sqlite_where=text("source_url IS NOT NULL")),
    Index(None, "amount_fen", "recency", postgresql_ops=_largest_first("amount_fen")),
    Index(None, "days_late", "recency", postgresql_ops=_largest_first("days_late")),
    Index(None, "due_on", "recency", postgresql_ops=_largest_first("due_on")),
)


def _owned(name: str, *columns: Any) -> Table:
    """A table of a disclosure's parts, keyed by its owner and the part's place."""
    return Table(
        name,
        metadata,
        Column("shard", String(6), nullable=False),
        Column("disclosure_number", Number, nullable=False),
        Column("ordinal", Integer, nullable=False),  # from 0, in the document's order
        *columns,
        PrimaryKeyConstraint("disclosure_number", "ordinal", "shard"),
        **CLUSTERED,
    )


document = Table(
    "document",
    metadata,
    Column("shard", String(6), nullable=False),
    Column("disclosure_number", Number, nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of the record with sorted keys
    Column("body", Document, nullable=False),
    PrimaryKeyConstraint("disclosure_number", "shard"),
)

lot = _owned(
    "lot",
    Column("number", Text),
    Column("title", Text),
    Column("location", Text),
    Column("area", Float),  # square metres
    Column("amount_fen", BigInteger),
    Column("outcome", String(20)),
)

party = _owned(
    "party",
    Column("role", String(40), nullable=False),
    Column("organization_id", String(40), nullable=False),
    Column("name", Text, nullable=False),  # as this disclosure writes it
    Column("rank", Integer),
    Column("lot_ordinal", Integer),
    Column("amount_fen", BigInteger),
    Column(
        "recency", BigInteger, nullable=False
    ),  # the owner's, so that an organization's list needs no join
    # The id that the disclosure itself gives, where that organization turned out to be another (store/joining.py).
    Column("said_id", String(40)),
    Index(None, "organization_id", "recency"),
)

item = _owned(
    "item",
    Column("lot_ordinal", Integer),
    Column("name", Text),
    Column("specification", Text),
    Column("quantity", Float),
    Column("unit", Text),
    Column("unit_price", BigInteger),  # 1/10,000 yuan
    Column("amount_fen", BigInteger),
    Column("name_start", String(100)),  # the beginning of the name: whole ones are too long for an index
    Index(None, "name_start", "unit_price"),
)

# What a published record says of others (`relatedDisclosures`), by the name it has for them: an id or the publisher's
# own number, an address. The other may come later, or never: who is meant is found when it is asked (query/related.py).
related = _owned(
    "related",
    Column("relation_type", String(40), nullable=False),
    Column("publisher_id", String(40), nullable=False),  # the owner's: numbers are within it
    Column("named", String(200), index=True),
    Column("url", Text),
    Index(None, "url", postgresql_using="hash"),
)

# The indexed values of store/features.py. An index over property, value and recency walks a list of equal values
# newest first; each holds one kind of values only.
_FeatureNumber = Float().with_variant(Numeric(asdecimal=False), "postgresql")
feature = _owned(
    "feature",
    Column("property", BigInteger, nullable=False),
    Column("text", Sorted),
    Column("number", _FeatureNumber),
    Column("recency", BigInteger, nullable=False),  # the owner's
)
for _value in (feature.c.text, feature.c.number):
    _held = _value.is_not(None)
    Index(None, feature.c.property, _value, feature.c.recency, sqlite_where=_held, postgresql_where=_held)

# What is made from the documents and whole: `feature land/grant-result` and a digest of what the index holds of it.
derived = Table(
    "derived",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("digest", String(64), nullable=False),
)

disclosure_process = Table(
    "disclosure_process",
    metadata,
    Column("shard", String(6), nullable=False),
    Column("disclosure_number", Number, nullable=False),
    Column("process_serial", Number, nullable=False),
    PrimaryKeyConstraint("disclosure_number", "process_serial", "shard"),
    Index(None, "process_serial"),
    **CLUSTERED,
)

revision = Table(
    "revision",
    metadata,
    Column("shard", String(6), nullable=False),
    Column("disclosure_number", Number, nullable=False),
    Column("number", Integer, nullable=False),  # 1 for the first; the current one stands in `document`
    Column("digest", String(64), nullable=False),
    Column("body", JSON, nullable=False),
    Column("load_id", String(40)),
    Column("replaced_at", DateTime, nullable=False),  # UTC
    PrimaryKeyConstraint("disclosure_number", "number", "shard"),
)

# The processes of a revision that was replaced; those of the current one are in `disclosure_process`.
revision_process = Table(
    "revision_process",
    metadata,
    Column("shard", String(6), nullable=False),
    Column("disclosure_number", Number, nullable=False),
    Column("number", Integer, nullable=False),
    Column("process_serial", Number, nullable=False),
    PrimaryKeyConstraint("disclosure_number", "number", "process_serial", "shard"),
    Index(None, "process_serial"),
    **CLUSTERED,
)

value_source = Table(
    "value_source",
    metadata,
    Column("shard", String(6), nullable=False),
    Column("disclosure_number", Number, nullable=False),
    Column(
        "body", JSON, nullable=False
    ),  # {path: [sheet, row, column, rule, raw cell where a rule changed it]}
    PrimaryKeyConstraint("disclosure_number", "shard"),
)

load = Table(
    "load",
    metadata,
    Column("id", String(40), primary_key=True),  # a digest of file, profile, type and publisher
    Column("file_name", Text, nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("profile", Text),
    Column("type", String(80)),
    Column("publisher_id", String(40)),
    Column("status", String(12), nullable=False),  # running, done
    Column("started_at", DateTime, nullable=False),  # UTC
    Column("finished_at", DateTime),
    Column("rows", Integer),
    Column("taken", Integer),
    Column("refused", Integer),
    Column("skipped", JSON),  # {rule: rows}
)

refused = Table(
    "refused",
    metadata,
    Column("load_id", String(40), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("cells", JSON, nullable=False),  # {heading: cell}
    Column("issues", JSON, nullable=False),
    # The record that the row would have been, and whose; NULL where the row does not tell (store/cases.py).
    Column("disclosure_id", String(23), index=True),
    Column("publisher_id", String(40), index=True),
    Column("publisher", Text),
    Column(
        "state", String(12), nullable=False, server_default="open"
    ),  # open, repaired, repeated, apart, erased
    Column("since", DateTime),  # when the row was first refused, UTC
    Column("closed_at", DateTime),
    Column("closed_by", String(40)),  # the load that repaired or repeated it
    # Of a row that no identifier tells: the headings of the cells that are compared, and their digest (store/alike.py).
    Column("compared", JSON),
    Column("rest", String(64), index=True),
    PrimaryKeyConstraint("load_id", "ordinal"),
    Index(None, "load_id", "sheet", "row"),
)

change = Table(
    "change",
    metadata,
    Column("version", BigInteger, nullable=False, index=True),  # gapless, in the order of commits
    Column("shard", String(6), nullable=False),
    Column("disclosure_number", Number, nullable=False),
    Column("disclosure_id", String(23), nullable=False),  # what it is called in the feed
    Column("revision", Integer, nullable=False),
    Column("kind", String(12), nullable=False),  # added, revised, withdrawn
    Column("at", DateTime, nullable=False),  # UTC
    PrimaryKeyConstraint("shard", "version"),
    Index(None, "disclosure_number", "version"),
    Index(None, "at", "version"),
)

# Why a record was withdrawn, by the version of the change that did it (store/withdrawing.py).
withdrawal = Table(
    "withdrawal",
    metadata,
    Column("shard", String(6), nullable=False),
    Column("disclosure_id", String(23), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("kind", String(12), nullable=False),  # ordinary, privacy
    Column("reason", Text, nullable=False),
    Column("at", DateTime, nullable=False),  # UTC
    PrimaryKeyConstraint("shard", "disclosure_id", "version"),
    **CLUSTERED,
)

data_version = Table(
    "data_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # the one row has id 1
    Column("version", BigInteger, nullable=False),
)


def _rollup(name: str, *columns: Any, shard: bool = False, without: tuple[str, ...] = ()) -> Table:
    """A table of sums, one row for each combination of its columns (store/rollups.py keeps them)."""
    key = ("shard", "cell") if shard else ("cell",)
    common = (
        Column("type", String(80), nullable=False),
        Column("domain", String(20), nullable=False),
        Column("stage", String(20), nullable=False),
        Column("prefecture", String(6)),
        Column("province", String(6)),
        Column("status", String(12), nullable=False),
        Column("year", String(4)),  # of the published date
    )
    by_place = ("prefecture", "region") if shard else ("prefecture", "domain", "year")  # a county lies in one
    indexes = (("domain", "year"), by_place, ("type",))
    return Table(
        name,
        metadata,
        *([Column("shard", String(6), nullable=False)] if shard else []),
        Column("cell", Text, nullable=False),  # the columns below in one text, because they may be NULL
        *(column for column in common if column.name not in without),
        *columns,
        Column("disclosures", BigInteger, nullable=False),
        Column("reposts", BigInteger, nullable=False),
        Column("amounts", BigInteger, nullable=False),
        Column("amount_high", BigInteger, nullable=False),  # the sum is high * 1,000,000,000 + low fen
        Column("amount_low", BigInteger, nullable=False),
        Column("amount_minimum", BigInteger),
        Column("amount_maximum", BigInteger),
        Column("judged", BigInteger, nullable=False),
        Column("late", BigInteger, nullable=False),
        Column("late_days", BigInteger, nullable=False),
        Column("late_maximum", Integer),
        PrimaryKeyConstraint(*key),
        *(Index(None, *one) for one in indexes if not set(one) & set(without)),
        *([Index(None, "prefecture", "type")] if "year" in without else []),
        *([Index(None, "publisher_id")] if shard else []),
    )


rollup_type = _rollup("rollup_type", without=("year",))
rollup_domain = _rollup("rollup_domain", without=("type", "stage"))
rollup_year = _rollup("rollup_year")
rollup_month = _rollup("rollup_month", Column("month", String(7)))
rollup_method = _rollup("rollup_method", Column("method", String(40)))
rollup_publisher = _rollup(
    "rollup_publisher",
    Column("level", String(12)),
    Column("region", String(9)),
    Column("publisher_id", String(40), nullable=False),
    Column("outcome", String(20)),
    shard=True,
)

# What an organization did by role, by domain, by year (store/involvement.py keeps it). In a disclosure its amount is
# what stands with the party, else the record's: two sums, each high * 1,000,000,000 + low fen.
rollup_organization = Table(
    "rollup_organization",
    metadata,
    Column("organization_id", String(40), nullable=False),
    Column("dimension", String(6), nullable=False),  # role, domain, year
    Column("value", String(40), nullable=False),  # empty for the year of what has no published date
    Column("disclosures", BigInteger, nullable=False),
    Column("parties", BigInteger, nullable=False),  # how many have an amount with the party
    Column("party_high", BigInteger, nullable=False),
    Column("party_low", BigInteger, nullable=False),
    Column("records", BigInteger, nullable=False),  # how many have the record's alone
    Column("record_high", BigInteger, nullable=False),
    Column("record_low", BigInteger, nullable=False),
    Column("first_date", Date),
    Column("last_date", Date),
    Column("low", BigInteger, nullable=False),  # the least and the greatest recency
    Column("high", BigInteger, nullable=False),
    PrimaryKeyConstraint("organization_id", "dimension", "value"),
    **CLUSTERED,
)

# Who may submit what over HTTP (store/keys.py). The secret itself is nowhere: only its digest.
submission_key = Table(
    "submission_key",
    metadata,
    Column("id", String(16), primary_key=True),  # the part of the key by which people recognise it
    Column("digest", String(64), nullable=False),  # SHA-256 of the whole key
    Column("publisher_uscc", String(18), nullable=False),
    Column("publisher_name", Text),
    Column("region", String(9), nullable=False),
    Column("types", JSON, nullable=False),  # paths
    Column("note", Text, nullable=False),
    Column("created_at", DateTime, nullable=False),  # UTC
    Column("expires_at", DateTime, nullable=False),
    Column("revoked_at", DateTime),
)

# What was submitted, also what was turned away (store/submissions.py).
submission = Table(
    "submission",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key_id", String(16), nullable=False),
    Column("received_at", DateTime, nullable=False, index=True),  # UTC
    Column("asked", Text, nullable=False),  # content type, type and profile
    Column("sha256", String(64)),  # of the body; NULL where it was not read
    Column("size", BigInteger),
    Column("finished_at", DateTime),
    Column("outcome", String(12)),  # stored, unchanged, refused, outside, rejected
    Column("error", String(4)),  # why it was rejected or broken off
    Column("stored", BigInteger, nullable=False),  # over all runs of an interrupted one
    Column("revised", BigInteger, nullable=False),
    Column("taken", BigInteger),
    Column("refused", BigInteger),
    Column("load_id", String(40)),
    Column("report", JSON),
    Index(None, "key_id", "received_at"),
)

# Answers that are cited (store/answers.py): what was asked, at which data version, and what came of it in each form. An
# answer that a withdrawal for privacy touched has no form and no question any more.
answer = Table(
    "answer",
    metadata,
    Column("key", String(24), primary_key=True),  # a digest of question and version
    Column("kind", String(12), nullable=False),  # list, query
    Column("question", Text, nullable=False),  # canonical JSON
    Column("version", BigInteger, nullable=False),
    Column("records", BigInteger),  # of a list
    Column("size", BigInteger, nullable=False),  # bytes that its forms take here
    Column("kept_at", DateTime, nullable=False, index=True),  # UTC
    Column("withdrawn_id", String(23)),
    Column("withdrawn_version", BigInteger),
)

answer_form = Table(
    "answer_form",
    metadata,
    Column("key", String(24), nullable=False),
    Column("suffix", String(8), nullable=False),  # jsonl, csv, json
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),  # of what goes out
    Column("body", LargeBinary, nullable=False),  # compressed by zlib
    PrimaryKeyConstraint("key", "suffix"),
)

# Of which records, organizations and processes an answer says something, by their ids.
answer_subject = Table(
    "answer_subject",
    metadata,
    Column("subject", String(40), nullable=False),
    Column("key", String(24), nullable=False, index=True),
    PrimaryKeyConstraint("subject", "key"),
    **CLUSTERED,
)

# Whole datasets that are cited (store/editions.py): the editions, each of one data version, and their files, which lie in
# a folder. A file that a withdrawal for privacy touched is named here still, and where it was.
edition = Table(
    "edition",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("changed_at", DateTime),  # when that version came about, UTC
    Column("made_at", DateTime, nullable=False),  # UTC
    Index(None, "version", unique=True),
)

edition_file = Table(
    "edition_file",
    metadata,
    Column("edition", String(40), nullable=False),
    Column("dataset", String(80), nullable=False),  # everything, a domain, a type
    Column("format", String(16), nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("rows", JSON, nullable=False),  # {table: rows}
    # 1: says of organizations and processes what other records say of them
    Column("linked", Integer, nullable=False),
    Column("made_at", DateTime, nullable=False),  # UTC
    Column("withdrawn_id", String(23)),
    Column("withdrawn_version", BigInteger),
    PrimaryKeyConstraint("edition", "dataset", "format"),
)

# The organizations that parties in records of a type turned out to be: whose ids and codes the files have, though the
# records themselves do not say them.
edition_subject = Table(
    "edition_subject",
    metadata,
    Column("subject", String(40), nullable=False),
    Column("edition", String(40), nullable=False),
    Column("type", String(80), nullable=False),
    PrimaryKeyConstraint("subject", "edition", "type"),
    **CLUSTERED,
)

# Where changes are sent (store/webhooks.py). What signs them is nowhere here: it follows from `salt` and a key in a file.
webhook = Table(
    "webhook",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("url", Text, nullable=False),
    Column("salt", String(32), nullable=False),
    Column("selection", Text, nullable=False),  # the parameters of a list
    Column("batch", Integer, nullable=False),  # changes of one message
    Column("inside", Integer, nullable=False),  # 1: may lie in the operator's own network
    Column("note", Text, nullable=False),
    Column("created_at", DateTime, nullable=False),  # UTC
    Column("position", BigInteger, nullable=False),  # the data version up to which all is delivered
    Column("attempts", Integer, nullable=False),  # that failed since one succeeded
    Column("failing_since", DateTime),
    Column("next_at", DateTime),  # not before that
    Column("last_at", DateTime),
    Column("last_outcome", String(40)),
    Column("claimed_by", String(16)),
    Column("claimed_until", DateTime),
    Column("disabled_at", DateTime),
    Column("revoked_at", DateTime),
)

# What readers report about records (store/problems.py).
problem = Table(
    "problem",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("disclosure_id", String(23), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("kind", String(12), nullable=False),  # wrong, personal, missing, other
    Column("text", Text, nullable=False),
    Column("received_at", DateTime, nullable=False),  # UTC
    Column("closed_at", DateTime),
    Index(None, "closed_at", "received_at"),
)

# The search index (store/searching.py) is not in this metadata, because no one definition serves both databases:
# the migrations make it.
