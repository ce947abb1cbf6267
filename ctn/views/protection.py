"""How an account is protected, all of one height: its guard, lock, trusted addresses, what waits.

A change that waits is public, so that an owner sees a thief's wish while it can be cancelled
(people.md 2.6).
"""

from typing import Any, Final

from sqlalchemy import select

from ctn.views import tables
from ctn.views.reader import View

Value = dict[str, Any]
PENDING_MAX: Final = 8
TRUSTED_MAX: Final = 64
SIGNERS_MAX: Final = 16
GUARDIANS_MAX: Final = 9
HOLDS_MAX: Final = 8


def protection_of(view: View, address: str) -> Value:
    """The protection of an account; what was never set is empty or None."""
    guard = _one(view, "guard", address) or {}
    lock = _one(view, "lock", address) or {}
    stops = _one(view, "recovery_stop", address) or {}
    return {
        "address": address,
        "trusted_only": bool(guard.get("trusted_only", False)),
        "limits": guard.get("limits", []),
        "guardians": guard.get("guardians", []),
        "guardian_threshold": guard.get("guardian_threshold", 0),
        "locked_by": lock.get("by"),
        "locked_since": lock.get("since"),
        "pending": [_pending(row) for row in _below(view, "pending", address, PENDING_MAX)],
        "trusted": [
            {"address": _rest(row), "since": row["since"]}
            for row in _below(view, "trusted", address, TRUSTED_MAX)
        ],
        "limited_signers": [
            _signer(row) for row in _below(view, "signer_limit", address, SIGNERS_MAX)
        ],
        "recovery_votes": [
            {"guardian": row["guardian"], "recovery": row["recovery"], "time": row["time"]}
            for row in _below(view, "recovery_vote", address, GUARDIANS_MAX)
        ],
        "recovery_stops": stops.get("times", []),
        "holds": [
            {"cause": row["cause"], "count": row["count"]}
            for row in _below(view, "hold", address, HOLDS_MAX)
        ],
    }


def _one(view: View, table: str, place: str) -> Value | None:
    found = tables.RECORDS[table].table
    return view.row(select(found).where(found.c.place == place))


def _below(view: View, table: str, address: str, limit: int) -> list[Value]:
    """The records of an account in a table whose ids begin with its address and a slash."""
    found = tables.RECORDS[table].table
    place = found.c.place
    # "0" is the character behind the slash.
    mine = select(found).where(place >= f"{address}/", place < f"{address}0")
    return view.rows(mine.order_by(place).limit(limit))


def _rest(row: Value) -> str:
    """What stands in an id behind the account."""
    rest: str = row["place"].partition("/")[2]
    return rest


def _pending(row: Value) -> Value:
    return {
        "number": row["number"], "op": row["change"]["op"], "change": row["change"],
        "requested": row["requested"], "effective": row["effective"],
    }  # fmt: skip


def _signer(row: Value) -> Value:
    scheme, _, key = _rest(row).partition("-")
    return {"scheme": int(scheme), "key": key, "families": row["families"]}
