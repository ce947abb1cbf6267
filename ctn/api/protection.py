"""What is public of an account's protection: guard, lock, what waits, who is trusted."""

from typing import Any, Final

from fastapi import Request
from starlette.responses import Response

from ctn.api.asks import Address
from ctn.api.desk import found
from ctn.api.market import check_address
from ctn.api.resources import many, object_shape, shape
from ctn.api.routes import Route
from ctn.views.protection import protection_of
from ctn.views.reader import View

_limit = shape("DailyLimit", [("asset", str), ("per_day", str)], "The most that leaves in a day.")
_pending = shape(
    "PendingChange",
    [("number", int), ("op", str), ("change", Any), ("requested", int), ("effective", int)],
    "A change that waits: what it is, and the block time at which it acts.",
)
_trusted = shape(
    "TrustedAddress", [("address", str), ("since", int)], "An address that value may reach."
)
_signer = shape(
    "LimitedSigner",
    [("scheme", int), ("key", str), ("families", list[str])],
    "A signer that counts for operations of some families only.",
)
_vote = shape(
    "RecoveryWord",
    [("guardian", str), ("recovery", str), ("time", int)],
    "Which recovery a guardian approves, by the hash of its signers.",
)
_hold = shape("AccountHold", [("cause", str), ("count", int)], "What keeps an account open.")
PROTECTION: Final = object_shape(
    "ProtectionAnswer",
    [
        ("address", str), ("trusted_only", bool),
        ("limits", many(_limit)), ("guardians", list[str]), ("guardian_threshold", int),
        ("locked_by", str | None), ("locked_since", int | None), ("pending", many(_pending)),
        ("trusted", many(_trusted)), ("limited_signers", many(_signer)),
        ("recovery_votes", many(_vote)), ("recovery_stops", list[int]), ("holds", many(_hold)),
    ],
    "How an account is protected, and what waits to change that.",
)  # fmt: skip


async def protection(request: Request, address: Address) -> Response:
    """Guard, lock, trusted addresses and limited keys of an account, and what waits."""
    check_address(address)

    def read(view: View) -> dict[str, Any]:
        value = protection_of(view, address)
        limits = [limit | {"per_day": str(limit["per_day"])} for limit in value["limits"]]
        return value | {"limits": limits}

    return await found(request, read)


ROUTES: Final[tuple[Route, ...]] = (
    Route("/accounts/{address}/protection", protection, PROTECTION),
)
