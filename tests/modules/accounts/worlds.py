"""What tests of operations share beside the worlds: refusals that a door gives, weak keys."""

from typing import Any

from ctn.kernel.account import Signer
from ctn.kernel.op import Op
from ctn.kernel.receipt import NOT_ADMITTED
from ctn.kernel.refusal import Refusal, refusal_code
from tests.crypto.vector_files import cases
from tests.worlds import World


def not_admitted(world: World, sender: str, kind: type[Refusal], *ops: Op, **changes: Any) -> None:
    """A transaction that the admission must leave out with this class."""
    receipt = world.block(world.tx(sender, *ops, **changes))[0]
    assert (receipt.status, receipt.refusal) == (NOT_ADMITTED, refusal_code(kind)), receipt


def signer(world: World, address: str, weight: int = 1) -> Signer:
    """The key of a person of the world, as a signer."""
    person = world.people[address]
    return Signer(person.scheme, person.key.hex(), weight)


def weak_keys() -> list[str]:
    """Ed25519 keys of small order, in hex."""
    return [case["key"] for case in cases("ed25519_small_order")]
