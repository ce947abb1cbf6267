"""What a light client believes of a chain under CometBFT, and each lie by its step."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from ctn.client.light.client import LightClient
from ctn.client.light.failures import LightVerifyFailed
from ctn.client.light.trust import Root, Trust
from ctn.client.light.verify import TRUSTING_NS
from ctn.client.talks import Ask, Reply
from tests.client.light.comet_chain import FOUR, START_NS, Chain, Platform, Set, run

LENGTH = 12
CHAIN = Chain(LENGTH)
OTHER = Chain(LENGTH, fork_at=6)
NOW = START_NS + 60 * 10**9
WITNESS = "http://witness"
PRESENT, ABSENT = ("balance", "p7/cny"), ("balance", "p70/cny")


def client(
    chain: Chain = CHAIN, now: int = NOW, folder: Path | None = None, root: int = 1
) -> LightClient:
    trust = Trust(
        root=Root(root, chain.hash(root)), witnesses=(WITNESS,), folder=folder,
        initial_height=chain.initial,
    )  # fmt: skip
    return LightClient(trust, lambda: now)


def ask(
    light: LightClient, platform: Platform, witness: Platform | None = None,
    place: tuple[str, str] = PRESENT,
) -> dict[str, Any]:  # fmt: skip
    return run(light.state(*place), platform, witness or Platform(platform.chain))


def fault(
    platform: Platform, *, light: LightClient | None = None, witness: Platform | None = None,
    place: tuple[str, str] = PRESENT,
) -> str:  # fmt: skip
    """The step at which a client that trusts block 1 stops believing."""
    with pytest.raises(LightVerifyFailed) as caught:
        ask(light or client(), platform, witness or Platform(CHAIN), place)
    assert str(caught.value).startswith(caught.value.step + ": ")
    return caught.value.step


def test_a_value_comes_with_the_height_and_time_that_prove_it() -> None:
    found = ask(client(), Platform(CHAIN))
    assert (found["value"], found["height"]) == (7, LENGTH - 1)
    assert found["time"] == (START_NS + LENGTH * 10**9) // 10**6
    assert found["block"] == CHAIN.hash(LENGTH)


def test_what_is_absent_is_proved_absent() -> None:
    assert ask(client(), Platform(CHAIN), place=ABSENT)["value"] is None


def test_heights_of_a_chain_that_continues_another_are_ours() -> None:
    chain = Chain(5, initial=1_000)
    platform = Platform(chain)
    clock = ask(client(chain), platform, place=("chain", "clock"))
    assert clock["height"] == clock["value"]["height"] == 1_003


def test_every_balance_and_the_record_of_an_account_are_proved() -> None:
    found = run(client().account("p7"), Platform(CHAIN), Platform(CHAIN))
    assert (found["account"], found["balances"]) == (None, [{"asset": "cny", "amount": "7"}])


def test_refuses_an_account_whose_assets_are_not_named() -> None:
    platform = Platform(CHAIN)
    serve = platform.serve
    platform.serve = lambda ask: (  # type: ignore[method-assign]
        Reply(200, b'{"balances":[{}]}') if "/accounts/" in ask.path else serve(ask)
    )
    with pytest.raises(LightVerifyFailed, match=r"^format: "):
        run(client().account("p7"), platform, Platform(CHAIN))


# --- lies about the record


def _edit(name: str, change: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    def edit(answer: dict[str, Any]) -> None:
        answer[name] = change(answer[name])

    return edit


def _absent(change: Callable[[Any], object]) -> Callable[[dict[str, Any]], None]:
    def edit(answer: dict[str, Any]) -> None:
        change(answer["absent"])

    return edit


@pytest.mark.parametrize(
    ("edit", "place", "step"),
    [
        (_edit("value", lambda _old: "8"), PRESENT, "path"),
        (_edit("value", lambda _old: None), PRESENT, "path"),
        (_edit("path", lambda old: old[:-1]), PRESENT, "path"),
        (_edit("path", lambda old: [*old, old[-1]]), PRESENT, "path"),
        (_edit("path", lambda _old: None), PRESENT, "path"),
        (_edit("path", lambda _old: [["zz", ""]]), PRESENT, "path"),
        (_edit("path", lambda _old: 7), PRESENT, "format"),
        (_edit("height", lambda old: old - 1), PRESENT, "path"),
        (_edit("height", lambda _old: "9"), PRESENT, "format"),
        (_edit("height", lambda _old: None), PRESENT, "format"),
        (_edit("height", lambda _old: True), PRESENT, "format"),
        (_edit("height", lambda _old: -3), PRESENT, "height"),
        (_absent(lambda sides: sides.update(left=None)), ABSENT, "path"),
        (_absent(lambda sides: sides.update(right=None)), ABSENT, "path"),
        (_absent(lambda sides: sides.update(left=None, right=None)), ABSENT, "path"),
        (_absent(lambda sides: sides.update(left=sides["right"])), ABSENT, "path"),
        (_absent(lambda sides: sides["left"]["path"].pop()), ABSENT, "path"),
        (_absent(lambda sides: sides["right"].update(value="1")), ABSENT, "path"),
    ],
)
def test_refuses_an_altered_record_or_path(
    edit: Callable[[dict[str, Any]], None], place: tuple[str, str], step: str
) -> None:
    platform = Platform(CHAIN)
    platform.edit = edit
    assert fault(platform, place=place) == step


def test_refuses_that_a_present_record_is_absent() -> None:
    platform = Platform(CHAIN)
    sides = platform.prove(b"\0".join(part.encode() for part in ABSENT))["absent"]
    platform.edit = lambda answer: answer.update(value=None, path=None, absent=sides)
    assert fault(platform) == "path"


def test_refuses_an_older_state_than_one_seen_before() -> None:
    light, platform = client(), Platform(CHAIN)
    ask(light, platform)
    platform.height -= 1
    assert fault(platform, light=light) == "height"


# --- lies about the header


def _altered(field: str, value: Any) -> Platform:
    platform = Platform(CHAIN)

    def edit(method: str, result: dict[str, Any]) -> None:
        header = result.get("signed_header", {}).get("header", {})
        if method == "commit" and header["height"] == str(LENGTH):
            header[field] = value

    platform.edit_call = edit
    return platform


@pytest.mark.parametrize(
    ("field", "value", "step"),
    [
        ("app_hash", "AB" * 32, "header"),
        ("data_hash", "AB" * 32, "header"),
        ("evidence_hash", "AB" * 32, "header"),
        ("next_validators_hash", "AB" * 32, "header"),
        ("validators_hash", "AB" * 32, "header"),
        ("proposer_address", "AB" * 20, "header"),
        ("version", {"block": "12", "app": "1"}, "header"),
        ("time", "2030-03-17T17:46:53.1Z", "header"),
        ("time", "2030-03-17T17:46:41Z", "time"),
        ("time", "2040-01-01T00:00:00Z", "time"),
        ("time", "yesterday", "format"),
        ("height", "11", "height"),
        ("app_hash", "ab" * 32, "format"),
    ],
)
def test_refuses_an_altered_header(field: str, value: Any, step: str) -> None:
    assert fault(_altered(field, value)) == step


def test_refuses_the_header_of_another_chain() -> None:
    chain = Chain(LENGTH)
    header = copy.deepcopy(chain.signed[LENGTH]["header"]) | {"chain_id": "ctn-other"}
    chain.sign(LENGTH, header)
    assert fault(Platform(chain)) == "chain"


def test_refuses_a_platform_of_another_chain() -> None:
    light = LightClient(Trust(root=Root(1, "00" * 32), witnesses=(WITNESS,)), lambda: NOW)
    assert fault(Platform(CHAIN), light=light) == "trust"


def test_refuses_a_header_that_stands_for_another_height() -> None:
    chain = Chain(LENGTH)
    chain.signed[LENGTH] = chain.signed[LENGTH - 1]
    assert fault(Platform(chain)) == "height"


def test_refuses_what_no_header_proves_yet() -> None:
    platform = Platform(CHAIN)
    platform.edit = _edit("height", lambda _old: LENGTH)
    assert fault(platform) == "header"


# --- lies about the commit


def _commit(change: Callable[[dict[str, Any]], object]) -> Platform:
    platform = Platform(CHAIN)

    def edit(method: str, result: dict[str, Any]) -> None:
        found = result.get("signed_header", {})
        if method == "commit" and found["header"]["height"] == str(LENGTH):
            change(found["commit"])

    platform.edit_call = edit
    return platform


def _vote(place: int, **fields: Any) -> Callable[[dict[str, Any]], object]:
    return lambda commit: commit["signatures"][place].update(fields)


def test_refuses_a_commit_signed_by_others() -> None:
    chain = Chain(LENGTH)
    rogue = {row["address"]: SigningKey(b"r" * 32) for row in chain.sets[LENGTH]}
    chain.sign(LENGTH, chain.signed[LENGTH]["header"], signers=rogue)
    assert fault(Platform(chain)) == "commit"
    chain = Chain(LENGTH)
    chain.sign(2, chain.signed[2]["header"], signers=rogue)
    platform = Platform(chain)
    platform.height = 1
    assert fault(platform) == "commit"


@pytest.mark.parametrize(
    ("change", "step"),
    [
        (lambda commit: commit.update(height="3"), "commit"),
        (lambda commit: commit.update(round=1), "commit"),
        (lambda commit: commit["block_id"].update(hash="AB" * 32), "header"),
        (lambda commit: commit["block_id"]["parts"].update(total=2), "commit"),
        (lambda commit: commit["signatures"].pop(), "commit"),
        (lambda commit: commit["signatures"].reverse(), "commit"),
        (lambda commit: commit["signatures"].append(commit["signatures"][0]), "commit"),
        (lambda commit: commit["signatures"].clear(), "format"),
        (_vote(1, validator_address="AB" * 20), "commit"),
        (_vote(0, block_id_flag=4), "format"),
        (_vote(0, signature="no base64"), "commit"),
        (_vote(0, signature=None), "commit"),
        (_vote(0, block_id_flag=3), "commit"),
    ],
)
def test_refuses_a_forged_commit(change: Callable[[dict[str, Any]], object], step: str) -> None:
    """Without the 4 of 10 of its first validator at most 6 of 10 remain."""
    assert fault(_commit(change)) == step


def test_two_thirds_are_not_enough_and_one_more_is() -> None:
    sets: Set = (("a", 1), ("b", 1), ("c", 1))
    assert fault(Platform(Chain(LENGTH, lambda _height: sets, silent=("c",))), light=client(
        Chain(LENGTH, lambda _height: sets, silent=("c",)))) == "commit"  # fmt: skip
    sets = (("a", 3), ("b", 2), ("c", 2))
    chain = Chain(LENGTH, lambda _height: sets, silent=("c",))
    assert ask(client(chain), Platform(chain))["value"] == 7


def test_a_validator_counts_once() -> None:
    def doubled(commit: dict[str, Any]) -> None:
        commit["signatures"][3] = commit["signatures"][2]

    assert fault(_commit(doubled)) == "commit"


@pytest.mark.parametrize(
    ("change", "step"),
    [
        (lambda rows: rows[0].update(voting_power="5"), "validators"),
        (lambda rows: rows[0].update(voting_power="0"), "validators"),
        (lambda rows: rows[0].update(voting_power=4), "format"),
        (lambda rows: rows[0].update(voting_power=str(2**62)), "validators"),
        (lambda rows: rows[0].update(address="AB" * 20), "validators"),
        (lambda rows: rows.reverse(), "validators"),
        (lambda rows: rows.__setitem__(1, rows[0]), "validators"),
        (lambda rows: rows[0]["pub_key"].update(value=""), "format"),
        (lambda rows: rows.clear(), "format"),
    ],
)
def test_refuses_another_set(change: Callable[[list[dict[str, Any]]], object], step: str) -> None:
    platform = Platform(CHAIN)

    def edit(method: str, result: dict[str, Any]) -> None:
        if method == "validators" and result["block_height"] == str(LENGTH):
            change(result["validators"])

    platform.edit_call = edit
    assert fault(platform) == step


# --- times, and the way through changes of the set


def test_a_root_older_than_fourteen_days_is_expired() -> None:
    made = START_NS + 10**9 + 1
    light = client(now=made + TRUSTING_NS)
    assert fault(Platform(CHAIN), light=light) == "expired"
    assert ask(client(now=made + TRUSTING_NS - 1), Platform(CHAIN))["value"] == 7


def test_a_header_more_than_ten_seconds_ahead_is_refused() -> None:
    made = START_NS + LENGTH * 10**9 + LENGTH
    assert fault(Platform(CHAIN), light=client(now=made - 10 * 10**9 - 1)) == "time"
    assert ask(client(now=made - 10 * 10**9), Platform(CHAIN))["value"] == 7


def _changing(height: int) -> Set:
    """Sets of which each shares at most a third with those two changes before."""
    names = "abcdefghijkl"
    first = (height - 1) // 2
    return tuple((name, 1) for name in names[first : first + 4])


def test_goes_by_headers_in_between_when_the_set_changed_too_much() -> None:
    chain = Chain(LENGTH, _changing)
    platform = Platform(chain)
    assert ask(client(chain), platform)["value"] == 7
    fetched = [int(line.split()[1]) for line in platform.asked if line.startswith("commit")]
    assert fetched[:3] == [1, LENGTH, (1 + LENGTH) // 2]
    assert len(fetched) > 3


def test_goes_in_one_step_when_a_third_still_signs() -> None:
    platform = Platform(CHAIN)
    ask(client(), platform)
    assert [line for line in platform.asked if line.startswith("commit")] == [
        "commit 1", f"commit {LENGTH}",
    ]  # fmt: skip


def test_a_header_in_between_must_hold_too() -> None:
    chain = Chain(LENGTH, _changing)
    middle = (1 + LENGTH) // 2
    rogue = {row["address"]: SigningKey(b"r" * 32) for row in chain.sets[middle]}
    chain.sign(middle, chain.signed[middle]["header"], signers=rogue)
    honest = Platform(Chain(LENGTH, _changing))
    light = client(honest.chain)
    assert fault(Platform(chain), light=light, witness=honest) in ("trust", "commit")


def test_the_next_set_must_be_the_announced_one() -> None:
    def sets(height: int) -> Set:
        return FOUR if height < 2 else (("e", 1),)

    chain = Chain(3, sets)
    announced = copy.deepcopy(chain.signed[1]["header"])
    announced["next_validators_hash"] = announced["validators_hash"]
    chain.sign(1, announced)
    platform = Platform(chain)
    platform.height = 1
    light = client(chain)
    assert fault(platform, light=light, witness=Platform(chain)) == "trust"


# --- witnesses, and what is kept


def test_a_conflict_stops_the_client_and_is_written_down(tmp_path: Path) -> None:
    light = client(folder=tmp_path)
    assert fault(Platform(CHAIN), light=light, witness=Platform(OTHER)) == "witness"
    evidence = json.loads((tmp_path / f"light-evidence-{LENGTH}.json").read_bytes())
    assert evidence["primary"]["commit"] == CHAIN.signed[LENGTH]["commit"]
    assert evidence["witness"]["commit"] == OTHER.signed[LENGTH]["commit"]
    assert evidence["url"] == WITNESS
    assert fault(Platform(CHAIN), light=light) == "stopped"
    with pytest.raises(LightVerifyFailed, match=r"^stopped: "):
        client(folder=tmp_path)


def test_a_false_header_of_a_witness_stops_nobody(tmp_path: Path) -> None:
    light, liar = client(folder=tmp_path), _altered("data_hash", "AB" * 32)
    assert fault(Platform(CHAIN), light=light, witness=liar) == "witness"
    assert list(tmp_path.glob("light-evidence-*")) == []
    assert ask(light, Platform(CHAIN))["value"] == 7


def test_a_witness_that_never_has_the_header_is_no_witness() -> None:
    behind = Platform(Chain(LENGTH - 1))
    light = client()
    assert fault(Platform(CHAIN), light=light, witness=behind) == "witness"
    assert ask(light, Platform(CHAIN))["value"] == 7


def test_a_platform_or_witness_without_cometbft_is_named_at_once() -> None:
    def refused(ask: Ask) -> Reply:
        if ask.path.endswith("/cometbft"):
            return Reply(404, b'{"module":"door","code":"no_cometbft","detail":"","facts":{}}')
        return Platform(CHAIN).serve(ask)

    bare = Platform(CHAIN)
    bare.serve = refused  # type: ignore[method-assign]
    assert fault(bare) == "header"
    assert fault(Platform(CHAIN), witness=bare) == "witness"


def test_a_chain_of_cometbft_needs_a_witness() -> None:
    light = LightClient(Trust(root=Root(1, CHAIN.hash(1))), lambda: NOW)
    with pytest.raises(LightVerifyFailed, match=r"^witness: .* at least one"):
        run(light.state(*PRESENT), Platform(CHAIN))


def test_trusted_headers_are_kept_and_used_by_the_next_client(tmp_path: Path) -> None:
    ask(client(folder=tmp_path), Platform(CHAIN))
    platform = Platform(CHAIN)
    assert ask(client(folder=tmp_path), platform)["value"] == 7
    assert platform.asked == []


def test_kept_headers_outlive_an_expired_root(tmp_path: Path) -> None:
    light = client(folder=tmp_path)
    ask(light, Platform(CHAIN))
    late = START_NS + 5 * 10**9 + TRUSTING_NS
    assert ask(client(folder=tmp_path, now=late), Platform(CHAIN))["value"] == 7


def test_a_damaged_file_of_kept_headers_is_named(tmp_path: Path) -> None:
    ask(client(folder=tmp_path), Platform(CHAIN))
    (file,) = tmp_path.glob("headers-*.json")
    file.write_bytes(file.read_bytes().replace(b'"round":0', b'"round":1'))
    assert fault(Platform(CHAIN), light=client(folder=tmp_path)) == "stored"
    assert [found.name for found in tmp_path.iterdir()] == [file.name]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_flipped_character_of_any_answer_is_believed(data: st.DataObject) -> None:
    """Whatever one changed character does, the value is the true one or it is refused."""
    place = data.draw(st.sampled_from([PRESENT, ABSENT]))
    target = data.draw(st.integers(0, 4))
    seen = [0]
    platform = Platform(CHAIN)
    serve = platform.serve

    def flipped(ask: Any) -> Any:
        reply = serve(ask)
        seen[0] += 1
        if seen[0] - 1 != target:
            return reply
        at = data.draw(st.integers(0, len(reply.body) - 1))
        bit = 1 << data.draw(st.integers(0, 6))
        body = reply.body[:at] + bytes([reply.body[at] ^ bit]) + reply.body[at + 1 :]
        return reply._replace(body=body)

    platform.serve = flipped  # type: ignore[method-assign]
    try:
        found = run(client().state(*place), platform, Platform(CHAIN))
    except (LightVerifyFailed, ConnectionError):
        return
    assert found["value"] == (7 if place == PRESENT else None)
    assert found["height"] == LENGTH - 1
