"""What CometBFT is told about transactions, and what it tells with a block."""

import hashlib
import json
from collections.abc import Iterable, Sequence

from ctn.kernel.codec import encode
from ctn.kernel.ledger import Consensus, LastVote, Misbehavior, plain
from ctn.kernel.receipt import APPLIED, BROKEN, NOT_ADMITTED, REFUSED
from ctn.kernel.refusal import Refusal
from ctn.node.abci.heights import Heights, ms_of
from ctn.node.abci.pb import abci_pb2 as pb

CODES = {APPLIED: 0, REFUSED: 1, BROKEN: 2, NOT_ADMITTED: 3}
EVIDENCE_AGE_NS = 480 * 3600 * 10**9
EVIDENCE_AGE_BLOCKS = 1_728_000
EVIDENCE_BYTES = 1 << 20
BLOCK_BYTES = 2 << 20
FAULTS = {
    pb.DUPLICATE_VOTE: "duplicate_vote",
    pb.LIGHT_CLIENT_ATTACK: "light_client_attack",
}


def consensus_params(app_version: int) -> pb.ConsensusParams:
    """The parameters of consensus, each part whole (engine.md 20)."""
    params = pb.ConsensusParams()
    params.block.max_bytes = BLOCK_BYTES
    params.block.max_gas = -1
    params.evidence.max_age_num_blocks = EVIDENCE_AGE_BLOCKS
    seconds, nanos = divmod(EVIDENCE_AGE_NS, 10**9)
    params.evidence.max_age_duration.seconds = seconds
    params.evidence.max_age_duration.nanos = nanos
    params.evidence.max_bytes = EVIDENCE_BYTES
    params.validator.pub_key_types.append("ed25519")
    params.version.app = app_version
    params.abci.vote_extensions_enable_height = 0
    return params


def check_answer(error: Refusal | None) -> pb.ResponseCheckTx:
    """Code 0, or 1 with module, class and facts of the refusal."""
    if error is None:
        return pb.ResponseCheckTx(code=0)
    module, _, name = error.code.partition(".")
    return pb.ResponseCheckTx(code=1, codespace=module, info=name, data=encode(plain(error.facts)))


def results(receipts: Sequence[bytes], envelopes: Sequence[bytes]) -> list[pb.ExecTxResult]:
    """What became of each transaction; `data` is the hash of its receipt."""
    # A last receipt of the hooks belongs to no transaction.
    return [_result(receipt) for receipt in receipts[: len(envelopes)]]


def _result(data: bytes) -> pb.ExecTxResult:
    receipt = json.loads(data)
    module, _, name = (receipt["refusal"] or "").partition(".")
    rows = {"id": receipt["tx"], "refusal": receipt["refusal"] or ""}
    event = pb.Event(
        type="ctn.tx",
        attributes=[pb.EventAttribute(key=key, value=value) for key, value in rows.items()],
    )
    return pb.ExecTxResult(
        code=CODES[receipt["status"]],
        data=hashlib.sha256(data).digest(),
        codespace=module,
        info=name,
        events=[event],
    )


def block_facts(request: pb.RequestFinalizeBlock, heights: Heights) -> Consensus:
    """Votes, evidence and proposer of a decided block."""
    return Consensus(
        votes=_votes(request.decided_last_commit.votes),
        evidence=tuple([_fault(found, heights) for found in request.misbehavior]),
        proposer=request.proposer_address.hex(),
    )


def _votes(rows: Iterable[pb.VoteInfo]) -> tuple[LastVote, ...]:
    return tuple(
        [
            LastVote(
                row.validator.address.hex(),
                row.validator.power,
                row.block_id_flag == pb.BLOCK_ID_FLAG_COMMIT,
            )
            for row in rows
        ]
    )


def _fault(found: pb.Misbehavior, heights: Heights) -> Misbehavior:
    return Misbehavior(
        FAULTS.get(found.type, "unknown"),
        found.validator.address.hex(),
        heights.ours(found.height),
        ms_of(found.time),
        found.validator.power,
    )
