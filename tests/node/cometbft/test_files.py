"""What CometBFT reads: configuration by the table of engine.md 20, genesis, keys."""

import base64
import datetime
import json
import stat
import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.crypto import ed25519
from ctn.kernel.codec import encode
from ctn.kernel.genesis import Genesis
from ctn.node.cometbft.files import (
    Folder,
    Sync,
    Validator,
    config_text,
    genesis_text,
    node_id,
    utc_text,
)
from ctn.node.config import CometbftTable, Config, read_config
from ctn.node.config import config_text as node_text
from ctn.node.home import Home
from ctn.node.stops import BadConfig
from tests.node.chains import people_genesis

SEED, OTHER_SEED = b"n" * 32, b"v" * 32
PEER = "a" * 40


def network_genesis() -> Genesis:
    return msgspec.structs.replace(people_genesis(height=9), maker=None)


def test_the_configuration_holds_the_table_of_the_document() -> None:
    table = CometbftTable(timeout_commit_ms=300, peers=f"{PEER}@10.0.0.1:26656")
    found = tomllib.loads(config_text(table))
    assert found["proxy_app"] == "unix://run/abci.sock"
    assert found["filter_peers"] is True
    assert found["consensus"]["timeout_commit"] == "300ms"
    assert found["consensus"]["create_empty_blocks"] is True
    assert found["consensus"]["block_time_tolerance"] == "60s"
    assert found["mempool"] == {
        "size": 10_000, "cache_size": 100_000, "max_txs_bytes": 64 << 20, "max_tx_bytes": 65_536,
    }  # fmt: skip
    assert found["rpc"] == {
        "laddr": "tcp://127.0.0.1:26657",
        "unsafe": False,
        "max_body_bytes": 262_144,
    }
    assert found["p2p"]["send_rate"] == found["p2p"]["recv_rate"] == 20_480_000
    assert found["p2p"]["flush_throttle_timeout"] == "10ms"
    assert found["p2p"]["persistent_peers"] == f"{PEER}@10.0.0.1:26656"
    assert found["tx_index"]["indexer"] == "null"
    assert found["statesync"]["enable"] is False


def test_nodes_of_one_machine_do_not_look_for_others() -> None:
    p2p = tomllib.loads(config_text(CometbftTable(peer_exchange="closed")))["p2p"]
    assert (p2p["pex"], p2p["addr_book_strict"], p2p["allow_duplicate_ip"]) == (False, False, True)
    p2p = tomllib.loads(config_text(CometbftTable()))["p2p"]
    assert (p2p["pex"], p2p["addr_book_strict"], p2p["allow_duplicate_ip"]) == (True, True, False)


def test_a_state_sync_names_servers_and_the_trusted_header_for_fourteen_days() -> None:
    sync = Sync(("http://a:1", "http://b:1"), 7, "ab" * 32)
    found = tomllib.loads(config_text(CometbftTable(), sync=sync))["statesync"]
    assert found == {
        "enable": True, "rpc_servers": "http://a:1,http://b:1", "trust_height": 7,
        "trust_hash": "ab" * 32, "trust_period": "336h0m0s",
    }  # fmt: skip


def test_the_genesis_begins_at_one_and_carries_ours() -> None:
    ours = network_genesis()
    public = ed25519.public_key(OTHER_SEED)
    found = json.loads(genesis_text(ours, [Validator(public, 10, "node0")]))
    assert found["initial_height"] == "1"
    assert found["chain_id"] == ours.chain_id
    assert encode(found["app_state"]) == encode(ours)
    assert found["validators"][0]["pub_key"]["value"] == base64.b64encode(public).decode()
    params = found["consensus_params"]
    assert params["block"]["max_bytes"] == "2097152"
    assert params["evidence"]["max_age_num_blocks"] == "1728000"
    assert params["evidence"]["max_age_duration"] == str(480 * 3600 * 10**9)
    assert params["abci"]["vote_extensions_enable_height"] == "0"


def test_keys_are_for_their_owner_and_are_never_written_over(tmp_path: Path) -> None:
    files = Folder(Home(tmp_path))
    files.create(SEED, OTHER_SEED)
    for path in (files.node_key, files.validator_key, files.sign_state):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert files.node_id() == node_id(ed25519.public_key(SEED))
    before = files.validator_key.read_bytes()
    with pytest.raises(FileExistsError):
        files.create(b"x" * 32, b"y" * 32)
    assert files.validator_key.read_bytes() == before


@given(st.integers(min_value=0, max_value=253_402_300_799_999))
def test_times_are_written_as_the_calendar_has_them(time_ms: int) -> None:
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    moment = epoch + datetime.timedelta(milliseconds=time_ms)
    assert utc_text(time_ms) == moment.strftime("%Y-%m-%dT%H:%M:%S.").rjust(20, "0") + (
        f"{moment.microsecond // 1000:03}Z"
    )


@pytest.mark.parametrize(
    "line",
    ['rpc = "0.0.0.0:26657"', 'peers = "nobody@here"', 'peers = "' + PEER + '@h:1,"', 'p2p = "x"',
     'p2p = "a:1\\"\\nevil"', "unknown = 1"],
)  # fmt: skip
def test_refuses_a_configuration_that_opens_a_door_or_names_no_peer(
    tmp_path: Path, line: str
) -> None:
    path = tmp_path / "node.toml"
    path.write_text(f"[cometbft]\n{line}\n")
    with pytest.raises(BadConfig):
        read_config(path)


def test_a_configuration_reads_back(tmp_path: Path) -> None:
    table = CometbftTable(peers=f"{PEER}@h:1,{'b' * 40}@[::1]:2", peer_exchange="closed")
    path = tmp_path / "node.toml"
    path.write_text(node_text(Config(cometbft=table)))
    assert read_config(path).cometbft == table
