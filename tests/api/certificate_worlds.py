"""A chain on which alice brought in 200 t of Verra's and retires them in every way there is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ctn.api.certificates.fonts import FOLDER, PATTERN
from ctn.kernel.genesis import Genesis
from ctn.kernel.state import MemorySource
from ctn.modules.registry.deposit import Deposit
from ctn.modules.registry.records import Beneficiary, Opening
from ctn.modules.registry.retire import Retire
from ctn.modules.registry.retirement import commitment_of
from tests.api.chains import MAKER, Asked, Chain, running
from tests.modules.registry.bridge_worlds import FOREIGN, BridgeWorld, verra
from tests.modules.registry.worlds import TONNE, retiring
from tests.worlds import START, Person

HAS_FONTS = any(FOLDER.glob(PATTERN))
NO_FONTS = "web not built"
SALT = bytes(range(32)).hex()
NAME = "碳中和茶业（杭州）有限公司"
HOSTILE = "\"'><script>alert(1)</script>{{ 7*7 }}{% raw %}&amp;"
HIDDEN = Opening(Beneficiary("Ocean Tea", None, None, "CN"), "the crew", None, "", None, None)


def founding() -> Genesis:
    """The state of a world after bridging, as a genesis: serials 1-100 on the market."""
    world = BridgeWorld()
    world.bring_in(verra(5_001, 5_150), verra(9_001, 9_050))
    world.accept(world.alice, Deposit(FOREIGN, ((1, 100),)))
    source = world.machine.state.source
    assert isinstance(source, MemorySource)
    records: list[tuple[str, str, Any]] = []
    for key, value in source.range(b"", b""):
        table, _, place = key.decode().partition("\0")
        if table not in ("chain", "param"):
            records.append((table, place, json.loads(value)))
    records.sort(key=lambda row: (row[0], row[1]))
    return Genesis("ctn-test", START, 1, 1, MAKER, dict(world.params), records, None, {})


class Certified:
    """The chain, the platform over it, and alice's operations on it."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.api = Asked(chain)
        self.alice = Person("alice").address

    def send(self, op: Any) -> dict[str, Any]:
        """The receipt of an operation of alice's, which must be applied."""
        sequence = self.api.get(f"/accounts/{self.alice}").json()["sequence"]
        envelope = self.chain.envelope("alice", op, sequence=sequence)
        answer = self.api.post("/transactions", {"tx": envelope, "wait": "commit"}).json()
        assert answer["status"] == "applied", answer
        receipt: dict[str, Any] = answer["receipt"]
        return receipt

    def retire(self, **changes: Any) -> str:
        """The certificate of a retirement of one tonne from the market, with some changes."""
        op: Retire = retiring(**({"batch": FOREIGN, "grams": TONNE} | changes))
        events = self.send(op)["events"]
        return next(row["certificate"] for row in events if row["event"] == "registry.Retired")

    def retire_held(self, *parts: tuple[int, int], **changes: Any) -> str:
        """The certificate of a retirement of held serials."""
        return self.retire(source="held", parts=parts, grams=0, **changes)

    def retire_hidden(self, privacy: str = "name_hidden", opening: Opening = HIDDEN) -> str:
        """The certificate of a retirement that hides an opening."""
        return self.retire(privacy=privacy, commitment=commitment_of(opening, privacy, SALT))


@contextmanager
def certified() -> Iterator[Certified]:
    """A running chain; its folder is short, since a socket's path has at most 100 bytes."""
    with (
        TemporaryDirectory(prefix="ctn-") as folder,
        running(Path(folder) / "home", founding()) as chain,
    ):
        found = Certified(chain)
        yield found
        found.api.close()
