"""What CometBFT is told about transactions, and what it tells with a block."""

import hashlib
from collections.abc import Iterable

import msgspec

from ctn.kernel.codec import encode
from ctn.kernel.ledger import Consensus, LastVote, Misbehavior, plain
from ctn.kernel.receipt import APPLIED, BROKEN, NOT_ADMITTED, REFUSED
from ctn.kernel.refusal import Refusal
from ctn.machine import Outcome
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


class _Told(msgspec.Struct, frozen=True, gc=False):
    """What CometBFT is told of a receipt."""

    tx: str
    status: str
    refusal: str | None


_told = msgspec.json.Decoder(_Told)


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


def params_of(version: int | None) -> pb.ConsensusParams | None:
    """The parameters that change with a version of the ledger; None while it stays."""
    return None if version is None else consensus_params(version)


def check_answer(error: Refusal | None) -> pb.ResponseCheckTx:
    """Code 0, or 1 with module, class and facts of the refusal."""
    if error is None:
        return pb.ResponseCheckTx(code=0)
    module, _, name = error.code.partition(".")
    return pb.ResponseCheckTx(code=1, codespace=module, info=name, data=encode(plain(error.facts)))


def results(outcome: Outcome, count: int) -> list[pb.ExecTxResult]:
    """What became of each of `count` transactions; `data` is the hash of its receipt."""
    senders = [""] * count
    for tx, place in zip(outcome.included, outcome.places, strict=True):
        senders[place] = tx.body.sender
    # A last receipt of the hooks belongs to no transaction.
    return list(map(_result, outcome.receipts[:count], senders))


def _result(receipt: bytes, sender: str) -> pb.ExecTxResult:
    told = _told.decode(receipt)
    refused = told.refusal or ""
    module, _, name = refused.partition(".")
    rows = (("id", told.tx), ("sender", sender), ("refusal", refused))
    return pb.ExecTxResult(
        code=CODES[told.status],
        data=hashlib.sha256(receipt).digest(),
        codespace=module,
        info=name,
        events=[
            pb.Event(
                type="ctn.tx",
                attributes=[pb.EventAttribute(key=key, value=value) for key, value in rows],
            )
        ],
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
