"""What an address may ask of every door together: how often, and whether it is banned."""

import hashlib

from starlette.types import Scope

from ctn.api.peers import client_of
from ctn.api.rates import Bans, Rates, bucket_of, is_loopback
from ctn.api.refusals import Banned, RateLimited

STRIKES = (400, 413, 414, 415, 431)


class Limits:
    """The rates and bans of one platform; the profile `dev` spares loopback both."""

    def __init__(self, *, spares_loopback: bool) -> None:
        self.spares_loopback = spares_loopback
        self.rates = Rates()
        self.bans = Bans()

    def is_spared(self, scope: Scope) -> bool:
        """Whether the limits of an address do not bind whoever asks here."""
        return self.spares_loopback and is_loopback(client_of(scope))

    def check_ban(self, scope: Scope) -> None:
        """Refuse whoever is banned, by address or token; refuses Banned."""
        if self.is_spared(scope):
            return
        left = max(self.bans.seconds_left(who) for who in _names_of(scope))
        if left > 0:
            raise Banned(seconds=left)

    def take(self, scope: Scope) -> None:
        """Count a request; refuses RateLimited."""
        if not self.is_spared(scope) and not self.rates.take(client_of(scope)):
            raise RateLimited()

    def note(self, scope: Scope, status: int) -> None:
        """Count what was malformed, for the address and for the token that came along."""
        if status in STRIKES and not self.is_spared(scope):
            for who in _names_of(scope):
                self.bans.strike(who)


def _names_of(scope: Scope) -> list[str]:
    """The address and the token of a request, as strikes are counted by."""
    tokens = [value for name, value in scope["headers"] if name == b"authorization"]
    digests = [hashlib.sha256(token).hexdigest() for token in tokens[:1]]
    return [bucket_of(client_of(scope)), *digests]
