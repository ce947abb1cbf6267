"""When a header is believed: a commit over it, and a path of signers from one that is trusted.

The rules of CometBFT's light client (engine.md 15; CometBFT v0.38.25, light/verifier.go and
types/validation.go). A signature that libsodium refuses counts as absent, also where CometBFT's
ZIP-215 would take it: that only makes us believe less.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from ctn.client.light import comet
from ctn.client.light.comet import LightBlock, Validator
from ctn.client.light.failures import LightVerifyFailed, TooFewKnown
from ctn.crypto import ed25519
from ctn.crypto.errors import BadSignature
from ctn.kernel.codec import from_base64

TRUSTING_NS = 14 * 86_400 * comet.NS
AHEAD_NS = 10 * comet.NS


class Voter(NamedTuple):
    """The key and the power that count for an address."""

    key: bytes
    power: int


def check_block(block: LightBlock, chain_id: str) -> bytes:
    """The hash of a header that more than two thirds of its own set signed.

    It says nothing of whether that set is the right one. Raises LightVerifyFailed: chain, header,
    validators or commit.
    """
    found, voters = _check_form(block, chain_id)
    total = sum([voter.power for voter in voters.values()])
    power = _signed(block, voters, lambda power: 3 * power > 2 * total)
    if not 3 * power > 2 * total:
        raise LightVerifyFailed("commit", f"{power} of {total} signed, not more than two thirds")
    return found


def check_set(validators: Iterable[Validator]) -> dict[str, Voter]:
    """The voters of a set by address; raises LightVerifyFailed (validators)."""
    voters: dict[str, Voter] = {}
    for validator in validators:
        key, power = comet.key_of(validator), int(validator.voting_power)
        if validator.address != comet.address_of(key):
            raise LightVerifyFailed("validators", "an address is not that of its key")
        if validator.address in voters:
            raise LightVerifyFailed("validators", f"{validator.address} is named twice")
        if power == 0:
            raise LightVerifyFailed("validators", f"{validator.address} has no power")
        voters[validator.address] = Voter(key, power)
    if sum([voter.power for voter in voters.values()]) > comet.POWER_MAX:
        raise LightVerifyFailed("validators", "their power together is above 2^60")
    return voters


def check_step(trusted: LightBlock, new: LightBlock, *, now_ns: int) -> bytes:
    """The hash of a header that follows from a trusted one of a lower height.

    Adjacent: its set is the one that the trusted header announced. Else more than a third of the
    trusted set's power signed it too, or TooFewKnown. `now_ns` is the time of whoever asks, ns
    since 1970. Raises LightVerifyFailed: expired, height, time, and those of `check_block`.
    """
    check_age(trusted, now_ns)
    if new.height <= trusted.height:
        raise LightVerifyFailed("height", f"{new.height} does not follow {trusted.height}")
    made, before = comet.moment_ns(new.header.time), comet.moment_ns(trusted.header.time)
    if made <= before:
        raise LightVerifyFailed("time", f"header {new.height} is not later than {trusted.height}")
    check_ahead(made, now_ns)
    if new.height == trusted.height + 1:
        if new.header.validators_hash != trusted.header.next_validators_hash:
            raise LightVerifyFailed("trust", f"the set of {new.height} is not the announced one")
        return check_block(new, trusted.header.chain_id)
    _check_form(new, trusted.header.chain_id)
    # First the trusted set: the new one could be made large only to keep us busy.
    voters = check_set(trusted.validators)
    total = sum([voter.power for voter in voters.values()])
    power = _signed(new, voters, lambda power: 3 * power > total)
    if not 3 * power > total:
        raise TooFewKnown("trust", f"{power} of {total} of the trusted set signed {new.height}")
    return check_block(new, trusted.header.chain_id)


def check_age(trusted: LightBlock, now_ns: int) -> None:
    """Refuse a trusted header past the trusting period of 14 days (step: expired)."""
    if comet.moment_ns(trusted.header.time) + TRUSTING_NS <= now_ns:
        raise LightVerifyFailed("expired", f"trusted header {trusted.height} is 14 days old")


def check_ahead(made_ns: int, now_ns: int) -> None:
    """Refuse a time more than 10 seconds ahead of ours (step: time)."""
    if made_ns > now_ns + AHEAD_NS:
        raise LightVerifyFailed("time", "the header is more than 10 seconds ahead of this clock")


def _check_form(block: LightBlock, chain_id: str) -> tuple[bytes, dict[str, Voter]]:
    """Hash and voters of a header that its commit and its set belong to, signatures aside."""
    header, commit = block.header, block.commit
    if header.chain_id != chain_id:
        raise LightVerifyFailed("chain", f"the header is of {header.chain_id!r}, not {chain_id!r}")
    found = comet.header_hash(header)
    if commit.height != header.height:
        raise LightVerifyFailed("commit", "it is of another height than the header")
    if commit.block_id.hash != found.hex().upper():
        raise LightVerifyFailed("header", "its hash is not the one that the commit signs")
    voters = check_set(block.validators)
    if comet.validators_hash(block.validators).hex().upper() != header.validators_hash:
        raise LightVerifyFailed("validators", "the set is not the one that the header names")
    _check_places(block)
    return found, voters


def _check_places(block: LightBlock) -> None:
    """The votes stand in the order of the set, one of each."""
    signatures = block.commit.signatures
    if len(signatures) != len(block.validators):
        raise LightVerifyFailed("commit", "it has not one vote for each validator")
    for vote, validator in zip(signatures, block.validators, strict=True):
        if vote.block_id_flag != comet.ABSENT and vote.validator_address != validator.address:
            raise LightVerifyFailed("commit", "a vote stands at another validator's place")


def _signed(
    block: LightBlock,
    voters: dict[str, Voter],
    is_enough: Callable[[int], bool],
) -> int:
    """The power of the voters whose votes for the block hold, counted until it is enough."""
    power = 0
    seen: dict[str, None] = {}
    for vote in block.commit.signatures:
        voter = voters.get(vote.validator_address)
        if vote.block_id_flag != comet.FOR_BLOCK or voter is None:
            continue
        if vote.validator_address in seen:
            raise LightVerifyFailed("commit", f"{vote.validator_address} votes twice")
        seen[vote.validator_address] = None
        message = comet.vote_bytes(block.header.chain_id, block.commit, vote.timestamp)
        if _holds(voter.key, message, vote.signature):
            power += voter.power
        if is_enough(power):
            break
    return power


def _holds(key: bytes, message: bytes, signature: str | None) -> bool:
    try:
        ed25519.verify(key, message, from_base64(signature or ""))
    except (ValueError, BadSignature):
        return False
    return True
