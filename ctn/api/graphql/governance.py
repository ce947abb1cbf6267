"""The root fields of governance: proposals, the council, freezes of accounts, anchors."""

from typing import Any, Final

import strawberry
from strawberry.types import Info

from ctn.api.graphql import scalars
from ctn.api.graphql.carbon import FREEZE_FILTERS
from ctn.api.graphql.connections import Collection, Filter, equal
from ctn.api.graphql.nodes import split_node_id
from ctn.api.graphql.objects import OBJECTS
from ctn.api.graphql.pages import Sort
from ctn.api.graphql.reading import reading
from ctn.kernel.block import STOP
from ctn.kernel.record import numbered
from ctn.modules.governance.records import HERE
from ctn.views import tables

RECORDS: Final = tables.RECORDS
Proposal: Final = OBJECTS.record("proposal")
Council: Final = OBJECTS.record("council")
Stop: Final = OBJECTS.record("stop")

PROPOSALS: Final = Collection(
    "Proposal",
    Proposal,
    RECORDS["proposal"].table,
    (
        Sort("newest", ("number",), descending=True),
        Sort("closing", ("closes", "number"),
             text="By when it closes, so what is decided may be met before what is open."),
    ),
    {
        "state": Filter(str, equal("state")),
        "track": Filter(str, equal("track")),
        "proposer": Filter(scalars.Address, equal("proposer")),
    },
    "Proposals to the council and to the public.",
)  # fmt: skip
ACCOUNT_FREEZES: Final = Collection(
    "ComplianceFreeze",
    OBJECTS.record("compliance_freeze"),
    RECORDS["compliance_freeze"].table,
    (Sort("newest", ("since", "place"), descending=True), Sort("key", ("place",))),
    FREEZE_FILTERS,
    "Accounts, pools and bridges that are or were frozen; serials are under `freezes`.",
)
ANCHORS: Final = Collection(
    "Anchor",
    OBJECTS.record("anchor"),
    RECORDS["anchor"].table,
    (Sort("newest", ("height",), descending=True),),
    {"by": Filter(scalars.Address, equal("by"))},
    "State roots that stand on the base chain.",
)


def proposal(info: Info, id: strawberry.ID) -> Any:  # noqa: A002
    """A proposal by its number, key or node id."""
    made, text = reading(info), str(id)
    named = split_node_id(text)
    if text.isascii() and text.isdigit() and len(text) <= scalars.DIGITS_MAX:
        return made.record("proposal", numbered(int(text)))
    return made.record("proposal", named[1]) if named and named[0] == "Proposal" else None


def council(info: Info) -> Any:
    """The council as it sits now."""
    return reading(info).record("council", HERE)


def emergency_stop(info: Info) -> Any:
    """The emergency stop, null while there is none."""
    made = reading(info)
    found = made.record("stop", STOP)
    return found if found is not None and found["until"] > made.view.time else None
