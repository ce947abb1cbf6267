"""Execution alone: our transfers without signatures against ERC-20 transfers in pyrevm, same run.

Ours: decoded transactions through admission, operation, invariants and receipt, in blocks, over a
state in memory; the root is printed apart. The peer: a least ERC-20 (balances, event, revert),
assembled below, one message call a transfer in a Rust EVM, which computes no root either.
"""

import time

from _chain import FUNDS, Key, genesis, keys
from _figure import IS_QUICK, Peer, middle, print_figure, print_row
from pyrevm import EVM, AccountInfo

from ctn.genesis import genesis_machine, genesis_values
from ctn.kernel.codec import encode
from ctn.kernel.state import MemorySource, State
from ctn.kernel.tx import Body, Fee, Signature, Tx, pack
from ctn.machine import Machine
from ctn.modules.assets.transfer import Transfer

ACCOUNTS = 2_000
TRANSFERS = 10_000 if IS_QUICK else 40_000
BLOCK = 5_000
RUNS = 3 if IS_QUICK else 5
TOKEN = "0x" + "ee" * 20
TRANSFER = bytes.fromhex("a9059cbb")
MINT = bytes.fromhex("40c10f19")

def assemble() -> bytes:
    """The token's code, with its jumps resolved."""
    selector = "5f3560e01c63a9059cbb1460{transfer:02x}57"
    mint = "5f60243560{add:02x}56"
    transfer = "5b335f525f60205260405f20" "8054602435" "80821060{poor:02x}57" "8091038255"
    add = (
        "5b600435805f5260405f20" "8054830190" "55"
        "815f5233" + "7f" + "dd" * 32 + "60205fa3" + "60015f5260205ff3"
    )  # fmt: skip
    poor = "5b5f5ffd"
    parts = (selector, mint, transfer)
    sizes = [len(part.format(transfer=0, add=0, poor=0)) // 2 for part in parts]
    places = {
        "transfer": sizes[0] + sizes[1],
        "add": sum(sizes),
        "poor": sum(sizes) + len(add) // 2,
    }
    return bytes.fromhex((selector + mint + transfer + add + poor).format(**places))


def evm_transfers(pairs: list[tuple[int, int]]) -> float:
    """ERC-20 transfers a second in pyrevm."""
    evm = EVM(gas_limit=2**63)
    evm.insert_account_info(TOKEN, AccountInfo(code=assemble()))
    people = [f"0x{number + 1:040x}" for number in range(ACCOUNTS)]
    for person in people:
        evm.message_call(people[0], TOKEN, MINT + _words(person, FUNDS))
    calls = [(people[a], TRANSFER + _words(people[b], 5)) for a, b in pairs]
    start = time.perf_counter()
    for caller, data in calls:
        evm.message_call(caller, TOKEN, data)
    rate = len(calls) / (time.perf_counter() - start)
    try:
        evm.message_call(people[0], TOKEN, TRANSFER + _words(people[1], 2 * FUNDS))
    except RuntimeError:
        return rate
    raise AssertionError("the token let an account send more than it holds")


def _words(address: str, amount: int) -> bytes:
    return bytes(12) + bytes.fromhex(address[2:]) + amount.to_bytes(32, "big")


def our_transfers(people: list[Key], pairs: list[tuple[int, int]]) -> tuple[float, float]:
    """Transfers a second without and with the state root."""
    founded = genesis(people, b"m" * 32)
    machine = genesis_machine(founded, State(MemorySource(genesis_values(founded))))
    txs = _decoded(machine, people, pairs)
    rooted = 0.0
    executed = 0.0
    source = machine.state.source
    assert isinstance(source, MemorySource)
    for at in range(0, len(txs), BLOCK):
        start = time.perf_counter()
        outcome = machine.apply_block(txs[at : at + BLOCK], machine.time + 1, leave_out=True)
        rooted += time.perf_counter() - start
        executed += time.perf_counter() - start
        again = time.perf_counter()
        machine.commitment.update([item.change for item in outcome.changes])
        executed -= time.perf_counter() - again
        source.write({item.key: item.value for item in outcome.changes})
        machine.committed(outcome)
        assert not outcome.left_out
    return len(txs) / executed, len(txs) / rooted


def _decoded(machine: Machine, people: list[Key], pairs: list[tuple[int, int]]) -> list[Tx]:
    sequences = dict.fromkeys(range(len(people)), 0)
    txs: list[Tx] = []
    for sender, target in pairs:
        mine = people[sender]
        transfer = Transfer("cny", 5, people[target].address)
        body = Body(
            machine.chain, mine.address, sequences[sender], 4_000_000, Fee(20, None), "",
            (transfer,),
        )  # fmt: skip
        sequences[sender] += 1
        envelope = pack(encode(body), [Signature(1, mine.public, bytes(64))])
        txs.append(machine.read(envelope))
    return txs


def main() -> None:
    """Both in turn, several times; the medians."""
    people = keys(ACCOUNTS)
    pairs = [(n * 7_919 % ACCOUNTS, n * 104_729 % ACCOUNTS) for n in range(TRANSFERS)]
    ours, rooted, peer = [], [], []
    for _ in range(RUNS):
        executed, with_root = our_transfers(people, pairs)
        ours.append(executed)
        rooted.append(with_root)
        peer.append(evm_transfers(pairs))
    print_row("ours, executed with receipts", middle(ours), "tx/s")
    print_row("ours, with the state root", middle(rooted), "tx/s")
    print_row("ERC-20 in pyrevm", middle(peer), "tx/s")
    name = "ERC-20 transfer in pyrevm (Rust), no signatures, no root"
    print_figure("execution", middle(ours), "tx/s", goal="none", peer=Peer(name, middle(peer)))


if __name__ == "__main__":
    main()
