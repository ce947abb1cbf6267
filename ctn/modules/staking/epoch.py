"""The end of an epoch, in the order of engine.md 17.4: credit, what is due, powers, fees."""

from collections.abc import Iterator, Mapping
from functools import partial

from ctn.kernel.account import FEES
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.block import Item
from ctn.kernel.ledger import Ledger
from ctn.modules.accounts.mutators import release
from ctn.modules.staking import rules
from ctn.modules.staking.cpoes import (
    ATTEST_MS,
    ATTESTED,
    CHALLENGE_MS,
    CHALLENGED,
    FILED,
    VALID,
    Cpoe,
    CpoeValid,
    give_bond,
    unsettled,
)
from ctn.modules.staking.events import (
    CpoeLapsed,
    CreditFell,
    CreditRestored,
    EpochEnded,
    EpochFigures,
    FeesShared,
    Released,
    SetTooSmall,
)
from ctn.modules.staking.faults import HALF_ABSENT, jail, liveness
from ctn.modules.staking.power import (
    counted_t,
    put_powers,
    sent_powers,
    weigh,
)
from ctn.modules.staking.reads import entries
from ctn.modules.staking.records import (
    HELD,
    MIN_BOND_T,
    MIN_VALIDATORS,
    UNBONDING_MS,
    VALIDATOR_FEE_BP,
    Liveness,
    Stakes,
    Unbonding,
    Validator,
    unbonding,
)

TREASURY = "fund:treasury"
FEE_ASSET = "cny"


def epoch_items(ledger: Ledger, number: int) -> Iterator[Item]:
    """The work of the first block of epoch `number`, one draft a step; none where nobody stakes."""
    time = ledger.block.time
    stakes = ledger.index(Stakes)
    before = sent_powers(ledger)
    if not (stakes.validators or before):
        return
    yield Item(time, f"epoch:{number}:credit", "", partial(give_credit, number=number))
    for operator in sorted(stakes.validators):
        if _is_due(ledger, operator, number):
            run = partial(settle, operator=operator, number=number)
            yield Item(time, f"epoch:{number}:{operator}", "", run)
    yield Item(time, f"epoch:{number}:powers", "", partial(move_powers, number=number))
    yield Item(time, f"epoch:{number}:fees", "", partial(share_fees, powers=before))


# --- 1: credit


def give_credit(ledger: Ledger, *, number: int) -> None:
    """Jail who signed less than half, then raise or lower each consensus credit."""
    for known in ledger.index(Stakes).admitted():
        counted = liveness(ledger, known.operator)
        if rules.is_half_absent(signed=counted.signed, blocks=counted.blocks):
            jail(ledger, known, until=number + 1, reason=HALF_ABSENT)
        validator = ledger.get(Validator, known.operator)
        assert validator is not None
        _put_credit(ledger, validator, counted)


def _put_credit(ledger: Ledger, validator: Validator, counted: Liveness) -> None:
    credit, was_suspended = validator.credit, validator.suspended
    if counted.blocks:
        credit = rules.credit_after(credit, signed=counted.signed, blocks=counted.blocks)
    elif validator.jailed_until is None:
        credit = rules.credit_regained(credit)
    is_suspended = rules.is_suspended(credit, was_suspended=was_suspended)
    ledger.put(validator.replace(credit=credit, suspended=is_suspended))
    if is_suspended and not was_suspended:
        ledger.emit(CreditFell(validator.operator, credit))
    if was_suspended and not is_suspended:
        ledger.emit(CreditRestored(validator.operator, credit))


# --- 2: what is due


def settle(ledger: Ledger, *, operator: str, number: int) -> None:
    """End the jail of an operator, release what is due, and let its records mature."""
    validator = ledger.get(Validator, operator)
    assert validator is not None
    if _is_free(validator, number):
        ledger.put(validator.replace(jailed_until=None))
    for entry in entries(ledger, operator):
        if _is_over(ledger, entry):
            _release(ledger, entry)
    for record in unsettled(ledger, operator):
        if _is_ripe(record, ledger.block.time):
            _mature(ledger, record)


def _is_due(ledger: Ledger, operator: str, number: int) -> bool:
    validator = ledger.index(Stakes).validators[operator]
    time = ledger.block.time
    return (
        _is_free(validator, number)
        or any(_is_over(ledger, entry) for entry in entries(ledger, operator))
        or any(_is_ripe(record, time) for record in unsettled(ledger, operator))
    )


def _is_free(validator: Validator, number: int) -> bool:
    return validator.jailed_until is not None and validator.jailed_until <= number


def _is_over(ledger: Ledger, entry: Unbonding) -> bool:
    return entry.due is not None and entry.due <= ledger.block.time


def _is_ripe(record: Cpoe, time: int) -> bool:
    """Whether the 30 days of what a record waits for are over."""
    if record.status == FILED:
        return record.filed + ATTEST_MS <= time
    since = record.attested if record.status == ATTESTED else record.challenged
    assert since is not None
    return since + CHALLENGE_MS <= time


def _release(ledger: Ledger, entry: Unbonding) -> None:
    source = unbonding(entry.operator)
    grams = entry.tonnes * GRAMS_PER_TONNE
    ledger.move(entry.batch, grams, source=source, target=entry.operator)
    ledger.drop(Unbonding, entry.place())
    release(ledger, entry.operator, HELD)
    ledger.emit(Released(entry.operator, entry.no, entry.batch, entry.tonnes))


def _mature(ledger: Ledger, record: Cpoe) -> None:
    """What became of a record: not attested, it lapses; else it is valid, challenged or not."""
    if record.status == FILED:
        ledger.drop(Cpoe, record.id)
        ledger.emit(CpoeLapsed(record.id, record.owner))
        return
    if record.status == CHALLENGED:
        assert record.challenger is not None
        give_bond(ledger, record, record.challenger)
    ledger.put(record.replace(status=VALID))
    ledger.emit(CpoeValid(record.id, record.owner, record.tonnes))


# --- 2 to 4: powers


def move_powers(ledger: Ledger, *, number: int) -> None:
    """Weigh everyone, move the powers towards that, and let the time of what has left count."""
    before = sent_powers(ledger)
    after = rules.churned(before, _weigh_all(ledger))
    least = ledger.param(MIN_VALIDATORS)
    if len(after) < least:
        ledger.emit(SetTooSmall(len(after), least))
    else:
        put_powers(ledger, after)
    _start_time(ledger)
    sent = sent_powers(ledger)
    figures = _figures(ledger, sent)
    ledger.emit(EpochEnded(number - 1, len(sent), sum(sent.values()), figures))


def _figures(ledger: Ledger, sent: Mapping[str, int]) -> tuple[EpochFigures, ...]:
    """What every admitted validator signed in the epoch and weighs after it, by address."""
    found: list[EpochFigures] = []
    for validator in ledger.index(Stakes).admitted():
        counted = liveness(ledger, validator.operator)
        power = sent.get(validator.pubkey, 0)
        found.append(
            EpochFigures(
                validator.operator, power, validator.weight, validator.credit, counted.blocks,
                counted.signed,
            )
        )  # fmt: skip
    return tuple(found)


def _weigh_all(ledger: Ledger) -> dict[str, int]:
    """Write down the weight of every validator; the powers by key that follow from them."""
    keys: dict[str, str] = {}
    weights: dict[str, int] = {}
    for validator in ledger.index(Stakes).admitted():
        found = weigh(ledger, validator)
        ledger.put(validator.replace(**found._asdict()))
        keys[validator.operator] = validator.pubkey
        weights[validator.operator] = found.weight
    return {keys[operator]: power for operator, power in rules.powers(weights).items()}


def _start_time(ledger: Ledger) -> None:
    """From when 21 days count: the bond left reaches the minimum, or no power is in force."""
    stakes = ledger.index(Stakes)
    due = ledger.block.time + UNBONDING_MS
    least = ledger.param(MIN_BOND_T)
    for operator in sorted(stakes.entries):
        waiting = [entry for entry in entries(ledger, operator) if entry.due is None]
        if not waiting:
            continue
        is_out = stakes.validators[operator].pubkey not in stakes.powers
        if is_out or counted_t(ledger, operator) >= least:
            for entry in waiting:
                ledger.put(entry.replace(due=due))


# --- 5: fees


def share_fees(ledger: Ledger, *, powers: Mapping[str, int]) -> None:
    """Share the fees by power x heights signed, and begin to count anew.

    Where no one's signature was counted, as under one block maker, the treasury gets all.
    """
    asset = ledger.named_param("fee_asset", FEE_ASSET)
    fees = ledger.balance(FEES, asset)
    operators = ledger.index(Stakes).operators
    work: dict[str, int] = {}
    for pubkey, operator in sorted(operators.items()):
        counted = liveness(ledger, operator)
        work[operator] = powers.get(pubkey, 0) * counted.signed
        if counted.blocks:
            ledger.put(Liveness(operator, 0, 0, counted.absent))
    if not fees:
        return
    is_shared = any(work.values())
    part_bp = ledger.param(VALIDATOR_FEE_BP) if is_shared else 0
    shares = rules.fee_shares(fees, validator_bp=part_bp, work=work)
    treasury = fees - fees * part_bp // rules.BP
    if treasury:
        ledger.move(asset, treasury, source=FEES, target=TREASURY)
    paid = [(operator, shares[operator]) for operator in sorted(shares) if shares[operator]]
    for operator, share in paid:
        ledger.move(asset, share, source=FEES, target=operator)
    ledger.emit(FeesShared(asset, fees, treasury, tuple(paid)))
