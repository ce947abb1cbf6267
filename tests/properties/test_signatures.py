"""I26, I33: what is admitted was signed by enough, at its place; and each admission is one step.

The rule is told here a second time, from people.md 2.1 and 2.3, without the ledger's own functions.
"""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.kernel.account import Account, Signer, Thresholds
from ctn.kernel.op import Op
from ctn.kernel.receipt import NOT_ADMITTED
from ctn.modules.accounts.add_trusted import AddTrusted
from ctn.modules.accounts.cancel_pending import CancelPending
from ctn.modules.accounts.limit_signer import LimitSigner
from ctn.modules.accounts.records import SignerLimit
from ctn.modules.accounts.recover import Recover
from ctn.modules.accounts.remove_trusted import RemoveTrusted
from ctn.modules.accounts.set_guard import SetGuard
from ctn.modules.assets.transfer import Transfer
from tests.modules.accounts.worlds import asked, guarded
from tests.worlds import START, Person, World

KEYS = ("k0", "k1", "k2", "k3")
FAMILIES = (None, None, ("trade",), ("identity",), ("identity", "transfer"))
SIGNERS = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from(FAMILIES)), min_size=2, max_size=4
)
PERSON_NEED, MOST_SIGNATURES = 1, 4


class Shared:
    """An account of several keys, of a person or an enterprise, with a recovery that waits."""

    def __init__(self, rows: list[Any], asks: tuple[int, int, int], least: int, kind: str) -> None:
        self.world = world = World(enterprise_min_approvers=least)
        self.account = world.person("shared", kind=kind)
        self.kind, self.least = kind, least
        self.stranger = world.stranger("stranger", 0)
        self.other = world.person("other")
        self.names = [world.stranger(name, 0) for name in KEYS[: len(rows)]]
        self.weights = [weight for weight, _families in rows]
        self.families = [families for _weight, families in rows]
        low, medium, high = sorted(min(ask, sum(self.weights)) for ask in asks)
        self.asks = {"any": 1, "low": low, "medium": medium, "high": high}
        keys = [
            Signer(1, world.people[name].key.hex(), weight)
            for name, weight in zip(self.names, self.weights, strict=True)
        ]
        signers = tuple(sorted(keys))
        world.put(Account(signers, Thresholds(low, medium, high), 0, START - 1, None), self.account)
        for name, families in zip(self.names, self.families, strict=True):
            if families is not None:
                place = f"{self.account}/1-{world.people[name].key.hex()}"
                world.put(SignerLimit(families), place)
        guards = [world.person(f"guard{number}") for number in range(2)]
        guarded(world, self.account, guardians=tuple(guards), guardian_threshold=2)
        self.guards = guards

    def recovery(self) -> int:
        """The number of a recovery that two guardians began."""
        keys = tuple(sorted([Signer(1, Person(f"new{n}").key.hex(), 1) for n in range(4)]))
        wish = Recover(self.account, keys, Thresholds(1, 1, 1))
        self.world.accept(self.guards[0], wish)
        return asked(self.world.accept(self.guards[1], wish))

    def is_enough(self, ops: list[Op], signed: list[str], *, stops: bool) -> bool:
        """Whether these signatures suffice for these operations (people.md 2.1, 2.3)."""
        if self.stranger in signed:
            return False
        levels = [op.threshold.name.lower() for op in ops]
        order = ("any", "low", "medium", "high")
        level = "high" if stops else max(levels, key=order.index)
        bound = [op.family for op in ops if stops or op.threshold.name != "ANY"]
        counting = [
            place
            for place, name in enumerate(self.names)
            if name in signed
            and (self.families[place] is None or set(bound) <= set(self.families[place]))
        ]
        need = PERSON_NEED
        if self.kind == "enterprise" and level in ("medium", "high"):
            need = min(self.least, max(2, self.families.count(None)))
        weight = sum(self.weights[place] for place in counting)
        return weight >= self.asks[level] and len(counting) >= need


def operations(shared: Shared, chosen: list[int]) -> list[Op]:
    key = shared.world.people[shared.names[0]].key.hex()
    kinds: list[Op] = [
        CancelPending(99), RemoveTrusted(shared.other), Transfer("cny", 1, shared.other),
        SetGuard(True, (), (), 0), AddTrusted(shared.other), LimitSigner(1, key, ("trade",)),
    ]  # fmt: skip
    return [kinds[place] for place in chosen]


@settings(max_examples=150, deadline=None)
@given(
    rows=SIGNERS,
    asks=st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6)),
    least=st.integers(1, 4),
    kind=st.sampled_from(["person", "enterprise"]),
    chosen=st.lists(st.integers(0, 5), min_size=1, max_size=3),
    signed=st.lists(st.integers(0, 4), min_size=1, max_size=MOST_SIGNATURES, unique=True),
    stops=st.booleans(),
)
def test_what_is_admitted_was_signed_by_enough_and_each_admission_is_one_step(
    rows: list[Any], asks: tuple[int, int, int], least: int, kind: str, chosen: list[int],
    signed: list[int], stops: bool,
) -> None:  # fmt: skip
    shared = Shared(rows, asks, least, kind)
    world = shared.world
    ops: list[Op] = operations(shared, chosen)
    if stops:
        ops = [CancelPending(shared.recovery()), *ops[:1]]
    names = [*shared.names, shared.stranger]
    signers = [names[place] for place in signed if place < len(names)] or [shared.stranger]
    before = world.get(Account, shared.account).sequence
    (receipt,) = world.block(world.tx(shared.account, *ops, signers=signers))
    is_admitted = receipt.status != NOT_ADMITTED
    assert is_admitted == shared.is_enough(ops, signers, stops=stops), receipt
    assert world.get(Account, shared.account).sequence == before + is_admitted
