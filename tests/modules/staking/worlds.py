"""Worlds of stake: operators with keys, lots and powers in genesis, and blocks that consensus made.

world = StakeWorld()
north = world.operator("north", tonnes=2_000)
world.next_epoch()
world.evidence(north)
"""

import datetime
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from ctn.crypto import ed25519
from ctn.kernel.account import DutyKind
from ctn.kernel.changes import changes_of
from ctn.kernel.ledger import ALONE, Consensus, LastVote, Misbehavior
from ctn.kernel.record import Record
from ctn.kernel.state import MemorySource
from ctn.machine import Machine
from ctn.modules.staking.cpoes import Cpoe
from ctn.modules.staking.declare import Declare, proof_bytes
from ctn.modules.staking.faults import consensus_address
from ctn.modules.staking.file_cpoe import FileCpoe
from ctn.modules.staking.records import (
    ADMITTED,
    DUPLICATE_VOTE,
    Bond,
    ConsensusAddress,
    Power,
    Stakes,
    Validator,
    bonded,
)
from tests.modules.registry.worlds import METHODOLOGY, PROJECT, put_batch
from tests.worlds import DAY, START, World

FRESH = "vcs-00001-2025-001"
OLD = "vcs-00001-2021-001"
TOTAL_T = 1_000_000
TONNE = 1_000_000
UTC8 = 28_800_000
DOCUMENT = "cd" * 32
RULING = "ce" * 32

Events = list[dict[str, Any]]


class StakeWorld(World):
    """A chain with two batches, whose rest is in one hand, and a least bond of 1,000 t."""

    def __init__(self, **params: int | str) -> None:
        super().__init__(**({"min_validators": 1} | params))
        self.left = {FRESH: TOTAL_T, OLD: TOTAL_T}
        self.is_laid = False
        self.seeds: dict[str, bytes] = {}
        for batch in self.left:
            put_batch(self, (1, TOTAL_T, "custody", ""), batch=batch)
        self.verifier = self.authority("verifier", DutyKind.VERIFIER)
        self.reserve = self.person("reserve", cny=10_000)

    @property
    def machine(self) -> Machine:
        """The machine; the rest of each batch goes to the reserve at first use."""
        if not self.is_laid:
            self.is_laid = True
            for batch, tonnes in self.left.items():
                if tonnes:
                    self.grant(self.reserve, batch, tonnes * TONNE)
        found = World.machine.fget(self)  # type: ignore[attr-defined]
        assert isinstance(found, Machine)
        return found

    # --- before the first operation

    def hold(self, account: str, tonnes: int, batch: str = FRESH) -> None:
        """Grant whole tonnes on the market."""
        self.left[batch] -= tonnes
        self.grant(account, batch, tonnes * TONNE)

    def firm(self, name: str, tonnes: int = 0, owner: str = "") -> str:
        """An enterprise with money, tonnes and a consensus key, which it has not declared."""
        address = self.enterprise(name, cny=10_000, owner=owner)
        self.seeds[address] = hashlib.sha256(b"consensus/" + name.encode()).digest()
        if tonnes:
            self.hold(address, tonnes)
        return address

    def operator(self, name: str, tonnes: int = 0, power: int = 0, **changes: Any) -> str:
        """An admitted operator with a lot, and power that was sent, when stated."""
        operator = self.firm(name, owner=changes.pop("owner", ""))
        key = self.key(operator)
        address = consensus_address(key)
        record = Validator(
            operator, key, address, name, ADMITTED, 8_000, False, None, 0, 0, 0, 0, START - 1,
            START - 1,
        )  # fmt: skip
        batch = changes.pop("batch", FRESH)
        self.put(record.replace(**changes))
        self.put(ConsensusAddress(address, key, operator))
        if tonnes:
            self.put(Bond(operator, batch, tonnes, START - 1))
            self.keep(operator, "bond")
            self.hold(bonded(operator), tonnes, batch)
        if power:
            self.put(Power(key, operator, power))
        return operator

    def key(self, operator: str) -> str:
        """The consensus key of an operator."""
        return ed25519.public_key(self.seeds[operator]).hex()

    # --- operations

    def declaring(self, operator: str, **changes: Any) -> Declare:
        """A declaration with a good proof."""
        seed = self.seeds[changes.pop("signer", operator)]
        said = proof_bytes(self.machine.chain, operator)
        fields: dict[str, Any] = {
            "pubkey": ed25519.public_key(seed).hex(), "proof": ed25519.sign(seed, said).hex(),
            "moniker": "node",
        }  # fmt: skip
        return Declare(**(fields | changes))

    def filing(self, tonnes: int = 1_000, first: int = 1, **changes: Any) -> FileCpoe:
        """A record over the last quarter, with serials of CTN."""
        end = quarter_end(self.time)
        fields: dict[str, Any] = {
            "project": PROJECT, "period_start": end - 90 * DAY, "period_end": end - 1,
            "tonnes": tonnes, "methodology": METHODOLOGY, "verifier": self.verifier,
            "evidence": hashlib.sha256(str(first).encode()).hexdigest(),
            "serials": (serial(first, first + tonnes - 1),),
        }  # fmt: skip
        return FileCpoe(**(fields | changes))

    # --- blocks

    def consensus(self, told: Consensus = ALONE, **changes: Any) -> Events:
        """A block without transactions of which consensus told something; its hooks' events."""
        self.time += changes.pop("after", 1_000)
        machine = self.machine
        outcome = machine.apply_block([], self.time, leave_out=False, consensus=told)
        source = machine.state.source
        assert isinstance(source, MemorySource)
        source.write({item.key: item.value for item in outcome.changes})
        machine.committed(outcome)
        if not changes.pop("alarms", False):
            assert not machine.alarms, machine.alarms[0]
        self.recount()
        return hook_events(outcome.receipts)

    def next_epoch(self, absent: Iterable[str] = ()) -> Events:
        """The first block of the next epoch, after the votes on the last one."""
        self.time = (self.time + UTC8) // DAY * DAY + DAY - UTC8 - 1_000
        return self.consensus(Consensus(self.votes(absent)))

    def heights(self, count: int, absent: Iterable[str] = ()) -> Events:
        """So many blocks, of each of which the set voted but for the absent."""
        events: Events = []
        for _ in range(count):
            events += self.consensus(Consensus(self.votes(absent)))
        return events

    def votes(self, absent: Iterable[str] = ()) -> tuple[LastVote, ...]:
        """The votes of the set in force on the block before."""
        gone = [self.key(operator) for operator in absent]
        return tuple(
            LastVote(consensus_address(key), power, key not in gone)
            for key, power in sorted(self.powers().items())
        )

    def evidence(self, operator: str, age: int = 0, kind: str = DUPLICATE_VOTE) -> Events:
        """A block with evidence that an operator's key signed twice, so many ms ago."""
        fault = self.fault(operator, age, kind)
        return self.consensus(Consensus(self.votes(), (fault,)))

    def fault(self, operator: str, age: int = 0, kind: str = DUPLICATE_VOTE) -> Misbehavior:
        """A fault of an operator's key, so many ms ago, at the height now."""
        address = consensus_address(self.key(operator))
        return Misbehavior(kind, address, self.machine.height, self.time - age, 1)

    def write(self, record: Record, place: str = "") -> None:
        """Change a committed record by hand, as an operation of another module would."""
        ledger = self.draft()
        ledger.put(record, place)
        source = self.machine.state.source
        assert isinstance(source, MemorySource)
        changes = changes_of(ledger)
        self.machine.commitment.update([item.change for item in changes])
        source.write({item.key: item.value for item in changes})
        self.machine.state.take(ledger.records, ledger.balances, {})

    # --- looking

    def powers(self) -> dict[str, int]:
        """The powers by key that were sent last."""
        found = self.draft().index(Stakes).powers
        return {key: power.power for key, power in found.items()}

    def power(self, operator: str) -> int:
        """The power of an operator that was sent last."""
        return self.powers().get(self.key(operator), 0)

    def validator(self, operator: str) -> Validator:
        """The validator of an operator."""
        found = self.get(Validator, operator)
        assert isinstance(found, Validator)
        return found

    def lot(self, operator: str, batch: str = FRESH) -> int:
        """The tonnes of a lot, 0 when there is none."""
        found = self.get(Bond, f"{operator}/{batch}")
        return 0 if found is None else found.tonnes

    def cpoe(self, cpoe: str) -> Cpoe:
        """A record."""
        found = self.get(Cpoe, cpoe)
        assert isinstance(found, Cpoe)
        return found

    def filed(self, operator: str, **changes: Any) -> str:
        """A filed record."""
        return str(self.accept(operator, self.filing(**changes))[0]["cpoe"])


def hook_events(receipts: list[bytes]) -> Events:
    """The events of the hook receipt of a block."""

    if not receipts:
        return []
    told = json.loads(receipts[-1]).get("hooks", [])
    return [event for item in told for event in item["events"]]


def named(events: Events, name: str) -> Events:
    """The events of one name of staking."""
    return [event for event in events if event["event"] == "staking." + name]


def serial(first: int, last: int, batch: str = OLD) -> str:
    """A printed serial of CTN."""
    return f"CTN-{batch.upper()}-{first}-{last}"


def quarter_end(time: int) -> int:
    """The first ms after the last complete quarter, found by trying days."""

    zone = datetime.timezone(datetime.timedelta(hours=8))
    now = datetime.datetime.fromtimestamp(time // 1000, zone)
    first = datetime.datetime(now.year, now.month - (now.month - 1) % 3, 1, tzinfo=zone)
    return int(first.timestamp()) * 1000
