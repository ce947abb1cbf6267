"""The whole registry recounted, off the hot path: every batch, certificate and fraction."""


from ctn.kernel.account import is_holding
from ctn.kernel.asset import ENDED, GRAMS_PER_TONNE, issued
from ctn.kernel.invariant import Breach, every
from ctn.kernel.ledger import Ledger
from ctn.modules.accounts.records import Hold
from ctn.modules.registry.bridges import OpenBridges
from ctn.modules.registry.intervals import BRIDGING, FRACTION, HELD, RETIRED, Interval
from ctn.modules.registry.invariants import check_supply, whole_retired
from ctn.modules.registry.reads import interval_at
from ctn.modules.registry.records import (
    LIVE,
    Batch,
    Certificate,
    CertificatePart,
    Fraction,
)


def recount(ledger: Ledger, balances: dict[str, int]) -> None:
    """I1, I2 and I5 over all records and balances; raises Breach."""
    covered_g: dict[str, int] = {}
    shares: dict[tuple[str, str], int] = {}
    for _place, fraction in every(ledger, Fraction):
        for certificate, grams in fraction.shares:
            shares[(certificate, fraction.place())] = grams
        covered_g[fraction.batch] = covered_g.get(fraction.batch, 0) - fraction.used_g
    for _place, found in every(ledger, Certificate):
        _check_certificate(ledger, found, shares)
        covered_g[found.batch] = covered_g.get(found.batch, 0) + found.grams
    if shares:
        raise Breach(f"I5 final-is-final: shares without certificate: {sorted(shares)[:3]}")
    for name, batch in every(ledger, Batch):
        intervals = [interval for _, interval in every(ledger, Interval, name + "/")]
        _check_partition(batch, intervals)
        if covered_g.get(name, 0) != whole_retired(intervals) * GRAMS_PER_TONNE:
            raise Breach(f"I5 final-is-final: certificates of {name} do not cover what is retired")
        accounts = [issued(name), *[kind + name for kind in ENDED]]
        supply = -sum([balances.get(f"{account}/{name}", 0) for account in accounts])
        opened = [interval.start for interval in intervals if interval.status == FRACTION]
        if batch.status == LIVE:
            shared = ledger.get(Fraction, f"{name}/{opened[0]:020d}") if opened else None
            check_supply(batch, supply, shared)
    _check_holds(ledger)


def _check_holds(ledger: Ledger) -> None:
    """An account is kept from being closed by its open requests, and by each batch it has."""
    owned = {
        (interval.owner, interval.batch): None
        for _place, interval in every(ledger, Interval)
        if interval.status in (HELD, BRIDGING) and not is_holding(interval.owner)
    }
    counts: dict[str, int] = {}
    for owner, _batch in owned:
        counts[owner] = counts.get(owner, 0) + 1
    found = {"serials": counts, "bridge": ledger.index(OpenBridges).counts}
    for cause, expected in found.items():
        kept = [hold for _place, hold in every(ledger, Hold) if hold.cause == cause]
        if {hold.account: hold.count for hold in kept} != expected:
            raise Breach(f"holds: accounts are kept open otherwise than by their {cause}")


def _check_partition(batch: Batch, intervals: list[Interval]) -> None:
    totals = dict.fromkeys(batch.counts.__struct_fields__, 0)
    last = 0
    for interval in intervals:
        if interval.start != last + 1 or interval.end < interval.start:
            raise Breach(f"I2 serials-partition: {batch.id} at {interval.start}")
        last = interval.end
        totals[interval.status] += interval.tonnes
    if last != batch.issued:
        raise Breach(f"I2 serials-partition: {batch.id} ends at {last} of {batch.issued}")
    for status, total in totals.items():
        if getattr(batch.counts, status) != total:
            raise Breach(f"I2 serials-partition: {batch.id} counts {status} wrongly")


def _check_certificate(
    ledger: Ledger, certificate: Certificate, shares: dict[tuple[str, str], int]
) -> None:
    """Every part lies in a retired interval of this certificate, or is its share of a serial."""
    if certificate.grams != sum([part.grams for part in certificate.parts]):
        raise Breach(f"I5 final-is-final: parts of {certificate.id} do not add up")
    for part in certificate.parts:
        shared = f"{certificate.batch}/{part.start:020d}"
        if shares.pop((certificate.id, shared), None) == part.grams:
            continue
        if not _is_whole(ledger, certificate, part):
            raise Breach(f"I5 final-is-final: {certificate.id} does not own {part.start}")


def _is_whole(ledger: Ledger, certificate: Certificate, part: CertificatePart) -> bool:
    interval = interval_at(ledger, certificate.batch, part.start)
    is_mine = interval.status == RETIRED and interval.cause == certificate.id
    is_inside = part.end <= interval.end
    return is_mine and is_inside and part.grams == (part.end - part.start + 1) * GRAMS_PER_TONNE
