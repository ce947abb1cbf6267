"""What an account may do, by the ledger's own rules over what is read (people.md 5)."""

from typing import Any, Final, NamedTuple

from sqlalchemy import select

from ctn.modules.accounts.records import Guard
from ctn.modules.identity.reads import is_in_force, roles_of
from ctn.modules.identity.records import Attestation, Duty, Owners, Standing
from ctn.views import tables
from ctn.views.queries import as_record, record
from ctn.views.reader import View

Value = dict[str, Any]
_words: Final = tables.RECORDS["attestation"].table
_duties: Final = tables.RECORDS["duty"].table


class Rights(NamedTuple):
    """By whose word an account may do what; `authorities` are its duties that are in force."""

    guard: Value | None
    attestations: list[Value]
    duties: list[Value]
    roles: list[str]
    authorities: list[str]


def rights(view: View, address: str) -> Rights:
    """The roles and duties of an account as after the last block."""
    guard = record(view, Guard, address)
    given = view.rows(select(_words).where(_words.c.subject == address).order_by(_words.c.place))
    held = view.rows(select(_duties).where(_duties.c.address == address).order_by(_duties.c.place))
    owners = Owners()
    for row in given:
        owners.apply(row["place"], None, as_record(Attestation, row))
    earned = record(view, Standing, owners.owner_key(address))
    roles = roles_of(
        None if guard is None else as_record(Guard, guard),
        None if earned is None else as_record(Standing, earned),
        view.time,
    )
    kinds = [row["kind"] for row in held if is_in_force(as_record(Duty, row), view.time)]
    return Rights(guard, given, held, [role.value for role in roles], kinds)
