"""What the tests of operations saw, written down for the test of completeness."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ctn.kernel.account import is_holding
from ctn.kernel.op import Op, op_tag
from ctn.kernel.receipt import APPLIED, REFUSED, Receipt
from ctn.kernel.record import event_name


def note(ops: tuple[Op, ...], receipt: Receipt) -> None:
    """Write down what became of a transaction, up to the op that was refused."""
    last = ops if receipt.op is None else ops[: receipt.op + 1]
    moves = [tuple(move) for move in receipt.moves[1:]]
    note_result(last, receipt.status, receipt.refusal, receipt.events, moves)


def note_result(
    ops: tuple[Op, ...],
    status: str,
    refusal: str | None,
    events: list[dict[str, Any]],
    moves: Sequence[Any] = (),
) -> None:
    """Check what was told, and write what was seen for the test of completeness."""
    names = [event["event"] for event in events]
    declared = {event_name(event) for op in ops for event in type(op).emits}
    assert status != APPLIED or set(names) <= declared, "an event that no op declares"
    folder = os.environ.get("CTN_CASES")
    if not folder:
        return
    rows: list[dict[str, Any]] = []
    if status == REFUSED:
        rows.append({"op": op_tag(type(ops[-1])), "refusal": refusal, "events": [], "gives": False})
    if status == APPLIED:
        gives = len(ops) == 1 and gives_away(moves)
        rows += [
            {"op": op_tag(type(op)), "refusal": None, "events": names, "gives": gives} for op in ops
        ]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with Path(folder, f"{worker}.jsonl").open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def gives_away(moves: Sequence[Any]) -> bool:
    """Whether an address came out with less of an asset and another address with more of it."""
    changes: dict[tuple[str, str], int] = {}
    for asset, source, target, amount in moves:
        for account, change in ((source, -amount), (target, amount)):
            if not is_holding(account):
                changes[(asset, account)] = changes.get((asset, account), 0) + change
    lost = {asset for (asset, _account), change in changes.items() if change < 0}
    gained = {asset for (asset, _account), change in changes.items() if change > 0}
    return bool(lost & gained)
