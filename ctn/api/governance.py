"""What is public of governance: proposals as they stand, the council, every freeze, anchors."""

from typing import Annotated, Any, Final

from fastapi import Path, Request
from sqlalchemy import Text, or_, select, type_coerce
from starlette.responses import Response

from ctn.api import resources
from ctn.api.amounts import Units, as_texts, with_texts
from ctn.api.asks import Filter
from ctn.api.desk import found
from ctn.api.market import without_place
from ctn.api.paging import Listing, Paged, chosen, paged
from ctn.api.refusals import BadFilter, NotFound
from ctn.api.routes import Route
from ctn.kernel.block import STOP
from ctn.kernel.record import numbered
from ctn.modules.compliance.records import ComplianceFreeze
from ctn.modules.governance.records import BOND_ASSET, Anchor, Council, Proposal
from ctn.views import governance, tables
from ctn.views.reader import View

Value = dict[str, Any]
Number = Annotated[str, Path(pattern="^[1-9][0-9]{0,18}$", description="Number of a proposal")]
PROPOSAL: Final[Units] = {"bond": "money"}
_proposals = tables.RECORDS["proposal"].table
_anchors = tables.RECORDS["anchor"].table
_stops = tables.RECORDS["stop"].table
_events = tables.events.c
_freezes = governance.freezes()
NEWEST: Final = Listing("proposals", (_proposals.c.number,), is_newest_first=True)
_order: Any = (_freezes.c.since, _freezes.c.id)  # columns of a union, which has no table
BY_SINCE: Final = Listing("freezes", _order, is_newest_first=True)
BY_HEIGHT: Final = Listing("anchors", (_anchors.c.height,), is_newest_first=True)
TOLD_MAX: Final = 100


async def proposals(
    request: Request, page: Paged, state: Filter = "", track: Filter = "", proposer: Filter = ""
) -> Response:
    """Proposals, newest first, each with how it stands."""
    asked = {"state": state, "track": track, "proposer": proposer}
    statement = chosen(select(_proposals), _proposals, **asked)

    def read(view: View) -> Value:
        def shown(row: Value) -> Value:
            return as_texts(without_place(_standing(view, row)), PROPOSAL)

        return paged(view, statement, NEWEST, page, shown)

    return await found(request, read)


async def proposal(request: Request, number: Number) -> Response:
    """A proposal, how it stands, and the transactions that made it what it is."""

    def read(view: View) -> Value:
        row = view.row(select(_proposals).where(_proposals.c.place == numbered(int(number))))
        if row is None:
            raise NotFound(proposal=number)
        made = with_texts(without_place(_standing(view, row)), PROPOSAL, BOND_ASSET)
        return made | {"transactions": _told_of(view, row["number"])}

    return await found(request, read)


def _standing(view: View, row: Value) -> Value:
    return row | {"tally": governance.tally(view, row)}


def _told_of(view: View, number: int) -> list[str]:
    """The transactions whose events name a proposal, oldest first, of at most 100 events."""
    data = type_coerce(_events.data, Text)  # canonical JSON, so a member ends one of two ways
    names_it = or_(*[data.contains(f'"proposal":{number}{end}') for end in (",", "}")])
    told = select(_events.tx).where(
        _events.event.like("governance.%"), _events.tx.is_not(None), names_it
    )
    order = (_events.height, _events["index"], _events.number)
    rows = view.tuples(told.order_by(*order).limit(TOLD_MAX))
    return list(dict.fromkeys([row[0] for row in rows]))


async def council(request: Request) -> Response:
    """Who sits on the council, and whether everything is stopped."""

    def read(view: View) -> Value:
        row = governance.council(view)
        if row is None:
            raise NotFound(council="none")
        stop = view.row(select(_stops).where(_stops.c.place == STOP))
        is_on = stop is not None and stop["until"] > view.time
        return without_place(row) | {
            "stopped_until": stop["until"] if stop is not None and is_on else None
        }

    return await found(request, read)


async def freezes(
    request: Request, page: Paged, scope: Filter = "", subject: Filter = "", is_live: Filter = ""
) -> Response:
    """Everything that is or was frozen, newest first; `is_live` true or false."""
    if is_live not in ("", "true", "false"):
        raise BadFilter(field="is_live", rule="true or false")
    statement = chosen(select(_freezes), _freezes, scope=scope, subject=subject)
    if is_live:
        ended = _freezes.c.ended
        statement = statement.where(ended.is_(None) if is_live == "true" else ended.is_not(None))
    return await found(request, lambda view: paged(view, statement, BY_SINCE, page, dict))


async def anchors(request: Request, page: Paged) -> Response:
    """State roots that stand on the base chain, newest first."""
    statement = select(_anchors)
    return await found(request, lambda view: paged(view, statement, BY_HEIGHT, page, without_place))


_tally = resources.shape(
    "ProposalTally",
    [("owners", int), ("tonnes", int), ("owners_needed", int), ("tonnes_needed", int),
     ("weight_needed", int), ("approvals", int), ("approvals_needed", int),
     ("objections", int), ("objections_needed", int), ("is_enough", bool | None)],
    "What a proposal has and needs now; `is_enough` is null once it is decided.",
)  # fmt: skip
PROPOSAL_ITEM: Final = resources.shape(
    "ProposalItem",
    [*resources.fields_of_record(Proposal, PROPOSAL, texts=False), ("tally", _tally)],
    "A proposal and how it stands.",
)
PROPOSAL_ANSWER: Final = resources.object_shape(
    "ProposalAnswer",
    [*resources.fields_of_record(Proposal, PROPOSAL, texts=True), ("tally", _tally),
     ("transactions", list[str])],
    "A proposal, how it stands, and the transactions that made it what it is.",
)  # fmt: skip
COUNCIL: Final = resources.object_shape(
    "CouncilAnswer",
    [*resources.fields_of_record(Council, {}, texts=False), ("stopped_until", int | None)],
    "Who sits on the council, its numbers, and until when everything is stopped at most.",
)
FREEZE_ITEM: Final = resources.shape(
    "FreezeItem",
    [(name, str if name == "scope" else kind)
     for name, kind in resources.fields_of_record(ComplianceFreeze, {}, texts=False)
     if name != "duty"] + [("duty", str), ("parts", list[tuple[int, int]]), ("module", str)],
    "A freeze of serials or what belongs to them, or of an account, a pool or a bridge.",
)  # fmt: skip
ANCHOR_ITEM: Final = resources.shape(
    "AnchorItem", resources.fields_of_record(Anchor, {}, texts=False), "An anchor."
)
ROUTES: Final[tuple[Route, ...]] = (
    Route("/proposals", proposals, resources.list_shape(PROPOSAL_ITEM)),
    Route("/proposals/{number}", proposal, PROPOSAL_ANSWER),
    Route("/council", council, COUNCIL),
    Route("/freezes", freezes, resources.list_shape(FREEZE_ITEM)),
    Route("/anchors", anchors, resources.list_shape(ANCHOR_ITEM)),
)
