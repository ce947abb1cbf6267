"""Questions about governance: how a proposal stands now, and everything that is or was frozen."""

from typing import Any, Final

from sqlalchemy import Subquery, func, literal, select, union_all

from ctn.kernel.param import Param
from ctn.modules.governance.approve import SET_COUNCIL
from ctn.modules.governance.records import (
    COUNCIL_CHANGE_APPROVALS,
    HERE,
    OPEN,
    PASSED,
    PUBLIC,
    VOTE_MIN,
    VOTE_QUORUM,
)
from ctn.modules.governance.rules import (
    BONDED_SHARE,
    approvals_needed,
    has_quorum,
    is_carried,
)
from ctn.views import tables
from ctn.views.reader import View

Value = dict[str, Any]
_councils: Final = tables.RECORDS["council"].table
_proposals: Final = tables.RECORDS["proposal"].table
_serials: Final = tables.RECORDS["freeze"].table
_accounts: Final = tables.RECORDS["compliance_freeze"].table
NO_COUNCIL: Final[Value] = {"members": [], "threshold": 0, "emergency": 0}


def council(view: View) -> Value | None:
    """The council as it sits now, None on a chain that has none."""
    return view.row(select(_councils).where(_councils.c.place == HERE))


def tally(view: View, proposal: Value) -> Value:
    """How a proposal stands: what it has, what it needs, and whether that is enough now.

    Tonnes are whole tonnes, weights sums of the owners' square roots; `is_enough` is null once a
    proposal is decided. Source: reliability.md 6.2, 6.3.
    """
    seats = council(view) or NO_COUNCIL
    yes, no = proposal["yes"], proposal["no"]
    bonded_t = _bonded_t(view)
    votes = {
        "owners": yes["owners"] + no["owners"],
        "tonnes": yes["tonnes"] + no["tonnes"],
        "owners_needed": _param(view, VOTE_QUORUM),
        "tonnes_needed": max(_param(view, VOTE_MIN), -(-bonded_t // BONDED_SHARE)),
        "weight_needed": -(-2 * (yes["weight"] + no["weight"]) // 3),
    }
    made = {
        "approvals": _seated(seats, proposal["approvals"]),
        "approvals_needed": _needed(seats, proposal),
        "objections": _seated(seats, proposal["objections"]),
        "objections_needed": seats["threshold"],
    }
    return votes | made | {"is_enough": _is_enough(proposal, votes | made, bonded_t)}


def _is_enough(proposal: Value, figures: Value, bonded_t: int) -> bool | None:
    if proposal["state"] == PASSED:
        return True
    if proposal["state"] != OPEN:
        return None
    if proposal["track"] != PUBLIC:
        return bool(0 < figures["approvals_needed"] <= figures["approvals"])
    enough = has_quorum(
        figures["owners"],
        figures["tonnes"],
        quorum=figures["owners_needed"],
        least_t=figures["tonnes_needed"],
        bonded_t=bonded_t,
    )
    return enough and is_carried(proposal["yes"]["weight"], proposal["no"]["weight"])


def _seated(seats: Value, members: list[str]) -> int:
    return len([member for member in members if member in seats["members"]])


def _needed(seats: Value, proposal: Value) -> int:
    is_change = any(op["op"] == SET_COUNCIL for op in proposal["ops"])
    floor = COUNCIL_CHANGE_APPROVALS if is_change else 1
    return approvals_needed(seats["threshold"], len(seats["members"]), floor)


def _param(view: View, param: Param) -> int:
    table = tables.params
    row = view.row(select(table.c.value).where(table.c.name == param.name))
    return param.default if row is None else int(row["value"])


def _bonded_t(view: View) -> int:
    """Tonnes that validators bonded, 0 on a ledger without stake."""
    bonds = tables.RECORDS.get("bond")
    if bonds is None:
        return 0
    return int(view.tuples(select(func.coalesce(func.sum(bonds.table.c.tonnes), 0)))[0][0])


def freezes() -> Subquery:
    """Everything that is or was frozen, one list: serials and what belongs to them, accounts too.

    Rows `id, scope, subject, reason, evidence, allow_retire, by, duty, height, since, until,
    lift_at, ended, parts, module`; `parts` are serials, none where all of the subject is frozen.
    """
    names = (
        "id", "scope", "subject", "reason", "evidence", "allow_retire", "by", "duty", "height",
        "since", "until", "lift_at", "ended",
    )  # fmt: skip
    whole = literal([], tables.PACKED).label("parts")
    lists = [
        select(*[table.c[name] for name in names], parts, literal(module).label("module"))
        for table, parts, module in (
            (_serials, _serials.c.parts, "registry"), (_accounts, whole, "compliance"),
        )
    ]  # fmt: skip
    return union_all(*lists).subquery("freezes")
