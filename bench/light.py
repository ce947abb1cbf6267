"""The light client: headers verified and proofs made and verified per second, one core.

A header of 4 or of 100 validators is verified from its neighbour: hash, set, announced set, and
signatures until two thirds are reached, by libsodium. Beside it stands the rate of the same
signatures alone. A proof is made from a tree of a million keys and verified against its root.
"""

import hashlib
import time
from collections.abc import Callable

from _figure import IS_QUICK, Peer, middle, print_figure, print_row

from ctn.client.light import comet
from ctn.client.light.comet import (
    BlockId,
    CometHeader,
    Commit,
    CommitSignature,
    LightBlock,
    Parts,
    PublicKey,
    Validator,
    Version,
)
from ctn.client.light.verify import check_step
from ctn.crypto import ed25519
from ctn.kernel.codec import from_base64, to_base64
from ctn.kernel.commitment import Commitment, Membership, change
from ctn.kernel.proof import verify_membership

RUNS = 5
KEYS = 50_000 if IS_QUICK else 1_000_000
PROOFS = 2_000 if IS_QUICK else 20_000
CHAIN = "ctn-bench"
ZERO = "00" * 32
MOMENT = "2026-11-25T08:37:{:02}.000000001Z"
NOW = comet.moment_ns("2026-11-25T09:00:00Z")


def validators(count: int) -> tuple[list[Validator], list[bytes]]:
    """A set of equal powers, and the seeds of its keys in set order."""
    rows = []
    for number in range(count):
        seed = hashlib.sha256(b"ctn/bench/light/%d" % number).digest()
        key = ed25519.public_key(seed)
        public = PublicKey("tendermint/PubKeyEd25519", to_base64(key))
        rows.append((Validator(comet.address_of(key), public, "10"), seed))
    rows.sort(key=lambda row: row[0].address)
    return [row[0] for row in rows], [row[1] for row in rows]


def block(height: int, members: list[Validator], seeds: list[bytes]) -> LightBlock:
    """A header that all of the set signed."""
    known = comet.validators_hash(members).hex().upper()
    moment = MOMENT.format(height)
    header = CometHeader(
        Version("11", "1"), CHAIN, str(height), moment, BlockId(ZERO, Parts(1, ZERO)), ZERO, ZERO,
        known, known, ZERO, ZERO, ZERO, ZERO, members[0].address,
    )  # fmt: skip
    signed = BlockId(comet.header_hash(header).hex().upper(), Parts(1, ZERO))
    empty = Commit(str(height), 0, signed, [])
    message = comet.vote_bytes(CHAIN, empty, moment)
    votes = [
        CommitSignature(2, member.address, moment, to_base64(ed25519.sign(seed, message)))
        for member, seed in zip(members, seeds, strict=True)
    ]
    return LightBlock(header, Commit(str(height), 0, signed, votes), members)


def rate(work: Callable[[], None], times: int) -> float:
    """The median rate of several runs, a second."""
    found = []
    for _ in range(RUNS):
        start = time.perf_counter()
        for _ in range(times):
            work()
        found.append(times / (time.perf_counter() - start))
    return middle(found)


def headers(count: int) -> tuple[float, float]:
    """Headers of a set verified a second, and the rate of their signatures alone."""
    members, seeds = validators(count)
    first, second = block(1, members, seeds), block(2, members, seeds)
    times = max(10, (400 if IS_QUICK else 4_000) // count)
    verified = rate(lambda: _follow(first, second), times)
    votes = second.commit.signatures[: 2 * count // 3 + 1]
    message = comet.vote_bytes(CHAIN, second.commit, second.header.time)
    work = [(comet.key_of(members[at]), from_base64(vote.signature or ""))
            for at, vote in enumerate(votes)]  # fmt: skip

    def alone() -> None:
        for key, signature in work:
            ed25519.verify(key, message, signature)

    return verified, rate(alone, times)


def _follow(first: LightBlock, second: LightBlock) -> None:
    check_step(first, second, now_ns=NOW)


def proofs() -> tuple[float, float]:
    """Proofs made, and verified, a second."""
    tree = Commitment()
    names = [b"balance\0a%d/cny" % number for number in range(KEYS)]
    tree.update([change(name, b"%d" % number) for number, name in enumerate(names)])
    root = tree.root()
    chosen = list(range(0, KEYS, KEYS // PROOFS))[:PROOFS]
    made, verified = [], []
    for _ in range(RUNS):
        start = time.perf_counter()
        found = [tree.prove(names[number]) for number in chosen]
        made.append(PROOFS / (time.perf_counter() - start))
        start = time.perf_counter()
        for number, proof in zip(chosen, found, strict=True):
            assert isinstance(proof, Membership)
            verify_membership(root, names[number], b"%d" % number, proof.path)
        verified.append(PROOFS / (time.perf_counter() - start))
    return middle(made), middle(verified)


def main() -> None:
    """Proofs, then headers; the last line is headers of four validators."""
    made, verified = proofs()
    print_row(f"proofs made from {KEYS:,} keys", made, "/s")
    print_row("proofs verified", verified, "/s")
    print_figure("light-proofs-made", made, "/s", goal="none stated")
    print_figure("light-proofs-verified", verified, "/s", goal="none stated")
    for count in (100, 4):
        figure, alone = headers(count)
        print_row(f"headers of {count} validators verified", figure, "/s")
        print_figure(
            f"light-headers-{count}", figure, "/s", goal="none stated",
            peer=Peer("the same signatures alone", alone),
        )  # fmt: skip


if __name__ == "__main__":
    main()
