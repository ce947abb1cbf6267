"""Asking CometBFT on its loopback RPC: one JSON request over HTTP, one answer."""

import base64
import http.client
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

ANSWER_MAX = 64 << 20
SECONDS = 5.0


class RpcUnreachable(ConnectionError):
    """No CometBFT answers at this address."""


class RpcRefused(Exception):
    """CometBFT answered with an error."""


class Sync(NamedTuple):
    """How far a node is."""

    height: int
    app_hash: str
    time: str
    is_catching_up: bool
    power: int


def call(address: str, method: str, /, **params: Any) -> Any:
    """The result of a method; raises RpcUnreachable or RpcRefused.

    `address` is host:port of our own CometBFT, or the URL at which another machine passes it on.
    """
    body = msgspec.json.encode({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    parts = urlsplit(address if "://" in address else f"http://{address}")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=SECONDS)
    try:
        connection.request("POST", parts.path or "/", body, {"Content-Type": "application/json"})
        data = connection.getresponse().read(ANSWER_MAX)
        answer = msgspec.json.decode(data)
    except (OSError, http.client.HTTPException, msgspec.DecodeError) as error:
        raise RpcUnreachable(f"no CometBFT at {address}: {error}") from None
    finally:
        connection.close()
    if "error" in answer:
        said = answer["error"]
        raise RpcRefused(f"{said.get('message', '')}: {said.get('data', '')}")
    return answer["result"]


def sync_of(address: str) -> Sync:
    """Height, root, and whether the node still catches up."""
    status = call(address, "status")
    info = status["sync_info"]
    return Sync(
        int(info["latest_block_height"]),
        info["latest_app_hash"].lower(),
        info["latest_block_time"],
        bool(info["catching_up"]),
        int(status["validator_info"]["voting_power"]),
    )


def peers_of(address: str) -> list[str]:
    """The ids of the nodes that this one is connected with."""
    return [peer["node_info"]["id"] for peer in call(address, "net_info")["peers"]]


def block_hash_at(address: str, height: int) -> str:
    """The hash of a header, 64 hex."""
    found: str = call(address, "block", height=str(height))["block_id"]["hash"]
    return found.lower()


def send(address: str, tx: bytes) -> Any:
    """What the check of a transaction said; it is in no block yet."""
    return call(address, "broadcast_tx_sync", tx=base64.b64encode(tx).decode())


def powers_of(address: str) -> dict[str, int]:
    """Power by validator address (40 hex) of the set in force."""
    found = call(address, "validators", per_page="100")["validators"]
    return {row["address"].lower(): int(row["voting_power"]) for row in found}
