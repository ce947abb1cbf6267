"""What must hold of stake: I23 powers, I24 bonds and slashes, and the bonds of challenges.

A draft is held to what it touched; `recount` holds the whole state to the same.
"""


from ctn.kernel.asset import GRAMS_PER_TONNE, split_balance_id
from ctn.kernel.invariant import Breach, Invariant, every
from ctn.kernel.ledger import Delta, Ledger
from ctn.kernel.record import Record
from ctn.modules.accounts.records import Hold
from ctn.modules.staking import rules
from ctn.modules.staking.cpoes import (
    BOND_ASSET,
    CHALLENGE_BOND,
    CHALLENGED,
    Cpoe,
    challenge_escrow,
)
from ctn.modules.staking.power import sent_powers
from ctn.modules.staking.reads import entries
from ctn.modules.staking.records import (
    HELD,
    Bond,
    Evidence,
    Power,
    Stakes,
    Unbonding,
    Validator,
    bonded,
    slashed,
    unbonding,
)

BONDED, UNBONDING = "bonded:", "unbonding:"
SLASH, CPOE = "escrow:slash-", "escrow:cpoe-"
PLATFORM = "platform-"  # `bonded:platform-<id>` is of another module


# --- I24


def holds_stake(ledger: Ledger, delta: Delta) -> None:
    """Bonds and entries touched equal their balances; what is bonded leaves only by its rule."""
    for operator, batch in _touched_lots(delta):
        _check_lot(ledger, operator, batch)
    for asset, source, target, _amount in delta.moves:
        if _is_lot(source) and not _may_leave(source, target):
            raise Breach(f"I24 stake: {asset} left {source} for {target}")
    _check_released(ledger, delta)


def _touched_lots(delta: Delta) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {}
    for place in delta.balances:
        account, asset = split_balance_id(place)
        if _is_lot(account):
            found[(account.partition(":")[2], asset)] = None
    for pair in delta.records.values():
        for record in pair:
            if isinstance(record, Bond | Unbonding):
                found[(record.operator, record.batch)] = None
    return list(found)


def _is_lot(account: str) -> bool:
    return account.startswith((BONDED, UNBONDING)) and not account.startswith(BONDED + PLATFORM)


def _may_leave(source: str, target: str) -> bool:
    kind, _, operator = source.partition(":")
    onward = unbonding(operator) if kind == "bonded" else operator
    return target == onward or target.startswith(SLASH)


def _check_lot(ledger: Ledger, operator: str, batch: str) -> None:
    lot = ledger.get(Bond, f"{operator}/{batch}")
    waiting = sum(entry.tonnes for entry in entries(ledger, operator) if entry.batch == batch)
    said = (0 if lot is None else lot.tonnes, waiting)
    held = [ledger.balance(account(operator), batch) for account in (bonded, unbonding)]
    if held != [tonnes * GRAMS_PER_TONNE for tonnes in said]:
        raise Breach(f"I24 stake: {operator} holds {held} of {batch}, its records say {said} t")


def _check_released(ledger: Ledger, delta: Delta) -> None:
    """What goes back to an operator is what was due."""
    due: dict[tuple[str, str], int] = {}
    for before, after in delta.records.values():
        if isinstance(before, Unbonding) and after is None and _is_due(ledger, before):
            key = (before.operator, before.batch)
            due[key] = due.get(key, 0) + before.tonnes * GRAMS_PER_TONNE
    for asset, source, target, amount in delta.moves:
        if source == unbonding(target):
            due[(target, asset)] = due.get((target, asset), 0) - amount
    early = [key for key, left in due.items() if left < 0]
    if early:
        raise Breach(f"I24 stake: released before its time: {early[0]}")


def _is_due(ledger: Ledger, entry: Unbonding) -> bool:
    return entry.due is not None and entry.due <= ledger.block.time


def holds_slashes(ledger: Ledger, delta: Delta) -> None:
    """What a fault took stands in its escrow until it is retired; a fault is never changed."""
    touched: dict[str, None] = {}
    for place in delta.balances:
        account, _asset = split_balance_id(place)
        if account.startswith(SLASH):
            touched[account.removeprefix(SLASH)] = None
    for before, after in delta.records.values():
        if isinstance(before, Evidence):
            _check_same(before, after)
        if isinstance(after, Evidence):
            touched[after.id] = None
    for identity in touched:
        evidence = ledger.get(Evidence, identity)
        if evidence is None:
            raise Breach(f"I24 stake: {SLASH}{identity} is of no evidence")
        _check_slash(ledger, evidence)


def _check_same(before: Evidence, after: Record | None) -> None:
    """Evidence stays; of its lots only what is retired rises."""
    if not isinstance(after, Evidence) or before.replace(lots=after.lots) != after:
        raise Breach(f"I24 stake: evidence {before.id} was changed")
    for old, new in zip(before.lots, after.lots, strict=True):
        if (old.batch, old.tonnes) != (new.batch, new.tonnes) or old.retired > new.retired:
            raise Breach(f"I24 stake: evidence {before.id} was changed")


def _check_slash(ledger: Ledger, evidence: Evidence) -> None:
    for lot in evidence.lots:
        held = ledger.balance(slashed(evidence.id), lot.batch)
        if held != (lot.tonnes - lot.retired) * GRAMS_PER_TONNE:
            raise Breach(f"I24 stake: {slashed(evidence.id)} holds {held} of {lot.batch}")


# --- I23


def holds_power(ledger: Ledger, delta: Delta) -> None:
    """A set is never emptied; it moves as the weights ask, or loses who was forced out."""
    changes = {
        key.partition("\0")[2]: (before, after)
        for key, (before, after) in delta.records.items()
        if key.startswith(Power.table + "\0")
    }
    if not changes:
        return
    now = sent_powers(ledger)
    before = now | {key: _power(old) for key, (old, _new) in changes.items()}
    before = {key: power for key, power in before.items() if power}
    if before and not now:
        raise Breach("I23 power: the set is empty")
    if all(new is None for _old, new in changes.values()):
        return
    founders = dict(ledger.block.consensus.founders)
    if now not in (founders, rules.churned(before, asked_powers(ledger))):
        raise Breach("I23 power: the set is not what the weights ask for")


def _power(record: Record | None) -> int:
    return record.power if isinstance(record, Power) else 0


def asked_powers(ledger: Ledger) -> dict[str, int]:
    """The powers by key that the weights written down at the last epoch ask for."""
    admitted = ledger.index(Stakes).admitted()
    keys = {validator.operator: validator.pubkey for validator in admitted}
    found = rules.powers({validator.operator: validator.weight for validator in admitted})
    return {keys[operator]: power for operator, power in found.items()}


# --- challenges


def holds_challenges(ledger: Ledger, delta: Delta) -> None:
    """The bond of a challenge stands in its escrow as long as nobody ruled."""
    touched: dict[str, None] = {}
    for place in delta.balances:
        account, _asset = split_balance_id(place)
        if account.startswith(CPOE):
            touched[account.removeprefix(CPOE)] = None
    for key in delta.records:
        table, _, place = key.partition("\0")
        if table == Cpoe.table:
            touched[place] = None
    for identity in touched:
        _check_challenge(ledger, identity)


def _check_challenge(ledger: Ledger, identity: str) -> None:
    record = ledger.get(Cpoe, identity)
    is_open = record is not None and record.status == CHALLENGED
    held = ledger.balance(challenge_escrow(identity), BOND_ASSET)
    if held != (CHALLENGE_BOND if is_open else 0):
        raise Breach(f"I9 one-owner: {challenge_escrow(identity)} holds {held}")


# --- all of it


def recount(ledger: Ledger, balances: dict[str, int]) -> None:
    """I23 and I24 over all records and balances; raises Breach."""
    lots: dict[tuple[str, str], None] = {}
    for place in balances:
        account, asset = split_balance_id(place)
        if _is_lot(account):
            lots[(account.partition(":")[2], asset)] = None
        elif account.startswith(SLASH):
            identity = account.removeprefix(SLASH)
            if ledger.get(Evidence, identity) is None:
                raise Breach(f"I24 stake: {account} is of no evidence")
        elif account.startswith(CPOE):
            _check_challenge(ledger, account.removeprefix(CPOE))
    total = 0
    for _place, bond in every(ledger, Bond):
        lots[(bond.operator, bond.batch)] = None
        total += bond.tonnes
    for _place, entry in every(ledger, Unbonding):
        lots[(entry.operator, entry.batch)] = None
    for operator, batch in lots:
        _check_lot(ledger, operator, batch)
    for _place, evidence in every(ledger, Evidence):
        _check_slash(ledger, evidence)
    for _place, record in every(ledger, Cpoe):
        _check_challenge(ledger, record.id)
    if total != ledger.index(Stakes).bonded_t:
        raise Breach(f"I24 stake: {total} t are bonded, counted otherwise")
    _check_holds(ledger)
    _check_weights(ledger)


def _check_holds(ledger: Ledger) -> None:
    """Whoever has a lot, an entry or a challenge open is kept from closing by each of them."""
    held: dict[str, int] = {}
    owners = [bond.operator for _place, bond in every(ledger, Bond)]
    owners += [entry.operator for _place, entry in every(ledger, Unbonding)]
    for _place, record in every(ledger, Cpoe):
        if record.status == CHALLENGED and record.challenger is not None:
            owners.append(record.challenger)
    for owner in owners:
        held[owner] = held.get(owner, 0) + 1
    for owner, count in held.items():
        known = ledger.get(Hold, f"{owner}/{HELD}")
        # Votes and proposals hold by the same cause, so there may be more.
        if known is None or known.count < count:
            raise Breach(f"holds: {owner} has {count} bonds and may close")


def _check_weights(ledger: Ledger) -> None:
    """Who weighs is admitted, and weighs what stake, bonus and credit come to or came to.

    What a validator was weighed by at the last epoch it has bonded, lets go, or lost since. All
    powers are parts of a million, and what was forced out is not given to others before the epoch.
    """
    liable = _liable_t(ledger)
    for _place, validator in every(ledger, Validator):
        held = 1_000 * liable.get(validator.operator, 0)
        if validator.weight and validator.stake > held:
            raise Breach(f"I23 power: {validator.operator} staked {validator.stake} of {held}")
        most = validator.stake * (rules.BP + validator.bonus_bp) // rules.BP
        if validator.weight > most or (validator.weight and validator.status == "declared"):
            raise Breach(f"I23 power: {validator.operator} weighs {validator.weight} of {most}")
    known = {validator.pubkey for _place, validator in every(ledger, Validator)}
    powers = [power for _place, power in every(ledger, Power)]
    if sum(power.power for power in powers) > rules.POWER_TOTAL + len(powers):
        raise Breach("I23 power: the powers are more than all")
    for power in powers:
        if power.power < 1 or (power.operator and power.pubkey not in known):
            raise Breach(f"I23 power: {power.pubkey} has {power.power}")


def _liable_t(ledger: Ledger) -> dict[str, int]:
    """Tonnes of each operator that are bonded, on their way out, or were slashed."""
    found: dict[str, int] = {}
    rows = [(bond.operator, bond.tonnes) for _place, bond in every(ledger, Bond)]
    rows += [(entry.operator, entry.tonnes) for _place, entry in every(ledger, Unbonding)]
    for _place, evidence in every(ledger, Evidence):
        rows += [(evidence.operator, lot.tonnes) for lot in evidence.lots]
    for operator, tonnes in rows:
        found[operator] = found.get(operator, 0) + tonnes
    return found


INVARIANTS: tuple[Invariant, ...] = (
    Invariant(
        "I24 stake", ("bond", "unbonding", "balance:bonded", "balance:unbonding"), holds_stake
    ),
    Invariant("I24 slashes", ("evidence", "balance:escrow"), holds_slashes),
    Invariant("I23 power", ("powers",), holds_power),
    Invariant("challenges", ("cpoe", "balance:escrow"), holds_challenges),
)
