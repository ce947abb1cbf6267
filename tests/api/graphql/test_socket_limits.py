"""Sockets keep the limits of all doors together: rates, strikes and bans (engine.md 18)."""

import contextlib
import time
from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from ctn.api import rates
from ctn.node.config import ApiTable, Config
from tests.api.graphql.worlds import NAME, Follower, Platform, served

STRIKES = 5
JSON = {"content-type": "application/json"}


@pytest.fixture
def address(market: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A served platform whose limits bind loopback, and whose strikes are few."""
    monkeypatch.setattr(rates, "STRIKES_MAX", STRIKES)
    with served(market, Config(profile="network")) as found:
        yield found


def http(address: str) -> str:
    return address.replace("ws://", "http://").replace("/graphql", "")


def flood(address: str, **headers: str) -> None:
    """Malformed bodies until the address is banned."""
    for _ in range(STRIKES):
        url = f"{http(address)}/api/v1/session"
        answer = httpx.post(url, content=b"{", headers=JSON | headers)
        assert answer.status_code == 400


def refused(address: str, **headers: str) -> tuple[int, int]:
    """The status and the Retry-After with which a socket is not opened."""
    with pytest.raises(InvalidStatus) as found:
        Follower(address, additional_headers=headers)
    response = found.value.response
    return response.status_code, int(response.headers["retry-after"])


def banned_by_now(address: str) -> None:
    """A socket's strike is counted when the server reads it."""
    until = time.monotonic() + 5
    while (answer := httpx.get(f"{http(address)}/api/v1/status")).status_code == 200:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert answer.json()["code"] == "banned"


def test_a_banned_address_opens_no_socket_of_either_door(market: Platform, address: str) -> None:
    flood(address)
    status, seconds = refused(address)
    assert status == 429
    assert 590 <= seconds <= 600
    with pytest.raises(InvalidStatus) as found:
        connect(f"{address.replace('/graphql', '')}/api/v1/feed/{NAME}", compression=None)
    assert found.value.response.status_code == 429


def test_an_open_socket_of_an_address_that_is_banned_meanwhile_is_closed(
    market: Platform, address: str
) -> None:
    reader = Follower(address).begin()
    flood(address)
    reader.subscribe("1", "{chain{name}}")
    assert reader.closed() == 1008


@pytest.mark.parametrize(
    "message", ["nothing", b"\0", " " * (97 * 1024), '{"type":"start"}', '{"type":"ping","x":1}']
)
def test_malformed_messages_of_sockets_are_strikes(
    market: Platform, address: str, message: str | bytes
) -> None:
    for _ in range(STRIKES):
        reader = Follower(address)
        reader.socket.send(message)
        assert reader.closed() in (4400, 1009)
    banned_by_now(address)
    assert refused(address)[0] == 429


def test_documents_that_are_refused_are_strikes_as_they_are_by_http(
    market: Platform, address: str
) -> None:
    reader = Follower(address).begin()
    for number in range(STRIKES):
        reader.subscribe(str(number), "subscription{blocks{nothing}}")
        assert reader.receive()["type"] == "error"
    banned_by_now(address)


def test_whoever_talks_into_the_feed_is_struck(market: Platform, address: str) -> None:
    url = f"{address.replace('/graphql', '')}/api/v1/feed/{NAME}"
    for _ in range(STRIKES):
        with connect(url, compression=None) as feed:
            feed.send("x")
            with contextlib.suppress(ConnectionClosed):
                while True:
                    feed.recv(5)
            assert feed.close_code == 1003
    banned_by_now(address)


def test_opening_sockets_and_asking_by_them_spends_what_requests_spend(
    market: Platform, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "RATE", 0)
    monkeypatch.setattr(rates, "BURST", 4)
    assert httpx.get(f"{http(address)}/api/v1/status").status_code == 200
    reader = Follower(address).begin()
    other = Follower(address).begin()
    reader.subscribe("1", "{chain{name}}")
    assert reader.data()["name"] == market.chain.name
    assert reader.receive()["type"] == "complete"
    reader.subscribe("2", "{chain{name}}")
    assert reader.receive()["payload"][0]["extensions"]["code"] == "rate_limited"
    assert httpx.get(f"{http(address)}/api/v1/status").json()["code"] == "rate_limited"
    assert refused(address) == (429, 1)
    reader.close()
    other.close()


def test_a_ban_behind_a_trusted_proxy_is_of_the_client_alone(
    market: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "STRIKES_MAX", STRIKES)
    config = Config(profile="network", api=ApiTable(trusted_proxies=("127.0.0.1",)))
    evil, good = {"x-forwarded-for": "198.51.100.7"}, {"x-forwarded-for": "203.0.113.9"}
    with served(market, config) as address:
        flood(address, **evil)
        assert refused(address, **evil)[0] == 429
        assert httpx.get(f"{http(address)}/api/v1/status", headers=good).status_code == 200
        Follower(address, additional_headers=good).begin().close()
