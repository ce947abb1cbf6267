"""Governance from the command line: proposed, approved, executed by itself, and seen."""

import time
from pathlib import Path
from typing import Any

from tests.cli.homes import Cli

RULE = "governance.set_param name=taker_ppm value=400"


def proposed(live: Cli, *words: str, key: str = "council") -> int:
    """The number of a new proposal."""
    found = live.ok("gov", "propose", *words, "--document", "ab" * 32, "--key", key)
    number: int = found["receipt"]["events"][0]["proposal"]
    return number


def shown(live: Cli, number: int) -> Any:
    """A proposal as it stands."""
    return live.ok("gov", "show", str(number))["proposal"]


def test_a_member_proposes_and_approves_and_the_delay_begins(live: Cli, tmp_path: Path) -> None:
    document = tmp_path / "why.txt"
    document.write_text("because")
    found = live.ok(
        "gov", "propose", RULE, "--title", "Fees", "--document", str(document), "--key", "council"
    )
    number = found["receipt"]["events"][0]["proposal"]
    row = shown(live, number)
    assert (row["state"], row["title"], len(row["document"])) == ("open", "Fees", 64)
    assert row["ops"] == [{"op": "governance.set_param", "name": "taker_ppm", "value": "400"}]
    live.ok("gov", "approve", str(number), "--key", "council")
    row = shown(live, number)
    assert row["state"] == "passed"
    assert row["runs"] > row["opened"]
    text = live("gov", "show", str(number)).out
    assert "passed: Fees" in text
    assert "approved by ctn1" in text


def test_a_proposal_that_needs_no_delay_runs_by_itself_and_says_why_it_failed(live: Cli) -> None:
    number = proposed(live, "governance.resume")
    live.ok("gov", "approve", str(number), "--key", "council")
    for _ in range(100):
        if shown(live, number)["state"] == "failed":
            break
        time.sleep(0.05)
    assert shown(live, number)["failure"] == {"refusal": "governance.NotStopped", "op": 0}
    assert "governance.NotStopped in op 0" in live("gov", "show", str(number)).out


def test_a_proposal_is_taken_back_and_listed(live: Cli) -> None:
    number = proposed(live)
    live.ok("gov", "cancel", str(number), "--key", "council")
    rows = live.ok("gov", "list", "--state", "cancelled")["proposals"]
    assert [row["number"] for row in rows] == [number]
    assert live.ok("gov", "list")["proposals"][0]["number"] == number


def test_the_council_and_what_it_froze_are_shown(live: Cli) -> None:
    found = live.ok("gov", "council")
    assert (found["council"]["threshold"], found["stop"]) == (1, None)
    keys = {entry["name"]: entry["address"] for entry in live.ok("keys", "list")["keys"]}
    words = ("scope=account", f"id={keys['bob']}", "reason=a drill", f"evidence={'ab' * 32}")
    live.send("compliance.freeze", *words, "allow_retire=false", "--key", "council")
    (row,) = live.ok("gov", "freezes")["freezes"]
    assert (row["scope"], row["duty"], row["reason"]) == ("account", "member", "a drill")
    said = live("op", "assets.transfer", "asset=cny", "amount=1", "to=@alice", "--key", "bob")
    assert "refused kernel.AccountFrozen" in said.err


def test_what_is_refused_says_so(live: Cli) -> None:
    said = live("gov", "approve", "999", "--key", "council")
    assert said.code == 1
    assert "governance.ProposalNotFound" in said.err
    said = live("gov", "approve", "1", "--key", "alice")
    assert "governance.NotCouncil" in said.err
    said = live("gov", "vote", "1", "yes", "x", "--key", "alice")
    assert said.code == 2
    assert live("gov", "show", "999").code != 0
    said = live("gov", "propose", "--document", "/nowhere", "--key", "council")
    assert said.code == 2
