"""Seize serials that a regulator holds frozen, by decision of the council (registry.md 9)."""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Threshold, Track
from ctn.kernel.codec import Hash
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Need
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Address
from ctn.modules.accounts.mutators import RecipientNotVerified, require_recipient
from ctn.modules.registry.intervals import (
    HELD,
    Interval,
    NotYours,
    Part,
    PartsInvalid,
    TooManyIntervals,
)
from ctn.modules.registry.over_parts import OverParts
from ctn.modules.registry.reads import Piece, find_batch, freezes_above, pieces
from ctn.modules.registry.records import Batch, BatchNotFound, Freeze
from ctn.modules.registry.steps import Aim, UnitsMoved, step_pieces


class NotHeldFrozen(Refusal):
    """No freeze of a regulator holds the serials, so nobody may seize them."""


class TransferEnforced(Event, frozen=True):
    """The council gave serials of `batch` to `to`, as the case of a regulator asks."""

    batch: str
    parts: tuple[Part, ...]
    to: str
    case_hash: str


class EnforceTransfer(OverParts, frozen=True, tag="registry.enforce_transfer"):
    """Give frozen serials to another account, on the request of the regulator who froze them.

    The freeze stays on them until it is lifted or its time is up.
    """

    needs: ClassVar[Need | tuple[Need, ...]] = Track.COUNCIL
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Interval, Batch)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        PartsInvalid,
        BatchNotFound,
        TooManyIntervals,
        NotYours,
        NotHeldFrozen,
        RecipientNotVerified,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (TransferEnforced, UnitsMoved)

    to: Address
    case_hash: Hash

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse what is not held, or not frozen by a regulator, then change the owner."""
        batch = find_batch(ledger, self.batch)
        moved = pieces(ledger, batch, self.parts)
        above = is_regulators(ledger, freezes_above(ledger, batch))
        for piece in moved:
            _require_seizable(ledger, piece, is_above=above)
        require_recipient(ledger, self.to)

        ledger.emit(TransferEnforced(self.batch, self.parts, self.to, self.case_hash))
        step_pieces(ledger, self.batch, moved, Aim(HELD, self.to, ledger.tx.id))


def is_regulators(ledger: Ledger, freezes: tuple[str, ...]) -> bool:
    """Whether one of these freezes lives and is a regulator's."""
    found = [ledger.get(Freeze, identity) for identity in freezes]
    live = [one for one in found if one is not None and one.ended is None]
    return any(one.duty == DutyKind.REGULATOR.value for one in live)


def _require_seizable(ledger: Ledger, piece: Piece, *, is_above: bool) -> None:
    start, end, interval = piece
    if interval.status != HELD:
        raise NotYours(start=start, end=end, status=interval.status, owner=interval.owner)
    if not is_above and not is_regulators(ledger, interval.freezes):
        raise NotHeldFrozen(start=start, end=end)
