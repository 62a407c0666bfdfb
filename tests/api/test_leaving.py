"""Clients that leave, do not read or send slowly: a check ends, its folder goes, its place is free; no body is waited for
without end.
"""

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api import checkers, events, incoming, validate

TYPE = "land/grant-result"
HEADING = "宗地编号,出让面积(公顷),成交价(万元),受让人,成交日期\n"
# Every row has something to say about it: this takes a while.
LONG = HEADING + "".join(f"B-{n},很大{n},100,云南示例有限公司,2024-06-18\n" for n in range(20_000))


def scope(app: Starlette, answer: str) -> dict[str, Any]:
    return {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "POST",
        "path": "/validate", "raw_path": b"/validate", "root_path": "", "scheme": "http", "server": ("example", 80),
        "query_string": f"type={TYPE}&answer={answer}&file=a.csv".encode(), "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"example")], "state": {}, "extensions": {},
    }  # fmt: skip


class Client:
    """One request, whose lines go to `taken`; it leaves when told."""

    def __init__(self, taken: Callable[["Client"], Any]) -> None:
        self.gone = anyio.Event()
        self.lines = 0
        self._taken = taken
        self._sent = False

    async def receive(self) -> dict[str, Any]:
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": LONG.encode(), "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body":
            self.lines += 1
            await self._taken(self)


async def leave(client: Client) -> None:
    client.gone.set()
    await anyio.sleep(0)


async def leave_and_hang(client: Client) -> None:
    client.gone.set()
    await anyio.sleep_forever()


async def hang(_client: Client) -> None:
    await anyio.sleep_forever()


async def break_off(_client: Client) -> None:
    raise OSError("gone")


@pytest.fixture
def lonely(app: Starlette, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[checkers.Checkers]:
    """Checkers of one place, and a folder of its own for what is sent."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = checkers.Checkers(app.state.catalog.folder, at_once=1)
    monkeypatch.setitem(app.state._state, "checkers", made)
    yield made
    made.close()


@pytest.mark.parametrize("how", [leave, leave_and_hang, break_off, hang])
def test_who_leaves_in_the_middle_takes_no_place_with_him(
    app: Starlette, lonely: checkers.Checkers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: Any
) -> None:
    started: list[Any] = []
    start = lonely._start
    monkeypatch.setattr(lonely, "_start", lambda: started.append(start()) or started[-1])
    monkeypatch.setattr(events, "PATIENCE", 0.5)

    async def ask() -> None:
        client = Client(how)
        await app(scope(app, "events"), client.receive, client.send)  # type: ignore[arg-type]
        assert client.lines == 1

    anyio.run(ask)
    (process,) = started
    assert process.poll() == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []
    assert lonely._turns.borrowed_tokens == 0


def test_who_leaves_before_an_answer_ends_the_check_too(
    app: Starlette, lonely: checkers.Checkers, tmp_path: Path
) -> None:
    async def ask() -> None:
        client = Client(hang)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(app, scope(app, "json"), client.receive, lambda _message: anyio.sleep(0))
            while not lonely._working:
                await anyio.sleep(0.01)
            (process,) = lonely._working
            client.gone.set()
        assert process.poll() == -signal.SIGKILL

    anyio.run(ask)
    assert (list(tmp_path.iterdir()), lonely._turns.borrowed_tokens) == ([], 0)


def test_a_killed_check_leaves_no_reader_behind(app: Starlette, lonely: checkers.Checkers) -> None:
    async def ask() -> list[int]:
        client = Client(hang)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(app, scope(app, "json"), client.receive, lambda _message: anyio.sleep(0))
            while not (lonely._working and (children := _children(next(iter(lonely._working)).pid))):
                await anyio.sleep(0.01)
            client.gone.set()
        return children

    if not Path("/proc/self/task").exists():
        pytest.skip("there is no /proc to find the children of a process in")
    for child in anyio.run(ask):
        deadline = time.monotonic() + 10
        while _runs(child):
            assert time.monotonic() < deadline, "the process that reads the file goes on"
            time.sleep(0.01)


def test_closing_ends_a_check_that_is_under_way(app: Starlette, lonely: checkers.Checkers) -> None:
    async def ask() -> int:
        client = Client(hang)
        said: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            said.append(message)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(app, scope(app, "json"), client.receive, send)
            while not lonely._working:
                await anyio.sleep(0.01)
            lonely.close()
        return int(said[0]["status"])

    assert anyio.run(ask) == 503


def test_a_process_that_died_while_it_waited_is_not_given_a_file(
    app: Starlette, lonely: checkers.Checkers
) -> None:
    lonely.warm()
    os.kill(lonely._free[0].pid, signal.SIGKILL)
    lonely._free[0].wait()
    answer = TestClient(app).post(f"/validate?type={TYPE}&file=a.csv", content=HEADING.encode())
    assert answer.status_code == 200


def test_what_comes_too_slowly_is_refused(
    app: Starlette, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(validate, "UPLOAD_SECONDS", 0.1)
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await anyio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    anyio.run(app, scope(app, "json"), receive, send)
    assert (said[0]["status"], b"A050" in said[1]["body"]) == (408, True)
    assert list(tmp_path.iterdir()) == []


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _runs(pid: int) -> bool:
    """Whether a process is there and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("usual", [True, False])
@pytest.mark.parametrize("leaves", [True, False])
def test_a_query_of_which_the_rest_does_not_come_is_not_waited_for(
    app: Starlette, monkeypatch: pytest.MonkeyPatch, usual: bool, leaves: bool
) -> None:
    monkeypatch.setattr(incoming, "ARRIVAL", 0.05)
    begun = [{"type": "http.request", "body": b'{"query": "', "more_body": True}]
    answered: list[Any] = []

    async def receive() -> Any:
        if begun:
            return begun.pop()
        if leaves:
            return {"type": "http.disconnect"}
        return await anyio.sleep_forever()

    async def send(message: Any) -> None:
        answered.append(message)

    async def ask() -> None:
        headers = [(b"content-type", b"application/json"), *([] if usual else [(b"expect", b"100-continue")])]
        query = {**scope(app, ""), "path": "/graphql", "query_string": b"", "headers": headers}
        with anyio.fail_after(20):
            await app(query, receive, send)

    anyio.run(ask)
    start, body = answered
    assert start["status"] == 408
    assert b"A007" in body["body"]
