"""What the store's tests share: records to write, and all that a database holds, to be compared."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import DateTime, Engine, select, text

from store.tables import metadata

Contents = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def batches() -> ModuleType:
    """tests/store/batches.py; by its path, because the folders of tests are no packages."""
    path = Path(__file__).with_name("batches.py")
    spec = importlib.util.spec_from_file_location("batches", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["batches"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def contents() -> Callable[[Engine], Contents]:
    """Reads every table but the regions, and the search index, without the columns that hold a time."""
    return _contents


def _contents(engine: Engine) -> Contents:
    found: Contents = {}
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            columns = [column for column in table.columns if not isinstance(column.type, DateTime)]
            query = select(*columns).order_by(*table.primary_key.columns)
            if table.name != "region":
                found[table.name] = [tuple(row) for row in connection.execute(query)]
        if engine.dialect.name == "sqlite":
            search = "SELECT rowid, terms FROM search ORDER BY rowid"
        else:
            search = "SELECT disclosure_id, terms FROM search ORDER BY disclosure_id"
        found["search"] = [tuple(row) for row in connection.execute(text(search))]
    return found
