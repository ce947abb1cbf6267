"""Operations that another carries, hook items that run them, and parameters set in a draft."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from ctn.kernel.account import GOV_COUNCIL
from ctn.kernel.block import STOP, Act, Item, Stop
from ctn.kernel.changes import changes_of
from ctn.kernel.ledger import Ledger
from ctn.kernel.op import Carried
from ctn.kernel.refusal import BadAddress, Malformed
from ctn.modules import market
from ctn.modules.identity.records import ATTEST_DAY_MAX, Duty
from tests.worlds import DAY, START, World

APPOINT = {"op": "identity.appoint", "kind": "verifier", "scope": "", "expires": None}
DISMISS = {"op": "identity.dismiss", "kind": "verifier", "reason": "00" * 32}


def acting(world: World, *ops: Carried) -> tuple[Ledger, list[tuple[str, int]]]:
    """The draft after an item with these operations, and the refusals that it was told."""
    machine = world.machine
    ledger = machine.draft(world.time + 1)
    told: list[tuple[str, int]] = []

    def refused(_ledger: Ledger, code: str, op: int) -> None:
        told.append((code, op))

    item = Item(0, "item", "", lambda _ledger: told.append(("applied", -1)),
                Act(GOV_COUNCIL, ops, refused))  # fmt: skip
    machine._hooks.run_item(ledger, item, "market")
    assert not machine.alarms
    return ledger, told


def test_an_item_runs_its_operations_and_then_itself() -> None:
    world = World()
    officer = world.person("officer", kind="institution")
    ledger, told = acting(world, APPOINT | {"address": officer})
    assert told == [("applied", -1)]
    assert ledger.get(Duty, f"{officer}/verifier") is not None


def test_a_refusal_undoes_all_and_names_the_operation() -> None:
    world = World()
    officer = world.person("officer", kind="institution")
    stranger = {"address": world.stranger("stranger")}
    ledger, told = acting(world, APPOINT | {"address": officer}, DISMISS | stranger)
    assert told == [("identity.DutyNotFound", 1)]
    assert ledger.get(Duty, f"{officer}/verifier") is None
    assert changes_of(ledger) == []


def test_an_operation_that_no_longer_decodes_is_a_refusal() -> None:
    _ledger, told = acting(World(), {"op": "identity.forgotten"})
    assert told == [("kernel.Malformed", 0)]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"kind": "king"}, Malformed), ({"more": 1}, Malformed), ({"expires": "x"}, Malformed),
        ({"expires": 5.0}, Malformed), ({"address": "ctn1nobody"}, BadAddress),
    ],
)  # fmt: skip
def test_carried_operations_pass_the_same_checks_as_sent_ones(
    change: dict[str, Any], kind: type[Exception]
) -> None:
    world = World()
    op = APPOINT | {"address": world.person("officer")} | change
    with pytest.raises(kind) as caught:
        world.machine.reader.carried((op,))
    assert caught.value.facts["field"].startswith("ops[0]")  # type: ignore[attr-defined]


def test_a_parameter_set_in_a_draft_is_read_there_and_undone_with_it() -> None:
    world = World(attest_day_max=600)
    ledger = world.draft()
    start = ledger.mark()
    ledger.set_param("attest_day_max", 700)
    middle = ledger.mark()
    ledger.set_param("attest_day_max", 800)
    assert ledger.param(ATTEST_DAY_MAX) == 800
    assert [item.value for item in changes_of(ledger)] == [b"800"]
    ledger.undo(middle)
    assert ledger.param(ATTEST_DAY_MAX) == 700
    ledger.undo(start)
    assert ledger.param(ATTEST_DAY_MAX) == 600
    assert changes_of(ledger) == []


def test_a_parameter_set_to_what_it_was_changes_nothing() -> None:
    world = World(attest_day_max=600)
    ledger = world.draft()
    ledger.set_param("attest_day_max", 600)
    assert changes_of(ledger) == []


def _emit(ran: list[str], name: str) -> Iterator[Item]:
    yield Item(0, name, "", partial(_note, ran, name))


def _note(ran: list[str], name: str, _ledger: Ledger) -> None:
    ran.append(name)


@pytest.mark.parametrize(("until", "runs"), [(START + DAY, False), (START + 1, True)])
def test_hooks_of_others_wait_while_everything_is_stopped(
    until: int, runs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(market, "begin_block", lambda _ledger: _emit(ran, "market"))
    world = World()
    world.put(Stop(START - 1, until), STOP)
    world.empty_block()
    assert ran == (["market"] if runs else [])
