"""Tool and command accept a true proof, and find every change by the same step of the document."""

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

from ctn.client.certificate_proof import Pin, check_proof
from ctn.kernel.proof import ProofInvalid
from tests.cli.homes import Cli
from tests.tools.small_export import MAKER
from tests.tools.small_proof import HEIGHT, TIME, TONNE, Proof, block_of
from tools.verify_certificate import Failed, lines_of, main, verify

SCRIPT = Path(__file__).parents[2] / "tools" / "verify_certificate.py"
KEY = bytes(MAKER.verify_key).hex()
OTHER = SigningKey(b"another maker, its 32 byte seed.")
ROWS = ((3, 7, 5 * TONNE), (9, 9, 2_000), (12, 12, TONNE))
GOOD = Proof(*ROWS).file()


def fault(data: bytes, **pins: str) -> str:
    """The step at which both verifiers fail."""
    with pytest.raises(Failed) as caught:
        verify(data, **pins)
    step: str = caught.value.args[0]
    with pytest.raises(ProofInvalid, match=f"^{step}: "):
        check_proof(data, Pin(pins.get("maker")))
    return step


def test_accepts_a_true_proof_under_its_pinned_maker() -> None:
    told = verify(GOOD, maker=KEY)
    assert (told["trusted"], told["maker"], told["height"], told["time"]) == (
        True, KEY, HEIGHT, TIME,
    )  # fmt: skip
    assert (told["grams"], told["proved_g"], told["unproved_g"]) == (6_002_000, 6_002_000, 0)


def test_the_grams_of_parts_after_the_sixteenth_count_as_unproved() -> None:
    rows = [(2 * number, 2 * number, TONNE) for number in range(1, 21)]
    told = verify(Proof(*rows).file(), maker=KEY)
    assert (told["grams"], told["proved_g"], told["unproved_g"]) == (
        20 * TONNE, 16 * TONNE, 4 * TONNE,
    )  # fmt: skip


def test_an_old_block_is_told_to_be_archival() -> None:
    old = Proof(*ROWS).sealed_by(MAKER, time=1_600_000_000_000).file()
    assert verify(old)["archival"]
    assert not verify(GOOD)["archival"]
    assert "archival" in lines_of(verify(old))[-1]


def test_a_time_beyond_the_calendar_is_said_as_it_stands() -> None:
    late = Proof(*ROWS).sealed_by(MAKER, time=2**63 - 1).file()
    assert f"{2**63 - 1} ms" in lines_of(verify(late))[3]


def test_any_flipped_bit_fails_in_both() -> None:
    draw = random.Random(8)
    for _ in range(400):
        place = draw.randrange(len(GOOD))
        changed = bytearray(GOOD)
        changed[place] ^= 1 << draw.randrange(8)
        with pytest.raises(Failed):
            verify(bytes(changed), maker=KEY)
        with pytest.raises(ProofInvalid):
            check_proof(bytes(changed), Pin(KEY, None))


def change(edit: Callable[[dict[str, Any]], object]) -> bytes:
    answer = Proof(*ROWS).answer()
    edit(answer)
    return Proof(*ROWS).file(**answer)


def replaced(name: str, old: str, new: str) -> Callable[[dict[str, Any]], object]:
    return lambda answer: answer.update({name: answer[name].replace(old, new)})


@pytest.mark.parametrize(
    ("data", "step"),
    [
        (b"{}", "format"),
        (b"[1.5]", "format"),
        (b"[" * 100_000, "format"),
        (GOOD + b"\n", "format"),
        (json.dumps(json.loads(GOOD), indent=1).encode(), "format"),
        (change(lambda answer: answer.update(format="ctn-proof/2")), "format"),
        (change(lambda answer: answer.update(more=1)), "format"),
        (change(lambda answer: answer.update(height=8)), "header"),
        (change(replaced("header", '"version":1', '"version":2')), "header"),
        (change(replaced("header", '"count":1', '"count": 1')), "header"),
        (change(replaced("header", '"count":1', '"count":2')), "seal"),
        (change(lambda answer: answer.update(seal=answer["seal"].upper())), "seal"),
        (change(lambda answer: answer.update(seal="")), "seal"),
        (change(replaced("header", '"state":"', '"state":"0')), "header"),
        (change(lambda answer: answer["records"].clear()), "value"),
        (change(lambda answer: answer["records"].pop()), "value"),
        (change(lambda answer: answer["records"].append(answer["records"][1])), "value"),
        (change(lambda answer: answer["records"].reverse()), "value"),
        (change(lambda answer: answer["records"][1].update(value="[")), "value"),
        (change(lambda answer: answer["records"][1].update(value="1")), "path"),
        (change(lambda answer: answer["records"][4]["path"].pop()), "path"),
        (change(lambda answer: answer["records"][4]["path"][0].append("00")), "path"),
        (change(lambda answer: answer["records"][4]["path"].append(["02", "00" * 32])), "path"),
        (Proof(*ROWS).sealed_by(MAKER, state="33" * 32).file(), "root"),
        (Proof(*ROWS).interval(3, status="held").file(), "parts"),
        (Proof(*ROWS).interval(3, cause="r-" + "ef" * 12).file(), "parts"),
        (Proof(*ROWS).interval(3, end=6).file(), "parts"),
        (Proof(*ROWS, grams=6_003_000).file(), "parts"),
        (Proof((3, 7, 5 * TONNE), (7, 7, TONNE)).file(), "parts"),
        (Proof((3, 4, 1_000)).file(), "parts"),
    ],
)  # fmt: skip
def test_each_failure_is_named_by_its_step(data: bytes, step: str) -> None:
    assert fault(data) == step


def test_a_share_that_is_another_certificates_fails() -> None:
    proof = Proof(*ROWS)
    for (table, _place), value in proof.records.items():
        if table == "fraction":
            value["shares"] = [["r-" + "cd" * 12, 2_000]]
    assert fault(proof.file()) == "parts"


def test_another_makers_seal_is_consistent_but_never_the_pinned_one() -> None:
    data = Proof(*ROWS).sealed_by(OTHER).file()
    assert fault(data, maker=KEY) == "pin"
    assert verify(data)["trusted"] is False


def test_a_pinned_block_is_as_good_as_a_pinned_maker() -> None:
    pin = block_of(GOOD)
    assert verify(GOOD, trust=pin)["trusted"] is True
    height, _, block = pin.partition(":")
    assert check_proof(GOOD, Pin(None, (int(height), block))).header.block == block
    for wrong in (pin.replace("7:", "8:"), f"7:{'00' * 32}"):
        with pytest.raises(Failed, match="pin"):
            verify(GOOD, trust=wrong)
        height, _, block = wrong.partition(":")
        with pytest.raises(ProofInvalid, match=r"^pin: "):
            check_proof(GOOD, Pin(None, (int(height), block)))


@pytest.mark.parametrize(
    ("data", "words", "code"),
    [
        (GOOD, ["--maker", KEY], 0),
        (GOOD, ["--trust", block_of(GOOD)], 0),
        (GOOD, [], 3),
        (GOOD, ["--maker", "11" * 32], 1),
        (GOOD.replace("茶".encode(), "荼".encode()), ["--maker", KEY], 1),
        (GOOD, ["--maker", "xyz"], 2),
        (GOOD, ["--trust", "7"], 2),
        (GOOD, ["--trust", f"07:{'00' * 32}"], 2),
    ],
)
def test_tool_and_command_agree(
    data: bytes, words: list[str], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "c.proof.json"
    file.write_bytes(data)
    said = Cli(tmp_path / "nowhere")("certificate", "verify", str(file), *words)
    assert said.code == code
    if code == 2:
        with pytest.raises(SystemExit, match="2"):
            main([str(file), *words])
        return
    assert main([str(file), *words]) == code
    told = capsys.readouterr().out
    if code == 1:
        assert told == said.err
    else:
        assert told == said.out
        found = Cli(tmp_path / "nowhere")("certificate", "verify", str(file), *words, "--json")
        assert found.json == verify(data, **pins_of(words))


def pins_of(words: list[str]) -> dict[str, str]:
    return {words[0].removeprefix("--"): words[1]} if words else {}


def test_runs_alone_on_a_machine_without_ctn(tmp_path: Path) -> None:
    file = tmp_path / "c.proof.json"
    file.write_bytes(GOOD)
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(file), "--maker", KEY]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "valid"), done.stderr


def test_the_tool_stays_short() -> None:
    assert len(SCRIPT.read_text("utf-8").splitlines()) <= 500
