"""`ctn demo` as a user runs it: it starts, serves, stops on Ctrl-C, and goes on next time."""

import socket
from pathlib import Path

from ctn.cli.demo_home import DemoHome, free_port
from ctn.demo.seats import SEATS
from tests.demo.worlds import last_row, make, start, watch_blocks


def test_goes_on_where_it_was_and_stops_cleanly(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    first = watch_blocks(start(folder, "--json"), 3)
    second = watch_blocks(start(folder, "--json"), 3)
    assert first[0]["chain"] == second[0]["chain"]
    assert second[0]["height"] > first[-1]["height"]
    with DemoHome(folder).open() as chain:
        assert chain.head().height >= second[-1]["height"]
        chain.recount()
        assert chain.alarms == []
        me = DemoHome(folder).seat().address
        assert int(chain.value("balance", f"{me}/cny")) == SEATS["visitor"].money
        assert [value["level"] for _place, value in chain.rows("attestation", me)] == [2]


def test_takes_the_next_free_port_when_none_is_forced() -> None:
    first = free_port(None)
    with socket.create_server(("127.0.0.1", first)):
        assert free_port(None) > first


def test_refuses_when_the_forced_port_is_busy(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = start(tmp_path / "home", "--port", str(taken.getsockname()[1]))
        _out, err = busy.communicate(timeout=60)
    assert busy.returncode == 4
    assert "PortBusy" in err


def test_leaves_another_world_alone_until_reset(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    make(folder, 2)
    other = start(folder, "--until", "3", "--seed", "5")
    assert "--reset" in other.communicate(timeout=60)[1]
    assert other.returncode == 2
    assert last_row(start(folder, "--until", "3", "--seed", "5", "--reset"))["height"] == 3
