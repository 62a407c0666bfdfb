"""Disclosures are numbered as they come, and what they consist of is keyed by that number instead of the id.

An id is a digest: what belongs to a new disclosure came somewhere in the midst of each table, on a page of its own once
the table is large. By its number it comes at the end. The parts stand in the order of their keys on SQLite again, and
the index of the ids alone is gone, since that of ids and shards does the same.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

from store.terms import joined

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | None = None
depends_on: str | None = None

# table → its key, where `owner` is the disclosure
_PARTS: Mapping[str, tuple[str, ...]] = {
    "document": ("owner",), "value_source": ("owner",), "revision": ("owner", "number"),
    "revision_process": ("owner", "number", "process_id"), "disclosure_process": ("owner", "process_id"),
    "lot": ("owner", "ordinal"), "party": ("owner", "ordinal"), "item": ("owner", "ordinal"),
    "related": ("owner", "ordinal"), "feature": ("owner", "ordinal"),
}  # fmt: skip
_WHOLE = ("document", "value_source")  # the number is the id of the row on SQLite
_LONG = (*_WHOLE, "revision")  # not clustered: rows may be larger than a page
_LINKS = ("revision_process", "disclosure_process")  # clustered before
_ID, _NUMBER = "disclosure_id VARCHAR(23)", "disclosure_number INTEGER"
_CLUSTERED = " WITHOUT ROWID"
_HASHED = 16 << 20  # as 0014 has it


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _renew_disclosures()
        for table, key in _PARTS.items():
            _renew(table, key)
        _renew_changes()
        _renew_texts()
    else:
        _number_disclosures()
        for table, key in (*_PARTS.items(), ("search", ("owner",))):
            _number(table, key)
        _number_changes()
    op.create_index("ix_change_disclosure_number_version", "change", ["disclosure_number", "version"])
    op.create_index("ix_disclosure_id_shard", "disclosure", ["id", "shard"], unique=True)
    _fill_search()


def downgrade() -> None:
    op.drop_index("ix_disclosure_id_shard", "disclosure")
    op.drop_index("ix_change_disclosure_number_version", "change")
    op.drop_column("change", "disclosure_number")
    if op.get_bind().dialect.name == "sqlite":
        _return_texts()
        for table, key in _PARTS.items():
            _return(table, key)
        _return_disclosures()
    else:
        for table, key in (*_PARTS.items(), ("search", ("owner",))):
            _name(table, key)
        op.drop_constraint("pk_disclosure", "disclosure")
        op.drop_column("disclosure", "number")
        op.create_primary_key("pk_disclosure", "disclosure", ["shard", "id"])
        op.execute("DROP SEQUENCE disclosure_number")
    op.create_index("ix_disclosure_id", "disclosure", ["id"])
    op.create_index("ix_change_shard_disclosure_id_version", "change", ["shard", "disclosure_id", "version"])


def _key(names: tuple[str, ...]) -> str:
    return ", ".join(["disclosure_number" if one == "owner" else one for one in names] + ["shard"])


def _former(names: tuple[str, ...]) -> str:
    return ", ".join(["shard"] + ["disclosure_id" if one == "owner" else one for one in names])


# SQLite: each table anew, its rows in the order of their keys


def _renew_disclosures() -> None:
    statement, indexes = _aside("disclosure")
    made = statement.replace(
        "shard VARCHAR(6) NOT NULL,", "shard VARCHAR(6) NOT NULL, \n\tnumber INTEGER NOT NULL,", 1
    )
    op.execute(_changed(made, "PRIMARY KEY (shard, id)", "PRIMARY KEY (number)"))
    columns = ", ".join(_columns("disclosure_before"))
    op.execute(
        f"INSERT INTO disclosure (number, {columns}) SELECT rowid, {columns} FROM disclosure_before ORDER BY rowid"  # noqa: S608
    )
    _settle("disclosure", [one for one in indexes if "ix_disclosure_id " not in one])


def _return_disclosures() -> None:
    statement, indexes = _aside("disclosure")
    made = _changed(statement, "PRIMARY KEY (number)", "PRIMARY KEY (shard, id)")
    op.execute(_changed(made, "number INTEGER NOT NULL,", ""))
    columns = ", ".join(one for one in _columns("disclosure_before") if one != "number")
    op.execute(f"INSERT INTO disclosure ({columns}) SELECT {columns} FROM disclosure_before ORDER BY number")  # noqa: S608
    _settle("disclosure", indexes)


def _renew(table: str, key: tuple[str, ...]) -> None:
    statement, indexes = _aside(table)
    made = _changed(statement, _ID, _NUMBER)
    own = "disclosure_number" if table in _WHOLE else _key(key)
    made = _changed(made, f"PRIMARY KEY ({_former(key)})", f"PRIMARY KEY ({own})")
    op.execute(made if table in (*_LONG, *_LINKS) else f"{made.rstrip()}{_CLUSTERED}")
    _move(table, "disclosure_number", "d.number", "x.disclosure_id = d.id", key)
    _settle(table, indexes)


def _return(table: str, key: tuple[str, ...]) -> None:
    statement, indexes = _aside(table)
    made = _changed(statement, _NUMBER, _ID)
    own = "disclosure_number" if table in _WHOLE else _key(key)
    made = _changed(made, f"PRIMARY KEY ({own})", f"PRIMARY KEY ({_former(key)})")
    op.execute(made if table in (*_LONG, *_LINKS) else _changed(made, _CLUSTERED, ""))
    _move(table, "disclosure_id", "d.id", "x.disclosure_number = d.number", key)
    _settle(table, indexes)


def _renew_changes() -> None:
    statement, indexes = _aside("change")
    told = "disclosure_id VARCHAR(23) NOT NULL,"
    op.execute(_changed(statement, told, f"disclosure_number INTEGER NOT NULL, \n\t{told}"))
    columns = _columns("change_before")
    op.execute(
        f"INSERT INTO change (disclosure_number, {', '.join(columns)})"  # noqa: S608
        f" SELECT d.number, {', '.join(f'x.{one}' for one in columns)} FROM change_before x"
        " CROSS JOIN disclosure d ON d.id = x.disclosure_id AND d.shard = x.shard ORDER BY x.rowid"
    )
    _settle("change", [one for one in indexes if "disclosure_id" not in one])


def _renew_texts() -> None:
    """Texts by number; terms without the sizes of rows, which nobody asks for and which lie in the order of recency."""
    op.rename_table("search_text", "search_text_before")
    op.create_table(
        "search_text",
        sa.Column("disclosure_number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("disclosure_number", name="pk_search_text"),
    )
    op.execute(
        "INSERT INTO search_text SELECT d.number, t.text FROM disclosure d"
        " CROSS JOIN search_text_before t ON t.recency = d.recency ORDER BY d.number"
    )
    op.drop_table("search_text_before")
    _fill_terms(", columnsize=0", "SELECT d.recency, t.text FROM disclosure d"
                " CROSS JOIN search_text t ON t.disclosure_number = d.number")  # fmt: skip


def _return_texts() -> None:
    op.rename_table("search_text", "search_text_before")
    op.create_table(
        "search_text",
        sa.Column("recency", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("recency", name="pk_search_text"),
    )
    op.execute(
        "INSERT INTO search_text SELECT d.recency, t.text FROM search_text_before t"
        " CROSS JOIN disclosure d ON d.number = t.disclosure_number ORDER BY d.recency"
    )
    op.drop_table("search_text_before")
    _fill_terms("", "SELECT d.recency, d.text FROM search_text d")


def _fill_terms(option: str, texts: str) -> None:
    """The index of terms anew, in the order of recency, some thousand rows at a time."""
    op.execute("DROP TABLE search")
    op.execute(
        f"CREATE VIRTUAL TABLE search USING fts5(terms, tokenize='ascii', detail='none', content=''{option})"
    )
    op.execute(f"INSERT INTO search(search, rank) VALUES ('hashsize', {16 * _HASHED})")  # noqa: S608
    bind, last = op.get_bind(), -1
    while True:
        query = f"{texts} WHERE d.recency > {last} ORDER BY d.recency LIMIT 5000"
        rows = bind.exec_driver_sql(query).all()
        if not rows:
            break
        terms = [(row[0], joined(row[1], " ")) for row in rows]
        bind.exec_driver_sql("INSERT INTO search(rowid, terms) VALUES (?, ?)", terms)
        last = rows[-1][0]
    op.execute(f"INSERT INTO search(search, rank) VALUES ('hashsize', {_HASHED})")  # noqa: S608


def _move(table: str, owner: str, value: str, join: str, key: tuple[str, ...]) -> None:
    """The rows in their new order, each found by its old key: nothing has to be sorted."""
    others = [one for one in _columns(f"{table}_before") if one not in ("disclosure_id", "disclosure_number")]
    order = ", ".join(["d.number", *(f"x.{one}" for one in key if one != "owner")])
    op.execute(
        f"INSERT INTO {table} ({', '.join([owner, *others])})"  # noqa: S608
        f" SELECT {', '.join([value, *(f'x.{one}' for one in others)])} FROM disclosure d"
        f" CROSS JOIN {table}_before x ON x.shard = d.shard AND {join} ORDER BY {order}"
    )


def _aside(table: str) -> tuple[str, list[str]]:
    """Call a table something else; gives the statements that made it and its indexes."""
    bind = op.get_bind()
    found = "SELECT sql FROM sqlite_schema WHERE type = ? AND tbl_name = ? AND sql IS NOT NULL"
    statement = str(bind.exec_driver_sql(found, ("table", table)).scalar_one())
    indexes = [str(one) for one in bind.exec_driver_sql(found, ("index", table)).scalars()]
    op.rename_table(table, f"{table}_before")
    return statement, indexes


def _changed(statement: str, before: str, after: str) -> str:
    assert before in statement, (before, statement)
    return statement.replace(before, after)


def _columns(table: str) -> list[str]:
    return [row[1] for row in op.get_bind().exec_driver_sql(f"PRAGMA table_info({table})")]


def _settle(table: str, indexes: list[str]) -> None:
    op.drop_table(f"{table}_before")
    for index in indexes:
        op.execute(index)


# PostgreSQL: a column more, then one less


def _number_disclosures() -> None:
    op.drop_index("ix_disclosure_id", "disclosure")
    op.add_column("disclosure", sa.Column("number", sa.BigInteger()))
    op.execute(
        "UPDATE disclosure d SET number = n.number FROM"
        " (SELECT shard, id, row_number() OVER (ORDER BY id) AS number FROM disclosure) n"
        " WHERE n.shard = d.shard AND n.id = d.id"
    )
    op.alter_column("disclosure", "number", nullable=False)
    op.execute("CREATE SEQUENCE disclosure_number")
    op.execute("SELECT setval('disclosure_number', coalesce(max(number), 0) + 1, false) FROM disclosure")
    op.drop_constraint("pk_disclosure", "disclosure")
    op.create_primary_key("pk_disclosure", "disclosure", ["number", "shard"])


def _number(table: str, key: tuple[str, ...]) -> None:
    op.add_column(table, sa.Column("disclosure_number", sa.BigInteger()))
    op.execute(
        f"UPDATE {table} x SET disclosure_number = d.number FROM disclosure d"  # noqa: S608
        " WHERE d.shard = x.shard AND d.id = x.disclosure_id"
    )
    op.drop_constraint(f"pk_{table}", table)
    op.drop_column(table, "disclosure_id")
    op.alter_column(table, "disclosure_number", nullable=False)
    op.create_primary_key(f"pk_{table}", table, _key(key).split(", "))


def _number_changes() -> None:
    op.drop_index("ix_change_shard_disclosure_id_version", "change")
    op.add_column("change", sa.Column("disclosure_number", sa.BigInteger()))
    op.execute(
        "UPDATE change x SET disclosure_number = d.number FROM disclosure d"
        " WHERE d.shard = x.shard AND d.id = x.disclosure_id"
    )
    op.alter_column("change", "disclosure_number", nullable=False)


def _name(table: str, key: tuple[str, ...]) -> None:
    op.add_column(table, sa.Column("disclosure_id", sa.String(23)))
    op.execute(
        f"UPDATE {table} x SET disclosure_id = d.id FROM disclosure d"  # noqa: S608
        " WHERE d.shard = x.shard AND d.number = x.disclosure_number"
    )
    op.drop_constraint(f"pk_{table}", table)
    op.drop_column(table, "disclosure_number")
    op.alter_column(table, "disclosure_id", nullable=False)
    op.create_primary_key(f"pk_{table}", table, _former(key).split(", "))


def _fill_search() -> None:
    """Index what is there where 0004 and 0008 left that to this, so that no search finds nothing in silence."""
    connection = op.get_bind()
    known = "SELECT EXISTS (SELECT 1 FROM search_name), EXISTS (SELECT 1 FROM region)"
    indexed, filled = connection.execute(sa.text(known)).one()
    if filled and not indexed:
        from store.searching import rebuild

        rebuild(connection)
