"""`ctn light`: a platform believed only as far as its answers follow from the maker's key."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.homes import Cli, Running, free_port, platform, wait_for

FILE = Path("ctn/demo/verra_units.csv")


@pytest.fixture(scope="module", name="url")
def _url(live: Cli, retired: tuple[str, str]) -> Iterator[str]:
    """A platform over the live chain, once it has blocks."""
    assert retired
    with platform(live.home) as found:
        yield found


@pytest.fixture(scope="module", name="retired")
def _retired(live: Cli) -> tuple[str, str]:
    """A batch, and the certificate of two and a half tonnes of it."""
    batch = live.ok("registry", "bring-in", str(FILE), "--rows", "1-1")["batches"][0]["batch"]
    receipt = live.send(
        "registry.retire", f"batch={batch}", "source=market", "parts=[]", "grams=2500000",
        "beneficiary=null", "on_behalf_of=", "use=voluntary", "purpose=gift", "message=x",
        "country=CN", "period_start=null", "period_end=null", "privacy=public",
        "commitment=null", "envelope=null", "--key", "alice",
    )  # fmt: skip
    (name,) = [
        event["certificate"] for event in receipt["events"] if event["event"] == "registry.Retired"
    ]
    return batch, name


def maker(live: Cli) -> str:
    found: str = json.loads((live.home / "config" / "genesis.json").read_bytes())["maker"]
    return found


@pytest.fixture(name="elsewhere")
def _elsewhere(live: Cli, tmp_path: Path, url: str) -> Any:
    """A machine without the chain, which knows the maker's key."""
    cli = Cli(tmp_path / "elsewhere")
    return lambda *words: cli("light", "verify", *words, "--url", url, "--trust", maker(live))


def test_a_balance_is_proved_on_another_machine(live: Cli, elsewhere: Any) -> None:
    rows = live.ok("query", "balance")["items"]
    account, _, asset = next(row["id"] for row in rows if row["value"] > 0).partition("/")
    value = live.ok("query", "balance", f"{account}/{asset}")["value"]
    said = elsewhere("balance", account, asset)
    assert (said.code, said.out.splitlines()[0]) == (0, str(value)), said.err
    assert "proved at height" in said.out
    assert elsewhere("balance", account, "none").out.splitlines()[0] == "0"


def test_a_record_or_its_absence_is_proved(elsewhere: Any) -> None:
    said = elsewhere("record", "asset", "cny", "--json")
    assert (said.json["value"]["id"], said.code) == ("cny", 0)
    assert elsewhere("record", "asset", "none").out.splitlines()[0] == "absent"


def test_a_certificate_is_proved_with_its_parts(elsewhere: Any, retired: tuple[str, str]) -> None:
    said = elsewhere("certificate", retired[1])
    assert said.code == 0, said.err
    assert "proved 2500000 g, unproved 0 g" in said.out
    absent = elsewhere("certificate", "r-" + "00" * 12)
    assert absent.out.splitlines()[0] == "absent"


def test_serials_are_proved_to_lie_in_their_intervals(
    live: Cli, elsewhere: Any, retired: tuple[str, str]
) -> None:
    batch, _name = retired
    rows = live.ok("query", "interval", "--prefix", f"{batch}/")["items"]
    last = max(row["value"]["end"] for row in rows)
    for _ in range(50):
        said = elsewhere("serial", f"CTN-{batch.upper()}-1-{last}", "--json")
        if said.code == 0:
            break
        time.sleep(0.1)  # the platform's tables follow the chain
    assert said.code == 0, said.err
    assert [row["start"] for row in said.json["value"]] == [row["value"]["start"] for row in rows]
    assert elsewhere("serial", "VCS-1").code == 2


def test_another_key_is_not_believed(live: Cli, url: str, tmp_path: Path) -> None:
    cli = Cli(tmp_path / "elsewhere")
    words = ("light", "verify", "record", "asset", "cny", "--url", url)
    said = cli(*words, "--trust", "11" * 32)
    assert (said.code, said.err.split(":")[:2]) == (1, ["LightVerifyFailed", " seal"])
    assert cli(*words).code == 2
    assert cli(*words, "--trust", "nonsense").code == 2
    assert live(*words).code == 0


def test_a_block_is_trust_enough(live: Cli, url: str, tmp_path: Path) -> None:
    block = httpx.get(f"{url}/api/v1/blocks/1").json()["hash"]
    cli = Cli(tmp_path / "elsewhere")
    words = ("light", "verify", "record", "asset", "cny", "--url", url)
    assert cli(*words, "--trust", f"1:{block}").code == 0
    assert cli(*words, "--trust", f"1:{'00' * 32}").err.startswith("LightVerifyFailed: trust: ")


def test_the_light_node_serves_proved_reads_on_loopback(
    live: Cli, url: str, tmp_path: Path
) -> None:
    port = free_port()
    words = ("light", "--port", str(port), "--url", url, "--trust", maker(live))
    running = Running(tmp_path / "elsewhere", *words)
    wait_for(port)
    base = f"http://127.0.0.1:{port}"
    found = httpx.get(f"{base}/state/asset/cny").json()
    assert (found["value"]["id"], found["chain"]) == ("cny", live.ok("node", "status")["chain"])
    assert httpx.get(f"{base}/balance/nobody/cny").json()["value"] is None
    assert httpx.get(f"{base}/state/asset").status_code == 400
    assert httpx.get(f"{base}/serial/nonsense").status_code == 400
    assert httpx.get(f"{base}/other/x").status_code == 404
    elsewhere = httpx.get(f"{base}/state/asset/cny", headers={"Host": "evil.example"})
    assert elsewhere.status_code == 403
    assert httpx.post(f"{base}/state/asset/cny").status_code == 501
    assert running.stop() == 130
