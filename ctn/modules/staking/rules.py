"""Arithmetic of stake: lot weight, CPoE bonus, credit, the cap, powers, churn, slashes, fees.

Numbers in, numbers out. Weights are in weighted kilograms of CO2e, rates in basis points, powers
in millionths of all power. Every division floors unless it says otherwise; the order of the
divisions is part of the rule (engine.md 17.3 to 17.5).
"""

from collections.abc import Mapping
from typing import Final

from ctn.kernel.block import DAY_MS, UTC8_MS

BP: Final = 10_000
POWER_TOTAL: Final = 1_000_000
TAKEN_MAX: Final = 100
QUALITY_MIN_BP: Final = 6_000
VINTAGE_FULL_YEARS: Final = 3
VINTAGE_STEP_BP: Final = 1_000
VINTAGE_MIN_BP: Final = 5_000
BONUS_MAX_BP: Final = 2_500
BONUS_HALF_T: Final = 100_000  # t of proven reduction that earn half of the largest bonus
SHARE_MIN_BP: Final = 1_500
CHURN_BP: Final = 1_666
CREDIT_NEW: Final = 8_000
CREDIT_FULL: Final = 10_000
CREDIT_SUSPENDED: Final = 6_000
CREDIT_RESTORED: Final = 8_000
CREDIT_STEP: Final = 250
KG: Final = 1_000  # of a tonne
SLASH_DIVISOR: Final = 20  # 5 %
CPOE_SLASH: Final = 2  # times the tonnes of a revoked record
SIGNED_HALF_BLOCKS: Final = 100
EXPELLED_PART: Final = 3  # a third of all power may be expelled at once in an epoch
DAYS_TO_1970: Final = 719_468  # from 0000-03-01 in the Gregorian calendar
ERA_DAYS: Final = 146_097


def vintage_rate(vintage: int, year: int) -> int:
    """The rate of a lot by age, in basis points: full to 3 years, then 10 % a year, at least 50 %.

    `year` is the UTC+8 year of the block; a vintage of a later year counts as of this one.
    """
    age = max(0, year - vintage)
    if age <= VINTAGE_FULL_YEARS:
        return BP
    return max(VINTAGE_MIN_BP, BP - VINTAGE_STEP_BP * (age - VINTAGE_FULL_YEARS))


def lot_weight(kg: int, *, quality_bp: int, vintage_bp: int) -> int:
    """The weight of a lot of `kg` kilograms; 0 below the least quality."""
    if quality_bp < QUALITY_MIN_BP:
        return 0
    return kg * quality_bp // BP * vintage_bp // BP


def bonus_rate(proven_t: int) -> int:
    """The bonus in basis points for tonnes proven by CPoE in the last four quarters, under 25 %."""
    return BONUS_MAX_BP * proven_t // (proven_t + BONUS_HALF_T)


def validator_weight(stake: int, *, bonus_bp: int, credit: int) -> int:
    """The weight of a validator from the sum of its lots, its bonus and its consensus credit."""
    if credit < CREDIT_SUSPENDED:
        return 0
    return stake * (BP + bonus_bp) // BP * credit // BP


def taken(weights: Mapping[str, int]) -> dict[str, int]:
    """The 100 largest weights above 0, by address; of equal ones the lower address goes first."""
    positive = [(address, weight) for address, weight in weights.items() if weight > 0]
    positive.sort(key=lambda item: (-item[1], item[0]))
    return dict(positive[:TAKEN_MAX])


def weight_cap(weights: list[int]) -> int:
    """The most that one weight counts, so that none has more than its share after the cut.

    `weights`: 1 to 100 positive numbers. The share is 15 %, or an equal part where fewer than
    seven hold; the large are taken out of the sum one by one until the rest fits under the water.
    """
    falling = sorted(weights, reverse=True)
    share = max(SHARE_MIN_BP, -(-BP // len(falling)))  # up: the shares must cover the whole
    rest = sum(falling)
    for place, weight in enumerate(falling):
        water = share * rest // (BP - place * share)
        if weight <= water:
            return water if place else falling[0]
        rest -= weight
    raise AssertionError("the shares cover the whole")


def powers(weights: Mapping[str, int]) -> dict[str, int]:
    """Voting powers in millionths by address, at least 1 each, from weights by address."""
    held = taken(weights)
    if not held:
        return {}
    cap = weight_cap(list(held.values()))
    cut = {address: min(weight, cap) for address, weight in held.items()}
    total = sum(cut.values())
    return {address: max(1, weight * POWER_TOTAL // total) for address, weight in cut.items()}


def churned(sent: Mapping[str, int], target: Mapping[str, int]) -> dict[str, int]:
    """The powers of the next epoch: towards the target, by at most 16.66 % of all power.

    Both by key; what falls to 0 or below has left. Two such steps leave more than a third of the
    old power in the new set, which light clients need (engine.md 15).
    """
    total_sent = sum(sent.values())
    old = {key: max(1, power * POWER_TOTAL // total_sent) for key, power in sent.items()}
    change = {key: target.get(key, 0) - old.get(key, 0) for key in sorted({**old, **target})}
    distance = sum(abs(step) for step in change.values())
    limit = sum(old.values()) * CHURN_BP // BP
    if not old or distance <= limit:
        return {key: target[key] for key in sorted(target)}
    moved: dict[str, int] = {}
    for key, step in change.items():
        part = abs(step) * limit // distance  # down: the bound holds
        power = old.get(key, 0) + (part if step > 0 else -part)
        if power > 0:
            moved[key] = power
    return moved


def credit_after(credit: int, *, signed: int, blocks: int) -> int:
    """The consensus credit after an epoch of `blocks` > 0 heights, of which `signed` were signed.

    Nine parts of the old and one of the share signed, in basis points.
    """
    return (9 * credit + signed * CREDIT_FULL // blocks) // 10


def credit_regained(credit: int) -> int:
    """The credit of a validator that was not asked for a whole epoch: the way back, to 8,000."""
    return max(credit, min(CREDIT_RESTORED, credit + CREDIT_STEP))


def is_suspended(credit: int, *, was_suspended: bool) -> bool:
    """Whether a credit keeps its validator out: below 6,000, and then until 8,000."""
    return credit < CREDIT_SUSPENDED or (was_suspended and credit < CREDIT_RESTORED)


def slash(tonnes: int) -> int:
    """What a lot of whole tonnes loses for a proven fault: 5 %, up, at least one tonne."""
    return -(-tonnes // SLASH_DIVISOR)


def fee_shares(fees: int, *, validator_bp: int, work: Mapping[str, int]) -> dict[str, int]:
    """What each validator gets of an epoch's fees, by its power x signed; floors, dust stays."""
    total = sum(work.values())
    if total == 0:
        return {}
    pot = fees * validator_bp // BP
    return {address: pot * part // total for address, part in work.items()}


def epoch_number(time: int, epoch_ms: int) -> int:
    """The number of the epoch that a block time in ms falls in, counted in UTC+8."""
    return (time + UTC8_MS) // epoch_ms


def epoch_start(number: int, epoch_ms: int) -> int:
    """The block time in ms at which an epoch begins: the inverse of `epoch_number`."""
    return number * epoch_ms - UTC8_MS


def year_month(time: int) -> tuple[int, int]:
    """Year and month (1 to 12) at UTC+8 of a time in ms since 1970.

    Years are counted from March, so that the leap day is the last of one. Source: H. Hinnant,
    chrono-compatible low-level date algorithms, `civil_from_days`.
    """
    days = (time + UTC8_MS) // DAY_MS + DAYS_TO_1970
    era, day_of_era = divmod(days, ERA_DAYS)
    year_of_era = (
        day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return era * 400 + year_of_era + (month <= 2), month


def month_start(year: int, month: int) -> int:
    """The time in ms at which a month (1 to 12) begins at UTC+8. Source: as `year_month`."""
    counted = year - (month <= 2)
    era, year_of_era = divmod(counted, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return (era * ERA_DAYS + day_of_era - DAYS_TO_1970) * DAY_MS - UTC8_MS


def proven_window(time: int) -> tuple[int, int]:
    """The last four complete calendar quarters at UTC+8: first ms, and first ms after, of them."""
    year, month = year_month(time)
    first = month - (month - 1) % 3
    return month_start(year - 1, first), month_start(year, first)


def is_half_absent(*, signed: int, blocks: int) -> bool:
    """Whether less than half of an epoch of 100 heights or more was signed."""
    return blocks >= SIGNED_HALF_BLOCKS and 2 * signed < blocks


def may_expel_now(*, expelled: int, power: int, left: int) -> bool:
    """Whether expelling `power` now keeps what one epoch expels at once to a third of all power.

    `expelled` was expelled at once in this epoch, `left` is the power that would remain.
    """
    return EXPELLED_PART * (expelled + power) <= expelled + power + left


def state_word(
    status: str, *, jailed_until: int | None, suspended: bool, power: int, weight: int
) -> str:
    """Why a validator is in the set or is not, in one word.

    `waiting`: too little that counts is bonded, or no epoch has weighed it yet; `candidate`: it
    weighs and has no power, since others weigh more or too few would have moved.
    """
    if status != "admitted":
        return status
    if jailed_until is not None:
        return "jailed"
    if suspended:
        return "suspended"
    if power:
        return "in_force"
    return "candidate" if weight else "waiting"
