"""What this ledger does: each folder is one page of the white paper, in order of dependency.

An earlier module never imports a later one; a later one writes into it by its `mutators`. The
union of all operations below is the registry: decoder, dispatcher, command line, client, reference
and completeness test all read it.
"""

from types import ModuleType
from typing import get_args

from ctn.kernel.account import Account
from ctn.kernel.block import Clock, HooksHash, Stop, Stuck
from ctn.kernel.op import Op, op_tag
from ctn.kernel.param import Declared
from ctn.kernel.record import Record
from ctn.kernel.tx import Body
from ctn.kernel.upgrade import Upgrade
from ctn.modules import (
    accounts,
    assets,
    compliance,
    governance,
    identity,
    market,
    registry,
    staking,
)

MODULES: tuple[ModuleType, ...] = (
    accounts, identity, assets, registry, market, staking, governance, compliance,
)  # fmt: skip
AnyOp = (
    accounts.Ops | identity.Ops | assets.Ops | registry.Ops | market.Ops | staking.Ops
    | governance.Ops | compliance.Ops
)  # fmt: skip
AnyBody = Body[AnyOp]

KERNEL_RECORDS: tuple[type[Record], ...] = (
    Account, Clock, HooksHash, Stop, Stuck, Upgrade,
)  # fmt: skip


def declared_params() -> dict[str, Declared]:
    """Every parameter that governance may set, by its name."""
    found: dict[str, Declared] = {}
    for module in MODULES:
        owner = module.__name__.rpartition(".")[2]
        for param in getattr(module, "PARAMS", ()):
            found[param.name] = Declared(owner, param)
    return found


def record_kinds() -> tuple[type[Record], ...]:
    """Every record type, the kernel's first, then by module."""
    kinds = list(KERNEL_RECORDS)
    for module in MODULES:
        kinds.extend(module.RECORDS)
    return tuple(kinds)


def op_kinds() -> dict[str, type[Op]]:
    """Every operation class by its tag, by module and in the order of its union."""
    found: dict[str, type[Op]] = {}
    for module in MODULES:
        for kind in get_args(module.Ops):
            found[op_tag(kind)] = kind
    return found
