"""What goes on besides the market: stake, decisions, protected accounts, each at its step."""

from ctn.demo import stakes, wards
from ctn.demo.cast import Cast
from ctn.demo.ground import Reads
from ctn.demo.motions import MOTIONS
from ctn.demo.scenes import Cue, Scene
from ctn.demo.seen import Act

CUES: dict[int, tuple[Cue, ...]] = {
    6: (stakes.declare,),
    20: (wards.guard,),
    24: (stakes.equip,),
    36: (stakes.bond,),
    38: (stakes.prove,),
    40: (stakes.attest,),
    42: (stakes.challenge(stakes.RIVER),),
    61: (wards.anchor,),
    110: (stakes.unbond,),
    120: (wards.freeze_units,),
    121: (wards.anchor,),
    140: (stakes.challenge(stakes.HARBOUR),),
    150: (wards.approve_recovery(wards.GUARDIANS[0]),),
    153: (wards.approve_recovery(wards.GUARDIANS[2]),),
    160: (wards.lock,),
    162: (wards.loosen,),
    164: (wards.freeze_account,),
    181: (wards.anchor,),
    231: (wards.anchor,),
}


def affairs(reads: Reads, cast: Cast) -> list[Act]:
    """What the parties do in the next block besides the market."""
    scene = Scene(reads, cast, reads.head().height + 1)
    found = [act for cue in CUES.get(scene.step, ()) for act in cue(scene)]
    return found + [act for motion in MOTIONS for act in motion.acts(scene)]
