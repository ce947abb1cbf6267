"""`ctn init` makes a home that a node can open, and says what a dev chain is not for."""

import json
import stat
from pathlib import Path
from typing import Any

from ctn.client.founding import ATTESTED_YEARS, YEAR_MS
from ctn.wallet.keystore import open_keystore
from tests.cli.founders import council, stated
from tests.cli.homes import Cli
from tests.worlds import Person

ADDRESS = Person("registrar").address
TWO = ("registrar", "second")


def authorities(*texts: str) -> list[str]:
    return [word for text in texts for word in ("--authority", text)]


def first_state(cli: Cli) -> dict[tuple[str, str], Any]:
    records = json.loads((cli.home / "config" / "genesis.json").read_bytes())["records"]
    return {(table, place): value for table, place, value in records}


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
        "init", "--chain-id", "ctn-one", "--authority", f"registrar={ADDRESS}:verra",
        "--fund", f"{ADDRESS}=70", "--council", ADDRESS,
    )  # fmt: skip
    assert found["chain"].startswith("ctn-one:")
    assert (found["keys"], found["accounts"]) == ({}, {})
    rows = first_state(cli)
    assert rows["duty", f"{ADDRESS}/registrar"]["scope"] == "verra"
    assert rows["balance", f"{ADDRESS}/cny"] == 70
    assert rows["council", "council"]["members"] == [ADDRESS]
    assert ("account", ADDRESS) not in rows


def test_a_network_holds_the_accounts_of_its_institutions(cli: Cli, tmp_path: Path) -> None:
    registrar, bank = stated(tmp_path, *TWO), stated(tmp_path, "bank", "alice", "bob")
    address = Person("bank").address
    found = cli.ok(
        "init", "--profile", "network", "--authority", f"registrar=@{registrar}:verra",
        "--fund", f"@{bank}=70", "--council", address, *council(tmp_path, seats=4),
    )  # fmt: skip
    assert found["accounts"][ADDRESS] == "2 keys, low 1, medium 2, high 2"
    assert found["accounts"][address] == "3 keys, low 1, medium 2, high 2"
    rows = first_state(cli)
    assert rows["duty", f"{ADDRESS}/registrar"]["scope"] == "verra"
    assert rows["balance", f"{address}/cny"] == 70
    seats = [Person(f"seat{number}").address for number in range(4)]
    assert rows["council", "council"] == {
        "members": sorted([address, *seats]), "threshold": 3, "emergency": 2,
    }  # fmt: skip
    for held, names in ((ADDRESS, TWO), (address, ("bank", "alice", "bob"))):
        account = rows["account", held]
        keys = sorted([Person(name).key.hex() for name in names])
        assert [signer["key"] for signer in account["signers"]] == keys
        assert (account["sequence"], account["closed"]) == (0, None)
        assert rows["guard", held]["kind"] == "institution"


def test_the_order_of_options_leaves_no_trace(tmp_path: Path) -> None:
    files = [
        stated(tmp_path, name, "second")
        for name in ("registrar", "bank", "attestor", "identity", "custodian")
    ]
    duties = ("registrar", "payment_institution", "attestor", "attestor", "custodian")
    pairs = [
        *[("--authority", f"{duty}=@{file}") for duty, file in zip(duties, files, strict=True)],
        *[("--council", f"@{file}") for file in files],
        *[("--fund", f"@{file}=7") for file in files],
    ]
    texts = []
    for number, turned in enumerate((pairs, pairs[::-1])):
        cli = Cli(tmp_path / f"home{number}")
        cli.ok("init", "--profile", "network", *[word for pair in turned for word in pair])
        text = (cli.home / "config" / "genesis.json").read_text()
        genesis = json.loads(text)
        # The clock and the block maker's key differ from founding to founding.
        year = genesis["time"] + ATTESTED_YEARS * YEAR_MS
        text = text.replace(str(year), "years").replace(str(genesis["time"]), "now")
        texts.append(text.replace(genesis["maker"], "maker"))
    assert texts[0] == texts[1]


def test_refuses_an_institution_of_a_network_that_could_not_act(cli: Cli, tmp_path: Path) -> None:
    two, one = stated(tmp_path, "bank", "second"), stated(tmp_path, "registrar")
    for words, option in (
        (("--authority", f"registrar={ADDRESS}"), f"--authority registrar={ADDRESS}"),
        (("--authority", f"registrar=@{one}"), f"--authority registrar=@{one}"),
        (("--authority", f"registrar=@{two}", "--council", ADDRESS), f"--council {ADDRESS}"),
    ):
        said = cli("init", "--profile", "network", *words, *council(tmp_path))
        assert said.code == 2
        assert f"{option}: {ADDRESS} has 1 signer, and 2 must approve" in said.err
        assert "(enterprise_min_approvers); state its keys by @FILE.json" in said.err
        assert not cli.home.exists()


def test_refuses_a_file_that_states_no_keys_and_names_option_and_rule(
    cli: Cli, tmp_path: Path
) -> None:
    same = stated(tmp_path, "bank", "bank")
    file, other = stated(tmp_path, *TWO), tmp_path / "other.json"
    other.write_text(file.read_text().replace('"medium": 2', '"medium": 1'))
    for words, option, rule in (
        ((f"registrar=@{same}",), f"registrar=@{same}", "BadSigners: rule distinct signers"),
        (("registrar=@absent.json",), "registrar=@absent.json", "No such file"),
        ((f"registrar=@{tmp_path}.json",), f"registrar=@{tmp_path}.json", "No such file"),
        ((f"registrar=@{file}", f"attestor=@{other}"), f"attestor=@{other}", "other keys"),
    ):
        said = cli("init", "--profile", "network", *authorities(*words), *council(tmp_path))
        assert said.code == 2
        assert f"--authority {option}: " in said.err
        assert rule in said.err
        assert not cli.home.exists()


def test_refuses_a_network_without_a_council_of_five(cli: Cli, tmp_path: Path) -> None:
    words = ("init", "--profile", "network", *authorities(f"registrar=@{stated(tmp_path, *TWO)}"))
    said = cli(*words)
    assert (said.code, "a network needs --council" in said.err) == (2, True)
    said = cli(*words, *council(tmp_path, seats=4))
    assert (said.code, "council: at least 5 members (council_min), not 4" in said.err) == (2, True)
    assert not cli.home.exists()


def test_a_dev_chain_is_content_with_one_key_in_a_file(cli: Cli, tmp_path: Path) -> None:
    cli.ok("init", *authorities(f"registrar=@{stated(tmp_path, 'registrar')}"))
    assert len(first_state(cli)["account", ADDRESS]["signers"]) == 1


def test_refused_options_leave_no_keys_behind(cli: Cli) -> None:
    for words in (
        ("--chain-id", "NO"), ("--council", ADDRESS, "--council", ADDRESS),
        ("--fund", f"{ADDRESS}=1", "--fund", f"{ADDRESS}=2"),
    ):  # fmt: skip
        assert cli("init", *words).code == 2
        assert not cli.home.exists()
    assert cli("init").code == 0


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
        ("--fund", f"{ADDRESS}={2**63}"),
        ("--fund", f"{ADDRESS}={'9' * 5000}"),
        ("--fund", f"{ADDRESS}={2**63 - 1}", "--fund", f"{Person('bank').address}=1"),
        ("--authority", f"registrar={ADDRESS}", "--chain-id", "NO"),
    ):
        assert cli("init", *words).code == 2, words
    assert not (cli.home / "config").exists()
