"""The same disclosures and their documents many times over, made in the database, to measure whole datasets at a size.

Nothing else of a disclosure is copied: what is written of a dataset's main table and of JSON Lines reads these two alone.
"""

import shutil
import subprocess
from string import ascii_uppercase

from sqlalchemy import Connection, Table

from bench.query.databases import Place, postgresql
from store import tables
from store.engine import connect


def copied(where: Place, times: int) -> Place:
    """The databases of a place with everything so many times in them; made where they are not there."""
    target = Place(where.folder.with_name(f"{where.folder.name}-times-{times}"))
    if (target.folder / "built.json").exists():
        return target
    shutil.rmtree(target.folder, ignore_errors=True)
    # The server's files stay those of the user that it runs as.
    subprocess.run(["cp", "-a", str(where.folder), str(target.folder)], check=True)
    (target.folder / "built.json").unlink()
    with postgresql(target) as server:
        for url in (f"sqlite:///{target.sqlite}", server):
            engine = connect(url)
            with engine.connect() as connection:
                count = connection.exec_driver_sql("SELECT max(number) FROM disclosure").scalar_one()
            for at, mark in enumerate(ascii_uppercase[: times - 1], start=1):  # no id ends in one
                with engine.begin() as connection:
                    for table in (tables.disclosure, tables.document):
                        _copy(connection, table, mark, at * count, count)
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for table in (tables.disclosure.name, tables.document.name):
                    connection.exec_driver_sql(
                        f"ANALYZE {table}"
                        if connection.dialect.name == "sqlite"
                        else f"VACUUM ANALYZE {table}"
                    )
            engine.dispose()
    shutil.copy(where.folder / "built.json", target.folder)
    return target


def _copy(connection: Connection, table: Table, mark: str, further: int, count: int) -> None:
    """Copy the first so many; a copy's id ends in the mark, its number is so much further, its place in lists another."""
    names = [column.name for column in table.columns]
    number = "number" if table is tables.disclosure else "disclosure_number"
    given = {
        "id": f"substr(id, 1, length(id) - 1) || '{mark}'", number: f"{number} + {further}",
        "recency": f"recency + {ord(mark)}",
    }  # fmt: skip
    chosen = ", ".join(given.get(name, name) for name in names)
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {chosen} FROM {table.name} WHERE {number} <= {count}"
    )
