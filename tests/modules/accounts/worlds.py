"""What tests of operations share beside the worlds: refusals that a door gives, weak keys."""

from typing import Any

from ctn.kernel.account import Signer
from ctn.kernel.op import Op
from ctn.kernel.receipt import NOT_ADMITTED
from ctn.kernel.refusal import Refusal, refusal_code
from ctn.modules.accounts.records import Guard
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


def guarded(world: World, account: str, **changes: Any) -> None:
    """Change the guard of an attested account in the first state."""
    guard = world.first(Guard, account)
    world.put(guard.replace(**changes), account)


def wait(world: World, milliseconds: int) -> list[dict[str, Any]]:
    """Let so much time pass, and tell the events of the hooks of the block after it."""
    world.later(milliseconds - 1_000)
    world.recount()
    items = world.empty_block()
    world.recount()
    return [event for item in items for event in item["events"]]


def asked(events: list[dict[str, Any]]) -> int:
    """The number under which the change of a transaction waits."""
    (number,) = [event["number"] for event in events if "effective" in event]
    return int(number)
