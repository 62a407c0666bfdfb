"""A server as `openalloc serve` runs it, in a process of its own, over a database."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def serving(
    database: str, folder: Path, workers: int = 1, options: Sequence[str] = (), rate: str | None = None
) -> Iterator[str]:
    """The address of a server over a database; its log lies in the folder. It has to stop when it is asked to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-c", "from cli.main import main; main()", "serve", "--port", str(port),
        "--database", database, "--workers", str(workers), *options,
    ]  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENALLOC")}
    if rate is not None:
        environment["OPENALLOC_RATE"] = rate
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=environment | {"PYTHONPATH": str(ROOT)}, stdout=log, stderr=log
        )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(600):
            assert server.poll() is None, (folder / "log").read_text("utf-8")
            try:
                with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                    break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail((folder / "log").read_text("utf-8"))
        yield address
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
            raise
