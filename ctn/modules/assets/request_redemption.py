"""Ask for money of the ledger to be paid out to one's own bank account."""

from typing import ClassVar

from ctn.kernel.account import Role, Threshold
from ctn.kernel.codec import Amount, Hash
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import AmountZero, InsufficientBalance, Refusal
from ctn.modules.accounts.halts import AccountLocked
from ctn.modules.accounts.mutators import hold, spend
from ctn.modules.accounts.outgoing import DailyLimitExceeded, DepositHeld
from ctn.modules.assets.money import grace_end, money_calendar
from ctn.modules.assets.records import (
    HELD,
    REDEMPTION,
    AssetCounter,
    MoneyId,
    Redemption,
    withdrawal,
)
from ctn.modules.assets.rules import day_of, day_start, next_trading_day
from ctn.modules.identity.mutators import DailyValueExceeded, enter


class RedemptionRequested(Event, frozen=True):
    """`account` asked for `amount` of `asset` to be paid out, not before `due`."""

    redemption: int
    account: str
    asset: str
    amount: int
    due: int


class RequestRedemption(Op, frozen=True, tag="assets.request_redemption"):
    """Set money aside to be paid out on the next trading day.

    `payee_hash` is salted and names the bank account to the institution; no account number ever
    stands on the ledger.
    """

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ORDINARY
    family: ClassVar[str] = "exit"
    threshold: ClassVar[Threshold] = Threshold.MEDIUM
    writes: ClassVar[tuple[type[Record], ...]] = (AssetCounter, Redemption)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        AccountLocked,
        DepositHeld,
        DailyLimitExceeded,
        DailyValueExceeded,
        AmountZero,
        InsufficientBalance,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (RedemptionRequested,)

    asset: MoneyId
    amount: Amount
    payee_hash: Hash

    @property
    def work(self) -> int:
        """Two records, a move, and what protects the account."""
        return 60

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Number the redemption and set its money aside; own bank money is outgoing value."""
        spend(ledger, sender, target=sender, asset=self.asset, amount=self.amount)
        enter(ledger, sender, self.asset, self.amount)
        time = ledger.block.time
        calendar = money_calendar(ledger)
        day = day_of(calendar, time)
        counter = ledger.get(AssetCounter, REDEMPTION) or AssetCounter(0)
        number = counter.last + 1
        due = day_start(calendar, next_trading_day(calendar, day))
        redemption = Redemption(
            number, self.asset, sender, self.amount, self.payee_hash, time, due,
            grace_end(calendar, day), HELD, None,
        )  # fmt: skip

        ledger.move(self.asset, self.amount, source=sender, target=withdrawal(number))
        ledger.put(AssetCounter(number), REDEMPTION)
        ledger.put(redemption)
        hold(ledger, sender, REDEMPTION)
        ledger.emit(RedemptionRequested(number, sender, self.asset, self.amount, due))
