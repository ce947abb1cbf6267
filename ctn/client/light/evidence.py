"""A light client's evidence file, as CometBFT takes it: who signed a block beside the chain's.

The file holds the two blocks of one height that a platform and a witness showed. Which of them is
the chain's a node of the chain knows; the other one is the conflicting block (CometBFT v0.38.25,
types/evidence.go, LightClientAttackEvidence).
"""

import msgspec

from ctn.client import talks
from ctn.client.light import comet
from ctn.client.light.comet import LightBlock, Strict, Validator
from ctn.client.light.committed import fetch
from ctn.client.light.failures import LightVerifyFailed
from ctn.client.light.headers import Stored
from ctn.client.light.verify import check_block
from ctn.client.talks import Answer, Talk

KIND = "tendermint/LightClientAttackEvidence"
FOR_THE_BLOCK = 2
# Fields that follow from the chain before: another value was made up, not voted twice.
DERIVED = (
    "validators_hash", "next_validators_hash", "consensus_hash", "app_hash", "last_results_hash",
)  # fmt: skip


class _Fork(Strict, frozen=True):
    """The file: two blocks of one height, and the witness that showed the second."""

    height: int
    primary: Stored
    witness: Stored
    url: str


def submit(file: bytes) -> Talk[Answer]:
    """Hand the evidence of a file to the platform's CometBFT; its hash there, and who signed.

    Raises LightVerifyFailed (evidence) when neither block conflicts with the platform's chain, or
    when CometBFT refuses it.
    """
    made = yield from attack(file)
    answer = yield from talks.comet_call("broadcast_evidence", {"evidence": made})
    result = answer.get("result")
    if not isinstance(result, dict):
        raise LightVerifyFailed("evidence", f"CometBFT refuses it: {answer.get('error')!s:.300}")
    signers = [row["address"] for row in made["value"]["ByzantineValidators"]]
    return {"hash": str(result.get("hash")), "signers": signers}


def attack(file: bytes) -> Talk[Answer]:
    """The evidence that a file makes against the chain of the platform that is asked."""
    found = comet.read_text(file, _Fork)
    ours = yield from fetch(found.height, 0)
    conflict = _conflict(found, ours)
    check_block(conflict, ours.header.chain_id)
    is_made_up = any(
        getattr(conflict.header, name) != getattr(ours.header, name) for name in DERIVED
    )
    common = (yield from fetch(found.height - 1, 0)) if is_made_up else ours
    signers = _signers(conflict, ours, common.validators if is_made_up else None)
    return {"type": KIND, "value": {
        "ConflictingBlock": _printed(conflict),
        "CommonHeight": str(common.height),
        "ByzantineValidators": [msgspec.to_builtins(each) for each in signers],
        "TotalVotingPower": str(sum(int(each.voting_power) for each in common.validators)),
        "Timestamp": common.header.time,
    }}  # fmt: skip


def _conflict(found: _Fork, ours: LightBlock) -> LightBlock:
    """The block of a file that is not the chain's."""
    known = comet.header_hash(ours.header)
    for row in (found.primary, found.witness):
        block = LightBlock(row.header, row.commit, row.validators)
        if block.height == ours.height and comet.header_hash(block.header) != known:
            return block
    raise LightVerifyFailed("evidence", f"both blocks {found.height} are this chain's")


def _signers(
    conflict: LightBlock, ours: LightBlock, common: list[Validator] | None
) -> list[Validator]:
    """Whom the two commits convict, the most powerful first.

    Of a header that was made up, those of the `common` set who signed it; of two headers of one
    round, those who signed both; of two rounds nobody, since each may have had a reason.
    """
    signed = _addresses(conflict)
    if common is None:
        is_one_round = conflict.commit.round == ours.commit.round
        signed = {name: None for name in signed if is_one_round and name in _addresses(ours)}
        common = conflict.validators
    named = [each for each in common if each.address in signed]
    return sorted(named, key=lambda each: (-int(each.voting_power), each.address))


def _addresses(block: LightBlock) -> dict[str, None]:
    rows = block.commit.signatures
    return {row.validator_address: None for row in rows if row.block_id_flag == FOR_THE_BLOCK}


def _printed(block: LightBlock) -> Answer:
    """A block as CometBFT reads it; whose turn it was enters no hash, so any member will do."""
    rows = [msgspec.to_builtins(each) for each in block.validators]
    header, commit = msgspec.to_builtins(block.header), msgspec.to_builtins(block.commit)
    return {
        "signed_header": {"header": header, "commit": commit},
        "validator_set": {"validators": rows, "proposer": rows[0]},
    }
