"""What is remembered of stake: validators, lots, proofs of reduction, the powers in force.

A validator is one admitted enterprise with one key. Its lots are deposited credits that stand in
`bonded:<operator>`, then in `unbonding:<operator>`; the sum of the records is the balance.
"""

from typing import Annotated, ClassVar, Final, Literal

import msgspec
from msgspec import Meta

from ctn.kernel.block import DAY_MS
from ctn.kernel.codec import Amount, BasisPoints, Count, Hash, Time
from ctn.kernel.param import Param, param
from ctn.kernel.record import Index, Record
from ctn.kernel.text import Address, Text64
from ctn.modules.registry.intervals import SERIALS_MAX as TONNES_MAX
from ctn.modules.registry.intervals import BatchId

OPERATORS_MAX: Final = 200
LOTS_MAX: Final = 32
UNBONDING_MAX: Final = 32
NODES_MAX: Final = 16
UNBONDING_MS: Final = 21 * DAY_MS
EVIDENCE_MS: Final = 21 * DAY_MS  # older evidence tombstones without slash

# What a lot, what waits of one, and a challenge keep an account from being closed by.
HELD: Final = "bond"

DECLARED: Final = "declared"
ADMITTED: Final = "admitted"
TOMBSTONED: Final = "tombstoned"

DUPLICATE_VOTE: Final = "duplicate_vote"
LIGHT_CLIENT_ATTACK: Final = "light_client_attack"
EXPULSION: Final = "expulsion"

MIN_BOND_T = param("min_bond_t", 1_000, 1, 10_000)
MIN_VALIDATORS = param("min_validators", 4, 1, 50)
VALIDATOR_FEE_BP = param("validator_fee_bp", 8_000, 0, 10_000)
QUALITY_DEFAULT_BP = param("quality_default_bp", 7_000, 700, 10_000)
ABSENT_MAX = param("absent_max", 1_000)
EPOCH_MS = Param("epoch_ms", DAY_MS, DAY_MS, DAY_MS)  # fixed at genesis
PARAMS: Final = (
    MIN_BOND_T, MIN_VALIDATORS, VALIDATOR_FEE_BP, QUALITY_DEFAULT_BP, ABSENT_MAX, EPOCH_MS,
)  # fmt: skip

ConsensusId = Annotated[str, Meta(pattern=r"^[0-9a-f]{40}\Z")]
Tonnes = Annotated[int, Meta(ge=0, le=TONNES_MAX)]
Standing = Literal["declared", "admitted", "tombstoned"]


class Stakes:
    """Who has bonded what with which key, what is on its way out, and what faults still cost.

    Lots and entries are kept by operator; `retiring` is the evidence whose tonnes are not all
    retired, `expelled` the power that the council took at once in each epoch.
    """

    def __init__(self) -> None:
        self.validators: dict[str, Validator] = {}
        self.operators: dict[str, str] = {}
        self.lots: dict[str, dict[str, Bond]] = {}
        self.entries: dict[str, dict[int, Unbonding]] = {}
        self.powers: dict[str, Power] = {}
        self.retiring: dict[str, Evidence] = {}
        self.expelled: dict[int, int] = {}
        self.bonded_t = 0

    def apply(self, place: str, before: Record | None, after: Record | None) -> None:
        """Replace one record by another of the same id."""
        if before is not None:
            self._take(place, before)
        if after is not None:
            self._give(place, after)

    def _take(self, place: str, record: Record) -> None:
        if isinstance(record, Validator):
            del self.validators[place]
            del self.operators[record.pubkey]
        elif isinstance(record, Bond):
            self.bonded_t -= record.tonnes
            del self.lots[record.operator][record.batch]
        elif isinstance(record, Unbonding):
            del self.entries[record.operator][record.no]
        elif isinstance(record, Power):
            del self.powers[place]
        elif isinstance(record, Evidence):
            self.retiring.pop(place, None)
            self._count(record, -1)

    def _give(self, place: str, record: Record) -> None:
        if isinstance(record, Validator):
            self.validators[place] = record
            self.operators[record.pubkey] = place
        elif isinstance(record, Bond):
            self.bonded_t += record.tonnes
            self.lots.setdefault(record.operator, {})[record.batch] = record
        elif isinstance(record, Unbonding):
            self.entries.setdefault(record.operator, {})[record.no] = record
        elif isinstance(record, Power):
            self.powers[place] = record
        elif isinstance(record, Evidence):
            if any(lot.retired < lot.tonnes for lot in record.lots):
                self.retiring[place] = record
            self._count(record, 1)

    def _count(self, evidence: "Evidence", sign: int) -> None:
        if evidence.kind == EXPULSION:
            known = self.expelled.get(evidence.epoch, 0)
            self.expelled[evidence.epoch] = known + sign * evidence.power

    def admitted(self) -> list["Validator"]:
        """The admitted validators by address, at most 200."""
        found = self.validators
        return [found[name] for name in sorted(found) if found[name].status == ADMITTED]


class Validator(Record, frozen=True):
    """An enterprise with a consensus key, its credit, and its weight as of the last epoch or fault.

    `jailed_until` is the number of the epoch that frees it; before `barred_until` no CPoE counts.
    """

    table: ClassVar[str] = "validator"
    key: ClassVar[tuple[str, ...]] = ("operator",)
    index: ClassVar[type[Index] | None] = Stakes

    operator: Address
    pubkey: Hash
    address: ConsensusId
    moniker: Text64
    status: Standing
    credit: BasisPoints
    suspended: bool
    jailed_until: Count | None
    barred_until: Time
    stake: Amount
    bonus_bp: BasisPoints
    weight: Amount
    declared: Time
    admitted: Time | None


class Bond(Record, frozen=True):
    """A lot: whole tonnes of a batch in `bonded:<operator>`."""

    table: ClassVar[str] = "bond"
    key: ClassVar[tuple[str, ...]] = ("operator", "batch")
    index: ClassVar[type[Index] | None] = Stakes

    operator: Address
    batch: BatchId
    tonnes: Tonnes
    since: Time


class Unbonding(Record, frozen=True):
    """Tonnes on their way out in `unbonding:<operator>`, still liable; `due` once time counts."""

    table: ClassVar[str] = "unbonding"
    key: ClassVar[tuple[str, ...]] = ("operator", "no")
    index: ClassVar[type[Index] | None] = Stakes

    operator: Address
    no: Count
    batch: BatchId
    tonnes: Tonnes
    since: Time
    due: Time | None


class Liveness(Record, frozen=True):
    """Heights of this epoch in which a validator was to sign and did; heights missed running."""

    table: ClassVar[str] = "liveness"
    key: ClassVar[tuple[str, ...]] = ("operator",)

    operator: Address
    blocks: Count
    signed: Count
    absent: Count


class Power(Record, frozen=True):
    """The power of a key that was sent to consensus last; `operator` "" for a key of nobody."""

    table: ClassVar[str] = "powers"
    key: ClassVar[tuple[str, ...]] = ("pubkey",)
    index: ClassVar[type[Index] | None] = Stakes

    pubkey: Hash
    operator: str
    power: Count


class ConsensusAddress(Record, frozen=True):
    """Whose key a consensus address is, kept for ever: evidence may come late."""

    table: ClassVar[str] = "consensus_address"
    key: ClassVar[tuple[str, ...]] = ("address",)

    address: ConsensusId
    pubkey: Hash
    operator: str


class Expelled(Record, frozen=True):
    """A node that no peer lets in, of an operator that was expelled."""

    table: ClassVar[str] = "expelled"
    key: ClassVar[tuple[str, ...]] = ("node",)

    node: ConsensusId
    operator: Address
    evidence: str
    time: Time


class SlashedLot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was taken of a batch, and how much of it is retired already, in tonnes."""

    batch: BatchId
    tonnes: Tonnes
    retired: Tonnes


class Evidence(Record, frozen=True):
    """A fault that was acted on, once for ever; `power` is what it took from the set at once.

    The tonnes that are not yet retired stand in `escrow:slash-<id>`.
    """

    table: ClassVar[str] = "evidence"
    key: ClassVar[tuple[str, ...]] = ("id",)
    index: ClassVar[type[Index] | None] = Stakes

    id: str
    kind: str
    address: ConsensusId
    operator: str
    height: Count
    time: Time
    epoch: Count
    power: Count
    document: Hash | None
    lots: Annotated[tuple[SlashedLot, ...], Meta(max_length=LOTS_MAX + UNBONDING_MAX)]


def bonded(operator: str) -> str:
    """The account that holds an operator's lots."""
    return "bonded:" + operator


def unbonding(operator: str) -> str:
    """The account that holds what an operator takes out."""
    return "unbonding:" + operator


def slashed(evidence: str) -> str:
    """The account that holds what a fault cost, until it is retired."""
    return "escrow:slash-" + evidence
