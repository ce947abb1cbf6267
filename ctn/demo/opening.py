"""The opening: from an empty ledger to listed tonnes, by transactions of each party.

Everybody does what is due next by what the ledger says, so the order follows from the rules
(registry.md 11): rows recorded and anchored, methodologies and projects put, tonnes requested,
attested by the custodian, admitted by a second registrar, deposited, listed, and handed to the
market makers.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from ctn.crypto.digest import sha256_hex
from ctn.demo import cast as parts
from ctn.demo.cast import Cast
from ctn.demo.ground import Reads
from ctn.demo.listing import (
    LINES,
    METHODS,
    QUOTE,
    REGISTRY,
    UNKNOWN_METHOD,
    Group,
    Line,
    batch_id,
    groups,
    method_id,
    period,
    report_hash,
    sample,
    terms,
)
from ctn.demo.seen import Act
from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.block import DAY_MS
from ctn.kernel.op import Op
from ctn.modules.accounts.add_trusted import AddTrusted
from ctn.modules.accounts.waiting import PENDING_MAX
from ctn.modules.assets.attest_reserve import AttestReserve
from ctn.modules.assets.issue_money import IssueMoney
from ctn.modules.assets.transfer import Transfer
from ctn.modules.identity.attest import Attest
from ctn.modules.market.create_instrument import CreateInstrument
from ctn.modules.market.set_status import SetStatus
from ctn.modules.registry.admit_inbound import AdmitInbound
from ctn.modules.registry.anchor_import import AnchorImport
from ctn.modules.registry.attest_inbound import AttestInbound
from ctn.modules.registry.deposit import Deposit
from ctn.modules.registry.put_foreign_project import PutForeignProject
from ctn.modules.registry.put_methodology import PutMethodology
from ctn.modules.registry.record_external import ExternalRow, RecordExternal
from ctn.modules.registry.records import ExternalPair
from ctn.modules.registry.request_inbound import RequestInbound

FOUNDED = 3  # blocks of the council alone, two weeks before
BLOCKS = FOUNDED + 16  # by then everything here is done
OPS_MAX = 16
REQUESTS_A_BLOCK = 5
FIRST_REQUEST = 3
TERM_DAYS = 360
DEADLINE_MS = 14 * DAY_MS
UTC8_MS = 8 * 3_600_000
COUNTRY = "CN"
MILLION = 1_000_000 * parts.CNY

# First money by part, in units of 1/10^4 CNY; a trader gets 600,000 CNY.
MONEY = {
    parts.DEVELOPER: MILLION,
    **dict.fromkeys(parts.MARKET_MAKERS, 30 * MILLION),
    **dict.fromkeys(parts.RETIRING, 2 * MILLION),
}
TRADER_MONEY = 600_000 * parts.CNY
# Of each listed batch: a market maker gets a tenth, a trader a thousandth, the host a fifth.
MAKER_SHARE, TRADER_SHARE, HOST_SHARE = 10, 1_000, 5


def opening(reads: Reads, cast: Cast) -> list[Act]:
    """What the parties do in the next block to open the market; nothing once it is open."""
    head = reads.head()
    step = head.height + 1 - FOUNDED
    if not 0 < step <= BLOCKS - FOUNDED:
        return []
    if step == 1:
        return [*_attestations(cast, head.time), *_records()]
    if step == 2:
        return [*_money(cast, head.time), *_projects()]
    return [
        *_trusting(reads, cast),
        *_requests(step, head.time),
        *_bridging(reads),
        *_deposits(reads, cast),
        *_listings(reads),
        *_gifts(reads, cast),
    ]


def _attestations(cast: Cast, time: int) -> Iterator[Act]:
    ops: list[Op] = []
    for actor in parts.PLAYERS:
        address = cast.address(actor.name)
        level = 2 if actor.kind == parts.PERSON else 3
        owner = parts.owner_of(actor.name)
        expires = time + TERM_DAYS * DAY_MS
        ops.append(
            Attest(address, level, actor.kind, COUNTRY, (owner,), (), "00" * 32, expires)
        )
    return _split(parts.ATTESTOR, ops)


def _records() -> Iterator[Act]:
    """The rows as they circulate at their registry, and the anchor of the file."""
    read = sample()
    rows = tuple(
        [ExternalRow(unit.text, None, None, "seen", unit.date) for unit in read.units]
    )
    yield Act(parts.REGISTRAR, (
        RecordExternal(REGISTRY, rows, read.sha256),
        AnchorImport(read.sha256, read.layout, read.rows, len(read.units), report_hash()),
    ))


def _money(cast: Cast, time: int) -> Iterator[Act]:
    """A bank balance for what is issued, then money for everybody."""
    amounts = {actor.name: MONEY.get(actor.name, TRADER_MONEY) for actor in parts.PLAYERS}
    balance = sum(amounts.values()) + parts.FEES * len(parts.AUTHORITIES)
    ops: list[Op] = [reserve(time, balance)]
    for name, amount in amounts.items():
        ops.append(IssueMoney(QUOTE, cast.address(name), amount, f"demo-opening-{name}"))
    return _split(parts.BANK, ops)


def reserve(time: int, balance: int) -> AttestReserve:
    """The word that a bank holds this much on the day of a time in ms, UTC+8."""
    day = (time + UTC8_MS) // DAY_MS
    return AttestReserve(QUOTE, day, balance, sha256_hex(f"demo reserve {day}".encode()))


def _projects() -> Iterator[Act]:
    """Each methodology and each project once."""
    ops: list[Op] = []
    read = sample()
    for name in dict.fromkeys([method_id(unit) for unit in read.units]):
        kind, sector, unit_type = METHODS.get(name, UNKNOWN_METHOD)
        ops.append(
            PutMethodology(
                name, name.upper(), kind, sector, unit_type, None, read.sha256, 0, None
            )
        )
    of_project: dict[str, list[Group]] = {}
    for group in groups():
        of_project.setdefault(group.home, []).append(group)
    ops += [_project(home, found) for home, found in of_project.items()]
    return _split(parts.REGISTRAR, ops)


def _project(home: str, found: list[Group]) -> PutForeignProject:
    units = [unit for group in found for unit in group.units]
    first, last = period(units)
    return PutForeignProject(
        home, None, (), units[0].name, units[0].country, "", None, None, (method_id(units[0]),),
        first, last, 0, ExternalPair(REGISTRY, units[0].project), sample().sha256,
    )  # fmt: skip


def _trusting(reads: Reads, cast: Cast) -> Iterator[Act]:
    """The developer trusts those it will give to, as many at a time as may wait."""
    owner = cast.address(parts.DEVELOPER)
    receivers = [cast.address(name) for name in (*parts.MARKET_MAKERS, parts.HOST)]
    receivers.append(cast.address(parts.NODES[0]))
    receivers += [cast.address(actor.name) for actor in parts.TRADERS]
    known = {place.partition("/")[2] for place, _ in reads.rows("trusted", owner + "/")}
    waiting = list(reads.rows("pending", owner + "/"))
    if not waiting:
        missing = [address for address in receivers if address not in known]
        yield from _split(
            parts.DEVELOPER, [AddTrusted(address) for address in missing[:PENDING_MAX]]
        )


def _requests(step: int, time: int) -> Iterator[Act]:
    """The developer asks for some groups a block, so that it never has too many open."""
    first = (step - FIRST_REQUEST) * REQUESTS_A_BLOCK
    ops = [
        RequestInbound(
            REGISTRY, tuple([unit.text for unit in group.units]), group.home, group.vintage,
            "demo", time + DEADLINE_MS,
        )
        for group in groups()[first : first + REQUESTS_A_BLOCK]
    ]  # fmt: skip
    return _split(parts.DEVELOPER, ops)


def _bridging(reads: Reads) -> Iterator[Act]:
    """The custodian's word on what is asked, and the second registrar's on what is locked."""
    attested: list[Op] = []
    admitted: list[Op] = []
    for place, bridge in reads.rows("bridge"):
        if bridge["status"] == "open":
            statement = sha256_hex("\n".join(bridge["units"]).encode())
            attested.append(AttestInbound(place, f"demo {place}", statement))
        elif bridge["status"] == "attested":
            first, last = period(_group(bridge).units)
            admitted.append(AdmitInbound(place, first, last, ()))
    yield from _split(parts.CUSTODIAN, attested)
    yield from _split(parts.SECOND_REGISTRAR, admitted)


def _group(bridge: dict[str, Any]) -> Group:
    """The rows that a request names."""
    place = (bridge["project"], bridge["vintage"])
    return next(group for group in groups() if (group.home, group.vintage) == place)


def _deposits(reads: Reads, cast: Cast) -> Iterator[Act]:
    """The developer brings to the market whatever serials it holds."""
    owner = cast.address(parts.DEVELOPER)
    ops = [
        Deposit(interval["batch"], ((interval["start"], interval["end"]),))
        for _place, interval in reads.rows("interval")
        if interval["owner"] == owner and interval["status"] == "held"
    ]
    return _split(parts.DEVELOPER, ops)


def _listings(reads: Reads) -> Iterator[Act]:
    """An instrument on each batch that is to have one, as soon as there is the batch."""
    for line in _on_market(reads):
        if reads.value("instrument", line.instrument) is None:
            created = msgspec.convert(terms(line), CreateInstrument)
            yield Act(parts.OPERATOR, (created, SetStatus(line.instrument, "active")))


def _gifts(reads: Reads, cast: Cast) -> Iterator[Act]:
    """A first stock for those who trade, once, while the developer still has all of a batch."""
    owner = cast.address(parts.DEVELOPER)
    if any(reads.rows("pending", owner + "/")):
        return  # some of them are not trusted yet
    for line in _on_market(reads):
        batch = batch_id(line.project, line.vintage)
        whole = reads.value("batch", batch)["issued"] * GRAMS_PER_TONNE
        if int(reads.value("balance", f"{owner}/{batch}") or 0) < whole:
            continue
        tonnes = whole // GRAMS_PER_TONNE
        shares = dict.fromkeys(parts.MARKET_MAKERS, tonnes // MAKER_SHARE)
        shares[parts.HOST] = tonnes // HOST_SHARE
        shares |= {actor.name: tonnes // TRADER_SHARE for actor in parts.TRADERS}
        ops = [
            Transfer(batch, share * GRAMS_PER_TONNE, cast.address(name))
            for name, share in shares.items()
            if share
        ]
        yield from _split(parts.DEVELOPER, ops)


def _on_market(reads: Reads) -> Iterator[Line]:
    """The lines whose batch has tonnes in custody."""
    for line in LINES:
        batch = reads.value("batch", batch_id(line.project, line.vintage))
        if batch is not None and batch["counts"]["custody"]:
            yield line


def _split(actor: str, ops: Sequence[Op]) -> Iterator[Act]:
    """As few transactions as hold all ops."""
    for start in range(0, len(ops), OPS_MAX):
        yield Act(actor, tuple(ops[start : start + OPS_MAX]))
