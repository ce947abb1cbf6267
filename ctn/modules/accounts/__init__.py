"""Accounts: who can sign, who pays their fees, and the one door of outgoing value.

A key account needs no opening. Any account may become a multisig account, keeping its address;
`open_multisig` makes a new address. A sponsor pays the network fees of another account, so a
newcomer can act before holding anything (white paper 2.2, 4.1; `engine.md` 3, 21).

Carbon was stolen from registries by phishing of single logins, so protection is a rule of the
ledger, not of a screen: organisations sign with two keys, value leaves for trusted addresses and
within daily limits, tightening acts at once and loosening waits in public, anyone who signs or
guards can lock, and guardians recover what was lost (`people.md` 2).
"""

from ctn.kernel.param import Param
from ctn.kernel.record import Record
from ctn.modules.accounts.add_trusted import AddTrusted
from ctn.modules.accounts.cancel_pending import CancelPending
from ctn.modules.accounts.close import Close
from ctn.modules.accounts.freezes import FreezeFlag
from ctn.modules.accounts.hooks import begin_block, end_block, next_due
from ctn.modules.accounts.invariants import INVARIANTS, recount
from ctn.modules.accounts.limit_signer import LimitSigner
from ctn.modules.accounts.lock import Lock
from ctn.modules.accounts.open_multisig import OpenMultisig
from ctn.modules.accounts.records import (
    ENTERPRISE_DELAY,
    ENTERPRISE_MIN_APPROVERS,
    FIRST_DEPOSIT_HOLD,
    PERSON_DELAY,
    RECOVERY_DELAY,
    FirstHeld,
    Guard,
    GuardianLock,
    Hold,
    Outgoing,
    RecoveryStop,
    RecoveryVote,
    SignerLimit,
    Sponsorship,
    Trusted,
)
from ctn.modules.accounts.recover import Recover
from ctn.modules.accounts.remove_trusted import RemoveTrusted
from ctn.modules.accounts.set_guard import SetGuard
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.accounts.sponsor import Sponsor
from ctn.modules.accounts.unlock import Unlock
from ctn.modules.accounts.unsponsor import Unsponsor
from ctn.modules.accounts.waiting import Closing, Pending, PendingCounter
from ctn.modules.accounts.waiting import Lock as LockRecord

__all__ = [
    "INVARIANTS", "PARAMS", "RECORDS", "Ops", "begin_block", "end_block", "next_due", "recount",
]  # fmt: skip

Ops = (
    OpenMultisig
    | SetSigners
    | Sponsor
    | Unsponsor
    | SetGuard
    | LimitSigner
    | AddTrusted
    | RemoveTrusted
    | Lock
    | Unlock
    | CancelPending
    | Recover
    | Close
)
RECORDS: tuple[type[Record], ...] = (
    FreezeFlag, Guard, Sponsorship, SignerLimit, Trusted, LockRecord, GuardianLock, Pending,
    PendingCounter, Outgoing, FirstHeld, Hold, RecoveryVote, RecoveryStop, Closing,
)  # fmt: skip
PARAMS: tuple[Param, ...] = (
    ENTERPRISE_MIN_APPROVERS, PERSON_DELAY, ENTERPRISE_DELAY, RECOVERY_DELAY, FIRST_DEPOSIT_HOLD,
)  # fmt: skip
