"""Four sets of terms to start from, after public rules of the markets that they are named for.

SEEE notice of June 2021 (CEA; CCER follows it until its operator sets figures), and the product
sheets of EEX (EUA) and Xpansiv CBL (VCM); market.md 2.1. They are values, not promises: whoever
lists an instrument sets its id, asset, quote, calendar and reference, and may change any figure.
"""

from typing import Any

TONNE = 1_000_000
ALWAYS = (0, 1_440)
MORNING, AFTERNOON = (570, 690), (780, 900)
CET_DAY = (480, 1_080)


def _sessions(**spans: tuple[tuple[int, int], ...]) -> list[dict[str, Any]]:
    return [
        {"mode": mode, "start": start, "end": end}
        for mode, found in spans.items()
        for start, end in found
    ]


_COMMON: dict[str, Any] = {
    "matching": "continuous",
    "batch_ms": 0,
    "collar_bp": 300,
    "protect_max_bp": 200,
    "error_bp": 300,
    "halt_bp": 500,
    "halt_s": 300,
    "halts_max": 3,
    "call_s": 0,
    "call_lock_s": 0,
    "band_bp": 1_000,
    "block_band_bp": 3_000,
    "close": "vwap_day",
    "lot": TONNE,
    "tick": 100,
    "rateable": False,
    "large_bp": 5_000,
}
CEA: dict[str, Any] = _COMMON | {
    "modes": ["book", "listed", "block", "auction"],
    "qty_max": 99_999 * TONNE,
    "block_min": 100_000 * TONNE,
    "sessions": _sessions(
        book=(MORNING, AFTERNOON), listed=(MORNING, AFTERNOON), block=(AFTERNOON,)
    ),
    "t_plus": 1,
    "holding": 1_000_000 * TONNE,
    "allowance": True,
    "auction_lot": TONNE,
    "eligible": ["enterprise"],
}
CCER: dict[str, Any] = CEA | {"allowance": False, "eligible": ["ordinary"]}
EUA: dict[str, Any] = _COMMON | {
    "modes": ["book", "block", "auction"],
    "lot": 1_000 * TONNE,
    "qty_max": 1_000_000 * TONNE,
    "block_min": 50_000 * TONNE,
    "sessions": _sessions(book=(CET_DAY,), block=(CET_DAY,), auction=(CET_DAY,)),
    "t_plus": 0,
    "holding": 0,
    "allowance": False,
    "close": "vwap_tail",
    "call_s": 300,
    "call_lock_s": 10,
    "auction_lot": 500 * TONNE,
    "eligible": ["enterprise"],
}
VCM: dict[str, Any] = _COMMON | {
    "modes": ["book", "listed", "block", "auction", "pool"],
    "matching": "batch",
    "tick": 500,
    "qty_max": 1_000_000 * TONNE,
    "block_min": 5_000 * TONNE,
    "band_bp": 2_000,
    "block_band_bp": 5_000,
    "sessions": _sessions(
        book=(ALWAYS,), listed=(ALWAYS,), block=(ALWAYS,), auction=(ALWAYS,), pool=(ALWAYS,)
    ),
    "t_plus": 0,
    "holding": 0,
    "allowance": False,
    "collar_bp": 500,
    "protect_max_bp": 500,
    "error_bp": 500,
    "halt_bp": 1_000,
    "halts_max": 5,
    "auction_lot": TONNE,
    "eligible": ["ordinary"],
}
PRESETS: dict[str, dict[str, Any]] = {"cea": CEA, "ccer": CCER, "eua": EUA, "vcm": VCM}

# What `market.terms` does not offer yet, switched off.
OFFERED: dict[str, Any] = {
    "matching": "continuous",
    "batch_ms": 0,
    "t_plus": 0,
    "holding": 0,
    "halt_bp": 0,
    "call_s": 0,
    "rateable": False,
    "error_bp": 0,
    "modes": ["book"],
}


def offered(preset: dict[str, Any]) -> dict[str, Any]:
    """A preset without the rules that this market does not offer: terms it accepts today."""
    sessions = [session for session in preset["sessions"] if session["mode"] == "book"]
    return preset | OFFERED | {"sessions": sessions}
