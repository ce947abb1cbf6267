"""Public figures of governance by REST and GraphQL: proposals as they stand, council, freezes."""

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from ctn.api import governance, resources
from ctn.modules.compliance.freeze import Freeze
from ctn.modules.governance.approve import Approve
from ctn.modules.governance.propose import Propose
from ctn.modules.governance.records import HERE, Council
from ctn.modules.governance.set_council import SetCouncil
from ctn.modules.governance.set_param import SetParam
from ctn.modules.governance.vote import Lot, Vote
from ctn.modules.identity.records import Standing
from tests.api.open_worlds import ALICE, BOB, Platform, opened
from tests.modules.governance.worlds import DOCUMENT, carried
from tests.modules.registry.bridge_worlds import FOREIGN
from tests.worlds import START, Person

OTHER, CAROL = Person("other").address, Person("carol").address
RULE = SetParam("taker_ppm", "400")


def owner_of(name: str) -> str:
    """The owner key of a person of a world."""

    return hashlib.sha256(b"owner/" + name.encode()).hexdigest()


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    badge = Standing(owner_of("bob"), True, False, START - 1, 0, (0,) * 9, 1, 0)
    more = [(Council((ALICE, OTHER, CAROL), 2, 2), HERE), (badge, "")]
    with opened(more=more) as found:
        found.send("alice", Propose("council", "Fees", DOCUMENT, carried(RULE)))
        found.send("alice", Approve(1))
        found.send("bob", Propose("public", "Seats", DOCUMENT, carried(SetCouncil((BOB,), 1, 1))))
        found.send("alice", Vote(2, "yes", (Lot(FOREIGN, 16),)))
        found.send("alice", Freeze("bridge", "verra", "a drill", DOCUMENT, False))
        yield found


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/proposals", resources.list_shape(governance.PROPOSAL_ITEM)),
        ("/proposals/1", governance.PROPOSAL_ANSWER),
        ("/council", governance.COUNCIL),
        ("/freezes", resources.list_shape(governance.FREEZE_ITEM)),
        ("/anchors", resources.list_shape(governance.ANCHOR_ITEM)),
    ],
)
def test_anyone_reads_every_figure(platform: Platform, path: str, shape: resources.Shape) -> None:
    answer = platform.get(path)
    assert answer.status_code == 200, answer.text
    msgspec.json.decode(answer.content, type=shape)
    again = platform.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_proposal_to_the_council_says_who_must_still_approve(platform: Platform) -> None:
    found = platform.found("/proposals/1")
    assert (found["state"], found["ops"]) == ("open", list(carried(RULE)))
    tally = found["tally"]
    assert (tally["approvals"], tally["approvals_needed"], tally["is_enough"]) == (1, 2, False)
    assert len(found["transactions"]) == 2


def test_a_public_vote_is_counted_while_it_runs(platform: Platform) -> None:
    found = platform.found("/proposals/2")
    assert (found["bond"], found["bond_text"]) == ("100000000", "10000.00 CNY")
    assert found["yes"] == {"owners": 1, "tonnes": 16, "weight": 4}
    tally = found["tally"]
    assert {name: tally[name] for name in ("owners", "tonnes", "owners_needed")} == {
        "owners": 1, "tonnes": 16, "owners_needed": 25,
    }  # fmt: skip
    assert (tally["tonnes_needed"], tally["weight_needed"], tally["is_enough"]) == (
        10_000,
        3,
        False,
    )


def test_proposals_come_newest_first_and_are_filtered(platform: Platform) -> None:
    def numbers(**query: Any) -> list[int]:
        return [row["number"] for row in platform.pages("/proposals", limit=1, **query)]

    assert numbers() == [2, 1]
    assert numbers(track="public") == [2]
    assert numbers(state="passed") == []
    assert numbers(proposer=ALICE) == [1]


def test_a_proposal_that_is_none_is_not_found(platform: Platform) -> None:
    assert platform.get("/proposals/77").status_code == 404
    assert platform.get("/proposals/0").status_code == 400


def test_the_council_and_the_stop_are_public(platform: Platform) -> None:
    found = platform.found("/council")
    assert found["members"] == [ALICE, OTHER, CAROL]
    assert (found["threshold"], found["emergency"], found["stopped_until"]) == (2, 2, None)


def test_freezes_are_one_list_with_reason_and_height(platform: Platform) -> None:
    (row,) = platform.found("/freezes", is_live="true")["items"]
    assert (row["scope"], row["subject"], row["reason"]) == ("bridge", "verra", "a drill")
    assert (row["by"], row["duty"], row["module"]) == (ALICE, "member", "compliance")
    assert row["parts"] == []
    assert platform.found("/freezes", is_live="false")["items"] == []
    assert platform.found("/freezes", scope="batch")["items"] == []
    refused = platform.get("/freezes", params={"is_live": "maybe"})
    assert (refused.status_code, refused.json()["type"].rpartition(".")[2]) == (400, "bad_filter")


def ask(platform: Platform, query: str) -> Any:
    """The data of a GraphQL query."""
    answer = platform.http.post("/graphql", json={"query": query}).json()
    assert "errors" not in answer, answer
    return answer["data"]


def test_graphql_gives_the_same_figures(platform: Platform) -> None:
    found = ask(
        platform,
        """{
          proposals(sort: NEWEST) { nodes { number state tally { tonnes isEnough } } }
          proposal(id: "1") { title approvals tally { approvals approvalsNeeded } }
          council { members threshold }
          emergencyStop { until }
          accountFreezes(where: {isLive: true}) { nodes { subject duty } }
          anchors { totalCount }
        }""",
    )
    assert found["proposals"]["nodes"] == [
        {"number": 2, "state": "OPEN", "tally": {"tonnes": 16, "isEnough": False}},
        {"number": 1, "state": "OPEN", "tally": {"tonnes": 0, "isEnough": False}},
    ]
    assert found["proposal"] == {
        "title": "Fees", "approvals": [ALICE], "tally": {"approvals": 1, "approvalsNeeded": 2},
    }  # fmt: skip
    assert found["council"] == {"members": [ALICE, OTHER, CAROL], "threshold": 2}
    assert found["emergencyStop"] is None
    assert found["accountFreezes"]["nodes"] == [{"subject": "verra", "duty": "MEMBER"}]
    assert found["anchors"]["totalCount"] == 0
