"""How much one client may ask in a while: a token bucket of cost for each address, in the memory of one process.

The headers are those of draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy` tells the quota and its window,
`RateLimit` what is left and in how many seconds all of it is there again.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from math import ceil
from time import monotonic

from api.refusal import RequestError
from schemas.errors import OpenallocError

LEAST = 10  # what an operation costs that is refused before it runs
_CLIENTS = 100_000
Network = IPv4Network | IPv6Network
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """`quota` of cost in each window of so many seconds; `proxies` are believed when they say for whom they ask."""

    quota: int
    window: int = 60
    proxies: tuple[Network, ...] = ()

    @classmethod
    def of(cls, rate: str, proxies: str = "") -> "Rate | None":
        """The rate that is written `quota/seconds`, None for `off`; proxies are networks with commas between.

        Raises OpenallocError A092 for what is written otherwise.

        >>> Rate.of("600/60"), Rate.of("off")
        (Rate(quota=600, window=60, proxies=()), None)
        """
        try:
            networks = tuple(ip_network(one.strip()) for one in proxies.split(",") if one.strip())
            if rate.strip().lower() == "off":
                return None
            quota, _, window = rate.partition("/")
            made = cls(int(quota), int(window or 60), networks)
            if made.quota < 1 or made.window < 1:
                raise ValueError(rate)
            return made
        except ValueError:
            raise OpenallocError(
                "A092", f"限额或者受信任的代理写得不对:{rate!r}、{proxies!r}", f"the rate or the trusted proxies are not written well: {rate!r}, {proxies!r}",
                "例如 OPENALLOC_RATE=3000000/60(成本/秒)或 off,OPENALLOC_TRUSTED_PROXIES=10.0.0.0/8,::1。",
                "For example OPENALLOC_RATE=3000000/60 (cost/seconds) or off, OPENALLOC_TRUSTED_PROXIES=10.0.0.0/8,::1.",
            ) from None  # fmt: skip


class RateError(RequestError):
    """The client asked for more than it may at the moment."""

    def __init__(self, retry_after: int, headers: Headers) -> None:
        super().__init__(
            429, "A091", f"请求超过限额,请 {retry_after} 秒后再试", f"you asked for more than the quota, try again in {retry_after} s",
            "限额按查询的成本计算(extensions.cost);减小 first,少用 totalCount,或者下载整个数据集。",
            "The quota is of cost (extensions.cost): ask for smaller pages, count less, or download whole datasets.",
        )  # fmt: skip
        self.headers: Headers = (("Retry-After", str(retry_after)), *headers)


class Meter:
    """The buckets of all clients; the one that was used longest ago goes first when there are too many."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = monotonic, most: int = _CLIENTS) -> None:
        self.rate, self._clock, self._most = rate, clock, most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what is left, and when
        self._policy = f'"cost";q={rate.quota};w={rate.window}'

    def take(self, client: str, cost: int, paid: int = 0) -> Headers:
        """The headers of an answer that costs so much; raises RateError where less is left, and takes nothing then.

        What costs more than the whole quota needs a full bucket, and empties it below nothing. `paid` was taken for the
        same answer just before.
        """
        now = self._clock()
        left, needed = self._left(client, now), min(cost, self.rate.quota - paid)
        if left < needed:
            missing = needed - left
            raise RateError(max(ceil(missing / self._speed), 1), self._headers(left))
        left -= cost
        self._buckets[client] = (left, now)
        self._buckets.move_to_end(client)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return self._headers(left)

    @property
    def _speed(self) -> float:
        return self.rate.quota / self.rate.window

    def _left(self, client: str, now: float) -> float:
        left, since = self._buckets.get(client, (float(self.rate.quota), now))
        return min(left + (now - since) * self._speed, float(self.rate.quota))

    def _headers(self, left: float) -> Headers:
        full = ceil((self.rate.quota - left) / self._speed)
        return (
            ("RateLimit-Policy", self._policy),
            ("RateLimit", f'"cost";r={max(int(left), 0)};t={full}'),
        )


def client_of(peer: str, forwarded: str, proxies: Iterable[Network]) -> str:
    """Whose request it is: the peer, or where that is a trusted proxy the last of X-Forwarded-For that is none.

    Addresses of one IPv6 network of /64 are one client: they cost nothing to change.
    """
    trusted = tuple(proxies)
    named = [one.strip() for one in forwarded.split(",") if one.strip()] if trusted else []
    for text in (peer, *reversed(named)):
        address = _address(text)
        if address is None:
            return peer
        if any(address in network for network in trusted if network.version == address.version):
            peer = text
            continue
        if isinstance(address, IPv6Address):
            return str(ip_network((int(address) >> 64 << 64, 64)))
        return str(address)
    return peer


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
