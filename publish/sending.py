"""A message sent to an address outside: nowhere within the network, to the address that was checked, within limits.

The name is resolved once, each address it has is checked, and the connection goes to a checked address itself, so that a
name which means something else a moment later leads nowhere. Redirects are not followed; of the answer the status is
read and `Retry-After`. No message of an error has the path or the query of the address, which may be secret.
"""

import http.client
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Event, Timer
from urllib.parse import SplitResult, urlsplit

from schemas.errors import OpenallocError

SECONDS = 15.0  # for all of it
_LONGEST = 2_000
_METADATA = frozenset(
    (ip_address("fd00:ec2::254"), ip_address("100.100.100.200"))
)  # of clouds, not link-local
_NAT64 = IPv6Network("64:ff9b::/96")
Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], list[str]]
Connect = Callable[[str, int, float], socket.socket]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: the status of the answer, or the word for why there was none; `after` are the seconds
    that the answer asks to wait.
    """

    word: str
    status: int | None = None
    after: int | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the other side has the message."""
        return self.status is not None and 200 <= self.status < 300


def checked(url: str, *, inside: bool) -> SplitResult:
    """The parts of an address that messages may go to; raises OpenallocError P142 for another."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else ""
    except (ValueError, UnicodeError):
        parts, port, host = urlsplit(""), None, ""
    schemes = ("https", "http") if inside else ("https",)
    is_plain = url.isprintable() and url.isascii() and " " not in url and len(url) <= _LONGEST
    if (
        not (is_plain and host and parts.scheme in schemes and port != 0)
        or "@" in parts.netloc
        or parts.fragment
    ):
        raise OpenallocError(
            "P142", "这个地址不能用作 webhook", "this is no address for a webhook",
            "写 https:// 开头的完整地址,不带用户名和 #。内网地址另加 --inside。",
            "Write a whole https:// address without a user name or #; for one in your own network add --inside.",
        )  # fmt: skip
    return parts


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a name, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def connected(address: str, port: int, seconds: float) -> socket.socket:
    """A connection to an address."""
    return socket.create_connection((address, port), seconds)


def may_reach(text: str, *, inside: bool) -> bool:
    """Whether an address lies outside; with `inside` one's own network will do, but never what is link-local (cloud
    metadata among it), multicast or nobody's.
    """
    try:
        address: Address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    for one in (address, *_within(address)):
        if inside and one.is_loopback:
            continue
        if one in _METADATA or one.is_link_local or one.is_multicast or one.is_unspecified or one.is_reserved:
            return False
        if not one.is_global and not (inside and one.is_private):
            return False
    return True


def send(
    url: str, headers: Mapping[str, str], body: bytes, *, inside: bool = False, seconds: float = SECONDS,
    resolve: Resolve = resolved, connect: Connect = connected, context: ssl.SSLContext | None = None,
) -> Outcome:  # fmt: skip
    """Post a message; nothing is raised, what went wrong is the outcome."""
    try:
        parts = checked(url, inside=inside)
    except OpenallocError:
        return Outcome("address")
    secure = parts.scheme == "https"
    host, port = str(parts.hostname).encode("idna").decode("ascii"), parts.port or (443 if secure else 80)
    try:
        addresses = resolve(host, port)
    except (OSError, UnicodeError):
        return Outcome("name")
    if not addresses or not all(may_reach(one, inside=inside) for one in addresses):
        return Outcome("address")
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    connection.auto_open = 0  # it never resolves the name once more
    late = Event()
    watch = Timer(seconds, _cut, (connection, late))
    watch.daemon = True
    try:
        connection.sock = connect(addresses[0], port, seconds / 3)
        watch.start()
        if secure:
            made = context or ssl.create_default_context()
            wrapped = made.wrap_socket(connection.sock, server_hostname=host, do_handshake_on_connect=False)
            connection.sock = wrapped  # what is cut when the time is over, also while it shakes hands
            wrapped.do_handshake()
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        netloc = parts.netloc
        connection.putrequest("POST", target, skip_host=True, skip_accept_encoding=True)
        for name, value in {"host": netloc, **headers, "content-length": str(len(body)), "connection": "close"}.items():  # fmt: skip
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        after = answer.headers.get("retry-after", "")
        return Outcome(
            str(answer.status), answer.status, int(after) if after.isdecimal() and len(after) < 7 else None
        )
    except ssl.SSLError:
        return Outcome("time" if late.is_set() else "certificate")
    except TimeoutError:
        return Outcome("time")
    except (OSError, http.client.HTTPException, ValueError):
        return Outcome("time" if late.is_set() else "connection")
    finally:
        watch.cancel()
        connection.close()


def _within(address: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, IPv4Address):
        return []
    found: list[Address] = [one for one in (address.ipv4_mapped, address.sixtofour) if one is not None]
    if address.teredo is not None:
        found += address.teredo
    if address in _NAT64:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return found


def _cut(connection: http.client.HTTPConnection, late: Event) -> None:
    """End a connection whose time is over, whatever it is doing."""
    late.set()
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)
