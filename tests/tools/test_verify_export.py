"""The independent verifier accepts a true export and finds every change and a maker's lies."""

import io
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import coincurve
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from tests.tools.small_export import (
    ALICE_AT,
    BOB,
    BOB_AT,
    MAKER,
    SECP256K1_ORDER,
    Export,
    Signature,
    address,
    compact,
    envelope,
    finished,
    high_s,
    sha256,
    sign_alice,
    sign_bob,
    smt_root,
    started,
    tree,
)
from tools import verify_export
from tools.verify_export import Failed, list_root, parse_envelope, secp256k1, state_root, verify

SCRIPT = Path(__file__).parents[2] / "tools" / "verify_export.py"
GOOD = finished().close()
LINES = GOOD.splitlines(keepends=True)


def fault(data: bytes) -> tuple[int, str]:
    """Line and step at which the verifier fails."""
    with pytest.raises(Failed) as caught:
        verify(io.BytesIO(data))
    return caught.value.args[0], caught.value.args[1]


def test_accepts_a_true_export_and_counts_it() -> None:
    counts = {"blocks": 3, "transactions": 4, "signatures": 5, "records": 10, "roots": 7}
    assert verify(io.BytesIO(GOOD)).counts == counts


def test_accepts_a_chain_without_a_block() -> None:
    assert verify(io.BytesIO(Export().close())).counts == {"records": 5, "roots": 1}


def test_refuses_any_flipped_bit() -> None:
    draw = random.Random(20)
    for _ in range(400):
        place = draw.randrange(len(GOOD))
        changed = bytearray(GOOD)
        changed[place] ^= 1 << draw.randrange(8)
        line = GOOD.count(b"\n", 0, place) + 1
        # A flipped newline joins or parts two lines; any other change is found in its own line,
        # one of genesis in the first link to it.
        assert fault(bytes(changed))[0] in {line, line + 1}, (place, changed[place])


@pytest.mark.parametrize(
    ("line", "before", "offset", "step"),
    [
        (1, b'["balance","issued:cny/cny",-', 0, "money"),
        (2, b'"seal":"', 20, "seal"),
        (2, b'"previous":"', 20, "previous"),
        (2, b'"state":"', 20, "seal"),
        (2, b'"envelopes":["', 300, "transactions"),
        (2, b'"moves":[["cny","ctn1', 0, "receipts"),
        (5, b'"height":', 0, "height"),
        (5, b'["balance","issued:cer:1/cer:1",-', 0, "money"),
        (5, b'["param","fee_asset","', 0, "root"),
    ],
)
def test_names_line_and_step_of_a_changed_digit(
    line: int, before: bytes, offset: int, step: str
) -> None:
    start = sum(map(len, LINES[: line - 1]))
    place = GOOD.index(before, start) + len(before) + offset
    digit = b"2" if GOOD[place : place + 1] == b"3" else b"3"
    assert fault(GOOD[:place] + digit + GOOD[place + 1 :]) == (line, step)


@pytest.mark.parametrize("gone", range(len(LINES)))
def test_refuses_when_a_line_is_missing_doubled_or_swapped(gone: int) -> None:
    fault(b"".join(LINES[:gone] + LINES[gone + 1 :]))
    fault(b"".join([*LINES[: gone + 1], *LINES[gone:]]))
    swapped = LINES.copy()
    swapped[gone], swapped[gone - 1] = swapped[gone - 1], swapped[gone]
    fault(b"".join(swapped))


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        (b'"version":1}', b'"version": 1}', "canonical"),
        (b'"version":1}', b'"version":1,"version":1}', "canonical"),
        (b'"version":1}', b'"version":1.0}', "canonical"),
        (b'"version":1}', b'"version":1e0}', "canonical"),
        (b'"version":1}', b'"version":-0}', "canonical"),
        (b'"version":1}', b'"version":NaN}', "canonical"),
        (b'"version":1}', b'"version":true}', "version"),
        (b'"version":1}', b'"version":1,"zone":1}', "shape"),
        (b'"version":1}', b'"versio\\u006e":1}', "canonical"),
        (b'"version":1}', b'"version":"\\ud800"}', "shape"),
        (b'"envelopes":["01', b'"envelopes":["01 ', "shape"),
        (b"\n", b"\r\n", "canonical"),
        (b"\n", b" \n", "canonical"),
    ],
)
def test_refuses_another_spelling_of_a_block(old: bytes, new: bytes, step: str) -> None:
    changed = LINES[1].replace(old, new, 1)
    assert changed != LINES[1]
    assert fault(LINES[0] + changed + b"".join(LINES[2:])) == (2, step)


@pytest.mark.parametrize(
    ("data", "line", "step"),
    [
        (GOOD[:-1], 5, "canonical"),
        (GOOD + b"\n", 6, "shape"),
        (GOOD + LINES[-1], 6, "order"),
        (b"[" * 100_000 + b"\n", 1, "shape"),
        (b"", 0, "state"),
        (LINES[0].replace(b'"app_version":1', b'"app_version":2') + LINES[1], 2, "chain"),
        (LINES[0].replace(bytes(MAKER.verify_key).hex().encode(), b""), 1, "state"),
    ],
)
def test_refuses_a_file_that_ends_or_begins_wrongly(data: bytes, line: int, step: str) -> None:
    assert fault(data) == (line, step)


BOB_TURN = {"sender": BOB_AT, "sequence": 1}


@pytest.mark.parametrize(
    ("changes", "sign", "step"),
    [
        (BOB_TURN, lambda text: [high_s(sign_bob(text))], "signature"),
        ({}, lambda text: [sign_alice(text[9:])], "signature"),
        ({}, lambda text: [(5, b"k" * 32, b"s" * 64)], "signature"),
        ({}, lambda text: [], "envelope"),
        ({}, lambda text: [sign_alice(text)] * 2, "envelope"),
        ({}, lambda text: [sign_bob(text), sign_alice(text)], "envelope"),
        ({"sequence": 1}, lambda text: [sign_alice(text)], "sequence"),
        ({"sequence": 3}, lambda text: [sign_alice(text)], "sequence"),
        ({"chain": "ctn-test:" + "0" * 16}, lambda text: [sign_alice(text)], "chain"),
        ({"extra": None}, lambda text: [sign_alice(text)], "shape"),
    ],
)
def test_refuses_a_sealed_transaction_that_is_not_signed_for_this_place(
    changes: dict[str, Any], sign: Callable[[bytes], list[Signature]], step: str
) -> None:
    export = started()
    body = export.body(ALICE_AT, 2, **changes)
    export.block([envelope(body, *sign(b"ctn/tx/1\n" + body))], [export.receipt(body, 0)])
    assert fault(export.close()) == (4, step)


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"tx": "00" * 32}, "receipt"),
        ({"height": 6}, "receipt"),
        ({"index": 1}, "receipt"),
        ({"moves": [["cny", ALICE_AT, BOB_AT, 0]]}, "money"),
        ({"moves": [["cny", ALICE_AT, BOB_AT, -5]]}, "money"),
        ({"moves": [["cny", ALICE_AT, BOB_AT, 2**63]]}, "money"),
        ({"moves": [["cny", ALICE_AT, BOB_AT, True]]}, "money"),
    ],
)
def test_refuses_a_sealed_receipt_that_is_wrong(changes: dict[str, Any], step: str) -> None:
    export = started()
    body = export.body(ALICE_AT, 2)
    raw = envelope(body, sign_alice(b"ctn/tx/1\n" + body))
    export.block([raw], [export.receipt(body, 0, **changes)])
    assert fault(export.close()) == (4, step)


@pytest.mark.parametrize("trailing", [b"\0", b"\0" * 65_536])
def test_refuses_bytes_after_an_envelope(trailing: bytes) -> None:
    export = started()
    body = export.body(ALICE_AT, 2)
    raw = envelope(body, sign_alice(b"ctn/tx/1\n" + body)) + trailing
    export.block([raw], [export.receipt(body, 0)])
    assert fault(export.close()) == (4, "envelope")


HOOKS = {"height": 7, "hooks": []}


@pytest.mark.parametrize(
    ("receipts", "header", "step"),
    [
        ([], {"count": 1}, "count"),
        ([], {"version": 2}, "version"),
        ([], {"time": 1_700_000_000_400}, "time"),
        ([], {"receipts": "00" * 32}, "receipts"),
        ([HOOKS, HOOKS], {}, "receipts"),
        ([HOOKS | {"height": 8}], {}, "hooks"),
    ],
)
def test_refuses_a_sealed_block_that_is_wrong(
    receipts: list[Any], header: dict[str, Any], step: str
) -> None:
    export = started()
    export.block([], receipts, **header)
    assert fault(export.close()) == (4, step)


def test_refuses_a_transaction_without_its_receipt() -> None:
    export = started()
    body = export.body(ALICE_AT, 2)
    export.block([envelope(body, sign_alice(b"ctn/tx/1\n" + body))], [])
    assert fault(export.close()) == (4, "receipts")


def test_refuses_money_that_no_receipt_moved() -> None:
    export = started()
    export.balances.update({f"{ALICE_AT}/cny": 1})
    export.balances.subtract({f"{BOB_AT}/cny": 1})
    export.block([], [])
    assert fault(export.close()) == (5, "money")


def test_refuses_a_sum_other_than_zero() -> None:
    export = started()
    export.balances.update({f"{ALICE_AT}/cny": 1})
    export.block([], [])
    assert fault(export.close()) == (5, "money")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("root", "00" * 32),
        ("height", 9),
        ("time", 1_700_000_000_001),
        ("app_version", 2),
        ("params", {"fee_asset": "usd"}),
        ("chain", "ctn-test:0000000000000000"),
    ],
)
def test_refuses_a_state_that_differs_from_the_chain(name: str, value: Any) -> None:
    assert fault(finished().close(**{name: value})) == (5, name)


def test_refuses_a_last_header_of_another_state() -> None:
    export = started()
    export.block([], [], state="11" * 32)
    assert fault(export.close()) == (5, "state")


def test_accepts_a_version_that_the_chain_scheduled() -> None:
    export = started()
    event = {"event": "governance.UpgradeScheduled", "op": 0, "height": 8, "app_version": 2}
    hook = {"hook": "governance.begin_block", "item": "1", "moves": [], "events": [event]}
    export.block([], [{"height": export.height + 1, "hooks": [hook]}])
    verify(io.BytesIO(export.close(app_version=2)))


def test_agrees_with_the_trees_of_the_document() -> None:
    records: list[list[Any]] = [["balance", "alice/cny", 250], ["balance", "bob/cny", 75]]
    records.append(["param", "fee_asset", "cny"])
    assert state_root([]) == bytes(32)
    single = "2226540fd8603a5788498495d6691faf7f95437db2216e06a85f5c3d188d999f"
    assert state_root(records[:1]).hex() == single
    root = "0f278a99add522f2d885097afdb6c454cdc9f9b632012b25dfe7552466ad649f"
    assert state_root(records).hex() == root


@given(st.dictionaries(st.text("abc/", min_size=1), st.integers(0, 9)), st.lists(st.binary()))
def test_agrees_with_other_builders_of_both_trees(held: dict[str, int], items: list[bytes]) -> None:
    records = [["param", name, value] for name, value in sorted(held.items())]
    assert state_root(records) == smt_root(records)
    assert list_root(items) == tree(items)


def test_agrees_with_the_transaction_of_the_document() -> None:
    key = SigningKey(b"engine.md example seed, 32 bytes")
    body = (
        b'{"chain":"ctn-dev:00c0ffee00c0ffee","expires":1200,"fee":{"amount":20,"payer":null},'
        b'"memo":"","ops":[{"amount":2500000,"asset":"cny","op":"assets.transfer",'
        b'"to":"ctn1kjv764gkxxzvksk6n5dn0var27e3858wmjtehp"}],'
        b'"sender":"ctn1a5l06gduce9h85gelnuusssc2lll8tgx3n4aml","sequence":7}'
    )
    assert address(1, bytes(key.verify_key)) == "ctn1a5l06gduce9h85gelnuusssc2lll8tgx3n4aml"
    signature = key.sign(b"ctn/tx/1\n" + body).signature
    assert (signature.hex()[:8], signature.hex()[-6:]) == ("bd762783", "e16600")
    raw = envelope(body, (1, bytes(key.verify_key), signature))
    text, [(scheme, found, read)] = parse_envelope(raw)
    assert (len(raw), len(text), scheme, read) == (381, 275, 1, signature)
    name = "8f58c2d364eb82246c7066749eedc32b69baad08a00217ac42e85177569c4e95"
    assert verify_export.sha256(text).hex() == name
    assert verify_export.ed25519(found, read, b"ctn/tx/1\n" + text)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_secp256k1_agrees_with_libsecp256k1(seed: bytes, message: bytes, bit: int) -> None:
    private = coincurve.PrivateKey(sha256(seed))
    key, good = private.public_key.format(), compact(private.sign(message))
    assert secp256k1(key, good, message)
    assert not secp256k1(key, good, message + b"\0")
    assert not secp256k1(bytes([key[0] ^ 1]) + key[1:], good, message)
    assert not secp256k1(key, (int.from_bytes(good) ^ 1 << bit).to_bytes(64), message)
    high = SECP256K1_ORDER - int.from_bytes(good[32:])
    assert not secp256k1(key, good[:32] + high.to_bytes(32), message)


@pytest.mark.parametrize("r", [0, 1, SECP256K1_ORDER, 2**256 - 1])
@pytest.mark.parametrize("s", [0, 1, SECP256K1_ORDER // 2 + 1, SECP256K1_ORDER])
def test_secp256k1_refuses_scalars_at_their_limits(r: int, s: int) -> None:
    assert not secp256k1(BOB.public_key.format(), r.to_bytes(32) + s.to_bytes(32), b"")


@pytest.mark.parametrize("key", ["04" + "00" * 32, "02" + "00" * 31 + "05", "02" + "ff" * 32])
def test_secp256k1_refuses_what_is_no_point(key: str) -> None:
    assert not secp256k1(bytes.fromhex(key), compact(BOB.sign(b"")), b"")


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and output of the script alone, without any installed package."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_runs_alone_and_reports_by_exit_code(tmp_path: Path) -> None:
    maker, good, bad = bytes(MAKER.verify_key).hex(), tmp_path / "good", tmp_path / "bad"
    good.write_bytes(GOOD)
    bad.write_bytes(b"".join(LINES[:-1]))
    counts = "blocks 3, roots 7, transactions 4, signatures 5, records 10, height 7: valid\n"
    code, text = run(str(good))
    assert code == 0
    assert text.startswith(f"maker {maker} (from the file; pin it by --maker)\n")
    assert sorted(text.splitlines()[1].split(", ")) == sorted(counts.strip().split(", "))
    code, text = run(str(good), "--json", "--maker", maker)
    assert (code, json.loads(text)["valid"], json.loads(text)["height"]) == (0, True, 7)
    assert run(str(good), "--maker", "00" * 32)[0] == 1
    assert run(str(bad)) == (1, "line 4: state: the file ends before it\n")
    code, text = run(str(bad), "--json")
    assert (code, json.loads(text)["line"], json.loads(text)["valid"]) == (1, 4, False)
    assert run(str(tmp_path / "none"))[0] == 2
    assert run()[0] == 2
