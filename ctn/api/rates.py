"""How often an address may ask: a bucket of tokens each (reliability.md 2), and who is banned.

Whoever floods malformed requests, by one address or under one session's token, is not answered for
ten minutes (engine.md 18). Who only asks too often waits for the next token of the bucket.
"""

import time
from collections.abc import Callable
from ipaddress import IPv4Address, ip_address, ip_network
from typing import NamedTuple

RATE = 20
BURST = 100
ADDRESSES_MAX = 10_000
NETWORK_BITS = 64  # whoever holds one IPv6 address holds its whole network


STRIKES_MAX = 200
STRIKES_NS = 60_000_000_000
BANNED_NS = 600_000_000_000


class Strikes(NamedTuple):
    """How often somebody erred since when, and until when it is banned; times in ns."""

    made: int
    since: int
    until: int


class Bans:
    """Who erred lately; of the addresses and tokens seen last."""

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._strikes: dict[str, Strikes] = {}

    def is_banned(self, who: str) -> bool:
        """Whether an address or token is not to be answered now."""
        return self.seconds_left(who) > 0

    def seconds_left(self, who: str) -> int:
        """For how long somebody is still banned, rounded up; 0 for all others."""
        known = self._strikes.get(who)
        left = 0 if known is None else known.until - self._clock()
        return -(-max(0, left) // 1_000_000_000)  # up: who comes back then is answered

    def strike(self, who: str) -> None:
        """Count a malformed request; 200 within a minute ban for ten."""
        now = self._clock()
        known = self._strikes.pop(who, None)
        if known is None or now - known.since >= STRIKES_NS:
            known = Strikes(0, now, 0)
        made = known.made + 1
        until = now + BANNED_NS if made >= STRIKES_MAX else known.until
        self._strikes[who] = Strikes(made, known.since, until)
        if len(self._strikes) > ADDRESSES_MAX:
            del self._strikes[next(iter(self._strikes))]


class Rates:
    """The buckets of the addresses seen last; a full bucket is the same as none."""

    def __init__(self, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock = clock
        self._buckets: dict[str, tuple[int, int]] = {}

    def take(self, client: str) -> bool:
        """Whether a client may ask now; takes one token when it may."""
        key = bucket_of(client)
        now = self._clock()
        # In millionths of a token, so that no rounding gives or takes one.
        full = BURST * 1_000_000
        left, since = self._buckets.pop(key, (full, now))
        left = min(full, left + (now - since) * RATE // 1000)  # down: the server gains
        allowed = left >= 1_000_000
        self._buckets[key] = (left - 1_000_000 if allowed else left, now)
        if len(self._buckets) > ADDRESSES_MAX:
            del self._buckets[next(iter(self._buckets))]
        return allowed


def bucket_of(client: str) -> str:
    """The bucket of a client: its IPv4 address, or the /64 of its IPv6 address."""
    try:
        address = ip_address(client)
    except ValueError:
        return ""
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address.packed, NETWORK_BITS), strict=False))


def is_loopback(client: str) -> bool:
    """Whether a client is on this machine."""
    try:
        return ip_address(client).is_loopback
    except ValueError:
        return False
