"""What is watched over: a recovery, a lock, changes that wait, what is frozen, an anchor."""

from ctn.demo import cast as parts
from ctn.demo.listing import QUOTE, batch_id
from ctn.demo.scenes import Cue, Scene, document
from ctn.demo.seen import Act
from ctn.kernel.account import Signer, Thresholds
from ctn.modules.accounts.add_trusted import AddTrusted
from ctn.modules.accounts.lock import Lock
from ctn.modules.accounts.records import Limit
from ctn.modules.accounts.recover import Recover
from ctn.modules.accounts.set_guard import SetGuard
from ctn.modules.compliance.freeze import Freeze as FreezeAccount
from ctn.modules.governance.record_anchor import RecordAnchor
from ctn.modules.registry.freeze import Freeze as FreezeUnits

GUARDIANS = ("trader-01", "trader-02", "trader-03")
NEEDED = 2
DAY_LIMIT, LOOSER_LIMIT = 5_000 * parts.CNY, 400_000 * parts.CNY
ONE_KEY = Thresholds(1, 1, 1)
FROZEN_BATCH = batch_id("5141", 2023)
FROZEN_SERIALS = (1, 1_200)


def guard(scene: Scene) -> list[Act]:
    """Two people name guardians; the careful one also limits what may leave in a day."""
    guardians = tuple([scene.cast.address(name) for name in GUARDIANS])
    limits = (Limit(QUOTE, DAY_LIMIT),)
    return [
        Act(parts.CAREFUL, (SetGuard(True, limits, guardians, NEEDED),)),
        Act(parts.LOST, (SetGuard(False, (), guardians, NEEDED),)),
    ]


def approve_recovery(guardian: str) -> Cue:
    """A guardian gives its word that one who lost the key gets another."""

    def acts(scene: Scene) -> list[Act]:
        key = scene.cast.new_keys[parts.LOST]
        signer = Signer(key.scheme, key.public.hex(), 1)
        account = scene.cast.address(parts.LOST)
        return [Act(guardian, (Recover(account, (signer,), ONE_KEY),))]

    return acts


def lock(scene: Scene) -> list[Act]:
    """A guardian locks the careful one's account, whose key somebody else has got hold of."""
    return [Act(GUARDIANS[0], (Lock(scene.cast.address(parts.CAREFUL)),))]


def loosen(scene: Scene) -> list[Act]:
    """Whoever holds that key asks for a way out; under the lock none of it acts."""
    guardians = tuple([scene.cast.address(name) for name in GUARDIANS])
    looser = SetGuard(False, (Limit(QUOTE, LOOSER_LIMIT),), guardians, NEEDED)
    return [Act(parts.CAREFUL, (AddTrusted(scene.cast.address(parts.SUSPECT)), looser))]


def freeze_account(scene: Scene) -> list[Act]:
    """The regulator stops an account, and says why."""
    reason = "收款地址与一宗盗用案有关 · Named as the receiver in a case of theft"
    subject = scene.cast.address(parts.SUSPECT)
    stopped = FreezeAccount("account", subject, reason, document("case of theft"), False)
    return [Act(parts.REGULATOR, (stopped,))]


def freeze_units(_scene: Scene) -> list[Act]:
    """The regulator stops some serials, whose owners may still retire them."""
    reason = "原登记处正在复核监测数据 · Monitoring data under review at the home registry"
    stopped = FreezeUnits(
        "parts", FROZEN_BATCH, (FROZEN_SERIALS,), reason, document("review"), None, True
    )
    return [Act(parts.REGULATOR, (stopped,))]


def anchor(scene: Scene) -> list[Act]:
    """The root after the last height, which 10 divides, stands elsewhere too."""
    head = scene.reads.head()
    reference = f"演示存证 · demo anchor {head.height}"
    return [Act(parts.ANCHOR, (RecordAnchor(head.height, head.root, reference),))]
