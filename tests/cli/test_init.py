"""`ctn init` makes a home that a node can open, and says what a dev chain is not for."""

import json
import stat

from ctn.wallet.keystore import open_keystore
from tests.cli.homes import Cli
from tests.worlds import Person

ADDRESS = Person("registrar").address


def test_a_dev_chain_gets_a_key_for_every_duty_the_council_and_two_people(cli: Cli) -> None:
    said = cli("init")
    assert said.code == 0
    assert "not for real value" in said.out
    keys = {entry["name"]: entry["address"] for entry in cli.ok("keys", "list")["keys"]}
    assert list(keys) == [
        "registrar", "custodian", "operator", "regulator", "attestor", "payment_institution",
        "council", "alice", "bob",
    ]  # fmt: skip
    file = cli.home / "keys" / "dev-keystore.json"
    assert len(open_keystore(file.read_bytes(), "dev")) == 9
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    records = json.loads((cli.home / "config" / "genesis.json").read_bytes())["records"]
    duties = {place for table, place, _ in records if table == "duty"}
    assert duties == {f"{keys[name]}/{name}" for name in list(keys)[:6]}
    rows = {(table, place): value for table, place, value in records}
    assert rows["council", "council"] == {
        "members": [keys["council"]], "threshold": 1, "emergency": 1,
    }  # fmt: skip


def test_stated_authorities_and_money_make_no_keys(cli: Cli) -> None:
    found = cli.ok(
        "init", "--profile", "network", "--chain-id", "ctn-one",
        "--authority", f"registrar={ADDRESS}:verra", "--fund", f"{ADDRESS}=70",
        "--council", ADDRESS,
    )  # fmt: skip
    assert found["chain"].startswith("ctn-one:")
    assert found["keys"] == {}
    records = json.loads((cli.home / "config" / "genesis.json").read_bytes())["records"]
    rows = {(table, place): value for table, place, value in records}
    assert rows["duty", f"{ADDRESS}/registrar"]["scope"] == "verra"
    assert rows["balance", f"{ADDRESS}/cny"] == 70
    assert rows["council", "council"]["members"] == [ADDRESS]


def test_refuses_a_second_chain_in_one_home(cli: Cli) -> None:
    cli.init()
    assert cli("init").code == 78


def test_refuses_usage_that_names_nothing_known(cli: Cli) -> None:
    for words in (
        ("--profile", "network"),
        ("--authority", "king=" + ADDRESS),
        ("--authority", "registrar=ctn1xyz"),
        ("--fund", f"{ADDRESS}=1.5"),
        ("--fund", f"{ADDRESS}=0"),
        ("--authority", f"registrar={ADDRESS}", "--chain-id", "NO"),
    ):
        assert cli("init", *words).code == 2, words
    assert not (cli.home / "config").exists()
