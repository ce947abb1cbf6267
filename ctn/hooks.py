"""What modules do by themselves in a block: due work, and what the end of it finds.

Each item runs in a draft of its own. A bug drops that draft, freezes the item's scope and raises
an alarm, and the chain goes on (engine.md 5).
"""

import traceback
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Final

from ctn.kernel.block import HOOK_ITEMS_MAX, STOP_MODULES, Act, Item, Stuck, is_stuck, stop_now
from ctn.kernel.invariant import Watch
from ctn.kernel.ledger import Ledger, TxFacts
from ctn.kernel.op import Carried
from ctn.kernel.receipt import HookItem
from ctn.kernel.refusal import Refusal
from ctn.modules import MODULES
from ctn.modules.governance import events

HALTING: Final = (MemoryError, RecursionError, OSError)

# Runs operations that an item carries, for a sender without keys, all or none; raises Refusal.
Execute = Callable[[Ledger, tuple[Carried, ...], str], None]


class Hooks:
    """Runs the hooks of all modules in their order; `alarms` is told of bugs."""

    def __init__(self, watch: Watch, alarms: list[str], execute: Execute) -> None:
        self._watch = watch
        self._alarms = alarms
        self._execute = execute

    def run(self, ledger: Ledger, hook: str, place: int) -> tuple[list[HookItem], int]:
        """What the items of a hook did, and the place of the next item in the block."""
        done: list[HookItem] = []
        for module in running(ledger):
            generator: Callable[[Ledger], Iterator[Item]] | None = getattr(module, hook, None)
            if generator is None:
                continue
            name = name_of(module)
            taken = 0
            for item in generator(ledger):
                if is_stuck(ledger, name, item.id):
                    continue
                ledger.tx = TxFacts(f"hook:{ledger.block.height}:{place + taken}", 0, 0)
                self.run_item(ledger, item, name)
                done += told(ledger, f"{name}.{hook}", item.id)
                taken += 1
                if taken >= HOOK_ITEMS_MAX:
                    break
            place += taken
        return done, place

    def run_item(self, ledger: Ledger, item: Item, module: str) -> None:
        """Run one item of a module, as the transaction that the ledger names."""
        start = ledger.mark()
        try:
            if item.act is None or self._acts(ledger, item.act):
                item.run(ledger)
            self._watch.check(ledger, start)
        except HALTING:
            raise
        except Exception:  # a bug stops one item and raises an alarm; the chain goes on
            if ledger.is_indexing:
                raise
            ledger.undo(start)
            ledger.put(Stuck(item.scope, ledger.block.height), f"{module}/{item.id}")
            ledger.emit(events.Stuck(module, item.id, item.scope))
            self._alarms.append(f"stuck {module}/{item.id}\n{traceback.format_exc()}")

    def _acts(self, ledger: Ledger, act: Act) -> bool:
        """Run the operations of an item, or tell it which refusal undid them."""
        facts = ledger.tx
        try:
            self._execute(ledger, act.ops, act.sender)
        except Refusal as error:
            place = ledger.tx.op
            ledger.tx = facts
            act.refused(ledger, error.code, place)
            return False
        ledger.tx = facts
        return True

    def check_block(self, ledger: Ledger) -> list[HookItem]:
        """Freeze each scope in which an invariant of the whole block does not hold; then warn."""
        done: list[HookItem] = []
        for module in MODULES:
            name = name_of(module)
            if not hasattr(module, "block_breaches"):
                continue
            for scope, reason in list(module.block_breaches(ledger)):
                if not is_stuck(ledger, name, scope):
                    ledger.put(Stuck(scope, ledger.block.height), f"{name}/{scope}")
                    ledger.emit(events.InvariantBroken(reason.partition(":")[0], scope))
                    done += told(ledger, "kernel.end_block", f"{name}/{scope}")
                    self._alarms.append(f"broken invariant: {reason}")
        for module in MODULES:
            if hasattr(module, "block_alarms"):
                self._alarms.extend(module.block_alarms(ledger))
        return done


def running(ledger: Ledger) -> Iterator[ModuleType]:
    """The modules whose hooks run in this block: all but in an emergency stop."""
    is_stopped = stop_now(ledger) is not None
    for module in MODULES:
        if not is_stopped or name_of(module) in STOP_MODULES:
            yield module


def told(ledger: Ledger, hook: str, item: str) -> list[HookItem]:
    """What an item moved and told, nothing when it was silent; the draft's lists begin again."""
    moves, events = list(ledger.moves), list(ledger.events)
    ledger.moves.clear()
    ledger.events.clear()
    return [HookItem(hook, item, moves, events)] if moves or events else []


def name_of(module: ModuleType) -> str:
    """The name of a module as records and receipts hold it."""
    return module.__name__.rpartition(".")[2]
