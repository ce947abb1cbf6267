"""A newcomer finds stake, decisions, protected accounts and freezes, each in every state."""

from typing import Any

import pytest

from ctn.demo import cast as parts
from ctn.demo.affairs import CUES
from ctn.demo.cast import SEED, Cast
from ctn.demo.history import BLOCKS
from ctn.demo.motions import LIVE_STEPS, MOTIONS, live_ballot
from ctn.demo.scenes import Scene
from ctn.demo.stakes import EMBER, HARBOUR, LOTS, RIVER, SUMMIT, UNBONDED_T
from ctn.modules.governance.vote import Vote
from tests.demo.worlds import Told, make

Value = dict[str, Any]
STATES = {"open", "passed", "executed", "failed", "rejected", "expired", "cancelled"}


@pytest.fixture(scope="module", name="whole")
def _whole(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A world with its whole history, as it is when it begins to live."""
    return make(tmp_path_factory.mktemp("whole") / "home", BLOCKS)


def _rows(whole: Told, table: str) -> list[Value]:
    with whole.open() as chain:
        return [value for _place, value in chain.rows(table)]


def _of(whole: Told, table: str, operator: str) -> list[Value]:
    address = whole.cast.address(operator)
    return [
        row for row in _rows(whole, table) if address in (row.get("operator"), row.get("owner"))
    ]


def _now(whole: Told) -> int:
    with whole.open() as chain:
        return chain.head().time


def test_little_is_refused_and_none_of_what_is_due_at_a_step(whole: Told) -> None:
    receipts = [row for block in whole.receipts for row in block]
    refused = [row["refusal"] for row in receipts if row["status"] != "applied"]
    assert len(refused) * 20 < len(receipts)
    modules = {code.partition(".")[0] for code in refused}
    assert modules <= {"market", "kernel"}


def test_four_validators_were_admitted_and_bonded_several_vintages(whole: Told) -> None:
    admitted = [row for row in _rows(whole, "validator") if row["admitted"] is not None]
    assert {row["operator"] for row in admitted} == {whole.cast.address(n) for n in parts.NODES}
    assert len({lot.vintage for lot in LOTS}) == 4
    for lot in LOTS:
        bonded = {row["batch"]: row["tonnes"] for row in _of(whole, "bond", lot.operator)}
        assert 0 < bonded[lot.batch] <= lot.tonnes


def test_powers_follow_from_the_weights_of_an_epoch_under_one_maker(whole: Told) -> None:
    powers = {row["operator"]: row["power"] for row in _rows(whole, "powers")}
    weights = {row["operator"]: row["weight"] for row in _rows(whole, "validator")}
    assert set(powers) == {operator for operator, weight in weights.items() if weight}
    assert len(powers) == 3
    assert _rows(whole, "liveness") == []  # consensus asks nobody to sign


def test_one_proof_holds_and_raises_a_weight_and_one_is_disputed(whole: Told) -> None:
    (held,) = _of(whole, "cpoe", RIVER)
    (disputed,) = _of(whole, "cpoe", HARBOUR)
    assert (held["status"], disputed["status"]) == ("valid", "challenged")
    bonus = {row["operator"]: row["bonus_bp"] for row in _rows(whole, "validator")}
    assert bonus[whole.cast.address(RIVER)] > 0 == bonus[whole.cast.address(HARBOUR)]


def test_one_takes_stake_back_and_waits(whole: Told) -> None:
    (entry,) = _of(whole, "unbonding", SUMMIT)
    assert entry["tonnes"] == UNBONDED_T
    assert entry["due"] > _now(whole)


def test_one_was_expelled_and_what_it_lost_is_retired_for_nobody(whole: Told) -> None:
    (validator,) = _of(whole, "validator", EMBER)
    assert (validator["status"], validator["weight"]) == ("tombstoned", 0)
    (evidence,) = _of(whole, "evidence", EMBER)
    assert all(lot["retired"] == lot["tonnes"] > 0 for lot in evidence["lots"])
    nobody = [row for row in _rows(whole, "certificate") if row["holder"].startswith("nobody:")]
    assert sum(row["grams"] for row in nobody) == sum(
        lot["tonnes"] * 1_000_000 for lot in evidence["lots"]
    )
    assert len(_rows(whole, "expelled")) == 1


def test_there_is_a_proposal_in_every_state(whole: Told) -> None:
    rows = _rows(whole, "proposal")
    assert [row["title"] for row in rows] == [motion.title for motion in MOTIONS]
    assert {row["state"] for row in rows} == STATES
    (failed,) = [row for row in rows if row["state"] == "failed"]
    assert failed["failure"] == {"op": 0, "refusal": "staking.OperatorNotDeclared"}


def test_a_vote_is_under_way_with_every_choice(whole: Told) -> None:
    (open_,) = [row for row in _rows(whole, "proposal") if row["closes"] > _now(whole)
                and row["track"] == "public"]  # fmt: skip
    assert open_["state"] == "open"
    assert all(open_[choice]["owners"] > 0 for choice in ("yes", "no", "abstain"))


def test_decisions_and_a_parameter_wait_for_their_time(whole: Told) -> None:
    now = _now(whole)
    (passed,) = [row for row in _rows(whole, "proposal") if row["state"] == "passed"]
    assert passed["runs"] > now
    (change,) = _rows(whole, "param_change")
    assert change["acts"] > now


def test_a_recovery_is_in_progress_and_a_lock_holds_what_a_thief_asked_for(whole: Told) -> None:
    lost, careful = (whole.cast.address(name) for name in (parts.LOST, parts.CAREFUL))
    waiting = {(row["account"], row["change"]["op"]): row for row in _rows(whole, "pending")}
    assert sorted(waiting) == sorted([
        (lost, "accounts.recover"), (careful, "accounts.add_trusted"),
        (careful, "accounts.set_guard"),
    ])  # fmt: skip
    assert waiting[lost, "accounts.recover"]["effective"] > _now(whole)
    with whole.open() as chain:
        locked = {place for place, _lock in chain.rows("lock")}
        guard = chain.value("guard", careful)
    assert locked == {lost, careful}
    assert guard["trusted_only"]


def test_serials_and_an_account_are_frozen_with_a_public_reason(whole: Told) -> None:
    (units,) = _rows(whole, "freeze")
    (account,) = _rows(whole, "compliance_freeze")
    regulator = whole.cast.address(parts.REGULATOR)
    for freeze in (units, account):
        assert (freeze["by"], freeze["ended"]) == (regulator, None)
        assert freeze["reason"]
    assert account["subject"] == whole.cast.address(parts.SUSPECT)


def test_anchors_name_the_roots_of_this_chain(whole: Told) -> None:
    anchors = _rows(whole, "anchor")
    assert len(anchors) == 4
    with whole.open() as chain:
        assert all(chain.block(row["height"]).root == row["state_root"] for row in anchors)


def test_a_living_world_goes_on_voting_once_for_each(whole: Told) -> None:
    with whole.open() as chain:
        scene = Scene(chain, Cast(SEED), 10 * LIVE_STEPS)
        (act,) = live_ballot(scene)
        assert live_ballot(scene._replace(step=10 * LIVE_STEPS + 1)) == []
        voted = {row["account"] for _id, row in chain.rows("locked_lot")}
    assert isinstance(act.ops[0], Vote)
    assert whole.cast.address(act.actor) not in voted


def test_every_step_comes_before_the_world_begins_to_live() -> None:
    last = max(motion.step + len(motion.approve or motion.votes) for motion in MOTIONS)
    assert max(last, *CUES) < BLOCKS
