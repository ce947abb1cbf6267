"""The first validators of a chain: admitted, and bonded with credits of a batch made for them.

Whoever founds a network among known enterprises names them in the first state; every later
operator declares, is admitted by the council and bonds what it holds (engine.md 14, 16, 17).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from ctn.kernel.asset import GRAMS_PER_TONNE, balance_id, issued
from ctn.kernel.genesis import Genesis
from ctn.kernel.record import Record
from ctn.modules.accounts.records import Hold
from ctn.modules.assets.records import FREE, Asset
from ctn.modules.registry.intervals import CUSTODY, Interval, custody
from ctn.modules.registry.records import (
    NO_COUNTS,
    Batch,
    Methodology,
    Project,
)
from ctn.modules.staking.faults import consensus_address
from ctn.modules.staking.records import (
    ADMITTED,
    HELD,
    Bond,
    ConsensusAddress,
    Validator,
    bonded,
)
from ctn.modules.staking.rules import CREDIT_FULL, year_month

CLASS: Final = "phr"
PROJECT: Final = "phr-00001"
METHODOLOGY: Final = "founding-stake"
CAUSE: Final = "genesis"
NO_DOCUMENT: Final = "00" * 32


class Staked(NamedTuple):
    """An operator of the first set: its account, its consensus key in hex, its tonnes.

    `bonded_t` are bonded and `free_t` in its hands; an operator that bonds nothing is admitted
    and waits.
    """

    operator: str
    pubkey: str
    moniker: str
    bonded_t: int
    free_t: int = 0


def with_stake(genesis: Genesis, operators: Sequence[Staked]) -> Genesis:
    """The same genesis with these operators, and with the batch that their tonnes are of.

    The class `phr` must be in it, as `class_records` puts it there. Raises ValueError when it is
    not, and for no tonnes at all. Source: engine.md 14, 17.4 (genesis credit is full).
    """
    if not any(table == "class" and place == CLASS for table, place, _value in genesis.records):
        raise ValueError(f"stake: the genesis has no class {CLASS}")
    tonnes = sum(one.bonded_t + one.free_t for one in operators)
    if tonnes <= 0:
        raise ValueError("stake: no tonnes")
    year, _month = year_month(genesis.time)
    batch = f"{PROJECT}-{year:04d}-001"
    rows = list(genesis.records)
    rows += [(row.table, row.place(), row) for row in _units(batch, genesis.time, tonnes)]
    rows.append(("balance", balance_id(issued(batch), batch), -tonnes * GRAMS_PER_TONNE))
    for one in operators:
        rows += [(row.table, row.place(), row) for row in _validator(one, batch, genesis.time)]
        for account, held in ((bonded(one.operator), one.bonded_t), (one.operator, one.free_t)):
            if held:
                rows.append(("balance", balance_id(account, batch), held * GRAMS_PER_TONNE))
    rows.sort(key=lambda row: row[:2])
    return msgspec.structs.replace(genesis, records=rows)


def stake_batch(genesis: Genesis) -> str:
    """The batch of the first stake; raises StopIteration when the genesis has none."""
    return next(place for table, place, _value in genesis.records if table == Batch.table)


def _validator(one: Staked, batch: str, time: int) -> list[Record]:
    address = consensus_address(one.pubkey)
    found: list[Record] = [
        Validator(
            one.operator, one.pubkey, address, one.moniker, ADMITTED, CREDIT_FULL, False, None, 0,
            0, 0, 0, time, time,
        ),
        ConsensusAddress(address, one.pubkey, one.operator),
    ]  # fmt: skip
    if one.bonded_t:
        found += [Bond(one.operator, batch, one.bonded_t, time), Hold(one.operator, HELD, 1)]
    return found


def _units(batch: str, time: int, tonnes: int) -> list[Record]:
    """Methodology, project, batch and its serials, all in custody."""
    year = batch[-8:-4]
    first, last = f"{year}-01-01", f"{year}-12-31"
    return [
        Methodology(
            METHODOLOGY, "Founding stake", "stake", "other", "reduction_technical", None,
            NO_DOCUMENT, time, None,
        ),
        Project(
            PROJECT, CLASS, None, (), "Founding stake", "CN", "", None, None, (METHODOLOGY,),
            "stake", first, last, tonnes, 0, (), NO_DOCUMENT, "registered", time, time, None,
            None, 0, (),
        ),
        Batch(
            batch, CLASS, PROJECT, int(year), first, last, METHODOLOGY, "reduction_technical",
            None, tonnes, msgspec.structs.replace(NO_COUNTS, custody=tonnes), (), (), "live",
        ),
        Interval(batch, 1, tonnes, CUSTODY, custody(batch), CAUSE, "", (), time),
        Asset(batch, FREE),
    ]  # fmt: skip
