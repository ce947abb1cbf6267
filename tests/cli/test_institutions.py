"""The institutions of a network act from its first block with two signers, and never with one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.founders import council
from tests.cli.homes import CONFIG, Cli, Running
from tests.worlds import Person

PASSWORD = "words of an officer\n"
FIRST, SECOND = "regulator-1", "regulator-2"
OUTSIDER = Person("outsider").address
EVIDENCE = "11" * 32
# Medium, and high: what a regulator and what a member of the council may.
FREEZE = ("compliance.freeze", "scope=account", f"id={OUTSIDER}", "reason=theft",
          f"evidence={EVIDENCE}", "allow_retire=false")  # fmt: skip
PROPOSE = ("governance.propose", "track=council", "title=Sit on Mondays",
           f"document={EVIDENCE}", "ops=[]")  # fmt: skip
ADD_TRUSTED = ("accounts.add_trusted", f"address={OUTSIDER}")


@pytest.fixture(scope="module", name="network")
def _network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    """A network of one institution whose thresholds alone would let each of its two keys act."""
    folder = tmp_path_factory.mktemp("network")
    cli = Cli(folder / "home")
    for name, scheme in ((FIRST, "ed25519"), (SECOND, "secp256k1")):
        cli.ok("keys", "new", name, "--scheme", scheme, stdin=PASSWORD)
    shown = [cli.ok("keys", "show", name, "--public", stdin=PASSWORD) for name in (FIRST, SECOND)]
    keys = [
        {"scheme": scheme, "key": found["public"], "weight": 1}
        for scheme, found in enumerate(shown, 1)
    ]
    file = folder / "regulator.json"
    thresholds = {"low": 1, "medium": 1, "high": 1}
    file.write_text(json.dumps({"signers": keys, "thresholds": thresholds}))
    cli.ok(
        "init", "--profile", "network", "--authority", f"regulator=@{file}",
        "--council", f"@{FIRST}", *council(folder, seats=4), "--fund", f"@{FIRST}=100000",
    )  # fmt: skip
    (cli.home / "config" / "node.toml").write_text(CONFIG.replace('"dev"', '"network"'))
    running = Running(cli.home, "node", "start")
    running.wait()
    yield cli
    assert running.stop() == 0


def built(network: Cli, *words: str) -> str:
    file = str(network.home / f"{words[0]}.json")
    network.ok("tx", "build", *words, "--sender", f"@{FIRST}", "--out", file)
    return file


@pytest.mark.parametrize("words", [FREEZE, PROPOSE, ADD_TRUSTED], ids=lambda words: words[0])
def test_what_is_medium_or_high_takes_both_officers(network: Cli, words: tuple[str, ...]) -> None:
    file = built(network, *words)
    parts = [f"{file}.{name}" for name in (FIRST, SECOND)]
    for name, part in zip((FIRST, SECOND), parts, strict=True):
        network.ok("tx", "sign", file, "--key", name, "--out", part, stdin=PASSWORD)
        said = network("tx", "send", part)
        assert said.code == 1
        assert "refused kernel.SecondApproverNeeded" in said.err
        assert "have=1 need=2" in said.err
    whole = f"{file}.both"
    network.ok("tx", "merge", *parts, "--out", whole)
    sent = network.ok("tx", "send", whole)
    assert sent["status"] == "applied"


def test_what_is_low_takes_either_alone(network: Cli) -> None:
    key = Person("outsider").key.hex()
    signers = [{"scheme": 1, "key": key, "weight": 1}]
    file = built(
        network, "accounts.open_multisig", f"signers={json.dumps(signers)}",
        'thresholds={"low":1,"medium":1,"high":1}',
    )  # fmt: skip
    network.ok("tx", "sign", file, "--key", SECOND, stdin=PASSWORD)
    assert network.ok("tx", "send", file)["status"] == "applied"


def test_the_same_institution_by_its_address_alone_is_not_founded(
    network: Cli, tmp_path: Path
) -> None:
    alone = Cli(tmp_path / "alone")
    address = network.ok("keys", "show", FIRST)["address"]
    named = ("--authority", f"regulator={address}", *council(tmp_path))
    said = alone("init", "--profile", "network", *named)
    assert said.code == 2
    assert "has 1 signer, and 2 must approve what is medium or high" in said.err
    assert not alone.home.exists()
