"""What is public of stake: validators and why they weigh what they weigh, lots, proofs."""

from typing import Any, Final

from fastapi import Request
from sqlalchemy import Select, func, select
from starlette.responses import Response

from ctn.api.amounts import Units, as_texts, with_texts
from ctn.api.asks import Address, Filter, Name
from ctn.api.desk import found
from ctn.api.market import check_address, without_place
from ctn.api.paging import Listing, Paged, chosen, paged
from ctn.api.refusals import NotFound
from ctn.api.resources import (
    Field,
    fields_of_record,
    fields_of_table,
    list_shape,
    many,
    object_shape,
    shape,
)
from ctn.api.routes import Route
from ctn.modules.staking.cpoes import Cpoe
from ctn.modules.staking.records import Bond, Evidence, Unbonding, Validator
from ctn.modules.staking.rules import state_word
from ctn.views import tables
from ctn.views.reader import View

Value = dict[str, Any]
RECORDS_MAX: Final = 100
_validators: Final = tables.RECORDS["validator"].table
_bonds: Final = tables.RECORDS["bond"].table
_entries: Final = tables.RECORDS["unbonding"].table
_powers: Final = tables.RECORDS["powers"].table
_liveness: Final = tables.RECORDS["liveness"].table
_cpoes: Final = tables.RECORDS["cpoe"].table
_faults: Final = tables.RECORDS["evidence"].table
VALIDATORS: Final = Listing("validators", (_validators.c.operator,))
EPOCHS: Final = Listing(
    "epochs", (tables.epochs.c.epoch, tables.epochs.c.operator), is_newest_first=True
)
CPOES: Final = Listing("cpoes", (_cpoes.c.filed, _cpoes.c.id), is_newest_first=True)

WORDED: Final = ("jailed_until", "suspended", "power", "weight")
WEIGHED: Final[Units] = {"stake": "plain", "weight": "plain"}
TONNES: Final[Units] = {"tonnes": "tonnes"}
BESIDE: Final[list[Field]] = [
    ("state", str), ("power", int), ("power_total", int), ("bonded_t", str), ("blocks", int),
    ("signed", int), ("absent", int),
]  # fmt: skip

LOT = shape("LotItem", fields_of_record(Bond, TONNES, texts=False), "A lot that is bonded.")
ENTRY = shape(
    "UnbondingItem", fields_of_record(Unbonding, TONNES, texts=False), "Tonnes on their way out."
)
CPOE = shape(
    "CpoeItem", fields_of_record(Cpoe, TONNES, texts=False), "A proof of emission reduction."
)
EPOCH = shape(
    "EpochItem", fields_of_table(tables.epochs, {"weight": "plain"}),
    "A validator at the end of an epoch: what it signed in it, and what it weighed after it.",
)  # fmt: skip
CPOE_ANSWER = object_shape(
    "CpoeAnswer", fields_of_record(Cpoe, TONNES, texts=True), "A proof of emission reduction."
)
FAULT = shape(
    "FaultItem", fields_of_record(Evidence, {}, texts=False), "A fault, and what it cost in tonnes."
)
VALIDATOR = shape(
    "ValidatorItem",
    [*fields_of_record(Validator, WEIGHED, texts=False), *BESIDE],
    "A validator: its numbers as of the last epoch, the power in force, what it signed since.",
)
VALIDATOR_ANSWER = object_shape(
    "ValidatorAnswer",
    [*fields_of_record(Validator, WEIGHED, texts=True), *BESIDE, ("lots", many(LOT)),
     ("unbonding", many(ENTRY)), ("cpoes", many(CPOE)), ("faults", many(FAULT))],
    "A validator with its lots, what it takes out, its proofs and its faults, the newest 100.",
)  # fmt: skip


def _with_figures() -> Select[Any]:
    """Validators with power, liveness and tonnes bonded."""
    tonnes = select(func.coalesce(func.sum(_bonds.c.tonnes), 0)).where(
        _bonds.c.operator == _validators.c.operator
    )
    total = select(func.coalesce(func.sum(_powers.c.power), 0))
    counted = (_liveness.c.blocks, _liveness.c.signed, _liveness.c.absent)
    joined = _validators.outerjoin(_powers, _powers.c.place == _validators.c.pubkey).outerjoin(
        _liveness, _liveness.c.place == _validators.c.operator
    )
    return select(
        _validators,
        func.coalesce(_powers.c.power, 0).label("power"),
        total.scalar_subquery().label("power_total"),
        tonnes.scalar_subquery().label("bonded_t"),
        *[func.coalesce(column, 0).label(column.name) for column in counted],
    ).select_from(joined)


def _shown(row: Value) -> Value:
    return as_texts(_figures(row), WEIGHED)


def _figures(row: Value) -> Value:
    whole = {name: int(row[name]) for name in ("power", "power_total")}
    made = without_place(row) | whole | {"bonded_t": str(int(row["bonded_t"]))}
    return made | {"state": state_word(made["status"], **{name: made[name] for name in WORDED})}


async def validators(request: Request, page: Paged, status: Filter = "") -> Response:
    """Validators by address of their operator."""
    statement = _with_figures()
    if status:
        statement = statement.where(_validators.c.status == status)
    return await found(request, lambda view: paged(view, statement, VALIDATORS, page, _shown))


async def validator(request: Request, address: Address) -> Response:
    """A validator with everything that its weight is made of."""
    check_address(address)

    def read(view: View) -> Value:
        row = view.row(_with_figures().where(_validators.c.place == address))
        if row is None:
            raise NotFound(address=address)
        made = with_texts(_figures(row), WEIGHED, "")
        for name, table, owner in (
            ("lots", _bonds, _bonds.c.operator),
            ("unbonding", _entries, _entries.c.operator),
        ):
            rows = view.rows(select(table).where(owner == address).order_by(table.c.place))
            made[name] = [as_texts(without_place(one), TONNES) for one in rows]
        records = select(_cpoes).where(_cpoes.c.owner == address)
        newest = records.order_by(_cpoes.c.filed.desc(), _cpoes.c.id).limit(RECORDS_MAX)
        made["cpoes"] = [as_texts(without_place(one), TONNES) for one in view.rows(newest)]
        acted = select(_faults).where(_faults.c.operator == address)
        latest = acted.order_by(_faults.c.time.desc(), _faults.c.id).limit(RECORDS_MAX)
        made["faults"] = [without_place(one) for one in view.rows(latest)]
        return made

    return await found(request, read)


async def epochs(request: Request, page: Paged, operator: Filter = "") -> Response:
    """Validators at the end of each epoch, the newest first."""
    statement = chosen(select(tables.epochs), tables.epochs, operator=operator)

    def shown(row: Value) -> Value:
        return as_texts(row, {"weight": "plain"})

    return await found(request, lambda view: paged(view, statement, EPOCHS, page, shown))


async def cpoes(
    request: Request, page: Paged, owner: Filter = "", project: Filter = "", status: Filter = ""
) -> Response:
    """Proofs of emission reduction, the newest first."""
    statement = chosen(select(_cpoes), _cpoes, owner=owner, project=project, status=status)

    def shown(row: Value) -> Value:
        return as_texts(without_place(row), TONNES)

    return await found(request, lambda view: paged(view, statement, CPOES, page, shown))


async def cpoe(request: Request, cpoe: Name) -> Response:
    """A proof of emission reduction by its id."""

    def read(view: View) -> Value:
        row = view.row(select(_cpoes).where(_cpoes.c.place == cpoe))
        if row is None:
            raise NotFound(cpoe=cpoe)
        return with_texts(without_place(row), TONNES, "")

    return await found(request, read)


ROUTES: Final[tuple[Route, ...]] = (
    Route("/stake/validators", validators, list_shape(VALIDATOR)),
    Route("/stake/validators/{address}", validator, VALIDATOR_ANSWER),
    Route("/stake/epochs", epochs, list_shape(EPOCH)),
    Route("/stake/cpoes", cpoes, list_shape(CPOE)),
    Route("/stake/cpoes/{cpoe}", cpoe, CPOE_ANSWER),
)
