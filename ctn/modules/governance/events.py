"""What governance tells; several operations and the hooks share these facts."""

from ctn.kernel.record import Event


class Proposed(Event, frozen=True):
    """`proposer` laid a proposal before the council or the public."""

    proposal: int
    track: str
    proposer: str
    title: str
    document: str
    ops: list[str]
    closes: int


class Approved(Event, frozen=True):
    """`member` of the council approved a proposal, the `approvals`-th of `needed`."""

    proposal: int
    member: str
    approvals: int
    needed: int


class Passed(Event, frozen=True):
    """A proposal passed; it is executed at `runs`."""

    proposal: int
    runs: int


class Objected(Event, frozen=True):
    """`member` of the council objected to a public proposal that had passed."""

    proposal: int
    member: str
    objections: int
    needed: int


class Rejected(Event, frozen=True):
    """A proposal failed: by its vote, or by objections of the council."""

    proposal: int
    cause: str


class Voted(Event, frozen=True):
    """`account` locked `tonnes` for a choice; its owner weighs `weight` now."""

    proposal: int
    account: str
    owner: str
    choice: str
    tonnes: int
    weight: int


class Cancelled(Event, frozen=True):
    """A proposal was taken back by its proposer."""

    proposal: int


class Executed(Event, frozen=True):
    """The operations of a proposal were applied, all of them."""

    proposal: int


class Failed(Event, frozen=True):
    """An operation of a proposal was refused, so none of them was applied."""

    proposal: int
    refusal: str
    op: int


class Expired(Event, frozen=True):
    """A proposal found too few approvals in its time."""

    proposal: int


class CouncilSet(Event, frozen=True):
    """The council has these members, this threshold, and this many for an emergency stop."""

    members: list[str]
    threshold: int
    emergency: int


class ParamSet(Event, frozen=True):
    """A parameter has another value from the first block at or after `acts`."""

    name: str
    value: int
    acts: int


class StopRequested(Event, frozen=True):
    """`member` of the council called for an emergency stop, the `calls`-th of `needed`."""

    member: str
    reason: str
    calls: int
    needed: int


class Stopped(Event, frozen=True):
    """Everything is stopped but safety and governance, until `until` at the latest."""

    until: int


class Resumed(Event, frozen=True):
    """The emergency stop ended: the council resumed, or its time was up."""

    is_timed_out: bool


class UpgradeScheduled(Event, frozen=True):
    """Another version of the ledger takes over at a height."""

    height: int
    app_version: int


class UpgradeCancelled(Event, frozen=True):
    """The scheduled upgrade does not take place."""

    height: int
    app_version: int


class Anchored(Event, frozen=True):
    """The state root after a height stands on the base chain, as `reference` says."""

    height: int
    state_root: str
    reference: str
    by: str


class InvariantBroken(Event, frozen=True):
    """An invariant of the whole block does not hold: `scope` is frozen until an upgrade."""

    invariant: str
    scope: str


class Stuck(Event, frozen=True):
    """A bug stopped what `module` does by itself, `id`: `scope` is frozen until an upgrade."""

    module: str
    id: str
    scope: str
