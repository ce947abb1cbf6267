"""Seats and the faucet: only demo chains give, and what no seat can be made of is named."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest

from ctn.api.seats import SEATS_PER_HOUR
from tests.api.chains import Asked, Chain, address, genesis, running

SEAT = {"kind": "visitor", "account": address("alice")}


@pytest.fixture(scope="module")
def demo() -> Iterator[Chain]:
    """A chain that is called a demo, whose cast does not play."""
    founding = msgspec.structs.replace(genesis(), chain_id="ctn-demo")
    with (
        TemporaryDirectory(prefix="ctn-") as folder,
        running(Path(folder) / "home", founding) as chain,
    ):
        yield chain


@pytest.mark.parametrize("path", ["/seats", "/faucet"])
def test_a_chain_that_is_no_demo_gives_nothing(api: Asked, path: str) -> None:
    body = SEAT if path == "/seats" else {"account": SEAT["account"]}
    answer = api.post(path, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "demo_only")


def test_a_demo_whose_cast_does_not_play_is_busy(demo: Chain) -> None:
    asked = Asked(demo)
    answer = asked.post("/seats", SEAT)
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    asked.close()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "king", "account": SEAT["account"]}, "kind"),
        ({"kind": "visitor"}, "account"),
        ({"kind": "visitor", "account": SEAT["account"], "more": 1}, "more"),
    ],
)
def test_names_the_field_of_an_ask_that_cannot_be(
    api: Asked, body: dict[str, object], field: str
) -> None:
    answer = api.post("/seats", body)
    assert answer.status_code == 400
    assert field in (answer.json()["field"] + answer.json()["facts"]["rule"])


def test_refuses_an_account_that_is_no_address(api: Asked) -> None:
    answer = api.post("/seats", SEAT | {"account": "ctn1<script>"})
    assert (answer.status_code, answer.json()["field"]) == (400, "account")


def test_a_client_gets_twenty_seats_an_hour(demo: Chain) -> None:
    asked = Asked(demo, limited=True)
    codes = [asked.post("/seats", SEAT).json()["code"] for _ in range(SEATS_PER_HOUR + 1)]
    assert codes == ["busy"] * SEATS_PER_HOUR + ["rate_limited"]
    asked.close()


@contextmanager
def playing(demo: Chain, reply: bytes) -> Iterator[Asked]:
    """Doors of the chain, beside a demo that answers one request for a seat."""
    path = demo.home.socket.with_name("demo.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def answer() -> None:
            connection, _address = listener.accept()
            with connection, connection.makefile("rb") as asked:
                asked.readline()  # what closes with a request unread is reset
                connection.sendall(reply)

        answering = threading.Thread(target=answer)
        answering.start()
        asked = Asked(demo)
        yield asked
        asked.close()
        answering.join()
    path.unlink()


def test_a_demo_that_breaks_off_is_busy_and_no_error_of_ours(demo: Chain) -> None:
    with playing(demo, b"") as asked:
        answer = asked.post("/seats", SEAT)
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")


@pytest.mark.parametrize("code", ["seat_taken", "seats_full"])
def test_a_seat_that_cannot_be_given_is_a_conflict(demo: Chain, code: str) -> None:
    with playing(demo, b'{"refused":"%b","reason":"short"}\n' % code.encode()) as asked:
        answer = asked.post("/seats", SEAT)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert answer.json()["facts"] == {"reason": "short"}
