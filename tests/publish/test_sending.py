"""Messages leave for addresses outside only: whatever a name means, now or a moment later, and wherever an answer leads."""

import http.server
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from publish.sending import Outcome, checked, may_reach, send
from schemas.errors import OpenallocError

OUTSIDE = ("8.8.8.8", "2606:4700::1111", "203.0.114.1")
NOBODY = (
    "169.254.169.254", "fe80::1", "fe80::1%eth0", "224.0.0.1", "0.0.0.0", "::", "::ffff:169.254.169.254", "fd00:ec2::254",
    "100.100.100.200", "240.0.0.1", "255.255.255.255", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "::ffff:10.0.0.1", "x", "",
)  # fmt: skip
OWN = ("10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.8.8.8", "::1", "fd00::1")
TRICKS = ("2002:a00:1::", "2001:0:a00:1::")  # 6to4 and Teredo of 10.0.0.1


@pytest.mark.parametrize("address", OUTSIDE)
def test_what_lies_outside_is_reached(address: str) -> None:
    assert may_reach(address, inside=False)


@pytest.mark.parametrize("address", [*OWN, *NOBODY, *TRICKS])
def test_what_lies_within_is_not(address: str) -> None:
    assert not may_reach(address, inside=False)


def test_the_own_network_is_reached_where_that_was_said() -> None:
    assert [one for one in OWN if not may_reach(one, inside=True)] == []
    assert [one for one in NOBODY if may_reach(one, inside=True)] == []


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "ftp://example.org/", "https://", "https:///x", "https://a@example.org/", "https://a:b@example.org/",
     "https://example.org/#x", "https://example.org:0/", "https://example.org:99999/", "https://exa mple.org/", "https://example.org/\r\nx",
     "https://[::1/", "//example.org/", "https://例子.中国/", "https://example.org/" + "x" * 2_000],
)  # fmt: skip
def test_an_address_is_whole_and_https(url: str) -> None:
    with pytest.raises(OpenallocError, match="P142") as refused:
        checked(url, inside=False)
    assert "example" not in str(refused.value)
    assert send(url, {}, b"") == Outcome("address")


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers as its path says, and keeps what it got."""

    got: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append((self.path, dict(self.headers), body))
        if self.path == "/slow":
            with suppress(OSError):
                for _ in range(100):
                    self.wfile.write(b"H")
                    time.sleep(0.05)
            return
        status = int(self.path.rpartition("/")[2] or 200)
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1/elsewhere")
        self.send_header("Retry-After", "77")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[tuple[str, dict[str, str], bytes]]]]:
    """A receiver on this machine: its address, and what it got."""
    made: type[Receiver] = type("Made", (Receiver,), {"got": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), made) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", made.got
        server.shutdown()
        thread.join()


def test_a_message_arrives_and_the_status_comes_back(receiver: Any) -> None:
    address, got = receiver
    assert send(f"{address}/a?/204", {"webhook-id": "m"}, b"{}", inside=True).is_taken
    (path, headers, body), *_ = got
    assert (path, headers["webhook-id"], body) == ("/a?/204", "m", b"{}")
    assert headers["host"] == address.removeprefix("http://")


def test_redirects_are_not_followed_and_waiting_is_told(receiver: Any) -> None:
    address, got = receiver
    assert send(f"{address}/302", {}, b"{}", inside=True) == Outcome("302", 302, 77)
    assert len(got) == 1


def test_an_answer_that_trickles_is_cut(receiver: Any) -> None:
    address, _ = receiver
    assert send(f"{address}/slow", {}, b"{}", inside=True, seconds=0.4) == Outcome("time")


def test_the_own_machine_is_not_reached_unless_said(receiver: Any) -> None:
    address, got = receiver
    port = address.rpartition(":")[2]
    for url in (
        address,
        f"https://127.0.0.1:{port}/",
        f"https://localhost:{port}/",
        f"https://[::1]:{port}/",
    ):
        assert send(url, {}, b"{}") == Outcome("address")
    assert got == []


def test_a_name_that_changes_its_meaning_leads_nowhere(receiver: Any) -> None:
    """Rebinding: the first answer of the name server is outside, every later one is this machine."""
    _, got = receiver
    answers, reached = [["8.8.8.8"], ["127.0.0.1"], ["127.0.0.1"]], []

    def resolve(_host: str, _port: int) -> list[str]:
        return answers.pop(0)

    def connect(to: str, port: int, seconds: float) -> socket.socket:
        reached.append((to, port))
        raise OSError

    outcome = send("https://rebinding.example/", {}, b"{}", resolve=resolve, connect=connect)
    assert (outcome, reached, len(answers)) == (Outcome("connection"), [("8.8.8.8", 443)], 2)
    assert send("https://rebinding.example/", {}, b"{}", resolve=resolve, connect=connect) == Outcome(
        "address"
    )
    both = send(
        "https://two.example/", {}, b"{}", resolve=lambda *_: ["8.8.8.8", "10.0.0.1"], connect=connect
    )
    assert (both, reached, got) == (Outcome("address"), [("8.8.8.8", 443)], [])


def test_what_fails_is_a_word(receiver: Any) -> None:
    address, _ = receiver

    def nowhere(*_: Any) -> list[str]:
        raise socket.gaierror

    assert send("https://nothing.example/", {}, b"{}", resolve=nowhere) == Outcome("name")
    assert send(address.replace("http:", "https:"), {}, b"{}", inside=True) == Outcome("certificate")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert send(f"http://127.0.0.1:{port}/", {}, b"{}", inside=True) == Outcome("connection")
