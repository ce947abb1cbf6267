"""`ctn run` serves engine and platform, stops both in order, and together when one dies."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.cli.homes import Cli, Running


@pytest.fixture(name="port")
def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


@pytest.fixture(name="running")
def _running(cli: Cli, port: int) -> Iterator[Running]:
    running = Running(cli.init().home, "run", "--port", str(port), "--json")
    running.wait()
    yield running
    running.stop()


def children(process: subprocess.Popen[bytes]) -> list[int]:
    """Who it started, oldest first: engine, then platform."""
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return [int(line) for line in found.stdout.split()]


def wait_until_listening(port: int) -> None:
    """Return when the platform, which starts after the engine, takes connections."""
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("no platform after 30 seconds")


def test_commands_reach_the_platform_by_url(cli: Cli, running: Running, port: int) -> None:
    assert running.process.stdout is not None
    assert str(port).encode() in running.process.stdout.readline()
    wait_until_listening(port)
    url = f"http://127.0.0.1:{port}"
    pay = ("assets.transfer", "asset=cny", "to=@bob", "--key", "alice", "--url", url)
    receipt = cli.send(*pay, "amount=3")
    assert cli.ok("balance", "@bob", "--url", url)["balances"]["cny"] == 10_000_000_003
    assert cli.ok("query", "asset", "cny", "--prove", "--url", url)["proved"] is True
    assert cli.ok("op", *pay, "amount=3", "--dry-run")["simulated"]["status"] == "applied"
    said = cli("op", *pay, "amount=99999999999999")
    assert said.code == 1
    assert "refused kernel.InsufficientBalance: The source" in said.err
    height = str(receipt["height"])
    found = cli.ok("follow", "--from", height, "--count", "1", "--url", url)
    assert found["receipts"][0]["tx"] == receipt["tx"]
    assert running.stop() == 0


def test_both_stop_when_one_dies(running: Running) -> None:
    assert running.process.stdout is not None
    running.process.stdout.readline()
    engine, platform = children(running.process)
    os.kill(platform, signal.SIGKILL)
    running.process.communicate(timeout=30)
    assert running.process.returncode not in (0, None)
    with pytest.raises(ProcessLookupError):
        os.kill(engine, 0)


def test_diff_names_the_keys_that_a_block_changed_otherwise_at_another_node(
    cli: Cli, running: Running, port: int, live: Cli
) -> None:
    assert running.process.stdout is not None
    running.process.stdout.readline()
    wait_until_listening(port)
    pay = ("assets.transfer", "asset=cny", "to=@bob", "amount=3", "--key", "alice")
    height = cli.send(*pay)["height"]
    words = ("node", "diff", f"http://127.0.0.1:{port}", "--height", str(height))
    assert cli.ok(*words)["different"] == []
    while live.send(*pay)["height"] < height:
        continue
    said = live(*words, "--json")
    assert said.code == 1
    assert any(key.startswith("balance/") for key in said.json["different"])
    absent = ("node", "diff", f"http://127.0.0.1:{port}", "--height", str(height + 1_000))
    assert live(*absent).code == 1
