"""A transaction's body read as the ledger reads it, so what is shown is what is signed.

Nothing here believes what somebody else says of a body: it is decoded from its own bytes.
"""

from typing import Any

from ctn.kernel.codec import decode_json
from ctn.kernel.op import Op
from ctn.kernel.refusal import Refusal
from ctn.kernel.text import is_clean
from ctn.kernel.tx import Body, Reader
from ctn.modules import AnyBody


class Unreadable(ValueError):
    """The bytes are no transaction that this software can read, so they are not signed."""


def read_body(body: bytes) -> Body[Op]:
    """The canonical body of a transaction of any chain, with its operations.

    Source: checks 4 to 8 of engine.md 4.2, but for the work. Raises Unreadable, which names the
    field and the rule.
    """
    reader = Reader(AnyBody, _chain(body))
    try:
        found = reader.decode(body)
        for op in found.ops:
            op.check()
            if op.carried:
                op.check_carried(reader.carried(op.carried))
    except Refusal as error:
        facts = "".join([f" {name}={value}" for name, value in error.facts.items()])
        raise Unreadable(f"{error.code}{facts}") from None
    return found


def _chain(body: bytes) -> str:
    """The chain that a body names, in visible characters; the reader tests the rest."""
    try:
        value: Any = decode_json(body)
        chain: Any = value["chain"]
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"no canonical body: {error}") from None
    if not isinstance(chain, str) or not is_clean(chain):
        raise Unreadable("chain: a text of visible characters")
    return chain
