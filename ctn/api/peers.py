"""Who asks: the address of a client, also behind proxies that are trusted (thallo.md 2.3)."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

Address = IPv4Address | IPv6Address
FORWARDED = b"x-forwarded-for"
ADDRESS_LETTERS = 45  # of the longest text of an IPv6 address


class Peers:
    """The proxies whose word on a client is believed."""

    def __init__(self, trusted: Iterable[str] = ()) -> None:
        self._trusted: list[IPv4Network | IPv6Network] = [ip_network(text) for text in trusted]

    def seen(self, scope: Scope) -> Scope:
        """A scope whose client is the one that stands behind the trusted proxies."""
        client = self.client_behind(scope)
        return scope if client == client_of(scope) else {**scope, "client": (client, 0)}

    def client_behind(self, scope: Scope) -> str:
        """The right-most address that is no trusted proxy's; the peer's when none is told.

        What stands left of it was written by whoever asks, so it is not even looked at.
        """
        peer = client_of(scope)
        if not self._is_trusted(_address(peer)):
            return peer
        named = [value for name, value in scope["headers"] if name.lower() == FORWARDED]
        for text in reversed(b",".join(named).decode("latin-1").split(",")):
            found = _address(text.strip(" \t"))
            if found is None:
                return peer
            if not self._is_trusted(found):
                return str(found)
        return peer

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._trusted)


def client_of(scope: Scope) -> str:
    """The address of the client of a request or socket; empty when it has none.

    The gate has put the one behind trusted proxies in place of theirs.
    """
    return scope["client"][0] if scope.get("client") else ""


def _address(text: str) -> Address | None:
    """An address, an IPv4 one also where it is written as IPv6; None for any other text."""
    if len(text) > ADDRESS_LETTERS or "%" in text:
        return None
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
