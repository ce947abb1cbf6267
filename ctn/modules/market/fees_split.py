"""How the trading fees of a day are shared out (market.md 11)."""

from typing import NamedTuple

PPM = 1_000_000


class FeeShares(NamedTuple):
    """What each fund gets of a day's fees, in base units of the quote; the sum is the fees."""

    treasury: int
    points: int
    insurance: int
    support: int


def fee_shares(fees: int, *, points_ppm: int, insurance_ppm: int, support_ppm: int) -> FeeShares:
    """The shares of `fees`, in base units; parts in millionths that sum to at most 1,000,000.

    Every named part is rounded down and the treasury takes what is left, so nothing is lost.
    Source: market.md 11.
    """
    assert points_ppm + insurance_ppm + support_ppm <= PPM
    points = fees * points_ppm // PPM
    insurance = fees * insurance_ppm // PPM
    support = fees * support_ppm // PPM
    return FeeShares(fees - points - insurance - support, points, insurance, support)
