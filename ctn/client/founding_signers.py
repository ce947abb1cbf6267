"""The keys of an institution of a new chain, and the account that they make.

An account that opens by its first transaction has one key, and an institution with one key could
then neither send what two must approve nor add the second: it stands in the first state with all
of its keys (people.md 2.1). Its address is that of the first key stated, as of a key account that
`accounts.set_signers` gave the others (engine.md 3.4). The address that `open_multisig` derives
would not do, for its creator could open it once more, with other keys.
"""

import json
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from ctn.kernel.account import SIGNERS_MAX, Account, Signer, Thresholds, key_address
from ctn.kernel.codec import Json
from ctn.kernel.record import Record
from ctn.kernel.refusal import WeakKey
from ctn.modules.accounts.signers import BadSigners, check_keys, check_signers, ordered

FILE_BYTES_MAX: Final = 65_536


class Signing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may sign for an institution, the key that its address follows from first."""

    signers: Annotated[tuple[Signer, ...], Meta(min_length=1, max_length=SIGNERS_MAX)]
    thresholds: Thresholds

    @property
    def address(self) -> str:
        """The address of the first key."""
        first = self.signers[0]
        return key_address(first.scheme, bytes.fromhex(first.key))


def read_signing(data: bytes) -> Signing:
    """Signers and thresholds from JSON of this form, in UTF-8.

    Raises ValueError, naming field and rule, for another form, for a name stated twice, and for
    signers or thresholds that no account may have. Source: engine.md 3.2, 3.4.
    """
    if len(data) > FILE_BYTES_MAX:
        raise ValueError(f"more than {FILE_BYTES_MAX} bytes")
    try:
        value = json.loads(
            str(data, "utf-8"),
            object_pairs_hook=_each_once,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
        signing = msgspec.convert(value, Signing)
        check_signers(signing.signers, signing.thresholds)
        check_keys(signing.signers)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ValueError(str(error)) from None
    except (BadSigners, WeakKey) as refusal:
        facts = [f"{name} {value}" for name, value in refusal.facts.items()]
        raise ValueError(f"{refusal.code}: {', '.join(facts)}") from None
    return signing


def account_record(signing: Signing, time: int) -> tuple[Record, str]:
    """The account of an institution, for `records` of a founding; `time` is in ms."""
    return Account(ordered(signing.signers), signing.thresholds, 0, time, None), signing.address


def _each_once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _refuse(text: str) -> None:
    raise ValueError(f"{text} is no integer")
