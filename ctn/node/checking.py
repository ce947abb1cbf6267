"""A block of someone else's, believed only as far as running it again makes the same.

Used by whoever runs old blocks again and by whoever follows new ones: chain, height, time, link,
maker, seal, every signature, limits, order, receipts and root (engine.md 6).
"""

from collections.abc import Sequence

from ctn.crypto.digest import merkle_root
from ctn.crypto.errors import CryptoError
from ctn.kernel.block import BLOCK_BYTES, BLOCK_TXS, BLOCK_TXS_SENDER, BLOCK_WORK, Block
from ctn.kernel.refusal import Refusal
from ctn.kernel.tx import Tx
from ctn.machine import Machine, Outcome
from ctn.node.maker import verify_block


class BlockDiffers(ValueError):
    """A block is not what its rules make; `outcome` is what running it made, if it got so far."""

    def __init__(self, reason: str, outcome: Outcome | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.outcome = outcome


def run_block(machine: Machine, block: Block, *, previous: str, maker: str) -> Outcome:
    """What the next block does, when it follows `previous` under the maker's seal.

    Raises BlockDiffers. After a differing root the machine's tree is that of the wrong block: it
    must not be used any more.
    """
    header = block.header
    _require(header.chain == machine.chain, "chain")
    _require(header.height == machine.height + 1, "height")
    _require(header.time > machine.time, "time")
    _require(header.count == len(block.envelopes), "count")
    txs = _read(machine, block, previous=previous, maker=maker)
    limit = broken_limit(txs)
    if limit is not None:
        raise BlockDiffers(f"it breaks the limit of {limit}")
    _require([tx.id for tx in machine.arrange(txs)] == [tx.id for tx in txs], "order")
    outcome = machine.apply_block(txs, header.time, leave_out=False)
    receipts = merkle_root(outcome.receipts).hex()
    _require(receipts == header.receipts, "receipts root", outcome)
    _require(outcome.root.hex() == header.state, "state root", outcome)
    return outcome


def broken_limit(txs: Sequence[Tx]) -> str | None:
    """The first limit of a block that these transactions break."""
    if len(txs) > BLOCK_TXS:
        return "transactions"
    if sum(len(tx.envelope) for tx in txs) > BLOCK_BYTES:
        return "bytes"
    if sum(tx.work for tx in txs) > BLOCK_WORK:
        return "work"
    senders: dict[str, int] = {}
    for tx in txs:
        senders[tx.body.sender] = senders.get(tx.body.sender, 0) + 1
    return "sender" if max(senders.values(), default=0) > BLOCK_TXS_SENDER else None


def _read(machine: Machine, block: Block, *, previous: str, maker: str) -> list[Tx]:
    """The transactions of a block whose seal and signatures hold."""
    try:
        verify_block(block, previous, maker)
        txs = [machine.read(envelope) for envelope in block.envelopes]
        for tx in txs:
            machine.verify(tx)
    except (ValueError, CryptoError) as error:
        raise BlockDiffers(str(error) or "the seal is not the maker's") from None
    except Refusal as refusal:
        raise BlockDiffers(str(refusal)) from None
    return txs


def _require(holds: bool, check: str, outcome: Outcome | None = None) -> None:
    if not holds:
        raise BlockDiffers(f"its {check} is not what running it again makes", outcome)
