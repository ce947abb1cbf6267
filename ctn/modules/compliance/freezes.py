"""How freezes begin and end: the flag that others read always says what is live here.

A freeze ends when its time is up, or 48 h after the regulator lifted it, by an item of the
`end_block` hook; the council ends it at once.
"""

from collections.abc import Iterator
from functools import partial

from ctn.kernel.block import Item, is_stuck
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import Event
from ctn.kernel.refusal import Refusal
from ctn.modules.accounts.freezes import FreezeFlag, flag_of
from ctn.modules.accounts.mutators import drop_freeze_flag, put_freeze_flag
from ctn.modules.compliance.records import ComplianceFreeze, Freezings


class FreezeNotFound(Refusal):
    """There is no such freeze, or it ended or is being lifted already."""


class Frozen(Event, frozen=True):
    """`by` froze the account, pool or bridge `subject`."""

    freeze: str
    scope: str
    subject: str
    by: str
    duty: str
    reason: str
    evidence: str
    until: int | None
    allow_retire: bool


class Unfrozen(Event, frozen=True):
    """`freeze` of `subject` ended: its time was up, or it was lifted."""

    freeze: str
    scope: str
    subject: str


def begin(ledger: Ledger, freeze: ComplianceFreeze) -> None:
    """Let a freeze hold its subject from here on."""
    flag = flag_of(ledger, freeze.scope, freeze.subject)
    held = () if flag is None else flag.freezes
    allow_retire = freeze.allow_retire and (flag is None or flag.allow_retire)
    ledger.put(freeze)
    put_freeze_flag(
        ledger, FreezeFlag(freeze.scope, freeze.subject, (*held, freeze.id), allow_retire)
    )
    ledger.emit(
        Frozen(
            freeze.id, freeze.scope, freeze.subject, freeze.by, freeze.duty, freeze.reason,
            freeze.evidence, freeze.until, freeze.allow_retire,
        )
    )  # fmt: skip


def end(ledger: Ledger, freeze: ComplianceFreeze) -> None:
    """Let a freeze hold nothing any more; its record stays."""
    flag = flag_of(ledger, freeze.scope, freeze.subject)
    assert flag is not None
    left = tuple([known for known in flag.freezes if known != freeze.id])
    if left:
        put_freeze_flag(ledger, flag.replace(freezes=left, allow_retire=_allows(ledger, left)))
    else:
        drop_freeze_flag(ledger, flag)
    ledger.put(freeze.replace(ended=ledger.block.time))
    ledger.emit(Unfrozen(freeze.id, freeze.scope, freeze.subject))


def find_live(ledger: Ledger, identity: str) -> ComplianceFreeze:
    """A freeze that has not ended; refuses when there is none."""
    freeze = ledger.get(ComplianceFreeze, identity)
    if freeze is None or freeze.ended is not None:
        raise FreezeNotFound(freeze=identity)
    return freeze


def due_items(ledger: Ledger) -> Iterator[Item]:
    """The freezes whose end has come, each once a block."""
    for due, freeze in list(ledger.index(Freezings).due):
        if due > ledger.block.time:
            return
        yield Item(due, freeze, "", partial(_end_now, identity=freeze))


def earliest(ledger: Ledger) -> int | None:
    """The block time in ms at which the next freeze ends, passing over what a bug stopped."""
    for due, freeze in ledger.index(Freezings).due:
        if not is_stuck(ledger, "compliance", freeze):
            return due
    return None


def _end_now(ledger: Ledger, identity: str) -> None:
    freeze = ledger.get(ComplianceFreeze, identity)
    assert freeze is not None
    end(ledger, freeze)


def _allows(ledger: Ledger, freezes: tuple[str, ...]) -> bool:
    """Whether each of these freezes lets an owner retire."""
    found = [ledger.get(ComplianceFreeze, freeze) for freeze in freezes]
    return all(freeze is not None and freeze.allow_retire for freeze in found)
