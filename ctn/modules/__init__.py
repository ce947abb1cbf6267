"""What this ledger does: each folder is one page of the white paper, in order of dependency.

An earlier module never imports a later one; a later one writes into it by its `mutators`. The
union of all operations below is the registry: decoder, dispatcher, command line, client, reference
and completeness test all read it.
"""

from types import ModuleType
from typing import get_args

from ctn.kernel.account import Account
from ctn.kernel.block import Clock, HooksHash, Stuck
from ctn.kernel.op import Op, op_tag
from ctn.kernel.record import Record
from ctn.kernel.tx import Body
from ctn.kernel.upgrade import Upgrade
from ctn.modules import accounts, assets, identity, market, registry, staking

MODULES: tuple[ModuleType, ...] = (accounts, identity, assets, registry, market, staking)
AnyOp = accounts.Ops | identity.Ops | assets.Ops | registry.Ops | market.Ops | staking.Ops
AnyBody = Body[AnyOp]

KERNEL_RECORDS: tuple[type[Record], ...] = (Account, Clock, HooksHash, Stuck, Upgrade)


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
