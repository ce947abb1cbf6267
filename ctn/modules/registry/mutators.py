"""Writes into the registry that other modules may ask for."""

from typing import TypedDict, Unpack

from ctn.kernel.ledger import Ledger
from ctn.kernel.refusal import AmountZero, Refusal
from ctn.modules.accounts.mutators import receive
from ctn.modules.assets.mutators import define
from ctn.modules.assets.records import FREE, NONE
from ctn.modules.registry.intervals import (
    HELD,
    SERIALS_MAX,
    BatchImpaired,
    Frozen,
    Interval,
    NotWholeTonnes,
)
from ctn.modules.registry.reads import freezes_above
from ctn.modules.registry.records import (
    FREE_TRANSFER,
    LIVE,
    NO_COUNTS,
    Batch,
    Class,
    Methodology,
    Project,
    ProjectNotFound,
)
from ctn.modules.registry.retirement import Lot, Retirement, retire_grams
from ctn.modules.registry.rules import is_fractional
from ctn.modules.registry.steps import UnitsMoved, counted, has_serials, keep_open, lowest, step

__all__ = ["BatchFull", "NewSerials", "UnitsMoved", "admit", "lowest", "retire_for", "step"]

BATCHES_MAX = 999


class BatchFull(Refusal):
    """No batch of this project and vintage has room for the tonnes."""


class NewSerials(TypedDict):
    """Serials to append: of what, how many, to whom, and the id of what caused it."""

    project: str
    vintage: int
    labels: tuple[str, ...]
    tonnes: int
    owner: str
    cause: str


def admit(ledger: Ledger, **lot: Unpack[NewSerials]) -> tuple[str, int, int]:
    """Append held serials to the batch of (project, vintage, same labels), or to a new one.

    Gives batch, first and last serial. Refuses ProjectNotFound, BatchFull, and Frozen when the
    batch, its project or its class is frozen.
    """
    tonnes = lot["tonnes"]
    assert tonnes > 0
    project = ledger.get(Project, lot["project"])
    if project is None:
        raise ProjectNotFound(project=lot["project"])
    if tonnes > SERIALS_MAX:
        raise BatchFull(room_t=SERIALS_MAX)
    kind = ledger.get(Class, project.class_id)
    assert kind is not None
    batch = _batch_for(ledger, project, lot)
    frozen = freezes_above(ledger, batch)
    if frozen:
        raise Frozen(freeze=frozen[0])

    start, end = batch.issued + 1, batch.issued + tonnes
    owner, cause = lot["owner"], lot["cause"]
    had = has_serials(ledger, owner, batch.id)
    ledger.put(batch.replace(issued=end, counts=counted(batch.counts, {HELD: tonnes})))
    define(ledger, batch.id, FREE if kind.transfer == FREE_TRANSFER else NONE)
    ledger.put(Interval(batch.id, start, end, HELD, owner, cause, "", (), ledger.block.time))
    ledger.emit(UnitsMoved(batch.id, start, end, "", HELD, "", owner, cause))
    keep_open(ledger, owner, batch.id, had=had)
    receive(ledger, owner, batch.id)
    return batch.id, start, end


def retire_for(ledger: Ledger, lot: Lot, retirement: Retirement) -> str:
    """Retire grams of a batch that an account holds for someone; gives the certificate.

    Once in an op, since its certificate has the first number. Refuses as `registry.retire` from
    the market does; the caller has called `check_retirement`.
    """
    if lot.batch.status != LIVE:
        raise BatchImpaired(batch=lot.batch.id)
    if lot.grams == 0:
        raise AmountZero(asset=lot.batch.id)
    if not is_fractional(lot.grams):
        raise NotWholeTonnes(grams=lot.grams)
    return retire_grams(ledger, lot, retirement)


def _batch_for(ledger: Ledger, project: Project, lot: NewSerials) -> Batch:
    """The live batch that takes the serials, or a new one of the next number, still empty."""
    labels = tuple(sorted(dict.fromkeys(lot["labels"])))
    prefix = f"{project.id}-{lot['vintage']:04d}-"
    known = ledger.scan(Batch, prefix, BATCHES_MAX)
    for _place, batch in known:
        is_same = batch.labels == labels and batch.status == LIVE and batch.report is None
        if is_same and batch.issued + lot["tonnes"] <= SERIALS_MAX:
            return batch
    if len(known) == BATCHES_MAX:
        raise BatchFull(batches=BATCHES_MAX)
    methodology = ledger.get(Methodology, project.methodologies[0])
    assert methodology is not None
    year = f"{lot['vintage']:04d}"
    return Batch(
        f"{prefix}{len(known) + 1:03d}", project.class_id, project.id, lot["vintage"],
        f"{year}-01-01", f"{year}-12-31", methodology.id, methodology.unit_type, None, 0,
        NO_COUNTS, labels, (), LIVE,
    )  # fmt: skip
