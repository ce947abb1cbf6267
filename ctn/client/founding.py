"""The genesis of a new chain: who holds which duty, who is attested, and the first money.

Everything else that a chain remembers comes about by operations; only those who may give the
first attestation or duty must stand in the first state (engine.md 16, people.md 5.2).
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple, NotRequired, TypedDict, Unpack

import msgspec

from ctn.kernel.account import Account, DutyKind
from ctn.kernel.asset import balance_id, issued
from ctn.kernel.codec import Json
from ctn.kernel.genesis import Genesis
from ctn.kernel.record import Record, numbered
from ctn.modules import record_kinds
from ctn.modules.accounts.records import (
    ENTERPRISE_DELAY,
    ENTERPRISE_MIN_APPROVERS,
    FIRST_DEPOSIT_HOLD,
    INSTITUTION,
    PERSON,
    PERSON_DELAY,
    RECOVERY_DELAY,
    FirstHeld,
    Guard,
)
from ctn.modules.assets.records import FREE, Asset
from ctn.modules.governance.records import (
    COUNCIL_DELAY,
    COUNCIL_MIN,
    EMERGENCY_MIN,
    UPGRADE_NOTICE,
    VOTE_MIN,
    VOTE_MS,
    VOTE_QUORUM,
    Council,
)
from ctn.modules.governance.records import HERE as COUNCIL_PLACE
from ctn.modules.identity.records import LIVE, Attestation, Duty
from ctn.modules.market.records import RESUME_GAP
from ctn.modules.staking.records import MIN_BOND_T, MIN_VALIDATORS

CNY = "cny"
DEV = "dev"
YEAR_MS = 365 * 86_400_000
ATTESTED_YEARS = 5
PERSON_LEVEL, ORGANISATION_LEVEL = 2, 3
NO_CREDENTIAL = "00" * 32

# Class id, kind, registry, transfer: the presets of registry.md 3. Those of CTN issue here.
CLASSES = (
    ("ccer", "credit", "ctn", "non_trade"),
    ("phr", "credit", "ctn", "free"),
    ("vcs", "credit", "verra", "free"),
    ("gs", "credit", "gs", "free"),
    ("acr", "credit", "acr", "free"),
    ("car", "credit", "car", "free"),
    ("art", "credit", "art", "free"),
    ("cdc", "credit", "cdc", "free"),
    ("iso", "credit", "iso", "free"),
    ("puro", "credit", "puro", "free"),
    ("itl", "credit", "itl", "free"),
    ("cea", "allowance", "ctn", "non_trade"),
    ("eua", "allowance", "ctn", "free"),
)
CLASS_NAMES = {
    "ccer": "China Certified Emission Reduction", "phr": "Inclusive carbon credit (PuHui)",
    "vcs": "Verified Carbon Standard", "gs": "Gold Standard",
    "acr": "American Carbon Registry", "car": "Climate Action Reserve", "art": "ART TREES",
    "cdc": "Cercarbono", "iso": "Isometric", "puro": "Puro.earth",
    "itl": "Kyoto units (ITL)", "cea": "China Emission Allowance",
    "eua": "European Union Allowance",
}  # fmt: skip
# In a dev chain one of everything is enough, and nobody waits long (people.md 1.3, engine.md 22,
# reliability.md 6).
DEV_PARAMS: dict[str, Json] = {
    ENTERPRISE_MIN_APPROVERS.name: 1, PERSON_DELAY.name: 10_000, ENTERPRISE_DELAY.name: 10_000,
    RECOVERY_DELAY.name: 30_000, FIRST_DEPOSIT_HOLD.name: 0, MIN_BOND_T.name: 1,
    MIN_VALIDATORS.name: 1, COUNCIL_DELAY.name: 10_000, COUNCIL_MIN.name: 1,
    VOTE_MS.name: 60_000, VOTE_QUORUM.name: 1, VOTE_MIN.name: 1, UPGRADE_NOTICE.name: 20,
    RESUME_GAP.name: 7_200_000,  # a dev chain may rest: one without blocks opens no call
}  # fmt: skip
CCER_VERIFIERS, CCER_COMMENT_DAYS = 2, 20

EMBEDDED_NOTICE = 900_000  # heights, at five blocks a second


class TooFewSigners(ValueError):
    """An organisation has fewer signers than must approve what is medium or high."""

    def __init__(self, address: str, *, have: int, need: int) -> None:
        rule = f"{need} must approve what is medium or high ({ENTERPRISE_MIN_APPROVERS.name})"
        super().__init__(f"{address} has {have} signer{'s' if have > 1 else ''}, and {rule}")
        self.address = address


class Authority(NamedTuple):
    """An institution and what it is appointed to; an empty scope is all scopes."""

    address: str
    duty: DutyKind
    scope: str = ""


class Member(NamedTuple):
    """An account that is attested from the start; members that name one `owner` share it."""

    address: str
    kind: str = PERSON
    owner: str = ""
    country: str = "CN"


class Founding(TypedDict):
    """What a chain starts with; `money` is in units of 10^-4 CNY, by address."""

    time: int
    maker: str
    profile: str
    authorities: Iterable[Authority]
    people: Iterable[Member]
    money: Mapping[str, int]
    records: NotRequired[Iterable[tuple[Record, str]]]


def founding(chain_id: str, **first: Unpack[Founding]) -> Genesis:
    """The genesis of a new embedded chain at height 0.

    `time` is in ms, `maker` the Ed25519 key in hex, `records` are added with their ids ("" for
    the id that a record's own fields make). Raises ValueError for money that is not above 0,
    for two records with one id and for a council that is too small; TooFewSigners for an
    organisation without an account of enough signers among `records`. Source: engine.md 16,
    people.md 2.1, 5.2, reliability.md 6.2.
    """
    time, authorities = first["time"], list(first["authorities"])
    rows: dict[tuple[str, str], object] = {}
    attestor = _first_attestor(authorities)
    members = {member.address: member for member in first["people"]}
    members |= {found.address: Member(found.address, INSTITUTION) for found in authorities}
    _add(rows, Asset(CNY, FREE))
    for authority in authorities:
        _add(rows, Duty(authority.duty.value, authority.address, authority.scope, time, None))
    for member in members.values():
        _add(rows, _attestation(member, attestor or member.address, time))
        until = time + ATTESTED_YEARS * YEAR_MS
        guard = Guard(member.kind != PERSON, (), (), 0, member.kind, until)
        _add(rows, guard, member.address)
    for address in first["money"]:
        _add(rows, FirstHeld(time, time), address)
    for record, place in first.get("records", ()):
        _add(rows, record, place)
    rows |= _balances(first["money"])
    params: dict[str, Json] = {"fee_asset": CNY, UPGRADE_NOTICE.name: EMBEDDED_NOTICE}
    if first["profile"] == DEV:
        params |= DEV_PARAMS
    _require_approvers(rows, members.values(), params)
    _require_council(rows, params)
    records = sorted((table, place, value) for (table, place), value in rows.items())
    return Genesis(chain_id, time, 1, 1, first["maker"], params, records, None, {})


def _first_attestor(authorities: list[Authority]) -> str:
    """Who the first attestations name, of several the first address; "" when nobody may attest."""
    attestors = [found.address for found in authorities if found.duty is DutyKind.ATTESTOR]
    return min(attestors, default="")


def _require_approvers(
    rows: Mapping[tuple[str, str], object], members: Iterable[Member], params: Mapping[str, Json]
) -> None:
    """Refuse an organisation that could never send a medium or high operation (people.md 2.1)."""
    need = params.get(ENTERPRISE_MIN_APPROVERS.name, ENTERPRISE_MIN_APPROVERS.default)
    assert isinstance(need, int)
    for member in members:
        account = rows.get((Account.table, member.address))
        # An address without a record is opened by the one key that it follows from.
        have = len(account.signers) if isinstance(account, Account) else 1
        if member.kind != PERSON and have < need:
            raise TooFewSigners(member.address, have=have, need=need)


def _require_council(
    rows: Mapping[tuple[str, str], object], params: Mapping[str, Json]
) -> None:
    """Refuse a council that `governance.set_council` would refuse too."""
    least = params.get(COUNCIL_MIN.name, COUNCIL_MIN.default)
    assert isinstance(least, int)
    council = rows.get((Council.table, COUNCIL_PLACE))
    if isinstance(council, Council) and len(council.members) < least:
        have = len(council.members)
        raise ValueError(f"council: at least {least} members ({COUNCIL_MIN.name}), not {have}")


def _attestation(member: Member, attestor: str, time: int) -> Attestation:
    """The first attestation of a member: level 2 for a person, 3 for an organisation."""
    level = PERSON_LEVEL if member.kind == PERSON else ORGANISATION_LEVEL
    owner = hashlib.sha256((member.owner or member.address).encode()).hexdigest()
    return Attestation(
        numbered(member.address, 0), member.address, attestor, level, member.kind,
        member.country, (owner,), (), NO_CREDENTIAL, time, time + ATTESTED_YEARS * YEAR_MS,
        LIVE, None,
    )  # fmt: skip


def _balances(money: Mapping[str, int]) -> dict[tuple[str, str], object]:
    """The first balances, and the contra account that carries minus their sum."""
    rows: dict[tuple[str, str], object] = {}
    for address, amount in money.items():
        if amount <= 0:
            raise ValueError(f"money of {address}: {amount} is not above 0")
        rows["balance", balance_id(address, CNY)] = amount
    if rows:
        rows["balance", balance_id(issued(CNY), CNY)] = -sum(money.values())
    return rows


def _add(rows: dict[tuple[str, str], object], record: Record, place: str = "") -> None:
    key = (record.table, place or record.place())
    if key in rows:
        raise ValueError(f"two records {key[0]}/{key[1]}")
    rows[key] = record


def council_record(members: Iterable[str]) -> tuple[Record, str]:
    """The first council, for `records` of a founding; `members` are addresses.

    More than half of them approve a proposal, and two, or the only one, call an emergency stop.
    Raises ValueError for no member or a member named twice. Source: reliability.md 6.2.
    """
    seats = tuple(members)
    if not seats or len(dict.fromkeys(seats)) != len(seats):
        raise ValueError("council: each member once, and at least one")
    council = Council(seats, len(seats) // 2 + 1, min(EMERGENCY_MIN, len(seats)))
    return council, COUNCIL_PLACE


def class_records() -> list[tuple[Record, str]]:
    """The preset classes of credits and allowances, for `records` of a founding.

    Empty where the ledger has no registry. Source: registry.md 3.
    """
    kind = {found.table: found for found in record_kinds()}.get("class")
    if kind is None:
        return []
    return [(_class(kind, name, facts), "") for name, *facts in CLASSES]


def _class(kind: type[Record], name: str, facts: list[str]) -> Record:
    is_ccer = name == "ccer"
    return msgspec.convert(
        {
            "id": name, "kind": facts[0], "name": CLASS_NAMES[name], "registry": facts[1],
            "verifiers": CCER_VERIFIERS if is_ccer else 1, "quota_day_t": 0,
            "buffer_ppm_min": 0, "sop_ppm": 0, "omge_ppm": 0,
            "comment_days": CCER_COMMENT_DAYS if is_ccer else 0, "transfer": facts[2],
            "status": "active", "freezes": [],
        },
        kind,
    )  # fmt: skip
