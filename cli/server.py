"""The server: granian workers over the application that `api` makes."""

import os

from granian import Granian
from granian.constants import Interfaces
from starlette.applications import Starlette

from api.app import application
from cli.settings import DATABASE, Settings
from schemas.catalog import Catalog
from store.engine import connect


def worker() -> Starlette:
    """The application of one worker process, by the environment's settings."""
    return application(Catalog.load(), connect(Settings.of().database))


def serve(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve until stopped; the workers get the settings through the environment."""
    os.environ[DATABASE] = settings.database
    Granian(
        "cli.server:worker", address=host, port=port, workers=workers, interface=Interfaces.ASGI, factory=True,
        log_access=False,
    ).serve()  # fmt: skip
