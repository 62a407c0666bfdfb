"""Rows that no table has: groups of an organization's disclosures, items with their disclosure, a client's own list."""

from query.conditions import Relating, where
from query.dialect import Dialect
from query.plan import Grouping, Shape, Standing
from query.relations import Relation, Through
from query.row import Made, Row, reads_document


def slots(dialect: Dialect, made: Made) -> dict[str, str]:
    """The texts for `{…}` in a relation: roles as lists, and what the databases spell differently."""
    grouping = made.grouping or Grouping()
    return {
        "takers": _codes(grouping.takers),
        "bidders": _codes(grouping.bidders),
        "pairs": ", ".join(f"'{_code(role)} {_code(other)}'" for role, other in grouping.pairs) or "NULL",
        "role": _role(dialect, made.standing),
        "party": _whole(dialect, "k.parties", "k.party_high", "k.party_low"),
        "record": _whole(dialect, "k.records", "k.record_high", "k.record_low"),
        "amount": _whole(
            dialect, "k.parties + k.records", "(k.party_high + k.record_high)", "(k.party_low + k.record_low)"
        ),
        "binary": dialect.binary,
        "mod": dialect.mod,
        "inner": made.inner,
    }


def _whole(dialect: Dialect, count: str, high: str, low: str) -> str:
    """A sum that is kept in two numbers; nothing where nothing was added."""
    return f"CASE WHEN {count} > 0 THEN {dialect.whole(f'({high} * 1000000000 + {low})')} END"


def made_rows(speller: Relating, relation: Relation, row: Row, made: Made) -> str:
    """The SELECT of a relation that is made, for the row at hand."""
    counted = Row("disclosure", speller.alias("d"))
    grouping = made.grouping or Grouping()
    asked_of = "".join(f" AND {one}" for one in where(speller, grouping.where, counted))
    if grouping.span:  # what an index of parties can end at
        first, last = (speller.dialect.parameter(one, "bigint") for one in grouping.span)
        asked_of = f" AND r.recency BETWEEN {first} AND {last}{asked_of}"
    text = relation.kept if relation.kept and grouping.kept else relation.rows
    return text.format(p=row.alias, d=counted.alias, where=asked_of, **slots(speller.dialect, made))


def through(
    speller: Relating, between: Through, table: str, parent: str, child: str, made: Made
) -> tuple[str, list[str], str]:
    """What rows reached through another table are taken from, the conditions, and the alias that has their recency."""
    link = speller.alias("l")
    named = {"p": parent, "c": child, "l": link, **slots(speller.dialect, made)}
    joins = [text.format(**named) for text in (between.owner, between.once) if text]
    rows, more = speller.dialect.led(f"{between.table} {link}", table, child, between.join.format(**named))
    return rows, [*joins, *more], link if between.ordered else ""


def items(
    speller: Relating, shapes: tuple[Shape, ...], alias: str, leading: str
) -> tuple[Row, str, list[str]]:
    """Items of all disclosures, each beside its own; with the document where a shape reads it.

    SQLite reads the tables of a CROSS JOIN in their order; PostgreSQL in the order it likes.
    """
    owner = speller.alias("d")
    tables = [f"item {alias}", f"disclosure {owner}"]
    if leading == "disclosure":
        tables.reverse()
    clause = (" CROSS JOIN " if leading else " INNER JOIN ").join(tables)
    join = f"{owner}.shard = {alias}.shard AND {owner}.number = {alias}.disclosure_number"
    clause, joins = (clause, [join]) if leading else (f"{clause} ON {join}", [])
    if not any(map(reads_document, shapes)):
        return Row("item", alias, "", Row("disclosure", owner)), clause, joins
    body = speller.alias("b")
    clause += f" LEFT JOIN document {body} ON {body}.shard = {owner}.shard AND {body}.disclosure_number = {owner}.number"
    place = (
        f"(SELECT CAST(count(*) AS integer) FROM item n WHERE n.shard = {alias}.shard"
        f" AND n.disclosure_number = {alias}.disclosure_number AND n.ordinal < {alias}.ordinal"
        f" AND coalesce(n.lot_ordinal, -1) = coalesce({alias}.lot_ordinal, -1))"
    )
    element = element_of(speller.dialect, f"{body}.body", alias, place)
    return Row("item", alias, f"({element})", Row("disclosure", owner, f"{body}.body")), clause, joins


def element_of(dialect: Dialect, document: str, item: str, place: str) -> str:
    """An item's element of the document: it is the n-th of its lot, or of the disclosure."""
    own = dialect.at_index(document, "items", place)
    lot = dialect.at_index(document, "lots", f"{item}.lot_ordinal")
    return f"CASE WHEN {item}.lot_ordinal IS NULL THEN {own} ELSE {dialect.at_index(lot, 'items', place)} END"


def _role(dialect: Dialect, standing: Standing | None) -> str:
    if standing is None:
        return ""
    wanted = f" AND op.role IN ({_codes(standing.roles)})" if standing.roles else ""
    if standing.parameter >= 0:
        wanted += f" AND op.role = {dialect.parameter(standing.parameter, 'text')}"
    return wanted


def _codes(codes: tuple[str, ...]) -> str:
    return ", ".join(f"'{_code(code)}'" for code in codes) or "NULL"


def _code(code: str) -> str:
    """A code of the standard as it may stand in a statement."""
    assert code.isascii(), code
    assert code.isalnum(), code
    return code
