"""Transactions travel as files between signers, and say what they do."""

import json
from pathlib import Path

import pytest

from tests.cli.homes import Cli


@pytest.fixture(name="shared")
def _shared(live: Cli) -> list[str]:
    """Three keys that sign for bob's account, two of them at a time."""
    names = ["bob", "registrar", "custodian"]
    if len((live.ok("query", "account", bob(live))["value"] or {}).get("signers", ())) < 3:
        keys = [live.ok("keys", "show", name, "--public")["public"] for name in names]
        signers = [{"scheme": 1, "key": key, "weight": 1} for key in keys]
        live.send(
            "accounts.set_signers", f"signers={json.dumps(signers)}",
            'thresholds={"low":1,"medium":2,"high":2}', "--key", "bob",
        )  # fmt: skip
    return names


def bob(live: Cli) -> str:
    address: str = live.ok("keys", "show", "bob")["address"]
    return address


def build(live: Cli, name: str = "pay.json", amount: int = 5) -> str:
    file = str(live.home / name)
    live.ok(
        "tx", "build", "assets.transfer", "asset=cny", f"amount={amount}", "to=@alice",
        "--sender", "@bob", "--out", file,
    )  # fmt: skip
    return file


def test_two_of_three_sign_files_that_are_merged_and_sent(live: Cli, shared: list[str]) -> None:
    file, one, two = build(live), str(live.home / "one.json"), str(live.home / "two.json")
    live.ok("tx", "sign", file, "--key", shared[0], "--out", one)
    live.ok("tx", "sign", file, "--key", shared[2], "--out", two)
    merged = str(live.home / "merged.json")
    assert len(live.ok("tx", "merge", one, two, "--out", merged)["signers"]) == 2
    sent = live.ok("tx", "send", merged)
    assert sent["status"] == "applied"
    assert live.ok("tx", "send", merged)["id"] == sent["id"]


def test_one_of_two_signatures_is_refused(live: Cli, shared: list[str]) -> None:
    file = build(live)
    live.ok("tx", "sign", file, "--key", shared[1])
    said = live("tx", "send", file)
    assert said.code == 1
    assert "refused kernel.ThresholdNotMet" in said.err


def test_the_fee_allows_for_every_signer(live: Cli, shared: list[str]) -> None:
    file = build(live)
    live.ok("tx", "sign", file, *[word for name in shared for word in ("--key", name)])
    assert live.ok("tx", "send", file)["status"] == "applied"


def test_operations_on_both_sides_of_plus_are_one_transaction(live: Cli) -> None:
    file = str(live.home / "both.json")
    pay = ("assets.transfer", "asset=cny", "to=@bob")
    live.ok(
        "tx", "build", *pay, "amount=1", "+", *pay, "amount=2", "--sender", "@alice",
        "--out", file, "--memo", "both",
    )  # fmt: skip
    shown = live.ok("tx", "show", file)
    assert [op["amount"] for op in shown["body"]["ops"]] == [1, 2]
    assert shown["body"]["memo"] == "both"
    live.ok("tx", "sign", file, "--key", "alice")
    assert len(live.ok("tx", "send", file)["receipt"]["events"]) == 2


def test_refuses_files_of_other_bodies_bad_signatures_and_no_signature(live: Cli) -> None:
    file, other = build(live), build(live, "other.json", 6)
    out = str(live.home / "out.json")
    assert live("tx", "merge", file, other, "--out", out).code == 1
    assert live("tx", "send", file).code == 1
    live.ok("tx", "sign", file, "--key", "bob")
    text = json.loads(Path(file).read_bytes())
    text["body"] = text["body"].replace('"amount":5', '"amount":7')
    Path(file).write_text(json.dumps(text))
    assert "is bad" in live("tx", "show", file).err
    assert live("tx", "send", file).code == 1
    assert live("tx", "build", "+", "--sender", "@bob", "--out", out).code == 2


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("assets.transfer", "assets.teleport"),
        ('"amount":5,', '"amount":-5,'),
        ("ctn-", "ctn-\u202e"),
    ],
)
def test_signs_no_file_that_it_cannot_read(live: Cli, was: str, now: str) -> None:
    file = Path(build(live, "strange.json"))
    stated = json.loads(file.read_text("utf-8"))
    stated["body"] = stated["body"].replace(was, now)
    file.write_text(json.dumps(stated), "utf-8")
    for words in (("sign", str(file), "--key", "bob"), ("show", str(file))):
        said = live("tx", *words)
        assert (said.code, "no transaction file" in said.err) == (1, True)
