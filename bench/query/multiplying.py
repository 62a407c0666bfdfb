"""A lean database multiplied by SQL: ten million disclosures in minutes, where making each would take hours.

Copies differ in id and, within their day, in recency. Of the disclosures' indexes those stay that a page and a record need.
"""

import shutil
import sqlite3
from pathlib import Path

from store import tables

_KEPT = "ix_disclosure_recency"


def multiply(source: Path, target: Path, times: int) -> None:
    """Make the target of the source's disclosures, each so many times."""
    target.unlink(missing_ok=True)
    shutil.copyfile(source, target)
    changed = {
        "number": "d.number + n.value * :count", "id": "substr(d.id, 1, 7) || printf('%016x', d.number * :times + n.value)",
        "recency": "d.recency + n.value",
    }  # fmt: skip
    names = tables.disclosure.columns.keys()
    columns = ", ".join(changed.get(name, f"d.{name}") for name in names)
    with sqlite3.connect(target, isolation_level=None) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA cache_size = -1000000")
        found = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'disclosure' AND sql IS NOT NULL"
        )
        for (name,) in [one for one in found if one[0] != _KEPT]:
            connection.execute(f"DROP INDEX {name}")
        (count,) = connection.execute("SELECT max(number) FROM disclosure").fetchone()
        connection.execute(
            "WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < :times - 1)"
            f" INSERT INTO disclosure ({', '.join(names)}) SELECT {columns} FROM n CROSS JOIN disclosure d",
            {"times": times, "count": count},
        )
        connection.execute("ANALYZE")
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
