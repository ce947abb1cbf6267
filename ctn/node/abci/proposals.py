"""Proposals: what this node proposes, and what it accepts from others.

Both are one rule, a function of the block and the state before it: every transaction passes
checks 1 to 9, then admission in block order, and order and limits hold. So all that `prepare`
makes, `accepts` takes.
"""

from collections.abc import Sequence

from ctn.kernel.block import BLOCK_BYTES
from ctn.kernel.refusal import Refusal
from ctn.kernel.tx import Tx
from ctn.node.abci.chain import Chain
from ctn.node.abci.frames import varint
from ctn.node.checking import broken_limit
from ctn.node.pool import Pool


def prepare(chain: Chain, offered: Sequence[bytes], *, room: int, header_ms: int) -> list[bytes]:
    """The transactions of a proposal, in block order."""
    candidates = Pool()
    for tx in _candidates(chain, offered):
        if tx.id not in candidates:
            candidates.add(tx)
    chosen = candidates.select(min(room, BLOCK_BYTES), framed_size)
    ordered = chain.machine.arrange(chosen)
    refusals = chain.machine.refusals(ordered, chain.time_of(header_ms))
    # What is left keeps its order: a transaction falls together with all behind it of its sender.
    return [tx.envelope for tx, error in zip(ordered, refusals, strict=True) if error is None]


def framed_size(envelope: bytes) -> int:
    """The bytes of an envelope in CometBFT's block: a tag and a length stand before it.

    CometBFT counts them, and stops at a proposal of one byte too many.
    """
    return 1 + len(varint(len(envelope))) + len(envelope)


def accepts(chain: Chain, envelopes: Sequence[bytes], header_ms: int) -> str | None:
    """None for a proposal that this node votes for, else the rule that it breaks."""
    txs: list[Tx] = []
    for envelope in envelopes:
        try:
            txs.append(chain.read(envelope))
        except Refusal as error:
            return error.code
    limit = broken_limit(txs)
    if limit is not None:
        return limit
    if [tx.envelope for tx in chain.machine.arrange(txs)] != list(envelopes):
        return "order"
    refusals = chain.machine.refusals(txs, chain.time_of(header_ms))
    first = next((error for error in refusals if error is not None), None)
    return None if first is None else first.code


def _candidates(chain: Chain, offered: Sequence[bytes]) -> list[Tx]:
    """What protects and waits here, then what is offered and good.

    CometBFT offers first in, first out, so a full block would keep a cancellation waiting.
    """
    found = chain.pool.safety()
    for envelope in offered:
        try:
            found.append(chain.read(envelope))
        except Refusal:
            continue
    return found
