"""Refusals that several operations of the market raise (market.md 19)."""

from ctn.kernel.refusal import Refusal


class InstrumentNotFound(Refusal):
    """No instrument has this id."""


class MarketClosed(Refusal):
    """The instrument does not take orders now: its session, phase or status forbids it."""


class NotEligible(Refusal):
    """The instrument is open to other roles than those of the sender."""


class BatchFrozen(Refusal):
    """What the instrument trades is frozen."""


class OrderTypeNotAllowed(Refusal):
    """The fields do not make an order that this instrument takes."""


class OffTick(Refusal):
    """The price is not a multiple of the instrument's tick."""


class OffLot(Refusal):
    """The quantity is not a multiple of the instrument's lot."""


class QtyTooSmall(Refusal):
    """The quantity is below one lot."""


class QtyTooLarge(Refusal):
    """The quantity is above the largest order of the instrument."""


class OutsideBand(Refusal):
    """The price is outside the day's band around the reference price."""


class OutsideCollar(Refusal):
    """The limit is too far beyond the best opposite price, the last or the reference price."""


class ExpiryInvalid(Refusal):
    """The expiry is past, further than 90 days ahead, or not for this kind of order."""


class RateLimited(Refusal):
    """The account sent 100 place, replace, list and quote operations in this block."""


class TooManyOrders(Refusal):
    """The account has as many open orders as it may."""


class WouldCross(Refusal):
    """A post-only order would trade at once."""


class SelfTrade(Refusal):
    """In a call, the order would meet an open order of the same owner."""


class OrderNotFound(Refusal):
    """The sender has no open order of this number or client id."""


class OrderNotOpen(Refusal):
    """The order is over."""
