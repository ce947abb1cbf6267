"""Kill -9 at random moments under load, as often as `CTN_KILLS` says (200)."""

import os
import random
from collections.abc import Callable
from pathlib import Path

from tests.faults.kills import kill_loop

KILLS = int(os.environ.get("CTN_KILLS", "200"))
SEED = int(os.environ.get("CTN_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)


def test_nothing_acknowledged_is_lost_or_doubled_when_the_engine_is_killed(
    tmp_path: Path, tell: Callable[[str], None]
) -> None:
    figure = kill_loop(tmp_path / "home", KILLS, SEED)
    tell(f"kill loop: {figure} (CTN_SEED={SEED})")
    assert figure.kills == KILLS
    assert figure.acknowledged > KILLS
