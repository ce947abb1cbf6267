"""A home is inspected and repaired by commands, and never while an engine has it."""

import pytest

from ctn.node.store import Store
from tests.cli.homes import Cli, Running


@pytest.fixture(scope="module", name="stopped")
def _stopped(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A dev chain with two transactions whose engine has stopped."""
    cli = Cli(tmp_path_factory.mktemp("stopped") / "home").init()
    running = Running(cli.home, "node", "start")
    running.wait()
    for _ in range(2):
        cli.send("assets.transfer", "asset=cny", "amount=1", "to=@bob", "--key", "alice")
    assert running.stop() == 0
    return cli


def test_replay_compares_and_then_writes(stopped: Cli) -> None:
    found = stopped.ok("node", "replay", "--dry-run")
    assert (found["transactions"], found["written"]) == (2, False)
    again = stopped.ok("node", "replay")
    assert again == found | {"written": True}
    assert stopped.ok("node", "recount")["height"] == found["height"]


def test_a_lost_record_is_found_and_repaired(stopped: Cli) -> None:
    store = Store(stopped.home / "state", 1)
    rows = [row for row in store.range(b"", b"") if row[0] != b"asset\0cny"]
    store.replace_records(iter(rows))
    store.close()
    damaged = Running(stopped.home, "node", "recount").process
    assert b"StateCorrupt" in damaged.communicate()[1]
    assert damaged.returncode == 65
    assert stopped("node", "replay", "--dry-run").code == 65
    stopped.ok("node", "replay")
    assert stopped.ok("node", "recount")["balances"] > 0


def test_scrub_reads_every_database(stopped: Cli) -> None:
    found = stopped.ok("node", "scrub")
    assert sorted(found["databases"]) == [
        "blocks", "changes", "history", "meta", "receipts", "records", "txs", "undo"
    ]  # fmt: skip
    assert found["bytes"] == sum(found["databases"].values())


def test_doctor_finds_keys_that_others_can_read(stopped: Cli) -> None:
    assert {row["state"] for row in stopped.ok("node", "doctor")["checks"]} == {"ok"}
    key = stopped.home / "keys" / "maker_key.json"
    key.chmod(0o644)
    said = stopped("node", "doctor", "--json")
    key.chmod(0o600)
    assert said.code == 1
    bad = [row for row in said.json["checks"] if row["state"] == "fail"]
    assert [row["what"] for row in bad] == ["keys/maker_key.json"]


def test_the_ballast_is_freed_once(stopped: Cli) -> None:
    assert stopped.ok("store", "release-ballast")["released_mib"] == 1
    assert stopped("store", "release-ballast").code == 1


def test_accept_rollback_says_the_height(stopped: Cli) -> None:
    assert stopped.ok("node", "accept-rollback")["height"] == 2


def test_a_running_engine_keeps_its_home(live: Cli) -> None:
    assert live.ok("node", "status")["chain"].startswith("ctn-dev:")
    for words in (("replay",), ("recount",), ("accept-rollback",), ("start",)):
        assert live("node", *words).code == 75, words
    live.ok("node", "scrub")
    assert any(row["what"] == "door" for row in live.ok("node", "doctor")["checks"])
