"""What identity does by itself: the attestation of an account that was closed ends."""

from collections.abc import Iterator
from functools import partial

from ctn.kernel.block import Item
from ctn.kernel.ledger import Ledger
from ctn.modules.accounts.waiting import Waiting
from ctn.modules.identity.reads import live_attestation
from ctn.modules.identity.records import ENDED


def end_block(ledger: Ledger) -> Iterator[Item]:
    """The live attestation of each account that was closed, in the order of their closing."""
    closings = ledger.index(Waiting).closings
    for address in sorted(closings, key=lambda address: (closings[address], address)):
        if live_attestation(ledger, address) is not None:
            run = partial(_end, address=address)
            yield Item(closings[address], f"ended:{address}", "", run)


def _end(ledger: Ledger, address: str) -> None:
    attestation = live_attestation(ledger, address)
    assert attestation is not None
    ledger.put(attestation.replace(status=ENDED))
