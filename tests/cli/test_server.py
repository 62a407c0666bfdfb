"""What the server asks of the system."""

import os
import socket

import pytest

from cli.server import UNREAD, bound_listeners


@pytest.mark.skipif(
    not hasattr(socket, "TCP_USER_TIMEOUT"), reason="the system does not end what nobody reads"
)
def test_connections_that_nobody_reads_are_ended_by_the_system() -> None:
    opened = set(os.listdir("/proc/self/fd"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert bound_listeners() >= 1
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            most = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert most == UNREAD * 1_000
    assert set(os.listdir("/proc/self/fd")) == opened
