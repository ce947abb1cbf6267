"""Worlds with a council and with people who hold tonnes: five members, three approvals.

world = GovernanceWorld()
world.adopt(SetParam("taker_ppm", "400"))
"""

import json
from typing import Any

from ctn.kernel.codec import encode
from ctn.kernel.op import Carried, Op
from ctn.kernel.receipt import REFUSED
from ctn.kernel.record import numbered
from ctn.kernel.refusal import Refusal, refusal_code
from ctn.modules.governance.approve import Approve
from ctn.modules.governance.propose import Propose
from ctn.modules.governance.records import (
    COUNCIL_DELAY,
    HERE,
    VOTE_MS,
    Choice,
    Council,
    Proposal,
)
from ctn.modules.governance.vote import Lot, Vote
from tests.modules.registry.worlds import BATCH, TONNE, put_batch
from tests.worlds import World

DOCUMENT = "d0" * 32
MEMBERS = ("mei", "nan", "olga", "pei", "quan")
BOND_CNY = 10_000
VOTE_WAIT, COUNCIL_WAIT = VOTE_MS.default, COUNCIL_DELAY.default


def carried(*ops: Op) -> tuple[Carried, ...]:
    """Operations as a proposal carries them."""
    return tuple([json.loads(encode(op)) for op in ops])


def proposing(*ops: Op, track: str = "council", **changes: Any) -> Propose:
    """A proposal of operations, with some fields changed."""
    fields: dict[str, Any] = {"title": "A change", "document": DOCUMENT, "ops": carried(*ops)}
    return Propose(track, **(fields | changes))  # type: ignore[arg-type]


class GovernanceWorld(World):
    """A council of five: three approve, two stop everything; and a batch to vote with."""

    def __init__(self, **params: int | str) -> None:
        super().__init__(**({"vote_quorum": 2, "vote_min": 10} | params))
        self.members = [self.stranger(name) for name in MEMBERS]
        self.put(Council(tuple(self.members), 3, 2), HERE)
        put_batch(self, (1, 100_000, "custody", ""))
        self.ungranted = 100_000
        self.proposer = self.enterprise("proposer", cny=50_000)

    def holder(self, name: str, tonnes: int, **more: Any) -> str:
        """A person who holds tonnes of the batch."""
        address = self.person(name, **more)
        self.grant(address, BATCH, tonnes * TONNE)
        self.ungranted -= tonnes
        return address

    @property
    def machine(self) -> Any:
        """The machine; tonnes that nobody was given belong to somebody, so that supply holds."""
        if self._machine is None and self.ungranted:
            rest, self.ungranted = self.ungranted, 0
            self.grant(self.person("rest"), BATCH, rest * TONNE)
        return super().machine

    # --- what governance does

    def propose(self, *ops: Op, sender: str = "", **changes: Any) -> int:
        """The number of a new proposal."""
        default = self.members[0] if changes.get("track", "council") == "council" else self.proposer
        events = self.accept(sender or default, proposing(*ops, **changes))
        number: int = events[0]["proposal"]
        return number

    def approve(self, number: int, count: int = 3) -> list[dict[str, Any]]:
        """The last events of so many members approving."""
        events: list[dict[str, Any]] = []
        for member in self.members[:count]:
            events = self.accept(member, Approve(number))
        return events

    def vote(self, sender: str, number: int, choice: Choice, tonnes: int) -> list[dict[str, Any]]:
        """The events of a vote with tonnes of the batch."""
        return self.accept(sender, voting(number, choice, tonnes))

    def adopt(self, *ops: Op) -> int:
        """A proposal to the council, approved and executed."""
        number = self.propose(*ops)
        self.approve(number)
        self.later(COUNCIL_WAIT)
        self.empty_block()
        return number

    def passing(self, *ops: Op) -> int:
        """A public proposal whose vote passed, and that waits."""
        ann, ben = [name for name in self.people if name in self.voters][:2]
        number = self.propose(*ops, track="public")
        self.vote(ann, number, "yes", 50)
        self.vote(ben, number, "yes", 50)
        self.later(VOTE_WAIT)
        self.empty_block()
        assert self.proposal(number).state == "passed"
        return number

    def refuse_late(self, sender: str, kind: type[Refusal], op: Op) -> None:
        """An op refused in a block whose hooks change something of their own."""
        receipt = self.run(sender, op)
        assert (receipt.status, receipt.refusal) == (REFUSED, refusal_code(kind))
        assert kind in type(op).refuses

    @property
    def voters(self) -> list[str]:
        """Who was given tonnes by name."""
        return [
            place.partition("/")[0]
            for place in self._balances
            if place.endswith("/" + BATCH) and not place.startswith("issued:")
        ]

    def proposal(self, number: int) -> Proposal:
        """A proposal as it is now."""
        found = self.get(Proposal, numbered(number))
        assert isinstance(found, Proposal)
        return found


def voting(number: int, choice: Choice, tonnes: int, batch: str = BATCH) -> Vote:
    """A vote with tonnes of one batch."""
    return Vote(number, choice, (Lot(batch, tonnes),))
