"""The signing room by commands: share, look, approve, submit; one key alone sends nothing."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from ctn.api.app import close_app, create_app
from ctn.api.link import Link
from ctn.node.config import Config
from tests.cli.homes import Cli, platform


@pytest.fixture(scope="module", name="url")
def _url(live: Cli) -> Iterator[str]:
    """A platform over a chain on which two keys sign for bob's account."""
    keys = [live.ok("keys", "show", name, "--public")["public"] for name in ("bob", "custodian")]
    signers = [{"scheme": 1, "key": key, "weight": 1} for key in keys]
    live.send(
        "accounts.set_signers", f"signers={json.dumps(signers)}",
        'thresholds={"low":1,"medium":2,"high":2}', "--key", "bob",
    )  # fmt: skip
    with platform(live.home) as found:
        yield found


def shared_file(live: Cli, url: str, name: str = "pay.json", amount: int = 5) -> str:
    """A transfer of bob's that bob signed and shared; its id."""
    file = str(live.home / name)
    live.ok(
        "tx", "build", "assets.transfer", "asset=cny", f"amount={amount}", "to=@alice",
        "--sender", "@bob", "--out", file,
    )  # fmt: skip
    live.ok("tx", "sign", file, "--key", "bob")
    found: str = live.ok("--url", url, "tx", "share", file, "--key", "bob")["id"]
    return found


def test_two_keys_gather_in_the_room_and_send(live: Cli, url: str) -> None:
    identity = shared_file(live, url)
    here = ("--key", "custodian", "--account", "@bob")
    seen = live("--url", url, "tx", "pending", *here)
    assert seen.code == 0, seen.err
    assert "op       assets.transfer" in seen.out
    assert "weight 1 of 2; waits for signatures" in seen.out
    refused = live("--url", url, "tx", "submit", identity, *here)
    assert (refused.code, "kernel.ThresholdNotMet" in refused.err) == (1, True)
    signed = live("--url", url, "tx", "approve", identity, *here, stdin="y\n")
    assert signed.code == 0, signed.err
    assert "ready: ctn tx submit" in signed.out
    sent = live.ok("--url", url, "tx", "submit", identity, *here)
    assert (sent["id"], sent["status"]) == (identity, "applied")
    assert live.ok("--url", url, "tx", "pending", *here)["items"] == []


def test_a_no_signs_nothing(live: Cli, url: str) -> None:
    identity = shared_file(live, url, "no.json", 6)
    here = ("--key", "custodian", "--account", "@bob")
    said = live("--url", url, "tx", "approve", identity, *here, stdin="n\n")
    assert said.code != 0
    item = live.ok("--url", url, "tx", "pending", *here)["items"][0]
    assert item["weight"] == 1
    live.ok("--url", url, "tx", "withdraw", identity, "--key", "bob", "--account", "@bob")


def test_what_waits_is_taken_to_a_file_and_signed_there(live: Cli, url: str) -> None:
    identity = shared_file(live, url, "take.json", 7)
    file = str(live.home / "taken.json")
    here = ("--key", "custodian", "--account", "@bob")
    live.ok("--url", url, "tx", "take", identity, *here, "--out", file)
    assert len(live.ok("tx", "sign", file, "--key", "custodian")["signers"]) == 2
    assert live.ok("tx", "send", file)["id"] == identity


def test_refuses_who_does_not_sign_for_the_account(live: Cli, url: str) -> None:
    said = live("--url", url, "tx", "pending", "--key", "alice", "--account", "@bob")
    assert (said.code, "door.not_signer" in said.err) == (1, True)


def test_only_who_shared_withdraws(live: Cli, url: str) -> None:
    identity = shared_file(live, url, "mine.json", 8)
    said = live("--url", url, "tx", "withdraw", identity, "--key", "custodian", "--account", "@bob")
    assert (said.code, "door.not_yours" in said.err) == (1, True)
    live.ok("--url", url, "tx", "withdraw", identity, "--key", "bob", "--account", "@bob")


def test_shares_no_file_without_a_signature(live: Cli, url: str) -> None:
    file = str(live.home / "bare.json")
    live.ok(
        "tx", "build", "assets.transfer", "asset=cny", "amount=5", "to=@alice",
        "--sender", "@bob", "--out", file,
    )  # fmt: skip
    said = live("--url", url, "tx", "share", file, "--key", "bob")
    assert (said.code, "no signature" in said.err) == (1, True)


@contextmanager
def lying(home: Path) -> Iterator[str]:
    """The address of a platform that tells every operation of what waits as a small payment."""
    link = Link(str(home / "run" / "node.sock"))
    honest = create_app(link, Config())

    async def tell(scope: Any, receive: Any, send: Any) -> None:
        parts: list[bytes] = []
        start: dict[str, Any] = {}

        async def send_otherwise(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            parts.append(message.get("body", b""))
            if message.get("more_body"):
                return
            said = json.loads(b"".join(parts))
            for item in [*said.get("items", []), *([said] if "decoded" in said else [])]:
                item["decoded"]["ops"][0]["amount"] = 5
                item["body"] = item["body"].replace("90000", "5")
            data = json.dumps(said).encode()
            headers = [row for row in start["headers"] if row[0] != b"content-length"]
            headers.append((b"content-length", str(len(data)).encode()))
            await send({**start, "headers": headers})
            await send({"type": "http.response.body", "body": data})

        await honest(scope, receive, send_otherwise)

    server = uvicorn.Server(
        uvicorn.Config(tell, port=0, log_level="critical", lifespan="off", ws="none")
    )

    async def serve() -> None:
        await server.serve()
        await link.close()
        await close_app(honest)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_shows_what_is_signed_and_not_what_the_platform_says(
    live: Cli, url: str, options: tuple[str, ...]
) -> None:
    del url  # two keys sign for the account by then
    with lying(live.home) as liar:
        identity = shared_file(live, liar, "much.json", 90_000)
        here = ("--key", "custodian", "--account", "@bob")
        seen = live("--url", liar, "tx", "pending", *here)
        assert "amount=90000" in seen.out
        asked = live("--url", liar, "tx", "approve", identity, *here, *options, stdin="n\n")
        assert asked.code != 0
        assert "amount=90000" in (asked.err if options else asked.out)
        assert "amount=5" not in asked.out + asked.err
        assert live.ok("--url", liar, "tx", "pending", *here)["items"][0]["weight"] == 1


def test_signs_without_being_asked_only_by_yes(live: Cli, url: str) -> None:
    identity = shared_file(live, url, "yes.json", 9)
    words = ("tx", "approve", identity, "--key", "custodian", "--account", "@bob")
    assert live("--url", url, *words, "--json").code != 0
    signed = live.ok("--url", url, *words, "--yes")
    assert signed["weight"] == 2
    assert signed["decoded"]["ops"][0]["amount"] == 9
    live.ok("--url", url, "tx", "withdraw", identity, "--key", "bob", "--account", "@bob")
