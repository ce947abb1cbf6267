"""Registry files are read by anyone, recorded by the registrar once, and brought in by three."""

import json
from pathlib import Path

import pytest

from ctn.client.registry.reader import read_file
from tests.cli.homes import Cli

FILE = Path("ctn/demo/verra_units.csv")


def test_a_dry_run_needs_no_node(cli: Cli) -> None:
    found = cli.ok("registry", "import", str(FILE))
    assert found["ledger"] is None
    assert found["files"][0]["serials"] == {"total": 20, "ok": 20}


def test_a_file_that_cannot_be_read_is_said_and_the_others_go_on(cli: Cli) -> None:
    other = cli.home.parent / "other.csv"
    other.write_text("a,b\n1,2\n")
    said = cli("registry", "import", str(other), str(FILE), "--json")
    assert said.code == 1
    assert said.json["refused"][0]["file"] == "other.csv"
    assert len(said.json["files"]) == 1


def test_a_file_with_errors_is_not_taken_unless_defects_are_allowed(cli: Cli) -> None:
    text = FILE.read_text("utf-8").replace("19403-942087211-942128526", "19403-9-x", 1)
    bad = cli.home.parent / "bad.csv"
    bad.write_text(text, "utf-8")
    report = cli.home.parent / "report.csv"
    assert cli("registry", "import", str(bad), "--report", str(report)).code == 1
    assert "serial_malformed" in report.read_text("utf-8")
    assert cli("registry", "import", str(bad), "--allow-defects").code == 0


def test_a_commit_records_rows_once(live: Cli) -> None:
    first = live.ok("registry", "import", str(FILE), "--commit")["ledger"]
    assert (first["rows"], len(first["transactions"])) == (20, 2)
    again = live.ok("registry", "import", str(FILE), "--commit")["ledger"]
    assert again == {"rows": 0, "transactions": []}
    assert len(live.ok("query", "external")["items"]) == 20


@pytest.fixture(scope="module", name="brought")
def _brought(live: Cli) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = live.ok("registry", "bring-in", str(FILE), "--rows", "1-2")[
        "batches"
    ]
    return rows


def test_rows_become_grams_of_the_holder(live: Cli, brought: list[dict[str, object]]) -> None:
    units = read_file(FILE).units[:2]
    assert [row["grams"] for row in brought] == [unit.quantity * 10**6 for unit in units]
    held = live.ok("balance", "@alice")["balances"]
    assert all(held[str(row["batch"])] == row["grams"] for row in brought)


def test_the_same_row_never_comes_in_twice(live: Cli, brought: list[dict[str, object]]) -> None:
    said = live("registry", "bring-in", str(FILE), "--rows", "1-1")
    assert brought
    assert said.code == 1
    assert "refused registry.SerialOverlap" in said.err
    assert live("registry", "bring-in", str(FILE), "--rows", "30-31").code == 1
    assert live("registry", "bring-in", str(FILE), "--rows", "x").code == 2


def test_a_serial_tells_its_state_owner_and_past(
    live: Cli, brought: list[dict[str, object]]
) -> None:
    unit = read_file(FILE).units[0]
    found = live.ok("registry", "serial", unit.text)
    assert [row["state"] for row in found["external"]] == ["immobilised"]
    (interval,) = found["intervals"]
    assert (interval["batch"], interval["status"]) == (brought[0]["batch"], "custody")
    assert "held" in interval["lineage"][0]
    mine = live.ok("registry", "serial", f"CTN-{brought[0]['batch']}-5-7".upper())
    assert mine["intervals"][0]["owner"] == interval["owner"]
    assert live("registry", "serial", "no serial at all").code == 2


def test_a_certificate_is_proved_offline(live: Cli, brought: list[dict[str, object]]) -> None:
    receipt = live.send(
        "registry.retire", f"batch={brought[0]['batch']}", "source=market", "parts=[]",
        "grams=2500000", "beneficiary=null", "on_behalf_of=", "use=voluntary", "purpose=gift",
        "message=hello", "country=CN", "period_start=null", "period_end=null", "privacy=public",
        "commitment=null", "envelope=null", "--key", "alice",
    )  # fmt: skip
    (name,) = [
        event["certificate"] for event in receipt["events"] if event["event"] == "registry.Retired"
    ]
    proof = live.home / "c.proof.json"
    shown = live.ok("certificate", "show", name, "--proof", str(proof))
    assert shown["certificate"]["grams"] == 2_500_000
    offline = Cli(live.home.parent / "nowhere")
    said = offline("certificate", "verify", str(proof), "--json")
    assert said.code == 3
    assert said.json["trusted"] is False
    maker = json.loads((live.home / "config" / "genesis.json").read_bytes())["maker"]
    found = offline.ok("certificate", "verify", str(proof), "--maker", maker)
    assert (found["trusted"], found["proved_g"]) == (True, 2_500_000)
    assert offline("certificate", "verify", str(proof), "--maker", "11" * 32).code == 1
    text = proof.read_text("utf-8")
    for old, new in (("hello", "hallo"), ("gift", "event"), ("retired", "held")):
        proof.write_text(text.replace(old, new), "utf-8")
        assert offline("certificate", "verify", str(proof), "--maker", maker).code == 1
    proof.write_text("{}", "utf-8")
    assert "ProofInvalid" in offline("certificate", "verify", str(proof)).err
    assert live("certificate", "show", "r-0").code == 1
