"""Operations that exist for tests of the machine alone: they do what no operation should."""

from typing import Any, ClassVar

from ctn.kernel.account import Role
from ctn.kernel.asset import issued
from ctn.kernel.codec import encode
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Op
from ctn.kernel.record import Event
from ctn.kernel.refusal import AmountZero
from ctn.kernel.tx import Body, Reader, Tx, pack
from ctn.modules.assets.records import Money
from ctn.modules.assets.transfer import Transfer
from tests.worlds import World


class Noticed(Event, frozen=True):
    """A number was noticed."""

    number: int


class Misbehave(Op, frozen=True, tag="tests.misbehave"):
    """Move something, then end in the way that is asked for."""

    needs: ClassVar[Any] = Role.VISITOR

    how: str
    units: int
    to: str

    @property
    def work(self) -> int:
        """What the field says."""
        return self.units

    def apply(self, ledger: Ledger, sender: str) -> None:
        """Move one unit, tell it, then do as asked."""
        ledger.move("cny", 1, source=sender, target=self.to)
        ledger.emit(Noticed(1))
        if self.how == "bug":
            raise ValueError("a text that may differ between machines")
        if self.how == "memory":
            raise MemoryError
        if self.how == "disk":
            raise OSError
        if self.how == "depth":
            raise RecursionError
        if self.how == "breach":
            ledger.put(Money("cny", 0, 1, 0, 0, 0, None, None, False))
        if self.how == "mint":
            ledger.move("cny", 5, source=issued("cny"), target=sender)
        if self.how == "refuse":
            raise AmountZero()
        if self.how == "work":
            ledger.spend_work(self.units)
        if self.how == "work and refuse":
            ledger.spend_work(self.units - 12)
            raise AmountZero()
        if self.how == "events":
            for number in range(4_096):
                ledger.emit(Noticed(number))


SmallBody = Body[Misbehave | Transfer]


def misbehave(world: World, sender: str, *ops: Op, sequence: int = 0) -> Tx:
    """A signed transaction of operations that only tests know."""
    person = world.people[sender]
    reader = Reader(SmallBody, world.machine.chain)
    body = {
        "chain": world.machine.chain,
        "expires": world.machine.height + 9,
        "fee": {"amount": 20_000, "payer": None},
        "memo": "",
        "ops": list(ops),
        "sender": sender,
        "sequence": sequence,
    }
    data = encode(body)
    return reader.read(pack(data, [person.sign(data)]))
