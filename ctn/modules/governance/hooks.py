"""What governance does by itself: parameters act, votes close, proposals run, locks come back.

One proposal is executed a block, so that no block is made of decisions alone.
"""

from collections.abc import Iterator
from functools import partial

from ctn.kernel.account import GOV_COUNCIL, GOV_PUBLIC
from ctn.kernel.block import STOP, Act, Item, Stop, is_stuck, stop_now
from ctn.kernel.ledger import SCAN_MAX, Ledger
from ctn.modules.governance import closing
from ctn.modules.governance.events import Resumed
from ctn.modules.governance.records import (
    OPEN,
    PASSED,
    PUBLIC,
    ROOT_STEP,
    ROOTS_MAX,
    Agenda,
    LockedLot,
    ParamChange,
    PastRoot,
    Proposal,
)

MODULE = "governance"


def begin_block(ledger: Ledger) -> Iterator[Item]:
    """Let parameters act whose epoch has begun, and remember the state root of some heights."""
    for acts, name in list(ledger.index(Agenda).changes):
        if acts > ledger.block.time:
            break
        yield Item(acts, f"param:{name}", "", partial(_change_param, name=name))
    if (ledger.block.height - 1) % ROOT_STEP == 0:
        yield Item(ledger.block.time, "root", "", _remember_root)


def end_block(ledger: Ledger) -> Iterator[Item]:
    """End the emergency stop, close what is due, run one proposal, give locked lots back."""
    stop = ledger.get(Stop, STOP)
    if stop is not None and stop.until <= ledger.block.time:
        yield Item(stop.until, "stop", "", _end_stop)
    yield from _due(ledger)
    yield from _returns(ledger)


def next_due(ledger: Ledger) -> int | None:
    """The block time in ms of the earliest work, at or before block time when it waits.

    What a bug stopped is no work: blocks would follow each other for ever because of it.
    """
    agenda = ledger.index(Agenda)
    stop = ledger.get(Stop, STOP)
    times = [] if stop is None or is_stuck(ledger, MODULE, "stop") else [stop.until]
    for acts, name in agenda.changes:
        if not is_stuck(ledger, MODULE, f"param:{name}"):
            times.append(acts)
            break
    for due, place in agenda.due:
        if _is_ready(ledger, place):
            times.append(due)
            break
    if any(not is_stuck(ledger, MODULE, item.id) for item in _returns(ledger)):
        times.append(ledger.block.time)
    return min(times, default=None)


def _due(ledger: Ledger) -> Iterator[Item]:
    has_run = False
    for due, place in list(ledger.index(Agenda).due):
        if due > ledger.block.time:
            return
        proposal = ledger.get(Proposal, place)
        assert proposal is not None
        if proposal.state == OPEN:
            yield Item(due, _id(place, OPEN), "", partial(closing.close, place=place))
        elif _is_ready(ledger, place) and (not has_run or closing.is_resuming(proposal)):
            # What ends a stop has no delay, so it stands in no line.
            yield _run_item(due, place, proposal)
            has_run = True


def _run_item(due: int, place: str, proposal: Proposal) -> Item:
    run = partial(closing.executed, place=place)
    if not proposal.ops:
        return Item(due, _id(place, PASSED), "", run)
    sender = GOV_PUBLIC if proposal.track == PUBLIC else GOV_COUNCIL
    act = Act(sender, proposal.ops, partial(closing.failed, place=place))
    return Item(due, _id(place, PASSED), "", run, act)


def _is_ready(ledger: Ledger, place: str) -> bool:
    """Whether an item may run: no bug stopped it, and no emergency stop makes it wait."""
    proposal = ledger.get(Proposal, place)
    assert proposal is not None
    if is_stuck(ledger, MODULE, _id(place, proposal.state)):
        return False
    is_own = all(op["op"].startswith(f"{MODULE}.") for op in proposal.ops)
    return proposal.state == OPEN or is_own or stop_now(ledger) is None


def _id(place: str, state: str) -> str:
    return f"{state}:{place}"


def _returns(ledger: Ledger) -> Iterator[Item]:
    """The lots locked for votes that are over, by proposal, account and batch."""
    for proposal in sorted(ledger.index(Agenda).locked):
        if _is_over(ledger, proposal):
            for place, _lot in ledger.scan(LockedLot, f"{proposal}/", SCAN_MAX):
                give_back = partial(closing.give_back, place=place)
                yield Item(ledger.block.time, f"lot:{place}", "", give_back)


def _is_over(ledger: Ledger, place: str) -> bool:
    proposal = ledger.get(Proposal, place)
    return proposal is not None and proposal.state != OPEN


def _change_param(ledger: Ledger, name: str) -> None:
    change = ledger.get(ParamChange, name)
    assert change is not None
    ledger.set_param(name, change.value)
    ledger.drop(ParamChange, name)


def _remember_root(ledger: Ledger) -> None:
    height = ledger.block.height - 1
    ledger.put(PastRoot(height, ledger.block.root.hex()), root_place(height))


def root_place(height: int) -> str:
    """The place in the ring of the root after a height that 10 divides."""
    return f"root/{height // ROOT_STEP % ROOTS_MAX:020d}"


def _end_stop(ledger: Ledger) -> None:
    ledger.drop(Stop, STOP)
    ledger.emit(Resumed(True))
