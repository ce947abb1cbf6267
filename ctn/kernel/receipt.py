"""A receipt tells what became of a transaction; receipts alone give every balance."""

from typing import Any

import msgspec

from ctn.kernel.ledger import Move

APPLIED = "applied"
REFUSED = "refused"
BROKEN = "broken"
NOT_ADMITTED = "not_admitted"


class FeePaid(msgspec.Struct, frozen=True):
    """Who paid the network fee, in which asset, and how much."""

    payer: str
    asset: str
    amount: int


class Receipt(msgspec.Struct, frozen=True):
    """What became of one transaction."""

    tx: str
    height: int
    index: int
    status: str
    refusal: str | None
    op: int | None
    facts: dict[str, Any]
    fee: FeePaid | None
    work: int
    moves: list[Move]
    events: list[dict[str, Any]]


class HookItem(msgspec.Struct, frozen=True):
    """What one item of a hook moved and told."""

    hook: str
    item: str
    moves: list[Move]
    events: list[dict[str, Any]]


class HookReceipt(msgspec.Struct, frozen=True):
    """What the hooks of a block moved and told; last in the list of receipts and in their tree."""

    height: int
    hooks: list[HookItem]
