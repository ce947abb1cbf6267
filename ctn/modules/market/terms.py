"""What the terms of an instrument must be, and what of them this market does not run yet.

A refusal names the field, so that whoever wrote the terms knows where to look (market.md 2.1).
"""

from typing import NoReturn, get_args

from ctn.kernel.asset import GRAMS_PER_TONNE
from ctn.kernel.codec import INT_MAX
from ctn.kernel.ledger import Ledger
from ctn.kernel.refusal import Refusal
from ctn.modules.assets.records import Asset, Calendar, MoneyId
from ctn.modules.market.closing import BAND_UNIT
from ctn.modules.market.days import spans_of
from ctn.modules.market.records import Instrument
from ctn.modules.market.sessions import overlaps

NOTIONAL_MIN = 20
# Money, and the trading points where they are enabled; credit for credit is not offered.
QUOTES = (*get_args(MoneyId), "cp")


class BadInstrument(Refusal):
    """The field that is named does not fit the rules of an instrument."""


def check_terms(terms: Instrument) -> None:
    """Refuse terms that no state could make right."""
    _check_steps(terms)
    _check_auction_lot(terms)
    _check_lists(terms)
    _check_built(terms)


def check_ref(terms: Instrument) -> None:
    """Refuse a first reference that no order could name; later ones come from trades."""
    if terms.ref == 0 or terms.ref % terms.tick:
        _refuse("ref", "above 0 and on tick")
    # Down: the highest price of the band is on tick and so not above this.
    if terms.ref * (BAND_UNIT + terms.band_bp) // BAND_UNIT > INT_MAX:
        _refuse("ref", "its band ends below 2^63")


def check_names(ledger: Ledger, terms: Instrument) -> None:
    """Refuse an asset, quote or calendar that the ledger does not know, or of the wrong kind."""
    if ledger.get(Asset, terms.asset) is None or terms.asset in QUOTES:
        _refuse("asset", "known, and neither money nor cp")
    if ledger.get(Asset, terms.quote) is None or terms.quote not in QUOTES:
        _refuse("quote", "known, and money or cp")
    if ledger.get(Calendar, terms.calendar) is None:
        _refuse("calendar", "known")


def _check_steps(terms: Instrument) -> None:
    tick, lot = terms.tick, terms.lot
    if tick * lot % GRAMS_PER_TONNE:
        _refuse("tick", "tick * lot is a multiple of 1,000,000: notionals are exact")
    if tick * lot < NOTIONAL_MIN * GRAMS_PER_TONNE:
        _refuse("tick", "tick * lot is at least 20,000,000: fees cannot exceed proceeds")
    for field, quantity in (("qty_max", terms.qty_max), ("block_min", terms.block_min)):
        if quantity == 0 or quantity % lot:
            _refuse(field, "a multiple of lot")


def _check_auction_lot(terms: Instrument) -> None:
    lot, least = terms.lot, terms.auction_lot
    if least == 0 or (least % lot and lot % least):
        _refuse("auction_lot", "a multiple or a divisor of lot")
    value = terms.tick * least
    if value % GRAMS_PER_TONNE or value < NOTIONAL_MIN * GRAMS_PER_TONNE:
        _refuse("auction_lot", "tick * auction_lot is a multiple of 1,000,000, 20,000,000 or more")


def _check_lists(terms: Instrument) -> None:
    if not terms.modes or len(dict.fromkeys(terms.modes)) != len(terms.modes):
        _refuse("modes", "one at least, each once")
    if not terms.eligible or len(dict.fromkeys(terms.eligible)) != len(terms.eligible):
        _refuse("eligible", "one at least, each once")
    for session in terms.sessions:
        if session.start >= session.end or session.mode not in terms.modes:
            _refuse("sessions", "of a mode of the instrument, ending after the start")
    if any(overlaps(spans_of(terms.sessions, mode)) for mode in terms.modes):
        _refuse("sessions", "those of one mode do not overlap")


def _check_built(terms: Instrument) -> None:
    """Refuse values whose rules this market does not run: a promise of them would be false."""
    asked = {
        "matching": terms.matching != "continuous",
        "batch_ms": terms.batch_ms > 0,
        "t_plus": terms.t_plus > 0,
        "holding": terms.holding > 0,
        "halt_bp": terms.halt_bp > 0,
        "call_s": terms.call_s > 0,
        "rateable": terms.rateable,
        "error_bp": terms.error_bp > 0,
        "modes": terms.modes != ("book",),
    }
    for field, is_asked in asked.items():
        if is_asked:
            _refuse(field, "not offered by this market")


def _refuse(field: str, rule: str) -> NoReturn:
    raise BadInstrument(field=field, rule=rule)
