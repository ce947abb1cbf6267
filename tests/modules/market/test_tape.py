"""The tape is kept 40 days, and pieces leave oldest first."""

from ctn.kernel.ledger import Ledger
from ctn.modules.market.records import COUNTERS, TAPE_LIFE_MS, Counters, Tape, Trade
from ctn.modules.market.tape import old_tape
from tests.modules.market.worlds import NAME, TONNE, MarketWorld
from tests.worlds import START

PIECES = 60


def a_trade(number: int, time: int) -> Trade:
    return Trade(
        number, NAME, "book", 60_000, TONNE, 60_000, "a", "b", "order:1", "order:2", "buy",
        (0, 0), (0, 0), (0, 0), None, 1, time, 1,
    )  # fmt: skip


def a_tape(time: int) -> tuple[MarketWorld, Ledger]:
    """60 full pieces and one that is not full, all of one time."""
    world = MarketWorld()
    for piece in range(PIECES + 1):
        first, count = piece * 32, 32 if piece < PIECES else 5
        trades = tuple([a_trade(first + place, time) for place in range(count)])
        world.put(Tape(piece, trades))
    world.put(Counters(3, PIECES * 32 + 5, 0), COUNTERS)
    return world, world.draft()


def test_nothing_is_dropped_before_40_days() -> None:
    _world, ledger = a_tape(START + 2 - TAPE_LIFE_MS)
    assert list(old_tape(ledger)) == []


def test_at_most_50_pieces_are_dropped_at_once_and_the_last_stays() -> None:
    _world, ledger = a_tape(START + 1 - TAPE_LIFE_MS)
    for kept in (50, 60):
        (item,) = old_tape(ledger)
        item.run(ledger)
        counters = ledger.get(Counters, COUNTERS)
        assert counters is not None
        assert counters.tape == kept
        assert ledger.get(Tape, f"{kept - 1:020d}") is None
        assert ledger.get(Tape, f"{kept:020d}") is not None
    assert list(old_tape(ledger)) == []


def test_a_world_without_trades_has_no_old_tape() -> None:
    assert list(old_tape(MarketWorld().draft())) == []
