"""What a line of CometBFT's log says about going on (engine.md 12).

CometBFT may live on, its health call still answering, after its consensus has stopped for ever; so
its own words decide.
"""

from enum import Enum

CONSENSUS_STOPPED = "CONSENSUS FAILURE!!!"
SYNC_FAILED = "State sync failed"
APP_LOST = "Did the application crash?"
APP_AHEAD = "is higher than core"  # "app block height (9) is higher than core (8)"
# Fields of a header that follow from what we executed in the blocks before.
FALSE_FIELDS = tuple([
    f"wrong Block.Header.{field}"
    for field in ("AppHash", "LastResultsHash", "ConsensusHash", "ValidatorsHash",
                  "NextValidatorsHash")
])  # fmt: skip
OTHER_ROOT = "does not match AppHash"
BLOCK_REFUSED = "Error in validation"  # of block sync, where two thirds have signed already


class Verdict(Enum):
    """What follows from a line; the first of several counts."""

    WRONG_ROOT = "our root is not the chain's: ctn node rollback or ctn node resync"
    APP_AHEAD = "the application is ahead of CometBFT's blocks: ctn node rollback"
    SYNC_FAILED = "the state sync failed"
    CONSENSUS_STOPPED = "the consensus of CometBFT has stopped"
    APP_LOST = "CometBFT lost its application"


def verdict(line: str) -> Verdict | None:
    """What a line means, None for one that means nothing.

    A proposal with another root is logged too, but one bad proposer must stop nobody: only what
    two thirds have signed counts.
    """
    is_final = CONSENSUS_STOPPED in line or BLOCK_REFUSED in line
    if OTHER_ROOT in line or (is_final and any(text in line for text in FALSE_FIELDS)):
        return Verdict.WRONG_ROOT
    if CONSENSUS_STOPPED in line:
        return Verdict.CONSENSUS_STOPPED
    if SYNC_FAILED in line:
        return Verdict.SYNC_FAILED
    if APP_LOST in line:
        return Verdict.APP_LOST
    if APP_AHEAD in line:
        return Verdict.APP_AHEAD
    return None
