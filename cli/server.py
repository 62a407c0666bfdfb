"""The server: granian workers over the application that `api` makes."""

import gc
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from threading import Thread
from time import sleep

from granian import Granian
from granian.constants import Interfaces
from starlette.applications import Starlette

from api.answers import Answers
from api.app import application
from api.editions import Editions
from api.keeping import Keeping
from api.problems import Problems
from api.rate import Meter, Rate
from api.submissions import Submissions
from cli.settings import Settings
from publish.datasets.kept import Folder
from publish.editions import Holdings
from publish.signing import read_key
from schemas.catalog import Catalog
from schemas.errors import OpenallocError
from store.engine import connect

UNREAD = 60  # seconds until a connection ends whose other side takes nothing of what was sent
_TRIES, _BETWEEN = 300, 0.1
_PATIENCE = 5.0  # seconds that an answer waits to be kept while others write
_OPEN = Path("/proc/self/fd")


def worker() -> Starlette:
    """The application of one worker process, by the environment's settings.

    What is made here stays as long as the process: to look for garbage in it, now or later, is nearly half the start.
    """
    gc.disable()
    try:
        settings = Settings.of()
        engine = connect(settings.read or settings.database)
        catalog = Catalog.load()
        made = application(
            catalog, engine, rate=Rate.of(settings.rate, settings.proxies),
            submissions=_submissions(settings, catalog), answers=_answers(settings), reports=_problems(settings),
            downloads=Folder(settings.datasets, settings.dataset_bytes), site=settings.site, ocid=settings.ocid,
            editions=Editions(connect(settings.database) if settings.read else engine, Holdings(settings.editions)),
        )  # fmt: skip
        gc.collect()
        gc.freeze()
    finally:
        gc.enable()
    Thread(target=_bound_when_listening, daemon=True).start()
    return made


def bound_listeners() -> int:
    """Have the system end connections of this process that nobody reads: those that its listeners accept from now on.

    The server holds what an application has sent for as long as the connection stands. How many listeners there were.
    """
    found = 0
    for opened in [*_OPEN.iterdir()] if _OPEN.is_dir() and hasattr(socket, "TCP_USER_TIMEOUT") else ():
        with suppress(OSError):  # it was closed meanwhile
            if not opened.is_socket():
                continue
            with socket.socket(fileno=os.dup(int(opened.name))) as one:
                is_tcp = one.family in (socket.AF_INET, socket.AF_INET6) and one.type == socket.SOCK_STREAM
                if is_tcp and one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD * 1_000)
                    found += 1
    return found


def _bound_when_listening() -> None:
    """The server begins to listen by itself, some time after the application is made."""
    for _ in range(_TRIES):
        if bound_listeners():
            return
        sleep(_BETWEEN)


def _submissions(settings: Settings, catalog: Catalog) -> Submissions | None:
    """What stores submitted records, by connections of its own; None where that was not asked for."""
    if not settings.submissions:
        return None
    engine = connect(settings.database)
    return Submissions(catalog, engine, Rate.of(settings.submission_rate), folder=settings.kept)


def _answers(settings: Settings) -> Answers | None:
    """What keeps answers that are cited, by a connection of its own; None where that is switched off."""
    if not settings.answer_bytes:
        return None
    engine = connect(settings.database, patience=_PATIENCE)
    return Answers.of(engine, settings.answer_bytes, Rate.of(settings.answer_rate, settings.proxies))


def _problems(settings: Settings) -> Problems | None:
    """What takes reports of readers, by a connection of its own; None where that was not asked for."""
    if not settings.problems:
        return None
    rate = Rate.of(settings.problem_rate, settings.proxies)
    return Problems(connect(settings.database, patience=_PATIENCE), Meter(rate) if rate else None)


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
    Rate.of(settings.submission_rate)
    Rate.of(settings.answer_rate)
    Rate.of(settings.problem_rate)
    settings.answer_bytes  # noqa: B018 - the same
    if settings.submissions:
        Keeping(settings.kept)
    if settings.webhooks:
        read_key(settings.webhook_key)
    os.environ.update(settings.environment())
    with _delivering() if settings.webhooks else nullcontext():
        Granian(
            "cli.server:worker", address=host, port=port, workers=workers, interface=Interfaces.ASGI, factory=True,
            log_access=False,
        ).serve()  # fmt: skip


@contextmanager
def _delivering() -> Iterator[None]:
    """Have a process beside the server deliver to webhooks; it ends with the server, however that ends."""
    command = (
        "from cli.main import main; main()",
        "webhooks",
        "deliver",
        "--server",
        str(os.getpid()),
    )
    process = subprocess.Popen([sys.executable, "-c", *command])  # noqa: S603 - nothing of it is from outside
    try:
        yield
    finally:
        process.terminate()
        process.wait()
