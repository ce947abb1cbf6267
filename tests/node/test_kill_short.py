"""A short kill loop; `make test-faults` runs the long one."""

from pathlib import Path

from tests.faults.kills import kill_loop


def test_nothing_acknowledged_is_lost_or_doubled_in_ten_kills(tmp_path: Path) -> None:
    figure = kill_loop(tmp_path / "home", 10, seed=1)
    print(f"\nkill loop: {figure}")
    assert figure.acknowledged > 50
