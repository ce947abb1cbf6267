"""Amounts as REST gives them: base units as decimal text, and beside it what a person reads.

A browser rounds numbers above 2^53, so no amount is a JSON number outside of Columns.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from ctn.kernel.asset import GRAMS_PER_TONNE, MONEY_UNIT

Unit = Literal["grams", "money", "price", "tonnes", "plain"]
Units = Mapping[str, Unit]
Value = dict[str, Any]
GRAM_DIGITS: Final = 6
MONEY_DIGITS: Final = 4
MONEY: Final = ("cny", "usd", "eur")


def tonnes_text(grams: int) -> str:
    """Grams as tonnes, with as many decimals as they have: `12.5`."""
    return _decimal(grams, GRAMS_PER_TONNE, GRAM_DIGITS).rstrip("0").rstrip(".")


def tonnes_exact(grams: int) -> str:
    """Grams as tonnes with six decimals."""
    return _decimal(grams, GRAMS_PER_TONNE, GRAM_DIGITS)


def money_exact(units: int) -> str:
    """Base units of a currency with four decimals."""
    return _decimal(units, MONEY_UNIT, MONEY_DIGITS)


def money_text(units: int) -> str:
    """Base units of a currency with at least two decimals: `6.05`."""
    whole, _, rest = money_exact(units).partition(".")
    return f"{whole}.{rest[:2]}{rest[2:].rstrip('0')}"


def asset_text(amount: int, asset: str) -> str:
    """An amount of an asset as a person reads it: money, or else tonnes."""
    if asset in MONEY:
        return f"{money_text(amount)} {asset.upper()}"
    return f"{tonnes_text(amount)} tCO2e"


def unit_text(amount: int, unit: Unit, money: str) -> str:
    """An amount with its unit; `money` is the asset that money and prices are in."""
    if unit == "grams":
        return f"{tonnes_text(amount)} tCO2e"
    if unit == "tonnes":
        return f"{amount} tCO2e"
    if unit == "money":
        return asset_text(amount, money)
    if unit == "price":
        return f"{asset_text(amount, money)}/tCO2e"
    return str(amount)


def as_texts(row: Value, units: Units) -> Value:
    """A row whose amounts are texts of base units."""
    return row | {
        name: None if row[name] is None else str(row[name]) for name in units if name in row
    }


def with_texts(row: Value, units: Units, money: str) -> Value:
    """A single object: amounts as texts, and beside each what a person reads."""
    read = {
        f"{name}_text": None if row[name] is None else unit_text(row[name], unit, money)
        for name, unit in units.items()
        if name in row
    }
    return as_texts(row, units) | read


def _decimal(amount: int, unit: int, digits: int) -> str:
    whole, rest = divmod(abs(amount), unit)
    return f"{'-' if amount < 0 else ''}{whole}.{rest:0{digits}d}"
