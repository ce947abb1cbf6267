"""Headers, sets and votes hash and encode as CometBFT does: published cases, and a real run's."""

import msgspec
import pytest

from ctn.client.light import comet
from ctn.client.light.comet import BlockId, CometHeader, Commit, CommitSignature, Parts
from ctn.client.light.failures import LightVerifyFailed
from ctn.client.light.verify import check_block
from ctn.client.light.wire import varint
from tests.client.light.recorded import RUNS, block, heights
from tests.crypto.vector_files import read

PUBLISHED = read("cometbft_published")


def test_a_header_hashes_as_published() -> None:
    header = comet.read(PUBLISHED["header"], CometHeader)
    assert comet.header_hash(header).hex().upper() == PUBLISHED["header_hash"]


def test_no_validators_hash_as_published() -> None:
    assert comet.validators_hash([]).hex() == PUBLISHED["no_validators_hash"]


def test_a_vote_encodes_as_published() -> None:
    """The published case has no block, so the field of the block is taken out of ours."""
    vote = PUBLISHED["vote"]
    nothing = CommitSignature(2, "", vote["time"], "")
    commit = Commit(vote["height"], vote["round"], BlockId("", Parts(0, "")), [nothing])
    ours = comet.vote_bytes(vote["chain_id"], commit, vote["time"])
    no_block = bytes.fromhex("2202" + "1200")
    assert no_block in ours
    expected = bytes.fromhex(vote["bytes"])
    assert ours[1:].replace(no_block, b"") == expected[1:]
    assert (ours[0], expected[0]) == (len(ours) - 1, len(expected) - 1)


@pytest.mark.parametrize("run", RUNS)
def test_every_header_of_a_real_run_hashes_to_what_its_commit_signs(run: str) -> None:
    for height in heights(run):
        found = block(run, height)
        signed = found.commit.block_id.hash
        assert check_block(found, found.header.chain_id).hex().upper() == signed


@pytest.mark.parametrize(
    ("number", "encoded"),
    [(0, "00"), (127, "7f"), (128, "8001"), (300, "ac02"), (2**63 - 1, "ff" * 8 + "7f"),
     (-1, "ff" * 9 + "01")],
)  # fmt: skip
def test_varints_at_their_limits(number: int, encoded: str) -> None:
    assert varint(number).hex() == encoded


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000000001Z", 1),
        ("2026-11-25T08:37:22.701369138Z", 1_795_595_842_701_369_138),
        ("2026-11-25T08:37:22.7Z", 1_795_595_842_700_000_000),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000_000),
    ],
)
def test_times_are_read_to_the_nanosecond(text: str, moment: int) -> None:
    assert comet.moment_ns(text) == moment


@pytest.mark.parametrize(
    "text",
    ["", "now", "2026-11-25T08:37:22", "2026-11-25T08:37:22+00:00", "2026-11-25T08:37:22.70Z",
     "2026-11-25T08:37:22.1234567891Z", "2026-02-30T00:00:00Z", "2026-11-25 08:37:22Z",
     "2026-11-25T08:37:22Z\n", "２026-11-25T08:37:22Z"],
)  # fmt: skip
def test_refuses_any_other_spelling_of_a_time(text: str) -> None:
    with pytest.raises(LightVerifyFailed, match=r"^format: "):
        comet.moment_ns(text)


@pytest.mark.parametrize(
    "change",
    [
        {"height": 3}, {"height": "03"}, {"height": "-3"}, {"height": "9" * 20}, {"height": 3.0},
        {"app_hash": "ab"}, {"app_hash": "A"}, {"app_hash": "AB" * 65}, {"data_hash": "AB"},
        {"chain_id": ""}, {"chain_id": "c" * 51}, {"chain_id": None}, {"more": 1},
        {"version": {"block": 11}}, {"last_block_id": None}, {"proposer_address": "AB" * 32},
    ],
)  # fmt: skip
def test_refuses_a_header_of_another_form(change: dict[str, object]) -> None:
    with pytest.raises(LightVerifyFailed, match=r"^format: "):
        comet.read(PUBLISHED["header"] | change, CometHeader)


def test_a_zero_version_of_the_application_is_left_out_by_cometbft() -> None:
    header = comet.read(PUBLISHED["header"] | {"version": {"block": "11"}}, CometHeader)
    assert header.version.app == "0"


def test_refuses_a_key_of_another_kind_or_size() -> None:
    good = msgspec.to_builtins(block("one", heights("one")[0]).validators[0])
    other = good | {"pub_key": good["pub_key"] | {"type": "tendermint/PubKeySecp256k1"}}
    with pytest.raises(LightVerifyFailed, match=r"^format: "):
        comet.read(other, comet.Validator)
    for value in ("AAAA", "no base64", good["pub_key"]["value"].rstrip("=")):
        short = good | {"pub_key": good["pub_key"] | {"value": value}}
        with pytest.raises(LightVerifyFailed, match=r"^format: "):
            comet.key_of(comet.read(short, comet.Validator))
