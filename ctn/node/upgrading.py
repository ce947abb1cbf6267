"""Whether this program may run a chain's next block, by the chain's version and its plan."""

import msgspec

from ctn import upgrades
from ctn.kernel.upgrade import PLAN, Upgrade
from ctn.node.stops import UpgradeNeeded
from ctn.node.store import Head, Store

KEY = f"{Upgrade.table}\0{PLAN}".encode()


def require_version(store: Store, head: Head) -> None:
    """Raise UpgradeNeeded unless the block after `head` is for this version of the ledger."""
    ours = upgrades.APP_VERSION
    plan = _plan(store)
    is_due = plan is not None and plan.height == head.height + 1
    wanted = plan.app_version if plan is not None and is_due else head.app_version
    if wanted == ours:
        return
    at = f"height {head.height + 1}"
    if wanted > ours:
        raise UpgradeNeeded(f"{at} is for version {wanted}, this program is version {ours}")
    told = f"{at} is for version {wanted}; this program, version {ours}, "
    if plan is None or plan.app_version != ours:
        raise UpgradeNeeded(told + "is planned for no height")
    raise UpgradeNeeded(told + f"is for height {plan.height} and later")


def _plan(store: Store) -> Upgrade | None:
    data = store.value(KEY)
    return None if data is None else msgspec.json.decode(data, type=Upgrade)
