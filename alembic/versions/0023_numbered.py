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
            _renew(table, key, back=False)
        _renew_changes()
        before = "disclosure d CROSS JOIN search_text_before t ON t.recency = d.recency"
        _renew_texts("disclosure_number", sa.Integer(), before)
        _fill_terms(", columnsize=0")  # of rows, which nobody asks for and which lie in the order of recency
    else:
        _number_disclosures()
        for table, key in (*_PARTS.items(), ("search", ("owner",))):
            _number(table, key)
        _number_changes()
    op.create_index("ix_change_disclosure_number_version", "change", ["disclosure_number", "version"])
    op.create_index("ix_disclosure_id_shard", "disclosure", ["id", "shard"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_disclosure_id_shard", "disclosure")
    op.drop_index("ix_change_disclosure_number_version", "change")
    op.drop_column("change", "disclosure_number")
    if op.get_bind().dialect.name == "sqlite":
        _fill_terms("")
        before = "search_text_before t CROSS JOIN disclosure d ON d.number = t.disclosure_number"
        _renew_texts("recency", sa.BigInteger(), before)
        for table, key in _PARTS.items():
            _renew(table, key, back=True)
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


def _renew(table: str, key: tuple[str, ...], *, back: bool) -> None:
    """A table keyed by the number, or by the id again."""
    statement, indexes = _aside(table)
    clustered = table not in (*_LONG, *_LINKS)
    named, numbered = (_ID, _former(key)), (_NUMBER, "disclosure_number" if table in _WHOLE else _key(key))
    (old, old_key), (new, new_key) = (numbered, named) if back else (named, numbered)
    made = _changed(statement, old, new)
    made = _changed(made, f"PRIMARY KEY ({old_key})", f"PRIMARY KEY ({new_key})")
    if clustered:
        made = _changed(made, _CLUSTERED, "") if back else f"{made.rstrip()}{_CLUSTERED}"
    op.execute(made)
    if back:
        _move(table, "disclosure_id", "d.id", "x.disclosure_number = d.number", key)
    else:
        _move(table, "disclosure_number", "d.number", "x.disclosure_id = d.id", key)
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


def _renew_texts(key: str, kind: sa.types.TypeEngine[int], found: str) -> None:
    """The searched texts by another key; `found` is FROM of the texts of before, `t`, and the disclosures, `d`."""
    op.rename_table("search_text", "search_text_before")
    op.create_table(
        "search_text",
        sa.Column(key, kind, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(key, name="pk_search_text"),
    )
    value = f"d.{key.removeprefix('disclosure_')}"
    op.execute(f"INSERT INTO search_text SELECT {value}, t.text FROM {found} ORDER BY {value}")  # noqa: S608
    op.drop_table("search_text_before")


def _fill_terms(option: str) -> None:
    """The index of terms anew, in the order of recency, some thousand rows at a time; the texts are keyed by number."""
    op.execute("DROP TABLE search")
    op.execute(
        f"CREATE VIRTUAL TABLE search USING fts5(terms, tokenize='ascii', detail='none', content=''{option})"
    )
    op.execute(f"INSERT INTO search(search, rank) VALUES ('hashsize', {16 * _HASHED})")  # noqa: S608
    bind, last = op.get_bind(), -1
    while True:
        rows = bind.exec_driver_sql(
            "SELECT d.recency, t.text FROM disclosure d CROSS JOIN search_text t ON t.disclosure_number = d.number"
            " WHERE d.recency > ? ORDER BY d.recency LIMIT 5000",
            (last,),
        ).all()
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
    _add(table, sa.Column("disclosure_number", sa.BigInteger()), "number", "d.id = x.disclosure_id")
    op.drop_constraint(f"pk_{table}", table)
    op.drop_column(table, "disclosure_id")
    op.create_primary_key(f"pk_{table}", table, _key(key).split(", "))


def _number_changes() -> None:
    op.drop_index("ix_change_shard_disclosure_id_version", "change")
    _add("change", sa.Column("disclosure_number", sa.BigInteger()), "number", "d.id = x.disclosure_id")


def _name(table: str, key: tuple[str, ...]) -> None:
    _add(table, sa.Column("disclosure_id", sa.String(23)), "id", "d.number = x.disclosure_number")
    op.drop_constraint(f"pk_{table}", table)
    op.drop_column(table, "disclosure_number")
    op.create_primary_key(f"pk_{table}", table, _former(key).split(", "))


def _add(table: str, column: sa.Column[int] | sa.Column[str], of: str, join: str) -> None:
    """A column more, with what its disclosure has."""
    op.add_column(table, column)
    op.execute(
        f"UPDATE {table} x SET {column.name} = d.{of} FROM disclosure d WHERE d.shard = x.shard AND {join}"  # noqa: S608
    )
    op.alter_column(table, column.name, nullable=False)
