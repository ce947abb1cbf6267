"""What is public of accounts: balances as of any height, receipts, rights and who gave them."""

from typing import Any, Final

from fastapi import Request
from sqlalchemy import and_, select
from starlette.responses import Response

from ctn.api import resources
from ctn.api.amounts import asset_text
from ctn.api.asks import Address, At
from ctn.api.desk import found
from ctn.api.market import check_address, without_place
from ctn.api.paging import Listing, Paged, paged
from ctn.api.routes import Route
from ctn.kernel.record import event_name
from ctn.modules.accounts.add_trusted import TrustedPending
from ctn.modules.accounts.close import AccountClosed
from ctn.modules.accounts.lock import Locked
from ctn.modules.accounts.open_multisig import MultisigOpened
from ctn.modules.accounts.pending import (
    GuardPending,
    GuardSet,
    PendingCancelled,
    Recovered,
    SignerLimited,
    TrustedAdded,
    Unlocked,
)
from ctn.modules.accounts.recover import RecoveryApproved, RecoveryPending
from ctn.modules.accounts.remove_trusted import TrustedRemoved
from ctn.modules.accounts.set_signers import SignersSet
from ctn.modules.accounts.unlock import UnlockPending
from ctn.modules.identity.appoint import DutyGiven
from ctn.modules.identity.attest import Attested
from ctn.modules.identity.dismiss import DutyEnded
from ctn.modules.identity.revoke_attestation import AttestationRevoked
from ctn.views import past, tables
from ctn.views.heights import resolve
from ctn.views.reader import View
from ctn.views.rights import rights

Value = dict[str, Any]
CHANGES_MAX: Final = 1_000
_history = tables.account_history
_transactions = tables.transactions
_events = tables.events
_blocks = tables.blocks
HISTORY: Final = Listing("history", (_history.c.height, _history.c.index), is_newest_first=True)
RIGHTS: Final = tuple(
    [
        event_name(kind)
        for kind in (
            MultisigOpened, SignersSet, Attested, AttestationRevoked, DutyGiven, DutyEnded,
            GuardPending, GuardSet, SignerLimited, TrustedPending, TrustedAdded, TrustedRemoved,
            Locked, UnlockPending, Unlocked, PendingCancelled, RecoveryApproved, RecoveryPending,
            Recovered, AccountClosed,
        )
    ]
)  # fmt: skip


async def balances(
    request: Request, address: Address, page: Paged, at: At = ""
) -> Response:
    """What an account holds, as of any height, by asset."""
    check_address(address)

    def read(view: View) -> Value:
        height = resolve(view, at or None).height
        then = past.balances(height)
        held = select(then).where(then.c.account == address)
        listing = Listing("balances", (then.c.asset,))
        return {"at": height} | paged(view, held, listing, page, _balance)

    return await found(request, read)


def _balance(row: Value) -> Value:
    text = asset_text(row["amount"], row["asset"])
    return {
        "asset": row["asset"], "amount": str(row["amount"]), "amount_text": text,
        "since": row["height"],
    }  # fmt: skip


async def history(
    request: Request, address: Address, page: Paged
) -> Response:
    """Every receipt that names an account, newest first."""
    check_address(address)
    statement = history_of(address)
    return await found(request, lambda view: paged(view, statement, HISTORY, page, dict))


def history_of(address: str) -> Any:
    """The receipts that name an account, each with its transaction when it has one."""
    mine, tx = _history.c, _transactions.c
    is_it = and_(tx.height == mine.height, tx["index"] == mine["index"])
    return (
        select(
            mine.height, mine["index"], _blocks.c.time, mine.tx, tx.sender, tx.status,
            tx.refusal, tx.ops,
        )
        .join(_blocks, _blocks.c.height == mine.height)
        .outerjoin(_transactions, is_it)
        .where(mine.account == address)
    )  # fmt: skip


async def permissions(request: Request, address: Address) -> Response:
    """What an account may do and by whose word, with every change since the first."""
    check_address(address)
    return await found(request, lambda view: _permissions(view, address))


def _permissions(view: View, address: str) -> Value:
    found = rights(view, address)
    return {
        "address": address,
        "roles": found.roles,
        "authorities": found.authorities,
        "guard": None if found.guard is None else without_place(found.guard),
        "attestations": [without_place(row) for row in found.attestations],
        "duties": [without_place(row) for row in found.duties],
        "changes": _rights(view, address),
    }


def _rights(view: View, address: str) -> list[Value]:
    """The events that gave or took a right of an account, oldest first."""
    mine, event = _history.c, _events.c
    is_it = and_(event.height == mine.height, event["index"] == mine["index"])
    rows = view.rows(
        select(event.height, _blocks.c.time, event.event, event.tx, event.data)
        .join(_history, is_it)
        .join(_blocks, _blocks.c.height == event.height)
        .where(mine.account == address, event.event.in_(RIGHTS))
        .order_by(event.height, event["index"], event.number)
        .limit(CHANGES_MAX)
    )
    return [row for row in rows if _holder(row["data"]) == address]


def _holder(data: Value) -> Any:
    """Whose right an event tells of: an address that an account trusts is not its holder."""
    return next((data[name] for name in ("account", "address", "subject") if name in data), None)


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        "/accounts/{address}/balances",
        balances,
        resources.list_shape(resources.BALANCE, (("at", int),)),
    ),
    Route("/accounts/{address}/history", history, resources.list_shape(resources.HISTORY)),
    Route("/accounts/{address}/permissions", permissions, resources.PERMISSIONS),
)
