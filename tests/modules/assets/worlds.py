"""Worlds with a payment institution, and redemptions in each of their states."""

from ctn.kernel.account import DutyKind
from ctn.modules.assets.accept_redemption import AcceptRedemption
from ctn.modules.assets.request_redemption import RequestRedemption
from tests.worlds import DAY, START, World

PAYEE = "66" * 32
DOCUMENT = "77" * 32
START_DAY = (START + 28_800_000) // DAY  # 2027-01-15, a Friday at UTC+8
NEXT_DAY_MS = (START_DAY + 1) * DAY - 28_800_000


def money_world(**params: int | str) -> tuple[World, str, str]:
    """A world, a payment institution for cny, and a person."""
    world = World(**params)
    bank = world.authority("bank", DutyKind.PAYMENT_INSTITUTION, "cny")
    return world, bank, world.person("alice")


def requested(world: World, account: str, amount: int = 1_000) -> int:
    """The number of a redemption that an account asked for."""
    events = world.accept(account, RequestRedemption("cny", amount, PAYEE))
    number: int = events[0]["redemption"]
    return number


def accepted(world: World, bank: str, account: str, amount: int = 1_000) -> int:
    """The number of a redemption that the institution has accepted."""
    number = requested(world, account, amount)
    world.accept(bank, AcceptRedemption(number))
    return number


def until(world: World, time: int) -> None:
    """Let time pass so that the next block has this time."""
    assert time > world.time + 1_000
    world.later(time - world.time - 1_000)
