"""A random life of a chain with all modules, from a seed, and a second count of its money.

Everything goes through blocks: units come in by a bridge, are deposited, traded, retired and sent
home, money is issued and redeemed, authorities freeze and lift, people come and lapse, validators
stake, prove, miss blocks and are punished. Whatever is refused is part of the life; only what
breaks is not.
"""

import hashlib
import json
import random
from collections import Counter
from typing import Any

from ctn.crypto import ed25519
from ctn.kernel.account import Account, DutyKind, Signer, Thresholds
from ctn.kernel.ledger import Consensus, LastVote, Misbehavior
from ctn.kernel.op import Op, op_tag
from ctn.kernel.receipt import APPLIED, REFUSED
from ctn.kernel.refusal import Refusal
from ctn.kernel.state import MemorySource
from ctn.kernel.tx import Tx
from ctn.machine import Outcome
from ctn.modules.accounts.records import Guard
from ctn.modules.assets.records import Calendar
from ctn.modules.governance.approve import Approve
from ctn.modules.governance.propose import Propose
from ctn.modules.governance.records import HERE, Council
from ctn.modules.market.book import Books
from ctn.modules.market.records import InstrumentState
from ctn.modules.market.set_status import SetStatus
from ctn.modules.registry.deposit import Deposit
from ctn.modules.registry.intervals import HELD, Interval, Intervals
from ctn.modules.registry.transfer import Transfer
from ctn.modules.staking.admit import Admit
from ctn.modules.staking.bond import Bond
from ctn.modules.staking.declare import Declare, proof_bytes
from ctn.modules.staking.faults import consensus_address
from ctn.modules.staking.records import DUPLICATE_VOTE, Stakes
from tests.modules.governance.worlds import carried
from tests.modules.market.listings import creation
from tests.modules.registry.bridge_worlds import FOREIGN, BridgeWorld, verra
from tests.worlds import DAY, START

NAME = "vcs22-cny"
REF = 60_000
HOUR = 3_600_000
TRADERS = 8
FIRST_TONNES = 900
OPERATORS, FOUNDERS = 12, 9
STAKE_T, FIRST_BOND_T = 60, 30
ABSENT_IN, FAULT_IN, LEAST_SET = 30, 150, 6
KEPT = ("freeze", "request", "redemption", "attestation", "certificate", "proposal", "cpoe")

Wish = tuple[str, Op]


class Flow(BridgeWorld):
    """A chain under way, with what it did so far and the balances that its receipts tell."""

    # Churn may pass through it (reliability.md 11).
    tolerated = ("I28 no-third",)

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.params |= {"council_min": 3, "council_delay": 2 * HOUR, "vote_ms": DAY} | {
            "vote_quorum": 2, "vote_min": 3, "min_validators": 1, "min_bond_t": 2, "absent_max": 4,
            "resume_gap": 2 * HOUR,
        }  # fmt: skip
        self.chance = random.Random(seed)
        self.members = [self.stranger(f"member {number}") for number in range(3)]
        self.put(Council(tuple(self.members), 2, 2), HERE)
        self.proposer = self.enterprise("proposer", cny=100_000)
        self.anchor = self.authority("anchor", DutyKind.ANCHOR)
        self.traded = FOREIGN
        self.put(Calendar("always", 0, 127, (), ()))
        self.operator = self.authority("operator", DutyKind.OPERATOR)
        self.bank = self.authority("bank", DutyKind.PAYMENT_INSTITUTION, "cny")
        self.regulator = self.authority("regulator", DutyKind.REGULATOR)
        self.attestor = self.authority("attestor", DutyKind.ATTESTOR)
        self.traders = [self.alice, self.bob, self.enterprise("firm", cny=2_000)]
        for number in range(TRADERS - 4):
            self.traders.append(self.person(f"trader {number}", cny=500))
        self.traders.append(self.person("second account", cny=500, owner="alice"))
        self.standing(self.bob, rank=2, discount_bp=1_000)
        self.lapse_later(self.traders[3], START + 4 * DAY)
        self.twin = self.person("twin", cny=500)
        self.twin_key = self.stranger("twin key", 0)
        twins = [self.people[key].key.hex() for key in (self.twin, self.twin_key)]
        signers = tuple(sorted([Signer(1, key, 1) for key in twins]))
        self.put(Account(signers, Thresholds(1, 1, 1), 0, START - 1, None), self.twin)
        self.newcomers = [self.stranger(f"newcomer {number}") for number in range(4)]
        self.verifier = self.authority("verifier", DutyKind.VERIFIER)
        self.operators = [
            self.enterprise(f"operator {number}", cny=2_000) for number in range(OPERATORS)
        ]
        self.absent: str | None = None
        self.numbers = 1  # the next number of the foreign line
        self.references = 0
        self.applied: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        self.seen: dict[str, list[str]] = {}
        self.replayed: dict[str, int] = {}

    def lapse_later(self, address: str, time: int) -> None:
        """Let the attestation of a person end at a block time in ms."""
        attestation = self._records[("attestation", f"{address}/{0:020d}")]
        self.put(attestation.replace(expires=time))
        self.put(Guard(False, (), (), 0, attestation.kind, time), address)

    # --- blocks

    def begin(self) -> None:
        """Units come in, are handed round and deposited, and their batch is listed."""
        self.replayed = dict(self._balances)
        self.bring_in(self.next_serial(FIRST_TONNES + OPERATORS * STAKE_T))
        each = FIRST_TONNES // len(self.traders)
        for place, trader in enumerate(self.traders[1:], 1):
            part = (place * each + 1, (place + 1) * each)
            self.accept(self.alice, Transfer(FOREIGN, (part,), trader))
            self.accept(trader, Deposit(FOREIGN, (part,)))
        for place, operator in enumerate(self.operators):
            start = FIRST_TONNES + place * STAKE_T
            part = (start + 1, start + STAKE_T)
            self.accept(self.alice, Transfer(FOREIGN, (part,), operator))
            self.accept(operator, Deposit(FOREIGN, (part,)))
        self.accept(self.operator, creation(id=NAME, asset=FOREIGN, ref=REF))
        self.accept(self.operator, SetStatus(NAME, "active"))
        self._found_validators()

    def _found_validators(self) -> None:
        """Some operators are admitted by the council and bond, so that a set comes in force."""
        founders = self.operators[:FOUNDERS]
        for operator in founders:
            self.accept(operator, self.declaring(operator))
        ops = carried(*[Admit(operator) for operator in founders])
        self.accept(self.members[0], Propose("council", "A first set", "d0" * 32, ops))
        for member in self.members[:2]:
            self.accept(member, Approve(1))
        self.later(3 * HOUR)
        self.outcome([])
        for operator in founders:
            self.accept(operator, Bond(FOREIGN, FIRST_BOND_T))

    def consensus_seed(self, operator: str) -> bytes:
        """The seed of an operator's consensus key."""
        return hashlib.sha256(b"consensus/" + operator.encode()).digest()

    def declaring(self, operator: str) -> Declare:
        """A declaration with a good proof."""
        seed = self.consensus_seed(operator)
        proof = ed25519.sign(seed, proof_bytes(self.machine.chain, operator))
        return Declare(ed25519.public_key(seed).hex(), proof.hex(), "node")

    def heard(self) -> Consensus:
        """The votes of the set in force, of which some are missing, and now and then a fault."""
        stakes = self.machine.indexes[Stakes]
        assert isinstance(stakes, Stakes)
        if self.chance.randrange(ABSENT_IN) == 0:
            self.absent = self.chance.choice((None, *sorted(stakes.powers)))
        is_large = len(stakes.powers) > LEAST_SET
        votes = tuple(
            [
                LastVote(consensus_address(key), power.power, not is_large or key != self.absent)
                for key, power in sorted(stakes.powers.items())
            ]
        )
        if not is_large or self.chance.randrange(FAULT_IN):
            return Consensus(votes)
        address = consensus_address(self.chance.choice(sorted(stakes.powers)))
        fault = Misbehavior(DUPLICATE_VOTE, address, self.machine.height, self.time - HOUR, 1)
        return Consensus(votes, (fault,))

    def next_serial(self, tonnes: int) -> str:
        """A serial of the foreign line that was not named yet."""
        start = self.numbers
        self.numbers += tonnes
        return verra(start, self.numbers - 1)

    def together(self, wishes: list[Wish]) -> Outcome:
        """One block with a transaction for each wish."""
        sequences: Counter[str] = Counter()
        txs: list[Tx] = []
        for sender, op in wishes:
            known = self.machine.state.record(Account, sender)
            if known is not None and known.closed is not None:
                continue
            sequence = (known.sequence if known else 0) + sequences[sender]
            try:
                txs.append(self.tx(sender, op, sequence=sequence))
            except Refusal as refusal:
                self.refused[refusal.code] += 1
            else:
                sequences[sender] += 1
        arranged = self.machine.arrange(txs)
        found = self.machine.refusals(arranged, self.time + 1_000)
        # What admission refuses, such as what a frozen account sends, a maker leaves out.
        self.refused.update([refusal.code for refusal in found if refusal is not None])
        kept = [tx for tx, refusal in zip(arranged, found, strict=True) if refusal is None]
        return self.outcome(kept)

    def outcome(self, txs: list[Tx]) -> Outcome:
        """A block as always; its receipts are counted and replayed."""
        outcome = super().outcome(txs)
        receipts = [json.loads(data) for data in outcome.receipts]
        for tx, receipt in zip(txs, receipts, strict=False):
            if receipt["status"] == APPLIED:
                self.applied.update([op_tag(type(op)) for op in tx.body.ops])
            else:
                self.refused[receipt["refusal"]] += 1
            assert receipt["status"] in (APPLIED, REFUSED), receipt
            self._replay(receipt)
        for receipt in receipts[len(txs) :]:
            for item in receipt["hooks"]:
                self._replay(item)
        return outcome

    def _replay(self, told: dict[str, Any]) -> None:
        """Add up the moves of a receipt or hook item, and keep the ids that its events name."""
        for asset, source, target, amount in told["moves"]:
            for account, change in ((source, -amount), (target, amount)):
                place = f"{account}/{asset}"
                self.replayed[place] = self.replayed.get(place, 0) + change
        for event in told["events"]:
            self.told[event["event"]] += 1
            for field in KEPT:
                if field in event:
                    is_account = event["event"].startswith("compliance.")
                    name = f"account_{field}" if is_account else event.get("track", "") + field
                    self.seen.setdefault(name, []).append(event[field])

    def stored_balances(self) -> dict[str, int]:
        """Every balance as it is stored."""
        source = self.machine.state.source
        assert isinstance(source, MemorySource)
        rows = source.range(b"balance\0", b"")
        return {key.partition(b"\0")[2].decode(): int(value) for key, value in rows}

    # --- what may be wished for

    def price(self) -> int:
        """A price near the day's reference, sometimes outside its band."""
        state: InstrumentState = self.get(InstrumentState, NAME)
        ticks: int = self.chance.choice((*range(-12, 13), -80, 80))
        return state.ref + 100 * ticks

    def someone(self) -> str:
        """One of the traders."""
        return self.chance.choice(self.traders)

    def an(self, field: str) -> Any:
        """A recent id of a kind that events named, else one that nothing has."""
        found = self.seen.get(field, [])[-4:]
        is_number = field == "redemption" or field.endswith("proposal")
        nothing = 99 if is_number else ("c-" if field == "cpoe" else "f-") + "0" * 24
        return self.chance.choice(found) if found else nothing

    def own_order(self, trader: str) -> int:
        """An open order of a trader, else a number that may be anybody's."""
        index = self.machine.indexes[Books]
        assert isinstance(index, Books)
        own = list(index.holder(trader).orders)
        return self.chance.choice(own) if own else self.chance.randrange(1, 500)

    def own_part(self, trader: str, tonnes: int) -> tuple[tuple[int, int]]:
        """Up to so many serials of one interval that a trader holds, else any."""
        index = self.machine.indexes[Intervals]
        assert isinstance(index, Intervals)
        starts = index.of_owner.get((trader, FOREIGN, HELD))
        found = [] if starts is None else list(starts.above(0))
        if not found:
            return ((1, 1),)
        interval: Interval = self.get(Interval, f"{FOREIGN}/{self.chance.choice(found):020d}")
        return ((interval.start, min(interval.end, interval.start + tonnes - 1)),)

    def reference(self) -> str:
        """A bank reference that was not used."""
        self.references += 1
        return f"B-{self.references}"
