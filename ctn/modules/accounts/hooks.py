"""What accounts do by themselves: changes mature, and closings are forgotten when all was told."""

from collections.abc import Iterator
from functools import partial

from ctn.kernel.block import Item, StuckScopes, is_stuck
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import numbered
from ctn.modules.accounts.pending import mature
from ctn.modules.accounts.waiting import Closing, Due, Waiting


def begin_block(ledger: Ledger) -> Iterator[Item]:
    """Closings of blocks before this one, which every later module has seen at their end."""
    closings = ledger.index(Waiting).closings
    height = ledger.block.height
    for address in sorted(closings, key=lambda address: (closings[address], address)):
        if closings[address] < height:
            run = partial(_forget, address=address)
            yield Item(closings[address], f"closing:{address}", "", run)


def end_block(ledger: Ledger) -> Iterator[Item]:
    """Changes that have waited long enough, by (effective, number)."""
    waiting = ledger.index(Waiting)
    due = waiting.next_after(None)
    while due is not None and due.effective <= ledger.block.time:
        run = partial(mature, account=due.account, number=due.number)
        yield Item(due.effective, _id(due), "", run)
        # One that matured is gone, one that is stuck is passed; each may have parked others.
        due = waiting.next_after(due)


def next_due(ledger: Ledger) -> int | None:
    """The block time in ms at which the next change acts; stuck ones are passed over."""
    waiting = ledger.index(Waiting)
    due = waiting.next_after(None)
    for _ in range(sum(ledger.index(StuckScopes).scopes.values())):
        if due is None or not is_stuck(ledger, "accounts", _id(due)):
            break
        due = waiting.next_after(due)
    return None if due is None else due.effective


def _forget(ledger: Ledger, address: str) -> None:
    ledger.drop(Closing, address)


def _id(due: Due) -> str:
    return f"pending:{numbered(due.number)}"
