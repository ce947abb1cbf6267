"""A run of blocks whose every byte must be the same everywhere; prints hashes and roots."""

import hashlib

from ctn.kernel.account import DutyKind, Thresholds
from ctn.modules.accounts.open_multisig import OpenMultisig
from ctn.modules.accounts.sponsor import Sponsor
from ctn.modules.accounts.unsponsor import Unsponsor
from ctn.modules.assets.accept_redemption import AcceptRedemption
from ctn.modules.assets.attest_reserve import AttestReserve
from ctn.modules.assets.issue_money import IssueMoney
from ctn.modules.assets.request_redemption import RequestRedemption
from ctn.modules.assets.transfer import Transfer
from tests.modules.accounts.worlds import signer
from tests.modules.assets.worlds import DOCUMENT, PAYEE, START_DAY
from tests.modules.identity.worlds import attestation
from tests.worlds import DAY, World


def scenario() -> list[str]:
    """The hash of the receipts and the root of each block."""
    world = World()
    attestor = world.authority("attestor", DutyKind.ATTESTOR)
    bank = world.authority("bank", DutyKind.PAYMENT_INSTITUTION, "cny")
    people = [world.person(f"person {number}") for number in range(6)]
    new = world.stranger("新人")
    keys = tuple([signer(world, person) for person in people[:3]])
    a, b, c, d, e, f = people
    blocks = [
        [(a, Transfer("cny", 5, b)), (b, Transfer("cny", 10**9, c)), (c, Sponsor(new, 99, 99, 9))],
        [(attestor, attestation(new, "张", "李")), (bank, IssueMoney("cny", d, 7_000, "In-1"))],
        [(e, RequestRedemption("cny", 77, PAYEE)), (f, OpenMultisig(keys, Thresholds(1, 2, 3)))],
        [(c, Unsponsor(new)), (new, Transfer("cny", 1, a)), (bank, AcceptRedemption(1))],
        [(bank, AttestReserve("cny", START_DAY, 1, DOCUMENT))],
    ]
    lines: list[str] = []
    for block in blocks:
        txs = [world.tx(sender, op) for sender, op in block]
        outcome = world.outcome(world.machine.arrange(txs))
        receipts = hashlib.sha256(b"\n".join(outcome.receipts)).hexdigest()
        lines.append(f"{receipts} {outcome.root.hex()}")
        world.later(DAY)
    return lines


if __name__ == "__main__":
    print("\n".join(scenario()))
