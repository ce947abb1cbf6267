"""Writes into assets that other modules may ask for."""

from ctn.kernel.ledger import Ledger
from ctn.modules.assets.records import Asset, Calendar


def define(ledger: Ledger, asset: str, transfer: str) -> None:
    """Make an asset known, free to transfer or not; the same again changes nothing."""
    ledger.put(Asset(asset, transfer))


def put_calendar(ledger: Ledger, calendar: Calendar) -> None:
    """Set which days of a calendar trade; asked for by `market`."""
    ledger.put(calendar)
