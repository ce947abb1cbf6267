"""`ctn testnet` and repairs of `ctn node` without processes: what is refused and laid out."""

import json
import socket
from pathlib import Path
from unittest.mock import patch

import pytest

from ctn import cometbft
from ctn.node.cometbft import network, program
from ctn.node.cometbft.files import Folder
from ctn.node.cometbft.network import Places, free_places, lay_out, read_network
from ctn.node.cometbft.repair import ban, prepare_resync
from ctn.node.cometbft.supervisor import TROUBLE, run_supervised
from ctn.node.config import read_config
from ctn.node.home import Home
from ctn.node.stops import BadConfig
from tests.cli.homes import Cli
from tests.network.networks import Net
from tests.node.chains import people_genesis

HASH = "ab" * 32
SERVERS = ["http://127.0.0.1:9", "http://127.0.0.1:19"]


def test_refuses_to_start_without_cometbft_and_names_the_line_that_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cometbft, "TOOLS", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    said = Cli(tmp_path / "home")("testnet", "start", "--dir", str(tmp_path / "net"))
    assert said.code == 78
    assert "CometBFTNotFound" in said.err
    assert f"go install {cometbft.MODULE}" in said.err
    assert not (tmp_path / "net").exists()


@pytest.mark.parametrize("words", [("status",), ("stop",), ("kill", "0"), ("restart", "0")])
def test_refuses_a_folder_without_a_network(tmp_path: Path, words: tuple[str, ...]) -> None:
    said = Cli(tmp_path / "home")("testnet", *words, "--dir", str(tmp_path))
    assert said.code == 78
    assert "holds no network" in said.err


@pytest.fixture(name="net")
def _net(tmp_path: Path) -> Net:
    return Net(tmp_path / "net")


def test_every_node_has_its_own_keys_and_the_one_genesis(net: Net) -> None:
    homes = [net.home(number) for number in range(4)]
    files = [Folder(home) for home in homes]
    assert len({file.genesis.read_bytes() for file in files}) == 1
    assert len({home.genesis.read_bytes() for home in homes}) == 1
    assert len({file.validator_key.read_bytes() for file in files}) == 4
    genesis = json.loads(files[0].genesis.read_bytes())
    named = {row["address"] for row in genesis["validators"]}
    assert named == {json.loads(file.validator_key.read_bytes())["address"] for file in files}
    for number, home in enumerate(homes):
        config = read_config(home.config)
        peers = config.cometbft.peers.split(",")
        assert config.engine.kind == "abci"
        assert len(peers) == 3
        assert files[number].node_id() not in config.cometbft.peers


def test_refuses_to_lay_a_network_over_another(net: Net) -> None:
    before = read_network(net.folder)
    with pytest.raises(BadConfig):
        lay_out(net.folder, people_genesis(), 4)
    assert read_network(net.folder) == before


@pytest.mark.parametrize("count", [0, 17])
def test_refuses_a_number_of_validators_out_of_range(tmp_path: Path, count: int) -> None:
    with pytest.raises(BadConfig):
        lay_out(tmp_path, people_genesis(), count, Places())
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_does_not_run_is_halted_and_says_so(tmp_path: Path, net: Net) -> None:
    said = Cli(tmp_path / "home")("testnet", "status", "--dir", str(net.folder))
    assert said.code == 1
    assert "halted, quorum lost" in said.out
    assert said.out.count("down") == 4


def test_refuses_a_number_that_is_no_node(tmp_path: Path, net: Net) -> None:
    said = Cli(tmp_path / "home")("testnet", "kill", "4", "--dir", str(net.folder))
    assert said.code == 2


def test_a_resync_empties_all_but_keys_and_sign_state(net: Net) -> None:
    home = net.home(0)
    files = Folder(home)
    (files.data / "blockstore.db").mkdir()
    (files.data / "blockstore.db" / "1").write_text("x")
    home.state.mkdir()
    (home.folder / TROUBLE).write_text("WRONG_ROOT")
    kept = [files.validator_key, files.sign_state, files.node_key]
    before = [path.read_bytes() for path in kept]
    prepare_resync(home, SERVERS, (5, HASH))
    assert [path.read_bytes() for path in kept] == before
    assert list(files.data.iterdir()) == [files.sign_state]
    assert not home.state.exists()
    assert not (home.folder / TROUBLE).exists()


@pytest.mark.parametrize(
    ("servers", "trust"), [(SERVERS[:1], (5, HASH)), (SERVERS, (5, "xy")), ([], (5, HASH))]
)
def test_refuses_a_resync_before_anything_is_deleted(
    net: Net, servers: list[str], trust: tuple[int, str]
) -> None:
    home = net.home(0)
    home.state.mkdir()
    with pytest.raises(BadConfig):
        prepare_resync(home, servers, trust)
    assert home.state.exists()


def test_refuses_a_resync_from_servers_that_do_not_answer(net: Net) -> None:
    home = net.home(0)
    home.state.mkdir()
    with pytest.raises(ConnectionError):
        prepare_resync(home, SERVERS, None)
    assert home.state.exists()


def test_a_ban_is_kept_once_and_refuses_what_is_no_name(net: Net) -> None:
    home = net.home(0)
    assert not ban(home, "c" * 40)
    assert not ban(home, "c" * 40)
    assert not ban(home, "2001:DB8::1")
    assert Folder(home).banned.read_text() == "c" * 40 + "\n2001:db8::1\n"
    for name in ("", "C" * 40, "host", "1.2.3", "c" * 40 + "\n"):
        with pytest.raises(BadConfig):
            ban(home, name)


@pytest.mark.parametrize("missing", ["sign_state", "validator_key", "genesis"])
def test_refuses_to_start_a_node_that_lacks_a_file(net: Net, missing: str) -> None:
    getattr(Folder(net.home(0)), missing).unlink()
    assert run_supervised(net.home(0).folder) == 78


def test_refuses_to_start_after_a_wrong_root(net: Net) -> None:
    (net.home(0).folder / TROUBLE).write_text("WRONG_ROOT")
    assert run_supervised(net.home(0).folder) == 70


def test_refuses_a_home_whose_socket_no_system_takes(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    lay_out(deep, people_genesis(), 1)
    assert run_supervised(Home(deep / "node0").folder) == 78


# --- ports


def listener(port: int = 0) -> socket.socket:
    """Somebody who listens on loopback."""
    return socket.create_server(("127.0.0.1", port))


def test_a_row_in_use_is_passed_over_and_written_where_nodes_read_it(tmp_path: Path) -> None:
    with listener() as taken:
        usual = taken.getsockname()[1]
        with patch.object(network, "API_PORT", usual):
            places = free_places(2, None, None)
        assert places.api > usual
        made = lay_out(tmp_path / "net", people_genesis(), 2, places)
    for number, member in enumerate(made.members):
        assert member.api == f"127.0.0.1:{places.api + number}"
        home = Home(tmp_path / "net" / member.home)
        assert read_config(home.config).api.listen == member.api
        assert read_config(home.config).cometbft.rpc == member.rpc
    assert read_network(tmp_path / "net") == made


@pytest.mark.parametrize("option", ["--port", "--api-port"])
def test_refuses_a_named_port_in_use_naming_it_and_its_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.setattr(program, "find_program", lambda: "cometbft")
    with listener() as taken:
        port = str(taken.getsockname()[1])
        said = Cli(tmp_path / "home")(
            "testnet", "start", "--dir", str(tmp_path / "net"), option, port
        )
    assert said.code == 78
    assert port in said.err
    assert option in said.err
    assert not (tmp_path / "net" / "network.json").exists()


def test_refuses_to_start_a_network_whose_platform_port_another_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "find_program", lambda: "cometbft")
    made = lay_out(tmp_path / "other", people_genesis(), 1, free_places(1, None, None))
    port = int(made.members[0].api.rpartition(":")[2])
    with listener(port):
        said = Cli(tmp_path / "home")("testnet", "start", "--dir", str(tmp_path / "other"))
    assert (said.code, str(port) in said.err, "--api-port" in said.err) == (78, True, True)
    with pytest.raises(BadConfig):
        free_places(1, None, 65_536)


def test_status_says_that_no_platform_answers(tmp_path: Path, net: Net) -> None:
    said = Cli(tmp_path / "home")("testnet", "status", "--dir", str(net.folder), "--json")
    assert {node["platform"] for node in said.json["nodes"]} == {"off"}
