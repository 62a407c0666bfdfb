"""The application over a file with every type's variations; these tests read and never write."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.app import application
from api.operation import Service
from api.portal import listing
from schemas.catalog import Catalog
from store.engine import connect
from tests.query import records


@pytest.fixture(scope="session")
def file(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, catalog: Catalog
) -> Iterator[Engine]:
    """An SQLite file with the variations of all types."""
    path = tmp_path_factory.mktemp("api") / "openalloc.db"
    engine = connect(f"sqlite:///{shutil.copy(sqlite_template, path)}")
    records.store(engine, catalog)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def app(file: Engine, catalog: Catalog) -> Iterator[Starlette]:
    """The application."""
    made = application(catalog, file)
    yield made
    made.state.checkers.close()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, lists come with their counts."""
    monkeypatch.setattr(listing, "PATIENCE", 30.0)


@pytest.fixture(scope="session")
def client(app: Starlette) -> TestClient:
    """A client of it, to which an exception in the server is an exception."""
    return TestClient(app)


@pytest.fixture(scope="session")
def answering(app: Starlette) -> Service:
    """What answers its operations."""
    service: Service = app.state.service
    return service
