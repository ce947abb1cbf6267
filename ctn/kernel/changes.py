"""What a block changed: each key with its new stored value and its change of the tree."""

from operator import itemgetter
from typing import NamedTuple

from ctn.kernel.codec import encode
from ctn.kernel.commitment import Change, change
from ctn.kernel.ledger import Ledger


class Changed(NamedTuple):
    """One changed key with its new stored value, None when it is gone, and its tree change."""

    key: bytes
    value: bytes | None
    change: Change


def changes_of(ledger: Ledger) -> list[Changed]:
    """What a draft changed of the committed state, in key order."""
    state = ledger.state
    values: list[tuple[bytes, bytes | None]] = []
    for name, number in ledger.params.items():
        if state.param(name) != number:
            values.append((b"param\0" + name.encode(), encode(number)))
    for text, record in ledger.records.items():
        if not state.is_same(text, record):
            values.append((text.encode(), None if record is None else encode(record)))
    for place, amount in ledger.balances.items():
        if amount != state.balance(place):
            values.append((b"balance\0" + place.encode(), b"%d" % amount if amount else None))
    values.sort(key=itemgetter(0))
    return [Changed(key, value, change(key, value)) for key, value in values]
