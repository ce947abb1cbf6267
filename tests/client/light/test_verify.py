"""One header follows from another: a real run of CometBFT through four changes of its set."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.client.light import comet
from ctn.client.light.comet import CommitSignature, LightBlock
from ctn.client.light.failures import LightVerifyFailed, TooFewKnown
from ctn.client.light.verify import check_block, check_set, check_step
from tests.client.light.recorded import (
    ADDED,
    REMOVED,
    RUNS,
    TWENTY,
    TWO_HUNDRED,
    block,
    heights,
)

NOW = comet.moment_ns("2026-11-25T09:00:00Z")
ALL = heights("four")


@pytest.mark.parametrize("run", RUNS)
def test_every_neighbour_follows(run: str) -> None:
    for lower, higher in pairwise(heights(run)):
        found = check_step(block(run, lower), block(run, higher), now_ns=NOW)
        assert found.hex().upper() == block(run, higher).commit.block_id.hash


@pytest.mark.parametrize("changed", [TWENTY, TWO_HUNDRED, REMOVED, ADDED])
def test_the_set_changed_at_these_headers_and_they_still_follow(changed: int) -> None:
    before, after = block("four", changed - 1), block("four", changed)
    assert before.header.validators_hash != after.header.validators_hash
    assert before.header.next_validators_hash == after.header.validators_hash
    check_step(before, after, now_ns=NOW)


def test_a_third_of_the_trusted_power_is_enough_for_a_leap() -> None:
    check_step(block("four", 101), block("four", TWENTY - 1), now_ns=NOW)
    check_step(block("four", TWO_HUNDRED), block("four", ALL[-1]), now_ns=NOW)


def _signs(lower: int, higher: int) -> bool:
    """Whether more than a third of the lower set's power voted for the higher block."""
    power = {row.address: int(row.voting_power) for row in block("four", lower).validators}
    votes = block("four", higher).commit.signatures
    signed = sum(power.get(v.validator_address, 0) for v in votes if v.block_id_flag == 2)
    return 3 * signed > sum(power.values())


@given(st.sampled_from(ALL), st.sampled_from(ALL))
def test_a_leap_holds_exactly_when_a_third_of_the_trusted_power_signed(
    lower: int, higher: int
) -> None:
    trusted, new = block("four", lower), block("four", higher)
    if higher <= lower:
        with pytest.raises(LightVerifyFailed, match=r"^height: "):
            check_step(trusted, new, now_ns=NOW)
    elif higher == lower + 1 or _signs(lower, higher):
        check_step(trusted, new, now_ns=NOW)
    else:
        with pytest.raises(TooFewKnown):
            check_step(trusted, new, now_ns=NOW)


def test_some_leaps_of_the_run_are_too_far() -> None:
    """Its first validator held 20 of 23 when it was trusted, and then left."""
    assert not _signs(TWENTY, REMOVED)
    with pytest.raises(TooFewKnown):
        check_step(block("four", TWENTY), block("four", REMOVED), now_ns=NOW)


def test_a_vote_for_no_block_made_into_one_for_it_counts_as_absent() -> None:
    found = next(
        found
        for found in [block("four", height) for height in ALL]
        if comet.FOR_NIL in [vote.block_id_flag for vote in found.commit.signatures]
    )
    votes = [
        msgspec.structs.replace(vote, block_id_flag=comet.FOR_BLOCK)
        if vote.block_id_flag == comet.FOR_NIL
        else vote
        for vote in found.commit.signatures
    ]
    # The rest still is more than two thirds; without it the forged votes help nobody.
    check_block(_with(found, votes), found.header.chain_id)
    nobody = {"block_id_flag": comet.ABSENT, "validator_address": "", "signature": None}
    alone = [
        msgspec.structs.replace(vote, **nobody) if old.block_id_flag == comet.FOR_BLOCK else vote
        for vote, old in zip(votes, found.commit.signatures, strict=True)
    ]
    with pytest.raises(LightVerifyFailed, match=r"^commit: 0 of "):
        check_block(_with(found, alone), found.header.chain_id)


def _with(found: LightBlock, votes: list[CommitSignature]) -> LightBlock:
    return found._replace(commit=msgspec.structs.replace(found.commit, signatures=votes))


def test_a_set_is_of_distinct_validators_with_power() -> None:
    rows = block("four", 101).validators
    with pytest.raises(LightVerifyFailed, match="named twice"):
        check_set([*rows, rows[0]])
