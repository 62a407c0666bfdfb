"""Records that differ in their titles, as tests of what is cited store, revise and withdraw them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from schemas.catalog import Catalog
from store.draft import Entry
from store.engine import writing
from store.writing import write

TYPE = "land/grant-result"
NOW = datetime(2024, 7, 1, 20, 0)  # in China the next day


def store(engine: Engine, catalog: Catalog, *titles: str, type: str = TYPE, **more: Any) -> list[str]:
    """Store a record for each title; gives their ids."""
    disclosure = catalog.types[type]
    entries = [
        Entry({**disclosure.sample, "localId": f"示例{title}", "title": title, **more}, disclosure) for title in titles
    ]  # fmt: skip
    with writing(engine) as connection:
        return list(write(connection, entries, catalog, None, NOW).ids)
