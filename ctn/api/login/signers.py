"""Whether a key signs for an account now: asked of the ledger at every use of a session."""

import asyncio
from typing import Any

from ctn.api.link import Link
from ctn.kernel.account import key_address


async def is_signer(link: Link, account: str, scheme: int, key: str) -> bool:
    """Whether a key is an unlimited signer of an open account, or the key of a fresh address."""
    record, limit = await asyncio.gather(
        _value(link, "account", account), _value(link, "signer_limit", f"{account}/{scheme}-{key}")
    )
    if record is None:
        return key_address(scheme, bytes.fromhex(key)) == account
    signers = [(each["scheme"], each["key"]) for each in record["signers"]]
    return record["closed"] is None and (scheme, key) in signers and limit is None


async def has_account(link: Link, address: str) -> bool:
    """Whether an address has an account on the ledger."""
    return await _value(link, "account", address) is not None


async def _value(link: Link, table: str, place: str) -> Any:
    return (await link.call("state", table=table, place=place))["value"]
