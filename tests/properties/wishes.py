"""What somebody in a random life may wish for: one operation, often one that will be refused."""

from collections.abc import Callable
from typing import Any

from ctn.kernel.account import Thresholds
from ctn.modules.accounts.add_trusted import AddTrusted
from ctn.modules.accounts.cancel_pending import CancelPending
from ctn.modules.accounts.close import Close
from ctn.modules.accounts.limit_signer import LimitSigner
from ctn.modules.accounts.lock import Lock
from ctn.modules.accounts.open_multisig import OpenMultisig
from ctn.modules.accounts.records import Family, Limit
from ctn.modules.accounts.recover import Recover
from ctn.modules.accounts.remove_trusted import RemoveTrusted
from ctn.modules.accounts.set_guard import SetGuard
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.accounts.sponsor import Sponsor
from ctn.modules.accounts.unlock import Unlock
from ctn.modules.accounts.unsponsor import Unsponsor
from ctn.modules.accounts.waiting import Waiting
from ctn.modules.assets.accept_redemption import AcceptRedemption
from ctn.modules.assets.attest_reserve import AttestReserve
from ctn.modules.assets.complete_redemption import CompleteRedemption
from ctn.modules.assets.issue_money import IssueMoney
from ctn.modules.assets.refund_redemption import RefundRedemption
from ctn.modules.assets.request_redemption import RequestRedemption
from ctn.modules.assets.transfer import Transfer as SendMoney
from ctn.modules.identity.revoke_attestation import RevokeAttestation
from ctn.modules.market.amend_instrument import AmendInstrument
from ctn.modules.market.cancel_order import CancelOrder
from ctn.modules.market.cancel_orders import CancelOrders
from ctn.modules.market.replace_order import ReplaceOrder
from ctn.modules.market.set_calendar import SetCalendar
from ctn.modules.market.set_status import SetStatus
from ctn.modules.registry.admit_inbound import AdmitInbound
from ctn.modules.registry.attest_inbound import AttestInbound
from ctn.modules.registry.attest_outbound import AttestOutbound
from ctn.modules.registry.bridges import Bridge
from ctn.modules.registry.cancel import Cancel
from ctn.modules.registry.deposit import Deposit
from ctn.modules.registry.lift_freeze import LiftFreeze
from ctn.modules.registry.stop_bridge import StopBridge
from ctn.modules.registry.transfer import Transfer
from ctn.modules.registry.withdraw import Withdraw
from tests.modules.accounts.worlds import signer
from tests.modules.assets.worlds import DOCUMENT, PAYEE
from tests.modules.identity.worlds import attestation
from tests.modules.market.worlds import limit, market
from tests.modules.registry.bridge_worlds import FOREIGN, HASH, HOME_BATCH, record, row, verra
from tests.modules.registry.worlds import TONNE, freezing, retiring
from tests.properties.decisions import ballot, decision, freezing_somebody
from tests.properties.flow import HOUR, NAME, Flow, Wish
from tests.properties.stakes import about_stake, staking
from tests.worlds import DAY

MODES = ("cancel_taker", "cancel_maker", "cancel_both", "decrement")
LIVES = ("gtc", "gtc", "gtc", "day", "gtd", "ioc", "fok")


def place(flow: Flow) -> Wish:
    """An order near the reference, good or bad, patient or not."""
    chance = flow.chance
    side = chance.choice(("buy", "sell"))
    touched = chance.choice((0, 1, 20))
    shared: dict[str, Any] = {
        "instrument": NAME, "stp": chance.choice(MODES), "fills_max": touched,
    }  # fmt: skip
    if chance.randrange(8) == 0:
        return flow.someone(), market(side, chance.randrange(1, 9), **shared)
    life = chance.choice(LIVES)
    price = flow.price()
    return flow.someone(), limit(
        side, chance.randrange(1, 12), price, tif=life,
        expires=flow.time + chance.randrange(1, 40) * HOUR if life == "gtd" else None,
        post_only=life == "gtc" and chance.randrange(6) == 0,
        client_id=f"id-{chance.randrange(40)}" if chance.randrange(4) == 0 else None, **shared,
    )  # fmt: skip


def change(flow: Flow) -> Wish:
    """Another size or price of an order."""
    trader, chance = flow.someone(), flow.chance
    qty = chance.choice((None, chance.randrange(1, 15) * TONNE))
    price = chance.choice((None, flow.price()))
    number = flow.own_order(trader)
    return trader, ReplaceOrder(number, None, qty, price, None, None, None, 20)


def end(flow: Flow) -> Wish:
    """The end of an order."""
    trader = flow.someone()
    return trader, CancelOrder(flow.own_order(trader), None)


def end_all(flow: Flow) -> Wish:
    """The end of all orders of a side, or of both."""
    return flow.someone(), CancelOrders(NAME, flow.chance.choice(("buy", "sell", None)))


def units(flow: Flow) -> Wish:
    """Serials given, deposited, withdrawn, retired or cancelled."""
    trader, chance = flow.someone(), flow.chance
    parts = flow.own_part(trader, chance.randrange(1, 20))
    grams = chance.randrange(1, 2_000) * 1_000
    return trader, chance.choice((
        Transfer(FOREIGN, parts, flow.someone()),
        Deposit(FOREIGN, parts),
        Deposit(FOREIGN, parts),
        Withdraw(FOREIGN, chance.randrange(1, 12)),
        retiring(batch=FOREIGN, source="held", parts=parts),
        retiring(batch=FOREIGN, source="market", grams=grams),
        Cancel(FOREIGN, "held", parts, 0, "voluntary", None, None),
        Cancel(FOREIGN, "market", (), grams // TONNE * TONNE, "voluntary", None, None),
        Deposit(HOME_BATCH, ((1 + chance.randrange(100),) * 2,)),
    ))  # fmt: skip


def money(flow: Flow) -> Wish:
    """Money sent, and what a bank and its customers do."""
    chance, trader = flow.chance, flow.someone()
    amount = chance.randrange(1, 50_000)
    redemption = flow.an("redemption")
    return chance.choice((
        (trader, SendMoney("cny", amount, flow.someone())),
        (trader, SendMoney(FOREIGN, amount, flow.someone())),
        (flow.bank, IssueMoney("cny", trader, 10 * amount, flow.reference())),
        (trader, RequestRedemption("cny", amount, PAYEE)),
        (flow.bank, AcceptRedemption(redemption)),
        (flow.bank, CompleteRedemption(redemption, flow.reference())),
        (flow.bank, RefundRedemption(redemption, "no such payee")),
        (flow.bank, AttestReserve("cny", (flow.time + 8 * HOUR) // DAY - 1, 10**12, DOCUMENT)),
    ))  # fmt: skip


def bridge(flow: Flow) -> Wish:
    """Units come in or go home; files of their registry are recorded."""
    chance, request, trader = flow.chance, flow.an("request"), flow.someone()
    serial = flow.next_serial(chance.randrange(1, 9))
    known: Bridge | None = flow.get(Bridge, request)
    asker = trader if known is None else known.account
    return chance.choice((
        (trader, flow.inbound(serial)),
        (flow.custodian, AttestInbound(request, "L-1", HASH)),
        (flow.everywhere, AttestInbound(request, "L-1", HASH)),
        (flow.registrar, AdmitInbound(request, "2022-04-10", "2022-12-31", ())),
        (flow.registrar, AdmitInbound(request, "2022-04-10", "2022-12-31", ())),
        (trader, flow.outbound(*flow.own_part(trader, 4))),
        (flow.custodian, AttestOutbound(request, (), "R-1", HASH)),
        (asker, StopBridge(request, "changed my mind")),
        (flow.registrar, record(row(serial, chance.choice(("seen", "retired"))), row(verra(5, 9)))),
    ))  # fmt: skip


def authority(flow: Flow) -> Wish:
    """A freeze, other terms or another status of the instrument."""
    chance = flow.chance
    scope = chance.choice(("batch", "parts", "project"))
    subject = FOREIGN[:-9] if scope == "project" else FOREIGN
    until = chance.choice((None, flow.time + chance.randrange(1, 6) * HOUR))
    amended = dict.fromkeys(AmendInstrument.__struct_fields__)
    amended |= {"instrument": NAME, "band_bp": chance.choice((50, 300, 1_000))}
    return chance.choice((
        (flow.regulator, freezing(scope, subject, until=until, allow_retire=True)),
        (flow.registrar, freezing("batch", HOME_BATCH, until=flow.time + 9 * HOUR)),
        (flow.operator, AmendInstrument(**amended)),  # type: ignore[arg-type]
        (flow.operator, SetStatus(NAME, "suspended")),
        (flow.operator, SetCalendar("always", 0, 127, (), ())),
    ))  # fmt: skip


def people(flow: Flow) -> Wish:
    """Newcomers are attested, sponsored and revoked, and change their keys."""
    chance, new = flow.chance, flow.chance.choice(flow.newcomers)
    keys = (signer(flow, new),)
    until = flow.time + 20 * DAY
    return chance.choice((
        (flow.attestor, attestation(new, new)),
        (flow.attestor, RevokeAttestation(flow.an("attestation"), "fraud")),
        (flow.someone(), Sponsor(new, 500, 100, until)),
        (flow.someone(), Unsponsor(new)),
        (new, OpenMultisig(keys, Thresholds(1, 1, 1))),
        (new, SetSigners(keys, Thresholds(1, 1, 1))),
        (new, SendMoney("cny", 10, flow.someone())),
    ))  # fmt: skip


def protect(flow: Flow) -> Wish:
    """Guards, trusted addresses, limited keys, locks, recoveries, and what is cancelled of them."""
    chance, trader, other = flow.chance, flow.someone(), flow.someone()
    guardian = chance.choice(flow.traders[1:4])
    keys = (signer(flow, flow.traders[0]),)
    limits = tuple([Limit(asset, chance.randrange(10**8)) for asset in ("cny", FOREIGN)])
    choices: tuple[tuple[Family, ...] | None, ...] = (("trade",), ("trade", "exit"), None)
    families = chance.choice(choices)
    newcomer, cautious = chance.choice(flow.newcomers), flow.traders[-1]
    waiting = flow.draft().index(Waiting).of(trader)
    return chance.choice((
        (cautious, SetGuard(chance.randrange(2) == 0, chance.choice(((), limits)), (), 0)),
        (flow.traders[0], SetGuard(False, (), tuple(flow.traders[1:4]), 2)),
        (flow.traders[4], AddTrusted(flow.traders[1])),
        (flow.traders[4], RemoveTrusted(flow.traders[1])),
        (cautious, Lock(cautious)),
        (guardian, Lock(flow.traders[0])),
        (trader, Unlock()),
        (trader, Unlock()),
        (trader, CancelPending(waiting[-1].number if waiting else 1)),
        (guardian, Recover(flow.traders[0], keys, Thresholds(1, 1, 1))),
        (trader, LimitSigner(1, keys[0].key, families)),
        (flow.twin, LimitSigner(1, signer(flow, flow.twin_key).key, families)),
        (flow.twin, AddTrusted(other)),
        (newcomer, Close(flow.someone())),
    ))  # fmt: skip


def release(flow: Flow) -> Wish:
    """A freeze is lifted, or the operator lets the instrument trade; mostly there is no need."""
    lifting = flow.regulator, LiftFreeze(flow.an("freeze"))
    return flow.chance.choice((lifting, (flow.operator, SetStatus(NAME, "active"))))


WEIGHTS: dict[Callable[[Flow], Wish], int] = {
    place: 50, change: 10, end: 8, end_all: 1, units: 14, money: 8, bridge: 8, authority: 1,
    people: 5, release: 3, protect: 6, decision: 10, ballot: 5, freezing_somebody: 1,
    staking: 7, about_stake: 2,
}  # fmt: skip


def wish(flow: Flow) -> Wish:
    """The next wish."""
    (make,) = flow.chance.choices([*WEIGHTS], [*WEIGHTS.values()])
    return make(flow)
