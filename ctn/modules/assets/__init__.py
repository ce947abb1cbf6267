"""Assets: money on the ledger, how it comes in and goes out, and transfers (`market.md` 12.3).

A payment institution issues money for what came into its bank account, and takes it out of supply
when it has paid a redemption. Each trading day it attests what the bank holds; when that is less
than the supply, or nobody says, issuing stops. Every other asset is made known by the module that
issues it.
"""

from collections.abc import Iterator

from ctn.kernel.block import Item
from ctn.kernel.ledger import Ledger
from ctn.kernel.param import Param
from ctn.kernel.record import Record
from ctn.modules.assets.accept_redemption import AcceptRedemption
from ctn.modules.assets.attest_reserve import AttestReserve
from ctn.modules.assets.complete_redemption import CompleteRedemption
from ctn.modules.assets.invariants import INVARIANTS, recount_money
from ctn.modules.assets.issue_money import IssueMoney
from ctn.modules.assets.records import (
    ISSUE_DAY_MAX,
    Asset,
    AssetCounter,
    BankUse,
    Calendar,
    Money,
    Redemption,
    ReserveReport,
)
from ctn.modules.assets.refund_redemption import RefundRedemption
from ctn.modules.assets.request_redemption import RequestRedemption
from ctn.modules.assets.reserve import late_reserves, next_late
from ctn.modules.assets.transfer import Transfer

Ops = (
    Transfer
    | IssueMoney
    | RequestRedemption
    | AcceptRedemption
    | CompleteRedemption
    | RefundRedemption
    | AttestReserve
)
RECORDS: tuple[type[Record], ...] = (
    Asset,
    AssetCounter,
    Calendar,
    Money,
    BankUse,
    Redemption,
    ReserveReport,
)
PARAMS: tuple[Param, ...] = (ISSUE_DAY_MAX,)

__all__ = ["INVARIANTS", "PARAMS", "RECORDS", "Ops", "begin_block", "next_due", "recount"]


def begin_block(ledger: Ledger) -> Iterator[Item]:
    """Money whose reserve nobody attested in time."""
    return late_reserves(ledger)


def next_due(ledger: Ledger) -> int | None:
    """The earliest block time in ms at which a reserve will be late."""
    return next_late(ledger)


def recount(ledger: Ledger, balances: dict[str, int]) -> None:
    """Supply, references and withdrawals over the whole state; raises Breach."""
    recount_money(ledger, balances)
