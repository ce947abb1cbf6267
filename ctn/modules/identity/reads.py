"""What other rooms ask about people: roles, duties, owners, rank."""

from ctn.kernel.account import GOV_COUNCIL, GOV_PUBLIC, DutyKind, Role, Track
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import SAFETY_LANE, Op, needs_of
from ctn.kernel.refusal import NotAuthority, Refusal, RoleTooLow
from ctn.modules.accounts.halts import is_halted, require_free_to_spend
from ctn.modules.accounts.records import ENTERPRISE, INSTITUTION, PERSON, Guard
from ctn.modules.accounts.rules import is_attested, is_lapsed
from ctn.modules.identity.records import (
    BARRED,
    BARRED_FAMILIES,
    COMBINABLE,
    HALTED_FAMILIES,
    LIVE,
    NEIGHBOUR_WORK,
    PERSON_DUTIES,
    Attestation,
    Duties,
    Duty,
    Owners,
    Standing,
)


class AuthorityMayNotTrade(Refusal):
    """An account that holds this duty may not trade, earn, redeem or draw."""


def owner_key(ledger: Ledger, address: str) -> str:
    """By whom caps, votes, ratings and standing count an account (people.md 1.5)."""
    return ledger.index(Owners).owner_key(address)


def accounts_of(ledger: Ledger, address: str) -> list[str]:
    """The accounts that share a beneficial owner with this one, itself among them, at most 64."""
    owners = ledger.index(Owners)
    found: dict[str, None] = {address: None}
    attestation = live_attestation(ledger, address)
    for owner in attestation.owners if attestation else ():
        found.update(owners.accounts.get(owner, {}))
    return sorted(found)


def owners_room(ledger: Ledger, subject: str, owners: tuple[str, ...]) -> int:
    """How many accounts would share an owner with the subject, or with one of those, at most.

    Each neighbour has at most 4 owners of at most 64 accounts, which the work below counts.
    """
    known = ledger.index(Owners).accounts
    mine: dict[str, None] = {subject: None}
    for owner in owners:
        mine.update(known.get(owner, {}))
    most = len(mine)
    for neighbour in mine:
        ledger.spend_work(NEIGHBOUR_WORK)
        attestation = live_attestation(ledger, neighbour)
        if neighbour == subject or attestation is None:
            continue
        theirs: dict[str, None] = {subject: None}
        for owner in attestation.owners:
            theirs.update(known.get(owner, {}))
        most = max(most, len(theirs))
    return most


def live_attestation(ledger: Ledger, address: str) -> Attestation | None:
    """The one live attestation of an account, or None."""
    for attestation in ledger.index(Owners).attestations.get(address, {}).values():
        if attestation.status == LIVE:
            return attestation
    return None


def is_same_owner(ledger: Ledger, left: str, right: str) -> bool:
    """Whether two accounts are one, or share an entry of their owner lists."""
    if left == right:
        return True
    mine = live_attestation(ledger, left)
    other = live_attestation(ledger, right)
    if mine is None or other is None:
        return False
    return any(owner in other.owners for owner in mine.owners)


def is_affiliated(ledger: Ledger, left: str, right: str) -> bool:
    """Whether two accounts share an owner, or one names an owner of the other as affiliate."""
    if is_same_owner(ledger, left, right):
        return True
    mine = live_attestation(ledger, left)
    other = live_attestation(ledger, right)
    if mine is None or other is None:
        return False
    return any(owner in other.affiliates for owner in mine.owners) or any(
        owner in mine.affiliates for owner in other.owners
    )


def standing(ledger: Ledger, address: str) -> Standing | None:
    """The standing of an account's owner, None while nothing was earned."""
    return ledger.get(Standing, owner_key(ledger, address))


def rank(ledger: Ledger, address: str) -> int:
    """2 reputable, 1 advanced only, 0 other (people.md 6.3)."""
    found = standing(ledger, address)
    return 0 if found is None else found.rank


def discount_bp(ledger: Ledger, address: str) -> int:
    """The discount on trading fees in basis points."""
    found = standing(ledger, address)
    return 0 if found is None else found.discount_bp


def has_duty(ledger: Ledger, address: str, kind: DutyKind, scope: str = "") -> bool:
    """Whether an account holds a live duty, for a scope when one is named.

    Holders are attested as what the duty is given to (people.md 5.2), else it rests.
    """
    time = ledger.block.time
    duty = ledger.get(Duty, f"{address}/{kind.value}")
    if duty is None or not is_in_force(duty, time):
        return False
    guard = ledger.get(Guard, address)
    if not is_attested(guard, time) or guard is None or guard.kind not in holders(kind.value):
        return False
    return scope == "" or duty.scope in ("", scope)


def holders(duty: str) -> tuple[str, ...]:
    """The kinds of attestation that may hold a duty."""
    if duty in COMBINABLE:
        return (ENTERPRISE,)
    return (INSTITUTION, PERSON) if duty in PERSON_DUTIES else (INSTITUTION,)


def is_in_force(duty: Duty, time: int) -> bool:
    """Whether a duty has not expired at a block time in ms."""
    return duty.expires is None or duty.expires > time


def roles(ledger: Ledger, address: str) -> tuple[Role, ...]:
    """The roles of an account, a pure function of the state (people.md 5.1)."""
    return roles_of(ledger.get(Guard, address), standing(ledger, address), ledger.block.time)


def roles_of(guard: Guard | None, earned: Standing | None, time: int) -> tuple[Role, ...]:
    """The roles by an account's guard and its owner's standing, at a block time in ms."""
    if not is_attested(guard, time):
        return (Role.VISITOR,)
    held = [Role.VISITOR, Role.ORDINARY]
    if earned is not None and earned.advanced:
        held.append(Role.ADVANCED)
    if earned is not None and earned.reputable:
        held.append(Role.REPUTABLE)
    if guard is not None and guard.kind == ENTERPRISE:
        held.append(Role.ENTERPRISE)
    return tuple(held)


def is_trader(ledger: Ledger, address: str) -> bool:
    """Whether an account may use family `trade` now, neither frozen nor locked (market.md 1)."""
    attested = is_attested(ledger.get(Guard, address), ledger.block.time)
    return attested and not _is_barred(ledger, address) and not is_halted(ledger, address)


def permit(ledger: Ledger, op: Op, sender: str) -> None:
    """Refuse an operation whose role or duty the sender does not hold (check 15).

    A locked account also commits nothing by trading, redeeming points or drawing (people.md 2.5).
    """
    kind = type(op)
    if op.family in BARRED_FAMILIES and _is_barred(ledger, sender):
        raise AuthorityMayNotTrade(family=op.family)
    if op.family in HALTED_FAMILIES and kind.lane != SAFETY_LANE:
        require_free_to_spend(ledger, sender)
    if kind.needs is Role.ORDINARY and _meets(ledger, sender, Role.ORDINARY):
        return
    needs = needs_of(kind)
    if any(_meets(ledger, sender, need) for need in needs):
        return
    wanted = [need.value for need in needs]
    if not any(isinstance(need, Role) for need in needs):
        raise NotAuthority(needs=wanted)
    guard = ledger.get(Guard, sender)
    if op.family == "exit" and is_lapsed(guard, ledger.block.time):
        return
    raise RoleTooLow(needs=wanted)


def _meets(ledger: Ledger, sender: str, need: Role | DutyKind | Track) -> bool:
    if need is Track.MEMBER:
        # The council is known to `governance` alone: the operation tests its sender itself.
        return True
    if isinstance(need, Track):
        return sender == GOV_COUNCIL or (sender == GOV_PUBLIC and need is Track.GOVERNANCE)
    if isinstance(need, DutyKind):
        return has_duty(ledger, sender, need)
    if need is Role.ORDINARY:
        return is_attested(ledger.get(Guard, sender), ledger.block.time)
    return need is Role.VISITOR or need in roles(ledger, sender)


def _is_barred(ledger: Ledger, address: str) -> bool:
    held = ledger.index(Duties).held.get(address)
    if not held:
        return False
    time = ledger.block.time
    return any(
        kind in BARRED and (duty.expires is None or duty.expires > time)
        for kind, duty in held.items()
    )
