"""`ctn account`: guard, trust, limit, lock, recover, close, and what waits of them."""

import pytest

from tests.cli.homes import Cli

ALICE = ("--key", "alice")


def events(said: dict[str, object]) -> list[str]:
    """The names of a receipt's events."""
    told = said["receipt"]["events"]  # type: ignore[index]
    return [event["event"] for event in told]


def test_a_guard_keeps_the_parts_that_are_not_named(live: Cli) -> None:
    said = live.ok("account", "guard", "--trusted-only", "--limit", "cny=500", *ALICE)
    assert events(said) == ["accounts.GuardSet"]
    said = live.ok("account", "guard", "--limit", "cny=400", *ALICE)
    assert events(said) == ["accounts.GuardSet"]
    found = live.ok("account", "pending", *ALICE)
    assert found["guard"]["trusted_only"] is True
    assert found["guard"]["limits"] == [{"asset": "cny", "per_day": 400}]


def test_what_loosens_waits_is_listed_and_can_be_cancelled(live: Cli) -> None:
    assert events(live.ok("account", "guard", "--anyone", *ALICE)) == ["accounts.GuardPending"]
    assert events(live.ok("account", "trust", "@bob", *ALICE)) == ["accounts.TrustedPending"]
    waiting = live.ok("account", "pending", *ALICE)["pending"]
    assert [one["change"]["op"] for one in waiting] == [
        "accounts.set_guard", "accounts.add_trusted",
    ]  # fmt: skip
    shown = live("account", "pending", *ALICE).out
    assert "accounts.add_trusted until" in shown
    assert "trusted only" in shown
    for one in waiting:
        said = live.ok("account", "pending", "--cancel", str(one["number"]), *ALICE)
        assert events(said) == ["accounts.PendingCancelled"]
    assert live.ok("account", "pending", "@alice")["pending"] == []
    said = live("account", "trust", "@bob", "--remove", *ALICE)
    assert (said.code, "accounts.TargetNotTrusted" in said.err) == (1, True)


def test_guardians_are_named_with_their_number(live: Cli) -> None:
    said = live.ok("account", "guard", "--guardians", "2 of @bob,@operator", *ALICE)
    assert events(said) == ["accounts.GuardPending"]
    (one,) = live.ok("account", "pending", *ALICE)["pending"]
    assert one["change"]["guardian_threshold"] == 2
    live.ok("account", "pending", "--cancel", str(one["number"]), *ALICE)
    assert events(live.ok("account", "guard", "--guardians", "none", *ALICE)) == [
        "accounts.GuardSet"
    ]


def test_an_account_is_locked_and_asks_to_be_unlocked(live: Cli) -> None:
    assert events(live.ok("account", "lock", "--key", "bob")) == ["accounts.Locked"]
    found = live.ok("account", "pending", "--key", "bob")
    assert found["lock"]["by"] == found["account"]
    said = live("account", "lock", "@bob", *ALICE)
    assert "accounts.NotGuardian" in said.err
    assert events(live.ok("account", "unlock", "--key", "bob")) == ["accounts.UnlockPending"]


def test_a_key_is_limited_and_a_stranger_recovers_nobody(live: Cli) -> None:
    own = "1-" + live.ok("keys", "show", "alice", "--public")["public"]
    said = live("account", "limit", own, "--family", "trade", *ALICE)
    assert "accounts.BadSigners" in said.err
    said = live("account", "recover", "@bob", "--signer", own, *ALICE)
    assert "accounts.NotGuardian" in said.err
    said = live(
        "account", "recover", "@bob", "--signer", own + "=2", "--thresholds", "1,1,3", *ALICE
    )
    assert "accounts.BadSigners" in said.err


def test_an_account_that_holds_money_is_closed_only_with_a_sweep(live: Cli) -> None:
    said = live("account", "close", "--key", "registrar")
    assert "accounts.AccountNotEmpty" in said.err
    said = live("account", "close", "--sweep-to", "@bob", "--key", "registrar")
    assert "accounts.TargetNotTrusted" in said.err
    live.ok("account", "guard", "--limit", "none", *ALICE)
    said = live("account", "close", "--sweep-to", "@operator", *ALICE)
    assert "accounts.TargetNotTrusted" in said.err


@pytest.mark.parametrize(
    "words",
    [
        ("guard", "--guardians", "@bob", *ALICE),
        ("guard", "--limit", "cny=1.5", *ALICE),
        ("limit", "nonsense", "--family", "trade", *ALICE),
        ("recover", "@bob", "--signer", "1-00", "--thresholds", "1,1", *ALICE),
        ("unlock",),
    ],
)
def test_wrong_words_are_usage(cli: Cli, words: tuple[str, ...]) -> None:
    assert cli("account", *words).code == 2


def test_a_family_that_is_none_is_refused_before_anything_is_sent(cli: Cli) -> None:
    said = cli("account", "limit", "1-" + "00" * 32, "--family", "trading", *ALICE)
    assert (said.code, "kernel.Malformed" in said.err) == (1, True)
