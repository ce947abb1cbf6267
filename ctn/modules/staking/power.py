"""Weight and power: what an operator's lots, proofs and credit count for, and the set in force.

Powers move once an epoch, by at most a sixth of all power. A proven fault takes a key out at once;
the last key of the set always stays, for without one there is no chain to correct it on.
"""

from collections.abc import Mapping
from typing import NamedTuple

from ctn.kernel.ledger import Ledger
from ctn.modules.registry.records import LIVE, Batch
from ctn.modules.staking import rules
from ctn.modules.staking.cpoes import proven_t
from ctn.modules.staking.events import PowerChanged, SetTooSmall
from ctn.modules.staking.reads import is_own_issue, lots, quality_bp
from ctn.modules.staking.records import ADMITTED, MIN_BOND_T, Power, Stakes, Validator


class Weight(NamedTuple):
    """The numbers that make a power: sum of the lots, bonus, and what stands after the credit."""

    stake: int
    bonus_bp: int
    weight: int


def weigh(ledger: Ledger, validator: Validator) -> Weight:
    """The weight of a validator at this block (engine.md 17.3, 1 and 2)."""
    time = ledger.block.time
    operator = validator.operator
    stake = sum(
        _lot_weight(ledger, operator, lot.batch, lot.tonnes) for lot in lots(ledger, operator)
    )
    start, end = rules.proven_window(time)
    is_barred = time < validator.barred_until
    proven = 0 if is_barred else proven_t(ledger, operator, start=start, end=end)
    bonus = rules.bonus_rate(proven)
    weight = rules.validator_weight(stake, bonus_bp=bonus, credit=validator.credit)
    is_out = validator.status != ADMITTED or validator.suspended
    is_out = is_out or validator.jailed_until is not None
    if is_out or counted_t(ledger, operator) < ledger.param(MIN_BOND_T):
        weight = 0
    return Weight(stake, bonus, weight)


def counted_t(ledger: Ledger, operator: str) -> int:
    """The tonnes of lots that count to the minimum bond: those of batches that are live."""
    return sum(lot.tonnes for lot in lots(ledger, operator) if _is_live(ledger, lot.batch))


def target_powers(ledger: Ledger) -> dict[str, int]:
    """The powers by key that the weights ask for, in millionths (engine.md 17.3, 3 to 5)."""
    admitted = ledger.index(Stakes).admitted()
    found = rules.powers({one.operator: weigh(ledger, one).weight for one in admitted})
    return {one.pubkey: found[one.operator] for one in admitted if one.operator in found}


def sent_powers(ledger: Ledger) -> dict[str, int]:
    """The powers by key that were sent last."""
    powers = ledger.index(Stakes).powers
    return {key: powers[key].power for key in sorted(powers)}


def put_powers(ledger: Ledger, powers: Mapping[str, int]) -> None:
    """Let a set of powers by key replace the one in force, telling each change."""
    before = sent_powers(ledger)
    operators = ledger.index(Stakes).operators
    for key in sorted({**before, **powers}):
        power = powers.get(key, 0)
        operator = operators.get(key, "")
        if power:
            ledger.put(Power(key, operator, power))
        else:
            ledger.drop(Power, key)
        if power != before.get(key, 0):
            ledger.emit(PowerChanged(key, operator, before.get(key, 0), power))


def force_out(ledger: Ledger, key: str) -> int:
    """Take a key out of the set at once, unless it is the last; the power that it had."""
    powers = ledger.index(Stakes).powers
    known = powers.get(key)
    if known is None:
        return 0
    if len(powers) == 1:
        ledger.emit(SetTooSmall(0, 1))
        return 0
    ledger.drop(Power, key)
    ledger.emit(PowerChanged(key, known.operator, known.power, 0))
    return known.power


def _lot_weight(ledger: Ledger, operator: str, batch: str, tonnes: int) -> int:
    found = ledger.get(Batch, batch)
    assert found is not None
    if found.status != LIVE or is_own_issue(ledger, operator, found):
        return 0
    year, _month = rules.year_month(ledger.block.time)
    vintage_bp = rules.vintage_rate(found.vintage, year)
    quality = quality_bp(ledger, found)
    return rules.lot_weight(tonnes * rules.KG, quality_bp=quality, vintage_bp=vintage_bp)


def _is_live(ledger: Ledger, batch: str) -> bool:
    found = ledger.get(Batch, batch)
    return found is not None and found.status == LIVE
