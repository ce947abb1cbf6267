"""Shared worlds: a machine over memory, with named accounts, for tests of operations.

A test says a world in one line, sends one op, and expects one thing:

    world = World()
    alice, bob = world.person("alice", cny=1_000), world.person("bob")
    world.accept(alice, Transfer("cny", 10, bob))
    world.refuse(alice, InsufficientBalance, Transfer("cny", 10_000_000, bob))

Every accepted transaction is followed by a full recount; every refusal must be one that the
operation declares, and must leave the state as an empty transaction would.
"""

import hashlib
import json
from typing import Any

import pytest

from ctn.crypto import schemes
from ctn.genesis import genesis_machine, genesis_values
from ctn.kernel.account import (
    GOV_COUNCIL,
    Account,
    DutyKind,
    Signer,
    Thresholds,
    is_holding,
    key_address,
)
from ctn.kernel.changes import changes_of
from ctn.kernel.codec import encode
from ctn.kernel.genesis import Genesis, chain_name
from ctn.kernel.ledger import ALONE, Consensus, Ledger, TxFacts
from ctn.kernel.op import Op
from ctn.kernel.receipt import APPLIED, REFUSED, Receipt
from ctn.kernel.record import Record
from ctn.kernel.refusal import Refusal, module_of, refusal_code
from ctn.kernel.state import MemorySource, State
from ctn.kernel.tx import Body, Fee, Signature, Tx, least_fee, pack, sign_bytes
from ctn.machine import Machine, Outcome
from ctn.modules.accounts.records import (
    ENTERPRISE,
    INSTITUTION,
    PERSON,
    Cause,
    FirstHeld,
    Guard,
    Hold,
    Trusted,
)
from ctn.modules.assets.records import FREE, Asset
from ctn.modules.identity.records import LIVE, Attestation, Duty, Standing
from tests.cases import note, note_result

CNY = 10_000
START = 1_800_000_000_000  # 2027-01-15T08:00:00Z, a Friday, 16:00 at UTC+8
DAY = 86_400_000
FOREVER = START + 20 * 365 * DAY

# Refusals that any operation may meet before its own are tested.
COMMON = {
    "kernel.RoleTooLow", "kernel.NotAuthority", "kernel.ScopeFrozen", "kernel.WorkExceeded",
    "kernel.AccountClosed", "kernel.AccountFrozen", "kernel.Stopped",
    "identity.AuthorityMayNotTrade", "accounts.AccountLocked",
}  # fmt: skip


class Person:
    """A named key."""

    def __init__(self, name: str, scheme: int = 1) -> None:
        self.name = name
        self.scheme = scheme
        self.seed = hashlib.sha256(b"worlds/" + name.encode()).digest()
        self.key = schemes.SCHEMES[scheme].public_key(self.seed)
        self.address = key_address(scheme, self.key)

    def sign(self, body: bytes) -> Signature:
        """This key's signature of a body."""
        signature = schemes.SCHEMES[self.scheme].sign(self.seed, sign_bytes(body))
        return Signature(self.scheme, self.key, signature)


class World:
    """A chain in memory; genesis is what was granted before the first operation."""

    # Alarms that a life may raise without an error, by how they begin.
    tolerated: tuple[str, ...] = ("no such alarm",)

    def __init__(self, **params: int | str) -> None:
        self.params: dict[str, Any] = {"fee_asset": "cny"} | params
        self.people: dict[str, Person] = {}
        self.signers: dict[str, list[str]] = {}
        self.time = START
        self._records: dict[tuple[str, str], Any] = {}
        self._balances: dict[str, int] = {}
        self._machine: Machine | None = None
        self.put(Asset("cny", FREE))

    # --- before the first operation

    def put(self, record: Record, place: str = "") -> None:
        """A genesis record."""
        assert self._machine is None, "the world has begun"
        self._records[(record.table, place or record.place())] = record

    def first(self, kind: type[Record], place: str) -> Any:
        """A genesis record that was put."""
        return self._records[(kind.table, place)]

    def grant(self, account: str, asset: str, amount: int) -> None:
        """Genesis balance of an account, issued from the contra account."""
        for holder, change in ((account, amount), (f"issued:{asset}", -amount)):
            place = f"{holder}/{asset}"
            self._balances[place] = self._balances.get(place, 0) + change
        if not is_holding(account):
            self.put(FirstHeld(0, 0), account)

    def stranger(self, name: str, cny: int = 100, scheme: int = 1) -> str:
        """An address with money for fees (whole CNY) and no attestation."""
        person = Person(name, scheme)
        self.people[person.address] = person
        if cny:
            self.grant(person.address, "cny", cny * CNY)
        return person.address

    def person(self, name: str, cny: int = 100, owner: str = "", kind: str = PERSON) -> str:
        """An attested account; accounts that name one `owner` share it."""
        address = self.stranger(name, cny)
        until = FOREVER
        self.put(Guard(kind != PERSON, (), (), 0, kind, until), address)
        if kind != PERSON:
            self.second_signer(address)
        level = 2 if kind == PERSON else 3
        owners = (hashlib.sha256(b"owner/" + (owner or name).encode()).hexdigest(),)
        attestor = Person("genesis attestor").address
        place = f"{address}/{0:020d}"
        self.put(
            Attestation(
                place, address, attestor, level, kind, "CN", owners, (), "00" * 32, START - 1,
                until, LIVE, None,
            )
        )  # fmt: skip
        return address

    def second_signer(self, address: str) -> None:
        """Give an organisation a second key, since what is more than a trade asks for two."""
        second = Person(self.people[address].name + "/second")
        self.people[second.address] = second
        self.signers[address] = [address, second.address]
        both = [Signer(1, self.people[one].key.hex(), 1) for one in self.signers[address]]
        signers = tuple(sorted(both))
        self.put(Account(signers, Thresholds(1, 1, 1), 0, START - 1, None), address)

    def trust(self, account: str, *targets: str) -> None:
        """Let an account trust addresses from the start."""
        for target in targets:
            self.put(Trusted(START - 1), f"{account}/{target}")

    def keep(self, account: str, cause: Cause, count: int = 1) -> None:
        """Let something of the first state keep an account from being closed."""
        known = self._records.get(("hold", f"{account}/{cause}"))
        self.put(Hold(account, cause, count + (known.count if known else 0)))

    def enterprise(self, name: str, cny: int = 100, owner: str = "") -> str:
        """An attested enterprise."""
        return self.person(name, cny, owner, ENTERPRISE)

    def authority(self, name: str, duty: DutyKind, scope: str = "", cny: int = 100) -> str:
        """An attested institution with a duty."""
        address = self.person(name, cny, "", INSTITUTION)
        self.put(Duty(duty.value, address, scope, START - 1, None))
        return address

    def lapse(self, address: str) -> None:
        """Let the attestation of an account have expired before genesis."""
        place = f"{address}/{0:020d}"
        attestation = self._records[("attestation", place)]
        self.put(attestation.replace(expires=START - 1))
        guard = self._records[("guard", address)]
        self.put(guard.replace(verified_until=START - 1), address)

    def standing(self, address: str, rank: int = 0, discount_bp: int = 0) -> None:
        """What the owner of an attested account has earned, as a genesis record."""
        attestation = self._records[("attestation", f"{address}/{0:020d}")]
        owner = min(attestation.owners)
        self.put(Standing(owner, rank >= 1, rank == 2, START - 1, 0, (0,) * 9, rank, discount_bp))

    # --- the machine

    @property
    def machine(self) -> Machine:
        """The machine, made at first use from what was granted."""
        if self._machine is None:
            records = [(table, place, value) for (table, place), value in self._records.items()]
            records += [("balance", place, value) for place, value in self._balances.items()]
            records.sort(key=lambda row: (row[0], row[1]))
            genesis = Genesis(
                "ctn-world", START - 1, 1, 1, None, self.params, records, None, {}
            )  # fmt: skip
            state = State(MemorySource(genesis_values(genesis)))
            self._machine = genesis_machine(genesis, state)
            assert self._machine.chain == chain_name(genesis)
        return self._machine

    def tx(self, sender: str, *ops: Op, **changes: Any) -> Tx:
        """A signed transaction of an account; `signers` names other accounts' keys, `fee`, ..."""
        signers: list[str] = changes.pop("signers", self.signers.get(sender, [sender]))
        state = self.machine.state
        known = state.record(Account, sender)
        sequence = changes.pop("sequence", known.sequence if known else 0)
        payer = changes.pop("payer", None)
        stated = changes.pop("fee", None)
        chain = changes.pop("chain", self.machine.chain)
        expires = changes.pop("expires", self.machine.height + 1_000)
        memo = changes.pop("memo", "")
        assert not changes, changes

        def envelope_with(fee: int) -> bytes:
            data = encode(Body(chain, sender, sequence, expires, Fee(fee, payer), memo, ops))
            return pack(data, [self.people[name].sign(data) for name in signers])

        if stated is None:
            work = 60 * len(signers) + sum(op.work for op in ops)
            stated = least_fee(len(ops), len(envelope_with(1_000_000)), work)
        envelope = envelope_with(stated)
        tx = self.machine.read(envelope)
        self.machine.verify(tx)
        return tx

    def block(self, *txs: Tx) -> list[Receipt]:
        """One block of these transactions, in the order that the engine gives them."""
        outcome = self.outcome(self.machine.arrange(list(txs)))
        return [_receipt(data) for data in outcome.receipts[: len(txs)]]

    def outcome(self, txs: list[Tx]) -> Outcome:
        """One block, committed, with everything it did."""
        self.time += 1_000
        machine = self.machine
        told = self.heard()
        outcome = machine.apply_block(txs, self.time, leave_out=False, consensus=told)
        source = machine.state.source
        assert isinstance(source, MemorySource)
        source.write({item.key: item.value for item in outcome.changes})
        machine.committed(outcome)
        raised = [one for one in machine.alarms if not one.startswith(self.tolerated)]
        assert not raised, raised[0]
        return outcome

    def heard(self) -> Consensus:
        """What consensus tells with the next block: nothing, for one maker makes it."""
        return ALONE

    def run(self, sender: str, *ops: Op, **changes: Any) -> Receipt:
        """One transaction in one block."""
        receipt = self.block(self.tx(sender, *ops, **changes))[0]
        note(ops, receipt)
        if receipt.status == APPLIED:
            self.recount()
        return receipt

    def accept(self, sender: str, *ops: Op, **changes: Any) -> list[dict[str, Any]]:
        """The events of a transaction that must be applied."""
        receipt = self.run(sender, *ops, **changes)
        assert receipt.status == APPLIED, (receipt.refusal, receipt.facts)
        return receipt.events

    def refuse(self, sender: str, kind: type[Refusal], *ops: Op, **changes: Any) -> dict[str, Any]:
        """The facts of a transaction that must be refused, by its last op, with this class."""
        before = self._content(sender)
        receipt = self.run(sender, *ops, **changes)
        assert receipt.status == REFUSED, receipt.status
        assert receipt.refusal == refusal_code(kind), (receipt.refusal, receipt.facts)
        assert receipt.op is not None
        declared = [refusal_code(item) for item in type(ops[receipt.op]).refuses]
        assert receipt.refusal in declared or receipt.refusal in COMMON, "undeclared refusal"
        assert self._content(sender) == before, "a refused transaction changed something"
        return receipt.facts

    def refuse_at_door(self, sender: str, kind: type[Refusal], op: Op) -> dict[str, Any]:
        """The facts of an op that its `check` must refuse, before any state is looked at."""
        with pytest.raises(kind) as caught:
            self.tx(sender, op)
        assert type(caught.value) is kind
        assert kind in type(op).refuses, "undeclared refusal"
        note_result((op,), REFUSED, refusal_code(kind), [])
        return caught.value.facts

    def council(self, *ops: Op, sender: str = GOV_COUNCIL) -> list[dict[str, Any]]:
        """The events of ops that the council must be able to execute."""
        events, refusal = self._execute(ops, sender)
        assert refusal is None, refusal
        return events

    def council_refuse(self, kind: type[Refusal], *ops: Op, sender: str = GOV_COUNCIL) -> None:
        """Ops of the council that must be refused with this class."""
        _events, refusal = self._execute(ops, sender)
        assert type(refusal) is kind, refusal
        assert kind in type(ops[-1]).refuses or refusal_code(kind) in COMMON

    def _execute(
        self, ops: tuple[Op, ...], sender: str
    ) -> tuple[list[dict[str, Any]], Refusal | None]:
        machine = self.machine
        self.time += 1_000
        ledger = machine.draft(self.time)
        ledger.tx = TxFacts(hashlib.sha256(encode(list(ops))).hexdigest(), 0, 0)
        try:
            machine.execute(ledger, ops, sender)
        except Refusal as refusal:
            note_result(ops, "refused", refusal.code, [], [])
            return [], refusal
        source = machine.state.source
        assert isinstance(source, MemorySource)
        changes = changes_of(ledger)
        machine.commitment.update([item.change for item in changes])
        source.write({item.key: item.value for item in changes})
        machine.state.take(ledger.records, ledger.balances, {})
        machine.time = self.time
        events = list(ledger.events)
        note_result(ops, "applied", None, events, list(ledger.moves))
        self.recount()
        return events, None

    # --- looking

    def later(self, milliseconds: int) -> None:
        """Let block time pass."""
        self.time += milliseconds

    def empty_block(self) -> list[dict[str, Any]]:
        """The hook items of a block without transactions."""
        outcome = self.outcome([])
        if not outcome.receipts:
            return []
        items: list[dict[str, Any]] = json.loads(outcome.receipts[-1])["hooks"]
        return items

    def draft(self) -> Ledger:
        """A draft of the next block, for reading."""
        return self.machine.draft(self.time + 1)

    def balance(self, account: str, asset: str = "cny") -> int:
        """What an account holds."""
        return self.machine.state.balance(f"{account}/{asset}")

    def get(self, kind: type[Record], place: str) -> Any:
        """A committed record, or None."""
        return self.machine.state.record(kind, place)

    def recount(self) -> None:
        """Every invariant over the whole state."""
        source = self.machine.state.source
        balances = {key[8:].decode(): int(value) for key, value in source.range(b"balance\0", b"")}
        self.machine.recount(balances)

    def _content(self, sender: str) -> dict[bytes, bytes]:
        """Everything but the clock, the sender's sequence and the fee it pays."""
        source = self.machine.state.source
        skip = (b"chain\0", b"account\0" + sender.encode(), b"balance\0fees:tx/")
        mine = b"balance\0" + sender.encode() + b"/cny"
        return {
            key: value
            for key, value in source.range(b"", b"")
            if not key.startswith(skip) and key != mine
        }


def _receipt(data: bytes) -> Receipt:
    fields = json.loads(data)
    return Receipt(**fields)


__all__ = ["CNY", "DAY", "START", "Person", "World", "module_of"]
