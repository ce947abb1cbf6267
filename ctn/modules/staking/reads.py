"""What staking knows, for its own operations and for later modules."""

from ctn.kernel.block import Clock
from ctn.kernel.ledger import Ledger
from ctn.kernel.refusal import Refusal
from ctn.modules.identity.reads import accounts_of, is_affiliated
from ctn.modules.registry.reads import freezes_above, is_eligible
from ctn.modules.registry.records import LIVE, Batch, BatchNotFound, Class, Project
from ctn.modules.staking.records import (
    ADMITTED,
    EPOCH_MS,
    QUALITY_DEFAULT_BP,
    Bond,
    Stakes,
    Unbonding,
    Validator,
)
from ctn.modules.staking.rules import QUALITY_MIN_BP, epoch_number

CREDIT = "credit"


class BatchNotBondable(Refusal):
    """The batch is impaired, frozen, blocked, no credit, unrated, or of the account's own issue."""


class OperatorNotAdmitted(Refusal):
    """The operator has no admitted validator."""


class OwnerHasValidator(Refusal):
    """Another account of the same beneficial owner has a validator already, or had one."""


class TooManyLots(Refusal):
    """The operator has 32 lots, 32 entries on their way out, or 4 unsettled records already."""


# --- what may be staked


def unbondable(ledger: Ledger, account: str, batch: str) -> str | None:
    """Why grams of a batch count for nothing as stake of an account, None when they count."""
    found = ledger.get(Batch, batch)
    if found is None:
        return "unknown"
    if found.status != LIVE:
        return "revoked"
    if freezes_above(ledger, found):
        return "frozen"
    if not is_eligible(ledger, batch):
        return "blocked"
    kind = ledger.get(Class, found.class_id)
    if kind is None or kind.kind != CREDIT:
        return "no_credit"
    if quality_bp(ledger, found) < QUALITY_MIN_BP:
        return "unrated"
    return "own_issue" if is_own_issue(ledger, account, found) else None


def require_bondable(ledger: Ledger, account: str, batch: str) -> None:
    """Refuse a batch of which an account may stake nothing."""
    reason = unbondable(ledger, account, batch)
    if reason == "unknown":
        raise BatchNotFound(batch=batch)
    if reason is not None:
        raise BatchNotBondable(batch=batch, reason=reason)


def quality_bp(ledger: Ledger, _batch: Batch) -> int:
    """The quality of a batch in basis points; while none is scored, the parameter, as rated."""
    return ledger.param(QUALITY_DEFAULT_BP)


def is_own_issue(ledger: Ledger, account: str, batch: Batch) -> bool:
    """Whether the issuer of a batch is the account or an affiliate."""
    project = ledger.get(Project, batch.project)
    issuer = None if project is None else project.proponent
    return issuer is not None and is_affiliated(ledger, issuer, account)


# --- what is staked


def lots(ledger: Ledger, operator: str) -> list[Bond]:
    """The lots of an operator by batch, at most 32."""
    mine = ledger.index(Stakes).lots.get(operator, {})
    return [mine[batch] for batch in sorted(mine)]


def entries(ledger: Ledger, operator: str) -> list[Unbonding]:
    """What an operator takes out, in the order in which it asked, at most 32."""
    mine = ledger.index(Stakes).entries.get(operator, {})
    return [mine[no] for no in sorted(mine)]


def bonded_t(ledger: Ledger, operator: str) -> int:
    """The tonnes that an operator has bonded; what it takes out is not among them."""
    return sum(lot.tonnes for lot in lots(ledger, operator))


def bonded_total_t(ledger: Ledger) -> int:
    """The tonnes that all operators have bonded."""
    return ledger.index(Stakes).bonded_t


# --- who validates


def require_validator(ledger: Ledger, operator: str) -> Validator:
    """The admitted validator of an operator; refuses when there is none."""
    found = ledger.get(Validator, operator)
    if found is None or found.status != ADMITTED:
        raise OperatorNotAdmitted(operator=operator)
    return found


def other_of_owner(ledger: Ledger, operator: str, *statuses: str) -> str | None:
    """Another account of the same beneficial owner with a validator in one of some statuses."""
    for account in accounts_of(ledger, operator):
        found = ledger.get(Validator, account)
        if account != operator and found is not None and found.status in statuses:
            return account
    return None


# --- epochs


def epoch_of(ledger: Ledger, time: int) -> int:
    """The number of the epoch that a time in ms falls in."""
    return epoch_number(time, ledger.param(EPOCH_MS))


def is_first_of_epoch(ledger: Ledger) -> bool:
    """Whether this block is the first of its epoch."""
    before = ledger.get(Clock, "clock")
    if before is None:
        return False
    return epoch_of(ledger, ledger.block.time) > epoch_of(ledger, before.time)
