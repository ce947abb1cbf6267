"""Whose address counts: that of the client, told by trusted proxies alone (thallo.md 2.3)."""

import pytest

from ctn.api.peers import Peers, client_of
from ctn.api.rates import BURST
from ctn.node.config import ApiTable, Config
from tests.api.chains import Asked, Chain

PROXIES = ("10.0.0.0/8", "192.0.2.7", "2001:db8::/32")
PROXY = "10.0.0.1"


def behind(peer: str | None, *forwarded: str, trusted: tuple[str, ...] = PROXIES) -> str:
    """The client of a request that a peer sent with these headers."""
    headers = [(b"x-forwarded-for", text.encode()) for text in forwarded]
    client = None if peer is None else (peer, 5)
    return client_of(Peers(trusted).seen({"type": "http", "client": client, "headers": headers}))


def test_the_peer_is_the_client_when_no_proxy_is_trusted() -> None:
    assert behind(PROXY, "198.51.100.1", trusted=()) == PROXY
    assert behind(None, "198.51.100.1") == ""


def test_the_word_of_whoever_is_no_trusted_proxy_is_not_believed() -> None:
    assert behind("203.0.113.9", "198.51.100.1") == "203.0.113.9"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (("198.51.100.1",), "198.51.100.1"),
        (("127.0.0.1, 198.51.100.1",), "198.51.100.1"),
        (("198.51.100.1, 10.9.9.9",), "198.51.100.1"),
        (("198.51.100.1,192.0.2.7 ,\t10.9.9.9",), "198.51.100.1"),
        (("127.0.0.1", "198.51.100.1"), "198.51.100.1"),
        (("2001:DB9::0001",), "2001:db9::1"),
        (("::ffff:198.51.100.1",), "198.51.100.1"),
        (("evil \x00, 198.51.100.1",), "198.51.100.1"),
    ],
)
def test_the_client_is_the_right_most_address_of_no_trusted_proxy(
    forwarded: tuple[str, ...], client: str
) -> None:
    assert behind(PROXY, *forwarded) == client
    assert behind(f"::ffff:{PROXY}", *forwarded) == client


@pytest.mark.parametrize(
    "forwarded",
    ["", "unknown", "198.51.100.1:80", "[2001:db9::1]", "198.51.100.1,", "198.51.100.1, x",
     "1e2", "fe80::1%eth0", "١.1.1.1", "9" * 5_000, "10.2.2.2, 10.3.3.3"],
)  # fmt: skip
def test_a_header_without_a_good_address_leaves_the_peer(forwarded: str) -> None:
    assert behind(PROXY, forwarded) == PROXY
    assert behind(PROXY) == PROXY


def test_clients_behind_one_proxy_have_rates_of_their_own(chain: Chain) -> None:
    config = Config(profile="network", api=ApiTable(trusted_proxies=(PROXY,)))
    asked = Asked(chain, config=config, client=PROXY)
    flood = {"x-forwarded-for": "198.51.100.1"}
    codes = [asked.get("/refusals", headers=flood).status_code for _ in range(BURST + 30)]
    assert 429 in codes
    other = {"x-forwarded-for": "198.51.100.1, 198.51.100.2"}
    assert asked.get("/refusals", headers=other).status_code == 200
    asked.close()


def test_a_header_gives_nobody_rates_of_another_when_no_proxy_is_trusted(chain: Chain) -> None:
    asked = Asked(chain, config=Config(profile="network"), client=PROXY)
    codes = [
        asked.get("/refusals", headers={"x-forwarded-for": f"198.51.100.{n}"}).status_code
        for n in range(BURST + 30)
    ]
    assert 429 in codes
    asked.close()
