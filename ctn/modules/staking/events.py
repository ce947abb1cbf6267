"""Events of stake that no operation asks for: what hooks and faults tell."""

import msgspec

from ctn.kernel.record import Event


class Slashed(Event, frozen=True):
    """A fault of `operator` cost these tonnes by batch; they are retired for nobody."""

    evidence: str
    operator: str
    lots: tuple[tuple[str, int], ...]


class Tombstoned(Event, frozen=True):
    """`operator` can never validate again."""

    operator: str
    evidence: str


class Jailed(Event, frozen=True):
    """`operator` missed too much; it comes back with epoch `until`."""

    operator: str
    until: int
    reason: str


class PowerChanged(Event, frozen=True):
    """The power of a key changed; consensus has it in force two heights later."""

    pubkey: str
    operator: str
    before: int
    power: int


class CreditFell(Event, frozen=True):
    """The credit of `operator` fell below 6,000: it waits among the candidates."""

    operator: str
    credit: int


class CreditRestored(Event, frozen=True):
    """The credit of `operator` is back at 8,000 or more."""

    operator: str
    credit: int


class SetTooSmall(Event, frozen=True):
    """A change would leave `left` validators of at least `least`; the set stays as it is."""

    left: int
    least: int


class EpochFigures(msgspec.Struct, frozen=True):
    """A validator at the end of an epoch: what it signed in it, and what it weighs after it."""

    operator: str
    power: int
    weight: int
    credit: int
    blocks: int
    signed: int


class EpochEnded(Event, frozen=True):
    """Epoch `epoch` ended; `validators` keys hold `power` together from now on."""

    epoch: int
    validators: int
    power: int
    figures: tuple[EpochFigures, ...]


class FeesShared(Event, frozen=True):
    """The fees of an epoch: what the treasury and each operator got; the dust stays."""

    asset: str
    fees: int
    treasury: int
    shares: tuple[tuple[str, int], ...]


class Released(Event, frozen=True):
    """`tonnes` of `batch` are free again for `operator`."""

    operator: str
    no: int
    batch: str
    tonnes: int


class CpoeLapsed(Event, frozen=True):
    """No verifier attested `cpoe` of `owner` in 30 days; what it used is free again."""

    cpoe: str
    owner: str
