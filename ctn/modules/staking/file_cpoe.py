"""File a proof of emission reduction: what a project reduced, and who will vouch for it."""

from itertools import pairwise
from typing import ClassVar

from ctn.kernel.account import DutyKind, Role, Threshold
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.codec import Hash, RegistryId, Time
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import WORK, Need, Op
from ctn.kernel.record import Event, Record
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import Address
from ctn.modules.identity.reads import has_duty, is_affiliated
from ctn.modules.registry.external import SerialMalformed
from ctn.modules.registry.ids import record_id
from ctn.modules.registry.intervals import class_of
from ctn.modules.registry.records import (
    Methodology,
    MethodologyNotActive,
    Project,
    ProjectId,
    ProjectNotFound,
)
from ctn.modules.registry.serials import MalformedSerial, Serial, grams_per_number
from ctn.modules.registry.units import read_unit
from ctn.modules.staking.cpoes import (
    CPOE_OPEN_MAX,
    FILED,
    PERIOD_MS_MAX,
    PERIOD_MS_MIN,
    Cpoe,
    CpoeAffiliated,
    CpoeDuplicate,
    NotVerifier,
    Proofs,
    Serials,
    Use,
    unsettled,
)
from ctn.modules.staking.reads import OperatorNotAdmitted, TooManyLots, require_validator
from ctn.modules.staking.records import Tonnes

SERIAL_WORK = 20


class BadPeriod(Refusal):
    """The period is shorter than 28 or longer than 366 days, or is not over."""


class CpoeSum(Refusal):
    """The serials are together not the tonnes that are claimed."""


class CpoeFiled(Event, frozen=True):
    """`owner` filed `cpoe` over `tonnes` of `project`, to be attested by `verifier`."""

    cpoe: str
    owner: str
    project: str
    tonnes: int
    verifier: str


class FileCpoe(Op, frozen=True, tag="staking.file_cpoe"):
    """Claim the tonnes that a project reduced in a period, for a verifier to attest."""

    needs: ClassVar[Need | tuple[Need, ...]] = Role.ENTERPRISE
    family: ClassVar[str] = "business"
    threshold: ClassVar[Threshold] = Threshold.LOW
    writes: ClassVar[tuple[type[Record], ...]] = (Cpoe,)
    refuses: ClassVar[tuple[type[Refusal], ...]] = (
        BadPeriod,
        SerialMalformed,
        CpoeSum,
        CpoeDuplicate,
        OperatorNotAdmitted,
        TooManyLots,
        ProjectNotFound,
        MethodologyNotActive,
        NotVerifier,
        CpoeAffiliated,
    )
    emits: ClassVar[tuple[type[Event], ...]] = (CpoeFiled,)

    project: ProjectId
    period_start: Time
    period_end: Time
    tonnes: Tonnes
    methodology: RegistryId
    verifier: Address
    evidence: Hash
    serials: Serials

    @property
    def work(self) -> int:
        """Each serial is read and looked up."""
        return WORK + SERIAL_WORK * len(self.serials)

    def check(self) -> None:
        """Refuse a period of a wrong length, and serials that are none, do not add up or repeat."""
        length = self.period_end - self.period_start
        if not PERIOD_MS_MIN <= length <= PERIOD_MS_MAX:
            raise BadPeriod(start=self.period_start, end=self.period_end)
        serials = _read(self.serials)
        grams = sum((one.end - one.start + 1) * grams_per_number(one.registry) for one in serials)
        if grams != self.tonnes * GRAMS_PER_TONNE:
            raise CpoeSum(grams=grams, tonnes=self.tonnes)
        for before, after in pairwise(sorted(_uses(serials))):
            if before[0] == after[0] and before[2] >= after[1]:
                raise CpoeDuplicate(line=after[0], start=after[1])

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Refuse by owner, project, verifier and what was used before, then file."""
        require_validator(ledger, sender)
        if self.period_end > ledger.block.time:
            raise BadPeriod(start=self.period_start, end=self.period_end)
        if len(unsettled(ledger, sender)) >= CPOE_OPEN_MAX:
            raise TooManyLots(records=CPOE_OPEN_MAX)
        if ledger.get(Project, self.project) is None:
            raise ProjectNotFound(project=self.project)
        if ledger.get(Methodology, self.methodology) is None:
            raise MethodologyNotActive(methodology=self.methodology)
        if not has_duty(ledger, self.verifier, DutyKind.VERIFIER, class_of(self.project)):
            raise NotVerifier(verifier=self.verifier)
        if is_affiliated(ledger, self.verifier, sender):
            raise CpoeAffiliated(verifier=self.verifier)
        uses = tuple(_uses(_read(self.serials)))
        self._require_unused(ledger, uses)

        cpoe = record_id(ledger, "c", 0)
        ledger.put(
            Cpoe(
                cpoe, sender, self.project, self.period_start, self.period_end, self.tonnes,
                self.methodology, self.verifier, self.evidence, self.serials, uses, FILED,
                ledger.block.time, None, None, None, None,
            )
        )  # fmt: skip
        ledger.emit(CpoeFiled(cpoe, sender, self.project, self.tonnes, self.verifier))

    def _require_unused(self, ledger: Ledger, uses: tuple[Use, ...]) -> None:
        proofs = ledger.index(Proofs)
        if self.evidence in proofs.evidence:
            raise CpoeDuplicate(evidence=self.evidence)
        if proofs.is_covered(self.project, self.period_start, self.period_end):
            raise CpoeDuplicate(project=self.project, start=self.period_start)
        for line, start, end in uses:
            ledger.spend_work(1)
            if proofs.is_used(line, start, end):
                raise CpoeDuplicate(line=line, start=start)


def _read(texts: tuple[str, ...]) -> list[Serial]:
    """The serials of their texts; refuses a text that is none of any registry."""
    found: list[Serial] = []
    for row, text in enumerate(texts):
        try:
            found.append(read_unit(text))
        except MalformedSerial as error:
            raise SerialMalformed(row=row, rule=str(error)) from None
    return found


def _uses(serials: list[Serial]) -> list[Use]:
    return [(one.line, one.start, one.end) for one in serials]
