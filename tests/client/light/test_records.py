"""Certificates and serials: the records that show them, whatever the platform says beside."""

import json
from typing import Any

import pytest

from ctn.client.light import records
from ctn.client.light.client import LightClient
from ctn.client.light.failures import LightVerifyFailed
from ctn.client.light.trust import Root, Trust
from tests.client.light.comet_chain import START_NS, Chain, Platform, run
from tests.tools.small_proof import BATCH, CERTIFICATE, TONNE, Proof

ROWS = ((3, 7, 5 * TONNE), (9, 9, 2_000), (12, 12, TONNE))


def stored(proof: Proof, *intervals: tuple[int, int]) -> dict[bytes, bytes]:
    """The records of a proof, and held intervals beside them."""
    found = {
        f"{table}\0{place}".encode(): json.dumps(value, sort_keys=True, separators=(",", ":"),
                                                 ensure_ascii=False).encode()
        for (table, place), value in proof.records.items()
    }  # fmt: skip
    for start, end in intervals:
        text = f'{{"batch":"{BATCH}","end":{end},"owner":"ctn1x","start":{start},"status":"held"}}'
        found[f"interval\0{BATCH}/{start:020d}".encode()] = text.encode()
    return found


def platform(proof: Proof, *intervals: tuple[int, int], starts: tuple[int, ...] = ()) -> Platform:
    found = Platform(Chain(4, extra=stored(proof, *intervals)))
    found.starts = list(starts)
    return found


def light(found: Platform) -> LightClient:
    trust = Trust(root=Root(1, found.chain.hash(1)), witnesses=("http://witness",))
    return LightClient(trust, lambda: START_NS + 10**10)


def certificate(proof: Proof, name: str = CERTIFICATE) -> dict[str, Any]:
    found = platform(proof)
    return run(records.certificate(light(found), name), found, Platform(found.chain))


def serial(text: str, *intervals: tuple[int, int], starts: tuple[int, ...]) -> dict[str, Any]:
    found = platform(Proof(*ROWS), *intervals, starts=starts)
    return run(records.serial(light(found), text), found, Platform(found.chain))


def test_a_certificate_comes_with_the_grams_that_ended_for_it() -> None:
    found = certificate(Proof(*ROWS))
    assert (found["proved_g"], found["unproved_g"]) == (6_002_000, 0)
    assert found["value"]["id"] == CERTIFICATE


def test_the_parts_after_the_sixteenth_are_unproved() -> None:
    rows = [(2 * number, 2 * number, TONNE) for number in range(1, 21)]
    found = certificate(Proof(*rows))
    assert (found["proved_g"], found["unproved_g"]) == (16 * TONNE, 4 * TONNE)


def test_a_certificate_that_is_not_there_is_proved_absent() -> None:
    found = certificate(Proof(*ROWS), "r-" + "00" * 12)
    assert (found["value"], found["proved_g"]) == (None, 0)


@pytest.mark.parametrize(
    "proof",
    [
        Proof(*ROWS).interval(3, status="held"),
        Proof(*ROWS).interval(3, cause="r-" + "cd" * 12),
        Proof(*ROWS, grams=7),
        Proof(*ROWS, parts=[{"start": 50, "end": 50, "grams": TONNE}], grams=TONNE),
    ],
)
def test_refuses_a_certificate_whose_tonnes_did_not_end_for_it(proof: Proof) -> None:
    with pytest.raises(LightVerifyFailed, match=r"^parts: "):
        certificate(proof)


def test_serials_lie_in_intervals_without_a_gap() -> None:
    text = f"CTN-{BATCH.upper()}-101-150"
    found = serial(text, (90, 120), (121, 200), starts=(121, 90))
    assert [(row["start"], row["end"]) for row in found["value"]] == [(90, 120), (121, 200)]
    assert found["grams"] == 50 * TONNE


@pytest.mark.parametrize(
    ("intervals", "starts"),
    [
        (((90, 120), (121, 200)), (90,)),
        (((90, 120), (121, 200)), (121,)),
        (((90, 120), (122, 200)), (90, 122)),
        (((90, 120), (121, 140)), (90, 121)),
        (((90, 120), (121, 200)), (90, 91)),
        (((90, 120), (121, 200)), ()),
        (((90, 200), (300, 400)), (90, 300)),
    ],
)
def test_refuses_intervals_that_do_not_hold_the_serials(
    intervals: tuple[tuple[int, int], ...], starts: tuple[int, ...]
) -> None:
    with pytest.raises(LightVerifyFailed, match=r"^serial: "):
        serial(f"CTN-{BATCH.upper()}-101-150", *intervals, starts=starts)


@pytest.mark.parametrize("text", ["", "nonsense", "CTN-X-1-2"])
def test_refuses_a_text_that_names_no_serials_of_this_ledger(text: str) -> None:
    with pytest.raises(ValueError, match="serial"):
        serial(text, starts=())
