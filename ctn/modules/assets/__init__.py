"""Assets: money on the ledger, how it comes in and goes out, and transfers (`market.md` 12.3)."""

from ctn.kernel.invariant import Invariant
from ctn.kernel.record import Record
from ctn.modules.assets.records import Asset
from ctn.modules.assets.transfer import Transfer

Ops = Transfer
RECORDS: tuple[type[Record], ...] = (Asset,)
INVARIANTS: tuple[Invariant, ...] = ()
