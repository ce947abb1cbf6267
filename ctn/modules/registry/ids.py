"""Ids of records that an operation makes: nobody chooses them, everybody can recompute them."""

import hashlib

from ctn.crypto import domains
from ctn.kernel.ledger import Ledger


def record_id(ledger: Ledger, letter: str, n: int) -> str:
    """The id of the n-th record of a letter, from 0, that this op makes (registry.md 2.2)."""
    seed = f"{letter}/{ledger.tx.id}/{ledger.tx.op}/{n}"
    return f"{letter}-{hashlib.sha256(domains.ID + seed.encode()).hexdigest()[:24]}"
