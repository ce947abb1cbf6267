"""Close an account for ever: its address stays closed, its history stays (注销)."""

from typing import ClassVar

from ctn.kernel.account import Account, Role, Threshold
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal, RoleTooLow
from ctn.kernel.text import Address
from ctn.modules.accounts.halts import AccountLocked, require_free_to_spend
from ctn.modules.accounts.mutators import RecipientNotVerified, spend
from ctn.modules.accounts.outgoing import DailyLimitExceeded, DepositHeld, TargetNotTrusted
from ctn.modules.accounts.pending import drop_pending, drop_votes
from ctn.modules.accounts.records import (
    MONEY,
    UNGUARDED,
    FirstHeld,
    Guard,
    Hold,
    Outgoing,
    RecoveryVote,
)
from ctn.modules.accounts.rules import is_attested, is_lapsed
from ctn.modules.accounts.waiting import Closing, Pending

CAUSES_MAX = 8
REMAINS_MAX = 16


class AccountNotEmpty(Refusal):
    """Something of the account remains: orders, bonds, serials, or a balance not to be sent."""


class AccountClosed(Event, frozen=True):
    """`account` is closed for ever; what money it had went to `sweep_to`."""

    account: str
    sweep_to: str | None


class Close(Op, frozen=True, tag="accounts.close"):
    """Close the sender's account; its money goes to `sweep_to`, anything else must be gone."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.VISITOR
    family: ClassVar[str] = "identity"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (
        Guard, RecoveryVote, Pending, Closing, Outgoing, FirstHeld,
    )  # fmt: skip
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        AccountLocked,
        AccountNotEmpty,
        RoleTooLow,
        DepositHeld,
        RecipientNotVerified,
        TargetNotTrusted,
        DailyLimitExceeded,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (AccountClosed,)

    sweep_to: Address | None

    @property
    def work(self) -> int:
        """What is looked for, three moneys sent, and all that waits or is voted dropped."""
        return 300

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse while anything remains, then send the money, lower the guard and close."""
        require_free_to_spend(ledger, sender)
        guard = ledger.get(Guard, sender) or UNGUARDED
        is_swept = self.sweep_to is not None and self.sweep_to != sender
        held = ledger.holdings(sender, REMAINS_MAX)
        causes = [hold.cause for _place, hold in ledger.scan(Hold, f"{sender}/", CAUSES_MAX)]
        assets = [asset for asset, _amount in held if not is_swept or asset not in MONEY]
        if causes or assets:
            raise AccountNotEmpty(remains=[*causes, *assets])
        time = ledger.block.time
        if held and is_swept and not (is_attested(guard, time) or is_lapsed(guard, time)):
            raise RoleTooLow(needs=[Role.ORDINARY.value])
        account = ledger.get(Account, sender)
        assert account is not None
        if self.sweep_to is not None:
            for asset, amount in held:
                spend(ledger, sender, target=self.sweep_to, asset=asset, amount=amount)
                ledger.move(asset, amount, source=sender, target=self.sweep_to)

        drop_pending(ledger, sender)
        drop_votes(ledger, sender, guard.guardians)
        ledger.put(UNGUARDED, sender)
        ledger.put(account.replace(closed=time), sender)
        ledger.put(Closing(ledger.block.height), sender)
        ledger.emit(AccountClosed(sender, self.sweep_to))
