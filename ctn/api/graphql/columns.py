"""Hot data as columns: candles, order book, tape, balance history (thallo.md 4.5)."""

from typing import Any, Final

from ctn.api.graphql.reading import Reading
from ctn.views import market, queries
from ctn.views.market import LEVELS, ROWS, Span

Value = dict[str, Any]
TEXTS: Final = {
    "candles": "Candles as columns: " + ", ".join(market.CANDLE) + "; times are Unix seconds.",
    "order_book": "A book as columns: " + ", ".join(market.BOOK) + "; with its seq and phase.",
    "book_orders": "The open orders of a book as columns, in the order in which they trade: "
    + ", ".join(market.BOOK_ORDERS) + "; at most `limit` a side.",
    "tape": "Trades as columns: " + ", ".join(market.TAPE) + "; times in ms.",
    "balance_history": "Balances as columns, the time in ms.",
}  # fmt: skip


def is_listed(made: Reading, instrument: str) -> bool:
    """Whether there is such an instrument."""
    return made.record("instrument", instrument) is not None


def candles(made: Reading, instrument: str, span: Span) -> Value | None:
    """The newest candles of a span, those of sessions without a trade filled (market.md 13)."""
    return market.candles(made.view, instrument, span) if is_listed(made, instrument) else None


def order_book(made: Reading, instrument: str, levels: int | None) -> Value | None:
    """The levels of a book: bids from the best on, then asks."""
    return market.order_book(made.view, instrument, LEVELS if levels is None else levels)


def book_orders(made: Reading, instrument: str, limit: int | None) -> Value | None:
    """The open orders of a book, each as it stands in line."""
    if not is_listed(made, instrument):
        return None
    return market.book_orders(made.view, instrument, ROWS if limit is None else limit)


def tape(made: Reading, instrument: str, limit: int | None, before: int | None) -> Value | None:
    """Trades of an instrument, the newest first; `before` is the number to go on from."""
    if not is_listed(made, instrument):
        return None
    return market.tape(made.view, instrument, ROWS if limit is None else limit, before)


def balance_history(made: Reading, account: str, asset: str, limit: int | None) -> Value:
    """What an account held of an asset after each block that changed it."""
    return queries.balance_history(made.view, account, asset, ROWS if limit is None else limit)
