"""What a fault costs: tonnes of each lot, taken at once, and the record that it was acted on.

What is taken stands in `escrow:slash-<evidence>` until a hook retires it for nobody, so that no
accuser, judge or treasury gains by a fault.
"""

from typing import NamedTuple

from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.ledger import Ledger
from ctn.modules.accounts.mutators import release
from ctn.modules.staking import rules
from ctn.modules.staking.events import Slashed, Tombstoned
from ctn.modules.staking.reads import entries, epoch_of, lots
from ctn.modules.staking.records import (
    HELD,
    LOTS_MAX,
    TOMBSTONED,
    UNBONDING_MAX,
    Bond,
    Evidence,
    SlashedLot,
    Unbonding,
    Validator,
    bonded,
    slashed,
    unbonding,
)

# A lot or entry: read, put, two balances, and its share of the evidence.
LOT_WORK = 25
SLASH_WORK = LOT_WORK * (LOTS_MAX + UNBONDING_MAX)
ALL_TIME = 0


class Fault(NamedTuple):
    """What was done, by the key of which consensus address, at which height and time in ms."""

    kind: str
    address: str
    height: int
    time: int

    @property
    def id(self) -> str:
        """By which a fault is acted on once (engine.md 17.5)."""
        return f"{self.kind}-{self.address}-{self.height}"


class Acted(NamedTuple):
    """What followed from a fault: tonnes taken, power taken at once, and the ruling's document."""

    lots: list[SlashedLot]
    power: int
    document: str | None


def is_known(ledger: Ledger, fault: Fault) -> bool:
    """Whether a fault was acted on."""
    return ledger.get(Evidence, fault.id) is not None


def slash_all(ledger: Ledger, fault: Fault, operator: str, *, since: int) -> list[SlashedLot]:
    """Take 5 %, up, of each lot and of each entry put to unbonding at `since` or later."""
    rows = _liable(ledger, operator, since)
    return _take(ledger, fault, [(row, rules.slash(row.tonnes)) for row in rows])


def slash_tonnes(
    ledger: Ledger, fault: Fault, operator: str, tonnes: int, *, since: int
) -> list[SlashedLot]:
    """Take so many tonnes, at most all that is liable, from lots first, then from entries."""
    taken: list[tuple[Bond | Unbonding, int]] = []
    missing = tonnes
    for row in _liable(ledger, operator, since):
        part = min(row.tonnes, missing)
        if part:
            taken.append((row, part))
        missing -= part
    return _take(ledger, fault, taken)


def note_fault(ledger: Ledger, fault: Fault, operator: str, acted: Acted) -> None:
    """Remember that a fault was acted on, and tell what it cost."""
    ledger.put(
        Evidence(
            fault.id, fault.kind, fault.address, operator, fault.height, fault.time,
            epoch_of(ledger, ledger.block.time), acted.power, acted.document, tuple(acted.lots),
        )
    )  # fmt: skip
    if acted.lots:
        taken = tuple([(lot.batch, lot.tonnes) for lot in acted.lots])
        ledger.emit(Slashed(fault.id, operator, taken))


def tombstone(ledger: Ledger, validator: Validator, fault: Fault) -> None:
    """Bar an operator for ever, unless it is barred already."""
    if validator.status != TOMBSTONED:
        ledger.put(validator.replace(status=TOMBSTONED, weight=0))
        ledger.emit(Tombstoned(validator.operator, fault.id))


def _liable(ledger: Ledger, operator: str, since: int) -> list[Bond | Unbonding]:
    found: list[Bond | Unbonding] = [*lots(ledger, operator)]
    found += [entry for entry in entries(ledger, operator) if entry.since >= since]
    return found


def _take(
    ledger: Ledger, fault: Fault, rows: list[tuple[Bond | Unbonding, int]]
) -> list[SlashedLot]:
    by_batch: dict[str, int] = {}
    for row, tonnes in rows:
        source = bonded(row.operator) if isinstance(row, Bond) else unbonding(row.operator)
        target = slashed(fault.id)
        ledger.move(row.batch, tonnes * GRAMS_PER_TONNE, source=source, target=target)
        if row.tonnes > tonnes:
            ledger.put(row.replace(tonnes=row.tonnes - tonnes))
        else:
            ledger.drop(type(row), row.place())
            release(ledger, row.operator, HELD)
        by_batch[row.batch] = by_batch.get(row.batch, 0) + tonnes
    return [SlashedLot(batch, by_batch[batch], 0) for batch in sorted(by_batch)]
