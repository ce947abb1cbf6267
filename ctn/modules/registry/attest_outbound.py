"""The custodian's word that serials which left circulate at the other registry now.

Units that had come from there are released there. Our own units are issued there anew: the
custodian names their serials there, and tonne by tonne they stand for ours, in order.
"""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.codec import Hash, RegistryId
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import AccountFrozen, Refusal
from ctn.kernel.text import Text64
from ctn.modules.accounts.halts import AccountLocked, require_free_to_spend
from ctn.modules.registry.attest_inbound import BridgeAttested
from ctn.modules.registry.bridges import (
    DONE,
    OPEN,
    OUTWARD,
    Attested,
    Bridge,
    Conflicted,
    NotCustodian,
    RequestClosed,
    RequestNotFound,
    end_request,
    find_request,
    leaving,
    require_custodian,
    require_phase,
)
from ctn.modules.registry.external import (
    RETURNED,
    SEEN,
    External,
    Reach,
    SerialMalformed,
    SerialOverlap,
    SourceRetired,
    Stretch,
    new_interval,
    part,
    part_of_serials,
    put_part,
    require_disjoint,
    require_free,
    standing_for,
    stretches,
)
from ctn.modules.registry.intervals import (
    BRIDGED,
    CROSSING_WORK,
    Frozen,
    Interval,
    NotWholeTonnes,
    Part,
    TooManyIntervals,
)
from ctn.modules.registry.reads import find_batch, require_unfrozen
from ctn.modules.registry.records import Batch
from ctn.modules.registry.request_inbound import SerialMismatch
from ctn.modules.registry.rules import tonnes_of
from ctn.modules.registry.steps import Aim, UnitsMoved, step_pieces
from ctn.modules.registry.units import Units, numbers_of_units

WORK_UNIT = 20


class AttestOutbound(Op, frozen=True, tag="registry.attest_outbound"):
    """Attest that serials which left circulate at the other registry, and under which numbers."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.CUSTODIAN
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Bridge, External, Interval, Batch)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        RequestNotFound,
        NotCustodian,
        Conflicted,
        RequestClosed,
        AccountLocked,
        AccountFrozen,
        Frozen,
        SerialMalformed,
        TooManyIntervals,
        SourceRetired,
        SerialOverlap,
        NotWholeTonnes,
        SerialMismatch,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (UnitsMoved, BridgeAttested)

    request: RegistryId
    units: Units
    reference: Text64
    statement: Hash

    @property
    def work(self) -> int:
        """The units, and each interval of numbers or serials that they cross or make."""
        return WORK + WORK_UNIT * len(self.units) + CROSSING_WORK

    @property
    def scope(self) -> str:
        """The request."""
        return self.request

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse a halted owner and units that do not fit; then release, map and step."""
        bridge = find_request(ledger, self.request, OUTWARD)
        require_custodian(ledger, bridge, sender)
        require_phase(ledger, bridge, OPEN)
        require_free_to_spend(ledger, bridge.account)
        moved = leaving(ledger, bridge)
        batch = find_batch(ledger, bridge.home_batch)
        require_unfrozen(ledger, batch, moved, own_use=False)
        reach = Reach()
        foreign, own = _split(ledger, reach, bridge)
        named = self._named(ledger, reach, bridge)
        own_t = tonnes_of(tuple(own))
        named_t = sum([stretch.tonnes for stretch in named])
        if named_t != own_t:
            raise SerialMismatch(named_t=named_t, needed_t=own_t)

        for released in foreign:
            reach.take(put_part(ledger, released.replace(state=RETURNED)) - 1)
        _map(ledger, reach, bridge, _matched(own, named))
        step_pieces(ledger, batch.id, moved, Aim(BRIDGED, f"bridge:{bridge.registry}", bridge.id))
        attested = Attested(sender, self.reference, self.statement)
        end_request(ledger, bridge.replace(attested=attested, status=DONE, units=self.units))
        ledger.emit(
            BridgeAttested(bridge.id, OUTWARD, sender, self.reference, self.statement)
        )

    def _named(self, ledger: Ledger, reach: Reach, bridge: Bridge) -> list[Stretch]:
        """The numbers that our own units have there; refuses those with another story."""
        found: list[Stretch] = []
        ranges = numbers_of_units(self.units, bridge.registry)
        require_disjoint(ranges)
        for row, numbers in enumerate(ranges):
            for stretch in stretches(ledger, reach, numbers):
                require_free(stretch, row)
                known = stretch.known
                if known is not None and known.batch is not None:
                    raise SerialOverlap(
                        row=row, line=known.line, start=stretch.numbers.start,
                        end=stretch.numbers.end, state=known.state,
                    )  # fmt: skip
                found.append(stretch)
        return found


def _split(
    ledger: Ledger, reach: Reach, bridge: Bridge
) -> tuple[list[External], list[Part]]:
    """The numbers there that the serials stand for, and the serials that stand for none."""
    foreign: list[External] = []
    own: list[Part] = []
    for start, end in bridge.parts:
        free = start
        for known in standing_for(ledger, bridge.home_batch, start, end=end):
            reach.take(1)
            if known.first_serial > free:
                own.append((free, known.first_serial - 1))
            first, last = max(free, known.first_serial), min(end, known.last_serial)
            foreign.append(part_of_serials(known, first, end=last))
            free = last + 1
        if free <= end:
            own.append((free, end))
    return foreign, own


def _matched(own: list[Part], named: list[Stretch]) -> list[tuple[int, Stretch]]:
    """Numbers and the serials they will stand for, both in order: first serial and numbers."""
    found: list[tuple[int, Stretch]] = []
    waiting = list(named)
    waiting.reverse()
    for start, end in own:
        serial = start
        while serial <= end:
            stretch = waiting.pop()
            taken = min(stretch.tonnes, end - serial + 1)
            head, tail = stretch.split(taken)
            if tail is not None:
                waiting.append(tail)
            found.append((serial, head))
            serial += taken
    return found


def _map(
    ledger: Ledger, reach: Reach, bridge: Bridge, matched: list[tuple[int, Stretch]]
) -> None:
    """Note numbers as circulating there, each for its serials here."""
    for serial, (numbers, known) in matched:
        to: dict[str, str | int] = {"batch": bridge.home_batch, "batch_start": serial}
        if known is None:
            ledger.put(new_interval(ledger, numbers, SEEN, bridge.id).replace(**to))
            reach.take(1)
        else:
            changed = part(known, numbers.start, end=numbers.end).replace(**to)
            # The interval that was crossed is counted already.
            reach.take(put_part(ledger, changed) - 1)
