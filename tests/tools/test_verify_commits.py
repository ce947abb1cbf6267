"""Proofs whose header validators committed: tool and command find the same, by the same step."""

import contextlib
import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ctn.client.certificate_proof import Pin, check_proof
from ctn.client.light.pinned import pinned_set
from ctn.kernel.proof import ProofInvalid
from tests.cli.homes import Cli
from tests.client.light.comet_chain import Chain, printed_set
from tests.client.light.recorded import RUNS, heights, signed, validators
from tests.tools.small_export import canonical
from tests.tools.small_proof import TONNE, Proof
from tools import verify_certificate as tool
from tools.verify_certificate import Failed, main, verify

ROWS = ((3, 7, 5 * TONNE), (9, 9, 2_000), (12, 12, TONNE))
PLACE = 8
CHAIN_NAME = "ctn-net:0123456789abcdef"


def committed(**header: Any) -> dict[str, Any]:
    """The content of a file: records of height 7, proved by CometBFT's header 8."""
    sealed = Proof(*ROWS).answer()
    root = json.loads(sealed.pop("header"))["state"].upper()
    del sealed["seal"]
    chain = Chain(PLACE)
    chain.sign(PLACE, chain.signed[PLACE]["header"] | {"app_hash": root} | header)
    rows = {"validators": chain.sets[PLACE], "chain": CHAIN_NAME}
    return sealed | chain.signed[PLACE] | rows


GOOD = canonical(committed())
SET = canonical(committed()["validators"])
KNOWN = pinned_set(SET)


def fault(data: bytes, **pins: str) -> str:
    """The step at which both verifiers fail."""
    with pytest.raises(Failed) as caught:
        verify(data, **pins)
    step: str = caught.value.args[0]
    with pytest.raises(ProofInvalid, match=f"^{step}: "):
        check_proof(data, Pin(pins.get("maker"), None, pins.get("validators")))
    return step


@pytest.mark.parametrize("run", RUNS)
def test_the_tool_takes_every_commit_of_a_real_run(run: str) -> None:
    for height in heights(run):
        found, rows = signed(run, height), validators(run, height)
        place, block = int(found["header"]["height"]), tool.comet_hash(found["header"])
        header = {
            "place": place, "block": block, "maker": None,
            "validators": found["header"]["validators_hash"].lower(),
        }  # fmt: skip
        tool.check_commit({"validators": rows, **found}, header)
        assert block.hex().upper() == found["commit"]["block_id"]["hash"]


def test_accepts_a_commit_of_the_pinned_set() -> None:
    told = verify(GOOD, validators=KNOWN)
    assert (told["trusted"], told["height"], told["block_height"]) == (True, 7, PLACE)
    assert (told["maker"], told["validators"]) == (None, KNOWN)
    shown = check_proof(GOOD, Pin(validators=KNOWN))
    assert (shown.proved_g, shown.header.time) == (told["proved_g"], told["time"])


def test_a_pinned_block_is_named_by_cometbfts_own_height() -> None:
    block = committed()["commit"]["block_id"]["hash"].lower()
    assert verify(GOOD, trust=f"{PLACE}:{block}")["trusted"] is True
    assert check_proof(GOOD, Pin(None, (PLACE, block))).header.block == block
    with pytest.raises(Failed, match="pin"):
        verify(GOOD, trust=f"{PLACE - 1}:{block}")


def test_another_set_or_a_maker_is_not_the_pinned_one() -> None:
    other = pinned_set(canonical(printed_set((("k", 1),))))
    assert fault(GOOD, validators=other) == "pin"
    assert fault(GOOD, maker="11" * 32) == "pin"
    assert fault(Proof(*ROWS).file(), validators=KNOWN) == "pin"


def test_without_a_pin_it_is_only_consistent() -> None:
    told = verify(GOOD)
    assert told["trusted"] is False
    assert tool.lines_of(told)[0] == f"consistent, not trusted: validators {KNOWN}"


def changed(edit: Callable[[dict[str, Any]], object]) -> bytes:
    content = copy.deepcopy(committed())
    edit(content)
    return canonical(content)


@pytest.mark.parametrize(
    ("edit", "step"),
    [
        (lambda file: file.update(seal="00"), "format"),
        (lambda file: file.pop("validators"), "format"),
        (lambda file: file.update(height=6), "header"),
        (lambda file: file.update(chain="other:0123456789abcdef"), "header"),
        (lambda file: file.update(header="{}"), "header"),
        (lambda file: file["header"].update(more=1), "header"),
        (lambda file: file["header"].update(height=8), "header"),
        (lambda file: file["header"].update(time="now"), "header"),
        (lambda file: file["header"].update(app_hash="AB" * 32), "root"),
        (lambda file: file["header"].update(data_hash="ab" * 32), "header"),
        (lambda file: file["validators"][0].update(voting_power="9"), "validators"),
        (lambda file: file["validators"].reverse(), "validators"),
        (lambda file: file["commit"].update(height="7"), "commit"),
        (lambda file: file["commit"].update(round=1), "commit"),
        (lambda file: file["commit"]["signatures"].pop(), "commit"),
        (lambda file: file["commit"]["signatures"][0].update(block_id_flag=3), "commit"),
        (lambda file: file["commit"]["signatures"][0].update(signature=None), "commit"),
        (lambda file: file["commit"]["signatures"][1].update(validator_address="AB" * 20),
         "commit"),
        (lambda file: file["records"][1].update(value="1"), "path"),
        (lambda file: file["records"][4]["path"].pop(), "path"),
    ],
)  # fmt: skip
def test_each_failure_is_named_by_its_step(
    edit: Callable[[dict[str, Any]], object], step: str
) -> None:
    assert fault(changed(edit), validators=KNOWN) == step


def test_an_altered_header_is_not_the_one_that_was_signed() -> None:
    data = changed(lambda file: file["header"].update(data_hash="AB" * 32))
    with pytest.raises(Failed, match="commit"):
        verify(data, validators=KNOWN)
    with pytest.raises(ProofInvalid, match=r"^header: "):
        check_proof(data, Pin(validators=KNOWN))


def test_no_flipped_bit_is_believed_unless_it_changes_nothing_that_is_signed() -> None:
    """A vote beyond two thirds, its spare bits, and whose turn it is are outside of any hash."""
    draw = random.Random(15)
    right = verify(GOOD, validators=KNOWN)
    for _ in range(400):
        place = draw.randrange(len(GOOD))
        flipped = bytearray(GOOD)
        flipped[place] ^= 1 << draw.randrange(8)
        with contextlib.suppress(Failed):
            assert verify(bytes(flipped), validators=KNOWN) == right
        try:
            shown = check_proof(bytes(flipped), Pin(validators=KNOWN))
        except ProofInvalid:
            continue
        assert shown.certificate["grams"] == right["grams"]
        assert shown.header.block == right["block"]


@pytest.mark.parametrize(
    ("known", "code"),
    [
        (SET, 0),
        (canonical(printed_set((("k", 1),))), 1),
        (canonical({"jsonrpc": "2.0", "id": -1, "result": {
            "block_height": "8", "validators": json.loads(SET), "count": "4", "total": "4",
        }}), 0),
        (canonical({"jsonrpc": "2.0", "id": -1, "result": {
            "block_height": "8", "validators": json.loads(SET), "count": "4", "total": "5",
        }}), 1),
        (b"[]", 1),
        (b"{", 1),
    ],
)  # fmt: skip
def test_command_and_tool_take_the_set_from_a_file(
    known: bytes, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, pinned = tmp_path / "c.proof.json", tmp_path / "set.json"
    file.write_bytes(GOOD)
    pinned.write_bytes(known)
    words = [str(file), "--validators", str(pinned)]
    said = Cli(tmp_path / "nowhere")("certificate", "verify", *words)
    assert said.code == code, said
    assert main(words) == code
    told = capsys.readouterr().out
    assert code == 1 or told == said.out
