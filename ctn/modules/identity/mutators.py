"""Writes into identity that other modules ask for: the value that a person entered in a day.

Persons enter so much a day as their level allows (people.md 4): orders, deposits and redemptions,
at their notional in CNY. What is cancelled again is not given back, for it was entered.
"""

from typing import Final

from ctn.kernel.block import local_day
from ctn.kernel.ledger import Ledger
from ctn.kernel.refusal import Refusal
from ctn.modules.accounts.records import Guard
from ctn.modules.accounts.rules import is_organisation
from ctn.modules.identity.reads import owner_key
from ctn.modules.identity.records import Attestation, DailyValue, Owners

CNY: Final = "cny"
PARTS: Final = 10_000
# Of CNY, in units of 1/10^4, by level; organisations have no cap here.
DAILY_MAX: Final = {1: 20_000 * 10_000, 2: 1_000_000 * 10_000}


class DailyValueExceeded(Refusal):
    """The owner would enter more value today than the level of attestation allows."""


def enter(ledger: Ledger, account: str, asset: str, amount: int) -> None:
    """Count an amount of money that an account enters; refuses DailyValueExceeded.

    Accounts of one owner are counted together, by the day at UTC+8. Other money than CNY counts at
    `cny_rate/<asset>`, a parameter of genesis in ten-thousandths, by default one for one; up.
    """
    guard = ledger.get(Guard, account)
    if guard is None or is_organisation(guard.kind):
        return
    level = _level(ledger, account)
    limit = DAILY_MAX.get(level, 0)
    rate = PARTS if asset == CNY else int(ledger.named_param(f"cny_rate/{asset}", str(PARTS)))
    asked = -(-amount * rate // PARTS)
    owner, day = owner_key(ledger, account), local_day(ledger.block.time)
    known = ledger.get(DailyValue, owner)
    used = known.value if known is not None and known.day == day else 0
    if used + asked > limit:
        raise DailyValueExceeded(level=level, used=used, asked=asked)

    ledger.put(DailyValue(owner, day, used + asked))


def _level(ledger: Ledger, account: str) -> int:
    """The level of an account's last attestation, which a lapsed one leaves by; 0 for none."""
    mine: dict[str, Attestation] = ledger.index(Owners).attestations.get(account, {})
    return mine[max(mine)].level if mine else 0
