"""The server: granian workers over the application that `api` makes."""

import gc
import os
import socket

from granian import Granian
from granian.constants import Interfaces
from starlette.applications import Starlette

from api.app import application
from api.rate import Rate
from cli.settings import Settings
from schemas.catalog import Catalog
from schemas.errors import OpenallocError
from store.engine import connect


def worker() -> Starlette:
    """The application of one worker process, by the environment's settings.

    What is made here stays as long as the process: to look for garbage in it, now or later, is nearly half the start.
    """
    gc.disable()
    try:
        settings = Settings.of()
        engine = connect(settings.read or settings.database)
        made = application(Catalog.load(), engine, rate=Rate.of(settings.rate, settings.proxies))
        gc.collect()
        gc.freeze()
    finally:
        gc.enable()
    return made


def assert_free(host: str, port: int) -> None:
    """Raise OpenallocError C001 where nobody can listen at that address."""
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        raise OpenallocError(
            "C001", f"不能在 {host}:{port} 上监听:{error.strerror}", f"cannot listen on {host}:{port}: {error.strerror}",
            "换一个端口,例如 --port 8001。", "Take another port, for example --port 8001.",
        ) from None  # fmt: skip


def serve(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve until stopped; the workers get the settings through the environment."""
    Rate.of(settings.rate, settings.proxies)  # a fault is told here, not by a worker
    os.environ.update(settings.environment())
    Granian(
        "cli.server:worker", address=host, port=port, workers=workers, interface=Interfaces.ASGI, factory=True,
        log_access=False,
    ).serve()  # fmt: skip
