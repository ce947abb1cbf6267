"""The custodian's word that the units of a request are locked at their registry for us."""

from typing import ClassVar

from ctn.kernel.account import DutyKind, Threshold
from ctn.kernel.codec import Hash, RegistryId
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Text64
from ctn.modules.registry.bridges import (
    ATTESTED,
    INWARD,
    OPEN,
    Attested,
    Bridge,
    Conflicted,
    NotCustodian,
    RequestClosed,
    RequestNotFound,
    find_request,
    incoming,
    require_custodian,
    require_phase,
)
from ctn.modules.registry.external import (
    INBOUND,
    External,
    Reach,
    SerialOverlap,
    SourceRetired,
    State,
    Stretch,
    new_interval,
    part,
    put_part,
)
from ctn.modules.registry.intervals import CROSSING_WORK, NotWholeTonnes, TooManyIntervals
from ctn.modules.registry.units import UNITS_MAX, numbers_of_units

WORK_UNIT = 20


class BridgeAttested(Event, frozen=True):
    """`custodian` attests a request: its units are locked at their registry, or released."""

    request: str
    direction: str
    custodian: str
    reference: str
    statement: str


class AttestInbound(Op, frozen=True, tag="registry.attest_inbound"):
    """Attest that the units of a request are locked at their registry in the network's name."""

    needs: ClassVar[Need | tuple[Need, ...]] = DutyKind.CUSTODIAN
    family: ClassVar[str] = "authority"
    threshold: ClassVar[Threshold] = Threshold.HIGH
    writes: ClassVar[tuple[type[Record], ...]] = (Bridge, External)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        RequestNotFound,
        NotCustodian,
        Conflicted,
        RequestClosed,
        TooManyIntervals,
        SourceRetired,
        SerialOverlap,
        NotWholeTonnes,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (BridgeAttested,)

    request: RegistryId
    reference: Text64
    statement: Hash

    @property
    def work(self) -> int:
        """The units of the request, and each interval that they cross or make."""
        return WORK + WORK_UNIT * UNITS_MAX + CROSSING_WORK

    @property
    def scope(self) -> str:
        """The request."""
        return self.request

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse as the request did, on the numbers as they are now; then lock them."""
        bridge = find_request(ledger, self.request, INWARD)
        require_custodian(ledger, bridge, sender)
        require_phase(ledger, bridge, OPEN)
        reach = Reach()
        found: list[Stretch] = []
        for row, numbers in enumerate(numbers_of_units(bridge.units, bridge.registry)):
            found += incoming(ledger, reach, numbers, row)

        before = _lock(ledger, reach, found, bridge.id)
        attested = Attested(sender, self.reference, self.statement)
        ledger.put(bridge.replace(attested=attested, status=ATTESTED, before=before))
        ledger.emit(
            BridgeAttested(bridge.id, INWARD, sender, self.reference, self.statement)
        )


def _lock(
    ledger: Ledger, reach: Reach, found: list[Stretch], request: str
) -> tuple[tuple[str, int, int, State], ...]:
    """Make stretches inbound; gives what was known of them before."""
    before: list[tuple[str, int, int, State]] = []
    for numbers, known in found:
        if known is None:
            ledger.put(new_interval(ledger, numbers, INBOUND, request))
            reach.take(1)
        else:
            changed = part(known, numbers.start, end=numbers.end).replace(state=INBOUND)
            # The interval that was crossed is counted already.
            reach.take(put_part(ledger, changed) - 1)
            before.append((numbers.line, numbers.start, numbers.end, known.state))
    return tuple(before)
