"""How Alembic reaches the database: a connection from store.migrate, or `alembic -x url=sqlite:///openalloc.db`."""

from typing import Any

from alembic import context
from sqlalchemy import Connection

from store.engine import connect, writing
from store.tables import metadata

_DIRECTED = {
    index.name
    for table in metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["postgresql"]["ops"]
}


def run(connection: Connection) -> None:
    """Run the migrations in one transaction (SQLite has transactional DDL too)."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=not_search,
        include_object=not_directed,
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


def not_search(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out the search index: it is not in the metadata, because each database has its own."""
    return not (kind == "table" and name is not None and (name == "search" or name.startswith("search_")))


def not_directed(found: Any, _name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """Leave out indexes whose columns have a direction: PostgreSQL gives them back as expressions."""
    return not (kind == "index" and found.name in _DIRECTED)


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.get_x_argument(as_dictionary=True).get("url")
    if not url:
        raise SystemExit("alembic -x url=sqlite:///openalloc.db upgrade head")
    engine = connect(str(url))
    with writing(engine) as connection:
        run(connection)
    engine.dispose()
