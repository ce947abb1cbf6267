"""Which of CometBFT's own lines end a node; texts as v0.38.25 writes them."""

import pytest

from ctn.node.cometbft.log_lines import Verdict, verdict

STOPPED = '{"_msg":"CONSENSUS FAILURE!!!","err":"%s","level":"error"}'


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        (STOPPED % "+2/3 committed an invalid block: wrong Block.Header.AppHash.  Expected 0A",
         Verdict.WRONG_ROOT),
        (STOPPED % "precommit step; +2/3 prevoted for an invalid block: "
         "wrong Block.Header.LastResultsHash.  Expected 0A", Verdict.WRONG_ROOT),
        (STOPPED % "failed to apply block; error EOF", Verdict.CONSENSUS_STOPPED),
        ('{"_msg":"Error in validation","err":"wrong Block.Header.AppHash.  Expected 0A, got 0B"}',
         Verdict.WRONG_ROOT),
        ("panic: state.AppHash does not match AppHash after replay. Got", Verdict.WRONG_ROOT),
        ('{"_msg":"State sync failed","err":"no snapshots"}', Verdict.SYNC_FAILED),
        ("consensus connection terminated. Did the application crash? Please restart CometBFT",
         Verdict.APP_LOST),
        ("error during handshake: app block height (9) is higher than core (8)", Verdict.APP_AHEAD),
    ],
)  # fmt: skip
def test_lines_that_end_a_node(line: str, meaning: Verdict) -> None:
    assert verdict(line) is meaning


@pytest.mark.parametrize(
    "line",
    [
        "",
        'consensus deems this block invalid; prevoting nil","err":"wrong Block.Header.AppHash."',
        '{"_msg":"Error in validation","err":"invalid commit -- wrong set size"}',
        '{"_msg":"Stopping peer for error","err":"EOF"}',
    ],
)
def test_lines_that_one_bad_peer_can_cause_end_nobody(line: str) -> None:
    assert verdict(line) is None
