"""A small chain in a home on disk, its blocks made by hand: for tests of what reads a home."""

from pathlib import Path

from ctn.client.founding import Authority, Member, founding
from ctn.crypto import ed25519
from ctn.kernel.account import Account, DutyKind
from ctn.kernel.codec import encode
from ctn.kernel.op import Op
from ctn.kernel.tx import Body, Fee, pack
from ctn.machine import Outcome
from ctn.modules.assets.transfer import Transfer
from ctn.node.config import Config, EngineTable, StoreTable
from ctn.node.home import Home, Opened
from ctn.node.maker import Maker
from tests.worlds import START, Person

MAKER_SEED = b"maker of the test, 32 byte seed."
ALICE, BOB, ATTESTOR = Person("alice"), Person("bob", 2), Person("attestor")
MONEY = 1_000_000
CONFIG = Config(
    engine=EngineTable(block_interval_ms=10),
    store=StoreTable(map_gib=1, ballast_mib=0, min_free_mib=0),
)


def create_home(folder: Path) -> Home:
    """A home whose genesis attests alice and bob, both with money, and one attestor."""
    home = Home(folder)
    genesis = founding(
        "ctn-test",
        time=START,
        maker=ed25519.public_key(MAKER_SEED).hex(),
        profile="dev",
        authorities=[Authority(ATTESTOR.address, DutyKind.ATTESTOR)],
        people=[Member(ALICE.address), Member(BOB.address)],
        money={ALICE.address: MONEY, BOB.address: MONEY},
    )
    home.create(genesis, MAKER_SEED, CONFIG)
    return home


class Chain:
    """A home that is open, and the maker of its blocks."""

    def __init__(self, home: Home) -> None:
        self.opened = Opened(home)
        self.maker = Maker(self.opened)

    def send(self, person: Person, *ops: Op) -> None:
        """Let a transaction wait for the next block."""
        machine = self.maker.machine
        known = machine.state.record(Account, person.address)
        sequence = known.sequence if known else 0
        waiting = self.maker.pool.waiting(person.address)
        body = encode(
            Body(
                machine.chain, person.address, sequence + waiting, machine.height + 100,
                Fee(500, None), "", ops,
            )
        )  # fmt: skip
        tx = machine.read(pack(body, [person.sign(body)]))
        machine.verify(tx)
        self.maker.admit(tx)

    def make(self) -> Outcome:
        """Make the next block, one second later."""
        return self.maker.make(self.maker.machine.time + 1_000).outcome

    def close(self) -> None:
        """Let go of the home."""
        self.opened.close()


def fill_home(folder: Path) -> Home:
    """A home with three blocks of transfers, one transfer refused, and an empty block."""
    home = create_home(folder)
    chain = Chain(home)
    for amount in (10, 20, 30):
        chain.send(ALICE, Transfer("cny", amount, BOB.address))
        chain.send(BOB, Transfer("cny", 2, ALICE.address))
        chain.make()
    chain.send(ALICE, Transfer("cny", 10 * MONEY, BOB.address))
    chain.make()
    chain.make()
    chain.close()
    return home
