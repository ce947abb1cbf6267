"""Freezes from the command line: made, listed with reason and height, lifted."""

import time
from pathlib import Path

from tests.cli.homes import Cli

PAPER = "ab" * 32


def address(live: Cli, name: str) -> str:
    """The address of a key."""
    found = {entry["name"]: entry["address"] for entry in live.ok("keys", "list")["keys"]}
    return str(found[name])


def test_a_member_freezes_an_account_which_the_list_tells_and_lifts(
    live: Cli, tmp_path: Path
) -> None:
    order = tmp_path / "order.txt"
    order.write_text("because")
    found = live.ok(
        "compliance", "freeze", "account", "@bob", "--reason", "a drill", "--evidence", str(order),
        "--key", "council",
    )  # fmt: skip
    receipt = found["receipt"]
    assert receipt["events"][0]["event"] == "compliance.Frozen"
    (row,) = live.ok("compliance", "list")["freezes"]
    assert (row["subject"], row["reason"], row["height"]) == (
        address(live, "bob"), "a drill", receipt["height"],
    )  # fmt: skip
    assert len(row["evidence"]) == 64
    text = live("compliance", "list").out
    assert "a drill" in text
    assert live("gov", "freezes").out == text
    said = live("compliance", "unfreeze", row["id"], "--reason", "over", "--key", "council")
    assert "kernel.NotAuthority" in said.err
    lifting = f"compliance.unfreeze freeze={row['id']} reason=over"
    made = live.ok("gov", "propose", lifting, "--document", PAPER, "--key", "council")
    live.ok("gov", "approve", str(made["receipt"]["events"][0]["proposal"]), "--key", "council")
    end = time.monotonic() + 30
    while live.ok("compliance", "list")["freezes"] and time.monotonic() < end:
        time.sleep(0.1)
    assert live("compliance", "list").out == "nothing is frozen\n"
    (row,) = live.ok("compliance", "list", "--all")["freezes"]
    assert row["reason"] == "a drill"


def test_a_registrar_freezes_a_class_for_an_hour_and_lifts_it(live: Cli) -> None:
    until = time.time_ns() // 1_000_000 + 3_600_000
    words = ("--reason", "forged", "--evidence", PAPER, "--key", "registrar")
    live.ok("compliance", "freeze", "class", "vcs", f"until={until}", *words)
    (row,) = live.ok("compliance", "list")["freezes"]
    assert (row["scope"], row["subject"], row["duty"]) == ("class", "vcs", "registrar")
    found = live.ok("compliance", "unfreeze", row["id"], "--key", "registrar")
    assert found["receipt"]["events"][0]["event"] == "registry.FreezeLifted"


def test_what_is_refused_says_so(live: Cli) -> None:
    words = ("--reason", "r", "--evidence", PAPER, "--key", "alice")
    said = live("compliance", "freeze", "bridge", "verra", *words)
    assert (said.code, "compliance.NotRegulator" in said.err) == (1, True), said.err
    said = live("compliance", "freeze", "batch", *words)
    assert "SCOPE SUBJECT" in said.err
    said = live("compliance", "freeze", "parts", "b", "parts=x", *words)
    assert "parts: JSON" in said.err
    said = live("compliance", "freeze", "moon", "b", *words)
    assert said.code != 0
    said = live(
        "compliance", "freeze", "bridge", "verra", "--reason", "r", "--evidence", "none",
        "--key", "alice",
    )  # fmt: skip
    assert "evidence" in said.err
    said = live("compliance", "unfreeze", "f-" + "0" * 24, "--key", "alice")
    assert said.code == 1
