"""Records and balances are read, proved on demand, and blocks are followed."""

import json

from tests.cli.homes import Cli


def test_a_record_and_a_table_are_shown(live: Cli) -> None:
    live.send("assets.transfer", "asset=cny", "amount=1", "to=@bob", "--key", "alice")
    assert live.ok("query", "asset", "cny")["value"]["transfer"] == "free"
    assert live.ok("query", "asset", "gold")["value"] is None
    found = live.ok("query", "duty", "--prefix", live.ok("keys", "show", "operator")["address"])
    assert [item["value"]["kind"] for item in found["items"]] == ["operator"]
    assert live.ok("query", "asset", "--prefix", "x")["items"] == []


def test_a_record_is_proved_under_the_makers_seal(live: Cli) -> None:
    live.send("assets.transfer", "asset=cny", "amount=1", "to=@bob", "--key", "alice")
    genesis = json.loads((live.home / "config" / "genesis.json").read_bytes())
    found = live.ok("query", "asset", "cny", "--prove")
    assert found["proved"] is True
    assert found["maker"] == genesis["maker"]
    assert found["value"]["id"] == "cny"


def test_absence_is_proved_too(live: Cli) -> None:
    live.send("assets.transfer", "asset=cny", "amount=1", "to=@bob", "--key", "alice")
    assert live.ok("query", "asset", "gold", "--prove")["value"] is None


def test_a_proof_needs_an_id(live: Cli) -> None:
    assert live("query", "asset", "--prove").code == 2


def test_follow_gives_each_block_with_its_receipts(live: Cli) -> None:
    sent = live.send("assets.transfer", "asset=cny", "amount=1", "to=@bob", "--key", "alice")
    said = live("follow", "--from", str(sent["height"]), "--count", "1", "--json")
    assert said.code == 0
    assert [receipt["tx"] for receipt in said.json["receipts"]] == [sent["tx"]]


def test_nothing_is_held_by_a_stranger(live: Cli) -> None:
    assert live.ok("balance", "custody:nothing")["balances"] == {}
