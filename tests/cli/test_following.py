"""`ctn node start --follow`: a second machine has the whole chain and believes nobody."""

import socket
import time
from pathlib import Path

from tests.cli.homes import Cli, Running

PAY = ("op", "assets.transfer", "asset=cny", "to=@bob", "amount=10", "--key", "alice")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_follower_has_the_makers_root_and_relays_what_it_is_given(
    live: Cli, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    platform = Running(live.home, "api", "start", "--port", str(port))
    live.ok(*PAY)
    home = tmp_path / "follower"
    genesis = live.home / "config" / "genesis.json"
    words = ("node", "start", "--follow", url)
    running = Running(home, *words, "--genesis", str(genesis))
    running.wait()
    follower = Cli(home)
    (home / "keys").mkdir()
    for path in (live.home / "keys").glob("dev-*"):
        (home / "keys" / path.name).write_bytes(path.read_bytes())
    end = time.monotonic() + 10
    while follower.ok("node", "status")["height"] < 1 and time.monotonic() < end:
        time.sleep(0.1)
    receipt = follower.ok(*PAY)["receipt"]
    assert receipt["status"] == "applied"
    ours, theirs = follower.ok("node", "status"), live.ok("node", "status")
    assert (ours["height"], ours["root"]) == (theirs["height"], theirs["root"])
    assert running.stop() == 0
    assert platform.stop() == 0


def test_a_genesis_without_a_leader_is_usage(cli: Cli) -> None:
    assert cli("node", "start", "--genesis", "x").code == 2


def test_refuses_to_follow_into_a_home_without_a_chain(cli: Cli) -> None:
    said = cli("node", "start", "--follow", "http://127.0.0.1:9")
    assert said.code == 78
