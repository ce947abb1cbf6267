"""What an authority froze: an account, a pool or a bridge.

`compliance` decides and remembers who froze what and why; here stands the flag alone, so that
every earlier module can read it in the moment in which it acts.
"""

from typing import Annotated, ClassVar, Final, Literal

from msgspec import Meta

from ctn.kernel.codec import RegistryId
from ctn.kernel.ledger import Ledger
from ctn.kernel.record import Record
from ctn.kernel.refusal import ScopeFrozen

ACCOUNT: Final = "account"
BRIDGE: Final = "bridge"
FREEZES_MAX: Final = 4

FreezeScope = Literal["account", "pool", "bridge"]


class FreezeFlag(Record, frozen=True):
    """The live freezes of a subject; it is free while it has no record.

    `allow_retire` holds when each of them lets an owner retire for its own benefit.
    """

    table: ClassVar[str] = "freeze_flag"
    key: ClassVar[tuple[str, ...]] = ("scope", "subject")

    scope: FreezeScope
    subject: str
    freezes: Annotated[tuple[RegistryId, ...], Meta(min_length=1, max_length=FREEZES_MAX)]
    allow_retire: bool


def flag_of(ledger: Ledger, scope: FreezeScope, subject: str) -> FreezeFlag | None:
    """The flag of a subject, None while it is free."""
    return ledger.get(FreezeFlag, f"{scope}/{subject}")


def is_frozen(ledger: Ledger, scope: FreezeScope, subject: str) -> bool:
    """Whether a live freeze holds the account, pool or bridge."""
    return flag_of(ledger, scope, subject) is not None


def refuse_frozen(ledger: Ledger, scope: FreezeScope, subject: str) -> None:
    """Refuse ScopeFrozen while a pool or a bridge is frozen."""
    flag = flag_of(ledger, scope, subject)
    if flag is not None:
        raise ScopeFrozen(scope=f"{scope}:{subject}", freeze=flag.freezes[0])
